"""What rules/replication and rules/cluster say of REPLICAOF and of lost data, on real servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from tests.audit.running import free_port
from tests.evidence.realserver import ENDS, MISSING, Link, RealServer, until

pytestmark = [pytest.mark.server, pytest.mark.skipif(not ENDS, reason=MISSING)]

Start = Callable[..., RealServer]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start servers; all are ended after the test."""
    running: list[RealServer] = []

    def one(*arguments: str, key: str, conf: str | None = None) -> RealServer:
        port = free_port()
        server = RealServer(tmp_path / str(port), port, *arguments, key=key, conf=conf)
        running.append(server)
        return server.start()

    yield one
    for server in running:
        server.kill()


@pytest.mark.parametrize("key", ENDS)
@pytest.mark.parametrize("arguments", [(), ("--cluster-enabled", "no")])
def test_anybody_can_make_an_open_server_read_only(
    start: Start, key: str, arguments: tuple[str, ...]
) -> None:
    server = start("--protected-mode", "no", "--save", "", *arguments, key=key)
    server.client().set("session", "kept")
    server.client().execute_command("REPLICAOF", "127.0.0.1", str(free_port()))
    with pytest.raises(redis.ReadOnlyError):
        server.client().set("session", "lost")
    server.client().execute_command("REPLICAOF", "NO", "ONE")
    assert server.client().set("session", "again")


@pytest.mark.parametrize("key", ENDS)
def test_a_rewrite_makes_the_intruders_primary_permanent(start: Start, key: str) -> None:
    server = start(key=key, conf="save 3600 1\n")
    server.client().execute_command("REPLICAOF", "127.0.0.1", "1")
    server.client().config_rewrite()
    assert "replicaof 127.0.0.1 1" in server.conf.read_text()
    server.kill()
    assert server.start().client().info("replication")["role"] == "slave"


@pytest.mark.parametrize("key", ENDS)
def test_cluster_mode_is_what_refuses_replicaof(start: Start, key: str) -> None:
    server = start("--cluster-enabled", "yes", "--save", "", key=key)
    with pytest.raises(redis.ResponseError, match="not allowed in cluster mode"):
        server.client().execute_command("REPLICAOF", "127.0.0.1", "1")


@pytest.mark.parametrize("key", ENDS)
def test_a_primary_that_restarts_empty_empties_its_replica(start: Start, key: str) -> None:
    quick = ("--repl-diskless-sync-delay", "0")
    primary = start("--save", "", "--appendonly", "no", *quick, key=key)
    replica = start("--save", "", "--replicaof", "127.0.0.1", str(primary.port), *quick, key=key)
    primary.client().mset({f"key:{i}": "x" for i in range(1000)})
    until(lambda: replica.client().dbsize() == 1000)
    primary.kill()
    primary.start()
    until(lambda: replica.client().dbsize() == 0)


@pytest.mark.parametrize("key", ENDS)
def test_with_the_append_only_file_the_replica_keeps_its_data(start: Start, key: str) -> None:
    quick = ("--repl-diskless-sync-delay", "0")
    primary = start("--save", "", "--appendonly", "yes", "--appendfsync", "always", *quick, key=key)
    replica = start("--save", "", "--replicaof", "127.0.0.1", str(primary.port), *quick, key=key)
    primary.client().mset({f"key:{i}": "x" for i in range(1000)})
    until(lambda: replica.client().dbsize() == 1000)
    primary.kill()
    primary.start()
    until(lambda: primary.client().info("replication")["connected_slaves"] == 1)
    assert primary.client().dbsize() == 1000
    assert replica.client().dbsize() == 1000


@pytest.mark.parametrize("key", ENDS)
def test_an_acknowledged_write_is_lost_when_the_replica_takes_over(start: Start, key: str) -> None:
    primary = start("--save", "", "--repl-diskless-sync-delay", "0", key=key)
    link = Link(primary.port)
    replica = start("--save", "", "--replicaof", "127.0.0.1", str(link.port), key=key)
    primary.client().set("order:1", "paid")
    until(lambda: replica.client().get("order:1") == "paid")
    link.cut()
    client = primary.client()
    assert client.set("order:2", "paid") is True
    assert client.wait(1, 200) == 0, "WAIT on the connection that wrote says the truth"
    primary.kill()
    replica.client().execute_command("REPLICAOF", "NO", "ONE")
    assert replica.client().get("order:1") == "paid"
    assert replica.client().get("order:2") is None


@pytest.mark.parametrize("key", ENDS)
def test_min_replicas_to_write_refuses_instead_of_losing(start: Start, key: str) -> None:
    primary = start("--save", "", "--min-replicas-to-write", "1", key=key)
    with pytest.raises(redis.ResponseError, match="NOREPLICAS"):
        primary.client().set("order:1", "paid")
