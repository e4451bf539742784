"""What SARIF says of the rules: their descriptors, message templates and the CWE taxonomy."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from redislint.rules.book import Rule

HOME = "https://github.com/redislint/redislint"

_FIELD = re.compile(r"\{([a-z][\w.-]*)(?:\(([^)]*)\))?\}")
_PRECISION = {"high": "very-high", "medium": "high", "low": "medium"}
_RANK = {"error": 90.0, "warning": 60.0, "note": 30.0}
_PROBLEM = {"error": "error", "warning": "warning", "note": "recommendation"}


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
        return sentence(text).removesuffix(".") + " (in '{0}')."
    return sentence(text)


def sentence(text: str) -> str:
    """A text with a full stop at its end."""
    text = text.rstrip()
    return text if text.endswith(".") else text.rstrip("!?;:,") + "."


def pascal(name: str) -> str:
    """kebab-case → PascalCase."""
    return "".join(part.capitalize() for part in name.split("-"))


def descriptor(rule: Rule, cwes: list[str]) -> dict[str, Any]:
    """A rule as the driver describes it; `cwes` is the taxonomy's order."""
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
    found: dict[str, Any] = {
        "id": rule.code,
        "name": pascal(rule.name),
        "shortDescription": {"text": sentence(rule.summary)[:1000]},
        "fullDescription": {"text": _full(markdown, rule)[:1000]},
        "messageStrings": {"default": {"text": template(rule) if rule.message else "'{0}'."}},
        "help": {"text": re.sub(r"[`*]", "", markdown), "markdown": markdown},
        "helpUri": f"{HOME}/blob/main/rules/{quote(rule.path)}",
        "defaultConfiguration": {"level": rule.severity, "rank": _RANK[rule.severity]},
        "properties": properties,
    }
    if rule.cwe:
        found["relationships"] = [
            {
                "target": {
                    "id": rule.cwe,
                    "index": cwes.index(rule.cwe),
                    "toolComponent": {"name": "CWE", "index": 0},
                },
                "kinds": ["relevant"],
            }
        ]
    return found


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
    return sentence(re.sub(r"[`*]", "", text)[:990])


def taxonomy(cwes: list[str]) -> dict[str, Any]:
    """The part of the CWE list that the rules name."""
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
