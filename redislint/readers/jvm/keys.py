"""KEYS in code, locks without end, and keys of different hash slots in one cluster command."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from redislint.readers.jvm.trapped import trap

if TYPE_CHECKING:
    from redislint.model.subject import Subject
    from redislint.readers.jvm.walk import Scope
    from redislint.syntax.jvm import Node, Unit

_TYPES = re.compile(
    r"^(String)?RedisTemplate$|^Reactive(String)?RedisTemplate$|^RedisOperations$|^(Unified)?Jedis\w*$"
    r"|^Redis(Advanced)?(Cluster)?(Async|Reactive)?Commands$|^RedisCommands$|^RedisConnection$"
)
_NAMES = re.compile(r"(?i)^(string)?redis_?template$|^jedis(cluster|pooled)?$|^redis(commands)?$")
_LOCK = re.compile(r"(?i)lock|mutex")
_CLUSTER = frozenset(("JedisCluster", "BinaryJedisCluster", "RedisClusterCommands"))
_MULTI = frozenset(
    "sinter sinterstore sunion sunionstore sdiff sdiffstore rename renamenx rpoplpush brpoplpush "
    "smove zunionstore zinterstore pfcount pfmerge lmove blmove".split()
)
_TRIMS = re.compile(r"(?i)\bx?trim\s*\(|maxlen|minid|xdel\b|opsForStream\(\)\s*\.delete\b")
"""What limits a stream, wherever in the file it stands."""
_JEDIS_MULTI = frozenset("mget mset msetnx del unlink exists touch".split())


def find(unit: Unit, scope: Scope) -> Iterator[Subject]:
    """The traps of a method."""
    for node in _released(unit, scope):
        yield trap(unit, node, "lock-release-without-token", node.name, "the lock")
    for node in scope.all:
        if node.kind != "call" or node.obj is None:
            continue
        delegates = scope.method.name in ("keys", "<init>")
        if node.name == "keys" and len(node.args) == 1 and _is_redis(node.obj, scope):
            if delegates:
                continue
            if _pattern(node.args[0][1]):
                made = trap(unit, node, "keys-command-on-cluster-or-large", "keys", _shown(node))
                yield made
        elif _adds_to_stream(node, scope) and not _TRIMS.search(unit.source.text):
            yield trap(unit, node, "stream-without-maxlen", node.name)
        elif node.name in ("setIfAbsent", "setnx") and len(node.args) == 2:
            if _is_lock(node, scope) and _redis_value(node, scope):
                yield trap(unit, node, "lock-without-ttl", node.name)
        elif node.name.lower() in _MULTI | _JEDIS_MULTI and scope.type_of(node.obj) in _CLUSTER:
            slots = _slots(node)
            if len(slots) > 1:
                shown = ", ".join(f"{k} (slot {s})" for k, s in slots.items())
                yield trap(unit, node, "cluster-crossslot", node.name, shown)


def _released(unit: Unit, scope: Scope) -> Iterator[Node]:
    """`delete(lockKey)` in a finally block, by a method that took the lock and asks nobody."""
    from redislint.readers.jvm.walk import nodes

    takes = any(
        n.kind == "call" and n.name in ("setIfAbsent", "setnx") and n.args and _is_lock(n, scope)
        for n in scope.all
    )
    asks = any(n.kind == "call" and n.name in ("execute", "eval", "evalsha") for n in scope.all)
    if not takes or asks:
        return
    for node in scope.all:
        for block in node.items if node.kind == "try" else []:
            if not unit.data[max(0, block.start - 12) : block.start].rstrip().endswith(b"finally"):
                continue
            inside = list(nodes(block))
            if any(n.kind == "call" and n.name in ("equals", "compareTo") for n in inside):
                continue
            for call in inside:
                gives = call.kind == "call" and call.name in ("delete", "del", "unlink")
                if not gives or len(call.args) != 1 or call.obj is None:
                    continue
                if _is_redis(call.obj, scope) and _is_lock(call, scope):
                    yield call


def _is_redis(node: Node, scope: Scope) -> bool:
    declared = scope.type_of(node)
    if declared:
        return bool(_TYPES.match(declared))
    if node.kind == "call" and node.name == "sync" and not node.args:
        return True
    name = node.name if node.kind in ("name", "member") else ""
    return bool(_NAMES.match(name))


def _adds_to_stream(node: Node, scope: Scope) -> bool:
    """Whether a call is an XADD without options of its own: of Spring's template, or of a client."""
    obj = node.obj
    if obj is None:
        return False
    if node.name == "add":
        return obj.kind == "call" and obj.name == "opsForStream" and len(node.args) == 1
    return node.name == "xadd" and len(node.args) > 1 and _is_redis(obj, scope)


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


def _is_lock(node: Node, scope: Scope) -> bool:
    first = node.args[0][1]
    texts = [scope.method.name]
    for part in (first, *first.items):
        if part.kind == "lit" and isinstance(part.value, str):
            texts.append(part.value)
        elif part.kind in ("name", "member"):
            texts.append(part.name)
    return any(_LOCK.search(t) for t in texts)


def _redis_value(node: Node, scope: Scope) -> bool:
    obj = node.obj
    assert obj is not None
    if obj.kind == "call" and obj.name in ("opsForValue", "sync"):
        return True
    declared = scope.type_of(obj)
    if declared:
        return bool(_TYPES.match(declared)) or declared == "ValueOperations"
    name = obj.name if obj.kind in ("name", "member") else ""
    return bool(_NAMES.match(name)) or "valueops" in name.lower()


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
