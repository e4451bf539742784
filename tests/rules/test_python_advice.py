"""Popular advice on redis-py that is wrong or outdated: what follows it is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.checking import check
from redislint.config import Config

SYNC = "from redis.cluster import RedisCluster\nr = RedisCluster(host='cluster.internal'%s)\n"
ASYNC = SYNC.replace("redis.cluster", "redis.asyncio.cluster")
_RETRY = "from redis.retry import Retry\nfrom redis.backoff import ExponentialBackoff\n"
PLAIN = "import redis\n" + _RETRY + "r = redis.Redis(host='h'%s)\n"
AIO = PLAIN.replace("import redis\n", "import redis.asyncio as redis\n", 1)
SENTINEL = (
    "from redis.sentinel import Sentinel\n"
    "s = Sentinel([('a', 1), ('b', 1), ('c', 1)]%s)\nr = s.master_for('m'%s)\n"
)
RETRY = ", socket_timeout=1, retry=Retry(ExponentialBackoff(), 3)"

ADVICE = [
    ("1 reinitialize_steps=1 handles failovers", "7.1.0", SYNC % ", reinitialize_steps=1",
     "redispy-sync-cluster-loses-endpoint"),
    ("1b reinitialize_steps=0 is quiet", "7.1.0", SYNC % ", reinitialize_steps=0",
     "redispy-reinitialize-steps-zero"),
    ("3 upgrading is enough", "8.1.0", ASYNC % "", "redispy-async-cluster-loses-endpoint"),
    ("4 6.1.1 has dynamic_startup_nodes", "6.1.1", ASYNC % ", dynamic_startup_nodes=False",
     "redispy-unknown-option"),
    ("5 dynamic_startup_nodes=True is the dynamic choice", "8.1.0",
     SYNC % ", dynamic_startup_nodes=True", "redispy-sync-cluster-loses-endpoint"),
    ("6 dynamic_startup_nodes=False always helps", "8.1.0",
     "from redis.cluster import RedisCluster\n"
     "r = RedisCluster(host='10.0.0.5', dynamic_startup_nodes=False)\n",
     "redispy-static-start-nodes-by-address"),
    ("7 several start nodes are kept", "8.1.0",
     "from redis.cluster import RedisCluster, ClusterNode\nr = RedisCluster(\n"
     "    startup_nodes=[ClusterNode('a.internal', 1), ClusterNode('b.internal', 1)])\n",
     "redispy-sync-cluster-loses-endpoint"),
    ("8 the configuration endpoint is enough", "5.0.8",
     "from redis.cluster import RedisCluster\n"
     "r = RedisCluster(host='clustercfg.a.b.memorydb.eu-west-1.amazonaws.com', ssl=True)\n",
     "redispy-sync-cluster-loses-endpoint"),
    ("9 attempts beside a Retry", "6.4.0",
     "from redis.retry import Retry\n" + SYNC % ", cluster_error_retry_attempts=9, retry=Retry(b, 3)",
     "redispy-cluster-attempts-ignored"),
    ("10 connection_error_retry_attempts", "6.4.0", ASYNC % ", connection_error_retry_attempts=9",
     "redispy-unknown-option"),
    ("11 skip_full_coverage_check for ElastiCache", "5.0.8",
     SYNC % ", skip_full_coverage_check=True", "redispy-unknown-option"),
    ("12 options of redis-py-cluster", "5.0.8", SYNC % ", nodemanager_follow_cluster=True",
     "redispy-unknown-option"),
    ("13 start nodes as dicts", "5.0.8",
     "from redis.cluster import RedisCluster\nr = RedisCluster(startup_nodes=[{'host': 'a', 'port': 1}])\n",
     "redispy-cluster-startup-dicts"),
    ("14 health checks of the sync cluster client", "7.1.0", SYNC % ", health_check_interval=30",
     "redispy-unknown-option"),
    ("14b health checks of the asyncio cluster client", "7.1.0",
     ASYNC % ", health_check_interval=30", "redispy-cluster-health-check-unused"),
    ("15 misspelled options raise", "7.1.0", SYNC % ", socket_timout=1", "redispy-unknown-option"),
    ("16 from_url retries by default", "7.1.0",
     "import redis\nr = redis.from_url('redis://h', socket_timeout=1)\n", "redispy-no-retry"),
    ("17 retry_on_timeout is retries", "5.0.8", PLAIN % ", socket_timeout=1, retry_on_timeout=True",
     "redispy-retry-on-timeout-only"),
    ("18 retry= is enough", "5.0.8", PLAIN % RETRY, "redispy-retry-without-errors"),
    ("19 redis.retry.Retry works everywhere", "7.1.0", AIO % RETRY, "redispy-sync-retry-in-asyncio"),
    ("20 options beside connection_pool=", "7.1.0",
     "import redis\np = redis.ConnectionPool(host='h', socket_timeout=1)\n"
     "r = redis.Redis(connection_pool=p, health_check_interval=30)\n",
     "redispy-retry-ignored-with-pool"),
    ("21 REDIS_CLIENT_KWARGS of django-redis", "5.0.8",
     "CACHES = {'default': {'BACKEND': 'django_redis.cache.RedisCache', 'LOCATION': 'redis://h',\n"
     "    'OPTIONS': {'REDIS_CLIENT_KWARGS': {'health_check_interval': 30}}}}\n",
     "django-redis-client-kwargs-ignored"),
    ("22 there are timeouts by default", "7.4.1", PLAIN % "", "redispy-no-socket-timeout"),
    ("23 a connect timeout is enough", "7.1.0", PLAIN % ", socket_connect_timeout=1",
     "redispy-no-socket-timeout"),
    ("24 keepalive is a timeout", "7.1.0", PLAIN % ", socket_keepalive=True",
     "redispy-no-socket-timeout"),
    ("25 health checks guard against hangs", "7.1.0", PLAIN % ", health_check_interval=5",
     "redispy-no-socket-timeout"),
    ("26 BLPOP below socket_timeout", "7.1.0", PLAIN % ", socket_timeout=5" + "r.blpop(['q'], 5)\n",
     "redispy-blocking-timeout"),
    ("26b the default of 8.0", "8.1.0", PLAIN % "" + "r.blpop(['q'], 7)\n",
     "redispy-blocking-timeout"),
    ("27 pubsub.listen in 8.0.0", "8.0.0", PLAIN % "" + "r.pubsub().listen()\n",
     "redispy-known-bugs"),
    ("28 max_connections caps a cluster's connections", "6.2.0", SYNC % ", max_connections=9",
     "redispy-known-bugs"),
    ("29 a pool that waits without limit", "7.1.0",
     "import redis\np = redis.BlockingConnectionPool(host='h', timeout=None)\n"
     "r = redis.Redis(connection_pool=p)\n", "redispy-pool-wait-unlimited"),
    ("31 read_from_replicas survives failovers", "7.1.0", SYNC % ", read_from_replicas=True",
     "redispy-replica-reads-stale"),
    ("32 the latest 7.x for asyncio clusters", "7.4.1", ASYNC % "",
     "redispy-async-cluster-stale-role"),
    ("33 asyncio before 4.5.4", "4.5.1", AIO % ", socket_timeout=1", "redispy-async-cve"),
    ("34 aioredis is the async client", None, "import aioredis\nr = aioredis.from_url('redis://h')\n",
     "aioredis-abandoned-package"),
    ("35 redis==5.0.9", "5.0.9", PLAIN % "", "redispy-release-missing"),
    ("36 decode_responses=False in a URL", "7.1.0",
     "import redis\nr = redis.from_url('redis://h?decode_responses=False')\n",
     "redispy-url-option-text"),
    ("37 dynamic_startup_nodes=false in a URL", "8.1.0",
     "from redis.asyncio.cluster import RedisCluster\n"
     "r = RedisCluster.from_url('redis://h?dynamic_startup_nodes=false')\n",
     "redispy-url-option-text"),
    ("38 the Sentinel password once", "7.1.0",
     SENTINEL % (", socket_timeout=1, password=p", ", password=p"),
     "redispy-sentinel-without-credentials"),
    ("38b sentinel_kwargs keeps the timeout", "7.1.0",
     SENTINEL % (", socket_timeout=1, sentinel_kwargs={'password': p}", ""),
     "redispy-sentinel-timeout-dropped"),
    ("39 ssl=True checks the host name", "5.0.8", PLAIN % ", ssl=True, socket_timeout=1",
     "redispy-tls-hostname-unchecked"),
    ("40 ssl_cert_reqs=None for ElastiCache", "7.1.0",
     "import redis\nr = redis.Redis(host='master.a.b.use1.cache.amazonaws.com', ssl=True,\n"
     "    ssl_cert_reqs=None, socket_timeout=1)\n", "redispy-ssl-cert-none"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("release", "code", "rule"), [a[1:] for a in ADVICE], ids=[a[0] for a in ADVICE]
)
def test_advice_that_does_not_hold(
    tmp_path: Path, release: str | None, code: str, rule: str
) -> None:
    (tmp_path / "app.py").write_text(code)
    if release is not None:
        (tmp_path / "requirements.txt").write_text(f"redis=={release}\n")
    found = {f.rule.name for f in check([tmp_path], Config()).findings}
    assert rule in found
