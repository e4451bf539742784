"""What calls give: objects that constructors make, answers of functions, values of builtins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redislint.readers.pyclient.arguments import arguments, bind, only, returns
from redislint.readers.pyclient.attributes import client_base
from redislint.readers.pyclient.merge import either
from redislint.readers.pyclient.names import POSITIONAL, Kind, Made, give, kind_of
from redislint.readers.pyclient.scopes import Scope
from redislint.readers.pyclient.things import (
    Arguments,
    Bound,
    Class,
    Function,
    Instance,
    Method,
    Ref,
    Scalar,
    Series,
    Table,
    Thing,
    known,
    unknown,
)
from redislint.source import Span
from redislint.syntax.python import Node

if TYPE_CHECKING:
    from redislint.readers.pyclient.evaluate import Evaluator


_GETTERS = frozenset(
    "os.environ.get os.getenv os.environ.setdefault os.environ.pop decouple.config "
    "starlette.config.Config environ.get".split()
)
_READERS = frozenset(
    "environ.Env environ.FileAwareEnv environs.Env environs.FileAwareEnv decouple.Config "
    "starlette.config.Config".split()
)
"""Classes whose objects are called to read the environment."""
_PARTIALS = frozenset(["functools.partial", "functools.partialmethod"])
_PROVIDERS = ("Singleton", "Factory", "Resource", "ThreadSafeSingleton", "Object", "Callable")
_WRAPPERS = frozenset(["asyncio.run", "typing.cast", "copy.copy", "copy.deepcopy"])


def call(ev: Evaluator, node: Node, scope: Scope) -> Thing:
    """What a call gives."""
    function = node.child_by_field_name("function")
    callee = ev.eval(function, scope)
    span = ev.module.tree.span(node)
    if isinstance(callee, Scalar):
        name = ev.module.text(function)[:60] if function is not None else ""
        if callee.source == "environment-reader":
            return _environment(ev, arguments(ev, node, scope), span)
        why = f"is computed by {name}()" if len(name) < 50 else "is computed"
        return unknown(why, span, source="handed-in" if callee.source == "handed-in" else "")
    return apply(ev, callee, arguments(ev, node, scope), node, scope)


def apply(ev: Evaluator, callee: Thing, given: Arguments, node: Node, scope: Scope) -> Thing:
    """What calling a thing with these arguments gives."""
    span = ev.module.tree.span(node)
    if isinstance(callee, Bound):
        return apply(ev, callee.target, given.after(callee.arguments), node, scope)
    if isinstance(callee, Ref):
        return _apply_ref(ev, callee.name, given, node, scope)
    if isinstance(callee, Method):
        return _apply_method(ev, callee, given, node, scope)
    if isinstance(callee, Class):
        found = client_base(ev, callee)
        if found is None:
            return Instance(callee)
        return _subclass(ev, callee, found, given, node)
    if isinstance(callee, Instance) and isinstance(callee.of, Ref) and callee.of.name in _READERS:
        return _environment(ev, given, span)
    if isinstance(callee, Function):
        return _enter(ev, callee, given, node)
    return unknown("is computed when the program runs", span)


def _apply_ref(ev: Evaluator, name: str, given: Arguments, node: Node, scope: Scope) -> Thing:
    span = ev.module.tree.span(node)
    kind = kind_of(name)
    if kind is not None:
        return construct(ev, kind, given, node, "")
    base, _, last = name.rpartition(".")
    kind = kind_of(base)
    if kind is not None:
        if last in ("from_url", "from_pool", "create_pool"):
            if last == "from_pool" and given.positional:
                given.keywords.entries["connection_pool"] = given.positional.pop(0)
            return construct(ev, kind, given, node, "from_url" if last == "from_url" else "")
        return unknown("is computed when the program runs", span)
    if name in _PARTIALS and given.positional:
        rest = Arguments()
        rest.positional = given.positional[1:]
        rest.keywords = given.keywords
        rest.open_why = given.open_why
        return Bound(given.positional[0].thing, rest)
    if last in _PROVIDERS and "providers" in name and given.positional:
        rest = Arguments()
        rest.positional = given.positional[1:]
        rest.keywords = given.keywords
        return apply(ev, given.positional[0].thing, rest, node, scope)
    if name in _GETTERS or (last in ("get", "str", "int", "bool", "url") and "env" in base.lower()):
        return _environment(ev, given, span)
    if base == "dict":
        return _dict_method(last, given, span)
    if base == "str":
        return _text_method(ev, last, given, span)
    if last in ("parse_args", "parse_known_args") and "argparse" in name:
        return unknown("comes from the command line", span, source="argv")
    if base in ("builtins", ""):
        return _builtin(ev, last, given, span)
    if name in _WRAPPERS and given.positional:
        return given.positional[-1 if name == "typing.cast" else 0].thing
    if last.endswith(("Settings", "Config")) or last[:1].isupper():
        return Instance(Ref(name))
    return unknown(f"is computed by {name}()", span)


def _environment(ev: Evaluator, given: Arguments, span: Span) -> Thing:
    first = given.positional[0].thing if given.positional else None
    name = first.value.value if isinstance(first, Scalar) and first.value.known else ""
    fallback = given.positional[1].thing if len(given.positional) > 1 else None
    fallback = given.keywords.get("default") or fallback
    hint: object = None
    if isinstance(fallback, Scalar):
        hint = fallback.value.value if fallback.value.known else fallback.hint
    why = f"comes from the environment variable {name}" if name else "comes from the environment"
    if hint is not None and not isinstance(hint, bool):
        why += " (with a default)"
    return unknown(why, span, hint=hint, source="environment")


def _dict_method(last: str, given: Arguments, span: Span) -> Thing:
    table = given.positional[0].thing
    if not isinstance(table, Table):
        return unknown("is computed when the program runs", span)
    if last == "copy":
        return table.copy()
    key = given.positional[1].thing if len(given.positional) > 1 else None
    if isinstance(key, Scalar) and key.value.known:
        found = table.get(str(key.value.value))
        if found is not None:
            return found
        if not table.open_why:
            return given.positional[2].thing if len(given.positional) > 2 else known(None)
    return unknown("is computed when the program runs", span)


def _text_method(ev: Evaluator, last: str, given: Arguments, span: Span) -> Thing:
    first = given.positional[0].thing
    if not isinstance(first, Scalar):
        return first
    if last != "format" or first.text is None:
        return first
    import re

    pieces = iter(given.positional[1:])

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        thing = given.keywords.get(name) if name and not name.isdecimal() else None
        if name.isdecimal() and int(name) + 1 < len(given.positional):
            thing = given.positional[int(name) + 1].thing
        elif not name:
            entry = next(pieces, None)
            thing = entry.thing if entry else None
        if isinstance(thing, Scalar) and thing.value.known:
            return str(thing.value.value)
        template = thing.text if isinstance(thing, Scalar) else None
        return template if template is not None else "\0"

    text = re.sub(r"\{(\w*+)[^{}]*\}", fill, first.text)
    if "\0" not in text:
        return known(text, span)
    return unknown("holds parts that are computed", span, template=text)


def _builtin(ev: Evaluator, name: str, given: Arguments, span: Span) -> Thing:
    first = given.positional[0].thing if given.positional else None
    if name == "dict":
        table = Table(span)
        for entry in given.positional:
            if isinstance(entry.thing, Series):
                table.open_why = "keys come from a list"
            else:
                table.merge(entry.thing)
        table.merge(given.keywords)
        return table
    if name in ("list", "tuple", "set", "frozenset"):
        return first if isinstance(first, Series) else unknown("is computed", span)
    if name in ("int", "float", "str", "bool") and isinstance(first, Scalar):
        return _converted(name, first, span)
    if name == "super":
        return Ref("super()")
    return unknown("is computed when the program runs", span)


def _converted(name: str, first: Scalar, span: Span) -> Thing:
    convert = {"int": int, "float": float, "str": str, "bool": bool}[name]

    def attempt(held: object) -> object:
        try:
            return convert(held)
        except (ValueError, TypeError, OverflowError):
            return None

    if first.value.known:
        value = attempt(first.value.value)
        if value is not None:
            return known(value, span)
        return unknown("is computed", span)
    hint = attempt(first.hint) if first.hint is not None else None
    template = first.template if name == "str" else None
    return Scalar(first.value, hint=hint, source=first.source, template=template)


def construct(ev: Evaluator, kind: Kind, given: Arguments, node: Node, through: str) -> Thing:
    """The client, pool or helper that a known constructor makes."""
    span = ev.module.tree.span(node)
    made = Made(kind, node.id, span)
    made.node = node
    made.through = through or ("from_url" if kind.role in ("from-url", "aio-create") else "")
    names = POSITIONAL.get(kind.role, ())
    if through == "from_url":
        names = ("url",)
    give(made, given, names)
    if made.through == "from_url":
        made.url = made.options.entries.pop("url", None)
        if kind.role == "aio-create":
            made.url = made.url or made.options.entries.pop("address", None)
    elif kind.role in ("client", "cluster") and "url" in made.options.entries:
        made.url = made.options.entries.pop("url")
    return made


def _apply_method(
    ev: Evaluator, method: Method, given: Arguments, node: Node, scope: Scope
) -> Thing:
    made = method.of
    span = ev.module.tree.span(node)
    if made.kind.role == "sentinel" and method.name in ("master_for", "slave_for"):
        client = Made(made.kind, node.id, span)
        client.node = node
        client.through = method.name
        client.base = made
        give(client, given, ("service_name", "redis_class", "connection_pool_class"))
        client.open_why = client.open_why or made.open_why
        return client
    if method.name in ("client", "__aenter__", "__enter__", "initialize") and made.is_client:
        return made
    if method.name == "pipeline" and made.is_client:
        return Bound(Ref("pipeline()"), only(made))
    if method.name == "pubsub" and made.is_client:
        return Bound(Ref("pubsub()"), only(made))
    return unknown("is an answer of the server", span)


def _subclass(
    ev: Evaluator, of: Class, found: tuple[Kind, list[Class]], given: Arguments, node: Node
) -> Thing:
    kind, chain = found
    for cls in chain:
        init = next(
            (b for b in reversed(cls.scope.names.get("__init__", [])) if b.kind == "function"), None
        )
        if init is None:
            continue
        inner = ev.other(cls.module)
        function = cls.module.scopes.get(init.node.id)
        for call_node, call_scope in cls.module.calls:
            target = call_node.child_by_field_name("function")
            if target is None or call_scope is not function:
                continue
            text = cls.module.text(target).replace(" ", "")
            if text.endswith(".__init__") and (
                "super(" in text or text.split(".")[-2][:1].isupper()
            ):
                frame = bind(inner, init.node, function, given, skip_self=True)
                inner.frames.append((init.node.id, frame))
                try:
                    passed = arguments(inner, call_node, call_scope)
                finally:
                    inner.frames.pop()
                if "super(" not in text and passed.positional:
                    passed.positional.pop(0)
                return construct(ev, kind, passed, node, "")
        made = construct(ev, kind, Arguments(), node, "")
        if isinstance(made, Made):
            made.open_why = "the subclass sets options that could not be followed"
        return made
    return construct(ev, kind, given, node, "")


def got(ev: Evaluator, thing: Thing, use: Node | None) -> Thing:
    """What reading an attribute gives: a property is called, anything else is itself."""
    if isinstance(thing, Function):
        decorators = ev.module.decorators.get(thing.node.id, ())
        if any("property" in ev.module.text(d)[:30] for d in decorators):
            return _enter(ev, thing, Arguments(), use or thing.node)
    return thing


def _enter(ev: Evaluator, function: Function, given: Arguments, node: Node) -> Thing:
    """What a function returns for these arguments; every return counts."""
    inner = ev.other(function.module)
    span = ev.module.tree.span(node)
    if len(inner.frames) >= 4 or any(f == function.node.id for f, _ in inner.frames):
        return unknown("is computed by a function that calls itself or others deeply", span)
    scope = function.module.scopes.get(function.node.id)
    if scope is None:
        return unknown("is computed by a function", span)
    frame = bind(inner, function.node, scope, given, skip_self=function.owner is not None)
    inner.frames.append((function.node.id, frame))
    inner.depth += 1
    try:
        results = [inner.eval(value, scope) for value in returns(function.node)[:6]]
    finally:
        inner.frames.pop()
        inner.depth -= 1
    results = [r for r in results if not (isinstance(r, Scalar) and r.is_none)]
    if not results:
        return known(None, span)
    thing = results[0]
    for other in results[1:]:
        thing = either(thing, other, span)
    if isinstance(thing, Scalar) and not thing.value.known:
        return Scalar(thing.value, hint=thing.hint, source=thing.source, template=thing.template)
    return thing
