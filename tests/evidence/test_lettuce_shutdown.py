"""Issues 989 and 998 of Lettuce: a shutdown that never returns while a topology refresh runs.

A race, so it is played many times: 5.1.1 mostly loses it within ten rounds. The rule page
lettuce-old-version and docs/evidence-lettuce.md quote what this shows.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.evidence.lettuce_jars import compiled, jars
from tests.evidence.sharded_cluster import ShardedCluster
from tests.evidence.test_lettuce_failover import reason, server, understands

pytestmark = [pytest.mark.slow, pytest.mark.server, pytest.mark.java]

OLD = "5.1.1.RELEASE"
FIXED = "6.5.5.RELEASE"
ROUNDS = 60


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShardedCluster]:
    if why := reason():
        pytest.skip(why)
    running = ShardedCluster(server()[1], tmp_path_factory.mktemp("shutdown"))
    try:
        running.start()
        yield running
    finally:
        running.stop()


def said(cluster: ShardedCluster, release: str, rounds: int, folder: Path) -> list[str]:
    """What the program printed of shutdowns with a release."""
    if jars(release) is None or not understands(release, server()[0]):
        pytest.skip(f"needs Lettuce {release} and a Redis that it understands")
    seed = cluster.seeds().split(",")[0]
    run = subprocess.run(
        [*compiled(release, "Shutdown", folder), seed, str(rounds)],
        timeout=100,
        capture_output=True,
        text=True,
    )
    lines = run.stdout.splitlines()
    return [line for line in lines if line == "hangs" or line.startswith("round ")]


def test_an_old_release_hangs(cluster: ShardedCluster, tmp_path: Path) -> None:
    assert said(cluster, OLD, ROUNDS, tmp_path)[-1] == "hangs"


def test_a_current_release_does_not(cluster: ShardedCluster, tmp_path: Path) -> None:
    rounds = 20
    assert said(cluster, FIXED, rounds, tmp_path) == [f"round {n}" for n in range(rounds)]
