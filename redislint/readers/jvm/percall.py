"""Clients that code makes anew each time it is called, and leaves open."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redislint.readers.jvm.values import Thing
    from redislint.syntax.jvm import ClassDef, Method

_HANDLERS = (
    "GetMapping PostMapping PutMapping DeleteMapping PatchMapping RequestMapping Scheduled "
    "KafkaListener RabbitListener EventListener GET POST PUT DELETE"
).split()
_CLOSES = frozenset(("shutdown", "close", "shutdownAsync", "destroy", "use"))
_SERVICES = frozenset("Service Component Repository Controller RestController".split())
_SELDOM = re.compile(
    r"(?i)^(init|start|setup|connect|open|main|run|destroy|stop|test|check|ping|health)"
)
_OFTEN = re.compile(
    r"^(get|set|put|find|save|add|remove|del(ete)?|publish|send|handle|process|exec(ute)?|query|"
    r"lookup|fetch|store|incr(ement)?|update|exists|has|is|list|search|read|write|push|pop|lock|"
    r"unlock|verify|invalidate|evict|expire)([A-Z]\w*)?$"
)
"""Names of methods that are called again and again, whatever class they are in."""
_USES = frozenset("getResource sync async reactive".split())
_GUARDED = re.compile(rb"== *null|!= *null|computeIfAbsent|isInitialized|synchronized")
_PROGRAM = re.compile(rb"\bstatic void main\b|\bfun main\b|@Test\b|@Benchmark\b")


def each_time(thing: Thing) -> bool:
    """Whether each call of the method makes the object and never closes it."""
    method = thing.owner[0] if thing.owner else None
    if method is None or not (method.annotation(*_HANDLERS) or _serves(method, thing)):
        return False
    body = method.owner.unit.data[method.start : method.end] if method.owner else b""
    if _GUARDED.search(body) or any(c.name in _CLOSES for c in thing.calls):
        return False
    made = thing.type.split(".")[-1].encode()
    return re.search(rb"try *\([^{]*\b" + made + rb"\b *[.(]", body) is None


def _serves(method: Method, thing: Thing) -> bool:
    """Whether an ordinary method keeps the object to itself and forgets it."""
    bare = all(a.name == "Override" for a in method.annotations)
    if method.owner is None or method.constructor or not bare or thing.used:
        return False
    connects = any(c.name.startswith("connect") for c in thing.calls)
    if any(a.name in _SERVICES for a in method.owner.annotations):
        return not _SELDOM.match(method.name) and (connects or _borrows(thing))
    return (
        _OFTEN.match(method.name) is not None
        and (connects or _borrows(thing))
        and not is_program(method.owner)
    )


def _borrows(thing: Thing) -> bool:
    """Whether the method takes a connection of a pool, or sends commands, at once."""
    if thing.type in ("JedisPool", "JedisSentinelPool"):
        return any(c.name in _USES for c in thing.calls)
    return "Jedis" in thing.type and "Factory" not in thing.type and bool(thing.calls)


def is_program(cls: ClassDef) -> bool:
    """Whether the file is a program of its own, or a test: it ends, and its clients with it."""
    return _PROGRAM.search(cls.unit.data) is not None
