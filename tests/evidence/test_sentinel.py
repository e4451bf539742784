"""What rules/sentinel says, on real Sentinels with real primaries and replicas."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from tests.audit.running import free_port
from tests.evidence.conftest import Start
from tests.evidence.realserver import ENDS, MISSING, SERVERS, Link, RealServer, until
from tests.evidence.sentinels import NAME, Sentinel, acquainted, watch
from tests.evidence.small_cluster import ask, role

pytestmark = [pytest.mark.server, pytest.mark.skipif(not ENDS, reason=MISSING)]

PASSWORD = "Bd1s-long-and-random"
BUSY = """
local start = redis.call('TIME')
repeat local now = redis.call('TIME') until now[1] - start[1] >= 3
"""
Guard = Callable[..., Sentinel]


@pytest.fixture
def guard(tmp_path: Path) -> Iterator[Guard]:
    """Start Sentinels with the lines given; all are ended after the test."""
    running: list[Sentinel] = []

    def one(*lines: str, key: str) -> Sentinel:
        sentinel = Sentinel(tmp_path, *lines, key=key)
        running.append(sentinel)
        sentinel.start()
        return sentinel

    yield one
    for sentinel in running:
        sentinel.kill()


def pair(
    start: Start, key: str, primary: tuple[str, ...] = (), replica: tuple[str, ...] = ()
) -> tuple[RealServer, RealServer]:
    """A primary and a replica that is in step."""
    quick = ("--save", "", "--repl-diskless-sync-delay", "0")
    one = start(*quick, *primary, key=key)
    two = start(*quick, "--replicaof", "127.0.0.1", str(one.port), *replica, key=key)
    until(lambda: ask(two, "ROLE")[3] == "connected")
    return one, two


@pytest.mark.slow
@pytest.mark.parametrize("key", ENDS)
@pytest.mark.parametrize(("count", "lost"), [(2, 1), (4, 2)])
def test_without_a_majority_of_sentinels_no_failover_begins(
    start: Start, guard: Guard, key: str, count: int, lost: int
) -> None:
    primary, replica = pair(start, key)
    sentinels = [guard(*watch(primary.port, 1), key=key) for _ in range(count)]
    acquainted(*sentinels)
    for sentinel in sentinels[lost:]:
        sentinel.kill()
    primary.kill()
    until(lambda: any("-failover-abort-not-elected" in s.log() for s in sentinels[:lost]))
    assert role(replica) == "slave"


@pytest.mark.slow
@pytest.mark.parametrize("key", ENDS)
def test_three_sentinels_bear_the_loss_of_one(start: Start, guard: Guard, key: str) -> None:
    primary, replica = pair(start, key)
    sentinels = [guard(*watch(primary.port, 2), key=key) for _ in range(3)]
    acquainted(*sentinels)
    sentinels[2].kill()
    primary.kill()
    until(lambda: role(replica) == "master")
    until(lambda: sentinels[0].address() == ("127.0.0.1", replica.port))


@pytest.mark.slow
@pytest.mark.parametrize("key", ENDS)
def test_with_quorum_1_a_single_sentinel_has_a_healthy_master_replaced(
    start: Start, guard: Guard, key: str
) -> None:
    primary, replica = pair(start, key)
    sentinels = [guard(*watch(primary.port, 1), key=key) for _ in range(3)]
    acquainted(*sentinels)
    # One Sentinel loses its way to the primary: its user is refused, those of the others are not.
    ask(primary, "ACL", "SETUSER", "cut-off", "on", ">" + PASSWORD, "-@all", "+auth", "+hello")
    with sentinels[0].client() as client:
        client.execute_command("SENTINEL", "SET", NAME, "auth-user", "cut-off")
        client.execute_command("SENTINEL", "SET", NAME, "auth-pass", PASSWORD)
    for kind in ("normal", "pubsub"):
        ask(primary, "CLIENT", "KILL", "TYPE", kind)
    # A vote that nobody wins is tried again after twice the failover timeout.
    until(lambda: role(replica) == "master", 45)
    until(lambda: sentinels[1].address() == ("127.0.0.1", replica.port))
    assert "+odown" in sentinels[0].log()
    assert "+odown" not in sentinels[1].log() + sentinels[2].log()


@pytest.mark.parametrize("key", ENDS)
def test_a_quorum_above_the_number_of_sentinels_is_never_reached(
    start: Start, guard: Guard, key: str
) -> None:
    primary, replica = pair(start, key)
    sentinels = [guard(*watch(primary.port, 3), key=key) for _ in range(2)]
    acquainted(*sentinels)
    with pytest.raises(redis.ResponseError, match="Not enough available Sentinels to reach the"):
        ask(sentinels[0], "SENTINEL", "CKQUORUM", NAME)
    primary.kill()
    until(lambda: all("+sdown master" in s.log() for s in sentinels))
    assert not any("+odown" in s.log() for s in sentinels)
    assert role(replica) == "slave"


@pytest.mark.slow
@pytest.mark.parametrize("key", ENDS)
def test_with_priority_0_everywhere_nobody_is_promoted(
    start: Start, guard: Guard, key: str
) -> None:
    primary, replica = pair(start, key, replica=("--replica-priority", "0"))
    sentinel = guard(*watch(primary.port, 1), key=key)
    acquainted(sentinel)
    primary.kill()
    until(lambda: "-failover-abort-no-good-slave" in sentinel.log())
    assert role(replica) == "slave"
    with pytest.raises(redis.ResponseError, match="NOGOODSLAVE No suitable replica to promote"):
        until(lambda: ask(sentinel, "SENTINEL", "FAILOVER", NAME))


@pytest.mark.slow
@pytest.mark.parametrize("key", ENDS)
def test_a_paused_master_is_replaced_and_its_last_writes_are_lost(
    start: Start, guard: Guard, key: str
) -> None:
    primary, replica = pair(start, key)
    hasty = guard(*watch(primary.port, 1, down_after=1000), key=key)
    acquainted(hasty)
    assert primary.process is not None
    with socket.create_connection(("127.0.0.1", primary.port), 10) as client:
        client.sendall(b"PING\r\n")
        assert client.recv(100) == b"+PONG\r\n"
        primary.process.send_signal(signal.SIGSTOP)  # as a host does whose virtual machine moves
        until(lambda: role(replica) == "master")
        client.sendall(b"SET order paid\r\n")
        primary.process.send_signal(signal.SIGCONT)
        assert client.recv(100) == b"+OK\r\n", "it does not know yet that it was replaced"
    until(lambda: role(primary) == "slave")
    until(lambda: ask(primary, "ROLE")[3] == "connected")
    assert ask(primary, "GET", "order") is None
    assert ask(replica, "GET", "order") is None


@pytest.mark.slow
@pytest.mark.parametrize("key", ENDS)
def test_a_longer_down_after_lets_a_busy_master_be(start: Start, guard: Guard, key: str) -> None:
    primary, replica = pair(start, key)
    patient = guard(*watch(primary.port, 1, down_after=10_000), key=key)
    acquainted(patient)
    ask(primary, "EVAL", BUSY, 0)
    assert "+sdown" not in patient.log()
    assert role(replica) == "slave"


@pytest.mark.slow
@pytest.mark.parametrize("key", ENDS)
def test_without_auth_pass_a_protected_master_counts_as_down(
    start: Start, guard: Guard, key: str
) -> None:
    primary = start("--save", "", "--requirepass", PASSWORD, key=key)
    login = ("--masterauth", PASSWORD)
    start("--save", "", "--replicaof", "127.0.0.1", str(primary.port), *login, key=key)
    sentinel = guard(*watch(primary.port, 1), key=key)
    until(lambda: "+sdown master" in sentinel.log())
    assert sentinel.master()["num-slaves"] == 0
    until(lambda: "-failover-abort-no-good-slave" in sentinel.log())
    ask(sentinel, "SENTINEL", "SET", NAME, "auth-pass", PASSWORD)
    until(lambda: "-sdown master" in sentinel.log())


@pytest.mark.parametrize("key", ENDS)
def test_a_loopback_master_is_down_and_handed_to_clients(guard: Guard, key: str) -> None:
    nobody = free_port()
    sentinel = guard(*watch(nobody, 2), key=key)
    until(lambda: "+sdown master" in sentinel.log())
    assert sentinel.address() == ("127.0.0.1", nobody)


def refused(folder: Path, *lines: str, key: str) -> str:
    """What a Sentinel says that does not start with these lines."""
    conf = folder / "sentinel.conf"
    conf.write_text("".join(f"{line}\n" for line in lines))
    done = subprocess.run(
        [SERVERS[key], conf, "--sentinel", "--port", str(free_port()), "--dir", folder],
        capture_output=True, text=True, timeout=10, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout
    return done.stdout + done.stderr


@pytest.mark.parametrize("key", ENDS)
def test_a_name_without_resolve_hostnames_is_refused(
    guard: Guard, tmp_path: Path, key: str
) -> None:
    line = f"sentinel monitor {NAME} localhost {free_port()} 1"
    assert "Can't resolve instance hostname" in refused(tmp_path, line, key=key)
    assert guard("sentinel resolve-hostnames yes", line, key=key).master()["name"] == NAME


@pytest.mark.parametrize("key", ENDS)
def test_a_file_that_it_cannot_write_ends_it(key: str) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        folder.chmod(0o555)
        conf = folder / "sentinel.conf"
        if os.geteuid() == 0:
            folder.chmod(0o755)
        conf.write_text(f"sentinel monitor {NAME} 127.0.0.1 {free_port()} 1\n")
        conf.chmod(0o444)
        done = subprocess.run(
            [SERVERS[key], conf, "--sentinel", "--port", str(free_port())],
            capture_output=True, text=True, timeout=10, check=False,
            user=65534 if os.geteuid() == 0 else None,
        )  # fmt: skip
    assert done.returncode == 1
    assert f"Sentinel config file {conf} is not writable: Permission denied" in done.stdout


@pytest.mark.parametrize("key", ENDS)
def test_scripts_set_by_network_run_at_the_next_event(
    guard: Guard, tmp_path: Path, key: str
) -> None:
    trace, script = tmp_path / "trace", tmp_path / "script"
    script.write_text(f"#!/bin/sh\necho ran >> {trace}\n")
    script.chmod(0o755)
    lines = watch(free_port(), 2)
    kept = guard(*lines, key=key)
    with pytest.raises(redis.ResponseError, match="denied for security reasons"):
        ask(kept, "SENTINEL", "SET", NAME, "notification-script", str(script))
    opened = guard("sentinel deny-scripts-reconfig no", *lines, key=key)
    until(lambda: "+sdown" in opened.log())
    ask(opened, "SENTINEL", "SET", NAME, "notification-script", str(script))
    ask(opened, "SENTINEL", "SET", NAME, "quorum", 1)  # the event that is asked for: +odown
    until(trace.exists)


@pytest.mark.parametrize("key", ENDS)
def test_the_announced_address_is_the_one_that_others_use(
    start: Start, guard: Guard, key: str
) -> None:
    primary, _ = pair(start, key)
    one = guard(*watch(primary.port, 2), key=key)
    other = guard(*watch(primary.port, 2), "sentinel announce-ip 127.0.0.2", key=key)
    until(lambda: int(one.master()["num-other-sentinels"]) == 1)
    known = ask(one, "SENTINEL", "SENTINELS", NAME)[0]
    assert "127.0.0.2" in str(known), "where nothing listens"
    until(lambda: "+sdown sentinel" in one.log())
    assert other.master()["num-other-sentinels"] == 1
    with pytest.raises(redis.ResponseError, match="NOQUORUM"):
        ask(one, "SENTINEL", "CKQUORUM", NAME)


@pytest.mark.parametrize("key", ENDS)
def test_through_a_translated_port_clients_learn_the_inner_address(
    start: Start, guard: Guard, key: str
) -> None:
    primary, replica = pair(start, key)
    inner = free_port()
    published = Link(inner).port
    quick = ("--save", "", "--repl-diskless-sync-delay", "0")
    following = ("--replicaof", "127.0.0.1", str(primary.port))
    start(*quick, *following, "--replica-announce-port", str(published), key=key, port=inner)
    until(lambda: ask(primary, "INFO")["connected_slaves"] == 2)
    sentinel = guard(*watch(primary.port, 1), key=key)
    outside = redis.Redis(port=Link(sentinel.port).port, protocol=2, decode_responses=True)
    until(lambda: len(outside.sentinel_slaves(NAME)) == 2)
    ports = {told["port"] for told in outside.sentinel_slaves(NAME)}
    assert ports == {replica.port, published}, "only what is announced leads through"


@pytest.mark.slow
@pytest.mark.parametrize("key", ENDS)
def test_without_its_commands_a_replica_cannot_be_promoted(
    start: Start, guard: Guard, key: str
) -> None:
    groups = {}
    for command in ("SLAVEOF", "CONFIG", "CLIENT", "REPLICAOF"):
        primary, replica = pair(start, key, replica=("--rename-command", command, ""))
        groups[command] = primary, replica, guard(*watch(primary.port, 1), key=key)
    for primary, _, sentinel in groups.values():
        acquainted(sentinel)
        primary.kill()
    *needed, unneeded = groups.values()
    for _, replica, sentinel in needed:
        until(lambda log=sentinel.log: "-failover-abort-slave-timeout" in log(), 30)
        assert role(replica) == "slave"
    assert role(unneeded[1]) == "master", "Sentinel says SLAVEOF, whatever the version"


@pytest.mark.slow
@pytest.mark.parametrize("key", ENDS)
def test_in_cluster_mode_the_promotion_is_refused(start: Start, guard: Guard, key: str) -> None:
    from tests.evidence.small_cluster import SmallCluster

    cluster = SmallCluster(start, key, primaries=1, replicas=1)
    sentinel = guard(*watch(cluster.primaries[0].port, 1), key=key)
    acquainted(sentinel)
    cluster.primaries[0].kill()
    until(lambda: "-failover-abort-slave-timeout" in sentinel.log(), 30)
    assert role(cluster.replicas[0]) == "slave"
    with pytest.raises(redis.ResponseError, match="REPLICAOF not allowed in cluster mode"):
        ask(cluster.replicas[0], "REPLICAOF", "NO", "ONE")
