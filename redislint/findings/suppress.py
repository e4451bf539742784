"""Inline suppressions: `redislint: ignore[name-or-code] reason` in any comment.

On the finding's lines, or alone on the line above; `ignore-file[…]` anywhere holds for the file.
Without brackets everything is meant.
"""

from __future__ import annotations

import re

from redislint.findings.finding import Finding
from redislint.rules.book import Book
from redislint.source import Source, Span

_PRAGMA = r"\bredislint:[ \t]*(ignore(?:-file)?)\b[ \t]*(?:\[([^\]\n]*)\])?[ \t:,-]*([^\n]*)"
_COMMENT = re.compile(r"#|//|/\*|<!--|;|--|!|\*")


class Suppression:
    """One pragma: what it names, where it stands, and whether a finding met it."""

    __slots__ = ("line", "names", "reason", "span", "used", "whole_file")

    def __init__(
        self, names: list[str], line: int, span: Span, whole_file: bool, reason: str
    ) -> None:
        self.names = names
        self.line = line
        self.span = span
        self.whole_file = whole_file
        self.reason = reason
        self.used: set[str] = set()


def suppressions(source: Source) -> list[Suppression]:
    """The pragmas of a file."""
    if "redislint:" not in source.text:
        return []
    found = []
    for match in re.finditer(_PRAGMA, source.text):
        before = source.text.rfind("\n", 0, match.start()) + 1
        if not _COMMENT.search(source.text, before, match.start()):
            continue
        names = [n.strip().lower() for n in (match[2] or "").split(",") if n.strip()]
        reason = re.sub(r"(\*/|-->)\s*$", "", match[3]).strip()
        span = source.span(match.start(), match.end())
        line = source.position(match.start(1))[0]
        found.append(Suppression(names, line, span, match[1] == "ignore-file", reason))
    return found


def _alone(source: Source, line: int) -> bool:
    return _COMMENT.match(source.line_text(line).lstrip()) is not None


def _meets(pragma: Suppression, finding: Finding, book: Book, source: Source) -> str | None:
    """The name by which a pragma suppresses a finding, or None."""
    line = finding.span.line
    if not pragma.whole_file and pragma.line != line:
        below = pragma.line
        while _alone(source, below):
            below += 1
        if not (_alone(source, pragma.line) and below == line):
            return None
    if not pragma.names:
        return "*"
    for name in pragma.names:
        if any(rule is finding.rule for rule in book.matching(name)):
            return name
    return None


def apply(findings: list[Finding], sources: dict[str, Source], book: Book) -> list[Suppression]:
    """Mark the findings that a pragma suppresses; returns every pragma of the sources."""
    every: list[Suppression] = []
    for path, source in sources.items():
        pragmas = suppressions(source)
        if not pragmas:
            continue
        every += pragmas
        for finding in findings:
            if finding.span.path != path:
                continue
            for pragma in pragmas:
                name = _meets(pragma, finding, book, source)
                if name is not None:
                    pragma.used.add(name)
                    finding.suppressed = pragma.reason or "no reason given"
                    break
    return every


def unused(pragmas: list[Suppression]) -> list[tuple[Suppression, list[str]]]:
    """The pragmas that suppressed nothing, with the names that were idle."""
    idle = []
    for pragma in pragmas:
        names = [n for n in pragma.names if n not in pragma.used]
        if names or (not pragma.names and not pragma.used):
            idle.append((pragma, names))
    return idle
