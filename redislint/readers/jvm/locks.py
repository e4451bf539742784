"""Locks that code builds of SET NX: without an end, or given back by whoever comes along."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from redislint.readers.jvm.trapped import trap
from redislint.readers.jvm.walk import nodes, says

if TYPE_CHECKING:
    from redislint.model.subject import Subject
    from redislint.readers.jvm.walk import Scope
    from redislint.syntax.jvm import Node, Unit

TYPES = re.compile(
    r"^(Reactive)?(String)?RedisTemplate$|^(Reactive)?RedisOperations$|^(Unified)?Jedis\w*$"
    r"|^Redis(Advanced)?(Cluster)?(Key)?(Async|Reactive)?Commands$|^ReactiveKeyCommands$"
    r"|^(Default)?(String)?Redis(Cluster)?Connection$"
)
NAMES = re.compile(r"(?i)^(string)?redis_?template$|^jedis(cluster|pooled)?$|^redis(commands)?$")
_CALLBACK = re.compile(r"\b(RedisCallback|RedisConnection|StringRedisConnection)\b")
_LOCK = re.compile(r"(?i)(?<![bc])lock(?!ed)|mutex")
_CLASS = re.compile(r"Lock(er|Utils?|Service|Manager|Helper|Handler|Client|Support|Impl|Adapter)*$")
_TAKES = frozenset(("setIfAbsent", "setnx", "setNX"))
_TAKEN = re.compile(r"(?i)^(try_?lock|(get|acquire|add|set|obtain)_?lock|acquire)$")
_GIVES = frozenset(("delete", "del", "unlink"))
_GIVEN = re.compile(r"(?i)^(un_?lock|(release|remove|delete|del|free|clear)_?(my_?)?lock|release)$")
_ASKS = frozenset("execute eval evalsha equals compareTo".split())
_SWAPS = re.compile(r"\.(getAndSet|getSet|getset)\s*\(")
"""The lock whose value is its deadline: who comes later takes it over."""
_COUNTS = frozenset("increment incr incrBy incrby decrement decr decrBy decrby".split())
_ENDS = frozenset("ex px exAt pxAt exat pxat keepttl".split())


def find(unit: Unit, scope: Scope) -> Iterator[Subject]:
    """What a method does wrong about a lock."""
    for node in _released(unit, scope):
        yield trap(unit, node, "lock-release-without-token", node.name, "the lock")
    if says(unit.source.text, _SWAPS):
        return
    for node in scope.all:
        if node.kind == "call" and node.obj is not None and _takes_for_ever(node, scope):
            yield trap(unit, node, "lock-without-ttl", node.name)


def _takes_for_ever(node: Node, scope: Scope) -> bool:
    """Whether a call sets a key if it is absent, without an end, and the key is a lock."""
    if node.name in _TAKES and len(node.args) == 2:
        kept = is_lock(node.args[0][1], scope) or _expires_later(node, scope)
        return kept and _of_redis(node, scope)
    if node.name == "setIfAbsent" and len(node.args) == 1:
        bound = node.obj
        if bound is None or bound.kind != "call" or bound.name != "boundValueOps" or not bound.args:
            return False
        return is_lock(bound.args[0][1], scope)
    if node.name == "set" and len(node.args) == 3 and _only_if_absent(node.args[2][1]):
        return is_lock(node.args[0][1], scope) and _of_redis(node, scope)
    return False


def _only_if_absent(node: Node) -> bool:
    """`SetParams.setParams().nx()`, `SetArgs.Builder.nx()`, "NX": without an end."""
    if node.kind == "lit":
        return isinstance(node.value, str) and node.value.upper() == "NX"
    called = {n.name for n in nodes(node) if n.kind == "call"}
    return "nx" in called and not called & _ENDS


def _expires_later(taken: Node, scope: Scope) -> bool:
    """Whether the same key gets its end in a command of its own, afterwards.

    A key that is counted up as well is a counter with a first value, not a lock.
    """
    unit = scope.method.owner.unit if scope.method.owner else None
    if unit is None:
        return False
    key = taken.args[0][1]
    text = unit.data[key.start : key.end]
    later = {
        node.name
        for node in scope.all
        if node.kind == "call"
        and node.args
        and node.start > taken.start
        and unit.data[node.args[0][1].start : node.args[0][1].end] == text
    }
    return bool(later & {"expire", "pexpire"}) and not later & _COUNTS


def _released(unit: Unit, scope: Scope) -> Iterator[Node]:
    """`delete(lockKey)` in a finally block, or in `unlock(key)`, that asks nobody whose it is."""
    if any(n.kind == "call" and n.name in _ASKS for n in scope.all):
        return
    if _GIVEN.match(scope.method.name) and _locks_here(unit):
        for call in scope.all:
            if _gives(call, scope) and _is_handed_in(call.args[0][1], scope):
                yield call
        return
    takes = any(
        n.kind == "call"
        and n.args
        and (n.name in _TAKES or _TAKEN.match(n.name))
        and is_lock(n.args[0][1], scope)
        for n in scope.all
    )
    if not takes:
        return
    for node in scope.all:
        for block in node.items if node.kind == "try" else []:
            if unit.data[max(0, block.start - 12) : block.start].rstrip().endswith(b"finally"):
                for call in nodes(block):
                    if _gives(call, scope) and is_lock(call.args[0][1], scope):
                        yield call


def _locks_here(unit: Unit) -> bool:
    """Whether the file takes locks with SET NX itself."""
    return re.search(r"\.(setIfAbsent|setnx|setNX|nx)\s*\(|\"NX\"", unit.source.text) is not None


def _gives(call: Node, scope: Scope) -> bool:
    gives = call.kind == "call" and call.name in _GIVES and len(call.args) == 1
    return gives and call.obj is not None and is_redis(call.obj, scope)


def _is_handed_in(node: Node, scope: Scope) -> bool:
    """Whether a key is the method's parameter, is made of one, or is a lock's by its name."""
    given = {p.name for p in scope.method.params}
    return is_lock(node, scope) or any(n.kind == "name" and n.name in given for n in nodes(node))


def is_redis(node: Node, scope: Scope) -> bool:
    """Whether an expression is a client or template of Redis, by its type or its name."""
    declared = scope.type_of(node)
    if declared:
        return bool(TYPES.match(declared))
    if node.kind == "call" and node.name == "sync" and not node.args:
        return True
    name = node.name if node.kind in ("name", "member") else ""
    if name.lower() in ("connection", "conn") and scope.cls is not None:
        return _CALLBACK.search(scope.cls.unit.source.text) is not None
    return bool(NAMES.match(name))


def is_lock(key: Node, scope: Scope) -> bool:
    """Whether a key is that of a lock: by its text, its name, where it comes from, or who asks."""
    owner = scope.cls.name if scope.cls is not None else ""
    if _LOCK.search(scope.method.name) or _CLASS.search(owner):
        return True
    return any(_LOCK.search(text) for text in _words(key, scope, 0))


def _words(key: Node, scope: Scope, depth: int) -> Iterator[str]:
    for part in (key, *key.items):
        if part.kind == "lit" and isinstance(part.value, str):
            yield part.value
        elif part.kind in ("name", "member"):
            yield part.name
            for local in scope.all if depth == 0 and part.kind == "name" else ():
                made = local.kind == "local" and local.name == part.name
                if made and local.value is not None:
                    yield from _words(local.value, scope, depth + 1)
        elif part.kind == "call":
            yield part.name
            for _, argument in part.args if depth < 2 else ():
                yield from _words(argument, scope, 2)


def _of_redis(node: Node, scope: Scope) -> bool:
    obj = node.obj
    assert obj is not None
    if obj.kind == "call" and obj.name in ("opsForValue", "sync"):
        return True
    declared = scope.type_of(obj)
    if declared:
        return bool(TYPES.match(declared)) or declared.endswith("ValueOperations")
    name = obj.name if obj.kind in ("name", "member") else ""
    if node.name == "setNX":
        return "conn" in name.lower()
    return bool(NAMES.match(name)) or "valueops" in name.lower()
