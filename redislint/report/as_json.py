"""The JSON contract of `check` (version 1)."""

from __future__ import annotations

import json
from typing import Any

from redislint.findings.finding import Finding
from redislint.findings.outcome import Report


def finding_data(report: Report, finding: Finding) -> dict[str, Any]:
    """One finding as the contract has it."""
    span = finding.span
    fix = None
    if finding.fix is not None:
        fix = {
            "text": finding.fix.text,
            "safety": finding.fix.safety,
            "edits": [
                {
                    "path": report.shown(e.span.path),
                    "line": e.span.line,
                    "column": e.span.column,
                    "end_line": e.span.end_line,
                    "end_column": e.span.end_column,
                    "text": e.text,
                }
                for e in finding.fix.edits
            ],
        }
    return {
        "code": finding.rule.code,
        "name": finding.rule.name,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "message": finding.message,
        "path": report.shown(span.path),
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "subject": finding.subject,
        "reasons": [
            {
                "text": r.text,
                "path": report.shown(r.span.path) if r.span else None,
                "line": r.span.line if r.span else None,
            }
            for r in finding.reasons
        ],
        "fix": fix,
        "fingerprint": finding.fingerprint,
    }


def render(report: Report) -> str:
    """The whole report."""
    data = {
        "version": 1,
        "findings": [finding_data(report, f) for f in report.findings],
        "errors": [
            {"path": report.shown(p.path), "line": p.line, "message": p.message}
            for p in report.errors
        ],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
