"""What rules/connection and the pages about addresses say, with the real client on real servers."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import redis
import redis.asyncio
from redis.cluster import RedisCluster
from redis.exceptions import RedisClusterException
from redis.sentinel import MasterNotFoundError
from redis.sentinel import Sentinel as Asking

from tests.evidence.conftest import Start
from tests.evidence.realserver import ENDS, MISSING, own_address, run_to_end
from tests.evidence.sentinels import NAME, Sentinel, watch

pytestmark = [pytest.mark.server, pytest.mark.skipif(not ENDS, reason=MISSING)]

PASSWORD = "Bd1s-long-and-random"


@pytest.mark.parametrize("key", ENDS)
def test_a_cluster_client_does_not_start_on_a_server_without_cluster(
    start: Start, key: str
) -> None:
    server = start("--save", "", key=key)
    with pytest.raises(redis.ResponseError, match="cluster support disabled"):
        server.client().execute_command("CLUSTER SLOTS")
    with pytest.raises(RedisClusterException, match="Redis Cluster cannot be connected"):
        RedisCluster(host="127.0.0.1", port=server.port)


@pytest.mark.parametrize("key", ENDS)
def test_a_node_of_a_cluster_has_database_0_only(start: Start, key: str) -> None:
    node = start("--save", "", "--cluster-enabled", "yes", key=key)
    with pytest.raises(redis.ResponseError, match=r"not allowed in cluster mode|out of range"):
        redis.Redis.from_url(f"redis://127.0.0.1:{node.port}/2").ping()
    if key.startswith("valkey-9"):
        node = start("--cluster-enabled", "yes", "--cluster-databases", "16", key=key)
        assert redis.Redis.from_url(f"redis://127.0.0.1:{node.port}/2").ping()


@pytest.mark.parametrize("key", ENDS)
def test_a_database_beyond_the_last_ends_every_connection(start: Start, key: str) -> None:
    for databases, number in (("16", 16), ("1", 1)):
        server = start("--save", "", "--databases", databases, key=key)
        with pytest.raises(redis.ResponseError, match="DB index is out of range"):
            redis.Redis.from_url(f"redis://127.0.0.1:{server.port}/{number}").ping()
        assert redis.Redis.from_url(f"redis://127.0.0.1:{server.port}/{number - 1}").ping()


@pytest.mark.parametrize("key", ENDS)
def test_a_master_that_no_sentinel_watches_is_not_found(
    start: Start, tmp_path: Path, key: str
) -> None:
    primary = start("--save", "", key=key)
    sentinel = Sentinel(tmp_path, *watch(primary.port, 1), key=key)
    try:
        sentinel.start()
        asking = Asking([("127.0.0.1", sentinel.port)], socket_timeout=5)
        assert asking.master_for(NAME).ping()
        with pytest.raises(MasterNotFoundError, match="No master found for 'orders'"):
            asking.master_for("orders").ping()
    finally:
        sentinel.kill()


@pytest.mark.parametrize("key", ENDS)
def test_a_sentinel_ends_at_a_script_that_is_not_there_or_not_executable(
    tmp_path: Path, key: str
) -> None:
    script = tmp_path / "notify.sh"
    for exists in (False, True):
        if exists:
            script.write_text("#!/bin/sh\n")
        conf = tmp_path / "sentinel.conf"
        lines = (*watch(6379, 1), f"sentinel notification-script {NAME} {script}")
        conf.write_text("port 0\n" + "\n".join(lines) + "\n")
        ended = run_to_end(tmp_path, str(conf), "--sentinel", key=key)
        assert ended.code == 1
        assert "Notification script seems non existing or non executable" in ended.text


@pytest.mark.parametrize("key", ENDS)
def test_a_lone_word_before_the_at_sign_is_a_user(start: Start, key: str) -> None:
    locked = start("--save", "", "--requirepass", PASSWORD, key=key)
    for server in (locked, start("--save", "", key=key)):
        with pytest.raises(redis.AuthenticationError, match="invalid username-password pair"):
            redis.Redis.from_url(f"redis://{PASSWORD}@127.0.0.1:{server.port}").ping()
    assert redis.Redis.from_url(f"redis://:{PASSWORD}@127.0.0.1:{locked.port}").ping()


@pytest.mark.parametrize(
    "url", ["localhost:6379", "http://localhost:6379", "redis://:a/b@localhost:6379"]
)
def test_a_malformed_address_ends_the_program_when_the_client_is_made(url: str) -> None:
    with pytest.raises(ValueError, match=r"Redis URL must specify|Port could not be cast"):
        redis.Redis.from_url(url)


@pytest.mark.parametrize("kind", [redis.Redis, redis.asyncio.Redis])
def test_a_client_and_its_pool_cannot_be_pickled(kind: type[redis.Redis]) -> None:
    client = kind(host="127.0.0.1", port=1)
    for thing in (client, client.connection_pool):
        with pytest.raises((TypeError, pickle.PicklingError, AttributeError)):
            pickle.dumps(thing)


@pytest.mark.parametrize("key", ENDS)
def test_a_pool_beyond_maxclients_gets_refusals(start: Start, key: str) -> None:
    server = start("--save", "", "--maxclients", "10", key=key)
    pool = redis.ConnectionPool(port=server.port, max_connections=50, protocol=2)
    held = [pool.get_connection() for _ in range(10)]
    assert len(held) == 10, "the pool would give fifty"
    with pytest.raises(redis.ConnectionError, match="max number of clients"):
        server.client().ping()


@pytest.mark.parametrize("key", ENDS)
def test_a_server_reads_no_password_from_its_environment(start: Start, key: str) -> None:
    words = ("env", f"REDIS_PASSWORD={PASSWORD}", "REDIS_ARGS=--appendonly yes")
    server = start("--save", "", key=key, before=words)
    assert server.client().ping()
    assert server.client().config_get("appendonly") == {"appendonly": "no"}
    with pytest.raises(redis.AuthenticationError, match="without any password configured"):
        server.client(password=PASSWORD).ping()


@pytest.mark.parametrize("key", ENDS)
def test_a_server_on_loopback_is_refused_at_every_other_address(start: Start, key: str) -> None:
    elsewhere = own_address()
    if elsewhere is None:
        pytest.skip("this machine has no address but loopback")
    server = start("--save", "", key=key)
    assert server.client().ping(), "a health check in the container sees nothing"
    with pytest.raises(redis.ConnectionError, match="refused"):
        server.client(host=elsewhere).ping()
