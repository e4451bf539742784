"""SARIF 2.1.0 for GitHub code scanning: every field that it reads, and no secret."""

from __future__ import annotations

import json
import os
import re
import subprocess
import uuid
from typing import Any
from urllib.parse import quote

from redislint import __version__
from redislint.discover import git_root
from redislint.findings.finding import Finding
from redislint.findings.outcome import Report
from redislint.masking import line as masked
from redislint.masking import mask
from redislint.report.line_hash import line_hashes, text_of
from redislint.rules.book import Rule
from redislint.source import Source, Span

HOME = "https://github.com/redislint/redislint"
LIMIT = 5000
"""GitHub keeps so many results of a run."""

_FIELD = re.compile(r"\{([a-z][\w.-]*)(?:\(([^)]*)\))?\}")
_PRECISION = {"high": "very-high", "medium": "high", "low": "medium"}
_RANK = {"error": 90.0, "warning": 60.0, "note": 30.0}
_PROBLEM = {"error": "error", "warning": "warning", "note": "recommendation"}
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


def template(rule: Rule) -> str:
    """The rule's message with numbered arguments, each in quotes."""
    numbers = iter(range(100))
    parts: list[str] = []
    at = 0
    for match in _FIELD.finditer(rule.message):
        before = rule.message[at : match.start()].replace("{", "{{").replace("}", "}}")
        parts += [before, f"'{{{next(numbers)}}}'"]
        at = match.end()
    parts.append(rule.message[at:].replace("{", "{{").replace("}", "}}"))
    text = re.sub(r"''(\{\d+\})''", r"'\1'", "".join(parts))
    if not _FIELD.search(rule.message):
        # Validators ask for something that tells one result from the next.
        return _sentence(text).removesuffix(".") + " (in '{0}')."
    return _sentence(text)


def _sentence(text: str) -> str:
    text = text.rstrip()
    return text if text.endswith(".") else text.rstrip("!?;:,") + "."


def _message(finding: Finding) -> dict[str, Any]:
    if finding.rule.message:
        pattern = template(finding.rule)
        arguments = finding.arguments or [finding.subject or finding.span.path]
    else:
        pattern, arguments = "'{0}'.", [finding.message]
    text = re.sub(r"\{(\d+)\}", lambda m: arguments[int(m[1])], pattern)
    text = text.replace("{{", "{").replace("}}", "}")
    return {"id": "default", "arguments": arguments, "text": mask(text)}


def pascal(name: str) -> str:
    """kebab-case → PascalCase."""
    return "".join(part.capitalize() for part in name.split("-"))


def _descriptor(rule: Rule, cwes: list[str]) -> dict[str, Any]:
    markdown = _help(rule)
    tags = list(dict.fromkeys([rule.topic or "redis", "redis", *rule.tags]))
    properties: dict[str, Any] = {
        "precision": _PRECISION[rule.confidence],
        "problem.severity": _PROBLEM[rule.severity],
    }
    if rule.security_severity:
        properties["security-severity"] = rule.security_severity
        tags.insert(0, "security")
    if rule.cwe:
        tags.append("external/cwe/" + rule.cwe.lower())
    properties["tags"] = list(dict.fromkeys(tags))[:10]
    descriptor: dict[str, Any] = {
        "id": rule.code,
        "name": pascal(rule.name),
        "shortDescription": {"text": _sentence(rule.summary)[:1000]},
        "fullDescription": {"text": _full(markdown, rule)[:1000]},
        "messageStrings": {"default": {"text": template(rule) if rule.message else "'{0}'."}},
        "help": {"text": re.sub(r"[`*]", "", markdown), "markdown": markdown},
        "helpUri": f"{HOME}/blob/main/rules/{quote(rule.path)}",
        "defaultConfiguration": {"level": rule.severity, "rank": _RANK[rule.severity]},
        "properties": properties,
    }
    if rule.cwe:
        descriptor["relationships"] = [
            {
                "target": {
                    "id": rule.cwe,
                    "index": cwes.index(rule.cwe),
                    "toolComponent": {"name": "CWE", "index": 0},
                },
                "kinds": ["relevant"],
            }
        ]
    return descriptor


def _help(rule: Rule) -> str:
    """The page without its metadata: what GitHub shows beside an alert."""
    if not rule.pack:
        return rule.summary
    try:
        text = rule.page_text()
    except OSError:
        return rule.summary
    text = re.sub(r"(?s)^# [^\n]*\n+```toml\n.*?\n```\n+", f"# {rule.name}\n\n", text, count=1)
    text = re.sub(r"(?m)^```(\S*)[^\n]*$", r"```\1", text)
    return text.strip() or rule.summary


def _full(markdown: str, rule: Rule) -> str:
    paragraphs = [p for p in re.split(r"\n\s*\n", markdown) if p and not p.startswith(("#", "```"))]
    text = " ".join((paragraphs[0] if paragraphs else rule.summary).split())
    return _sentence(re.sub(r"[`*]", "", text)[:990])


def _taxonomy(cwes: list[str]) -> dict[str, Any]:
    return {
        "name": "CWE",
        "version": "4.15",
        "organization": "MITRE",
        "informationUri": "https://cwe.mitre.org/data/published/cwe_v4.15.pdf",
        "downloadUri": "https://cwe.mitre.org/data/xml/cwec_v4.15.xml.zip",
        "isComprehensive": False,
        "shortDescription": {"text": "The MITRE Common Weakness Enumeration."},
        "taxa": [
            {
                "id": cwe,
                "name": cwe.replace("-", ""),
                "shortDescription": {"text": f"{cwe} of the MITRE list."},
                "fullDescription": {"text": f"{cwe} of the MITRE list."},
                "help": {"text": f"See the page of {cwe}."},
                "helpUri": f"https://cwe.mitre.org/data/definitions/{cwe.removeprefix('CWE-')}.html",
            }
            for cwe in cwes
        ],
    }


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
                    "message": {"text": _sentence(mask("because " + reason.text))},
                }
            )
    if related:
        result["relatedLocations"] = related[:50]
    unplaced = [_sentence(mask(r.text)) for r in finding.reasons if r.span is None]
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
        "description": {"text": _sentence(mask(finding.fix.text))},
        "artifactChanges": [
            {"artifactLocation": run.location(path), "replacements": replacements}
            for path, replacements in changes.items()
        ],
    }


def _provenance(root: str) -> list[dict[str, Any]]:
    """Where the checkout comes from, by GITHUB_* or git."""
    env = os.environ
    if env.get("GITHUB_REPOSITORY") and env.get("GITHUB_SHA"):
        address = f"{env.get('GITHUB_SERVER_URL', 'https://github.com')}/{env['GITHUB_REPOSITORY']}"
        found = {"repositoryUri": address, "revisionId": env["GITHUB_SHA"]}
        if env.get("GITHUB_REF_NAME"):
            found["branch"] = env["GITHUB_REF_NAME"]
    else:
        address = _git(root, "config", "--get", "remote.origin.url")
        revision = _git(root, "rev-parse", "HEAD")
        address = re.sub(r"^(?:ssh://)?git@([^:/]+)[:/]", r"https://\1/", address)
        address = re.sub(r"^(https?://)[^@/]*@", r"\1", address)
        found = {"repositoryUri": address.removesuffix(".git")}
        if not address.startswith("https://"):
            found = {"repositoryUri": _nameless(root)}
        if revision:
            found["revisionId"] = revision
        branch = _git(root, "rev-parse", "--abbrev-ref", "HEAD")
        if branch and branch != "HEAD":
            found["branch"] = branch
    return [{**found, "mappedTo": {"uriBaseId": "%SRCROOT%"}}]


def _nameless(root: str) -> str:
    """The name of a repository that has no address: by its first commit, else by none at all.

    An entry without an address is refused by the schema, and one without any is asked for by
    validators; a name that leads nowhere says what is known and no path of this machine.
    """
    first = _git(root, "rev-list", "--max-parents=0", "HEAD").split("\n")[0]
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, first or 'no version control')}"


def _git(root: str, *words: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", root, *words], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


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
                "text": _sentence(mask(f"'{place}' could not be read: '{problem.message}'")),
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
        "rules": [_descriptor(r, cwes) for r in rules],
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
    body["versionControlProvenance"] = _provenance(run.root)
    if cwes:
        driver["supportedTaxonomies"] = [{"name": "CWE", "index": 0}]
        body["taxonomies"] = [_taxonomy(cwes)]
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
