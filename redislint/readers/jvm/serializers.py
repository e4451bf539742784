"""Serializers of Spring Data Redis that create whatever class the stored bytes name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from redislint.model.value import Value
from redislint.readers.jvm.trapped import trap
from redislint.readers.jvm.walk import says

if TYPE_CHECKING:
    from redislint.model.subject import Subject
    from redislint.readers.jvm.walk import Scope
    from redislint.syntax.jvm import Node, Unit

NAME = "java-deserialization-redis"
_SPRING_REDIS = re.compile(r"RedisSerializer|RedisTemplate|RedisCache|redisson|JsonJacksonCodec")
_OF_KEYS = re.compile(r"(?i)^(set)?(hash)?key")
"""Serializers of keys alone leave values to the template's default."""
_OPEN = ("LaissezFaireSubTypeValidator", "getPolymorphicTypeValidator", "polymorphicTypeValidator")


def find(unit: Unit, scope: Scope) -> Iterator[Subject]:
    """Java serialization, and Jackson's default typing without a list of allowed types."""
    redis = says(unit.source.text, _SPRING_REDIS)
    chosen = _chosen(scope)
    for node in scope.all:
        if chosen and node.kind in ("new", "call") and _serializer(node):
            continue
        if _makes(node, "JdkSerializationRedisSerializer"):
            yield trap(unit, node, NAME, "JdkSerializationRedisSerializer", "Java serialization")
        elif node.kind == "call" and node.name == "java" and _named(node.obj, "RedisSerializer"):
            yield trap(unit, node, NAME, "RedisSerializer.java()", "Java serialization")
        elif node.kind == "call" and node.name == "enableDefaultTyping" and redis:
            yield trap(unit, node, NAME, node.name, "Jackson's default typing")
        elif node.kind == "call" and node.name == "activateDefaultTyping" and redis:
            text = unit.data[node.start : node.end].decode("utf-8", "replace")
            if any(name in text for name in _OPEN):
                yield trap(unit, node, NAME, node.name, "Jackson's default typing")
    yield from _plain_templates(unit, scope)


def _serializer(node: Node) -> bool:
    """Whether an expression makes a serializer: `RedisSerializer.json()`, `new …Serializer()`."""
    if node.kind == "call" and _named(node.obj, "RedisSerializer"):
        return True
    made = node.kind == "new" or (node.kind == "call" and node.obj is None)
    return made and node.name.endswith("RedisSerializer")


def _chosen(scope: Scope) -> bool:
    """Whether the method returns one of several serializers: then its caller decides."""
    if not scope.method.type.endswith("RedisSerializer"):
        return False
    return sum(_serializer(node) for node in scope.all) > 1


def _makes(node: Node, name: str) -> bool:
    if node.kind == "new":
        return node.name == name
    return node.kind == "call" and node.obj is None and node.name == name


def _named(node: Node | None, name: str) -> bool:
    return node is not None and node.kind in ("name", "member") and node.name == name


def _plain_templates(unit: Unit, scope: Scope) -> Iterator[Subject]:
    """`new RedisTemplate<>()` that never gets a serializer: values are Java-serialized."""
    for node in scope.all:
        if node.kind != "local" or node.value is None or not _makes(node.value, "RedisTemplate"):
            continue
        if node.value.body is not None or len(node.value.args) > 0:
            continue
        used = [n for n in scope.all if _concerns(n, node.name)]
        chosen = {n.name for n in used if n.kind in ("call", "member") and "erializer" in n.name}
        configured = any(not _OF_KEYS.search(name) for name in chosen)
        handed = any(
            n.kind == "call" and any(a.kind == "name" and a.name == node.name for _, a in n.args)
            for n in scope.all
        )
        connected = any("onnectionFactory" in n.name for n in used)
        if connected and not configured and not handed:
            made = trap(
                unit,
                node.value,
                NAME,
                "RedisTemplate",
                "Java serialization, the template's default",
            )
            if chosen:
                made.set("debatable", Value(True))
            yield made


def _concerns(node: Node, name: str) -> bool:
    if node.kind not in ("call", "member"):
        return False
    return node.obj is not None and node.obj.kind == "name" and node.obj.name == name
