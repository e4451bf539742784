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
        if not ends and _defaults(node, scope):
            yield trap(unit, node, "keys-without-ttl-cache", node.name, HOW)


def _defaults(node: Node, scope: Scope) -> bool:
    """A manager or a bean of settings whose entries have no end.

    `cacheDefaults(defaultCacheConfig())`, `RedisCacheManager.create(factory)`, `new
    RedisCacheManager(writer, defaultCacheConfig())`, Boot 1's `new` with a template.
    """
    if node.kind == "call" and node.name == "cacheDefaults":
        return any(_plain(a, scope) for _, a in node.args)
    if node.kind == "call" and node.name == "create":
        return node.obj is not None and node.obj.name == "RedisCacheManager"
    made = node.kind == "new" or (node.kind == "call" and node.obj is None)
    if made and node.name == "RedisCacheManager":
        return len(node.args) == 1 or any(_plain(a, scope) for _, a in node.args[1:2])
    if node.kind == "return" and node.value is not None and scope.method.annotation("Bean"):
        return scope.method.type == "RedisCacheConfiguration" and _plain(node.value, scope)
    return False


def _plain(node: Node, scope: Scope, depth: int = 0) -> bool:
    """A chain that begins with `defaultCacheConfig()`, or a local name for one."""
    here: Node | None = node
    while here is not None and here.kind == "call":
        if here.name == "defaultCacheConfig":
            return True
        here = here.obj
    if here is None or here.kind != "name" or depth > 2:
        return False
    return any(
        local.kind == "local"
        and local.name == here.name
        and local.value is not None
        and _plain(local.value, scope, depth + 1)
        for local in scope.all
    )
