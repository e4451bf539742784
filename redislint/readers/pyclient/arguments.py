"""Arguments of calls: read from a call, and bound to the parameters of a function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redislint.readers.pyclient.scopes import Scope
from redislint.readers.pyclient.things import (
    Arguments,
    Class,
    Entry,
    Instance,
    Scalar,
    Series,
    Table,
    Thing,
    unknown,
)
from redislint.syntax.python import Node, named

if TYPE_CHECKING:
    from redislint.readers.pyclient.evaluate import Evaluator


def arguments(ev: Evaluator, node: Node, scope: Scope) -> Arguments:
    """The arguments of a call node."""
    found = Arguments()
    listing = node.child_by_field_name("arguments")
    if listing is None or listing.type != "argument_list":
        return found
    for child in named(listing):
        span = ev.module.tree.span(child)
        if child.type == "keyword_argument":
            name = child.child_by_field_name("name")
            value = child.child_by_field_name("value")
            if name is not None:
                found.keywords.entries[ev.module.text(name)] = Entry(ev.eval(value, scope), span)
        elif child.type == "dictionary_splat":
            inner = child.named_children[0] if child.named_children else None
            thing = ev.eval(inner, scope)
            found.keywords.merge(_as_table(ev, thing))
        elif child.type == "list_splat":
            thing = ev.eval(child.named_children[0] if child.named_children else None, scope)
            if isinstance(thing, Series) and not thing.open_why:
                found.positional += [Entry(t, span) for t in thing.items]
            else:
                found.open_why = "positional arguments come from elsewhere"
        elif child.type in ("ellipsis", "ERROR"):
            found.open_why = "the arguments are cut short"
        else:
            found.positional.append(Entry(ev.eval(child, scope), span))
    if listing.has_error:
        found.open_why = found.open_why or "the arguments could not be read whole"
    return found


def _as_table(ev: Evaluator, thing: Thing) -> Thing:
    if isinstance(thing, Instance) and isinstance(thing.of, Class):
        return unknown("options come from a settings object")
    return thing


def update_of(ev: Evaluator, how: str, node: Node, scope: Scope) -> Table:
    """What `.update(…)`, `.setdefault(k, v)` or `|=` adds."""
    table = Table(ev.module.tree.span(node))
    if how == "augmented":
        table.merge(ev.eval(node.child_by_field_name("right"), scope))
        return table
    given = arguments(ev, node, scope)
    if how == "setdefault":
        if len(given.positional) == 2:
            key = given.positional[0].thing
            if isinstance(key, Scalar) and key.value.known:
                table.entries[str(key.value.value)] = given.positional[1]
                return table
        table.open_why = "a key is computed"
        return table
    for entry in given.positional:
        table.merge(entry.thing)
    table.merge(given.keywords)
    return table


def bind(
    ev: Evaluator, function: Node, scope: Scope | None, given: Arguments, *, skip_self: bool
) -> dict[str, Thing]:
    """The parameters of a function with the arguments of a call."""
    frame: dict[str, Thing] = {}
    parameters = function.child_by_field_name("parameters")
    positional = list(given.positional)
    keywords = given.keywords.copy()
    outer = (scope.parent if scope is not None else None) or ev.module.top
    only_keywords = False
    first = True
    for child in named(parameters) if parameters is not None else []:
        name_node = child
        if child.type in ("default_parameter", "typed_default_parameter"):
            name_node = child.child_by_field_name("name")
        elif child.type == "typed_parameter":
            name_node = child.named_children[0]
        if child.type == "keyword_separator":
            only_keywords = True
            continue
        if name_node is None:
            continue
        if name_node.type in ("list_splat_pattern", "dictionary_splat_pattern"):
            name = ev.module.text(name_node).lstrip("*")
            if name_node.type == "list_splat_pattern":
                frame[name] = Series([e.thing for e in positional])
                positional = []
                only_keywords = True
            else:
                frame[name] = keywords
            continue
        name = ev.module.text(name_node)
        if first and skip_self and name in ("self", "cls", "_", "mcs"):
            first = False
            continue
        first = False
        if name in keywords.entries:
            frame[name] = keywords.entries.pop(name).thing
        elif positional and not only_keywords:
            frame[name] = positional.pop(0).thing
        elif keywords.open_why or given.open_why:
            frame[name] = unknown(keywords.open_why or given.open_why)
        elif child.type in ("default_parameter", "typed_default_parameter"):
            frame[name] = _default(ev.eval(child.child_by_field_name("value"), outer))
        else:
            frame[name] = unknown(f"parameter '{name}' is not given")
    return frame


def _default(thing: Thing) -> Thing:
    """A default that nobody replaced: a None of this kind was not written on purpose at the call."""
    if isinstance(thing, Scalar) and thing.is_none:
        return Scalar(thing.value, source="default")
    return thing


def returns(function: Node) -> list[Node]:
    """The expressions that a function returns or yields, not those of functions inside it."""
    if function.type == "lambda":
        body = function.child_by_field_name("body")
        return [body] if body is not None else []
    found: list[Node] = []
    stack = [function.child_by_field_name("body")]
    while stack:
        current = stack.pop()
        if current is None or current.type in ("function_definition", "class_definition", "lambda"):
            continue
        if current.type in ("return_statement", "yield"):
            inner = named(current)
            if inner:
                found.append(inner[0])
            continue
        stack.extend(reversed(current.named_children))
    return found


def only(thing: Thing) -> Arguments:
    """The arguments of a call with one positional thing."""
    given = Arguments()
    given.positional.append(Entry(thing, None))
    return given
