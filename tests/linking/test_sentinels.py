"""Sentinels with the containers that run them and the servers that they watch."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.checking import check
from redislint.config import Config

COMPOSE = """\
services:
  redis:
    image: redis:7.2
    command: redis-server %s
  one:
    image: redis:7.2
    command: redis-sentinel /etc/one.conf
    volumes: ["./sentinel-one.conf:/etc/one.conf%s"]
  two:
    image: redis:7.2
    command: redis-sentinel /etc/two.conf
    volumes: ["./sentinel-two.conf:/etc/two.conf"]
"""


def rules(
    folder: Path, monitor: str, *, server: str = "--save 60 1", mode: str = "", more: str = ""
) -> set[str]:
    (folder / "compose.yaml").write_text(COMPOSE % (server, mode))
    for name in ("one", "two"):
        text = f"sentinel resolve-hostnames yes\nsentinel monitor shop {monitor}\n{more}"
        (folder / f"sentinel-{name}.conf").write_text(text)
    report = check([str(folder)], Config(select=["ALL"]))
    return {f.rule.name for f in report.findings if f.rule.name.startswith("sentinel")}


def test_two_are_too_few(tmp_path: Path) -> None:
    assert rules(tmp_path, "redis 6379 2") == {"sentinel-fewer-than-three"}


def test_a_quorum_of_three_is_never_reached_by_two(tmp_path: Path) -> None:
    assert "sentinel-quorum-too-high" in rules(tmp_path, "redis 6379 3")


def test_a_quorum_of_one_lets_one_decide(tmp_path: Path) -> None:
    assert "sentinel-quorum-one" in rules(tmp_path, "redis 6379 1")


def test_loopback_is_the_container_itself(tmp_path: Path) -> None:
    assert "sentinel-monitor-loopback" in rules(tmp_path, "127.0.0.1 6379 2")


def test_a_read_only_mount_stops_it(tmp_path: Path) -> None:
    assert "sentinel-conf-read-only" in rules(tmp_path, "redis 6379 2", mode=":ro")


@pytest.mark.parametrize(
    ("more", "missing"), [("", True), ("sentinel auth-pass shop ${PASSWORD}\n", False)]
)
def test_it_needs_its_master_password(tmp_path: Path, more: str, missing: bool) -> None:
    found = rules(tmp_path, "redis 6379 2", server="--requirepass ${PASSWORD}", more=more)
    assert ("sentinel-auth-pass-missing" in found) is missing


def test_it_cannot_fail_over_a_cluster(tmp_path: Path) -> None:
    assert "sentinel-with-cluster-mode" in rules(
        tmp_path, "redis 6379 2", server="--cluster-enabled yes"
    )
