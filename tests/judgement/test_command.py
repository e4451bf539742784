"""`redislint verify` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from redislint.cli.verify import chosen, command


def run(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(command, list(arguments), input=stdin)


def write(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


def test_one_server_accepts(tmp_path: Path) -> None:
    name = write(tmp_path / "redis.conf", "appendonly yes\n")
    result = run(name, "--server", "redis-7.2")
    assert (result.exit_code, result.output) == (0, f"{name}: redis 7.2 would start\n")


def test_one_server_refuses(tmp_path: Path) -> None:
    name = write(tmp_path / "redis.conf", "port 1\nappendonly maybe\n")
    result = run(name, "--server", "7.2")
    assert result.exit_code == 1
    assert result.output == (
        f"{name}: redis 7.2 would not start: line 2: argument must be 'yes' or 'no': "
        "appendonly maybe\n"
    )


def test_all_servers_in_one_table(tmp_path: Path) -> None:
    name = write(tmp_path / "redis.conf", "save 900 1 # daily\n")
    result = run(name)
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        name,
        "  redis 2.8–6.2   ✓",
        "  redis 7.0–8.2   ✗ line 1: Invalid save parameters: save 900 1 # daily",
        "  valkey 7.2–9.1  ✗ line 1: Invalid save parameters: save 900 1 # daily",
    ]
    assert run(name, "--server", "all").exit_code == 1


def test_json(tmp_path: Path) -> None:
    name = write(tmp_path / "redis.conf", "timeout x\n")
    result = run(name, "--server", "redis-7.2", "--format", "json")
    (file,) = json.loads(result.output)["files"]
    assert file["verdicts"][0]["line"] == 1
    assert file["verdicts"][0]["accepted"] is False


def test_a_missing_file_is_status_2(tmp_path: Path) -> None:
    assert run(str(tmp_path / "nosuch.conf")).exit_code == 2


def test_an_unknown_server_is_status_2(tmp_path: Path) -> None:
    name = write(tmp_path / "redis.conf", "")
    result = run(name, "--server", "keydb-6")
    assert result.exit_code == 2
    assert "'keydb-6' is no known server" in result.output


def test_standard_input() -> None:
    result = run("-", "--server", "redis-7.2", stdin=b"timeout 5\n")
    assert result.output == "-: redis 7.2 would start\n"


def test_a_sentinel_file_is_judged_as_one(tmp_path: Path) -> None:
    name = write(tmp_path / "sentinel.conf", "sentinel monitor m 127.0.0.1 6379 2\n")
    assert run(name, "--server", "redis-7.2").exit_code == 0
    assert run(name, "--server", "redis-7.2", "--kind", "redis").exit_code == 1


def test_an_acl_file_is_judged_as_one(tmp_path: Path) -> None:
    name = write(tmp_path / "users.acl", "user a on nopass\nx\n")
    result = run(name, "--server", "redis-7.2")
    assert result.exit_code == 1
    assert "line 2" in result.output


def test_passwords_and_control_characters_stay_out(tmp_path: Path) -> None:
    name = write(tmp_path / "redis.conf", 'bogus \x1b[31m\nrequirepass "s3cret\n')
    result = run(name, "--server", "redis-7.2")
    assert "\x1b" not in result.output
    name = write(tmp_path / "redis.conf", 'requirepass "s3cret\n')
    assert "s3cret" not in run(name).output


def test_a_missing_include_is_the_machines_matter(tmp_path: Path) -> None:
    name = write(tmp_path / "redis.conf", "include /etc/redis/local.conf\n")
    result = run(name, "--server", "redis-7.2")
    assert result.exit_code == 0
    assert "depends on the machine" in result.output


@pytest.mark.parametrize(
    ("values", "servers"),
    [
        (["7"], ("redis-7.0", "redis-7.2", "redis-7.4")),
        (["valkey-8", "6.2"], ("redis-6.2", "valkey-8.0", "valkey-8.1")),
        (["redis:7.2.5-alpine"], ("redis-7.2",)),
    ],
)
def test_chosen_servers(values: list[str], servers: tuple[str, ...]) -> None:
    assert chosen(values) == servers
