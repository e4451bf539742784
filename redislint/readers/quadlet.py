"""Podman's `.container` units (quadlets) → containers."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from redislint.model.container import Container
from redislint.model.value import Value, at, unknown
from redislint.readers import Context, engine
from redislint.source import Source, Span
from redislint.syntax import shell

_LINE = re.compile(r"(?m)^[ \t]*([A-Za-z]+)[ \t]*=[ \t]*((?:[^\n\\]|\\\n|\\.)*)$")
_SECTION = re.compile(r"(?m)^[ \t]*\[(\w+)\]")
_OPTIONS = {
    "PublishPort": "publish", "Volume": "volume", "Mount": "mount", "Tmpfs": "tmpfs",
    "Network": "network", "User": "user", "Image": "image", "ContainerName": "name",
    "HostName": "hostname", "Memory": "memory",
}  # fmt: skip


def read(source: Source, context: Context) -> Iterator[Container]:
    """The container of a unit."""
    unit = posixpath.basename(source.path).partition(".container")[0]
    container = engine.new(f"unit {unit}", source.line_span(1), "podman", source.path)
    folder = posixpath.dirname(source.path)
    command: Value | None = None
    for section, key, value in _lines(source):
        text = str(value.value)
        if section == "Container" and key in _OPTIONS:
            engine.apply(container, _OPTIONS[key], value, folder)
            if key == "Image":
                container.anchor = value.span
        elif section == "Container" and key == "Environment":
            for word in shell.split(text):
                engine.apply(container, "env", _at(word.value, value), folder)
        elif section == "Container" and key == "Secret":
            target = re.search(r"target=([\w]+)", text)
            container.env[target[1] if target else text.split(",")[0]] = unknown(
                "a secret", value.span
            )
        elif section == "Container" and key == "Exec":
            command = value
        elif section == "Container" and key == "HealthCmd":
            container.set("healthcheck", value)
        elif section == "Container" and key == "ReadOnly":
            container.set("read-only-root", Value(text == "true", value.origin))
        elif section == "Service" and key == "MemoryMax":
            engine.apply(container, "memory", value, folder)
        elif section == "Service" and key == "Restart":
            engine.apply(container, "restart", value, folder)
    if container.image is None:
        return
    container.names = container.names or (f"systemd-{unit}", unit)
    if command is not None:
        container.command_span = command.span
        container.argv = [
            _at(w.value, command) for w in shell.split(str(command.value)) if not w.operator
        ]
    yield container


def _at(word: Value, line: Value) -> Value:
    """A word of a line, at the line's place."""
    text = str(word.value) if word.known else (word.raw or "")
    if word.known and "%" not in text:
        return at(text, line.span)
    made = unknown("systemd fills it in", line.span)
    made.raw = text
    return made


def _lines(source: Source) -> Iterator[tuple[str, str, Value]]:
    sections = [(m.start(), m[1]) for m in _SECTION.finditer(source.text)]
    for match in _LINE.finditer(source.text):
        inside = [name for start, name in sections if start < match.start()]
        if inside and match[2].strip():
            text = match[2].replace("\\\n", "  ").strip()
            yield inside[-1], match[1], at(text, Span(source, match.start(2), match.end(2)))
