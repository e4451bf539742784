"""What rules/replication says of a replica's link to its primary, on real servers."""

from __future__ import annotations

import re

import pytest
import redis

from tests.audit.running import free_port
from tests.evidence.conftest import Start
from tests.evidence.realserver import ALL, ENDS, MISSING, RealServer, until

pytestmark = [pytest.mark.server, pytest.mark.skipif(not ENDS, reason=MISSING)]

PASSWORD = "Bd1s-long-and-random"
QUICK = ("--save", "", "--repl-diskless-sync-delay", "0")


def following(primary: RealServer) -> tuple[str, ...]:
    """The arguments of a replica of this server."""
    return (*QUICK, "--replicaof", "127.0.0.1", str(primary.port))


def link(replica: RealServer) -> str:
    """The replica's own word on its link: up or down."""
    return str(replica.client().info("replication")["master_link_status"])


def synchronisations(primary: RealServer) -> int:
    """How many full synchronisations a primary has served."""
    return int(primary.client().info("stats")["sync_full"])


def login(server: RealServer) -> redis.Redis:
    """A client that knows the password."""
    return server.client(password=PASSWORD)


@pytest.mark.parametrize("key", ENDS)
def test_without_masterauth_the_replica_stays_empty(start: Start, key: str) -> None:
    primary = start(*QUICK, "--requirepass", PASSWORD, key=key)
    login(primary).set("session", "x")
    replica = start(*following(primary), key=key)
    until(lambda: "NOAUTH Authentication required" in replica.log())
    assert link(replica) == "down"
    assert replica.client().get("session") is None
    assert replica.client().ping(), "a health check is content"
    replica.client().config_set("masterauth", PASSWORD)
    until(lambda: replica.client().get("session") == "x")


@pytest.mark.parametrize("key", ENDS)
def test_a_wrong_masterauth_is_refused_for_ever(start: Start, key: str) -> None:
    primary = start(*QUICK, "--requirepass", PASSWORD, key=key)
    replica = start(*following(primary), "--masterauth", "uV8-another", key=key)
    refusal = r"Unable to AUTH to (MASTER|PRIMARY): -WRONGPASS invalid username-password pair"
    until(lambda: len(re.findall(refusal, replica.log())) >= 2)
    assert link(replica) == "down"


@pytest.mark.parametrize("key", ENDS)
def test_a_former_primary_without_masterauth_cannot_follow_its_successor(
    start: Start, key: str
) -> None:
    old = start(*QUICK, "--requirepass", PASSWORD, key=key)
    auth = ("--requirepass", PASSWORD, "--masterauth", PASSWORD)
    new = start(*following(old), *auth, key=key)
    until(lambda: login(new).info("replication")["master_link_status"] == "up")
    login(new).execute_command("REPLICAOF", "NO", "ONE")
    login(old).execute_command("REPLICAOF", "127.0.0.1", new.port)
    until(lambda: "NOAUTH Authentication required" in old.log())
    assert login(old).info("replication")["master_link_status"] == "down"
    assert login(new).info("replication")["connected_slaves"] == 0


@pytest.mark.parametrize("key", ENDS)
def test_a_server_that_replicates_itself_has_no_primary(start: Start, key: str) -> None:
    port = free_port()
    server = start(*QUICK, "--replicaof", "127.0.0.1", str(port), key=key, port=port)
    until(lambda: "-NOMASTERLINK Can't SYNC while not connected with my master" in server.log())
    assert link(server) == "down"
    with pytest.raises(redis.ReadOnlyError, match="You can't write against a read only replica"):
        server.client().set("session", "x")
    server.client().config_set("replica-serve-stale-data", "no")
    with pytest.raises(redis.exceptions.MasterDownError):
        server.client().get("session")


@pytest.mark.parametrize("key", ENDS)
def test_a_replica_of_an_empty_loopback_port_is_refused_and_looks_healthy(
    start: Start, key: str
) -> None:
    replica = start(*QUICK, "--replicaof", "127.0.0.1", str(free_port()), key=key)
    until(lambda: "Connection refused" in replica.log())
    assert link(replica) == "down"
    assert replica.client().ping()


@pytest.mark.parametrize("key", ENDS)
def test_repl_timeout_below_the_ping_period_drops_an_idle_link(start: Start, key: str) -> None:
    primary = start(*QUICK, "--repl-ping-replica-period", "60", key=key)
    hasty = start(*following(primary), "--repl-timeout", "1", key=key)
    patient = start(*following(primary), key=key)
    lost = r"(MASTER|PRIMARY) timeout: no data nor PING received"
    until(lambda: len(re.findall(lost, hasty.log())) >= 2)
    assert primary.client().info("stats")["sync_partial_ok"] >= 1, "it starts again each time"
    assert re.search(lost, patient.log()) is None


@pytest.mark.parametrize("key", ENDS)
def test_a_write_to_a_writable_replica_is_nowhere_else_and_vanishes(start: Start, key: str) -> None:
    primary = start(*QUICK, key=key)
    replica = start(*following(primary), "--replica-read-only", "no", key=key)
    until(lambda: link(replica) == "up")
    primary.client().set("cart", "of the primary")
    until(lambda: replica.client().get("cart") == "of the primary")
    assert replica.client().set("cart", "of the replica") is True
    assert replica.client().set("order", "only here") is True
    assert (primary.client().get("cart"), primary.client().get("order")) == ("of the primary", None)
    primary.kill()
    primary.start().client().set("cart", "of the primary")
    until(lambda: replica.client().get("cart") == "of the primary")
    assert replica.client().get("order") is None


@pytest.mark.parametrize("key", ENDS)
def test_one_lost_replica_of_one_stops_all_writes(start: Start, key: str) -> None:
    bound = ("--min-replicas-to-write", "1", "--min-replicas-max-lag", "2")
    primary = start(*QUICK, *bound, key=key)
    replica = start(*following(primary), key=key)
    until(lambda: primary.client().info("replication")["min_slaves_good_slaves"] == 1)
    assert primary.client().set("order", "paid") is True
    replica.kill()
    until(lambda: primary.client().info("replication")["min_slaves_good_slaves"] == 0)
    with pytest.raises(redis.ResponseError, match="NOREPLICAS Not enough good replicas to write"):
        primary.client().set("order", "shipped")
    assert primary.client().get("order") == "paid", "reads go on"


def busy_primary(start: Start, key: str, backlog: str) -> RealServer:
    """A primary with a replica buffer of 64 kB, whose snapshot takes a second."""
    small = ("--client-output-buffer-limit", "replica", "64kb", "0", "0")
    primary = start(*QUICK, *small, "--repl-backlog-size", backlog, key=key)
    primary.client().config_set("rdb-key-save-delay", 2000)
    primary.client().mset({f"key:{n}": "x" for n in range(500)})
    return primary


def write_on(primary: RealServer) -> None:
    """Two megabytes of writes."""
    for n in range(100):
        primary.client().set(f"more:{n}", "x" * 20_000)


CLOSED = "scheduled to be closed ASAP for overcoming of output buffer limits"


@pytest.mark.parametrize("key", [k for k in ENDS if not k.startswith("redis-8")])
def test_a_small_replica_buffer_never_lets_a_synchronisation_end(start: Start, key: str) -> None:
    primary = busy_primary(start, key, "16kb")
    replica = start(*following(primary), key=key)

    def closed_twice() -> bool:
        write_on(primary)
        return primary.log().count(CLOSED) >= 2

    until(closed_twice)
    assert link(replica) == "down"
    assert synchronisations(primary) >= 2, "each costs a fork"


@pytest.mark.parametrize("key", [k for k in ALL if k.startswith("redis-8")])
def test_from_8_0_on_the_replica_keeps_the_writes_of_the_meantime(start: Start, key: str) -> None:
    primary = busy_primary(start, key, "16kb")
    replica = start(*following(primary), key=key)

    def complete() -> bool:
        write_on(primary)
        return link(replica) == "up"

    until(complete)
    assert synchronisations(primary) == 1
    assert CLOSED not in primary.log()


@pytest.mark.parametrize("key", ENDS)
def test_a_backlog_with_ttl_0_is_never_given_back(start: Start, key: str) -> None:
    def backlogs() -> list[int]:
        return [s.client().info("replication")["repl_backlog_active"] for s in (for_ever, other)]

    for_ever = start(*QUICK, "--repl-backlog-ttl", "0", key=key)
    other = start(*QUICK, "--repl-backlog-ttl", "1", key=key)
    replicas = [start(*following(s), key=key) for s in (for_ever, other)]
    until(lambda: [link(r) for r in replicas] == ["up", "up"])
    for replica in replicas:
        replica.kill()
    until(lambda: backlogs()[1] == 0)
    assert backlogs()[0] == 1


FILL = "for i = 1, 20000 do redis.call('SET', 'key:' .. i, string.rep('x', 1000)) end"


@pytest.mark.parametrize("key", ENDS)
def test_swapdb_holds_the_old_and_the_new_data_at_once(start: Start, key: str) -> None:
    quick = ("--save", "", "--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0")
    # A loading server notes its peak every 2 MB of the stream: a well compressed one is too short.
    primary = start(*quick, "--rdbcompression", "no", key=key)
    primary.client().eval(FILL, 0)
    used = int(primary.client().info("memory")["used_memory_dataset"])
    peaks = {}
    for mode in ("disabled", "swapdb"):
        replica = start(*quick, "--repl-diskless-load", mode, key=key)
        for _ in range(2):
            replica.client().execute_command("REPLICAOF", "NO", "ONE")
            replica.client().set("own", "write")  # so that the next synchronisation is a full one
            replica.client().execute_command("REPLICAOF", "127.0.0.1", str(primary.port))
            until(lambda r=replica: r.client().info("replication")["master_link_status"] == "up")
            assert replica.client().dbsize() == 20000
        peaks[mode] = int(replica.client().info("memory")["used_memory_peak"])
    assert peaks["disabled"] < 1.5 * used
    assert peaks["swapdb"] > 1.8 * used
