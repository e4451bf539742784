"""Limits, restart policy, user and kernel settings of a service → facts of its container."""

from __future__ import annotations

import re

from redislint.model.container import Container
from redislint.model.setting import size
from redislint.model.value import Origin, Value, at, unknown
from redislint.source import Span
from redislint.syntax.yaml import Mapping, Node, Scalar, Sequence

_TIME = re.compile(r"(\d+(?:\.\d+)?)(us|ms|s|m|h)?")
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, None: 1.0}


def seconds(text: str) -> float | None:
    """A duration of compose: `1m30s`."""
    found = _TIME.findall(text)
    return sum(float(n) * _SECONDS[u or None] for n, u in found) if found else None


def add_limits(container: Container, text: object, first: object, every: Node | None) -> None:
    """Store what the service says; `text(*path)` gives a value, `first` a node, `every` is its `sysctls`."""
    assert callable(text)
    assert callable(first)
    for fact, paths in (
        ("memory-limit", (("deploy", "resources", "limits", "memory"), ("mem_limit",))),
        (
            "memory-reservation",
            (("deploy", "resources", "reservations", "memory"), ("mem_reservation",)),
        ),
    ):
        for path in paths:
            value = text(*path)
            if value is not None:
                container.set(fact, memory(value))
                break
    cpus = text("deploy", "resources", "limits", "cpus") or text("cpus")
    if (
        cpus is not None
        and cpus.known
        and re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,4})?", str(cpus.value))
    ):
        container.set("cpu-limit", Value(float(str(cpus.value)), cpus.origin))
    files = text("ulimits", "nofile", "soft") or text("ulimits", "nofile")
    if files is not None and files.known and re.fullmatch(r"[0-9]{1,9}", str(files.value)):
        container.set("ulimit-nofile", Value(int(str(files.value)), files.origin))
    for key in (
        ("placement",),
        ("endpoint_mode",),
        ("mode",),
        ("update_config",),
        ("rollback_config",),
    ):
        if (found := first("deploy", *key)) is not None:
            container.set("swarm", at(True, found[1].head))
            container.set("restarts", Value(True, Origin(found[1].head, "a swarm replaces it")))
            break
    restart = text("restart") or text("deploy", "restart_policy", "condition")
    if restart is not None:
        container.set("restart", restart)
        if restart.known:
            again = str(restart.value).split(":")[0] not in ("no", "none", "false", "False")
            container.set("restarts", Value(again, restart.origin))
    user = text("user")
    if user is not None:
        container.set("user", user)
    grace = text("stop_grace_period")
    if grace is not None and grace.known:
        container.set(
            "stop-grace", Value(seconds(str(grace.value)), grace.origin, raw=str(grace.value))
        )
    somaxconn = text("sysctls", "net.core.somaxconn")
    if somaxconn is not None and somaxconn.known and str(somaxconn.value).isdecimal():
        container.set("sysctl-somaxconn", Value(int(str(somaxconn.value)), somaxconn.origin))
    _sysctls(container, every)
    read_only = text("read_only")
    if read_only is not None and read_only.known:
        container.set("read-only-root", Value(read_only.value == "true", read_only.origin))
    privileged = text("privileged")
    if privileged is not None and privileged.known:
        container.set("privileged", Value(privileged.value == "true", privileged.origin))
    copies = text("deploy", "replicas") or text("scale")
    if copies is not None and copies.known and str(copies.value).isdecimal():
        container.set("replicas", Value(int(str(copies.value)), copies.origin))


def _sysctls(container: Container, node: Node | None) -> None:
    """The first kernel setting that is no container's own: the runtime refuses to start."""
    items: list[tuple[str, Span]] = []
    if isinstance(node, Mapping):
        items = [(k.text, k.span) for k, _ in node.merged()]
    elif isinstance(node, Sequence):
        items = [(i.text.partition("=")[0], i.span) for i in node.items if isinstance(i, Scalar)]
    for name, span in items:
        if name == "vm.overcommit_memory" or name.startswith(("vm.", "fs.file", "kernel.mm.")):
            container.set("host-sysctl", at(name, span))
            return


def memory(value: Value) -> Value:
    """A limit of memory in bytes: compose's k, m and g are powers of 1024."""
    if not value.known:
        return value
    text = str(value.value).strip().lower().replace("ib", "b").replace("i", "")
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)b?", text)
    if match is None:
        plain = size(text)
        return Value(plain, value.origin, raw=text) if plain else unknown("is no size", value.span)
    factor = 1024 ** " kmgt".index(match[2] or " ")
    return Value(int(float(match[1]) * factor), value.origin, raw=str(value.value))
