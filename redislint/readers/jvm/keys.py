"""KEYS in code, streams without end, and keys of different hash slots in one cluster command."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from redislint.readers.jvm.locks import is_redis
from redislint.readers.jvm.trapped import trap

if TYPE_CHECKING:
    from redislint.model.subject import Subject
    from redislint.readers.jvm.walk import Scope
    from redislint.syntax.jvm import Node, Unit

_JEDIS = frozenset(("JedisCluster", "BinaryJedisCluster"))
_CLUSTER = _JEDIS | frozenset(
    "RedisClusterCommands RedisClusterAsyncCommands RedisAdvancedClusterCommands "
    "RedisAdvancedClusterAsyncCommands RedisAdvancedClusterReactiveCommands".split()
)
"""Lettuce's split mget, mset, del and their kin by slot; what is left goes to one node."""
_MULTI = frozenset(
    "sinter sinterstore sunion sunionstore sdiff sdiffstore rename renamenx rpoplpush brpoplpush "
    "smove zunionstore zinterstore pfcount pfmerge lmove blmove".split()
)
_TRIMS = re.compile(r"(?i)\bx?trim\s*\(|maxlen|minid|xdel\b|opsForStream\(\)\s*\.delete\b")
"""What limits a stream, wherever in the file it stands."""
_JEDIS_MULTI = frozenset("mget mset msetnx del unlink exists touch".split())


def find(unit: Unit, scope: Scope) -> Iterator[Subject]:
    """The traps of a method."""
    for node in scope.all:
        if node.kind != "call" or node.obj is None:
            continue
        delegates = scope.method.name in ("keys", "<init>")
        if node.name == "keys" and len(node.args) == 1 and is_redis(node.obj, scope):
            if delegates:
                continue
            if _pattern(node.args[0][1]):
                made = trap(unit, node, "keys-command-on-cluster-or-large", "keys", _shown(node))
                yield made
        elif _adds_to_stream(node, scope) and not _TRIMS.search(unit.source.text):
            yield trap(unit, node, "stream-without-maxlen", node.name)
        elif _needs_one_slot(node, scope):
            slots = _slots(node)
            if len(slots) > 1:
                shown = ", ".join(f"{k} (slot {s})" for k, s in slots.items())
                yield trap(unit, node, "cluster-crossslot", node.name, shown)


def _adds_to_stream(node: Node, scope: Scope) -> bool:
    """Whether a call is an XADD without options of its own: of Spring's template, or of a client."""
    obj = node.obj
    if obj is None:
        return False
    if node.name == "add":
        return obj.kind == "call" and obj.name == "opsForStream" and len(node.args) == 1
    return node.name == "xadd" and len(node.args) > 1 and is_redis(obj, scope)


def _pattern(node: Node) -> bool:
    """Whether an argument may be a pattern: no lambda, no number."""
    return node.kind not in ("lambda", "ref") and not (
        node.kind == "lit" and not isinstance(node.value, str)
    )


def _shown(node: Node) -> str:
    argument = node.args[0][1]
    if argument.kind == "lit" and isinstance(argument.value, str):
        return argument.value
    return "<pattern>"


def _needs_one_slot(node: Node, scope: Scope) -> bool:
    """Whether a command goes to one node of a cluster with all its keys."""
    client = scope.type_of(node.obj)
    name = node.name.lower()
    return (client in _CLUSTER and name in _MULTI) or (client in _JEDIS and name in _JEDIS_MULTI)


def _slots(node: Node) -> dict[str, int]:
    """Literal keys → hash slot, each slot once."""
    from redislint.readers.pyclient.slots import slot

    keys = [a.value for _, a in node.args if a.kind == "lit" and isinstance(a.value, str)]
    if node.name.lower() in ("mset", "msetnx"):
        keys = keys[::2]
    found: dict[str, int] = {}
    for key in keys:
        number = slot(key.encode())
        if number not in found.values():
            found[key] = number
    return found
