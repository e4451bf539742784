"""The terminal report: what is wrong, the line, and because of what."""

from __future__ import annotations

import re

from redislint.findings.finding import Finding
from redislint.findings.outcome import Report
from redislint.masking import masked_line

_COLOUR = {"error": "31", "warning": "33", "note": "36"}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class _Paint:
    def __init__(self, on: bool) -> None:
        self.on = on

    def __call__(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.on else text


def clean(text: str) -> str:
    """Text without control characters: a file under check must not steer the terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def render(
    report: Report, *, colour: bool = False, group_by: str = "file", quiet: bool = False
) -> str:
    """The whole report; group_by is file, server or rule."""
    paint = _Paint(colour)
    blocks: list[str] = []
    heading = ""
    findings = report.findings
    if group_by == "server":
        findings = sorted(findings, key=lambda f: (f.group, f.sort_key()))
    elif group_by == "rule":
        findings = sorted(findings, key=lambda f: (f.rule.code, *f.sort_key()))
    for finding in findings:
        group = finding.rule.name if group_by == "rule" else ""
        if group_by == "server":
            group = _owner(report, finding)
        if group != heading:
            heading = group
            blocks.append(paint(f"── {clean(group)} ──", "1"))
        blocks.append(_finding(report, finding, paint))
    for problem in report.errors:
        place = report.shown(problem.path) + (f":{problem.line}" if problem.line else "")
        blocks.append(f"{paint('unread', '35')}: {clean(place)}: {clean(problem.message)}")
    text = "\n\n".join(blocks)
    if quiet:
        return text + "\n" if text else ""
    return (text + "\n\n" if text else "") + _total(report) + "\n"


def _owner(report: Report, finding: Finding) -> str:
    """A server or client with its place; a file for what is neither."""
    _, label, path, line = finding.group
    place = report.shown(path) + (f":{line}" if line else "")
    return f"{label} ({place})" if label and not place.startswith(label) else place


def _finding(report: Report, finding: Finding, paint: _Paint) -> str:
    span = finding.span
    lines = [
        f"{paint(finding.severity, '1;' + _COLOUR[finding.severity])}"
        f"[{finding.rule.code} {paint(finding.rule.name, '1')}]: {clean(finding.message)}"
    ]
    width = len(str(span.line))
    lines.append(f"{' ' * width}--> {clean(report.shown(span.path))}:{span.line}:{span.column}")
    text, start, end = masked_line(span)
    if text.strip():
        cut = len(text) - len(text.lstrip())
        shown = clean(text[cut : cut + 160])
        under = " " * max(0, start - cut) + "^" * max(1, min(end, cut + 160) - start)
        lines.append(f"{span.line} | {shown}")
        lines.append(f"{' ' * width} | {paint(under[:160], _COLOUR[finding.severity])}")
    for reason in finding.reasons[:8]:
        place = ""
        if reason.span is not None:
            place = f" ({report.shown(reason.span.path)}:{reason.span.line})"
        lines.append(f"{' ' * width} = because {clean(reason.text)}{clean(place)}")
    if finding.fix is not None:
        lines.append(f"{' ' * width} = {paint('fix', '32')}: {clean(finding.fix.text)}")
    return "\n".join(lines)


def _total(report: Report) -> str:
    counts = {"error": 0, "warning": 0, "note": 0}
    for finding in report.findings:
        counts[finding.severity] += 1
    files = f"{report.files} file{'' if report.files == 1 else 's'} read"
    extra = f", {len(report.suppressed)} suppressed" if report.suppressed else ""
    if report.errors:
        extra += f", {len(report.errors)} unread"
    if not report.findings:
        return f"no findings, {files}{extra}"
    parts = [f"{n} {k}{'' if n == 1 else 's'}" for k, n in counts.items() if n]
    return (
        f"{', '.join(parts)}, {files}{extra}; `redislint explain NAME` says why and what it costs"
    )
