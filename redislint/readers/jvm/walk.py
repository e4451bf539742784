"""Walk over the tree of a method: every node, with what its names were declared as."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from redislint.syntax.jvm import Node as Tree

if TYPE_CHECKING:
    import re

    from redislint.syntax.jvm import ClassDef, Method, Node

LIMIT = 20_000
"""Nodes looked at in one method; beyond that it is generated code."""


def nodes(root: Node | None) -> Iterator[Node]:
    """Every node below (and with) a root, outermost first."""
    stack = [root] if root is not None else []
    count = 0
    while stack and count < LIMIT:
        node = stack.pop()
        count += 1
        yield node
        parts = (node.obj, node.cond, node.value, node.body, node.other)
        inner: list[Node] = [p for p in parts if isinstance(p, Tree)]
        inner += [a for _, a in node.args]
        inner += node.items
        stack += reversed(inner)


@lru_cache(maxsize=16)
def says(text: str, pattern: re.Pattern[str]) -> bool:
    """Whether a file's text has a pattern anywhere: asked once, not for each method."""
    return pattern.search(text) is not None


class Scope:
    """A method with the declared types of the names in it."""

    def __init__(self, method: Method) -> None:
        self.method = method
        self.cls: ClassDef | None = method.owner
        self.body = method.body
        self.all = list(nodes(self.body))
        self.types: dict[str, str] = {}
        cls = self.cls
        while cls is not None:
            for field in cls.fields.values():
                self.types.setdefault(field.name, field.type or _made(field.value))
            for param in cls.arguments:
                self.types.setdefault(param.name, param.type)
            cls = cls.outer
        for param in method.params:
            self.types[param.name] = param.type
        for node in self.all:
            if node.kind == "local":
                known = node.type if node.type not in ("var", "val", "", "resource") else ""
                self.types[node.name] = known or _made(node.value)

    def type_of(self, node: Node | None) -> str:
        """The declared type of what an expression names; empty where it is not known."""
        if node is None:
            return ""
        if node.kind == "name":
            return self.types.get(node.name, "")
        if node.kind == "member" and node.obj is not None and node.obj.kind == "name":
            return self.types.get(node.name, "") if node.obj.name == "this" else ""
        if node.kind in ("new", "call"):
            return _made(node)
        return ""


def _made(node: Node | None) -> str:
    if node is None:
        return ""
    if node.kind == "new" or (node.kind == "call" and node.obj is None and node.name[:1].isupper()):
        return node.name
    return ""
