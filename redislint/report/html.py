"""One self-contained HTML page."""

from __future__ import annotations

from html import escape

from redislint.findings.outcome import Report
from redislint.masking import masked_line

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "article{border-left:4px solid #888;padding:.2rem 1rem;margin:1rem 0;background:#8881}"
    ".error{border-color:#c62828}.warning{border-color:#b26a00}.note{border-color:#1769aa}"
    "pre{overflow-x:auto;margin:.3rem 0}code,pre{font-family:ui-monospace,monospace;font-size:.9em}"
    "h2{font-size:1rem;margin:.3rem 0}ul{margin:.3rem 0}"
)


def render(report: Report) -> str:
    """The whole report."""
    parts = []
    for f in report.findings:
        text = masked_line(f.span)[0].strip()
        reasons = "".join(
            f"<li>because {escape(r.text)}"
            + (f" <code>{escape(report.shown(r.span.path))}:{r.span.line}</code>" if r.span else "")
            for r in f.reasons
        )
        fix = f"<p>Fix: {escape(f.fix.text)}</p>" if f.fix else ""
        parts.append(
            f'<article class="{f.severity}"><h2>{f.severity} {f.rule.code} {escape(f.rule.name)}'
            f"</h2><p>{escape(f.message)}</p><pre>{escape(report.shown(f.span.path))}:{f.span.line}"
            f"\n{escape(text)}</pre><ul>{reasons}</ul>{fix}</article>"
        )
    parts += [
        f"<p>Unread: <code>{escape(report.shown(p.path))}</code>: {escape(p.message)}</p>"
        for p in report.errors
    ]
    body = "".join(parts) or "<p>No findings.</p>"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width"><title>redislint</title><style>{_STYLE}</style>'
        f"<h1>redislint</h1><p>{len(report.findings)} findings in {report.files} files.</p>{body}</html>\n"
    )
