"""The script that a container starts, where the repository has it → the server that it starts."""

from __future__ import annotations

import posixpath
import re

from redislint.linking.conffiles import placed
from redislint.model.container import Container
from redislint.model.value import Origin, Value
from redislint.source import Source, Span
from redislint.syntax import shell
from redislint.syntax.shell import Invocation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.readers import Context

_SCRIPT = re.compile(r"(?:^|/)[\w.-]+\.sh$|(?:^|/)(?:docker-)?entrypoint[\w.-]*$")
_EDITS = re.compile(
    r"\bsed\b|\bawk\b|\bperl\b|\benvsubst\b|\btee\b|>>?\s*[^\s;&|>]*\.conf|config\s+set", re.I
)
_LONGEST = 100_000


class Started:
    """What a script starts, and whether it also changes a configuration or decides by conditions."""

    __slots__ = ("changes", "invocation", "path")

    def __init__(self, invocation: Invocation, path: str, changes: bool) -> None:
        self.invocation = invocation
        self.path = path
        self.changes = changes


def started(container: Container, words: list[Value], context: Context) -> Started | None:
    """The server of the first script among a command's words; None where none is known."""
    for word in words:
        for name in str(word.value).split() if word.known else ():
            if not _SCRIPT.search(name.strip("\"'")):
                continue
            source = _source(container, name.strip("\"'"), context)
            if source is not None and len(source.text) <= _LONGEST:
                return _in(source)
    return None


def _source(container: Container, name: str, context: Context) -> Source | None:
    inside = name if name.startswith("/") else posixpath.join(_folder(container), name)
    content, covered = placed(container, posixpath.normpath(inside))
    if isinstance(content, Source):
        return content
    if isinstance(content, str):
        return context.find(content)
    base = posixpath.basename(name)
    if not name.startswith("/"):
        for target, path in container.files.items():
            if posixpath.basename(target) == base and isinstance(path, str):
                return context.find(path)
    if covered and container.platform == "kubernetes":
        beside = posixpath.join(container.group, base)
        return context.find(beside) if context.exists(beside) else None
    return None


def _folder(container: Container) -> str:
    given = container.facts.get("workdir")
    return str(given.value) if given is not None and given.value else "/data"


def _in(source: Source) -> Started | None:
    """The server of a script: the last one in the foreground, a Sentinel where there is no other."""
    text = source.text
    found: list[Invocation] = []
    for command in shell.commands(shell.split(text, source)):
        script = shell.in_command(command)
        if script is not None:
            found.append(script)
    if not found:
        return None
    servers = [f for f in found if not f.sentinel] or found
    one = servers[-1]
    for value in (one.value, *one.arguments):
        if value.span is None:
            value.origin = Origin(Span(source, 0, 0), value.origin.note)
    several = len({" ".join(_shown(v) for v in f.arguments) for f in servers}) > 1
    return Started(one, source.path, several or bool(_EDITS.search(text)))


def _shown(value: Value) -> str:
    return str(value.value) if value.known else (value.raw or "?")
