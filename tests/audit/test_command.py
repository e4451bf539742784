"""`redislint audit` on dumps: the contract, the exit status, and what it never prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from redislint.cli.audit import command
from tests.audit.dumps import HEALTHY, config, info, read

PASSWORD = "k4Vqt93mWz0b1dXs"


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(command, list(arguments))
    return result.exit_code, result.stdout, result.stderr


def findings(*arguments: str) -> dict[str, dict[str, Any]]:
    _, output, _ = run(*arguments, "--format", "json")
    data = json.loads(output)
    assert data["version"] == 1
    return {finding["name"]: finding for finding in data["findings"]}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text)
    return name


HEALTHY_DUMPS = (
    "--info", str(HEALTHY / "info.txt"), "--config", str(HEALTHY / "config.txt"),
    "--cluster-info", str(HEALTHY / "cluster-info.txt"),
    "--cluster-nodes", str(HEALTHY / "cluster-nodes.txt"),
    "--acl-list", str(HEALTHY / "acl-list.txt"),
)  # fmt: skip


def test_a_healthy_server_exits_0() -> None:
    status, output, _ = run(*HEALTHY_DUMPS)
    assert (status, output.count("\n")) == (0, 1)
    assert output.startswith("no findings on ")


def test_the_incident_is_the_first_finding(folder: Path) -> None:
    dump = write(
        folder,
        "info.txt",
        info(
            role="slave",
            master_host="194.38.20.199",
            master_port="8886",
            master_link_status="down",
            master_link_down_since_seconds="1341313174",
        ),
    )
    status, output, _ = run("--info", dump, "--format", "json")
    assert status == 1
    first = json.loads(output)["findings"][0]
    assert first["name"] == "unexpected-replica"
    assert first["code"] == "RD001"
    assert first["path"] == "info.txt"
    assert read("info.txt")  # the dump itself is left alone
    line = (folder / "info.txt").read_text().splitlines()[first["line"] - 1]
    assert line == "master_host:194.38.20.199"
    assert {"text": "role is slave", "path": "info.txt", "line": first["reasons"][1]["line"]} in (
        first["reasons"]
    )


def test_passwords_and_hashes_are_never_printed(folder: Path) -> None:
    settings = write(folder, "config.txt", config(protected_mode="no", bind="*", maxmemory="0"))
    dump = write(folder, "info.txt", info(maxmemory="0"))
    users = write(folder, "acl.txt", "user default on >" + PASSWORD + " ~* &* +@all\n")
    for form in ("text", "json"):
        status, output, errors = run(
            "--info", dump, "--config", settings, "--acl-list", users, "--format", form
        )
        assert status == 1
        assert PASSWORD not in output + errors


def test_the_file_that_it_should_run_with_is_compared(folder: Path) -> None:
    conf = write(folder, "redis.conf", "appendonly no\ndir /data\n")
    found = findings("--info", str(HEALTHY / "info.txt"), "--conf", conf)
    assert "aof-file-vs-live" in found


def test_select_and_ignore(folder: Path) -> None:
    dump = write(folder, "info.txt", info(maxmemory="0", uptime_in_seconds="3"))
    assert set(findings("--info", dump)) >= {"maxmemory-zero", "restarted"}
    assert set(findings("--info", dump, "--select", "restarted")) == {"restarted"}
    assert "restarted" not in findings("--info", dump, "--ignore", "RD041")


def test_fail_on_decides_the_exit_status(folder: Path) -> None:
    dump = write(folder, "info.txt", info(uptime_in_seconds="3"))
    assert run("--info", dump)[0] == 1
    assert run("--info", dump, "--fail-on", "warning")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give an address (redis://host:port), or dumps with --info and --config"),
        (("--info", "none.txt"), "none.txt: no such file"),
        (("http://example.com",), "'http://' is no address of Redis"),
        (("redis://h:99999",), "the address is no URL"),
        (("redis://h", "--cacert", "none.pem"), "--cacert none.pem: no such file"),
        (("redis://h", "--memory", "lots"), "--memory lots: is no amount of memory, as 4gb"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_status_2(
    folder: Path, arguments: tuple[str, ...], message: str
) -> None:
    status, output, errors = run(*arguments)
    assert (status, output) == (2, "")
    assert errors.startswith(f"redislint: {message}")
    assert errors.count("\n") == 1


def test_a_file_of_something_else_is_one_line_and_status_2(folder: Path) -> None:
    wrong = write(folder, "info.txt", "hello\n")
    status, _, errors = run("--info", wrong)
    assert status == 2
    assert errors == (
        "redislint: info.txt: holds no INFO output: paste what `redis-cli INFO everything` prints\n"
    )
