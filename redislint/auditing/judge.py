"""Snapshots → findings: the conditions on what is running, and the rules on what is set."""

from __future__ import annotations

from collections import defaultdict

from redislint.auditing import (  # noqa: F401  (importing registers the conditions)
    on_cluster,
    on_memory,
    on_persistence,
    on_replication,
    on_security,
    on_work,
)
from redislint.auditing.conditions import CONDITIONS, Hit
from redislint.auditing.model import server_of
from redislint.auditing.snapshot import Snapshot
from redislint.findings.finding import Finding, Fix, Reason
from redislint.findings.outcome import SEVERITY
from redislint.knowledge.diagnostics import Diagnostic, load
from redislint.model.deployment import Deployment
from redislint.rules.book import Book, Rule


def diagnose(shot: Snapshot) -> list[Finding]:
    """What the conditions say of one server, the worst first."""
    found = []
    for name, diagnostic in load().items():
        for hit in CONDITIONS[name](shot):
            finding = _finding(shot, diagnostic, hit)
            if finding is not None:
                found.append(finding)
    return sorted(found, key=lambda f: (-SEVERITY[f.severity], f.rule.code))


def _finding(shot: Snapshot, diagnostic: Diagnostic, hit: Hit) -> Finding | None:
    span = None
    reasons = []
    for part, name in hit.facts:
        place = shot.span(part, name)
        if place is None:
            continue
        span = span or place
        text = _told(shot, part, name)
        reasons.append(Reason(text, place))
    if span is None:
        source = next(iter(shot.sources.values()), None)
        if source is None:
            return None
        span = source.line_span(1)
    message = diagnostic.message.format_map(hit.fields)
    fix = Fix(diagnostic.fix.format_map(hit.fields), "display", [])
    finding = Finding(_as_rule(diagnostic), message, span, reasons, shot.name, fix)
    finding.severity = hit.severity or diagnostic.severity
    finding.confidence = hit.confidence
    return finding


def _told(shot: Snapshot, part: str, name: str | int) -> str:
    if isinstance(name, str):
        return shot.shown(part, name)
    if part == "nodes":
        node = next(n for n in shot.nodes or () if n.line == name)
        return (
            f"CLUSTER NODES has {node.address or node.id} with flags {','.join(sorted(node.flags))}"
        )
    return f"a line of {'CLIENT' if part == 'clients' else part.upper()} LIST says so"


def _as_rule(diagnostic: Diagnostic) -> Rule:
    """A diagnostic in the shape that every report format knows."""
    data: defaultdict[str, object] = defaultdict(list)  # every other key of a page is empty
    data |= {
        "name": diagnostic.id,
        "code": diagnostic.code,
        "on": "server",
        "severity": diagnostic.severity,
        "confidence": "high",
        "message": diagnostic.message,
        "preview": False,
        "tags": ["live"],
        "since": "0.1",
        "summary": diagnostic.message,
        "path": "live/diagnostics.toml",
    }
    data |= dict.fromkeys(("at", "cwe", "security-severity", "catalogue", "evidence"), "")
    return Rule(data, "")


OF_A_CLUSTER = frozenset(
    {"cluster-fail", "slots-uncovered", "slots-pfail", "cluster-size", "cluster-nodes-dead"}
    | {"cluster-private-announce", "cluster-master-no-replica"}
)
"""Conditions of the whole cluster: every node tells the same of them."""


def once_a_cluster(live: list[Finding], shots: list[Snapshot]) -> list[Finding]:
    """What several nodes of one cluster tell in the same words, once, with each as a reason."""
    clusters: list[set[str]] = []
    of_server: dict[str, int] = {}
    for shot in shots:
        ids = {node.id for node in shot.nodes or ()}
        number = next((n for n, known in enumerate(clusters) if known & ids), len(clusters))
        if number == len(clusters):
            clusters.append(set())
        clusters[number] |= ids
        of_server[shot.name] = number
    first: dict[tuple[int, str, str], Finding] = {}
    kept = []
    for finding in live:
        if finding.rule.name in OF_A_CLUSTER:
            key = (of_server.get(finding.subject, -1), finding.rule.name, finding.message)
            if key in first:
                first[key].reasons += finding.reasons
                continue
            first[key] = finding
        kept.append(finding)
    return kept


def deployment_of(shots: list[Snapshot], version: str = "") -> Deployment:
    """What the rules judge: one server for each snapshot whose CONFIG is known."""
    deployment = Deployment()
    for shot in shots:
        server = server_of(shot, version)
        if server is not None:
            deployment.subjects.append(server)
    return deployment


def apply_rules(shots: list[Snapshot], book: Book, version: str = "") -> list[Finding]:
    """Findings of the rules that are not in preview."""
    from redislint.findings.judge import judge

    book.load_facts({"server"})  # before the model is made: it asks for computed facts
    chosen = [rule for rule in book.rules.values() if not rule.preview]
    return judge(deployment_of(shots, version), chosen)


def without_echo(live: list[Finding], ruled: list[Finding]) -> list[Finding]:
    """The rules' findings that no condition on the same server has said already."""
    said: dict[str, set[str]] = {}
    table = load()
    for finding in live:
        said.setdefault(finding.subject, set()).update(table[finding.rule.name].risks)
    kept = []
    for finding in ruled:
        names = {finding.rule.name, finding.rule.catalogue, *finding.rule.aliases}
        if not names & said.get(finding.subject, set()):
            kept.append(finding)
    return kept
