"""What rules/python says of retries, timeouts and pools: attempts and seconds are counted."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.evidence.conftest import Start
from tests.evidence.flaky import Attempts, flaky
from tests.evidence.realserver import ENDS, MISSING, RealServer, until
from tests.evidence.releases import folder_of, said

pytestmark = [pytest.mark.server, pytest.mark.skipif(not ENDS, reason=MISSING)]

NEWEST = ENDS[-1] if ENDS else ""
FIVE = Retry(NoBackoff(), 5)


@pytest.fixture
def attempts() -> Iterator[Attempts]:
    with flaky() as server:
        yield server


def tried(client: redis.Redis, attempts: Attempts) -> int:
    """How often the client sends a GET whose connection is lost each time."""
    with pytest.raises(redis.ConnectionError):
        client.get("key")
    return attempts.taken()


def test_a_url_or_a_pool_has_no_retries(attempts: Attempts) -> None:
    url = f"redis://127.0.0.1:{attempts.port}"
    assert tried(redis.Redis.from_url(url), attempts) == 1
    assert tried(redis.Redis(connection_pool=redis.ConnectionPool.from_url(url)), attempts) == 1
    assert tried(redis.Redis.from_url(url, retry=FIVE), attempts) == 6


def test_retries_beside_a_pool_have_no_effect(attempts: Attempts) -> None:
    place = {"host": "127.0.0.1", "port": attempts.port}
    beside = redis.Redis(
        connection_pool=redis.ConnectionPool(**place), retry=FIVE, socket_timeout=1.0
    )
    assert tried(beside, attempts) == 1
    assert beside.connection_pool.get_connection().socket_timeout != 1.0
    inside = redis.Redis(connection_pool=redis.ConnectionPool(**place, retry=FIVE))
    assert tried(inside, attempts) == 6


def test_the_sync_retry_class_in_an_asyncio_client_never_retries(attempts: Attempts) -> None:
    async def get(retry: Any) -> int:
        client = redis.asyncio.Redis(port=attempts.port, retry=retry)
        with pytest.raises(redis.ConnectionError):
            await client.get("key")
        return attempts.taken()

    assert asyncio.run(get(FIVE)) == 1
    assert asyncio.run(get(AsyncRetry(NoBackoff(), 5))) == 6


def test_the_asyncio_retry_class_in_a_sync_client_breaks_it(attempts: Attempts) -> None:
    client = redis.Redis(port=attempts.port, retry=AsyncRetry(NoBackoff(), 5))  # type: ignore[arg-type]
    with pytest.warns(RuntimeWarning, match="never awaited"), pytest.raises(AttributeError):
        client.get("key").decode()
    assert attempts.taken() == 0


OLD = """
import sys, redis
from redis.retry import Retry
from redis.backoff import NoBackoff
options = eval(sys.argv[2])
try:
    redis.Redis(port=int(sys.argv[1]), **options).get("key")
except redis.ConnectionError:
    print("lost")
"""


@pytest.mark.slow
@pytest.mark.parametrize("release", ["4.3.3", "5.0.8"])
@pytest.mark.parametrize(
    ("options", "count"),
    [
        ("{}", 1),
        ("dict(retry_on_timeout=True)", 1),
        ("dict(retry=Retry(NoBackoff(), 5))", 1),
        ("dict(retry=Retry(NoBackoff(), 5), retry_on_error=[redis.ConnectionError])", 6),
    ],
)
def test_before_6_0_only_retry_on_error_retries_a_lost_connection(
    attempts: Attempts, release: str, options: str, count: int
) -> None:
    assert said(folder_of(release), OLD, attempts.port, options) == "lost"
    assert attempts.taken() == count


def test_retry_on_timeout_is_the_default_of_a_constructor(attempts: Attempts) -> None:
    plain = redis.Redis(port=attempts.port)
    with pytest.deprecated_call():
        told = redis.Redis(port=attempts.port, retry_on_timeout=True)
    handled, same = (
        vars(c.connection_pool.make_connection().retry)
        for c in (plain, told)  # type: ignore[attr-defined]
    )
    assert handled["_retries"] == same["_retries"] > 0
    assert set(handled["_supported_errors"]) == set(same["_supported_errors"])


@pytest.mark.parametrize(("options", "count"), [({}, 1), ({"retry_on_timeout": True}, 2)])
def test_retry_on_timeout_tries_once_more_behind_a_url(
    attempts: Attempts, options: dict[str, Any], count: int
) -> None:
    client = redis.Redis.from_url(f"redis://127.0.0.1:{attempts.port}", **options)
    with pytest.raises(redis.ConnectionError):
        client.get("key")
    assert attempts.taken() == count


def waiting(call: Callable[[], object]) -> threading.Thread:
    """A call on its way in a thread of its own."""

    def quiet() -> None:
        # How it ends, when its server goes away after the test, is not what is looked at.
        with contextlib.suppress(redis.RedisError):
            call()

    thread = threading.Thread(target=quiet, daemon=True)
    thread.start()
    return thread


def impatient(server: RealServer, **options: Any) -> redis.Redis:
    """A client that tries once and by default waits for ever."""
    once = Retry(NoBackoff(), 0)
    return redis.Redis(port=server.port, **{"socket_timeout": None, "retry": once, **options})


@pytest.mark.parametrize("key", ENDS)
def test_without_socket_timeout_a_silent_server_holds_the_caller(start: Start, key: str) -> None:
    server = start("--save", "", key=key)
    clients = [
        impatient(server),
        impatient(server, socket_connect_timeout=0.2),
        impatient(server, socket_keepalive=True),
        impatient(server, health_check_interval=1),
    ]
    patient = impatient(server, socket_timeout=2)
    for client in (*clients, patient):
        client.ping()
    assert server.process is not None
    server.process.send_signal(signal.SIGSTOP)
    threads = [waiting(lambda client=client: client.get("key")) for client in clients]
    with pytest.raises(redis.TimeoutError, match="Timeout reading from"):
        patient.get("key")
    assert all(thread.is_alive() for thread in threads)


@pytest.mark.parametrize("key", ENDS)
def test_a_block_without_end_waits_on_a_dead_connection(start: Start, key: str) -> None:
    server = start("--save", "", key=key)
    endless = waiting(lambda: impatient(server).blpop(["queue"], timeout=0))
    until(lambda: server.client().info("clients")["blocked_clients"] == 1)
    assert server.process is not None
    server.process.send_signal(signal.SIGSTOP)
    with pytest.raises(redis.TimeoutError):
        impatient(server, socket_timeout=2).blpop(["queue"], timeout=1)
    assert endless.is_alive()


@pytest.mark.parametrize("key", ENDS)
def test_a_block_longer_than_the_socket_timeout_raises_instead_of_returning(
    start: Start, key: str
) -> None:
    server = start("--save", "", key=key)
    with pytest.raises(redis.TimeoutError, match="Timeout reading from"):
        impatient(server, socket_timeout=0.5).blpop(["queue"], timeout=1)
    assert impatient(server, socket_timeout=3).blpop(["queue"], timeout=1) is None


@pytest.mark.parametrize("key", ENDS)
def test_a_blocking_pool_without_timeout_never_gives_up(start: Start, key: str) -> None:
    server = start("--save", "", key=key)
    place = {"port": server.port, "max_connections": 1}
    endless = redis.BlockingConnectionPool(**place, timeout=None)
    short = redis.BlockingConnectionPool(**place, timeout=1)
    held = [pool.get_connection() for pool in (endless, short)]
    thread = waiting(redis.Redis(connection_pool=endless).ping)
    with pytest.raises(redis.ConnectionError, match="No connection available"):
        redis.Redis(connection_pool=short).ping()
    assert thread.is_alive()
    endless.release(held[0])
    thread.join(5)


BURST = """
import sys, redis
from concurrent.futures import ThreadPoolExecutor
pool = redis.ConnectionPool(port=int(sys.argv[1]))
held = []
try:
    for number in range(150):
        held.append(pool.get_connection("PING"))
except redis.ConnectionError as error:
    print(len(held), error)
else:
    print(len(held), "connections", pool.max_connections)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("release", "outcome"),
    [("7.4.1", f"150 connections {2**31}"), ("8.1.0", "100 Too many connections")],
)
def test_before_8_0_a_pool_has_no_limit(start: Start, release: str, outcome: str) -> None:
    server = start("--save", "", key=NEWEST)
    assert said(folder_of(release), BURST, server.port) == outcome


IDLE = """
import asyncio, sys, redis, redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
url, options = "redis://127.0.0.1:" + sys.argv[1], eval(sys.argv[2])
sync = redis.from_url(url)
async def main():
    client = redis.asyncio.from_url(url, **options)
    watch = redis.from_url(url)
    await client.set("key", "x")
    sync.get("key")
    while watch.info("clients")["connected_clients"] > 1:
        await asyncio.sleep(0.2)
    try:
        return await client.get("key")
    except redis.ConnectionError as error:
        return error
print(sync.get("key"), asyncio.run(main()), sync.get("key"))
"""
CHECKED = "{'health_check_interval': 1}"
RETRIED = "{'retry': Retry(NoBackoff(), 1), 'retry_on_error': [redis.ConnectionError]}"


@pytest.mark.slow
@pytest.mark.parametrize("release", ["4.6.0", "5.0.8", "7.4.1", "8.0.0", "8.1.0"])
def test_a_connection_that_the_server_closed_fails_its_next_command_in_some_asyncio_releases(
    start: Start, release: str
) -> None:
    server = start("--save", "", "--timeout", "1", key=NEWEST)
    server.client().set("key", "x")
    fails = release in ("4.6.0", "8.1.0")
    answer = "Connection closed by server." if fails else "b'x'"
    folder = folder_of(release)
    assert said(folder, IDLE, server.port, "{}") == f"b'x' {answer} b'x'", "sync clients notice"
    assert said(folder, IDLE, server.port, CHECKED) == f"b'x' {answer} b'x'", "a check is no help"
    assert said(folder, IDLE, server.port, RETRIED) == "b'x' b'x' b'x'"


@pytest.mark.parametrize("key", ENDS)
def test_a_client_for_each_request_connects_each_time(start: Start, key: str) -> None:
    server = start("--save", "", key=key)

    def connections() -> int:
        return int(server.client().info("stats")["total_connections_received"])

    before = connections()
    for _ in range(50):
        redis.Redis(port=server.port).ping()
    each = connections() - before
    shared = redis.Redis(port=server.port)
    before = connections()
    for _ in range(50):
        shared.ping()
    assert each > 50
    assert connections() - before <= 2


@pytest.mark.parametrize("key", ENDS)
def test_a_sync_call_in_a_coroutine_stops_the_whole_loop(start: Start, key: str) -> None:
    server = start("--save", "", key=key)

    async def ticks(call: Callable[[], Any]) -> int:
        count = 0
        done = asyncio.create_task(call())
        while not done.done():
            await asyncio.sleep(0.05)
            count += 1
        return count

    async def blocking() -> None:
        redis.Redis(port=server.port).blpop(["queue"], timeout=1)

    async def awaited() -> None:
        async with redis.asyncio.Redis(port=server.port) as client:
            await client.blpop(["queue"], timeout=1)

    begin = time.monotonic()
    assert asyncio.run(ticks(blocking)) <= 2
    assert time.monotonic() - begin >= 1
    assert asyncio.run(ticks(awaited)) >= 5
