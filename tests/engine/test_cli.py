from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[[str, str | bytes], Path]

OPEN = "bind 0.0.0.0\nprotected-mode no\n"


def run(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "redislint", *arguments],
        cwd=folder, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, **env},
    )  # fmt: skip


def names(folder: Path, *arguments: str) -> list[str]:
    done = run(folder, "check", "--format", "json", *arguments)
    return sorted(f["name"] for f in json.loads(done.stdout)["findings"])


def test_clean_is_0_findings_are_1_a_wrong_call_is_2(write: Write, tmp_path: Path) -> None:
    write("good/redis.conf", "bind 127.0.0.1\nappendonly yes\n")
    write("bad/redis.conf", OPEN)
    assert run(tmp_path, "check", "good").returncode == 0
    assert run(tmp_path, "check", "bad").returncode == 1
    assert run(tmp_path, "check", "bad", "--fail-on", "never").returncode == 0
    assert run(tmp_path, "check", "--format", "xml").returncode == 2
    assert run(tmp_path, "check", "--nosuch").returncode == 2


def test_fail_on_is_the_lowest_severity_that_counts(write: Write, tmp_path: Path) -> None:
    write("redis.conf", "save 3600 1\nport 6379\ntimeout 0\n")
    assert names(tmp_path, ".") == ["rdb-only-loss-window"]
    assert run(tmp_path, "check", ".", "--fail-on", "warning").returncode == 0


def test_select_and_ignore_take_names_codes_prefixes_and_topics(
    write: Write, tmp_path: Path
) -> None:
    write("redis.conf", OPEN + "save 3600 1\n")
    assert names(tmp_path, ".", "--select", "RL4") == ["no-auth-network"]
    assert names(tmp_path, ".", "--select", "persistence") == ["rdb-only-loss-window"]
    assert names(tmp_path, ".", "--ignore", "RL402,rdb-only-loss-window") == []


def test_a_selector_that_means_nothing_is_said(write: Write, tmp_path: Path) -> None:
    write("redis.conf", OPEN)
    done = run(tmp_path, "check", ".", "--select", "nosuch")
    assert "unread: command line: 'nosuch' selects no rule" in done.stdout
    assert done.returncode == 2
    done = run(tmp_path, "check", ".", "--ignore", "nosuch", "--fail-on", "never")
    assert "'nosuch' selects no rule" in done.stdout
    assert done.returncode == 0
    write("redislint.toml", 'select = ["RL4", "gone-rule"]\n')
    done = run(tmp_path, "check", ".", "--format", "json")
    assert "redislint.toml: 'gone-rule' selects no rule" in done.stderr
    assert done.returncode == 2


@pytest.mark.parametrize(
    "table", ['[severity]\ngone-rule = "error"\n', '[per-file-ignores]\n"a/" = ["gone-rule"]\n']
)
def test_a_table_that_names_no_rule_is_said(write: Write, tmp_path: Path, table: str) -> None:
    write("redis.conf", OPEN)
    write("redislint.toml", table)
    done = run(tmp_path, "check", ".")
    assert "redislint.toml: 'gone-rule' selects no rule" in done.stdout


def test_a_severity_may_be_given_by_code_in_any_case(write: Write, tmp_path: Path) -> None:
    write("redis.conf", OPEN)
    write("redislint.toml", '[severity]\nrl402 = "note"\n')
    done = run(tmp_path, "check", ".", "--select", "RL402")
    assert done.stdout.startswith("note[RL402 no-auth-network]")


def test_a_project_file_whose_table_is_none_is_refused(write: Write, tmp_path: Path) -> None:
    write("redis.conf", OPEN)
    write("pyproject.toml", "[tool]\nredislint = 3\n# [tool.redislint]\n")
    done = run(tmp_path, "check", ".")
    assert "pyproject.toml: 'tool.redislint' is a table" in done.stderr
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('per-file-ignores = {"x" = 5}', "per-file-ignores, 'x': a list of texts"),
        ('severity = {RL402 = "loud"}', "severity, 'RL402' = 'loud': one of note, warning, error"),
        ('environments = {"*" = "prod"}',
         "environments, '*' = 'prod': one of production, development, test, example, unknown"),
        ('purposes = {"*" = "cach"}', "purposes, '*' = 'cach': one of cache, session, "),
        ("client-versions = {redis = 5}", "client-versions, 'redis': a text"),
    ],
)  # fmt: skip
def test_a_table_that_nobody_would_understand_is_refused(
    write: Write, tmp_path: Path, table: str, message: str
) -> None:
    write("redis.conf", OPEN)
    write("redislint.toml", table + "\n")
    done = run(tmp_path, "check", ".")
    assert done.returncode == 2
    assert f"redislint.toml: {message}" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_tables_take_what_their_facts_take() -> None:
    from redislint.config import _VALUES
    from redislint.model.facts import load
    from redislint.model.subject import VOCABULARY

    load()
    for table, fact in (("environments", "environment"), ("purposes", "purpose")):
        choices = VOCABULARY["server"][fact].choices
        assert sorted(_VALUES[table]) == sorted(choices or ())


def test_a_client_may_be_named_without_its_group(write: Write, tmp_path: Path) -> None:
    write(
        "pom.xml",
        "<project><dependencies><dependency><groupId>io.lettuce</groupId>"
        "<artifactId>lettuce-core</artifactId></dependency></dependencies></project>",
    )
    write("redislint.toml", '[client-versions]\nlettuce-core = "5.1.1.RELEASE"\n')
    assert "lettuce-old-version" in names(tmp_path, ".")


def test_a_baseline_that_cannot_be_written_is_one_line(write: Write, tmp_path: Path) -> None:
    write("redis.conf", OPEN)
    done = run(tmp_path, "check", ".", "--write-baseline", "no/such/folder.json")
    assert done.returncode == 2
    assert done.stderr == (
        "redislint: no/such/folder.json: cannot be written: No such file or directory\n"
    )


def test_the_nearest_configuration_counts(write: Write, tmp_path: Path) -> None:
    write("redislint.toml", 'ignore = ["no-auth-network"]\n')
    write("a/redis.conf", OPEN)
    assert names(tmp_path, "a") == []
    assert names(tmp_path, "a", "--isolated") == ["no-auth-network"]


def test_pyproject_and_per_file_ignores(write: Write, tmp_path: Path) -> None:
    write("pyproject.toml", '[tool.redislint.per-file-ignores]\n"a/*" = ["RL4"]\n')
    write("a/redis.conf", OPEN)
    write("b/redis.conf", OPEN)
    done = run(tmp_path, "check", "--format", "json", ".")
    assert [f["path"] for f in json.loads(done.stdout)["findings"]] == ["b/redis.conf"]


def test_a_bad_configuration_names_file_key_and_way_out(write: Write, tmp_path: Path) -> None:
    path = write("redislint.toml", "selct = []\n")
    done = run(tmp_path, "check", ".")
    assert done.returncode == 2
    assert done.stderr == f"redislint: {path}: unknown key 'selct': did you mean 'select'?\n"


def test_a_comment_suppresses_and_an_idle_one_is_reported(write: Write, tmp_path: Path) -> None:
    write(
        "redis.conf",
        "bind 0.0.0.0\n# redislint: ignore[no-auth-network] behind the firewall\nprotected-mode no\n",
    )
    assert names(tmp_path, ".") == []
    write("redis.conf", "# redislint: ignore[no-auth-network]\nport 6379\n")
    assert names(tmp_path, ".") == ["unused-suppression"]


def test_a_suppression_hits_what_it_names_and_nothing_else(write: Write, tmp_path: Path) -> None:
    write(
        "compose.yaml",
        "services:\n  redis:\n    image: redis:5.0 # redislint: ignore[RL802]\n    ports:\n"
        '      - "6379:6379"\n',
    )
    assert names(tmp_path, ".") == ["implicit-replication-exposed-server"]
    write(
        "compose.yaml",
        "# redislint: ignore-file\nservices:\n  redis:\n    image: redis:5.0\n    ports: ['6379:6379']\n",
    )
    assert names(tmp_path, ".") == []


def test_a_baseline_hides_what_was_there_and_survives_a_move(write: Write, tmp_path: Path) -> None:
    write("redis.conf", OPEN)
    assert run(tmp_path, "check", ".", "--write-baseline", "base.json").returncode == 0
    write("redis.conf", "# moved\n\n" + OPEN + "save 3600 1\n")
    assert names(tmp_path, ".", "--baseline", "base.json") == ["rdb-only-loss-window"]


def test_server_decides_what_is_refused(write: Write, tmp_path: Path) -> None:
    write("redis.conf", "bind 127.0.0.1\nappenddirname logs\nappendonly yes\n")
    assert names(tmp_path, ".", "--server", "7.2") == []
    assert names(tmp_path, ".", "--server", "6.2") == ["option-too-new"]
    assert run(tmp_path, "check", ".", "--server", "nosuch").returncode == 2


def test_colour_is_for_terminals_only(write: Write, tmp_path: Path) -> None:
    write("redis.conf", OPEN)
    assert "\x1b[" not in run(tmp_path, "check", ".").stdout
    assert "\x1b[" in run(tmp_path, "check", ".", "--color", "always").stdout


def test_unsafe_fixes_need_the_word(write: Write, tmp_path: Path) -> None:
    path = write("queue/redis.conf", 'bind 127.0.0.1\nsave ""\nappendonly no\n')
    run(tmp_path, "check", ".", "--fix")
    assert "appendonly no" in path.read_text()
    diff = run(tmp_path, "check", ".", "--fix", "--unsafe-fixes", "--diff").stdout
    assert "+appendonly yes" in diff
    assert "appendonly no" in path.read_text()
    run(tmp_path, "check", ".", "--fix", "--unsafe-fixes")
    assert path.read_text() == 'bind 127.0.0.1\nsave ""\nappendonly yes\n'


def test_the_json_contract(write: Write, tmp_path: Path) -> None:
    write("redis.conf", OPEN)
    data = json.loads(run(tmp_path, "check", "--format", "json", ".").stdout)
    assert data["version"] == 1
    assert data["errors"] == []
    (finding,) = data["findings"]
    assert {"code", "name", "severity", "confidence", "message", "path", "line", "column", "end_line",
            "end_column", "reasons", "fix", "fingerprint"} <= set(finding)  # fmt: skip
    assert (finding["line"], finding["column"], finding["end_line"], finding["end_column"]) == (
        2,
        1,
        2,
        18,
    )
    assert {"text", "path", "line"} == set(finding["reasons"][0])


def test_python_face(write: Write, tmp_path: Path) -> None:
    import redislint

    write("redis.conf", OPEN)
    report = redislint.check([tmp_path])
    assert [f.rule.name for f in report.findings] == ["no-auth-network"]
    verdict = redislint.verify(b"port 1\nappendonly true\n", server="redis-7.2")
    assert (verdict.accepted, verdict.line) == (False, 2)
    assert verdict.message == "argument must be 'yes' or 'no'"


def test_version_is_answered_before_anything_is_imported() -> None:
    code = (
        "import sys; sys.argv = ['redislint', '--version']; import redislint.__main__ as m; m.main();"
        "print(sorted(n for n in sys.modules if 'click' in n or 'yaml' in n))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1] == "[]"


def test_one_redis_conf_needs_no_heavy_import(write: Write, tmp_path: Path) -> None:
    write("redis.conf", OPEN)
    code = (
        "import sys; sys.argv = ['redislint', 'check', 'redis.conf']\n"
        "import redislint.__main__ as m\n"
        "try:\n  m.main()\n"
        "except SystemExit: pass\n"
        "heavy = ('click', 'yaml', 'tree_sitter', 'pyparsing', 'rich', 'importlib.metadata')\n"
        "print([n for n in heavy if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_call_without_options_has_the_options_defaults() -> None:
    import click

    from redislint.cli.check import command
    from redislint.cli.checking import DEFAULTS

    parsed = command.make_context("check", ["."]).params
    assert isinstance(command, click.Command)
    assert {k: v for k, v in parsed.items() if k != "paths"} == DEFAULTS


def test_a_file_that_a_link_leads_to_is_reported_too(write: Write, tmp_path: Path) -> None:
    """Its name and text say nothing of Redis; the compose file does."""
    write("conf/one.conf", "bind 0.0.0.0\nprotected-mode no\n")
    write(
        "compose.yaml",
        "services:\n  redis:\n    image: redis:7.2\n    command: redis-server /one.conf\n"
        "    volumes: ['./conf/one.conf:/one.conf']\n    network_mode: host\n",
    )
    assert "no-auth-network" in names(tmp_path, ".")


CALLS = [
    "check .", "check . --format sarif", "rules", "verify redis.conf", "explain RL101", "map .",
    "advise --data-size 1gb", "--version", "--help",
]  # fmt: skip


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("call", CALLS)
def test_an_output_without_room_is_one_line(write: Write, tmp_path: Path, call: str) -> None:
    write("redis.conf", OPEN)
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "redislint", *call.split()],
            cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.stderr == "redislint: the output cannot be written: No space left on device\n"
    assert done.returncode == 2


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
@pytest.mark.parametrize("call", CALLS)
def test_a_closed_output_changes_nothing_else(write: Write, tmp_path: Path, call: str) -> None:
    write("redis.conf", OPEN)
    done = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m redislint {call} >&-'],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.returncode == (1 if call.startswith("check") else 0)
