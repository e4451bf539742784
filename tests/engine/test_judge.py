from __future__ import annotations

from redislint.findings.judge import judge
from redislint.model.deployment import Deployment
from redislint.model.server import Server
from redislint.rules.book import Rule

from .building import make_rule, make_server


def findings(server: Server, *rules: Rule, pedantic: bool = False):
    deployment = Deployment()
    deployment.subjects.append(server)
    return judge(deployment, rules, pedantic=pedantic)


def test_a_finding_stands_where_the_fact_is_written() -> None:
    (finding,) = findings(make_server("port 1\nappendonly no"), make_rule("not appendonly"))
    assert (finding.span.line, finding.span.column, finding.message) == (2, 1, "appendonly is no")


def test_what_is_absent_is_reported_at_the_anchor_with_the_default_as_reason() -> None:
    (finding,) = findings(make_server("port 1\ntimeout 0"), make_rule("not appendonly"))
    assert finding.span.line == 1
    assert [r.text for r in finding.reasons] == ["appendonly is no (default of valkey 9.1)"]


def test_an_unknown_version_needs_every_version_to_agree() -> None:
    server = make_server("port 1")
    rule = make_rule("io-threads-do-reads is set or lazyfree-lazy-expire == yes", message="x")
    assert findings(server, rule) == []  # yes only in valkey 8 and later
    server.candidates = ("valkey-8.0", "valkey-9.1")
    assert len(findings(server, rule)) == 1


def test_unknown_is_silent_unless_pedantic() -> None:
    server = make_server("requirepass ${PASSWORD}")
    rule = make_rule("requirepass == foobared", message="x")
    assert findings(server, rule) == []
    assert len(findings(server, rule, pedantic=True)) == 1


def test_a_covered_finding_gives_way() -> None:
    wide = make_rule("not appendonly", name="wide-rule", code="TT002")
    narrow = make_rule("not appendonly", extra='covered-by = ["wide-rule"]')
    names = [f.rule.name for f in findings(make_server("appendonly no"), narrow, wide)]
    assert names == ["wide-rule"]


def test_one_place_is_reported_once_though_several_servers_share_the_file() -> None:
    deployment = Deployment()
    deployment.subjects += [make_server("appendonly no"), make_server("appendonly no")]
    assert len(judge(deployment, [make_rule("not appendonly")])) == 1


def test_a_secret_is_masked_in_message_and_reasons() -> None:
    rule = make_rule("requirepass == foobared", message="the password {requirepass} is known")
    (finding,) = findings(make_server("requirepass foobared"), rule)
    assert finding.message == "the password **** is known"
    assert all("foobared" not in r.text for r in finding.reasons)


def test_a_fingerprint_survives_a_move_but_not_another_text() -> None:
    rule = make_rule("not appendonly")
    (one,) = findings(make_server("appendonly no"), rule)
    (moved,) = findings(make_server("port 1\n\nappendonly   no"), rule)
    (other,) = findings(make_server("port 1"), rule)
    assert one.fingerprint == moved.fingerprint != other.fingerprint


def test_a_directive_fix_edits_the_line_or_adds_one() -> None:
    rule = make_rule(
        "not appendonly", extra='fix = { set = { appendonly = "yes" }, safety = "unsafe" }'
    )
    (finding,) = findings(make_server("port 1\nappendonly no"), rule)
    assert finding.fix is not None
    assert [(e.span.text, e.text) for e in finding.fix.edits] == [
        ("appendonly no", "appendonly yes")
    ]
    (finding,) = findings(make_server("port 1"), rule)
    assert finding.fix is not None
    assert [(e.span.text, e.text) for e in finding.fix.edits] == [("", "\nappendonly yes")]


def test_a_finding_is_only_a_note_where_the_page_says_so() -> None:
    rule = make_rule("not appendonly", extra="note-when = '''port == 1'''")
    (soft,) = findings(make_server("port 1\nappendonly no"), rule)
    (hard,) = findings(make_server("port 2\nappendonly no"), rule)
    assert (soft.severity, hard.severity) == ("note", "warning")
