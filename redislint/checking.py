"""The main job: paths → a report. Discover, read, link, judge, suppress."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from redislint.config import Config
from redislint.discover import Tree, excluded
from redislint.findings.finding import Finding, Reason
from redislint.findings.outcome import SEVERITY, Report
from redislint.model.deployment import Problem
from redislint.rules.book import Book, Rule
from redislint.understand import gather

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_CONFIDENCE = {"low": 0, "medium": 1, "high": 2}


def choose(book: Book, config: Config) -> tuple[list[Rule], list[str]]:
    """The rules that a configuration selects, and the selectors that mean nothing."""
    unknown: list[str] = []

    def named(selectors: Iterable[str]) -> dict[str, Rule]:
        found: dict[str, Rule] = {}
        for selector in selectors:
            rules = book.matching(selector)
            if not rules and not _engine_rule(selector):
                unknown.append(selector)
            found.update((r.name, r) for r in rules)
        return found

    exact = {s.lower() for s in (*config.select, *config.extend_select)}
    selected = named([*config.select, *config.extend_select])
    for name in named(config.ignore):
        selected.pop(name, None)
    named(s for selectors in config.per_file_ignores.values() for s in selectors)
    unknown += [name for name in config.severity if book.find(name) is None]
    chosen = [
        r
        for r in selected.values()
        if (not r.preview or config.preview or {r.name, r.code.lower(), *r.aliases} & exact)
        and _CONFIDENCE[r.confidence] >= _CONFIDENCE[config.min_confidence]
    ]
    return chosen, unknown


def _engine_rule(selector: str) -> bool:
    return selector.lower() in ("unused-suppression", "rl000")


def check(
    paths: Sequence[str | os.PathLike[str]] = (".",),
    config: Config | None = None,
    *,
    stdin: tuple[str, bytes] | None = None,
    book: Book | None = None,
    jobs: int = 1,
) -> Report:
    """Check files and folders. `stdin` is (file name, content) of a text that is no file.

    Raises redislint.rules.errors.PageError for rule pages that cannot be used.
    """
    from redislint.findings.judge import judge
    from redislint.rules.book import load_book

    config = config or Config()
    book = book or load_book(config.rules)
    report, tree, named = gather(paths, config, stdin=stdin, jobs=jobs, load_facts=book.load_facts)
    report.book = book
    deployment = report.deployment
    rules, unknown = choose(book, config)
    for selector in unknown:
        where = "command line" if selector in config.typed or not config.path else config.path
        why = f"'{selector}' selects no rule: see redislint rules"
        report.errors.append(Problem(where, None, why))
        if selector not in config.ignore:
            report.failed_paths.append(where)  # what was asked for was not looked at
    book.load_facts({s.kind for s in deployment.subjects})
    findings = judge(deployment, rules, pedantic=config.pedantic)
    _finish(report, findings, rules, config, named, tree)
    return report


def _finish(
    report: Report,
    findings: list[Finding],
    rules: list[Rule],
    config: Config,
    wanted: set[str],
    tree: Tree,
) -> None:
    """Suppressions, per-file ignores, severities, order."""
    from redislint.findings import suppress

    book = report.book
    assert book is not None
    sources = {p: s for p, s in tree.sources.items() if s is not None}
    pragmas = suppress.apply(findings, sources, book)
    severities = {
        rule.name: severity
        for name, severity in config.severity.items()
        if severity in SEVERITY and (rule := book.find(name)) is not None
    }
    for finding in findings:
        finding.severity = severities.get(finding.rule.name, finding.severity)
        if finding.span.path not in wanted or _ignored(finding, config, book):
            continue
        (report.suppressed if finding.suppressed else report.findings).append(finding)
    if "unused-suppression" not in config.ignore and "RL000" not in config.ignore:
        chosen = {r.name for r in rules}
        for pragma, names in suppress.unused([p for p in pragmas if p.span.path in wanted]):
            meant = [r.name for n in names for r in book.matching(n)]
            if names and meant and not any(m in chosen for m in meant):
                continue  # its rule is switched off in this run: one cannot tell
            report.findings.append(_unused(pragma, names))
    report.findings.sort(key=Finding.sort_key)
    report.errors += report.deployment.problems


UNUSED = Rule(
    {
        "name": "unused-suppression", "code": "RL000", "on": "directive", "when": [], "note-when": [], "at": "",
        "severity": "note", "confidence": "high", "message": "", "aliases": [], "also-on": [], "covered-by": [],
        "preview": False, "cwe": "", "security-severity": "", "tags": [], "fix": {}, "since": "0.1",
        "summary": "A suppression comment that suppresses nothing: the finding is gone, or its name is misspelled.",
        "catalogue": "", "evidence": "", "path": "validity/unused-suppression.md",
    },
    "",
)  # fmt: skip


def _unused(pragma: Any, names: list[str]) -> Finding:
    what = f"ignore[{', '.join(names)}]" if names else "ignore"
    message = f"{what} suppresses nothing here: remove it, or correct the name"
    return Finding(UNUSED, message, pragma.span, [Reason("no finding of that name is here")], "")


def _ignored(finding: Finding, config: Config, book: Book) -> bool:
    for pattern, selectors in config.per_file_ignores.items():
        if excluded(finding.span.path, [pattern]) and any(
            finding.rule in book.matching(s) for s in selectors
        ):
            return True
    return False
