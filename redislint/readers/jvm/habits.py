"""Habits of Java and Kotlin code that cost something under load or at a failover."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from redislint.readers.jvm.trapped import trap
from redislint.readers.jvm.walk import Scope, nodes

if TYPE_CHECKING:
    from redislint.model.subject import Subject
    from redislint.syntax.jvm import ClassDef, Node, Unit

MENTION = re.compile(
    r"__key(?:event|space)@|\.get\w*Lock\s*\(|nonLockingRedisCacheWriter|networkaddress\.cache\.ttl|sun\.net\.inetaddr\.ttl|RedisCacheManager\b|"
    r"\.(incr(by)?|decr(by)?|lpush|rpush|xadd|append|hincrby)\s*\(|"
    r"\.multi\s*\(|\.(blpop|brpop|brpoplpush|blmove|blmpop|bzpopmin|bzpopmax|bzmpop|xread|xreadgroup)\s*\("
)
"""Without one of these a file has no habit of this module."""

_UNLOCKED = "nonLockingRedisCacheWriter"
_SYNC = re.compile(r"\bsync\s*=\s*true\b")
_LOCKS = frozenset("getLock getFairLock getSpinLock getReadWriteLock".split())
_SETS_EVENTS = re.compile(r"notify-keyspace|KeyExpirationEventMessageListener|@EnableRedisKeyspace")
"""What turns keyspace notifications on by itself."""

_REDIS = re.compile(r"(?i)redis|lettuce|jedis|valkey")
_TTL = {"Security": "networkaddress.cache.ttl", "System": "sun.net.inetaddr.ttl"}
_BLOCKING = frozenset("blpop brpop brpoplpush blmove blmpop bzpopmin bzpopmax bzmpop".split())
_COUNTING = frozenset("incr incrby decr decrby lpush rpush xadd append hincrby".split())
_STREAMS = frozenset(("xread", "xreadgroup"))
_HOLDERS = frozenset(
    "StatefulRedisConnection StatefulRedisClusterConnection RedisCommands RedisAsyncCommands "
    "RedisClusterCommands RedisClusterAsyncCommands RedisAdvancedClusterCommands".split()
)
_QUEUE = (
    "waits on the server, and other methods use the same connection {}: their commands queue "
    "behind it until it answers or its time is over, and may time out"
)
_TRANSACTION = (
    "opens a transaction on the connection {} that other methods use as well: what their threads "
    "send meanwhile is queued into it, and answers QUEUED instead of a value"
)
_VIEWS = frozenset(("sync", "async", "reactive"))
_NO_COMMAND = frozenset(
    "close closeAsync isOpen setTimeout addListener removeListener getStatefulConnection "
    "setAutoFlushCommands flushCommands getOptions getResources sync async reactive".split()
)


def in_method(unit: Unit, scope: Scope) -> Iterator[Subject]:
    """The habits that one method shows."""
    text = unit.source.text
    for node in scope.all:
        if _endless_dns(node) and _REDIS.search(text):
            yield trap(unit, node, "jvm-dns-cache-forever", node.name, str(node.args[0][1].value))
        if _takes_lock(node, scope):
            yield trap(unit, node, "redisson-lock-failover", node.name)
        if node.kind == "call" and node.name == _UNLOCKED and not _SYNC.search(text):
            yield trap(unit, node, "spring-cache-nonlocking-stampede", node.name)
        channel = _keyspace_channel(node)
        if channel and not _SETS_EVENTS.search(text):
            yield trap(unit, node, "notify-keyspace-missing", node.name, channel)
        if _builds_cache(node) and "BatchStrateg" not in text and "RedisCacheWriter" not in text:
            yield trap(unit, node, "spring-cache-keys-batch", node.name)


def _endless_dns(node: Node) -> bool:
    """`Security.setProperty("networkaddress.cache.ttl", "-1")` or the older system property."""
    if node.kind != "call" or node.name != "setProperty" or len(node.args) != 2:
        return False
    name, value = (argument.value for _, argument in node.args)
    if node.obj is None or name != _TTL.get(node.obj.name) or not isinstance(value, str):
        return False
    return re.fullmatch(r"\s*-\d+\s*", value) is not None


def _takes_lock(node: Node, scope: Scope) -> bool:
    """`redisson.getLock(name)` and its kin."""
    if node.kind != "call" or node.name not in _LOCKS or node.obj is None or not node.args:
        return False
    declared = scope.type_of(node.obj)
    return declared in ("RedissonClient", "Redisson") or (
        not declared and "redisson" in node.obj.name.lower()
    )


def _keyspace_channel(node: Node) -> str:
    """`psubscribe("__keyevent@0__:expired")`, `new PatternTopic("__keyevent@*__:expired")`."""
    subscribes = node.kind == "call" and node.name in ("psubscribe", "subscribe", "patternTopic")
    topic = node.kind in ("new", "call") and node.name in ("PatternTopic", "ChannelTopic")
    for _, argument in node.args if subscribes or topic else ():
        value = argument.value if argument.kind == "lit" else None
        if isinstance(value, str) and value.startswith(("__keyevent@", "__keyspace@")):
            return value
    return ""


def _builds_cache(node: Node) -> bool:
    """`RedisCacheManager.builder(factory)` and `.create(factory)`, whose writer clears with KEYS."""
    if node.kind != "call" or node.name not in ("builder", "create") or not node.args:
        return False
    return node.obj is not None and node.obj.name == "RedisCacheManager"


def replayed(unit: Unit, cls: ClassDef) -> Iterator[Subject]:
    """The first command of a class that counts twice when Lettuce sends it again."""
    if re.search(r"autoReconnect\(\s*false|replayFilter", unit.source.text):
        return
    for method in cls.methods:
        scope = Scope(method)
        for node in scope.all:
            if node.kind != "call" or node.name not in _COUNTING or node.obj is None:
                continue
            view = node.obj.kind == "call" and node.obj.name in _VIEWS and not node.obj.args
            if view or scope.type_of(node.obj) in _HOLDERS:
                yield trap(unit, node, "lettuce-at-most-once-ignored", node.name)
                return


def in_class(unit: Unit, cls: ClassDef) -> Iterator[Subject]:
    """Blocking commands on a Lettuce connection that other methods of the class use as well."""
    held = {f.name for f in cls.fields.values() if f.type in _HOLDERS}
    held |= {p.name for p in cls.arguments if p.type in _HOLDERS}
    if not held:
        return
    waits: list[tuple[str, object, Node]] = []
    others: list[tuple[str, object]] = []
    for method in cls.methods:
        scope = Scope(method)
        for node in scope.all:
            if node.kind != "call" or node.obj is None or node.name in _NO_COMMAND:
                continue
            field = _field(node.obj, scope, held)
            if not field:
                continue
            if _waits(node) and node.name != method.name:  # else it only passes the command on
                waits.append((field, method, node))
            else:
                others.append((field, method))
    for field, owner, node in waits:
        if any(other == field and method is not owner for other, method in others):
            effect = _TRANSACTION if node.name == "multi" else _QUEUE
            detail = effect.format(field)
            yield trap(unit, node, "lettuce-blocking-on-shared-connection", node.name, detail)


def _waits(node: Node) -> bool:
    """Whether a call blocks the connection, or opens a transaction on it."""
    if node.name in _STREAMS:
        inner = (n for _, argument in node.args for n in nodes(argument))
        return any(n.kind == "call" and n.name == "block" for n in inner)
    return node.name in _BLOCKING or (node.name == "multi" and not node.args)


def _field(node: Node | None, scope: Scope, held: set[str], depth: int = 0) -> str:
    """The field that `connection.sync()`, `this.commands` or a local made of them stands for."""
    if node is None or depth > 4:
        return ""
    if node.kind == "call" and node.name in _VIEWS and not node.args:
        return _field(node.obj, scope, held, depth + 1)
    own = node.kind == "member" and node.obj is not None and node.obj.name == "this"
    if own:
        return node.name if node.name in held else ""
    if node.kind != "name":
        return ""
    if any(p.name == node.name for p in scope.method.params):
        return ""
    for local in scope.all:
        if local.kind == "local" and local.name == node.name:
            return _field(local.value, scope, held, depth + 1)
    return node.name if node.name in held else ""
