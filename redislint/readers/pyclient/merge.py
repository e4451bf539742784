"""Two things of which the running program picks one."""

from __future__ import annotations

import re

from redislint.model.value import Origin, Value
from redislint.readers.pyclient.names import Made
from redislint.readers.pyclient.scopes import Module
from redislint.readers.pyclient.things import Bound, Method, Ref, Scalar, Table, Thing, unknown
from redislint.source import Span
from redislint.syntax.python import Node


def same(left: Thing, right: Thing) -> bool:
    """Whether two things are the same for every purpose here."""
    if left is right:
        return True
    if isinstance(left, Ref) and isinstance(right, Ref):
        return left.name == right.name
    if (
        isinstance(left, Scalar)
        and isinstance(right, Scalar)
        and left.value.known
        and right.value.known
    ):
        return left.value.value == right.value.value
    if isinstance(left, Method) and isinstance(right, Method):
        return left.of is right.of and left.name == right.name
    return isinstance(left, Bound) and isinstance(right, Bound) and left.target is right.target


def either(left: Thing, right: Thing, span: Span | None) -> Thing:
    """One of two things, decided when the program runs."""
    if same(left, right):
        return left
    if isinstance(left, Scalar) and left.is_none and isinstance(right, Made):
        return right
    if isinstance(right, Scalar) and right.is_none and isinstance(left, Made):
        return left
    if isinstance(left, Table) and isinstance(right, Scalar) and right.is_none:
        return _perhaps(left)
    if isinstance(right, Table) and isinstance(left, Scalar) and left.is_none:
        return _perhaps(right)
    hint = None
    template = None
    if isinstance(left, Scalar) and isinstance(right, Scalar):
        hint = right.value.value if right.value.known else right.hint
    value = Value(None, Origin(span), known=False, why="differs between branches", set=None)
    return Scalar(value, hint=hint, template=template)


_WITH_TLS = re.compile(r"(?i)rediss|ssl|tls")
_OF_ITS_OWN = re.compile(r"(?i)verif|insecure|skip|self_?sign|debug|local|dev\b|cert|test")


def perhaps(module: Module, key: object, value: Thing, node: Node) -> Scalar:
    """A value that is set under a condition.

    What certificates have to be is remembered where the condition only asks for TLS: whoever uses
    TLS then has it, and no other choice is left to them.
    """
    hint = None
    if key == "ssl_cert_reqs":
        above: Node | None = node
        while above is not None and above.type != "if_statement":
            above = above.parent if above.type != "function_definition" else None
        asked = above.child_by_field_name("condition") if above is not None else None
        text = module.text(asked) if asked is not None else ""
        if _WITH_TLS.search(text) and not _OF_ITS_OWN.search(text):
            hint = _required(value)
    span = module.tree.span(node)
    return unknown("is set under a condition", span, source="condition", hint=hint)


def _required(value: Thing) -> str | None:
    if isinstance(value, Ref):
        return value.name.rsplit(".", 1)[-1]
    if isinstance(value, Scalar) and value.value.known:
        return "none" if value.value.value is None else str(value.value.value)
    hint = value.hint if isinstance(value, Scalar) else None
    return hint if isinstance(hint, str) else None


def _perhaps(table: Table) -> Table:
    """A dict that is None in another branch."""
    other = table.copy()
    other.open_why = table.open_why or "is None in another branch"
    return other
