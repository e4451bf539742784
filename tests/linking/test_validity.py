"""Lines that a server refuses: only where the text is what the server will see."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.checking import check
from redislint.config import Config


def _refused(folder: Path, text: str, name: str = "redis.conf") -> list[tuple[str, str]]:
    (folder / name).write_text(text)
    rules = ["refused-by-server", "acl-rule-invalid", "bad-boolean", "bad-memory-unit"]
    report = check([str(folder)], Config(select=rules))
    return [(f.rule.name, f.message) for f in report.findings]


@pytest.mark.parametrize(
    "text",
    [
        "port REDIS_SENTINEL_SELF_PORT\n",
        "appendonly APPEND_ONLY\n",
        "user app on >secret +@read +ft.create ~*\n",
        "user app on >secret +@search +@json ~*\n",
    ],
)
def test_what_a_script_or_a_module_supplies_is_not_judged(tmp_path: Path, text: str) -> None:
    assert _refused(tmp_path, text) == []


@pytest.mark.parametrize("line", ["appendonly", "maxmemory", "cluster-announce-ip"])
def test_a_directive_without_a_value_is_shown_so(tmp_path: Path, line: str) -> None:
    assert _refused(tmp_path, line + "\n") == [
        (
            "refused-by-server",
            f"every version that may run here refuses the line {line} without a value: "
            "wrong number of arguments; the server does not start",
        )
    ]


def test_a_command_that_nothing_supplies_is_refused(tmp_path: Path) -> None:
    [(name, _)] = _refused(tmp_path, "user app on >secret +@read +gett ~*\n")
    assert name == "acl-rule-invalid"


@pytest.mark.parametrize("before", ["", "hash-max-ziplist-entries 512\n", "locale-collate de_DE\n"])
def test_comments_behind_values_are_told_whatever_each_version_minds_first(
    tmp_path: Path, before: str
) -> None:
    # 6.2 drops such a save line in silence and stops at the next line, 7.0 stops at the first.
    text = (
        f"{before}save 900 1   # if a key changed\ntimeout 300 # seconds\nappendonly yes # safe\n"
    )
    (tmp_path / "redis.conf").write_text(text)
    report = check([str(tmp_path)], Config(select=["inline-comment"]))
    assert [text.splitlines()[f.span.line - 1].split()[0] for f in report.findings] == [
        "save",
        "timeout",
        "appendonly",
    ]


REPLICA = "replicaof 10.0.0.1 6379\n"
SAYS = "replicaof directive not allowed in cluster mode; the server does not start"


@pytest.mark.parametrize("server", ["redis-6.2", "redis-7.0", "redis-8.2", "valkey-9.1", None])
@pytest.mark.parametrize(
    "text", [f"cluster-enabled yes\n{REPLICA}", f"{REPLICA}cluster-enabled yes\n"]
)
def test_a_replica_in_cluster_mode_is_refused_also_where_the_server_names_no_line(
    tmp_path: Path, text: str, server: str | None
) -> None:
    (tmp_path / "redis.conf").write_text(text)
    servers = [server] if server else []
    report = check([str(tmp_path)], Config(select=["refused-by-server"], servers=servers))
    [finding] = report.findings
    assert finding.message.endswith(SAYS)
    assert finding.span.line == text.splitlines().index(REPLICA.strip()) + 1


def test_a_replica_by_file_and_a_cluster_by_command_line_are_refused(tmp_path: Path) -> None:
    (tmp_path / "redis.conf").write_text(REPLICA)
    compose = tmp_path / "compose.yaml"
    text = """\
services:
  redis:
    image: redis:7.2
    command: redis-server /redis.conf --cluster-enabled yes
    volumes: ["./redis.conf:/redis.conf"]
"""
    compose.write_text(text)
    report = check([str(tmp_path)], Config(select=["refused-by-server"]))
    assert [f.message.endswith(SAYS) for f in report.findings] == [True]
    compose.write_text(text.replace("yes", "no"))
    assert check([str(tmp_path)], Config(select=["refused-by-server"])).findings == []


def test_a_line_that_an_included_file_overrides_is_noted(tmp_path: Path) -> None:
    (tmp_path / "common.conf").write_text("maxmemory 2gb\nappendonly yes\nport 6379\n")
    (tmp_path / "redis.conf").write_text("maxmemory 1gb\nsave 60 1\ninclude common.conf\n")
    report = check([str(tmp_path)], Config(select=["include-order-overrides"]))
    (found,) = report.findings
    assert (found.severity, found.span.path.endswith("redis.conf"), found.span.line) == (
        "note",
        True,
        1,
    )
