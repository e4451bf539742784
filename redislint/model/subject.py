"""What rules judge: subjects with named facts, and the vocabulary that names them.

A fact is either stored by a reader or computed by a function registered here with `computed`.
Conditions may use only names that the vocabulary of a subject's kind knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from redislint.model.value import ABSENT, Value
from redislint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    F = TypeVar("F", bound=Callable[..., Value])

TYPES = frozenset("bool int number size duration percent text enum list version subject".split())
"""size: bytes. duration: seconds. percent: 0 to 100. The others are Python's own."""


class FactSpec:
    """An entry of the vocabulary: name, type (one of TYPES), one-line meaning, choices of an enum.

    `unit` is the unit in which the source writes a duration ("s", "ms", "us"); values in the
    model are seconds whatever it is. A spec of type subject names the `target` kind.
    """

    __slots__ = ("choices", "compute", "doc", "name", "secret", "target", "type", "unit")

    def __init__(
        self,
        name: str,
        type: str,
        doc: str,
        *,
        choices: Iterable[str] = (),
        unit: str = "",
        target: str = "",
        secret: bool = False,
        compute: Callable[..., Value] | None = None,
    ) -> None:
        self.name = name
        self.type = type
        self.doc = doc
        self.choices = tuple(choices)
        self.unit = unit
        self.target = target
        self.secret = secret
        self.compute = compute


VOCABULARY: dict[str, dict[str, FactSpec]] = {}
FUNCTIONS: dict[str, dict[str, FactSpec]] = {}
KINDS: dict[str, str] = {}
"""kind -> one line that says what such a subject is."""


def kind(name: str, doc: str, specs: Iterable[FactSpec] = ()) -> None:
    """Declare a kind of subject with the facts that its readers may store."""
    KINDS[name] = doc
    table = VOCABULARY.setdefault(name, {})
    FUNCTIONS.setdefault(name, {})
    for spec in specs:
        table[spec.name] = spec


def computed(
    kind_name: str, name: str, type: str, doc: str, *, choices: Iterable[str] = (), unit: str = ""
) -> Callable[[F], F]:
    """Register a function of the subject as its fact `name`."""

    def register(function: F) -> F:
        spec = FactSpec(name, type, doc, choices=choices, unit=unit, compute=function)
        VOCABULARY.setdefault(kind_name, {})[name] = spec
        return function

    return register


def function(kind_name: str, name: str, type: str, doc: str) -> Callable[[F], F]:
    """Register `name(argument, …)` for conditions on a kind; arguments arrive as text."""

    def register(body: F) -> F:
        FUNCTIONS.setdefault(kind_name, {})[name] = FactSpec(name, type, doc, compute=body)
        return body

    return register


class Subject:
    """One thing that rules judge.

    `label` names it to users, `anchor` is where a finding about something absent goes, `facts`
    holds what readers stored, `links` the subjects it is tied to. `candidates` are the versions
    it may have (newest last); `version` is the one under which facts are being asked, set only
    on the views that `under` makes.
    """

    kind = "subject"

    def __init__(self, label: str, anchor: Span | None, kind: str | None = None) -> None:
        if kind is not None:
            self.kind = kind
        self.label = label
        self.anchor = anchor
        self.facts: dict[str, Value] = {}
        self.links: dict[str, Subject] = {}
        self.candidates: tuple[str, ...] = ()
        self.version: str | None = None
        self._cache: dict[str, Value] = {}

    def __repr__(self) -> str:
        return f"<{self.kind} {self.label}>"

    def under(self, version: str) -> Subject:
        """A view of this subject as if it had this version; links are shared."""
        view = object.__new__(type(self))
        view.__dict__.update(self.__dict__)
        view.version = version
        view._cache = {}
        return view

    def get(self, name: str) -> Value:
        """The fact of that name: stored, else computed, else absent."""
        cached = self._cache.get(name)
        if cached is None:
            cached = self._cache[name] = self._find(name)
        return cached

    def _find(self, name: str) -> Value:
        stored = self.facts.get(name)
        if stored is not None:
            return stored
        table = VOCABULARY.get(self.kind, {})
        # A server's table is a dict that fills itself: it is asked only for what it does not hold.
        spec = dict.get(table, name) or table.get(name)
        if spec is not None and spec.compute is not None:
            return spec.compute(self)
        return self.missing(name)

    def missing(self, name: str) -> Value:
        """The value of a fact that nobody stored: absent, unless a kind knows a default."""
        return ABSENT

    def call(self, name: str, arguments: list[str]) -> Value:
        """The value of a function of this kind."""
        spec = FUNCTIONS[self.kind][name]
        assert spec.compute is not None
        return spec.compute(self, *arguments)

    def set(self, name: str, value: Value) -> None:
        """Store a fact."""
        self.facts[name] = value
        self._cache.pop(name, None)
