"""How the evaluator follows a call: on a type, on an object, or on nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redislint.readers.jvm import builtins, lookup, making
from redislint.readers.jvm.frame import (
    CLIENTS,
    COMMANDS,
    CONFIGURES,
    CONNECTS,
    FINISH,
    MAX_CALLS,
    SECTIONS,
    STATEFUL,
)
from redislint.readers.jvm.values import (
    Abstract,
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

_SCOPE = frozenset(("apply", "also", "let", "run", "with", "takeIf", "use"))


def call(e: Evaluator, node: Node, frame: Frame) -> Abstract:
    """The value of a call."""
    if node.obj is None:
        return plain(e, node, frame)
    if node.obj.kind == "name" and node.obj.name == "super":
        found = lookup.find_method(e, frame.this.cls, node.name, len(node.args))
        args, names = e.arguments(node, frame)
        if found is not None and found[0].owner is not frame.this.cls:
            return e.invoke(found[0], found[1], args, names, None)
        return Unknown(f"super.{node.name} is not among the files")
    owner = lookup.type_of(node.obj, frame)
    if owner is not None:
        return on_type(e, owner, node, frame)
    target = e.value(node.obj, frame)
    if node.name in _SCOPE and frame.unit.language == "kotlin" and node.args:
        return scope(e, node, target, frame)
    args, names = e.arguments(node, frame)
    results = [on_value(e, one, node, args, names, frame) for one in each(target)]
    return join(results) if results else Unknown("nothing to call")


def plain(e: Evaluator, node: Node, frame: Frame) -> Abstract:
    """A call without receiver: a method at hand, a constructor, a function."""
    name = node.name
    if name in ("with", "run", "apply", "let", "also") and frame.unit.language == "kotlin":
        if name == "with" and len(node.args) == 2:
            return scope(e, node, e.value(node.args[0][1], frame), frame)
        if name == "run" and len(node.args) == 1:
            body = e.value(node.args[0][1], frame)
            if isinstance(body, Function):
                return e.call_function(body, [], frame)
        if frame.receivers:
            return scope(e, node, frame.receivers[-1], frame)
    local = frame.locals.get(name)
    args, names = e.arguments(node, frame)
    if isinstance(local, Function):
        return e.call_function(local, args, frame)
    if name in ("this", "super"):
        cls = frame.this.cls
        maker = next((m for m in cls.methods if m.constructor and len(m.params) == len(args)), None)
        if name == "this" and maker is not None:
            return e.invoke(maker, frame.this, args, names, None)
        return Unknown("a constructor")
    found = lookup.find_method(e, frame.this.cls, name, len(args))
    if found is not None:
        method, this = found
        if method.annotation("Bean") and not method.params:
            return e.bean(method, this)
        return e.invoke(method, this, args, names, None)
    if name[:1].isupper() and frame.unit.language == "kotlin":
        return making.construct(e, name, "", args, names, frame, node)
    full = frame.unit.imports.get(name)
    if full is not None and "." in full:
        parts = full.split(".")
        if len(parts) > 1 and parts[-2][:1].isupper():
            return static(e, parts[-2], full.rsplit(".", 1)[0], node, args, names, frame)
    for star in frame.unit.stars:
        owner = star.rsplit(".", 1)[-1]
        if owner[:1].isupper() and lookup.library(e, owner, frame) is None and not frame.receivers:
            from redislint.readers.jvm.names import PREFIXES, canonical

            if star.startswith(PREFIXES):
                return static(e, canonical(star), star, node, args, names, frame)
    for receiver in reversed(frame.receivers):
        if isinstance(receiver, Thing | Instance):
            return on_value(e, receiver, node, args, names, frame)
    simple = builtins.function(name, args, frame.unit.span(node.start, node.end))
    if simple is not None:
        return simple
    return unread(e, name, args, frame, node, "")


def static(
    e: Evaluator,
    owner: str,
    full: str,
    node: Node,
    args: list[Abstract],
    names: list[str],
    frame: Frame,
) -> Abstract:
    """A call of a statically imported method."""
    from redislint.readers.jvm.names import PLAIN, PREFIXES, canonical

    if full.startswith(PREFIXES) or owner in PLAIN:
        return of_library(e, canonical(full), node, args, names, frame)
    cls = e.repo.find_class(owner, frame.unit)
    if cls is not None:
        found = lookup.find_method(e, cls, node.name, len(args))
        if found is not None:
            return e.invoke(found[0], found[1], args, names, None)
    return unread(e, f"{owner}.{node.name}", args, frame, node, "")


def on_type(e: Evaluator, owner: str, node: Node, frame: Frame) -> Abstract:
    """`Type.method(…)`."""
    library = lookup.library(e, owner, frame, node.obj)
    args, names = e.arguments(node, frame)
    if library is not None:
        return of_library(e, library, node, args, names, frame)
    cls = e.repo.find_class(owner, frame.unit)
    if cls is not None:
        found = lookup.find_method(e, cls, node.name, len(args))
        if found is not None and len(e.stack) < MAX_CALLS:
            return e.invoke(found[0], found[1], args, names, None)
        if cls.companion is not None or cls.kind in ("object", "enum"):
            return on_value(e, e.instance(cls), node, args, names, frame)
    full = frame.unit.imports.get(owner.split(".")[0])
    if full is not None and any(p[:1].isupper() for p in full.split(".")[:-1]):
        return unread(e, f"{owner}.{node.name}", args, frame, node, "")
    return unread(e, f"{owner}.{node.name}", args, frame, node, "")


def of_library(
    e: Evaluator, type_name: str, node: Node, args: list[Abstract], names: list[str], frame: Frame
) -> Abstract:
    """A static call of a library: a constant computation, or a new object."""
    span = frame.unit.span(node.start, node.end)
    computed = builtins.static_call(type_name, node.name, args, span, e, frame)
    if computed is not None:
        return computed
    base = type_name.removesuffix(".Builder")
    copied = next((t for a in args for t in things(a) if t.type.endswith("Options")), None)
    if base.endswith("Options") and node.name == "builder" and copied is not None:
        made = e.thing(base, "builder", args, names, frame, node, copied)
        made.calls = list(copied.calls)
        made.open_why = copied.open_why
        return made
    if base == "RedisURI" and node.name == "builder" and copied is None:
        inner = next((t for a in args for t in things(a, "RedisURI")), None)
        if inner is not None:
            return inner
    if base == "ConnectionFactory":
        return Unknown("a connection factory")
    return e.thing(base, node.name, args, names, frame, node)


def on_value(
    e: Evaluator,
    target: Abstract,
    node: Node,
    args: list[Abstract],
    names: list[str],
    frame: Frame,
) -> Abstract:
    """`value.method(…)` for one possible value."""
    if isinstance(target, Thing):
        return on_thing(e, target, node, args, names, frame)
    if isinstance(target, Instance):
        found = lookup.find_method(e, target.cls, node.name, len(args))
        if found is not None:
            method, this = found
            if this.cls is target.cls:
                this = target
            if method.annotation("Bean"):
                return e.bean(method, this)
            return e.invoke(method, this, args, names, None)
        read = builtins.accessor(e, target, node.name, args)
        if read is not None:
            return read
        return unread(e, f"{target.cls.name}.{node.name}", args, frame, node, "")
    if isinstance(target, Function):
        if target.node.kind == "lambda":
            return e.call_function(target, args, frame)
        return Unknown("a method reference")
    computed = builtins.method(e, target, node.name, args, frame, node)
    if computed is not None:
        return computed
    if isinstance(target, Unknown) and target.type:
        library = lookup.library(e, target.type, frame)
        if library is not None and not things(Items(args)):
            return Unknown(target.why, frame.unit.span(node.start, node.end))
        if library is None:
            cls = e.repo.find_class(target.type, frame.unit)
            if cls is not None and cls.kind not in ("interface",):
                return on_value(e, e.instance(cls), node, args, names, frame)
    if node.name in ("add", "addAll", "put", "push", "offer", "close", "submit", "execute"):
        for value in args:
            e.visit(value, frame)
        return Unknown("it is computed")
    guard = node.obj.name if node.obj is not None and node.obj.kind == "name" else ""
    why = target.why if isinstance(target, Unknown) else ""
    return unread(e, node.name, args, frame, node, guard, why)


def on_thing(
    e: Evaluator,
    target: Thing,
    node: Node,
    args: list[Abstract],
    names: list[str],
    frame: Frame,
) -> Abstract:
    """A call on a library object: noted, and its result."""
    name = node.name
    if name in ("stream", "toString", "hashCode", "equals"):
        return Unknown("it is computed")
    if frame.unit.language == "kotlin" and node.obj is not None:
        for cls in (frame.unit.top, frame.this.cls):
            own = lookup.find_method(e, cls, name, len(args))
            if own is not None and _extends(frame.unit.data[own[0].start : own[0].end], name):
                return e.invoke(own[0], own[1], args, names, target)
        if name in frame.unit.imports and not target.open_why:
            target.open_why = f"{name}() of another file may change it"
    computed = builtins.of_thing(e, target, name, args)
    if computed is not None:
        return computed
    noted = e.record(target, name, args, names, frame, node)
    if name == "mutate":
        copy = e.thing(target.type, "mutate", args, names, frame, node, target)
        copy.calls = [c for c in target.calls if c.name not in ("build", "mutate")]
        copy.args, copy.names = target.args, target.names
        if target.maker in ("enabled", "create", "defaultConfiguration", "builder", "mutate"):
            copy.maker = target.maker
        copy.open_why = target.open_why
        return copy
    if name in FINISH:
        return target
    if name in SECTIONS:
        before = next((c.result for c in target.calls if c.name == name and c.result), None)
        noted.result = before or e.thing(name, name, args, names, frame, node, target)
        return noted.result
    if target.type in CLIENTS and name in CONNECTS:
        noted.result = e.thing("Connection", name, args, names, frame, node, target)
        return noted.result
    if target.type == "Connection" and name in COMMANDS:
        noted.result = e.thing("Commands", name, args, names, frame, node, target)
        return noted.result
    for value in args:
        e.visit(value, frame)
    if target.type in STATEFUL:
        return Unknown(f"what {name} returns is known at run time only")
    if name.startswith(("get", "is")) and not args:
        read = builtins.read_property(e, target, name.removeprefix("get").removeprefix("is"))
        return read or Unknown(f"what {name} returns is known at run time only")
    return target


def _extends(data: bytes, name: str) -> bool:
    """Whether a Kotlin function is declared on a type: `fun Type.name(`."""
    return re.search(rb"\bfun\b[^(=]*\.\s*" + name.encode() + rb"\s*\(", data) is not None


def unread(
    e: Evaluator,
    name: str,
    args: list[Abstract],
    frame: Frame,
    node: Node,
    guard: str,
    why: str = "",
) -> Abstract:
    """A call into code that was not read: builders given to it are open from now on."""
    for value in args:
        e.visit(value, frame)
    optional = bool(guard) and guard in frame.guards
    reason = why or f"{name} is not among the files"
    if not optional:
        e.escape([a for a in args if not isinstance(a, Function)], f"{name}() may change it")
        if any(part in name.lower() for part in CONFIGURES):
            for value in args:
                for thing in things(value):
                    if not thing.open_why and not thing.called("build"):
                        thing.open_why = f"{name}() may change it"
    elif len(args) == 1 and things(args[0]):
        return args[0]
    return Unknown(reason, frame.unit.span(node.start, node.end))


def scope(e: Evaluator, node: Node, target: Abstract, frame: Frame) -> Abstract:
    """Kotlin's apply, also, let, run, with, use."""
    body = e.value(node.args[-1][1], frame)
    if not isinstance(body, Function) or body.node.kind != "lambda":
        return target
    results: list[Abstract] = []
    for one in each(target):
        if node.name in ("apply", "run", "with"):
            results.append(e.call_function(body, [], frame, receiver=one))
        else:
            results.append(e.call_function(body, [one], frame))
    if node.name in ("apply", "also", "takeIf"):
        return target
    return join(results) if results else Unknown("nothing to call")
