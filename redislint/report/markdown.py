"""Markdown: for job summaries and pull request comments."""

from __future__ import annotations

from redislint.findings.outcome import Report


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def render(report: Report) -> str:
    """A table of findings, worst first, and the list of what could not be read."""
    if not report.findings and not report.errors:
        return f"redislint: no findings in {report.files} files.\n"
    order = {"error": 0, "warning": 1, "note": 2}
    lines = ["| severity | rule | place | what |", "|---|---|---|---|"]
    for f in sorted(report.findings, key=lambda f: (order[f.severity], f.sort_key())):
        place = f"{report.shown(f.span.path)}:{f.span.line}"
        lines.append(
            f"| {f.severity} | {f.rule.code} `{f.rule.name}` | `{_cell(place)}` | {_cell(f.message)} |"
        )
    if not report.findings:
        lines = []
    for p in report.errors:
        place = report.shown(p.path) + (f":{p.line}" if p.line else "")
        lines.append(f"\nUnread: `{_cell(place)}`: {_cell(p.message)}")
    return "\n".join(lines) + "\n"
