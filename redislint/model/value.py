"""Values that may be unknown, each with its origin.

Three states matter to rules: known, unknown, and (for both) whether somebody set it.
`requirepass ${PASSWORD}` is set, but its text is unknown.
"""

from __future__ import annotations

from redislint.source import Span


class Origin:
    """Where a value comes from: a span in a file, or a note such as "default of redis 7.2"."""

    __slots__ = ("note", "span")

    def __init__(self, span: Span | None = None, note: str = "") -> None:
        self.span = span
        self.note = note

    def __repr__(self) -> str:
        return f"Origin({self.span or self.note!r})"


NOWHERE = Origin()


class Value:
    """A fact: `known` with its `value`, or unknown with the reason in `why`.

    `set` says whether somebody wrote it down (True), it is a default or absent (False), or that
    is unknown too (None). Absent without a default is known, not set, and None.
    """

    __slots__ = ("known", "origin", "raw", "set", "value", "why")

    def __init__(
        self,
        value: object = None,
        origin: Origin = NOWHERE,
        *,
        known: bool = True,
        set: bool | None = True,
        why: str = "",
        raw: str | None = None,
    ) -> None:
        self.value = value
        self.origin = origin
        self.known = known
        self.set = set
        self.why = why
        self.raw = raw

    def __repr__(self) -> str:
        return f"Value({self.value!r})" if self.known else f"Value(unknown: {self.why})"

    @property
    def span(self) -> Span | None:
        """The place in a file, where there is one."""
        return self.origin.span

    @property
    def is_true(self) -> bool:
        """Known and true: what a Python caller may act on."""
        return self.known and bool(self.value)


def at(value: object, span: Span | None, note: str = "", raw: str | None = None) -> Value:
    """A known value that stands at a place."""
    return Value(value, Origin(span, note), raw=raw)


def default(value: object, note: str) -> Value:
    """A known value that nobody set; `note` says whose default it is."""
    return Value(value, Origin(None, note), set=False)


def unknown(why: str, span: Span | None = None, *, set: bool | None = True) -> Value:
    """An unknown value; `set` as in Value."""
    return Value(None, Origin(span), known=False, set=set, why=why)


ABSENT = Value(None, NOWHERE, set=False)
"""Known to be neither set nor to have a default."""
