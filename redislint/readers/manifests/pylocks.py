"""Python lock files: poetry.lock, uv.lock, pdm.lock, pylock.toml, Pipfile.lock."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterator

from redislint.model.dependency import Dependency
from redislint.model.value import at
from redislint.readers.manifests.pypi import CLIENTS, make, normal
from redislint.source import Source, Span

_BLOCK = re.compile(r"(?m)^\[\[packages?\]\][ \t]*\r?$")
_NAME = re.compile(r"(?m)^name[ \t]*=[ \t]*[\"']([^\"'\n]+)[\"']")
_VERSION = re.compile(r"(?m)^version[ \t]*=[ \t]*[\"']([^\"'\n]+)[\"']")
_SECTION = re.compile(r'[{,]\s*"(default|develop)"[ \t]*:[ \t]*(?=\{)')
_ENTRY = re.compile(r'[{,]\s*"([\w.-]+)"[ \t]*:[ \t]*(?=\{)')
"""Both match what stands in one line too."""


def read_toml(source: Source) -> Iterator[Dependency]:
    """The locked releases of the clients. Text is enough: lock files are written by tools."""
    module = posixpath.dirname(source.path)
    blocks = [m.end() for m in _BLOCK.finditer(source.text)] + [len(source.text)]
    for begin, end in itertools.pairwise(blocks):
        name = _NAME.search(source.text, begin, end)
        if name is None or normal(name[1]) not in CLIENTS:
            continue
        version = _VERSION.search(source.text, begin, end)
        if version is not None:
            anchor = Span(source, name.start(), name.end())
            value = at(f"=={version[1]}", Span(source, version.start(), version.end()))
            yield make(normal(name[1]), value, anchor, module, "lock")


def read_json(source: Source) -> Iterator[Dependency]:
    """The locked releases of a Pipfile.lock."""
    module = posixpath.dirname(source.path)
    sections = [(m.start(), m[1]) for m in _SECTION.finditer(source.text)]
    for match in _ENTRY.finditer(source.text):
        if normal(match[1]) not in CLIENTS:
            continue
        close = source.text.find("}", match.end())
        version = re.compile(r'"version"[ \t]*:[ \t]*"(==[^"]+)"').search(
            source.text, match.end(), close if close > 0 else len(source.text)
        )
        if version is None:
            continue
        section = next((n for at_, n in reversed(sections) if at_ < match.start()), "default")
        anchor = Span(source, match.start(1) - 1, match.end(1) + 1)
        value = at(version[1], Span(source, version.start(1), version.end(1)))
        yield make(
            normal(match[1]), value, anchor, module, "test" if section == "develop" else "lock"
        )
