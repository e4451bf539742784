"""GitLab's code quality report."""

from __future__ import annotations

import json

from redislint.findings.outcome import Report

_SEVERITY = {"error": "critical", "warning": "major", "note": "info"}


def render(report: Report) -> str:
    """One entry a finding."""
    entries = [
        {
            "description": f.message,
            "check_name": f.rule.name,
            "fingerprint": f.fingerprint,
            "severity": _SEVERITY[f.severity],
            "location": {
                "path": report.shown(f.span.path),
                "lines": {"begin": f.span.line, "end": f.span.end_line},
            },
        }
        for f in report.findings
    ]
    return json.dumps(entries, indent=1, ensure_ascii=False) + "\n"
