"""How each kind of expression is evaluated: literals, names, members, calls, choices."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from redislint.readers.jvm import builtins, lookup, making
from redislint.readers.jvm.values import (
    Abstract,
    Const,
    Function,
    Instance,
    Items,
    Thing,
    Unknown,
    each,
    join,
    things,
)

if TYPE_CHECKING:
    from redislint.readers.jvm.evaluate import Evaluator
    from redislint.readers.jvm.frame import Frame
    from redislint.syntax.jvm import Node


def as_value(e: Evaluator, node: Node, frame: Frame) -> Abstract:
    """A statement used as an expression (Kotlin's `if`, a block of a `when`)."""
    if node.kind == "if":
        assert node.cond is not None
        known, _ = builtins.test(e, node.cond, frame)
        if known is not None:
            return e.value(node.body if known else node.other, frame)
        return join([e.value_in_branch(b, frame) for b in (node.body, node.other) if b])
    if node.kind == "block":
        last: Abstract = Const(None)
        for item in node.items:
            if item.kind == "do":
                last = e.value(item.value, frame)
            elif item.kind in ("if", "block", "try"):
                last = as_value(e, item, frame)
            elif e.statement(item, frame):
                return Unknown("the code leaves here")
        return last
    if node.kind == "try":
        return as_value(e, node.body, frame)
    if node.kind == "do":
        return e.value(node.value, frame)
    if e.statement(node, frame):
        return Unknown("the code leaves here")
    return Const(None)


def _lit(e: Evaluator, node: Node, frame: Frame) -> Abstract:
    return Const(node.value, frame.unit.span(node.start, node.end))


def _name(e: Evaluator, node: Node, frame: Frame) -> Abstract:
    name = node.name
    if name == "this":
        return frame.receivers[-1] if frame.receivers else frame.this
    if name in frame.locals:
        return frame.locals[name]
    found = e.field(frame.this, name)
    if found is not None:
        return found
    for receiver in reversed(frame.receivers):
        read = builtins.read_property(e, receiver, name)
        if read is not None:
            return read
    full = frame.unit.imports.get(name)
    if full is not None and "." in full and name[:1].isupper():
        owner = full.rsplit(".", 2)[-2]
        if owner[:1].isupper():
            return making.constant(e, owner, name, frame, node)
    return Unknown(f"{name} is defined elsewhere", frame.unit.span(node.start, node.end))


def _member(e: Evaluator, node: Node, frame: Frame) -> Abstract:
    assert node.obj is not None
    owner = lookup.type_of(node.obj, frame)
    if owner is not None:
        if owner == "RefreshTrigger" or node.name.isupper() or node.name[:1].isupper():
            return making.constant(e, owner, node.name, frame, node)
        return making.constant(e, owner, node.name, frame, node)
    obj = e.value(node.obj, frame)
    results: list[Abstract] = []
    for one in each(obj):
        if isinstance(one, Instance):
            found = e.field(one, node.name)
            results.append(
                found if found is not None else Unknown(f"{node.name} is not among the files")
            )
            continue
        read = builtins.read_property(e, one, node.name)
        held = _field_of(e, one, node.name, frame) if read is None else read
        if held is not None:
            results.append(held)
        else:
            why = one.why if isinstance(one, Unknown) else f"{node.name} is not known here"
            results.append(Unknown(why, frame.unit.span(node.start, node.end)))
    return join(results)


def _field_of(e: Evaluator, value: Abstract, name: str, frame: Frame) -> Abstract | None:
    """The property of something handed in whose class is one of the repository."""
    if not isinstance(value, Unknown) or not value.type or value.type not in frame.unit.source.text:
        return None
    if lookup.library(e, value.type, frame) is not None:
        return None
    cls = e.repo.find_class(value.type, frame.unit)
    return e.field(e.instance(cls), name) if cls is not None and cls.kind != "interface" else None


def _new(e: Evaluator, node: Node, frame: Frame) -> Abstract:
    if node.body is not None:
        this = Instance(node.body, frame.unit.span(node.start, node.end))
        this.fields = dict(frame.locals)
        e.fill(this)
        args, _ = e.arguments(node, frame)
        return this
    args, names = e.arguments(node, frame)
    return making.construct(e, node.name, node.type, args, names, frame, node)


def _call(e: Evaluator, node: Node, frame: Frame) -> Abstract:
    from redislint.readers.jvm.calls import call

    if node.obj is None and node.name.endswith("Customizer") and len(node.args) == 1:
        return e.value(node.args[0][1], frame)  # Kotlin: an interface made of a lambda
    return call(e, node, frame)


def _lambda(e: Evaluator, node: Node, frame: Frame) -> Abstract:
    return Function(node, frame, frame.unit.span(node.start, node.end))


def _ref(e: Evaluator, node: Node, frame: Frame) -> Abstract:
    if node.obj is not None and lookup.type_of(node.obj, frame) is None:
        held = e.value(node.obj, frame)
        changes = node.name.startswith(("set", "enable", "with")) or "ptions" in node.name
        for thing in things(held) if changes else ():
            thing.open_why = thing.open_why or f"{node.name} is handed on and called elsewhere"
    return Function(node, None, frame.unit.span(node.start, node.end))


def _choice(e: Evaluator, node: Node, frame: Frame) -> Abstract:
    if node.cond is not None:
        known, _ = builtins.test(e, node.cond, frame)
        if known is not None and len(node.items) == 2:
            return e.value(node.items[0 if known else 1], frame)
    return join([e.value_in_branch(item, frame) for item in node.items])


def _concat(e: Evaluator, node: Node, frame: Frame) -> Abstract:
    return builtins.concat(
        [e.value(i, frame) for i in node.items], frame.unit.span(node.start, node.end)
    )


def _binary(e: Evaluator, node: Node, frame: Frame) -> Abstract:
    values = [e.value(i, frame) for i in node.items]
    return builtins.arithmetic(node.name, values, frame.unit.span(node.start, node.end))


def _cast(e: Evaluator, node: Node, frame: Frame) -> Abstract:
    return e.value(node.value, frame)


def _test(e: Evaluator, node: Node, frame: Frame) -> Abstract:
    known, _ = builtins.test(e, node, frame)
    return Unknown("a type test") if known is None else Const(known)


def _array(e: Evaluator, node: Node, frame: Frame) -> Abstract:
    return Items([e.value(i, frame) for i in node.items])


def _assign(e: Evaluator, node: Node, frame: Frame) -> Abstract:
    target = node.obj
    value = e.value(node.value, frame)
    if target is None:
        return value
    if node.name not in ("=", ""):
        value = Unknown("it is computed")
    if target.kind == "name":
        if target.name in frame.locals:
            frame.locals[target.name] = value
        elif frame.receivers and target.name not in frame.this.cls.fields:
            builtins.write_property(e, frame.receivers, target, value, frame, node)
        else:
            e.assign_field(frame.this, target.name, value)
    elif target.kind == "member" and target.obj is not None:
        owner = e.value(target.obj, frame)
        for one in each(owner):
            if isinstance(one, Instance):
                e.assign_field(one, target.name, value)
            elif isinstance(one, Thing):
                builtins.write_property(e, [one], target, value, frame, node)
    return value


def other(e: Evaluator, node: Node, frame: Frame) -> Abstract:
    """Anything else: what is in it is evaluated, its value is unknown."""
    for item in node.items:
        e.value(item, frame)
    return Unknown("it is computed", frame.unit.span(node.start, node.end))


HANDLERS: dict[str, Callable[[Evaluator, Node, Frame], Abstract]] = {
    "lit": _lit,
    "name": _name,
    "member": _member,
    "new": _new,
    "call": _call,
    "lambda": _lambda,
    "ref": _ref,
    "choice": _choice,
    "concat": _concat,
    "binary": _binary,
    "cast": _cast,
    "test": _test,
    "array": _array,
    "assign": _assign,
}
STATEMENTS = frozenset(("if", "block", "return", "local", "loop", "try", "do", "throw"))
