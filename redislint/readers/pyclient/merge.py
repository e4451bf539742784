"""Two things of which the running program picks one."""

from __future__ import annotations

from redislint.model.value import Origin, Value
from redislint.readers.pyclient.names import Made
from redislint.readers.pyclient.things import Bound, Method, Ref, Scalar, Table, Thing
from redislint.source import Span


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


def _perhaps(table: Table) -> Table:
    """A dict that is None in another branch."""
    other = table.copy()
    other.open_why = table.open_why or "is None in another branch"
    return other
