"""What an expression may stand for: a scalar, a container, a name from elsewhere, code, an object.

Nothing is ever run: every Thing is what the text alone shows, or says why it does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redislint.model.value import Origin, Value
from redislint.source import Span

if TYPE_CHECKING:
    from redislint.readers.pyclient.names import Made
    from redislint.readers.pyclient.scopes import Module, Scope


class Thing:
    """Base of what an expression may stand for."""

    __slots__ = ()


HANDED_IN = ("parameter", "handed-in")
"""Sources of a value that whoever calls decides about."""


class Scalar(Thing):
    """A text, number, truth value or None, known or not.

    `template` is the text with NUL where a part is unknown (f-strings, concatenations); `hint` is
    the default that would apply (`os.environ.get("X", hint)`); `source` says what decides an
    unknown value: "environment", "parameter", "handed-in" (a part of a parameter), "settings",
    "argv", "condition", "" for anything else; a known None may be the "default" of a parameter.
    """

    __slots__ = ("hint", "source", "template", "value")

    def __init__(
        self, value: Value, *, hint: object = None, source: str = "", template: str | None = None
    ) -> None:
        self.value = value
        self.hint = hint
        self.source = source
        self.template = template

    @property
    def text(self) -> str | None:
        """The text, with NUL for unknown parts; None where nothing of it is known."""
        if self.value.known:
            return self.value.value if isinstance(self.value.value, str) else None
        return self.template

    @property
    def is_none(self) -> bool:
        """Known to be None."""
        return self.value.known and self.value.value is None


def unknown(why: str, span: Span | None = None, **more: Any) -> Scalar:
    """A scalar (or anything else) that the text does not show."""
    return Scalar(Value(None, Origin(span), known=False, why=why), **more)


def known(value: object, span: Span | None = None) -> Scalar:
    """A known scalar."""
    return Scalar(Value(value, Origin(span)))


class Entry:
    """A key of a dict with its value and the place where it is written."""

    __slots__ = ("span", "thing")

    def __init__(self, thing: Thing, span: Span | None) -> None:
        self.thing = thing
        self.span = span


class Table(Thing):
    """A dict: its entries; `open_why` is not empty where it may have more of them."""

    __slots__ = ("entries", "open_why", "span")

    def __init__(self, span: Span | None = None) -> None:
        self.entries: dict[str, Entry] = {}
        self.open_why = ""
        self.span = span

    def copy(self) -> Table:
        """A table that can be changed without changing this one."""
        other = Table(self.span)
        other.entries = dict(self.entries)
        other.open_why = self.open_why
        return other

    def merge(self, thing: Thing) -> None:
        """Take over the entries of another thing, as `**thing` does."""
        if isinstance(thing, Table):
            self.entries.update(thing.entries)
            self.open_why = self.open_why or thing.open_why
        elif not (isinstance(thing, Scalar) and thing.is_none):
            why = thing.value.why if isinstance(thing, Scalar) else ""
            self.open_why = self.open_why or why or "options come from what could not be read"
            for name, entry in self.entries.items():
                # What was given before may be replaced now.
                self.entries[name] = Entry(unknown("may be replaced: " + self.open_why), entry.span)

    def get(self, key: str) -> Thing | None:
        """The thing under a key, or None."""
        entry = self.entries.get(key)
        return entry.thing if entry else None


class Series(Thing):
    """A list, tuple or set; `open_why` is not empty where it may have more items."""

    __slots__ = ("items", "open_why", "span")

    def __init__(self, items: list[Thing], span: Span | None = None, open_why: str = "") -> None:
        self.items = items
        self.span = span
        self.open_why = open_why


class Ref(Thing):
    """Something of an imported package, by its qualified name: "redis.asyncio.Redis"."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Function(Thing):
    """A function of this repository."""

    __slots__ = ("module", "node", "owner", "scope")

    def __init__(self, module: Module, node: Any, scope: Scope, owner: Class | None = None) -> None:
        self.module = module
        self.node = node
        self.scope = scope
        self.owner = owner


class Class(Thing):
    """A class of this repository."""

    __slots__ = ("module", "node", "scope")

    def __init__(self, module: Module, node: Any, scope: Scope) -> None:
        self.module = module
        self.node = node
        self.scope = scope


class Instance(Thing):
    """An object of a class of this repository, or (`of` a Ref) of an imported one."""

    __slots__ = ("of",)

    def __init__(self, of: Class | Ref) -> None:
        self.of = of


class Bound(Thing):
    """A callable with arguments already given: functools.partial, or a method of a `Made`."""

    __slots__ = ("arguments", "target")

    def __init__(self, target: Thing, arguments: Arguments) -> None:
        self.target = target
        self.arguments = arguments


class Method(Thing):
    """An attribute of an object that a known constructor made."""

    __slots__ = ("name", "of")

    def __init__(self, of: Made, name: str) -> None:
        self.of = of
        self.name = name


class File(Thing):
    """A module of this repository."""

    __slots__ = ("module",)

    def __init__(self, module: Module) -> None:
        self.module = module


class Arguments:
    """The arguments of a call: positional things with places, and keywords as a Table."""

    __slots__ = ("keywords", "open_why", "positional")

    def __init__(self) -> None:
        self.positional: list[Entry] = []
        self.keywords = Table()
        self.open_why = ""

    def after(self, first: Arguments) -> Arguments:
        """These arguments behind those that a partial gave first."""
        joined = Arguments()
        joined.positional = first.positional + self.positional
        joined.keywords = first.keywords.copy()
        joined.keywords.merge(self.keywords)
        joined.open_why = first.open_why or self.open_why
        return joined
