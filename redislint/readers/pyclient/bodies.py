"""What is asked of a function or a module once for each client in it, found once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redislint.readers.pyclient.scopes import Module
from redislint.syntax.python import Node, named

if TYPE_CHECKING:
    from redislint.readers import Context

_CLOSES = re.compile(r"\.a?close\s*\(|\.disconnect\s*\(")
_YIELDS = re.compile(r"\byield\s+(\w+)\s*(?:$|#)", re.MULTILINE)
_RETURNS = re.compile(r"\breturn\s+(?:await\s+)?")
_DEPENDS = re.compile(r"\bDepends\(\s*(?:\w+\.)?(\w+)\s*[),]")
_NAME = re.compile(r"(\w+)\s*$", re.MULTILINE)


class Body:
    """A function: its text, and what its statements say about the clients in it."""

    __slots__ = ("closes", "name", "returned", "sets_global", "text", "yielded")

    def __init__(self, module: Module, function: Node) -> None:
        named_by = function.child_by_field_name("name")
        body = function.child_by_field_name("body")
        self.name = module.text(named_by) if named_by is not None else ""
        self.text = module.text(function)
        self.closes = bool(_CLOSES.search(self.text))
        self.sets_global = body is not None and any(
            child.type == "global_statement" for child in named(body)
        )
        bound = _YIELDS.search(self.text)
        self.yielded = bound[1] if bound is not None else ""
        self.returned = [found.end() for found in _RETURNS.finditer(self.text)]
        """Where the expressions begin that are returned."""

    def returns(self, expression: str) -> bool:
        """Whether the text of an expression stands behind a `return`."""
        return any(self.text.startswith(expression, at) for at in self.returned)

    def returns_name(self, name: str) -> bool:
        """Whether a name alone is returned."""
        found = (_NAME.match(self.text, at) for at in self.returned)
        return any(word is not None and word[1] == name for word in found)


def of(module: Module, function: Node) -> Body:
    """The body of a function of `module`."""
    found = module.bodies.get(function.id)
    if not isinstance(found, Body):
        found = module.bodies[function.id] = Body(module, function)
    return found


def dependencies(module: Module) -> frozenset[str]:
    """The names in `Depends(…)` anywhere in the module."""
    if module.dependencies is None:
        module.dependencies = frozenset(_DEPENDS.findall(module.tree.source.text))
    return module.dependencies


_ROUTERS = re.compile(r"(?i)rout|api|endpoint|view|main|app|dep|service|controller|handler|server")
MAX_ASKED = 120
"""Modules of the repository that are asked what they depend on."""
_latest: tuple[object, frozenset[str]] | None = None
"""What the modules of one repository depend on: many modules of it ask, one after the other."""


def dependencies_of_all(context: Context) -> frozenset[str]:
    """The names in `Depends(…)` anywhere in the repository's modules of routes and services."""
    global _latest
    if _latest is None or _latest[0] is not context:
        found: set[str] = set()
        paths = [p for p in context.glob("*.py") if _ROUTERS.search(p)]
        for path in paths[:MAX_ASKED]:
            source = context.find(path)
            if source is not None and "Depends" in source.text:
                found.update(_DEPENDS.findall(source.text))
        _latest = (context, frozenset(found))
    return _latest[1]


_IMPORTED = re.compile(r"^from\s+[\w.]*?(\w+)\s+import\s+(\([^)]*\)|[^\n(]+)", re.MULTILINE)
_TAKES = re.compile(r"^[ \t]+\w+[ \t]*=[ \t]*(?:await[ \t]+)?(\w+)\(", re.MULTILINE)
_takes: tuple[object, dict[tuple[str, str], int]] | None = None


def takers_of_all(context: Context) -> dict[tuple[str, str], int]:
    """(module, function) → how often other modules call it for a value that they let go of."""
    global _takes
    if _takes is None or _takes[0] is not context:
        found: dict[tuple[str, str], int] = {}
        paths = [p for p in context.glob("*.py") if _ROUTERS.search(p) and "test" not in p]
        for path in paths[:MAX_ASKED]:
            source = context.find(path)
            text = source.text if source is not None else ""
            if re.search(r"\bglobal\s|\.a?close\(", text):
                continue  # what is kept or closed there is no client for each call
            owners = {
                name: stem
                for stem, names in _IMPORTED.findall(text)
                for name in re.findall(r"\w+", names)
            }
            for name in _TAKES.findall(text):
                if name in owners:
                    key = (owners[name], name)
                    found[key] = found.get(key, 0) + 1
        _takes = (context, found)
    return _takes[1]


def calls_of(module: Module, name: str) -> list[Node]:
    """The calls whose function is written as `name`."""
    if module.calls_by_name is None:
        module.calls_by_name = {}
        for call, _ in module.calls:
            target = call.child_by_field_name("function")
            if target is not None:
                module.calls_by_name.setdefault(module.text(target), []).append(call)
    return module.calls_by_name.get(name, [])
