"""Workflow commands of GitHub Actions: worst first, because ten a step are shown."""

from __future__ import annotations

from redislint.findings.outcome import Report

_LEVEL = {"error": "error", "warning": "warning", "note": "notice"}
_ORDER = {"error": 0, "warning": 1, "note": 2}


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def render(report: Report) -> str:
    """One command a finding."""
    lines = []
    for f in sorted(report.findings, key=lambda f: _ORDER[f.severity]):
        place = (
            f"file={_property(report.shown(f.span.path))},line={f.span.line},col={f.span.column}"
            f",endLine={f.span.end_line},endColumn={f.span.end_column}"
        )
        title = _property(f"{f.rule.code} {f.rule.name}")
        because = "".join(f"\nbecause {r.text}" for r in f.reasons[:6])
        lines.append(f"::{_LEVEL[f.severity]} {place},title={title}::{_data(f.message + because)}")
    for problem in report.errors:
        line = f",line={problem.line}" if problem.line else ""
        place = f"file={_property(report.shown(problem.path))}{line}"
        lines.append(
            f"::warning {place},title=redislint could not read this::{_data(problem.message)}"
        )
    return "\n".join(lines) + ("\n" if lines else "")
