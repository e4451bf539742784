"""pyproject.toml and Pipfile: PEP 621, dependency groups, poetry, PDM, uv."""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Iterator
from typing import Any

from redislint.model.dependency import Dependency
from redislint.model.deployment import Problem
from redislint.readers.manifests.pypi import as_extra, is_dev, requirement, table_entry
from redislint.source import Source, Span


class Places:
    """Where keys and strings stand in a TOML file, found by text below a section's header."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def section(self, name: str) -> int:
        """Offset of a section's body; 0 where it has no header of its own."""
        pattern = r"(?m)^[ \t]*\[[ \t]*" + re.escape(name) + r"[ \t]*\]"
        match = re.search(pattern, self.source.text)
        return match.end() if match else 0

    def key(self, section: str, name: str) -> Span:
        """The line of a key in a section."""
        pattern = re.compile(rf"(?mi)^[ \t]*[\"']?{re.escape(name)}[\"']?[ \t]*=")
        match = pattern.search(self.source.text, self.section(section))
        if match is None:
            dotted = re.compile(
                rf"(?mi)^[ \t]*\[{re.escape(section)}\.[\"']?{re.escape(name)}[\"']?\]"
            )
            match = dotted.search(self.source.text)
        if match is None:
            return self.source.span(self.section(section))
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        span = self.source.span(start)
        return Span(self.source, start, start + len(span.text.split(" #")[0].rstrip()))

    def string(self, section: str, text: str) -> int:
        """The offset of a quoted string below a section's header."""
        for begin in (self.section(section), 0):
            for quote in ('"', "'"):
                found = self.source.text.find(quote + text + quote, begin)
                if found >= 0:
                    return found + 1
        return self.section(section)


def read(source: Source) -> Iterator[Dependency | Problem]:
    """The dependencies of a pyproject.toml."""
    data = _load(source)
    if isinstance(data, Problem):
        yield data
        return
    module = posixpath.dirname(source.path)
    places = Places(source)
    project = _table(data, "project")
    yield from _listed(project.get("dependencies"), "project", places, module, "compile")
    for name, group in _table(project, "optional-dependencies").items():
        scope = "test" if is_dev(name) else "compile"
        for found in _listed(group, "project.optional-dependencies", places, module, scope):
            yield as_extra(found)
    for name, group in _table(data, "dependency-groups").items():
        scope = "test" if is_dev(name) else "compile"
        yield from _listed(group, "dependency-groups", places, module, scope)
    tool = _table(data, "tool")
    uv = _table(tool, "uv")
    for key, scope in (
        ("dev-dependencies", "test"),
        ("constraint-dependencies", "managed"),
        ("override-dependencies", "managed"),
    ):
        yield from _listed(uv.get(key), "tool.uv", places, module, scope)
    for group in _table(_table(tool, "pdm"), "dev-dependencies").values():
        yield from _listed(group, "tool.pdm.dev-dependencies", places, module, "test")
    yield from _poetry(_table(tool, "poetry"), places, module)


def read_pipfile(source: Source) -> Iterator[Dependency | Problem]:
    """The dependencies of a Pipfile."""
    data = _load(source)
    if isinstance(data, Problem):
        yield data
        return
    module = posixpath.dirname(source.path)
    places = Places(source)
    for section, scope in (("packages", "compile"), ("dev-packages", "test")):
        for name, held in _table(data, section).items():
            found = table_entry(name, held, places.key(section, name), module, scope)
            if found is not None:
                yield found


def _poetry(poetry: dict[str, Any], places: Places, module: str) -> Iterator[Dependency]:
    sections = [("tool.poetry.dependencies", _table(poetry, "dependencies"), "compile"),
                ("tool.poetry.dev-dependencies", _table(poetry, "dev-dependencies"), "test")]  # fmt: skip
    for name, group in _table(poetry, "group").items():
        if isinstance(group, dict):
            scope = "test" if is_dev(name) else "compile"
            section = f"tool.poetry.group.{name}.dependencies"
            sections.append((section, _table(group, "dependencies"), scope))
    for section, entries, scope in sections:
        for name, held in entries.items():
            found = table_entry(name, held, places.key(section, name), module, scope)
            if found is not None:
                extra = isinstance(held, dict) and held.get("optional") is True
                yield as_extra(found) if extra else found


def _listed(
    held: object, section: str, places: Places, module: str, scope: str
) -> Iterator[Dependency]:
    for text in held if isinstance(held, list) else ():
        if isinstance(text, str):
            start = places.string(section, text)
            found = requirement(text, places.source, start, module, scope)
            if found is not None:
                yield found


def _table(data: object, name: str) -> dict[str, Any]:
    held = data.get(name) if isinstance(data, dict) else None
    return held if isinstance(held, dict) else {}


def _load(source: Source) -> dict[str, Any] | Problem:
    try:
        return tomllib.loads(source.text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as failure:
        line = re.search(r"line (\d+)", str(failure))
        return Problem(
            source.path, int(line[1]) if line else None, "is no valid TOML: fix the line"
        )
