"""Calls that are wrong whatever the options: found by their form in the tree."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING

from redislint.model.value import Value
from redislint.readers.jvm import caching, habits, keys, locks, serializers
from redislint.readers.jvm.percall import is_program
from redislint.readers.jvm.trapped import trap
from redislint.readers.jvm.walk import Scope, nodes

if TYPE_CHECKING:
    from redislint.model.client import Client
    from redislint.model.subject import Subject
    from redislint.source import Span
    from redislint.syntax.jvm import ClassDef, Method, Node, Unit

MENTION = re.compile(
    r"DefaultTyping\s*\(|JdkSerializationRedisSerializer|RedisSerializer\s*\.\s*java\b|"
    r"new RedisTemplate\b|RedisTemplate<|\bJedis\b|\.getResource\s*\(|\.keys\s*\(|"
    r"defaultCacheConfig\s*\(|RedisCacheManager\b|disableKeyPrefix\s*\(|"
    r"opsForStream\s*\(|\.xadd\s*\(|setIfAbsent\s*\(|\bset(nx|NX)\s*\(|\.nx\s*\(|[\"]NX[\"]|\.delete\s*\(|\.(a?sync|reactive)\s*\(|\.(s(inter|union|diff)|rename|b?rpoplpush|smove|"
    r"z(union|inter)store|pf(count|merge)|[bl]l?move|m[gs]et|del|unlink)\w*\s*\(|"
    + habits.MENTION.pattern
)
"""Without one of these a file has no trap of this module."""
_MENTION = re.compile(MENTION.pattern.encode("ascii"))

_CALLBACKS = frozenset(
    "thenApply thenAccept thenRun thenCompose whenComplete handle subscribe doOnNext doOnSuccess "
    "thenApplyAsync_ addListener".split()
)
_STEREOTYPES = frozenset(
    "Component Service Repository Configuration Controller RestController Singleton "
    "ApplicationScoped Bean".split()
)

_NEVER = (
    "never given back: after as many calls as the pool has connections (8 by default) every "
    "thread waits for ever"
)
_ON_ERROR = (
    "not given back when a command fails: after as many errors as the pool has connections "
    "every thread waits for ever"
)
_OPENED = "never closed: sockets pile up here and at the server until one of them refuses more"
"""What becomes of a connection, for the message."""


def find(unit: Unit, clients: list[Client]) -> Iterator[Subject]:
    """The traps of a unit."""
    mentions = [m.start() for m in _MENTION.finditer(unit.data)]
    if not mentions:
        return
    seen: set[tuple[str, int]] = set()
    for made in _find(unit, mentions):
        assert made.anchor is not None
        place = (str(made.get("trap").value), made.anchor.start)
        if place not in seen:
            seen.add(place)
            yield made


def _find(unit: Unit, mentions: list[int]) -> Iterator[Subject]:
    jedis = _imports(unit, "redis.clients.jedis")
    lettuce = _imports(unit, "io.lettuce", "com.lambdaworks.redis")
    habitual = lettuce and habits.MENTION.search(unit.source.text) is not None
    caches = caching.MENTION.search(unit.source.text) is not None
    for cls in [*unit.all_classes(), unit.top]:
        if jedis:
            yield from _shared_jedis(unit, cls)
        if habitual:
            yield from habits.in_class(unit, cls)
            yield from habits.replayed(unit, cls)
        for method in [*cls.methods, *cls.initializers]:
            first = bisect_left(mentions, method.start)
            if first == len(mentions) or mentions[first] >= method.end:
                continue
            scope = Scope(method)
            yield from serializers.find(unit, scope)
            if caches:
                yield from caching.find(unit, scope)
            yield from keys.find(unit, scope)
            yield from locks.find(unit, scope)
            yield from habits.in_method(unit, scope)
            if jedis:
                yield from _not_closed(unit, scope)
            if lettuce:
                yield from _blocking(unit, scope)


def _imports(unit: Unit, *packages: str) -> bool:
    names = [*unit.imports.values(), *unit.stars]
    if not names:
        return True
    return any(n.startswith(packages) for n in names)


def _shared_jedis(unit: Unit, cls: ClassDef) -> Iterator[Subject]:
    """A Jedis connection that several threads get: a bean, a static field, a service's field."""
    if unit.imports and unit.imports.get("Jedis", "redis.clients.jedis.Jedis") != (
        "redis.clients.jedis.Jedis"
    ):
        return
    for method in cls.methods:
        if method.type == "Jedis" and method.annotation("Bean") and not _per_use(method):
            node = method.body
            if node is not None:
                made = trap(unit, node, "jedis-shared-between-threads", "Jedis", method.name)
                made.anchor = _header(unit, method)
                yield made
    singleton = cls.kind == "object" or any(a.name in _STEREOTYPES for a in cls.annotations)
    for field in cls.fields.values():
        if not field.static and not singleton:
            continue
        if (field.type == "Jedis" or _opens(field.value)) and field.value is not None:
            yield trap(unit, field.value, "jedis-shared-between-threads", "Jedis", field.name)
        elif field.type == "Jedis":
            opened = _filled_in(cls, field.name)
            if opened is not None:
                yield trap(unit, opened, "jedis-shared-between-threads", "Jedis", field.name)


def _opens(node: Node | None) -> bool:
    """`new Jedis(…)`, in Kotlin `Jedis(…)`."""
    if node is None or node.name != "Jedis":
        return False
    return node.kind == "new" or (node.kind == "call" and node.obj is None)


def _filled_in(cls: ClassDef, name: str) -> Node | None:
    """The new connection that a constructor, or code that runs at the start, puts into a field."""
    for method in [*cls.methods, *cls.initializers]:
        once = (
            method in cls.initializers or method.constructor or method.annotation("PostConstruct")
        )
        for node in nodes(method.body) if once else ():
            if node.kind == "assign" and node.obj is not None and node.obj.name == name:
                value: Node | None = node.value
                if _opens(value) or (value is not None and value.name == "getResource"):
                    return value
    return None


def _per_use(method: Method) -> bool:
    scope = method.annotation("Scope")
    return scope is not None


def _header(unit: Unit, method: Method) -> Span:
    text = unit.data[method.start : method.end]
    at = text.find(method.name.encode() + b"(")
    start = method.start + max(at, 0)
    return unit.span(start, start + len(method.name.encode()))


def _not_closed(unit: Unit, scope: Scope) -> Iterator[Subject]:
    """getResource() whose connection is never given back in the method."""
    if scope.method.type in ("Jedis", "T"):
        return
    for node in scope.all:
        chained = node.kind == "call" and node.obj is not None and _borrows(node.obj, scope)
        if chained and node.name not in ("use", "close", "let", "apply", "also", "run"):
            assert node.obj is not None
            yield trap(unit, node.obj, "jedis-not-closed", "getResource", _NEVER)
        if node.kind == "local" and _opens(node.value) and _leaks(node, scope):
            yield trap(unit, node.value, "jedis-not-closed", "new Jedis", _OPENED)
        if node.kind == "local" and _borrows(node.value, scope):
            if node.type == "resource" or not node.name:
                continue
            if not _given_back(node.name, scope) or _left_early(node, scope):
                yield trap(unit, node.value, "jedis-not-closed", "getResource", _NEVER)
            elif _unguarded(node.name, node, scope):
                yield _on_error(unit, node.value)
        if node.kind == "assign" and node.obj is not None and _borrows(node.value, scope):
            name = node.obj.name if node.obj.kind == "name" else ""
            local = any(n.kind == "local" and n.name == name for n in scope.all)
            if name and local and not _given_back(name, scope):
                yield trap(unit, node.value, "jedis-not-closed", "getResource", _NEVER)
            elif name and local and _unguarded(name, node, scope):
                yield _on_error(unit, node.value)


def _on_error(unit: Unit, node: Node | None) -> Subject:
    assert node is not None
    made = trap(unit, node, "jedis-not-closed", "getResource", _ON_ERROR)
    made.set("debatable", Value(True))
    return made


def _unguarded(name: str, borrowed: Node, scope: Scope) -> bool:
    """Whether a command may fail on the way to the only call that gives a connection back."""
    ends: list[Node] = []
    commands: list[Node] = []
    for node in scope.all:
        passed = any(a.kind == "name" and a.name == name for _, a in node.args)
        own = node.kind == "call" and node.obj is not None and node.obj.name == name
        if own and node.obj is not None and node.obj.kind == "name":
            (ends if node.name == "close" else commands).append(node)
        elif node.kind == "call" and passed and node.name.startswith("return"):
            ends.append(node)
        elif passed or (node.kind == "lambda" and borrowed.end <= node.start):
            return False  # what is done there with the connection is not known
    if not ends:
        return False
    tries = [n for n in scope.all if n.kind == "try"]
    if any(b.start <= e.start < b.end for t in tries for b in t.items for e in ends):
        return False  # in a catch or finally clause
    first = min(e.start for e in ends)
    return any(
        borrowed.end <= c.start < first
        and not any(t.start <= c.start < t.end and not t.start <= first < t.end for t in tries)
        for c in commands
    )


def _leaks(node: Node, scope: Scope) -> bool:
    """Whether a connection is opened with each call and never closed, in what is no program."""
    if node.type == "resource" or not node.name or scope.cls is None:
        return False
    if is_program(scope.cls) or scope.method.constructor or scope.method in scope.cls.initializers:
        return False
    waits = any(
        n.kind == "call" and n.name in ("subscribe", "psubscribe", "monitor") for n in scope.all
    )
    return not waits and not _given_back(node.name, scope)


def _borrows(node: Node | None, scope: Scope) -> bool:
    if node is None or node.kind != "call" or node.name != "getResource" or node.args:
        return False
    owner = scope.type_of(node.obj)
    if owner:
        return "Pool" in owner
    named = node.obj.name.lower() if node.obj is not None and node.obj.kind == "name" else ""
    return "pool" in named


def _given_back(name: str, scope: Scope) -> bool:
    """Whether a name is closed, returned, stored or handed to something that may close it."""
    for node in scope.all:
        if node.kind == "call":
            target = node.obj
            own = target is not None and target.kind == "name" and target.name == name
            if own and node.name in ("close", "use", "disconnect", "quit"):
                return True
            for _, argument in node.args:
                if argument.kind == "name" and argument.name == name:
                    return True
        if node.kind in ("return", "assign", "new", "array"):
            parts = [node.value] if node.kind != "new" else [a for _, a in node.args]
            parts += node.items
            if any(p is not None and p.kind == "name" and p.name == name for p in parts):
                return True
        if node.kind == "lambda" and any(
            n.kind == "name" and n.name == name for n in nodes(node.body)
        ):
            return True
        if node.kind == "try" and any(
            n.kind == "name" and n.name == name for n in node.body.items[:1]
        ):
            return True
    return False


def _left_early(borrowed: Node, scope: Scope) -> bool:
    """Whether a `return` comes between getResource() and the only, unguarded, close()."""
    name = borrowed.name
    closes = [
        n
        for n in scope.all
        if n.kind == "call" and n.name == "close" and n.obj is not None and n.obj.name == name
    ]
    handed = any(
        a.kind == "name" and a.name == name
        for n in scope.all
        if n.kind in ("call", "new")
        for _, a in n.args
    )
    if not closes or handed:
        return False
    first = min(n.start for n in closes)
    guarded = [n for n in scope.all if n.kind in ("try", "lambda", "new")]
    if any(g.start <= borrowed.start < g.end or g.start < first < g.end for g in guarded):
        return False
    returns = [n for n in scope.all if n.kind == "return" and borrowed.end <= n.start < first]
    return any(not any(g.start <= r.start < g.end for g in guarded) for r in returns)


_WAITS = frozenset("get join block blockFirst blockLast await".split())
_LISTENERS = frozenset(
    "RedisPubSubListener RedisPubSubAdapter RedisClusterPubSubListener "
    "RedisClusterPubSubAdapter".split()
)


def _blocking(unit: Unit, scope: Scope) -> Iterator[Subject]:
    """A command that waits for its answer in a callback that Lettuce runs on its event loop."""
    for node in scope.all:
        if node.kind == "call" and node.name in _CALLBACKS:
            for _, argument in node.args:
                if argument.kind == "lambda":
                    yield from _waiting(unit, argument.body, node.name)
        if node.kind == "new" and node.name in _LISTENERS and node.body is not None:
            for method in getattr(node.body, "methods", ()):
                yield from _waiting(unit, method.body, node.name)
    cls = scope.cls
    if cls is not None and _LISTENERS.intersection(cls.supers) and scope.method.name == "message":
        yield from _waiting(unit, scope.body, "a listener")


def _waiting(unit: Unit, body: Node | None, where: str) -> Iterator[Subject]:
    """The first call in a callback that waits: `sync()`, `async().….get()`, `reactive().….block()`."""
    for inner in nodes(body):
        if inner.kind != "call":
            continue
        sync = inner.name == "sync" and not inner.args
        chain = inner.obj.obj if inner.obj is not None and inner.obj.kind == "call" else None
        waits = inner.name in _WAITS and len(inner.args) != 1  # with one, it is the command GET
        while not sync and waits and chain is not None and chain.kind == "call":
            sync = chain.name in ("async", "reactive") and not chain.args
            chain = chain.obj
        if sync:
            yield trap(unit, inner, "lettuce-blocking-in-event-loop", inner.name, where)
            return
