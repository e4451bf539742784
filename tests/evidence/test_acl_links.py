"""What rules/security/acl-sentinel-user-rights says of the users of replicas and Sentinels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.evidence.conftest import Start
from tests.evidence.realserver import ENDS, MISSING, RealServer, until
from tests.evidence.sentinels import NAME, Sentinel, watch
from tests.evidence.small_cluster import ask, role

pytestmark = [pytest.mark.server, pytest.mark.skipif(not ENDS, reason=MISSING)]

PASSWORD = "Bd1s-long-and-random"
QUICK = ("--save", "", "--repl-diskless-sync-delay", "0")
ASKING = ("&*", "+ping", "+info", "+publish", "+subscribe", "+role")
CHANGING = (
    "+multi", "+exec", "+slaveof", "+config|rewrite", "+client|setname", "+client|kill", "+script|kill",
)  # fmt: skip


def user(server: RealServer, name: str, *rules: str) -> None:
    """Make or widen a user."""
    ask(server, "ACL", "SETUSER", name, "on", f">{PASSWORD}", *rules)


@pytest.mark.parametrize("key", ENDS)
def test_a_replica_needs_three_commands(start: Start, key: str) -> None:
    primary = start(*QUICK, key=key)
    ask(primary, "SET", "session", "x")
    user(primary, "replica", "+ping", "+replconf")
    login = ("--masteruser", "replica", "--masterauth", PASSWORD)
    replica = start(*QUICK, "--replicaof", "127.0.0.1", str(primary.port), *login, key=key)
    until(lambda: "NOPERM" in replica.log())
    assert replica.client().get("session") is None
    user(primary, "replica", "+psync")
    until(lambda: replica.client().get("session") == "x")


@pytest.fixture
def sentinel(tmp_path: Path) -> Iterator[list[Sentinel]]:
    """The Sentinels of a test; they are ended after it."""
    running: list[Sentinel] = []
    yield running
    for one in running:
        one.kill()


@pytest.mark.slow
@pytest.mark.parametrize("key", ENDS)
def test_a_sentinel_that_may_only_ask_cannot_fail_over(
    start: Start, sentinel: list[Sentinel], tmp_path: Path, key: str
) -> None:
    primary = start(*QUICK, key=key)
    replica = start(*QUICK, "--replicaof", "127.0.0.1", str(primary.port), key=key)
    until(lambda: ask(replica, "ROLE")[3] == "connected")
    for server in (primary, replica):
        user(server, "watcher", *ASKING)
    login = (f"auth-user {NAME} watcher", f"auth-pass {NAME} {PASSWORD}")
    one = Sentinel(tmp_path, *watch(primary.port, 1, *login), key=key)
    sentinel.append(one)
    one.start()
    until(lambda: int(one.master()["num-slaves"]) == 1)
    assert one.master()["flags"] == "master", "it looks healthy"
    primary.kill()
    until(lambda: "-failover-abort-slave-timeout" in one.log(), 30)
    assert role(replica) == "slave"
    user(replica, "watcher", *CHANGING)
    until(lambda: role(replica) == "master", 30)
