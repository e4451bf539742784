"""What rules/cluster says of lost nodes, timeouts and addresses, on real clusters."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis

from tests.audit.running import free_port
from tests.evidence.conftest import Start
from tests.evidence.realserver import ENDS, MISSING, Link, RealServer, run_to_end, until
from tests.evidence.small_cluster import SmallCluster, ask, info, role, state

pytestmark = [pytest.mark.server, pytest.mark.skipif(not ENDS, reason=MISSING)]

HASTY = ("--cluster-node-timeout", "1000")
BUSY = """
local start = redis.call('TIME')
repeat local now = redis.call('TIME') until now[1] - start[1] >= 4
"""


@pytest.mark.slow
@pytest.mark.parametrize("key", ENDS)
def test_one_lost_primary_without_a_replica_stops_every_key(start: Start, key: str) -> None:
    cluster = SmallCluster(start, key, *HASTY)
    lost, left = cluster.primaries[0], cluster.primaries[1]
    name = cluster.key_of(1)
    ask(left, "SET", name, "x")
    lost.kill()
    until(lambda: state(left) == "fail")
    with pytest.raises(redis.exceptions.ClusterDownError, match="The cluster is down"):
        ask(left, "GET", name)
    lost.start()
    until(lambda: state(left) == "ok")
    assert ask(left, "GET", name) == "x"


@pytest.mark.parametrize("key", ENDS)
def test_without_full_coverage_the_other_keys_go_on(start: Start, key: str) -> None:
    cluster = SmallCluster(start, key, *HASTY, "--cluster-require-full-coverage", "no")
    lost, left = cluster.primaries[0], cluster.primaries[1]
    gone, name = cluster.key_of(0), cluster.key_of(1)
    lost.kill()
    until(lambda: int(info(left)["cluster_slots_fail"]) > 0)
    assert ask(left, "SET", name, "x")
    with pytest.raises(redis.exceptions.MovedError, match=f"127.0.0.1:{lost.port}"):
        ask(left, "GET", gone)


@pytest.mark.parametrize("key", ENDS)
def test_a_slot_that_was_given_to_nobody_is_not_served(start: Start, key: str) -> None:
    cluster = SmallCluster(start, key, *HASTY, "--cluster-require-full-coverage", "no", primaries=2)
    one, other = cluster.primaries
    gone = cluster.key_of(1)
    slot = ask(one, "CLUSTER", "KEYSLOT", gone)
    for node in (one, other):
        ask(node, "CLUSTER", "DELSLOTS", slot)
    with pytest.raises(redis.exceptions.ClusterDownError, match="Hash slot not served"):
        ask(other, "GET", gone)


@pytest.mark.parametrize("key", ENDS)
def test_reads_when_down_answer_on_a_node_that_is_cut_off(start: Start, key: str) -> None:
    cluster = SmallCluster(start, key, *HASTY, "--cluster-allow-reads-when-down", "yes")
    alone = cluster.primaries[2]
    name = cluster.key_of(2)
    ask(alone, "SET", name, "old")
    for lost in cluster.primaries[:2]:
        lost.kill()
    until(lambda: state(alone) == "fail")
    assert ask(alone, "GET", name) == "old"
    with pytest.raises(redis.exceptions.ClusterDownError, match="only accepts read commands"):
        ask(alone, "SET", name, "new")
    ask(alone, "CONFIG", "SET", "cluster-allow-reads-when-down", "no")
    with pytest.raises(redis.exceptions.ClusterDownError, match="The cluster is down"):
        ask(alone, "GET", name)


@pytest.mark.slow
@pytest.mark.parametrize("key", ENDS)
def test_of_two_primaries_none_is_ever_replaced(start: Start, key: str) -> None:
    two = SmallCluster(start, key, *HASTY, primaries=2, replicas=1)
    three = SmallCluster(start, key, *HASTY, primaries=3, replicas=1)
    for cluster in (two, three):
        cluster.primaries[0].kill()
    until(lambda: role(three.replicas[0]) == "master")
    until(lambda: state(two.primaries[1]) == "fail")
    assert role(two.replicas[0]) == "slave"
    nodes = str(ask(two.primaries[1], "CLUSTER NODES"))
    assert "fail?" in nodes, "suspected, but one of two is no majority that could say so"


@pytest.mark.slow
@pytest.mark.parametrize("key", ENDS)
def test_a_node_that_is_busy_for_longer_than_its_timeout_is_replaced(
    start: Start, key: str
) -> None:
    cluster = SmallCluster(start, key, *HASTY, replicas=1)
    busy, successor = cluster.primaries[0], cluster.replicas[0]
    ask(busy, "EVAL", BUSY, 0)
    until(lambda: role(successor) == "master")
    until(lambda: role(busy) == "slave")


@pytest.mark.slow
@pytest.mark.parametrize("key", ENDS)
def test_with_the_default_timeout_the_busy_node_stays(start: Start, key: str) -> None:
    cluster = SmallCluster(start, key, replicas=1)
    ask(cluster.primaries[0], "EVAL", BUSY, 0)
    assert role(cluster.primaries[0]) == "master"
    assert role(cluster.replicas[0]) == "slave"


@pytest.mark.slow
@pytest.mark.parametrize("key", ENDS)
def test_with_a_long_timeout_a_dead_primary_is_not_noticed(start: Start, key: str) -> None:
    slow = SmallCluster(start, key, "--cluster-node-timeout", "150000", replicas=1)
    quick = SmallCluster(start, key, *HASTY, replicas=1)
    gone = slow.key_of(0)
    for cluster in (slow, quick):
        cluster.primaries[0].kill()
    until(lambda: role(quick.replicas[0]) == "master")
    assert role(slow.replicas[0]) == "slave"
    assert state(slow.primaries[1]) == "ok"
    with pytest.raises(redis.exceptions.MovedError, match=str(slow.primaries[0].port)):
        ask(slow.primaries[1], "GET", gone)


@pytest.mark.slow
@pytest.mark.parametrize("key", ENDS)
@pytest.mark.parametrize("factor", ["0", "1"])
def test_validity_factor_0_promotes_a_replica_with_old_data(
    start: Start, key: str, factor: str
) -> None:
    cluster = SmallCluster(
        start, key, *HASTY, "--cluster-replica-validity-factor", factor,
        "--repl-ping-replica-period", "1", replicas=1,
    )  # fmt: skip
    primary, replica = cluster.primaries[0], cluster.replicas[0]
    name = cluster.key_of(0)
    with primary.client() as client:
        # From here on the replica cannot log in, while the nodes still talk on the bus.
        client.config_set("requirepass", "Bd1s-long-and-random")
        client.execute_command("CLIENT", "KILL", "TYPE", "replica")
        client.set(name, "after the link broke")
    until(lambda: int(ask(replica, "INFO")["master_link_down_since_seconds"]) >= 4)
    primary.kill()
    if factor == "0":
        until(lambda: role(replica) == "master")
        assert ask(replica, "GET", name) is None
    else:
        until(
            lambda: "Disconnected from " in replica.log() and "longer than allowed" in replica.log()
        )
        assert role(replica) == "slave"


@pytest.mark.parametrize("key", ENDS)
def test_behind_a_translated_port_clients_are_sent_to_the_inner_one(start: Start, key: str) -> None:
    cluster = SmallCluster(start, key, *HASTY, primaries=2)
    inner = cluster.primaries[1].port
    published = Link(inner).port
    name = cluster.key_of(1)
    entry = redis.Redis(port=Link(cluster.primaries[0].port).port, protocol=2)
    assert entry.ping(), "the first command works"
    with pytest.raises(redis.exceptions.MovedError, match=f"127.0.0.1:{inner}"):
        entry.get(name)
    announced = cluster.primaries[1]
    ask(announced, "CONFIG", "SET", "cluster-announce-bus-port", inner + 10000)
    ask(announced, "CONFIG", "SET", "cluster-announce-port", published)
    until(lambda: str(published) in str(ask(cluster.primaries[0], "CLUSTER", "SLOTS")))
    with pytest.raises(redis.exceptions.MovedError, match=f"127.0.0.1:{published}"):
        entry.get(name)


@pytest.mark.parametrize("key", ENDS)
def test_without_the_bus_port_meet_says_ok_and_nothing_happens(start: Start, key: str) -> None:
    cluster = SmallCluster(start, key, *HASTY, primaries=1)
    other = SmallCluster(start, key, *HASTY, primaries=1)
    # The bus port is 10000 above, so not every free port will do.
    links = (Link(other.primaries[0].port) for _ in range(200))
    client_port_only = next(link.port for link in links if link.port <= 55_535)
    assert ask(cluster.primaries[0], "CLUSTER", "MEET", "127.0.0.1", client_port_only)
    assert "handshake" in str(ask(cluster.primaries[0], "CLUSTER NODES"))
    until(lambda: "handshake" not in str(ask(cluster.primaries[0], "CLUSTER NODES")))
    assert int(info(cluster.primaries[0])["cluster_known_nodes"]) == 1


def forget(node: RealServer, port: int | None = None) -> None:
    """Replace a node as a container without a volume is: without its nodes.conf."""
    identity = ask(node, "CLUSTER", "MYID")
    node.kill()
    (node.folder / "nodes.conf").unlink()
    node.port = port or node.port
    node.start()
    assert ask(node, "CLUSTER", "MYID") != identity
    assert int(info(node)["cluster_slots_assigned"]) == 0


@pytest.mark.slow
@pytest.mark.parametrize("key", ENDS)
def test_a_node_that_comes_back_empty_at_another_port_leaves_the_cluster_down(
    start: Start, key: str
) -> None:
    cluster = SmallCluster(start, key, *HASTY)
    lost, left = cluster.primaries[0], cluster.primaries[1]
    gone, name = cluster.key_of(0), cluster.key_of(1)
    forget(lost, port=free_port())
    until(lambda: state(left) == "fail")
    with pytest.raises(redis.exceptions.ClusterDownError, match="The cluster is down"):
        ask(left, "GET", name)
    with pytest.raises(redis.exceptions.ClusterDownError, match="Hash slot not served"):
        ask(lost, "GET", gone)


@pytest.mark.slow
@pytest.mark.parametrize("key", ENDS)
def test_at_its_old_address_redis_takes_it_for_well_and_sends_clients_nowhere(
    start: Start, key: str
) -> None:
    cluster = SmallCluster(start, key, *HASTY)
    lost, left = cluster.primaries[0], cluster.primaries[1]
    gone = cluster.key_of(0)
    forget(lost)
    until(lambda: "noaddr" in str(ask(left, "CLUSTER NODES")))
    if key.startswith("valkey-"):
        until(lambda: state(left) == "fail")
        return
    with pytest.raises(redis.exceptions.MovedError, match=r"^\d+ :0$"):
        ask(left, "GET", gone)
    assert state(left) == "ok", "so no replica would be elected either"


@pytest.mark.parametrize("key", ENDS)
def test_a_port_without_room_for_the_bus_is_refused(tmp_path: Path, key: str) -> None:
    ended = run_to_end(tmp_path, "--port", "60001", "--cluster-enabled", "yes", key=key)
    assert ended.code == 1
    assert "Your Redis port number must be 55535 or less" in ended.text.replace("Valkey", "Redis")
