"""systemd units that start a server → containers without walls: the host's files and network."""

from __future__ import annotations

import re
from collections.abc import Iterator

from redislint.model.container import Container, Mount
from redislint.model.value import Origin, Value, at, unknown
from redislint.readers import Context
from redislint.source import Source, Span
from redislint.syntax import shell

_LINE = re.compile(r"(?m)^[ \t]*([A-Za-z]+)[ \t]*=[ \t]*((?:[^\n\\]|\\\n|\\.)*)$")
_SECTION = re.compile(r"(?m)^[ \t]*\[(\w+)\]")
_MEMORY = re.compile(r"(\d+)([KMGT]?)$")
_SPAN = re.compile(r"(\d+)\s*(us|ms|s|sec|min|m|h)?")
_SECONDS = {"us": 1e-6, "ms": 1e-3, "min": 60.0, "m": 60.0, "h": 3600.0}


def read(source: Source, context: Context) -> Iterator[Container]:
    """The service of a unit, where it starts a Redis or Valkey server."""
    found: dict[str, Value] = {}
    env: dict[str, Value] = {}
    sections = [(m.start(), m[1]) for m in _SECTION.finditer(source.text)]
    for match in _LINE.finditer(source.text):
        inside = [name for start, name in sections if start < match.start()]
        if not inside or inside[-1] != "Service":
            continue
        value = at(
            match[2].replace("\\\n", "  ").strip(), Span(source, match.start(2), match.end(2))
        )
        if match[1] == "Environment":
            for word in shell.split(str(value.value)):
                name, equals, text = str(word.value.value or "").partition("=")
                if equals:
                    env[name] = at(text, value.span)
        elif match[1] == "ExecStart" or match[1] not in found:
            found[match[1]] = value
    start = found.get("ExecStart")
    if start is None or not re.search(r"(redis|valkey)-(server|sentinel)", str(start.value)):
        return
    yield _container(source, start, found, env)


def _container(
    source: Source, start: Value, found: dict[str, Value], env: dict[str, Value]
) -> Container:
    name = source.path.rpartition("/")[2]
    container = Container(f"unit {name}", start.span, "systemd")
    container.group = source.path
    container.env = env
    container.command_span = start.span
    container.entrypoint = []
    for word in shell.split(str(start.value).lstrip("-@:+!")):
        text = str(word.value.value if word.value.known else word.value.raw or "")
        if word.operator or "%" in text or "{{" in text or not word.value.known:
            value = unknown("systemd or a template fills it in", start.span)
            value.raw = text
        else:
            value = at(text, start.span)
        container.entrypoint.append(value)
    # The whole file system is the host's own and survives.
    container.mounts.append(Mount("/", "bind", "/", None))
    container.set("network-mode", Value("host", Origin(None, "a unit uses the host's network")))
    restart = found.get("Restart")
    container.set("restart", restart or Value("no", Origin(None, "default of systemd"), set=False))
    again = restart is not None and restart.value not in ("no", "never")
    container.set("restarts", Value(again, (restart or Value()).origin))
    kind = found.get("Type")
    plain = Value("simple", Origin(None, "default of systemd"), set=False)
    if kind is None or re.fullmatch(r"[a-z]+", str(kind.value)):
        container.set("unit-type", kind or plain)
    user = found.get("User")
    if user is not None and "{{" not in str(user.value):
        container.set("user", user)
    files = found.get("LimitNOFILE")
    if files is not None and str(files.value).isdecimal():
        container.set("ulimit-nofile", Value(int(str(files.value)), files.origin))
    memory = found.get("MemoryMax") or found.get("MemoryLimit")
    size = _MEMORY.match(str(memory.value)) if memory is not None else None
    if memory is not None and size is not None:
        amount = int(size[1]) * 1024 ** " KMGT".index(size[2] or " ")
        container.set("memory-limit", Value(amount, memory.origin, raw=str(memory.value)))
    stop = found.get("TimeoutStopSec")
    if stop is not None and (time := _SPAN.fullmatch(str(stop.value))):
        seconds = int(time[1]) * _SECONDS.get(time[2] or "s", 1.0)
        container.set("stop-grace", Value(seconds, stop.origin, raw=str(stop.value)))
    return container
