"""Apply fixes: text edits on spans, last first, so that offsets stay true."""

from __future__ import annotations

import difflib
import os

from redislint.findings.finding import Edit
from redislint.findings.outcome import Report


def _usable(report: Report, unsafe: bool) -> dict[str, list[Edit]]:
    """Edits by path, without those that overlap one taken before."""
    chosen: dict[str, list[Edit]] = {}
    for finding in report.findings:
        fix = finding.fix
        if fix is None or fix.safety == "display" or (fix.safety == "unsafe" and not unsafe):
            continue
        if any(e.span.source.outer is not None for e in fix.edits):
            continue
        for edit in fix.edits:
            taken = chosen.setdefault(edit.span.path, [])
            same = any(t.span == edit.span and t.text == edit.text for t in taken)
            clash = any(
                edit.span.start < t.span.end and t.span.start < edit.span.end for t in taken
            )
            if not same and not clash:
                taken.append(edit)
    return chosen


def apply_fixes(report: Report, *, unsafe: bool, write: bool) -> str:
    """Write the fixes, or return their unified diff where `write` is false."""
    diffs: list[str] = []
    for path, edits in sorted(_usable(report, unsafe).items()):
        source = edits[0].span.source
        text = source.text
        for edit in sorted(edits, key=lambda e: (e.span.start, e.span.end), reverse=True):
            text = text[: edit.span.start] + edit.text + text[edit.span.end :]
        if text == source.text:
            continue
        if write:
            full = os.path.join(report.base, path)
            with open(full, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            diffs.append(f"fixed {len(edits)} in {report.shown(path)}\n")
            continue
        diffs += difflib.unified_diff(
            source.text.splitlines(keepends=True),
            text.splitlines(keepends=True),
            f"a/{path}",
            f"b/{path}",
        )
    return "".join(diffs)
