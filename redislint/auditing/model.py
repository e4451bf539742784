"""A running server as the rules know servers: the settings that differ from its defaults."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from redislint.auditing.snapshot import Snapshot
from redislint.knowledge.directives import table
from redislint.knowledge.servers import flavour, resolve
from redislint.knowledge.servers import version as server_version
from redislint.model.server import Server
from redislint.model.setting import Setting
from redislint.model.value import Origin, Value


def server_of(shot: Snapshot, version: str = "") -> Server | None:
    """The model of a server whose CONFIG is known; None where it is not.

    `version` (a server key or a spelling of one) overrides what the server says.
    """
    if shot.config is None:
        return None
    key = (resolve(version) if version else None) or shot.server_key
    anchor = shot.span("info", "valkey_version") or shot.span("info", "redis_version")
    anchor = anchor or shot.sources["config"].line_span(1)
    server = Server(shot.name, anchor, _settings(shot, key))
    server.candidates = (key,)
    server.version_origin = Origin(anchor, "INFO")
    if shot.text("config_file"):
        server.config_paths = (shot.text("config_file"),)
    _observe(server, shot)
    return server


def _observe(server: Server, shot: Snapshot) -> None:
    """Facts that files can only suggest, and a running server shows."""
    here = Origin(None, "the server is running")
    server.set("environment", Value("production", here))
    server.set("password-in-file", Value(False, here))
    role = {"slave": "replica", "replica": "replica", "master": "master"}.get(shot.text("role"))
    if role:
        server.set("role", Value(role, Origin(shot.span("info", "role"))))
    if role == "master" and shot.number("connected_slaves"):
        anchor = shot.span("info", "connected_slaves")
        server.links["replica"] = Server("a replica of it", anchor, complete=False)
    if shot.expected.memory:
        server.set("memory-limit", Value(shot.expected.memory, Origin(None, "--memory")))
    scope = _scope(shot.host)
    if scope:
        bind = server.get("bind-scope")
        reached = "none" if bind.known and bind.value == "loopback" else scope
        server.set("exposed", Value(reached, Origin(None, f"it answers at {shot.host}")))


def _scope(host: str) -> str:
    """How far an address reaches at which the server answered; empty where there is none."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if not host or host.startswith("/"):
            return ""
        return "loopback" if host == "localhost" else "network"
    if address.is_loopback:
        return "loopback"
    return "internet" if address.is_global else "network"


def _settings(shot: Snapshot, key: str) -> Iterator[Setting]:
    """What CONFIG GET shows and no default of this version explains, then the users."""
    known = table(key)
    # Up to 6.0 any setting switches the default save points off, so they must be said.
    old = flavour(key) == "redis" and server_version(key) < (6, 2)
    seen: set[str] = set()
    for name, value in (shot.config or {}).items():
        directive = known.get(name)
        if directive is None or directive.name in seen:
            continue
        seen.add(directive.name)
        if value == (directive.default or "") and not (directive.name == "save" and old):
            continue
        span = shot.span("config", name)
        for words in _lines(directive.name, value):
            yield Setting(directive.name, words, span, "server")
    for line, number in shot.acl or ():
        words = tuple(line.split())
        if words[1] == "default" and {"nopass", "+@all"} <= set(words):
            continue  # the built-in user: protected mode and requirepass speak for it
        yield Setting("user", words[1:], shot.span("acl", number), "server")


def _lines(name: str, value: str) -> Iterator[tuple[str, ...]]:
    """The words of each line that CONFIG GET folds into one value."""
    words = tuple(value.split())
    if name == "client-output-buffer-limit":
        for at in range(0, len(words) - 3, 4):
            yield words[at : at + 4]
    elif name in ("save", "bind", "replicaof", "notify-keyspace-events"):
        yield words or ("",)
    elif name in ("oom-score-adj-values", "latency-tracking-info-percentiles"):
        yield words
    else:
        yield (value,)
