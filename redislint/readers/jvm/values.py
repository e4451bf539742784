"""What the evaluator of client code computes with: constants, recorded objects, unknowns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from redislint.model.value import Origin, Value
from redislint.source import Span

if TYPE_CHECKING:
    from redislint.syntax.jvm import ClassDef, Node


class Abstract:
    """A value of the program, as far as it is known."""

    __slots__ = ("span",)

    def __init__(self, span: Span | None) -> None:
        self.span = span


class Const(Abstract):
    """A constant: text, number, truth, None, or Seconds (a duration)."""

    __slots__ = ("value",)

    def __init__(self, value: object, span: Span | None = None) -> None:
        super().__init__(span)
        self.value = value

    def __repr__(self) -> str:
        return f"Const({self.value!r})"


class Seconds(float):
    """A duration in seconds."""


class Enum(Abstract):
    """A constant of a type: `ReadFrom.REPLICA`, a class name used as a value."""

    __slots__ = ("name", "type")

    def __init__(self, type: str, name: str, span: Span | None = None) -> None:
        super().__init__(span)
        self.type = type
        self.name = name

    def __repr__(self) -> str:
        return f"Enum({self.type}.{self.name})"


class Unknown(Abstract):
    """What the files do not say, and why. `partly` is the known beginning of a text."""

    __slots__ = ("default", "partly", "type", "why")

    def __init__(
        self,
        why: str,
        span: Span | None = None,
        type: str = "",
        partly: str | None = None,
        default: object = None,
    ) -> None:
        super().__init__(span)
        self.why = why
        self.type = type
        self.partly = partly
        self.default = default

    def __repr__(self) -> str:
        return f"Unknown({self.why})"


class Items(Abstract):
    """A list, set or array of values; `more` when there may be others."""

    __slots__ = ("items", "more")

    def __init__(
        self, items: Iterable[Abstract], span: Span | None = None, more: bool = False
    ) -> None:
        super().__init__(span)
        self.items = list(items)
        self.more = more

    def __repr__(self) -> str:
        return f"Items({self.items!r}{'…' if self.more else ''})"


class Alternatives(Abstract):
    """One of several values."""

    __slots__ = ("items",)

    def __init__(self, items: Iterable[Abstract], span: Span | None = None) -> None:
        super().__init__(span)
        self.items = list(items)

    def __repr__(self) -> str:
        return f"Alternatives({self.items!r})"


class Function(Abstract):
    """A lambda with what it closes over."""

    __slots__ = ("env", "node")

    def __init__(self, node: Node, env: Any, span: Span | None = None) -> None:
        super().__init__(span)
        self.node = node
        self.env = env


class Instance(Abstract):
    """An object of a class of the repository."""

    __slots__ = ("cls", "fields")

    def __init__(self, cls: ClassDef, span: Span | None = None) -> None:
        super().__init__(span)
        self.cls = cls
        self.fields: dict[str, Abstract] = {}

    def __repr__(self) -> str:
        return f"Instance({self.cls.name})"


class Record:
    """A call on a library object. `maybe`: only in some runs of the program."""

    __slots__ = ("args", "maybe", "name", "names", "result", "span")

    def __init__(
        self, name: str, args: list[Abstract], names: list[str], span: Span, maybe: bool
    ) -> None:
        self.name = name
        self.args = args
        self.names = names
        self.span = span
        self.maybe = maybe
        self.result: Abstract | None = None

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(map(repr, self.args))}){'?' if self.maybe else ''}"


class Thing(Abstract):
    """An object of a library: how it was made and every call seen on it.

    A builder and what it builds are one thing. `parent` is what it was copied from (`mutate()`)
    or taken from (a connection's client). `open_why`: code that was not read may have changed it.
    """

    __slots__ = ("args", "calls", "maker", "names", "open_why", "owner", "parent", "type", "used")

    def __init__(
        self,
        type: str,
        maker: str,
        args: list[Abstract],
        span: Span | None,
        names: list[str] | None = None,
        parent: Thing | None = None,
    ) -> None:
        super().__init__(span)
        self.type = type
        self.maker = maker
        self.args = args
        self.names = names or [""] * len(args)
        self.calls: list[Record] = []
        self.parent = parent
        self.open_why = ""
        self.owner: Any = None
        self.used = False

    def __repr__(self) -> str:
        return f"{self.type}.{self.maker}{self.args}{self.calls}"

    def called(self, *names: str) -> list[Record]:
        """The calls of these names, in order."""
        return [c for c in self.calls if c.name in names]


def each(value: Abstract | None) -> Iterator[Abstract]:
    """The single values that a value may be."""
    if isinstance(value, Alternatives):
        for item in value.items:
            yield from each(item)
    elif value is not None:
        yield value


def flatten(value: Abstract | None) -> Iterator[Abstract]:
    """The values in a list, in each alternative."""
    for one in each(value):
        if isinstance(one, Items):
            for item in one.items:
                yield from flatten(item)
        else:
            yield one


MOST_WAYS = 24
"""Values that one name may have: beyond it the code is generated, or a table."""


def join(values: list[Abstract], span: Span | None = None) -> Abstract:
    """One value for several ways of the program."""
    found: list[Abstract] = []
    reasons: set[tuple[str, str, str | None]] = set()
    for value in values:
        for one in each(value):
            if isinstance(one, Unknown):
                reason = (one.why, one.type, one.partly)
                if reason in reasons and one.default is None:
                    continue
                reasons.add(reason)
            if not any(one is f or same(one, f) for f in found):
                found.append(one)
    if not found:
        return Unknown("no way of the program gives a value", span)
    if len(found) > MOST_WAYS:
        why = "it may be one of very many values"
        for one in found:
            if isinstance(one, Thing):
                one.open_why = one.open_why or why
        return Unknown(why, span)
    return found[0] if len(found) == 1 else Alternatives(found, span)


def same(a: Abstract, b: Abstract) -> bool:
    """Whether two values are equal constants."""
    if isinstance(a, Const) and isinstance(b, Const):
        return a.value == b.value and isinstance(a.value, bool) == isinstance(b.value, bool)
    return isinstance(a, Enum) and isinstance(b, Enum) and a.name == b.name and a.type == b.type


def things(value: Abstract | None, *types: str) -> list[Thing]:
    """The library objects (of these types, if any are named) that a value may be or hold."""
    return [v for v in flatten(value) if isinstance(v, Thing) and (not types or v.type in types)]


def fact(value: Abstract | None, span: Span | None) -> Value:
    """A fact from a value of the program: plain constants known, everything else unknown."""
    if isinstance(value, Const):
        plain = float(value.value) if isinstance(value.value, Seconds) else value.value
        return Value(plain, Origin(value.span or span if span is None else span))
    if isinstance(value, Enum):
        return Value(value.name, Origin(span))
    why = value.why if isinstance(value, Unknown) else "its value is not a constant"
    if isinstance(value, Alternatives):
        why = "it differs between the branches of the code"
    return Value(None, Origin(span), known=False, why=why)


_UNITS = {
    "NANOSECONDS": 1e-9,
    "MICROSECONDS": 1e-6,
    "MILLISECONDS": 1e-3,
    "SECONDS": 1.0,
    "MINUTES": 60.0,
    "HOURS": 3600.0,
    "DAYS": 86400.0,
}


def seconds_of(args: list[Abstract], factor: float = 1e-3) -> Abstract:
    """The duration that arguments give: a Duration, a number with a TimeUnit, a bare number."""
    first = args[0]
    if isinstance(first, Const) and isinstance(first.value, int | float):
        if isinstance(first.value, bool | Seconds):
            return first
        if len(args) > 1 and isinstance(args[1], Enum):
            factor = _UNITS.get(args[1].name, 1.0)
        return Const(Seconds(round(first.value * factor, 9)), first.span)
    return first
