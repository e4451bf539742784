"""What a method is called on: a client that this module makes, one that looks like it, a pipeline."""

from __future__ import annotations

import re

from redislint.readers.pyclient.attributes import FOREIGN, client_base
from redislint.readers.pyclient.build import Built
from redislint.readers.pyclient.evaluate import Evaluator
from redislint.readers.pyclient.names import PACKAGES, Made
from redislint.readers.pyclient.scopes import Binding, Scope
from redislint.readers.pyclient.things import Bound, Class, Ref, Scalar, Series, Table, Thing
from redislint.syntax.python import Node, named

_LOOKS = re.compile(
    r"(?i)(^|[._])[a-z_]*(redis|valkey)[a-z_]*$|sentinel\w*\.(master|slave|replica)$"
)
_PLAIN = re.compile(r"(?i)(^|\.)_*(redis|valkey)_*(client|conn|connection|cli|con|db|instance)?$")
_GETTER = re.compile(
    r"(get|make|create|new|build|open|init|connect|connectto|shared|a?sync|raw|the)*(redis|valkey)"
    r"(client|conn|connection|instance|interface|db|master|slave|cli|con|handle)*$"
)
"""Functions that hand out a client, their names in small letters and without underscores."""
_TYPE = re.compile(r"(?<![A-Za-z_])(?:Arq|Async|Strict)?(?:Redis|Valkey)(?:Cluster)?(?![A-Za-z_])")
_CACHES = frozenset(["django.core.cache.cache", "django.core.cache.caches"])


class Receiver:
    """What a method is called on.

    `built` is the client that it stands for, where this module makes it; `looks` says that it is or
    looks like one, `sure` that more than its name says so; `piped` that it is a pipeline, `django`
    that it is a cache of Django, which only django-redis gives the commands of Redis.
    """

    __slots__ = ("built", "django", "looks", "piped", "sure")

    def __init__(
        self, built: Built | None, looks: bool, *, sure: bool = False, piped: bool = False,
        django: bool = False,
    ) -> None:  # fmt: skip
        self.built = built
        self.looks = looks
        self.sure = sure
        self.piped = piped
        self.django = django


def receiver(ev: Evaluator, found: dict[int, Built], node: Node | None, scope: Scope) -> Receiver:
    """What an expression that a method is called on stands for."""
    thing: Thing = ev.eval(node, scope)
    piped = False
    if isinstance(thing, Bound) and isinstance(thing.target, Ref):
        piped = thing.target.name == "pipeline()"
        if thing.target.name in ("pipeline()", "pubsub()") and thing.arguments.positional:
            thing = thing.arguments.positional[0].thing
    if isinstance(thing, Made):
        built = found.get(thing.call)
        if thing.is_client or built is not None:
            return Receiver(built, True, sure=True, piped=piped)
    if node is None or isinstance(thing, Table | Series):
        return Receiver(None, False, piped=piped)
    if isinstance(thing, Ref) and thing.name in _CACHES:
        return Receiver(None, False, django=True)
    if isinstance(thing, Ref) and not _made_elsewhere(thing):
        return Receiver(None, False, piped=piped)
    text = ev.module.text(node)[-80:]
    if _declared(ev, node, scope):
        return Receiver(None, True, sure=True, piped=piped)
    return Receiver(
        None, bool(_LOOKS.search(text)) or _handed_out(ev, node, scope),
        sure=bool(_PLAIN.search(text)), piped=piped,
    )  # fmt: skip


def _made_elsewhere(thing: Ref) -> bool:
    """Whether a name comes from a module that was not read: it may hold a client."""
    head = thing.name.lstrip(".").split(".")[0]
    return head not in PACKAGES and head not in FOREIGN and head != "builtins"


def _bindings(ev: Evaluator, node: Node, scope: Scope) -> list[Binding]:
    """What binds the name, or the attribute of self, that an expression is."""
    if node.type == "identifier":
        held = scope.lookup(ev.module.text(node))
        return held[1][-3:] if held is not None else []
    owner = scope.enclosing_class()
    text = ev.module.text(node)
    if node.type != "attribute" or owner is None or not re.fullmatch(r"self\.\w+", text):
        return []
    name = text.removeprefix("self.")
    return [b for b, _ in owner.attributes.get(name, [])[:3]] + owner.names.get(name, [])[:1]


def _declared(ev: Evaluator, node: Node, scope: Scope) -> bool:
    """Whether an annotation says that this is a client, or it is self in a class derived from one."""
    if node.type == "identifier" and ev.module.text(node) == "self":
        owner = scope.enclosing_class()
        return (
            owner is not None and client_base(ev, Class(ev.module, owner.node, owner)) is not None
        )
    for binding in _bindings(ev, node, scope):
        holder: Node | None = binding.node
        if binding.kind == "value":
            holder = binding.node.parent
        noted = holder.child_by_field_name("type") if holder is not None else None
        if noted is not None and _TYPE.search(ev.module.text(noted)):
            return True
    return False


def _handed_out(ev: Evaluator, node: Node, scope: Scope) -> bool:
    """Whether it is what a function gives whose name says that it hands out a client."""
    values = [node] if node.type in ("call", "await", "parenthesized_expression") else []
    values += [b.node for b in _bindings(ev, node, scope) if b.kind == "value"]
    for value in values:
        while value.type in ("await", "parenthesized_expression") and named(value):
            value = named(value)[0]
        called = value.child_by_field_name("function") if value.type == "call" else None
        if called is None or not isinstance(ev.eval(value, scope), Scalar | Bound | Ref):
            continue
        name = ev.module.text(called).rsplit(".", 1)[-1]
        if _GETTER.match(name.replace("_", "").lower()):
            return True
    return False
