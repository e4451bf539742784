"""An existing configuration: what it loses today, and its stories."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]


@pytest.fixture
def advise_file(run_advise: Run, tmp_path: Path) -> Callable[..., dict[str, object]]:
    def run(text: str, *words: str) -> dict[str, object]:
        (tmp_path / "redis.conf").write_text(text, encoding="utf-8")
        result = run_advise("redis.conf", *words, "--format", "json")
        assert result.exit_code in (0, 1), result.stderr
        found: dict[str, object] = json.loads(result.stdout)
        return found

    return run


def stories(document: dict[str, object]) -> list[str]:
    found = document["stories"]
    assert isinstance(found, list)
    return [story["name"] for story in found]


def loss(document: dict[str, object]) -> dict[str, float | None]:
    today = document["today"]
    assert isinstance(today, dict)
    found: dict[str, float | None] = today["loss_s"]
    return found


def test_an_hourly_snapshot_loses_an_hour(advise_file: Callable[..., dict[str, object]]) -> None:
    window = loss(advise_file("save 3600 1\n", "--data-size", "100mb"))["process_crash"]
    assert window == pytest.approx(3603, abs=4)


def test_no_persistence_loses_everything(advise_file: Callable[..., dict[str, object]]) -> None:
    assert loss(advise_file('save ""\n'))["process_crash"] is None


def test_maxmemory_is_the_data_size_where_nobody_says_one(
    advise_file: Callable[..., dict[str, object]],
) -> None:
    document = advise_file("maxmemory 3gb\n")
    work = document["workload"]
    assert isinstance(work, dict)
    assert work["data_bytes"] == 3 * 2**30
    assumed = document["assumed"]
    assert isinstance(assumed, list)
    assert "data size: as much as maxmemory allows (--data-size)" in assumed


def test_a_server_that_evicts_every_key_is_a_cache(
    advise_file: Callable[..., dict[str, object]],
) -> None:
    document = advise_file('save ""\nmaxmemory 1gb\nmaxmemory-policy allkeys-lru\n')
    assert document["recommended"] == "none"
    assert stories(document) == []


@pytest.mark.parametrize(
    ("text", "words", "story"),
    [
        ('save ""\n', ["--replicas", "1"], "empty-primary-wipe"),
        ("appendonly yes\nappendfsync always\n", ["--disk", "efs"], "always-on-network-disk"),
        ("appendonly yes\nno-appendfsync-on-rewrite yes\n", [], "no-fsync-during-rewrite"),
        ("maxmemory 4gb\n", ["--memory-limit", "4200mb"], "no-room-for-fork"),
        ("save 900 1\nsave 3600 20\n", [], "dead-save-point"),
        ("appendonly yes\nauto-aof-rewrite-percentage 0\n", [], "never-rewritten"),
    ],
)
def test_dangerous_combinations_are_told_with_a_way_out(
    advise_file: Callable[..., dict[str, object]], text: str, words: list[str], story: str
) -> None:
    assert stories(advise_file(text, *words)) == [story]


def test_aof_switched_on_in_the_file_beside_an_old_dump(
    advise_file: Callable[..., dict[str, object]], tmp_path: Path
) -> None:
    (tmp_path / "dump.rdb").write_bytes(b"REDIS0011")
    assert stories(advise_file("appendonly yes\n")) == ["aof-by-restart"]
    (tmp_path / "appendonlydir").mkdir()
    assert stories(advise_file("appendonly yes\n")) == []


def test_a_file_that_the_server_refuses_is_refused_with_the_line(
    run_advise: Run, tmp_path: Path
) -> None:
    (tmp_path / "redis.conf").write_text("port 6379\nappendfsync sometimes\n", encoding="utf-8")
    result = run_advise("redis.conf")
    assert result.exit_code == 2
    assert result.stderr.startswith("redislint: redis.conf, line 2: redis-8.2 does not start")


def test_no_password_of_the_file_is_ever_shown(run_advise: Run, tmp_path: Path) -> None:
    (tmp_path / "redis.conf").write_text(
        "requirepass hunter2hunter2\nmasterauth hunter2hunter2\nsave 60 1\n", encoding="utf-8"
    )
    for format_ in ("text", "json", "markdown"):
        assert "hunter2" not in run_advise("redis.conf", "--format", format_).output
