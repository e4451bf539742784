"""The effective configuration, its origins, and each version's command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.judgement.effective import effective
from redislint.judgement.options import split_arguments
from redislint.judgement.state import Where


def test_a_default_has_the_default_as_origin() -> None:
    setting = effective("redis-7.2", b"")["timeout"]
    assert (setting.value, setting.where, setting.is_default) == ("0", Where("default", None), True)


def test_the_last_line_wins_under_any_spelling() -> None:
    found = effective("redis-7.2", b"slave-priority 10\n\nReplica-Priority 20\n")
    assert found["slave-priority"].value == "20"
    assert found["replica-priority"].where == Where("redis.conf", 3)


def test_the_command_line_wins_over_the_file() -> None:
    found = effective("redis-7.2", b"appendonly no\n", arguments=["--appendonly", "yes"])
    assert found["appendonly"].value == "yes"
    assert found["appendonly"].where == Where("command line", 1)


def test_an_include_is_the_origin(tmp_path: Path) -> None:
    (tmp_path / "x.conf").write_text("# c\ntimeout 3\n")
    found = effective("redis-7.2", b"timeout 7\ninclude x.conf\n", directory=tmp_path)
    assert found["timeout"].where == Where("x.conf", 2)


@pytest.mark.parametrize(
    ("server", "text", "arguments", "save"),
    [
        ("redis-6.0", None, [], "3600 1 300 100 60 10000"),
        ("redis-6.0", b"", [], ""),
        ("redis-6.0", None, ["--appendonly", "no"], ""),
        ("redis-6.2", None, ["--appendonly", "no"], "3600 1 300 100 60 10000"),
        ("redis-7.2", b"save 900 1\nsave 300 10\n", [], "900 1 300 10"),
        ("redis-7.2", b'save 900 1\nsave ""\n', [], ""),
        ("redis-7.2", b'save ""\n', ["--save", "60", "1"], "60 1"),
        ("redis-7.2", b"save 900 1\n", ["--save", "60 1"], "900 1 60 1"),
        ("redis-7.2", b"save 900 1\n", ["--save"], ""),
        ("redis-7.2", b"save 900 1\n", ["--save", "--appendonly", "yes"], ""),
        ("redis-6.2", b"save 900 1\n", ["--save", "60 1"], "900 1"),
    ],
)
def test_save_points(server: str, text: bytes | None, arguments: list[str], save: str) -> None:
    assert effective(server, text, arguments=arguments)["save"].value == save


@pytest.mark.parametrize(
    ("server", "save"),
    [
        ("redis-6.0", "300 10 900 1 60 5"),
        ("redis-6.2", "900 1 60 5"),
        ("redis-7.0", "60 5"),
    ],
)
def test_save_lines_after_an_include(server: str, save: str, tmp_path: Path) -> None:
    (tmp_path / "x.conf").write_text("save 300 10\n")
    text = b"include x.conf\nsave 900 1\nsave 60 5\n"
    assert effective(server, text, directory=tmp_path)["save"].value == save


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        (b"maxmemory 1gb\n", "maxmemory", "1073741824"),
        (b"maxmemory-clients 5%\n", "maxmemory-clients", "5%"),
        (b"hz 1000\n", "hz", "500"),
        (b"notify-keyspace-events KEA\n", "notify-keyspace-events", "AKE"),
        (b"shutdown-on-sigterm force now\n", "shutdown-on-sigterm", "now force"),
        (b"latency-tracking-info-percentiles 50 99.90\n", "latency-tracking-info-percentiles", "50 99.9"),
        (b"unixsocketperm 0700\n", "unixsocketperm", "700"),
        (b"oom-score-adj relative\n", "oom-score-adj", "yes"),
        (b"slaveof 10.0.0.1 6380\n", "replicaof", "10.0.0.1 6380"),
        (b"cluster-enabled yes\ndatabases 32\n", "databases", "1"),
        (
            b"client-output-buffer-limit replica 1mb 1mb 9\n",
            "client-output-buffer-limit",
            "normal 0 0 0 slave 1048576 1048576 9 pubsub 33554432 8388608 60",
        ),
    ],
)  # fmt: skip
def test_values_are_printed_as_config_get_does(text: bytes, name: str, value: str) -> None:
    assert effective("redis-7.2", text)[name].value == value


def test_refused_lines_are_listed_and_left_out() -> None:
    found = effective("redis-7.2", b"timeout 5\ntimeout x\nnosuch 1\nhz 20\n")
    assert [r.line for r in found.refusals] == [2, 3]
    assert found["timeout"].value == "5"
    assert found["hz"].value == "20"


def test_renamed_commands() -> None:
    text = b'rename-command CONFIG ""\nrename-command KEYS k\n'
    assert effective("redis-6.2", text).renamed == {"config": "", "keys": "k"}


@pytest.mark.parametrize(
    ("server", "words", "options"),
    [
        ("redis-6.2", ["--save", "900", "1"], b'save "900" "1" '),
        ("redis-6.2", ["--masterauth", "--x"], b"masterauth \nx "),
        ("redis-7.0", ["--masterauth", "--x"], b'masterauth "--x" '),
        ("redis-7.0", ["--port 1", "--hz", "2"], b'port 1 \nhz "2" '),
        ("redis-7.0", ["--save", "--hz", "2"], b'save ""\nhz "2" '),
        ("redis-7.0", ["--save"], b'save ""'),
        ("redis-6.0", ["--masterauth", 'a"\n'], b'masterauth "a\\"\\n" '),
    ],
)
def test_a_command_line_becomes_lines(server: str, words: list[str], options: bytes) -> None:
    assert split_arguments(words, server).options == options
