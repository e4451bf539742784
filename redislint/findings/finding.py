"""A finding: what a rule says about a place, and why it is so."""

from __future__ import annotations

from redislint.rules.book import Rule
from redislint.source import Span


class Reason:
    """A fact that made the condition true: text, and the place that says so where there is one."""

    __slots__ = ("span", "text")

    def __init__(self, text: str, span: Span | None = None) -> None:
        self.text = text
        self.span = span


class Edit:
    """Replace a span's text."""

    __slots__ = ("span", "text")

    def __init__(self, span: Span, text: str) -> None:
        self.span = span
        self.text = text


class Fix:
    """What to do: a sentence, and edits where a program can do it.

    `safety`: safe (keeps behaviour), unsafe (changes behaviour: the point of it), display (for
    a person to write).
    """

    __slots__ = ("edits", "safety", "text")

    def __init__(self, text: str, safety: str, edits: list[Edit]) -> None:
        self.text = text
        self.safety = safety
        self.edits = edits


_LONG_LINE = 5_000


class Finding:
    """One report of one rule at one place."""

    __slots__ = (
        "arguments", "confidence", "fix", "group", "message", "ordinal", "reasons", "rule", "severity", "span",
        "subject", "suppressed",
    )  # fmt: skip

    def __init__(
        self,
        rule: Rule,
        message: str,
        span: Span,
        reasons: list[Reason],
        subject: str,
        fix: Fix | None = None,
    ) -> None:
        self.rule = rule
        self.message = message
        self.span = span
        self.reasons = reasons
        self.subject = subject
        self.fix = fix
        self.severity = rule.severity
        self.confidence = rule.confidence
        self.ordinal = 0
        self.arguments: list[str] = []
        """What the message's fields were filled with, in order."""
        self.suppressed: str | None = None
        self.group: tuple[int, str, str, int] = (3, subject, span.path, 0)
        """The server or client that it is about: servers first, then its label and its place."""

    @property
    def fingerprint(self) -> str:
        """Stays the same when lines move: rule, path, the line's text, and which of its like."""
        import hashlib

        return hashlib.blake2b(self.basis.encode(), digest_size=12).hexdigest()

    @property
    def basis(self) -> str:
        """What the fingerprint is made of."""
        text = self.span.source.root.line_text(self.span.line)
        if len(text) > _LONG_LINE:  # JSON on one line: all findings would carry all of it
            place = self.span.column - 1
            text = text[max(0, place - 100) : place + 300]
        line = " ".join(text.split())
        return f"{self.rule.name}\0{self.span.path}\0{line}\0{self.subject}\0{self.ordinal}"

    def sort_key(self) -> tuple[str, int, int, str]:
        """By place, then by code."""
        return (self.span.path, self.span.line, self.span.column, self.rule.code)
