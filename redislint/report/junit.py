"""JUnit XML: a failed case a finding, for CI systems that read nothing else."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from redislint.findings.outcome import Report

_INVALID = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> str:
    """One suite; without findings it has one case that passed."""
    cases = []
    for f in report.findings:
        place = f"{report.shown(f.span.path)}:{f.span.line}:{f.span.column}"
        because = "\n".join(f"because {r.text}" for r in f.reasons)
        body = escape(_INVALID.sub("?", f"{place}: {f.message}\n{because}"))
        cases.append(
            f"  <testcase classname={quoteattr(report.shown(f.span.path))} "
            f"name={quoteattr(f'{f.rule.code} {f.rule.name} line {f.span.line}')}>"
            f"<failure type={quoteattr(f.severity)} "
            f"message={quoteattr(_INVALID.sub('?', f.message))}>{body}</failure></testcase>"
        )
    cases += [
        f"  <testcase classname={quoteattr(report.shown(p.path))} name='unread'>"
        f"<error message={quoteattr(_INVALID.sub('?', p.message))}/></testcase>"
        for p in report.errors
    ]
    if not cases:
        cases.append('  <testcase classname="redislint" name="check"/>')
    head = (
        f'<testsuite name="redislint" tests="{len(cases)}" failures="{len(report.findings)}" '
        f'errors="{len(report.errors)}">'
    )
    return (
        "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *cases, "</testsuite>"]) + "\n"
    )
