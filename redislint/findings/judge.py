"""Deployment + rules → findings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from redislint.findings.finding import Edit, Finding, Fix, Reason
from redislint.masking import hide, mask
from redislint.model.deployment import Deployment
from redislint.model.subject import Subject
from redislint.model.value import Value
from redislint.rules.book import Rule
from redislint.rules.condition import lookup
from redislint.rules.display import show
from redislint.rules.evaluate import Reason as Fact
from redislint.rules.evaluate import fetch, truth
from redislint.source import Span

_FIELD = re.compile(r"\{([a-z][\w.-]*)(?:\(([^)]*)\))?\}")


def judge(
    deployment: Deployment, rules: Iterable[Rule], *, pedantic: bool = False
) -> list[Finding]:
    """Every finding of the rules, sorted by place, each place once."""
    by_kind: dict[str, list[Rule]] = {}
    for rule in rules:
        for kind in (rule.on, *rule.also_on):
            by_kind.setdefault(kind, []).append(rule)
    found: list[tuple[Subject, Finding]] = []
    fired: dict[int, set[str]] = {}
    for subject in deployment.subjects:
        views = Views(subject)
        for rule in by_kind.get(subject.kind, ()):
            held = holds(rule, views, pedantic=pedantic)
            if held is None:
                continue
            view, facts = held
            finding = report(rule, view, facts)
            if finding is not None:
                found.append((subject, finding))
                fired.setdefault(id(subject), set()).add(rule.name)
                other = _other_end(finding, view) if rule.also_at else None
                if other is not None:
                    found.append((subject, other))
    kept = [f for s, f in found if not _covered(s, f.rule, fired)]
    return _once(sorted(kept, key=Finding.sort_key))


class Views:
    """A subject under each version that it may have; itself where it has none.

    A view remembers the facts that it was asked for, so all rules ask the same views. Those under
    older versions are made when first needed: most rules fail under the newest.
    """

    __slots__ = ("_made", "_older", "_subject", "newest")

    def __init__(self, subject: Subject) -> None:
        versions = (subject.version,) if subject.version else subject.candidates[::-1]
        self.newest = subject.under(versions[0]) if versions else subject
        self._subject = subject
        self._older = versions[1:]
        self._made: list[Subject] = []

    def older(self) -> Iterator[Subject]:
        """The views under the other versions, newest first."""
        yield from self._made
        for version in self._older[len(self._made) :]:
            view = self._subject.under(version)
            self._made.append(view)
            yield view


def holds(rule: Rule, views: Views, *, pedantic: bool = False) -> tuple[Subject, list[Fact]] | None:
    """The view under which the rule's condition is true, with its facts; None where it is not.

    With several possible versions the condition must be true under each of them.
    """
    outcome, facts = truth(rule.when, views.newest)
    if not outcome and not (outcome is None and pedantic):
        return None
    for view in views.older():
        outcome, _ = truth(rule.when, view)
        if not outcome and not (outcome is None and pedantic):
            return None
    return views.newest, facts


def _covered(subject: Subject, rule: Rule, fired: dict[int, set[str]]) -> bool:
    if not rule.covered_by:
        return False
    near = [subject, *subject.links.values()]
    near += [link for other in subject.links.values() for link in other.links.values()]
    names = set().union(*(fired.get(id(s), set()) for s in near))
    return any(cover in names for cover in rule.covered_by)


def _once(findings: list[Finding]) -> list[Finding]:
    """Each place once per rule; those left with the same fingerprint are numbered."""
    seen: set[tuple[str, str, int, int]] = set()
    kept: list[Finding] = []
    like: dict[str, int] = {}
    for finding in findings:
        place = (finding.rule.name, finding.span.path, finding.span.line, finding.span.column)
        if place in seen:
            continue
        seen.add(place)
        plain = finding.basis
        finding.ordinal = like.get(plain, 0)
        like[plain] = finding.ordinal + 1
        kept.append(finding)
    return kept


def report(rule: Rule, subject: Subject, facts: list[Fact]) -> Finding | None:
    """The finding of a rule on a subject; None where there is no place to show."""
    reasons = explain(facts, subject)
    span = _place(rule, subject, facts)
    if span is None:
        return None
    arguments: list[str] = []
    message = fill(rule.message, subject, arguments)
    finding = Finding(rule, message, span, reasons, subject.label, _fix(rule, subject))
    if rule.note_when and truth(rule.note_when, subject)[0]:
        finding.severity = "note"
    finding.arguments = arguments
    finding.group = _group(subject, span)
    for name, value in subject.facts.items():
        if isinstance(value.value, str) and value.value and value.span is not None:
            spec = lookup(name, subject.kind)
            if spec is not None and spec.secret:
                hide(value.span, value.value)
    return finding


def _other_end(finding: Finding, subject: Subject) -> Finding | None:
    """A note in the other file of two that only together are wrong; None where it is one file.

    Whoever changes that file sees it there, and so does a review that shows no other.
    """
    span = fetch(finding.rule.also_at, subject).span
    first = finding.span
    if span is None or span.path == first.path:
        return None
    message = f"{finding.message} ({first.path}:{first.line})"
    other = Finding(finding.rule, message, span, finding.reasons, finding.subject)
    other.severity = "note"
    other.arguments = [*finding.arguments, first.path, str(first.line)]
    other.group = finding.group
    return other


_RANKS = {
    "server": 0, "sentinel": 0, "container": 0, "managed-cache": 0, "cluster": 0,
    "sentinel-group": 0, "client": 1,
}  # fmt: skip


def _group(subject: Subject, span: Span) -> tuple[int, str, str, int]:
    """What a report by server and client puts a finding under; what is neither, by its file."""
    owner = subject
    if subject.kind not in _RANKS:
        owner = subject.links.get("server") or subject.links.get("client") or subject
    rank = _RANKS.get(owner.kind)
    if rank is None:
        return (2, "", span.path, 0)
    anchor = owner.anchor or span
    return (rank, owner.label, anchor.path, anchor.line)


def fill(message: str, subject: Subject, arguments: list[str] | None = None) -> str:
    """A message with its facts filled in, on one line; what was filled in joins `arguments`."""

    def value(match: re.Match[str]) -> str:
        text = mask(" ".join(found(match).split()))
        if arguments is not None:
            arguments.append(text)
        return text

    def found(match: re.Match[str]) -> str:
        name, arguments = match[1], match[2]
        if name == "subject":
            return subject.label
        if arguments is None and name in subject.links:
            return subject.links[name].label
        if arguments is not None:
            return show(subject.call(name, [a.strip() for a in arguments.split(",")]), None)
        return show(fetch(name, subject), lookup(name, subject.kind))

    return " ".join(_FIELD.sub(value, message).split())


def explain(facts: list[Fact], subject: Subject) -> list[Reason]:
    """The "because" lines: each fact once, with where it comes from."""
    reasons: list[Reason] = []
    seen: set[str] = set()
    for name, value in facts:
        spec = None if "(" in name else lookup(name, subject.kind)
        shown = value.why if not value.known and value.why else show(value, spec)
        text = f"{name} is {mask(shown)}"
        if value.origin.note:
            text += f" ({value.origin.note})"
        elif value.set is False and value.span is None:
            if value.value is None:
                text = f"{name} is not set"
            elif spec is not None and spec.compute is None:
                text += " (by default)"  # an option that nobody wrote; what is computed has none
        if text not in seen:
            seen.add(text)
            reasons.append(Reason(text, value.span))
    return reasons


def _place(rule: Rule, subject: Subject, facts: list[Fact]) -> Span | None:
    if rule.at == "anchor":
        return subject.anchor
    if rule.at:
        value = fetch(rule.at, subject)
        if value.span is not None:
            return value.span
        return subject.anchor
    for _, value in facts:
        if value.span is not None and _shows(value):
            return value.span
    return subject.anchor


def _shows(value: Value) -> bool:
    return value.set is not False


def _fix(rule: Rule, subject: Subject) -> Fix | None:
    if not rule.fix:
        return None
    safety = str(rule.fix.get("safety", "display"))
    text = fill(str(rule.fix.get("text", "")), subject)
    edits: list[Edit] = []
    wanted = rule.fix.get("set")
    if isinstance(wanted, dict):
        parts = [f"{name} {content}" for name, content in wanted.items()]
        text = text or "set " + " and ".join(parts)
        edits = _set_edits(subject, {str(k): str(v) for k, v in wanted.items()})
    return Fix(text, safety, edits) if text else None


def _set_edits(subject: Subject, wanted: dict[str, str]) -> list[Edit]:
    """Edits that set directives in the file that holds them; none where no file does."""
    from redislint.model.server import Server

    if not isinstance(subject, Server):
        return []
    edits = []
    for name, content in wanted.items():
        lines = [s for s in subject.written(name) if s.where == "file" and s.span is not None]
        if lines and lines[-1].span is not None:
            edits.append(Edit(lines[-1].span, f"{lines[-1].written} {content}"))
            continue
        files = [s.span for s in subject.settings if s.where == "file" and s.span is not None]
        if files and files[-1].source.outer is None:
            last = files[-1]
            edits.append(Edit(Span(last.source, last.end, last.end), f"\n{name} {content}"))
    return edits
