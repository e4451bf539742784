"""redis-py through two failovers of a real one-shard cluster whose addresses change.

The rule pages redispy-reinitialize-steps-default, redispy-async-cluster-loses-endpoint and
redispy-sync-cluster-loses-endpoint quote what these runs show. REDISLINT_EVIDENCE=full plays it
with eight releases instead of the installed one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from redislint.judgement.real import find_servers
from tests.evidence.moving_cluster import ENDPOINT, MovingCluster
from tests.evidence.releases import folder_of, installed, numbers, wanted

pytestmark = [pytest.mark.slow, pytest.mark.server]

HERE = Path(__file__).parent
COMMON = {"decode_responses": True, "require_full_coverage": False}
VARIANTS = {
    "defaults": {"host": ENDPOINT},
    "reinitialize_steps=1": {"host": ENDPOINT, "reinitialize_steps": 1},
    "ten attempts": {"host": ENDPOINT, "cluster_error_retry_attempts": 10},
    "both addresses": {"startup_nodes": "both"},
    "dynamic_startup_nodes=False": {"host": ENDPOINT, "dynamic_startup_nodes": False},
}
MODES = ("sync", "asyncio")
QUIET = 12.0
"""Seconds after a failover within which a client that recovers has recovered."""

Outcome = tuple[str, str]
"""What a client's last write gave after the first and after the second failover."""


class Client:
    """One client process and its log."""

    def __init__(self, cluster: MovingCluster, mode: str, name: str, release: str) -> None:
        options = {**COMMON, **VARIANTS[name]}
        if options.get("startup_nodes") == "both":
            options["startup_nodes"] = [cluster.primary, cluster.replica]
        self.log = cluster.folder / f"{mode} {name}.log"
        self.log.touch()
        folder = folder_of(release)
        path = {"PYTHONPATH": str(folder)} if folder else {}
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "redispy_worker.py"), mode, str(cluster.names),
             str(cluster.port), json.dumps(options), str(self.log)],
            env={**os.environ, **path},
            stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def last(self) -> str:
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return lines[-1].split(" ", 1)[1] if lines else "nothing"

    def well(self, since: float) -> bool:
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return bool(lines) and lines[-1].endswith(" ok") and float(lines[-1].split()[0]) > since


def settle(clients: list[Client]) -> None:
    """Wait until every client that can has written again."""
    begun = time.time()
    while time.time() < begun + QUIET and not all(c.well(begun) for c in clients):
        time.sleep(0.2)
    time.sleep(1)


@pytest.fixture(scope="module", params=wanted() or [""], ids=lambda r: r or "installed")
def played(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[tuple[int, ...], dict[tuple[str, str], Outcome]]]:
    """(release, outcome of every mode and variant) of one play of the two failovers."""
    if not sys.platform.startswith("linux"):
        pytest.skip("needs a loopback network of many addresses, as on Linux")
    servers = {k: p for k, p in find_servers().items() if k.startswith("redis-")}
    if not servers:
        pytest.skip("needs redis-server on PATH or in a wheel")
    release = str(request.param)
    folder_of(release)
    cluster = MovingCluster(servers[max(servers)], tmp_path_factory.mktemp("cluster"))
    clients: dict[tuple[str, str], Client] = {}
    try:
        cluster.start()
        clients = {(m, v): Client(cluster, m, v, release) for m in MODES for v in VARIANTS}
        everybody = list(clients.values())
        settle(everybody)
        outcomes: dict[tuple[str, str], list[str]] = {key: [] for key in clients}
        for _ in range(2):
            cluster.lose_primary()
            settle(everybody)
            cluster.add_replica()
            settle(everybody)
            for key, client in clients.items():
                outcomes[key].append(client.last())
        yield (
            numbers(release) or installed(),
            {key: (first, second) for key, (first, second) in outcomes.items()},
        )
    finally:
        for client in clients.values():
            client.process.kill()
            client.process.wait()
        cluster.stop()


def survived(outcome: Outcome) -> bool:
    return outcome[1] == "ok"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("variant", ["defaults", "reinitialize_steps=1", "ten attempts"])
def test_the_endpoint_is_lost_at_the_second_failover(
    played: tuple[tuple[int, ...], dict[tuple[str, str], Outcome]], mode: str, variant: str
) -> None:
    release, outcomes = played
    outcome = outcomes[mode, variant]
    if mode == "sync" and release < (4, 3, 4):
        assert survived(outcome), outcome
    else:
        assert not survived(outcome), outcome


@pytest.mark.parametrize("mode", MODES)
def test_two_start_addresses_do_not_save_it(
    played: tuple[tuple[int, ...], dict[tuple[str, str], Outcome]], mode: str
) -> None:
    _, outcomes = played
    assert not survived(outcomes[mode, "both addresses"])


@pytest.mark.parametrize("mode", MODES)
def test_keeping_the_name_saves_it_where_the_release_can(
    played: tuple[tuple[int, ...], dict[tuple[str, str], Outcome]], mode: str
) -> None:
    release, outcomes = played
    outcome = outcomes[mode, "dynamic_startup_nodes=False"]
    if mode == "sync":
        assert survived(outcome), outcome
    elif (4, 4) <= release < (6, 2):
        assert "unexpected keyword argument" in outcome[1]
    elif (6, 2) <= release < (7, 2) or release >= (8,):
        assert survived(outcome), outcome
    else:
        assert not survived(outcome), outcome
