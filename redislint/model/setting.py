"""One directive as somebody wrote it, wherever that was: a file, a command line, CONFIG GET."""

from __future__ import annotations

import re

from redislint.knowledge.directives import Directive
from redislint.model.value import Origin, Value
from redislint.source import Span

PLACEHOLDER = re.compile(
    r"\$\{(?:[^}$]|\$(?!\{))*\}|\$\((?:[^)$]|\$(?!\())*\)|\$[A-Za-z_]\w*"
    r"|\{\{(?:(?!\{\{).)*?\}\}|\{%(?:(?!\{%).)*?%\}|<%(?:(?!<%).)*?%>|%\{[^}%]*\}"
    r"|(?<![\w])@[A-Za-z_][\w.]*@(?![\w])|__[A-Z][A-Z0-9_]*__|%[A-Za-z][\w.-]*%"
    r"|(?<![\w$])\{[A-Z][A-Z0-9_]+\}|<[A-Z][A-Z0-9_]+>|\x00",
    re.S,
)
"""What templating languages and shells replace before the server sees the text.

For `search` alone: an opening within another begins anew, so that many of them cost no more than one.
"""

_MARK = re.compile(r"[${%@<\x00]|__")
"""What every placeholder has: most words have none of it, and the full search takes longer."""

_NUMBER = re.compile(r"\s*(-?\d+)")
_SIZES = {
    "": 1,
    "b": 1,
    "k": 1000,
    "kb": 1024,
    "m": 10**6,
    "mb": 1024**2,
    "g": 10**9,
    "gb": 1024**3,
}
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0}


class Setting:
    """A directive's name (lower case), its words, and the span of the whole line.

    `where` is "file", "build" (a RUN instruction), "command line", "environment" or "server"; `word_spans` are the spans of
    the words after the name, where the syntax has them.
    """

    __slots__ = ("_templated", "args", "name", "span", "where", "word_spans", "written")

    def __init__(
        self,
        name: str,
        args: tuple[str, ...],
        span: Span | None,
        where: str = "file",
        word_spans: tuple[Span, ...] = (),
    ) -> None:
        self.written = name
        self.name = name.lower()
        self.args = args
        self.span = span
        self.where = where
        self.word_spans = word_spans
        self._templated: bool | None = None

    def __repr__(self) -> str:
        return f"Setting({self.name} {len(self.args)} words, {self.span})"

    @property
    def templated(self) -> bool:
        """Whether a word will be replaced before the server sees it."""
        known = self._templated
        if known is None:
            text = "\n".join(self.args)
            known = _MARK.search(text) is not None and PLACEHOLDER.search(text) is not None
            self._templated = known
        return known

    def value(self, directive: Directive) -> Value:
        """The typed value: bool, int, bytes, seconds, lower-case word, tuple or text.

        A word that is filled in elsewhere gives an unknown value that is set.
        """
        raw = " ".join(self.args)
        origin = Origin(self.span, "" if self.where in ("file", "build") else self.where)
        if self.templated:
            return Value(None, origin, known=False, why="filled in from outside", raw=raw)
        parsed = parse(directive, self.args)
        if parsed is None and directive.kind not in ("string", "directory"):
            return Value(None, origin, known=False, why=f"'{raw[:40]}' is no value for it", raw=raw)
        return Value(parsed, origin, raw=raw)


def size(text: str) -> int | None:
    """Bytes of a memory value such as `100mb` (1k = 1000, 1kb = 1024), or None."""
    match = re.fullmatch(r"(-?\d+)([a-z]*)", text.strip().lower())
    if not match or match[2] not in _SIZES:
        return None
    return int(match[1]) * _SIZES[match[2]]


def parse(directive: Directive, args: tuple[str, ...]) -> object:
    """The typed value of a directive's words; None where they are none."""
    kind = directive.kind
    first = args[0] if args else ""
    if kind == "bool":
        return {"yes": True, "no": False}.get(first.lower())
    if directive.time and kind != "save":
        number = _NUMBER.match(first)
        return int(number[1]) * _SECONDS[directive.time] if number else None
    if kind in ("int", "float"):
        number = _NUMBER.match(first)
        return int(number[1]) if number else None
    if kind == "memory":
        return size(first)
    if kind == "percent-or-memory":
        return first if first.endswith("%") else size(first)
    if kind == "octal":
        return int(first, 8) if re.fullmatch(r"[0-7]+", first) else None
    if kind == "enum":
        return first.lower() if len(args) == 1 else " ".join(args).lower()
    if kind == "save":
        return save_points(args)
    if kind in ("string", "directory", "keyspace-events", "acl-user", "dead"):
        return " ".join(args)
    if len(args) == 1 and " " in first and kind in ("address-list", "replicaof"):
        return tuple(first.split())
    return args


def save_points(words: tuple[str, ...]) -> tuple[tuple[int, int], ...] | None:
    """(seconds, changes) pairs of one `save` line; `save ""` gives none of them."""
    flat = " ".join(words).split()
    if not flat:
        return ()
    if len(flat) % 2 or not all(w.isdecimal() for w in flat):
        return None
    numbers = [int(w) for w in flat]
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))
