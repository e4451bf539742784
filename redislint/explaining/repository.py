"""Which of a message's causes do the files of a repository show? Its rules tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from redislint.knowledge.messages import Message


def evidence_in(path: Path, messages: list[Message]) -> list[dict[str, Any]] | None:
    """Findings of the messages' rules in the files below `path`, those of the likeliest cause first.

    Each row says which cause it shows, in the message's words: the likeliest where a rule fits
    several, "" where it fits none.

    The repository's own configuration counts; preview rules are asked too, since somebody has the
    trouble already. None where rules or configuration cannot be used.
    """
    from redislint.checking import check
    from redislint.config import ConfigError, find, load
    from redislint.rules.errors import PageError

    try:
        config = load(find(path))
        config.preview = True
        report = check([path], config)
    except (ConfigError, PageError):
        return None
    wanted = list(dict.fromkeys(rule for message in messages for rule in message.rules))
    causes: dict[str, str] = {}
    for message in messages:
        for cause in message.causes:
            for rule in cause.rules:
                causes.setdefault(rule, cause.text)
    found = []
    for finding in report.findings:
        name = wanted_name(finding.rule, wanted)
        if name is not None:
            row = {
                "cause": causes.get(name, ""),
                "rule": finding.rule.name,
                "code": finding.rule.code,
                "message": finding.message,
                "path": report.shown(finding.span.path),
                "line": finding.span.line,
            }
            found.append((wanted.index(name), row))
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]


def wanted_name(rule: Any, wanted: list[str]) -> str | None:
    """The name under which a message names this rule: its own, its catalogue's, or an alias."""
    for name in (rule.name, rule.catalogue, *rule.aliases):
        if name in wanted:
            return str(name)
    return None
