"""What `docker run` and Podman units say in the engine's own words: ports, mounts, limits."""

from __future__ import annotations

import posixpath
import re

from redislint.model.container import Container, Mount
from redislint.model.value import Value, at, unknown
from redislint.readers.compose import set_image
from redislint.readers.composing.limits import memory
from redislint.readers.composing.places import parsed_ports
from redislint.source import Span

_VARIABLE = re.compile(r"\$\{?\w+[^}]*\}?|%[a-zA-Z]")
_NEVER = ("no", "none", "never")


def new(label: str, anchor: Span | None, platform: str, group: str) -> Container:
    """A container of an engine."""
    container = Container(label, anchor, platform)
    container.group = group
    return container


def apply(container: Container, name: str, value: Value, folder: str) -> None:
    """Take one option, by its long name without dashes; others are left alone."""
    text = str(value.value) if value.known else (value.raw or "")
    span = value.span
    assert span is not None
    if name == "publish":
        container.ports_span = container.ports_span or span
        container.ports += parsed_ports(_VARIABLE.sub("0", text), value.known, span)
    elif name in ("volume", "mount", "tmpfs"):
        mount = _tmpfs(text, span) if name == "tmpfs" else _mount(name, text, span, folder)
        if mount is not None:
            container.mounts.append(mount)
    elif name == "env":
        variable, equals, content = text.partition("=")
        known = equals and "$" not in content
        container.env[variable] = at(content, span) if known else unknown("set outside", span)
    elif name == "network":
        container.networks.append(text)
        if text == "host":
            container.set("network-mode", at("host", span))
    elif name == "memory":
        container.set("memory-limit", memory(value))
    elif name == "restart":
        container.set("restart", value)
        again = text.partition(":")[0].lower() not in _NEVER
        container.set("restarts", Value(again, value.origin))
    elif name in ("user", "workdir"):
        container.set(name, value)
    elif name == "privileged":
        container.set("privileged", at(True, span))
    elif name in ("name", "hostname") and value.known:
        container.names = (*container.names, text)
    elif name == "image":
        set_image(container, value)


def _tmpfs(text: str, span: Span) -> Mount:
    return Mount(text.split(":")[0], "tmpfs", "", span)


def _mount(name: str, text: str, span: Span, folder: str) -> Mount | None:
    source, target, options = "", "", ""
    if name == "mount":
        given = dict(p.partition("=")[::2] for p in text.split(","))
        source = given.get("source") or given.get("src") or ""
        target = given.get("target") or given.get("dst") or given.get("destination") or ""
        if given.get("type") == "tmpfs":
            return Mount(target, "tmpfs", "", span)
        options = "ro" if "readonly" in given or "ro" in given else ""
    else:
        parts = text.split(":")
        if len(parts) == 1:
            return Mount(parts[0], "anonymous", "", span)
        source, target, options = parts[0], parts[1], parts[2] if len(parts) > 2 else ""
    if not target.startswith("/"):
        return None
    here = re.sub(r"^(?:\$\{?PWD\}?|\$\(pwd\)|`pwd`|%h)(?=/|$)", ".", source)
    path = here.startswith((".", "/", "~", "$", "%", '"'))
    mount = Mount(target.rstrip("/") or "/", "bind" if path else "volume", source, span)
    mount.read_only = "ro" in options.split(",")
    if path and here.startswith("."):
        mount.file = posixpath.normpath(posixpath.join(folder, here))
    return mount
