"""`redislint explain`: kinds, formats, exit status, and what it must never print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from redislint.cli.explain import command
from redislint.knowledge.messages import load
from redislint.rules.book import load_book

READONLY = "READONLY You can't write against a read only replica."


def run(*arguments: str, stdin: bytes | None = None) -> tuple[int, str]:
    result = CliRunner().invoke(command, list(arguments), input=stdin)
    return result.exit_code, result.output


def as_json(*arguments: str, stdin: bytes | None = None) -> dict[str, Any]:
    _, output = run(*arguments, "--format", "json", stdin=stdin)
    data: dict[str, Any] = json.loads(output)
    return data


def test_a_message_has_meaning_causes_question_and_rules() -> None:
    data = as_json(READONLY)
    assert data["kind"] == "message"
    match = data["matches"][0]
    assert match["name"] == "READONLY"
    assert match["causes"][0]["tell"].startswith("`INFO replication`")
    assert match["rules"][0] == "implicit-replication-exposed-server"


def test_each_cause_names_the_rules_that_find_it() -> None:
    causes = as_json(READONLY)["matches"][0]["causes"]
    assert "implicit-replication-exposed-server" in causes[0]["rules"]
    assert "lettuce-no-topology-refresh" in causes[1]["rules"]


def test_every_rule_of_a_message_exists() -> None:
    known = load_book().rules
    missing = {m.name: [r for r in m.rules if r not in known] for m in load()}
    assert {name: rules for name, rules in missing.items() if rules} == {}


def test_a_message_is_found_by_its_name() -> None:
    assert as_json("lettuce timeout")["matches"][0]["name"] == "lettuce timeout"


def test_a_directive_is_described() -> None:
    data = as_json("maxmemory-policy")
    assert data["kind"] == "directive"
    assert data["matches"][0]["default"] == "noeviction"
    page = run("maxmemory-policy")[1]
    assert "volatile-lru  (redis 2.8)" in page
    assert "maxmemory-policy-without-maxmemory" in page


@pytest.mark.parametrize(
    ("directive", "rules"),
    [
        ("appendonly", {"no-persistence", "appendfsync-always-defeated"}),
        ("requirepass", {"no-auth-network", "requirepass-weak"}),
        ("bind", {"bind-loopback-in-container", "bind-address-not-local"}),
        ("dir", {"dir-not-on-volume", "dir-or-logfile-not-writable"}),
        ("slaveof", {"replica-chain-self", "replicaof-added-by-rewrite"}),
    ],
)
def test_a_directive_names_the_rules_about_it_also_where_a_fact_stands_for_it(
    directive: str, rules: set[str]
) -> None:
    assert rules <= set(as_json(directive)["matches"][0]["rules"])


def test_the_facts_that_stand_for_directives_exist() -> None:
    from redislint.explaining.directive import _FACTS
    from redislint.model import load_vocabulary
    from redislint.model.subject import VOCABULARY

    load_vocabulary()
    known = {fact for kind in VOCABULARY.values() for fact in kind}
    assert {fact for facts in _FACTS.values() for fact in facts.split()} <= known


@pytest.mark.parametrize(
    ("name", "kind"), [("maxclients", "message"), ("cluster-require-full-coverage", "rule")]
)
def test_a_name_that_is_a_directive_too_tells_of_both(name: str, kind: str) -> None:
    data = as_json(name)
    assert data["kind"] == kind
    assert [match["name"] for match in data["matches"]] == [name, name]
    assert "the directive of that name" in run(name)[1]


def test_a_directive_is_found_by_an_old_spelling() -> None:
    assert as_json("slave-read-only")["matches"][0]["name"] == "replica-read-only"


@pytest.mark.parametrize("text", ["HTTP 500 Internal Server Error", "segmentation fault"])
def test_what_is_not_known_matches_nothing(text: str) -> None:
    data = as_json(text)
    assert data["kind"] == "message"
    assert data["matches"] == []


def test_a_misspelt_name_gets_the_nearest_ones() -> None:
    status, output = run("maxmemroy-policy")
    assert status == 1
    assert "nearest: maxmemory-policy" in output


def test_a_code_that_no_rule_has_gets_the_nearest_codes() -> None:
    assert as_json("RL9999")["matches"] == []
    assert all(near.startswith("RL9") for near in as_json("RL9999")["nearest"])


def test_a_name_that_nothing_has_is_called_a_name() -> None:
    assert "no rule, directive or message of this name" in run("xyzzy")[1]


def test_an_unknown_message_gets_the_nearest_ones() -> None:
    assert "MISCONF RDB" in as_json("MISCONF snapshots are configured but broken")["nearest"]


def test_standard_input_is_a_log() -> None:
    data = as_json("-", stdin=f"2024-03-12 10:00:00 {READONLY}\n".encode() * 3)
    assert data["kind"] == "log"
    assert data["lines"] == 3
    match = data["matches"][0]
    assert (match["name"], match["count"]) == ("READONLY", 3)
    assert match["first"] == {"line": 1, "time": "2024-03-12 10:00:00"}
    assert match["last"]["line"] == 3


def test_a_pipe_without_arguments_is_a_log() -> None:
    assert as_json(stdin=READONLY.encode())["matches"][0]["name"] == "READONLY"


def test_a_wrapped_message_in_a_small_log_is_found() -> None:
    data = as_json("-", stdin=b"READONLY You can't write against a read only re\nplica.\n")
    assert [match["name"] for match in data["matches"]] == ["READONLY"]


def test_a_log_file_is_read_by_its_name(tmp_path: Path) -> None:
    log = tmp_path / "redis.log"
    log.write_text(f"1:S 12 Mar 2024 10:00:00.000 # {READONLY}\n")
    assert as_json(str(log))["kind"] == "log"


def test_a_missing_repository_is_one_line_and_status_2() -> None:
    status, output = run(READONLY, "no/such/folder")
    assert status == 2
    assert output == "redislint: no/such/folder: no such file or folder\n"


def test_passwords_of_a_log_are_never_printed() -> None:
    log = (
        b"2024-03-12 10:00:00 consumer: Cannot connect to redis://:hunter2@redis:6379/0: "
        b"Error 111 connecting to redis:6379. Connection refused. AUTH hunter2\n"
    )
    for arguments in (("-",), ("-", "--format", "json"), (log.decode(),)):
        assert "hunter2" not in run(*arguments, stdin=log)[1]


@pytest.mark.parametrize("text", ["", " ", "\x00", "é" * 5000, "(" * 2000, "a\n" * 3000])
def test_odd_input_is_answered(text: str) -> None:
    data = as_json(text)
    assert data["matches"] == []


def test_a_rule_is_shown_as_its_page_without_the_machine_part() -> None:
    data = as_json("implicit-replication-exposed-server")
    assert data["kind"] == "rule"
    assert data["matches"][0]["name"] == "implicit-replication-exposed-server"
    code = data["matches"][0]["code"]
    assert as_json(code.lower())["matches"] == data["matches"]
    output = run(code)[1]
    assert output.startswith(f"implicit-replication-exposed-server ({code}, error,")
    assert "```toml" not in output
    assert "## Wrong" in output


def test_the_files_say_which_cause_it_is(tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text(
        'services:\n  redis:\n    image: redis:7.2\n    ports: ["6379:6379"]\n'
    )
    data = as_json(READONLY, str(tmp_path))
    cause = data["matches"][0]["causes"][0]["cause"]
    assert [(row["rule"], row["line"], row["cause"]) for row in data["files"]] == [
        ("implicit-replication-exposed-server", 4, cause)
    ]
    shown = run(READONLY, str(tmp_path))[1]
    assert cause[:40] in shown.partition(" show:")[2]
    assert "compose.yml:4: RL101" in shown


def test_files_that_show_no_cause_are_said_to_show_none(tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text("services:\n  web:\n    image: nginx:1.27\n")
    assert as_json(READONLY, str(tmp_path))["files"] == []
    assert "none of these causes" in run(READONLY, str(tmp_path))[1]


def test_a_folder_is_nothing_to_explain(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, [str(tmp_path)])
    assert result.exit_code == 2
    assert result.stderr == (
        f"redislint: {tmp_path}: is a folder: say what to explain, and this folder behind it\n"
    )
