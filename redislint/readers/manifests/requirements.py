"""pip's requirements files: continuation lines, hashes, markers, includes, constraints."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from redislint.model.dependency import Dependency
from redislint.model.value import Value
from redislint.readers import Context
from redislint.readers.manifests.pypi import is_dev, requirement
from redislint.source import Source

_LINE = re.compile(r"(?:[^\\\n]|\\(?!\r?\n)|\\\r?\n)+")
_INCLUDE = re.compile(r"\s*(?:-r|--requirement|-c|--constraint)[ \t=]*([^\s#]+)")
_CONSTRAINT = re.compile(r"\s*(?:-c|--constraint)[ \t=]*([^\s#]+)")
_FOLDERS = frozenset("requirements requires reqs deps dependencies pip requirement".split())
_MAX_INCLUDES = 20


def module_of(path: str) -> str:
    """The folder whose code a requirements file serves: `requirements/` is not a module."""
    folder = posixpath.dirname(path)
    while posixpath.basename(folder).lower() in _FOLDERS:
        folder = posixpath.dirname(folder)
    return folder


def read(source: Source, context: Context, known: re.Pattern[str]) -> Iterator[Dependency]:
    """The dependencies of a file and of those it includes.

    `known` matches the paths that are read on their own anyway: what they hold is not repeated.
    """
    name = posixpath.basename(source.path).lower()
    module = module_of(source.path)
    constrains = "constraint" in name
    scope = "managed" if constrains else "test" if _dev_file(source.path) else "compile"
    constraints = {
        d.name: d.requirement
        for path in _includes(source, _CONSTRAINT)
        if (found := context.find(path)) is not None
        for d in lines(found, module, "managed")
    }
    for dependency in lines(source, module, scope):
        yield _constrained(dependency, constraints)
    seen = {source.path}
    queue = list(_includes(source, _INCLUDE))
    while queue and len(seen) < _MAX_INCLUDES:
        path = queue.pop(0)
        if path in seen:
            continue
        seen.add(path)
        included = context.find(path)
        if included is None:
            continue
        queue += _includes(included, _INCLUDE)
        if known.search(path):
            continue
        for dependency in lines(included, module, scope):
            yield _constrained(dependency, constraints)


def _dev_file(path: str) -> bool:
    parts = path.split("/")
    name = parts[-1].lower().removesuffix(".txt").removesuffix(".in")
    return is_dev(name) or any(p.lower() in ("test", "tests", "docs") for p in parts[:-1])


def _constrained(dependency: Dependency, constraints: dict[str, Value]) -> Dependency:
    """A range narrowed by the constraints file in force."""
    limit = constraints.get(dependency.name)
    own = dependency.requirement
    if limit is None or not (limit.known and own.known) or not limit.value:
        return dependency
    if dependency.locked:
        return dependency
    joined = limit.value if not own.value else f"{own.value},{limit.value}"
    narrowed = Value(joined, limit.origin, raw=own.raw)
    exact = re.fullmatch(r"={2,3}[\w.+!-]+", str(limit.value)) is not None
    if exact:
        narrowed = limit
    return Dependency(
        "pypi",
        dependency.name,
        narrowed,
        dependency.anchor,
        dependency.module,
        locked=exact,
        scope=dependency.scope,
    )


def _includes(source: Source, pattern: re.Pattern[str]) -> Iterator[str]:
    folder = posixpath.dirname(source.path)
    for line in source.text.splitlines():
        match = pattern.match(line)
        if match and "://" not in match[1]:
            path = posixpath.normpath(posixpath.join(folder, match[1].strip("\"'")))
            if not path.startswith(".."):
                yield path


def lines(source: Source, module: str, scope: str) -> Iterator[Dependency]:
    """The dependencies that the lines of one file name."""
    for match in _LINE.finditer(source.text):
        logical = match[0]
        text = logical.lstrip()
        start = match.start() + len(logical) - len(text)
        if text.startswith(("#", "-", ".", "/", "[")):
            editable = re.match(r"(?:-e|--editable)[ \t=]+(\S+#egg=([\w.-]+))", text)
            if editable:
                named = f"{editable[2]} @ {editable[1]}"
                found = requirement(named, source, start, module, scope)
                if found is not None:
                    yield found
            continue
        text = re.split(r"\\\r?\n|\s#|\s--", text)[0]
        found = requirement(text.rstrip(), source, start, module, scope)
        if found is not None:
            yield found
