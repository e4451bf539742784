"""What options of Python clients mean, release by release."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.model.client import Client
from redislint.model.facts import dependency, python_client, python_uses
from redislint.model.value import Value
from tests.readers.trees import read

assert dependency
assert python_client
assert python_uses


def client(base: Path, code: str, release: str | None) -> Client:
    (found,) = (s for s in read(base, "python", {"app.py": code}) if isinstance(s, Client))
    if release is None:
        return found
    view = found.under(release)
    assert isinstance(view, Client)
    return view


def fact(base: Path, code: str, release: str | None, name: str) -> Value:
    return client(base, code, release).get(name)


STANDALONE = "import redis\nr = redis.Redis(host='h'%s)\n"
SYNC = "from redis.cluster import RedisCluster\nr = RedisCluster(host='h'%s)\n"
ASYNCIO = "from redis.asyncio.cluster import RedisCluster\nr = RedisCluster(host='h'%s)\n"
KEEP = ", dynamic_startup_nodes=False"


@pytest.mark.parametrize(
    ("code", "release", "forgets"),
    [
        (SYNC % "", "4.3.3", False),
        (SYNC % "", "4.3.4", True),
        (SYNC % "", "8.1.0", True),
        (SYNC % KEEP, "4.3.4", False),
        (SYNC % KEEP, "7.4.1", False),
        (SYNC % ", dynamic_startup_nodes=True", "7.4.1", True),
        (SYNC % ", reinitialize_steps=1", "7.4.1", True),
        (ASYNCIO % "", "4.3.3", True),
        (ASYNCIO % "", "8.1.0", True),
        (ASYNCIO % KEEP, "6.1.1", True),
        (ASYNCIO % KEEP, "6.2.0", False),
        (ASYNCIO % KEEP, "8.1.0", False),
        (STANDALONE % "", "8.1.0", False),
        (SYNC % "", None, True),
        (SYNC % KEEP, None, False),
    ],
)
def test_which_clients_forget_their_endpoint(
    tmp_path: Path, code: str, release: str | None, forgets: bool
) -> None:
    assert fact(tmp_path, code, release, "forgets-start-nodes").value is forgets


@pytest.mark.parametrize(
    ("code", "release", "advice"),
    [
        (SYNC % "", "6.4.0", "pass dynamic_startup_nodes=False"),
        (ASYNCIO % "", "4.5.1", "upgrade to redis 8.0 or later and pass dynamic_startup_nodes=False"),
        (ASYNCIO % "", "7.4.1", "upgrade to redis 8.0 or later (7.2 to 7.4 fail after the first "
         "promotion) and pass dynamic_startup_nodes=False"),
        (ASYNCIO % "", "7.1.1", "pass dynamic_startup_nodes=False"),
        (SYNC.replace("'h'", "'10.0.0.1'") % "", "6.4.0", "pass dynamic_startup_nodes=False and start "
         "from a DNS name that always leads to a live node"),
    ],
)  # fmt: skip
def test_advice_fits_the_release(tmp_path: Path, code: str, release: str, advice: str) -> None:
    assert fact(tmp_path, code, release, "start-node-advice").value == advice


@pytest.mark.parametrize(
    ("code", "release", "waits"),
    [
        (STANDALONE % "", "5.0.8", True),
        (STANDALONE % "", "7.4.1", True),
        (STANDALONE % "", "8.0.0", False),
        (STANDALONE % ", socket_connect_timeout=1", "7.4.1", True),
        (STANDALONE % ", socket_timeout=1", "5.0.8", False),
        (STANDALONE % ", socket_timeout=None", "5.0.8", False),
        (SYNC % "", "7.4.1", True),
        (ASYNCIO % "", "7.4.1", True),
        (ASYNCIO % "", "8.1.0", False),
        ("import valkey\nr = valkey.Valkey(host='h')\n", "6.2.0", True),
        ("import valkey.asyncio as valkey\nr = valkey.Valkey(host='h')\n", "6.2.0", False),
        ("import valkey.asyncio as valkey\nr = valkey.Valkey(host='h')\n", "6.0.2", True),
    ],
)
def test_which_clients_wait_for_ever(tmp_path: Path, code: str, release: str, waits: bool) -> None:
    assert fact(tmp_path, code, release, "waits-for-ever").value is waits


RETRY = "from redis.retry import Retry\nfrom redis.backoff import NoBackoff\n"


@pytest.mark.parametrize(
    ("code", "release", "fails"),
    [
        (STANDALONE % "", "5.0.8", True),
        (STANDALONE % "", "6.0.0", False),
        (STANDALONE % ", retry_on_error=[OSError]", "5.0.8", False),
        (RETRY + STANDALONE % ", retry=Retry(NoBackoff(), 3)", "5.0.8", True),
        (RETRY + STANDALONE % ", retry=Retry(NoBackoff(), 3)", "6.0.0", False),
        ("import redis\nr = redis.from_url('redis://h')\n", "8.1.0", True),
        ("import redis\nr = redis.Redis(connection_pool=redis.ConnectionPool(host='h'))\n", "8.1.0",
         True),
        (SYNC % "", "5.0.8", False),
    ],
)  # fmt: skip
def test_who_tries_a_lost_connection_again(
    tmp_path: Path, code: str, release: str, fails: bool
) -> None:
    assert fact(tmp_path, code, release, "no-retry").value is fails


@pytest.mark.parametrize(
    ("code", "release", "strange"),
    [
        (SYNC % ", skip_full_coverage_check=True", "5.0.8", "skip_full_coverage_check"),
        (SYNC % ", health_check_interval=1", "8.1.0", "health_check_interval"),
        (SYNC % ", ssl=True, ssl_check_hostname=True", "6.0.0", "ssl_check_hostname"),
        (SYNC % ", ssl=True, ssl_check_hostname=True", "6.1.0", ""),
        (SYNC % KEEP, "4.3.3", "dynamic_startup_nodes"),
        (ASYNCIO % KEEP, "6.1.1", "dynamic_startup_nodes"),
        (ASYNCIO % ", connection_error_retry_attempts=3", "5.3.1", ""),
        (ASYNCIO % ", connection_error_retry_attempts=3", "6.0.0", "connection_error_retry_attempts"),
        (ASYNCIO % ", anything=1", "4.3.3", ""),
        (STANDALONE % ", socket_timeot=1", "5.0.8", "socket_timeot"),
        (STANDALONE % ", credential_provider=None", "4.3.6", "credential_provider"),
        (STANDALONE % ", socket_timeout=1, db=1, ssl=True", "5.0.8", ""),
    ],
)  # fmt: skip
def test_options_that_a_release_does_not_know(
    tmp_path: Path, code: str, release: str, strange: str
) -> None:
    assert fact(tmp_path, code, release, "option-folly").value == strange


@pytest.mark.parametrize(
    ("code", "strange"),
    [
        (SYNC % ", skip_full_coverage_check=True", "skip_full_coverage_check"),
        (ASYNCIO % ", max_connections_per_node=True", "max_connections_per_node"),
        (ASYNCIO % ", connection_error_retry_attempts=3", None),
        (SYNC % ", socket_timeout=3", None),
    ],
)
def test_options_that_no_release_knows(tmp_path: Path, code: str, strange: str | None) -> None:
    (client,) = (s for s in read(tmp_path, "python", {"app.py": code}) if isinstance(s, Client))
    assert client.get("option-folly").value == strange


@pytest.mark.parametrize(
    ("call", "release", "options", "long"),
    [
        ("r.blpop('q', timeout=7)", "8.1.0", "", True),
        ("r.blpop('q', timeout=7)", "7.4.1", "", False),
        ("r.blpop('q', timeout=4)", "8.1.0", "", False),
        ("r.blpop('q')", "5.0.8", ", socket_timeout=5", True),
        ("r.blpop('q', timeout=5)", "5.0.8", ", socket_timeout=5", True),
        ("r.blpop('q', timeout=5)", "8.1.0", ", socket_timeout=None", False),
    ],
)
def test_blocks_against_the_socket_timeout(
    tmp_path: Path, call: str, release: str, options: str, long: bool
) -> None:
    code = STANDALONE % options + call + "\n"
    assert fact(tmp_path, code, release, "block-too-long").value is long


@pytest.mark.parametrize(
    ("name", "release", "value"),
    [
        ("reinitialize_steps", "4.3.6", 10),
        ("reinitialize_steps", "4.4.0", 5),
        ("cluster_error_retry_attempts", "7.4.1", 3),
        ("cluster_error_retry_attempts", "8.0.0", 10),
        ("require_full_coverage", "5.3.1", False),
        ("require_full_coverage", "6.0.0", True),
    ],
)
def test_defaults_by_release(tmp_path: Path, name: str, release: str, value: object) -> None:
    held = fact(tmp_path, SYNC % "", release, name)
    assert (held.value, held.set) == (value, False)
    assert held.origin.note == f"default of redis-py {release}"


def test_a_default_that_changed_is_unknown_without_a_release(tmp_path: Path) -> None:
    held = fact(tmp_path, SYNC % "", None, "reinitialize_steps")
    assert (held.known, held.set) == (False, False)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("clustercfg.shop.x1.euw1.cache.amazonaws.com", "cluster-endpoint"),
        ("clustercfg.shop.abc.memorydb.eu-west-1.amazonaws.com", "cluster-endpoint"),
        ("shop.redis.cache.windows.net", "public-endpoint"),
        ("shop-001.x1.0001.euw1.cache.amazonaws.com", "node-endpoint"),
        ("shop-x1.serverless.euw1.cache.amazonaws.com", "tls-only-endpoint"),
    ],
)
def test_endpoints_of_managed_services(tmp_path: Path, host: str, name: str) -> None:
    assert (
        fact(tmp_path, f"import redis\nr = redis.Redis(host='{host}')\n", None, name).value is True
    )
    assert fact(tmp_path, STANDALONE % "", None, name).value is False


@pytest.mark.parametrize(
    ("host", "node"),
    [
        ("shop-001.a1b2c3.0001.use1.cache.amazonaws.com", True),
        ("shop-001.shop.a1b2c3.use1.cache.amazonaws.com", True),
        ("shop-0001-002.shop.a1b2c3.use1.cache.amazonaws.com", True),
        ("shop.a1b2c3.ng.0001.use1.cache.amazonaws.com", False),
        ("shop-001.a1b2c3.ng.0001.use1.cache.amazonaws.com", False),
        ("shop-ro.a1b2c3.ng.0001.use1.cache.amazonaws.com", False),
        ("shop.a1b2c3.0001.use1.cache.amazonaws.com", False),
        ("master.shop.a1b2c3.use1.cache.amazonaws.com", False),
        ("clustercfg.shop.a1b2c3.use1.cache.amazonaws.com", False),
    ],
)
def test_names_of_nodes(tmp_path: Path, host: str, node: bool) -> None:
    assert fact(tmp_path, f"import redis\nr = redis.Redis(host='{host}')\n", None,
                "node-endpoint").value is node  # fmt: skip
