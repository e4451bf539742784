"""Whether what is unpickled was read from Redis, through names, parameters and loops."""

from __future__ import annotations

import re

from redislint.readers.pyclient.build import Built
from redislint.readers.pyclient.evaluate import Evaluator
from redislint.readers.pyclient.receivers import Receiver, receiver
from redislint.readers.pyclient.scopes import Scope
from redislint.syntax.python import Node, named

READS = frozenset(
    "get getset getdel hget lpop rpop lindex blpop brpop mget hmget lrange getex hgetall hvals "
    "zrange zrevrange smembers spop".split()
)
_UNWRAPPING = re.compile(
    r"(^|\.)(\w*b64decode|\w*decompress|unhexlify|bytes|str|fromhex|memoryview)$"
)
_RECODING = frozenset("encode decode strip items values".split())
MAX_HOPS = 6
"""Names and calls between the reading and the loading; past them nothing is said."""


def origin(
    ev: Evaluator, found: dict[int, Built], node: Node, scope: Scope, hops: int = 0
) -> Receiver | None:
    """The client that a value was read from; None where it was not, or nothing shows it."""
    if hops > MAX_HOPS:
        return None
    kind = node.type
    if kind in ("await", "parenthesized_expression", "subscript", "boolean_operator", "slice"):
        inner = named(node)
        return origin(ev, found, inner[0], scope, hops + 1) if inner else None
    if kind == "call":
        return _of_call(ev, found, node, scope, hops)
    if kind != "identifier":
        return None
    looped = _looped_over(ev, node)
    if looped is not None:
        return origin(ev, found, looped, scope, hops + 1)
    bound = scope.lookup(ev.module.text(node))
    for binding in bound[1][-2:] if bound is not None else []:
        held: Receiver | None = None
        if binding.kind == "value":
            held = origin(ev, found, binding.node, scope, hops + 1)
        elif binding.kind == "other" and binding.node.type == "for_statement":
            right = binding.node.child_by_field_name("right")
            held = origin(ev, found, right, scope, hops + 1) if right is not None else None
        elif binding.kind == "parameter" and bound is not None:
            held = _handed_in(ev, found, ev.module.text(node), bound[0], hops)
        if held is not None:
            return held
    return None


def _of_call(
    ev: Evaluator, found: dict[int, Built], node: Node, scope: Scope, hops: int
) -> Receiver | None:
    function = node.child_by_field_name("function")
    listing = node.child_by_field_name("arguments")
    words = named(listing) if listing is not None else []
    if function is None:
        return None
    if words and _UNWRAPPING.search(ev.module.text(function)[-60:]):
        return origin(ev, found, words[0], scope, hops + 1)
    held = function.child_by_field_name("object") if function.type == "attribute" else None
    if held is None:
        return None
    name = ev.module.text(function.child_by_field_name("attribute"))
    if name in _RECODING:
        return origin(ev, found, held, scope, hops + 1)
    if name not in READS:
        return None
    client = receiver(ev, found, held, scope)
    return client if client.looks else None


def _looped_over(ev: Evaluator, node: Node) -> Node | None:
    """What a comprehension around a name runs over, where the name is its variable."""
    name, above = ev.module.text(node), node.parent
    while above is not None and not above.type.endswith(("_statement", "_definition")):
        if above.type.endswith(("_comprehension", "generator_expression")):
            for clause in named(above):
                left = clause.child_by_field_name("left")
                if clause.type == "for_in_clause" and left is not None:
                    names = [left, *named(left)]
                    if any(ev.module.text(n) == name for n in names):
                        return clause.child_by_field_name("right")
        above = above.parent
    return None


def _handed_in(
    ev: Evaluator, found: dict[int, Built], name: str, owner: Scope, hops: int
) -> Receiver | None:
    """The client behind a parameter, where a call of the function in this module shows it."""
    function = owner.node
    named_by = function.child_by_field_name("name")
    parameters = function.child_by_field_name("parameters")
    if named_by is None or parameters is None:
        return None
    names = [re.split(r"[:=\s]", ev.module.text(c))[0] for c in named(parameters)]
    if names[:1] in (["self"], ["cls"]):
        del names[0]
    if name not in names:
        return None
    spoken = ev.module.text(named_by)
    for call, scope in ev.module.calls:
        target = call.child_by_field_name("function")
        if target is None or ev.module.text(target).rsplit(".", 1)[-1] != spoken:
            continue
        listing = call.child_by_field_name("arguments")
        words = named(listing) if listing is not None else []
        if scope is owner or len(words) <= names.index(name):
            continue
        held = origin(ev, found, words[names.index(name)], scope, hops + 1)
        if held is not None:
            return held
    return None
