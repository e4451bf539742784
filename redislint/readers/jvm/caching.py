"""Spring's cache on Redis: entries without an end, names without a prefix, KEYS to clear."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from redislint.readers.jvm.trapped import trap

if TYPE_CHECKING:
    from redislint.model.subject import Subject
    from redislint.readers.jvm.walk import Scope
    from redislint.syntax.jvm import Node, Unit

MENTION = re.compile(r"defaultCacheConfig\s*\(|RedisCacheManager\b|disableKeyPrefix\s*\(")

HOW = "give RedisCacheConfiguration an entryTtl"
"""What to do about entries without an end, for messages."""

_ENDS = re.compile(r"entryTtl|imeToLive|setDefaultExpiration|setExpires|\bttl\b", re.I)
"""With one of these somewhere in the file, entries may have an end."""


def find(unit: Unit, scope: Scope) -> Iterator[Subject]:
    """The cache configurations of a method that let entries live for ever, or share one space."""
    text = unit.source.text
    ends = _ENDS.search(text) is not None
    for node in scope.all:
        if node.kind == "call" and node.name == "disableKeyPrefix":
            yield trap(unit, node, "spring-cache-no-prefix", "disableKeyPrefix")
        if not ends and _defaults(node):
            yield trap(unit, node, "keys-without-ttl-cache", node.name, HOW)


def _defaults(node: Node) -> bool:
    """`cacheDefaults(defaultCacheConfig())`, `RedisCacheManager.create(factory)`, Boot 1's `new`."""
    if node.kind == "call" and node.name == "cacheDefaults":
        return any(_plain(a) for _, a in node.args)
    if node.kind == "call" and node.name == "create":
        return node.obj is not None and node.obj.name == "RedisCacheManager"
    return node.kind == "new" and node.name == "RedisCacheManager" and len(node.args) == 1


def _plain(node: Node) -> bool:
    """A chain that begins with `defaultCacheConfig()`."""
    here: Node | None = node
    while here is not None and here.kind == "call":
        if here.name == "defaultCacheConfig":
            return True
        here = here.obj
    return False
