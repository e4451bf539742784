"""SARIF 2.1.0 for GitHub code scanning: every field that it reads, and no secret."""

from __future__ import annotations

import json
import os
import re
from typing import Any
from urllib.parse import quote

from redislint import __version__
from redislint.discover import git_root
from redislint.findings.finding import Finding
from redislint.findings.outcome import Report
from redislint.masking import line as masked
from redislint.masking import mask
from redislint.report.line_hash import line_hashes, text_of
from redislint.report.sarif_origin import provenance
from redislint.report.sarif_rules import HOME, descriptor, sentence, taxonomy, template
from redislint.source import Source, Span

LIMIT = 5000
"""GitHub keeps so many results of a run."""

_ORDER = {"error": 0, "warning": 1, "note": 2}
_NOTIFICATION = "RLN001"


class _Run:
    """What the parts of one run share: where paths are relative to, and the index of files."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.root = git_root(report.base) or report.base
        prefix = os.path.relpath(report.base, self.root).replace(os.sep, "/")
        self.prefix = "" if prefix == "." else prefix + "/"
        self.files: dict[str, int] = {}
        self.sources: dict[str, Source] = {}
        self.hashes: dict[str, dict[int, str]] = {}

    def uri(self, path: str) -> str:
        full = os.path.normpath(self.prefix + path).replace(os.sep, "/")
        return quote(full, safe="/~!$&'()*+,;=@-._")

    def location(self, path: str) -> dict[str, Any]:
        index = self.files.setdefault(self.uri(path), len(self.files))
        return {"uri": self.uri(path), "uriBaseId": "%SRCROOT%", "index": index}

    def physical(self, span: Span) -> dict[str, Any]:
        root = span.source.root
        self.sources[self.uri(root.path)] = root
        region = _region(span, root)
        return {
            "artifactLocation": self.location(root.path),
            "region": region,
            "contextRegion": _context(root, region["startLine"], region["endLine"]),
        }


def _snippet(root: Source, first: int, last: int) -> str:
    return "\n".join(masked(root, n) for n in range(first, last + 1))


def _region(span: Span, root: Source) -> dict[str, Any]:
    """The span on its first line: alerts show only when all lines of a region are in the diff."""
    line, column = span.line, span.column
    text = root.line_text(line)
    end = span.end_column if span.end_line == line else len(text) + 1
    end = max(end, column + 1) if column <= len(text) else column + 1
    plain = text[column - 1 : end - 1]
    whole = masked(root, line)
    shown = plain if whole == text else _masked_part(text, whole, column - 1, end - 1)
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": line,
        "endColumn": end,
        "snippet": {"text": shown or text[:1] or " "},
    }


def _masked_part(text: str, whole: str, start: int, end: int) -> str:
    """A part of a line, masked as it is in the whole line."""
    part = text[start:end]
    alone = mask(part)
    if alone != part:
        return alone
    # The part may be the secret itself, with its key outside.
    return part if part in whole else "****"


def _context(root: Source, first: int, last: int) -> dict[str, Any]:
    low, high = max(1, first - 2), min(len(root.lines), last + 2)
    if low == first and high == last:
        high = last + 1 if last < len(root.lines) else last
    text = _snippet(root, low, high)
    if low == first and high == last:
        text = masked(root, first) + "\n"
    return {"startLine": low, "endLine": high, "snippet": {"text": text or " "}}


def _message(finding: Finding) -> dict[str, Any]:
    if finding.rule.message:
        pattern = template(finding.rule)
        arguments = finding.arguments or [finding.subject or finding.span.path]
    else:
        pattern, arguments = "'{0}'.", [finding.message]
    text = re.sub(r"\{(\d+)\}", lambda m: arguments[int(m[1])], pattern)
    text = text.replace("{{", "{").replace("}}", "}")
    return {"id": "default", "arguments": arguments, "text": mask(text)}


def _result(run: _Run, finding: Finding, index: int) -> dict[str, Any]:
    root = finding.span.source.root
    uri = run.uri(root.path)
    line = finding.span.line
    if line not in run.hashes.get(uri, {}):
        run.hashes[uri] = line_hashes(text_of(root), max(line, len(root.lines)))
    result: dict[str, Any] = {
        "ruleId": finding.rule.code,
        "ruleIndex": index,
        "level": finding.severity,
        "message": _message(finding),
        "locations": [{"physicalLocation": run.physical(finding.span)}],
        "partialFingerprints": {
            "primaryLocationLineHash": run.hashes[uri].get(line, "0:1"),
            "redislint/v1": finding.fingerprint,
        },
    }
    related: list[dict[str, Any]] = []
    for reason in finding.reasons:
        if reason.span is not None:
            related.append(
                {
                    "id": len(related) + 1,
                    "physicalLocation": run.physical(reason.span),
                    "message": {"text": sentence(mask("because " + reason.text))},
                }
            )
    if related:
        result["relatedLocations"] = related[:50]
    unplaced = [sentence(mask(r.text)) for r in finding.reasons if r.span is None]
    if unplaced:
        result["properties"] = {"because": unplaced[:20]}
    if finding.fix is not None and finding.fix.edits:
        result["fixes"] = [_fix(run, finding)]
    return result


def _fix(run: _Run, finding: Finding) -> dict[str, Any]:
    assert finding.fix is not None
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in finding.fix.edits:
        span = edit.span
        changes.setdefault(span.path, []).append(
            {
                "deletedRegion": {
                    "startLine": span.line,
                    "startColumn": span.column,
                    "endLine": span.end_line,
                    "endColumn": span.end_column,
                },
                "insertedContent": {"text": mask(edit.text)},
            }
        )
    return {
        "description": {"text": sentence(mask(finding.fix.text))},
        "artifactChanges": [
            {"artifactLocation": run.location(path), "replacements": replacements}
            for path, replacements in changes.items()
        ],
    }


def _notifications(run: _Run, report: Report) -> list[dict[str, Any]]:
    found = []
    for problem in report.errors:
        place = report.shown(problem.path) + (f":{problem.line}" if problem.line else "")
        arguments = [place, problem.message]
        entry: dict[str, Any] = {
            "descriptor": {"id": _NOTIFICATION, "index": 0},
            "level": "warning",
            "message": {
                "id": "default",
                "arguments": arguments,
                "text": sentence(mask(f"'{place}' could not be read: '{problem.message}'")),
            },
        }
        if not os.path.isabs(problem.path) and not problem.path.startswith(("<", "command")):
            entry["locations"] = [
                {
                    "physicalLocation": {
                        "artifactLocation": run.location(problem.path),
                        "region": {"startLine": problem.line or 1},
                    }
                }
            ]
        found.append(entry)
    return found


def render(report: Report, category: str = "redislint") -> str:
    """One run with every finding; bytes depend on the input only."""
    run = _Run(report)
    findings = report.findings
    if len(findings) > LIMIT:
        findings = sorted(findings, key=lambda f: (_ORDER[f.severity], f.sort_key()))[:LIMIT]
    rules = sorted({f.rule.code: f.rule for f in findings}.values(), key=lambda r: r.code)
    cwes = sorted({r.cwe for r in rules if r.cwe})
    index = {r.code: i for i, r in enumerate(rules)}
    results = [_result(run, f, index[f.rule.code]) for f in findings]
    notifications = _notifications(run, report)
    driver: dict[str, Any] = {
        "name": "redislint",
        "fullName": f"redislint {__version__}",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": HOME,
        "organization": "redislint",
        "rules": [descriptor(r, cwes) for r in rules],
        "notifications": [
            {
                "id": _NOTIFICATION,
                "name": "UnreadPart",
                "shortDescription": {"text": "A part of the input could not be read."},
                "fullDescription": {
                    "text": "A part of the input could not be read and was not checked."
                },
                "help": {"text": "Correct the file, or exclude it in the configuration."},
                "messageStrings": {"default": {"text": "'{0}' could not be read: '{1}'."}},
                "helpUri": f"{HOME}/blob/main/docs/how-it-decides.md",
            }
        ],
    }
    invocation: dict[str, Any] = {
        "executionSuccessful": not report.failed_paths,
        "exitCode": 2 if report.failed_paths else (1 if findings else 0),
    }
    if notifications:
        invocation["toolExecutionNotifications"] = notifications
    body: dict[str, Any] = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "automationDetails": {"id": category.rstrip("/") + "/"},
        "columnKind": "unicodeCodePoints",
        "defaultEncoding": "utf-8",
        "newlineSequences": ["\r\n", "\n"],
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the checkout."}}},
    }
    body["versionControlProvenance"] = provenance(run.root)
    if cwes:
        driver["supportedTaxonomies"] = [{"name": "CWE", "index": 0}]
        body["taxonomies"] = [taxonomy(cwes)]
    body["artifacts"] = [
        {"location": {"uri": uri, "uriBaseId": "%SRCROOT%"}, "roles": ["analysisTarget"]}
        for uri in run.files
    ]
    body["results"] = results
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [body],
    }
    return json.dumps(log, indent=1, ensure_ascii=False) + "\n"
