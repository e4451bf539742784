"""What rules/python says of options that mislead and of commands that hurt, with the real client."""

from __future__ import annotations

import json
import socket
import sys
import warnings
from statistics import median
from typing import Any

import pytest
import redis
import redis.asyncio.cluster
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.retry import Retry

from tests.audit.running import fake
from tests.evidence.conftest import Start
from tests.evidence.realserver import ENDS, MISSING, until
from tests.evidence.releases import folder_of, package, said
from tests.evidence.small_cluster import SmallCluster, ask, info

pytestmark = [pytest.mark.server, pytest.mark.skipif(not ENDS, reason=MISSING)]

NEWEST = ENDS[-1] if ENDS else ""


@pytest.mark.parametrize("key", ENDS)
def test_an_option_in_a_url_stays_a_text_and_counts_as_true(start: Start, key: str) -> None:
    server = start("--save", "", key=key)
    url = f"redis://127.0.0.1:{server.port}"
    client = redis.Redis.from_url(f"{url}?decode_responses=False")
    client.set("key", "value")
    assert client.get("key") == "value", "decoded, because the text 'False' is true"
    assert redis.Redis.from_url(url, decode_responses=False).get("key") == b"value"
    odd = redis.Redis.from_url(f"{url}?retry_on_error=ConnectionError")
    assert odd.connection_pool.connection_kwargs["retry_on_error"] == list("ConnectionError")


@pytest.mark.parametrize("key", ENDS)
def test_binary_values_do_not_come_back_from_a_decoding_client(start: Start, key: str) -> None:
    import pickle

    server = start("--save", "", key=key)
    decoding = redis.Redis(port=server.port, decode_responses=True)
    assert decoding.set("session", pickle.dumps({"user": 1}))
    with pytest.raises(UnicodeDecodeError):
        decoding.get("session")
    assert pickle.loads(redis.Redis(port=server.port).get("session")) == {"user": 1}


def test_tls_options_without_ssl_send_the_password_in_the_clear() -> None:
    heard: list[bytes] = []

    def listen(connection: socket.socket) -> None:
        while data := connection.recv(4096):
            heard.append(data)
            connection.sendall(b"+OK\r\n" * data.count(b"*"))

    with fake(listen) as port:
        client = redis.Redis(
            port=port, password="Bd1s-secret", ssl_cert_reqs="required", ssl_check_hostname=True,
            retry=Retry(NoBackoff(), 0), socket_timeout=2, protocol=2,
        )  # fmt: skip
        client.ping()
    assert b"Bd1s-secret" in b"".join(heard)


@pytest.fixture
def alone(start: Start) -> SmallCluster:
    """A cluster of one node that holds all slots."""
    return SmallCluster(start, NEWEST, primaries=1)


def test_a_sync_cluster_client_drops_what_it_does_not_know(alone: SmallCluster) -> None:
    port = alone.nodes[0].port
    made: Any = RedisCluster
    with made(host="127.0.0.1", port=port, totally_bogus=1, health_check_interval=7) as client:
        connection = client.get_default_node().redis_connection.connection_pool.get_connection()
        assert connection.health_check_interval == 0
    standalone: Any = redis.Redis
    with pytest.raises(TypeError, match="totally_bogus"):
        standalone(port=port, totally_bogus=1)
    asynchronous: Any = redis.asyncio.cluster.RedisCluster
    with pytest.raises(TypeError, match="totally_bogus"):
        asynchronous(host="127.0.0.1", port=port, totally_bogus=1)


def test_start_nodes_as_dicts_are_refused(alone: SmallCluster) -> None:
    place: Any = {"host": "127.0.0.1", "port": alone.nodes[0].port}
    with pytest.raises(AttributeError, match="'dict' object has no attribute"):
        RedisCluster(startup_nodes=[place])
    assert RedisCluster(startup_nodes=[ClusterNode(**place)]).ping()


def test_attempts_beside_retry_are_ignored(alone: SmallCluster) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        client = RedisCluster(
            host="127.0.0.1", port=alone.nodes[0].port,
            retry=Retry(NoBackoff(), 1), cluster_error_retry_attempts=7,
        )  # fmt: skip
    assert client.retry.get_retries() == 1


@pytest.mark.parametrize("key", ENDS)
def test_a_cluster_client_knows_no_other_database(start: Start, key: str) -> None:
    node = SmallCluster(start, key, primaries=1).nodes[0]
    refusal = "Argument 'db' is not possible to use in cluster mode"
    with pytest.raises(redis.exceptions.RedisClusterException, match=refusal):
        RedisCluster(host="127.0.0.1", port=node.port, db=1)  # type: ignore[call-arg]
    said_by = "DB index is out of range" if key > "valkey-9" else "SELECT is not allowed in cluster"
    with pytest.raises(redis.ResponseError, match=said_by):
        ask(node, "SELECT", 1)


@pytest.mark.parametrize("key", ENDS)
def test_keys_of_different_slots_are_refused(start: Start, key: str) -> None:
    cluster = SmallCluster(start, key, primaries=2)
    client = RedisCluster(host="127.0.0.1", port=cluster.nodes[0].port, decode_responses=True)
    with pytest.raises(redis.exceptions.RedisClusterException):
        client.mset({"cart:42:items": "1", "cart:42:total": "2"})
    with pytest.raises(redis.exceptions.ClusterCrossSlotError, match="hash to the same slot"):
        ask(cluster.nodes[0], "MSET", "cart:42:items", 1, "cart:42:total", 2)
    with pytest.raises(redis.exceptions.RedisClusterException):
        client.eval("return 1", 2, "cart:42:items", "cart:42:total")
    assert client.mset({"cart:{42}:items": "1", "cart:{42}:total": "2"})
    assert client.mget_nonatomic(["cart:42:items", "cart:{42}:total"]) == [None, "2"]


@pytest.mark.parametrize("key", ENDS)
def test_a_plain_client_is_sent_elsewhere_by_a_cluster(start: Start, key: str) -> None:
    cluster = SmallCluster(start, key, primaries=2)
    with pytest.raises(redis.exceptions.MovedError, match=str(cluster.nodes[1].port)):
        ask(cluster.nodes[0], "GET", cluster.key_of(1))
    client = RedisCluster(host="127.0.0.1", port=cluster.nodes[0].port)
    assert client.get(cluster.key_of(1)) is None


@pytest.mark.parametrize("key", ENDS)
def test_full_coverage_on_the_client_refuses_a_cluster_that_serves(start: Start, key: str) -> None:
    node = SmallCluster(start, key, "--cluster-require-full-coverage", "no", primaries=1).nodes[0]
    ask(node, "CLUSTER", "DELSLOTS", 0)
    until(lambda: int(info(node)["cluster_slots_assigned"]) == 16383)
    with pytest.raises(redis.exceptions.RedisClusterException, match="All slots are not covered"):
        RedisCluster(host="127.0.0.1", port=node.port, require_full_coverage=True)
    assert RedisCluster(host="127.0.0.1", port=node.port, require_full_coverage=False).ping()


TRANSACTION = """
import sys
from redis.cluster import RedisCluster
try:
    with RedisCluster(host="127.0.0.1", port=int(sys.argv[1])).pipeline(transaction=True) as pipe:
        print(pipe.set("{order:42}:state", "paid").set("{order:42}:log", "x").execute())
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("release", "outcome"),
    [
        ("5.0.8", "RedisClusterException transaction is deprecated in cluster mode"),
        ("6.1.0", "[b'OK', b'OK']"),
        ("8.1.0", "[b'OK', b'OK']"),
    ],
)
def test_cluster_transactions_came_with_6_1(
    alone: SmallCluster, release: str, outcome: str
) -> None:
    assert said(folder_of(release), TRANSACTION, alone.nodes[0].port) == outcome


@pytest.mark.slow
@pytest.mark.skipif(sys.version_info < (3, 11), reason="this release has no such flaw before 3.11")
def test_aioredis_does_not_import_on_python_3_11() -> None:
    answer = said(package("aioredis==2.0.1", "async-timeout"), "import aioredis")
    assert answer == "TypeError: duplicate base class TimeoutError"


DJANGO = """
import json, sys
from django.conf import settings
settings.configure(CACHES={"default": {"BACKEND": sys.argv[1], "OPTIONS": json.loads(sys.argv[3]),
                                       "LOCATION": f"redis://127.0.0.1:{sys.argv[2]}/0"}})
from django.core.cache import cache
cache.set("key", "value")
pool = cache.client.get_client().connection_pool if "django_redis" in sys.argv[1] else None
print(pool.connection_kwargs.get("socket_timeout") if pool else cache.get("key"))
"""
OWN, OTHER = "django.core.cache.backends.redis.RedisCache", "django_redis.cache.RedisCache"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("backend", "options", "answer"),
    [
        (OWN, {"CLIENT_CLASS": "django_redis.client.DefaultClient"}, "argument 'CLIENT_CLASS'"),
        (OWN, {"socket_timeout": 5}, "value"),
        (OTHER, {"socket_timeout": 5}, "None"),
        (OTHER, {"REDIS_CLIENT_KWARGS": {"socket_timeout": 5}}, "None"),
        (OTHER, {"SOCKET_TIMEOUT": 5}, "5"),
        (OTHER, {"CONNECTION_POOL_KWARGS": {"socket_timeout": 5}}, "5"),
    ],
)
def test_the_two_backends_of_django_read_other_options(
    start: Start, backend: str, options: dict[str, Any], answer: str
) -> None:
    port = start("--save", "", key=NEWEST).port
    folder = package("django==5.2", "django-redis==5.4.0", "redis==5.2.1")
    assert said(folder, DJANGO, backend, port, json.dumps(options)).endswith(answer)


CANCEL = """
import asyncio, sys, redis.asyncio

async def main():
    client = redis.asyncio.Redis(port=int(sys.argv[1]), max_connections=1)
    await client.mset({"mine": "mine", "theirs": "theirs"})
    await client.execute_command("CLIENT", "PAUSE", 300)
    task = asyncio.ensure_future(client.get("theirs"))
    await asyncio.sleep(0.1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    print((await client.get("mine")).decode())

asyncio.run(main())
"""


@pytest.mark.slow
@pytest.mark.parametrize(("release", "answer"), [("4.5.1", "theirs"), ("8.1.0", "mine")])
def test_a_cancelled_command_leaves_its_answer_to_the_next_caller(
    start: Start, release: str, answer: str
) -> None:
    server = start("--save", "", key=NEWEST)
    folder = package(f"redis=={release}", "async-timeout")
    assert said(folder, CANCEL, server.port) == answer


@pytest.mark.slow
def test_redis_py_cluster_does_not_import_beside_a_redis_py_of_today() -> None:
    folder = package("redis-py-cluster==2.1.3", alone=True)
    assert said(folder, "import rediscluster").startswith(("ImportError", "ModuleNotFoundError"))


@pytest.mark.parametrize("key", ENDS)
def test_a_publish_goes_to_every_node_of_a_cluster(start: Start, key: str) -> None:
    cluster = SmallCluster(start, key, primaries=3)

    def received(kind: str) -> int:
        name = f"cluster_stats_messages_{kind}_received"
        return sum(int(info(n).get(name, 0)) for n in cluster.nodes)

    for _ in range(50):
        ask(cluster.nodes[0], "PUBLISH", "news", "x")
    until(lambda: received("publish") == 100)
    if key != "redis-6.2":
        shard = next(
            f"c:{n}"
            for n in range(999)
            if ask(cluster.nodes[0], "CLUSTER", "KEYSLOT", f"c:{n}") < 5000
        )
        for _ in range(50):
            ask(cluster.nodes[0], "SPUBLISH", shard, "x")
        assert received("publishshard") == 0, "there is no other node of the shard"


def text(word: bytes | str) -> str:
    """A word of an answer, whether it was decoded or not."""
    return word.decode() if isinstance(word, bytes) else word


@pytest.mark.parametrize("key", ENDS)
def test_keys_holds_the_server_much_longer_than_a_step_of_scan(start: Start, key: str) -> None:
    client = start(
        "--save", "", "--slowlog-log-slower-than", "0", "--slowlog-max-len", "1000", key=key
    ).client()
    for part in range(30):
        client.mset({f"key:{part}:{n}": "" for n in range(10_000)})
    client.slowlog_reset()
    assert client.keys("nothing:*") == []
    assert list(client.scan_iter("nothing:*", count=1000)) == []
    took: dict[str, list[int]] = {"KEYS": [], "SCAN": []}
    for entry in client.slowlog_get(1000):
        word = text(entry["command"]).split()[0].upper()
        took.setdefault(word, []).append(entry["duration"])
    assert took["KEYS"][0] > 20 * median(took["SCAN"]), took


@pytest.mark.parametrize("key", ENDS)
def test_a_lock_without_expiry_outlives_its_owner(start: Start, key: str) -> None:
    server = start("--save", "", key=key)
    take = "import redis, sys; r = redis.Redis(port=int(sys.argv[1])); "
    said(
        None,
        take + "r.setnx('lock', 'me'); r.set('timed', 'me', nx=True, px=500); print(1)",
        server.port,
    )
    client = server.client()
    assert client.ttl("lock") == -1, "its owner has ended, and it never expires"
    until(lambda: client.set("timed", "other", nx=True))
    assert not client.setnx("lock", "other")


@pytest.mark.parametrize("key", ENDS)
def test_a_lock_of_the_client_lasts_as_long_as_it_is_told(start: Start, key: str) -> None:
    server = start("--save", "", key=key)
    client = redis.Redis(port=server.port)
    assert client.lock("endless", blocking_timeout=1).acquire()
    assert client.lock("limited", timeout=60).acquire()
    assert client.ttl("endless") == -1
    assert 0 < client.ttl("limited") <= 60


@pytest.mark.parametrize("key", ENDS)
def test_what_is_pasted_into_a_script_runs_and_each_text_is_kept(start: Start, key: str) -> None:
    client = start("--save", "", key=key).client()
    client.set("other", "data")
    name = "x') redis.call('FLUSHALL') redis.call('GET', 'x"
    client.eval(f"local value = redis.call('GET', '{name}') return value", 0)
    assert client.dbsize() == 0
    client.set("other", "data")
    client.eval("return redis.call('GET', KEYS[1])", 1, name)
    assert client.dbsize() == 1, "as an argument it is only a name"


@pytest.mark.parametrize("key", ENDS)
def test_acknowledged_entries_stay_in_a_stream(start: Start, key: str) -> None:
    client = start("--save", "", key=key).client()
    client.xgroup_create("events", "workers", mkstream=True)
    for n in range(2000):
        client.xadd("events", {"n": n})
        client.xadd("trimmed", {"n": n}, maxlen=100, approximate=True)
    answer: Any = client.xreadgroup("workers", "me", {"events": ">"})
    assert client.xack("events", "workers", *[i for i, _ in answer[0][1]]) == 2000
    assert client.xlen("events") == 2000
    assert client.xlen("trimmed") <= 300


@pytest.mark.parametrize("key", ENDS)
@pytest.mark.parametrize("released", [True, False])
def test_an_unwatch_before_multi_loses_the_update_of_the_other(
    start: Start, key: str, released: bool
) -> None:
    client = start("--save", "", key=key).client()
    client.set("stock", 10)
    with client.pipeline() as pipe:
        pipe.watch("stock")
        stock = int(str(pipe.get("stock")))
        if released:
            pipe.unwatch()
        client.decr("stock")  # somebody else sells one
        pipe.multi()
        pipe.set("stock", stock - 1)
        if released:
            pipe.execute()
        else:
            with pytest.raises(redis.WatchError):
                pipe.execute()
    assert client.get("stock") == "9", "two were sold" if released else "one was sold"


@pytest.mark.parametrize("single", [True, False])
def test_a_single_connection_is_shared_by_a_fork(start: Start, single: bool) -> None:
    server = start("--save", "", key=NEWEST)
    program = f"""
import os, redis, signal
signal.alarm(20)
client = redis.Redis(port={server.port}, socket_timeout=2, single_connection_client={single})
client.mset({{"parent": "p" * 50, "child": "c" * 50}})
child = os.fork()
key = "parent" if child else "child"
wrong = 0
for _ in range(3000):
    try:
        wrong += client.get(key) != key[0].encode() * 50
    except Exception:
        wrong += 1
        break
if not child:
    os._exit(wrong > 0)
_, status = os.waitpid(child, 0)
print("mixed" if wrong or status else "apart")
"""
    import subprocess

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.strip() == ("mixed" if single else "apart"), done.stderr[-500:]


@pytest.mark.parametrize("key", ENDS)
@pytest.mark.parametrize("flags", ["", "Ex"])
def test_keyspace_events_come_only_where_they_are_switched_on(
    start: Start, key: str, flags: str
) -> None:
    client = start("--save", "", "--notify-keyspace-events", flags, key=key).client()
    events = client.pubsub(ignore_subscribe_messages=True)
    events.psubscribe("__keyevent@*__:expired")
    events.get_message(timeout=1)
    client.set("order", "open", px=20)
    until(lambda: client.get("order") is None)
    message = events.get_message(timeout=1)
    assert (message is not None) is bool(flags)
