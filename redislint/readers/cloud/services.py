"""Redis as a service outside of the three large clouds, and Redis Enterprise's databases.

https://registry.terraform.io/providers/upstash/upstash/latest/docs/resources/redis_database
https://registry.terraform.io/providers/aiven/aiven/latest/docs/resources/valkey
https://github.com/RedisLabs/redis-enterprise-k8s-docs/blob/master/redis_enterprise_database_api.md
"""

from __future__ import annotations

from collections.abc import Callable

from redislint.model.managed import ManagedCache
from redislint.model.value import Value, default
from redislint.readers.cloud.aws import Ask, boolean, integer, put
from redislint.source import Span


def upstash(label: str, anchor: Span, resource: str, ask: Ask, nested: Ask) -> ManagedCache:
    """upstash_redis_database."""
    cache = ManagedCache(label, anchor, "upstash", "upstash", resource)
    put(cache, "transit-encryption", ask("tls"), boolean, True, "default of Upstash")
    cache.set("auth", default(True, "always so at Upstash"))
    return cache


def _aiven(engine: str) -> Callable[[str, Span, str, Ask, Ask], ManagedCache]:
    def read(label: str, anchor: Span, resource: str, ask: Ask, nested: Ask) -> ManagedCache:
        cache = ManagedCache(label, anchor, "aiven", "aiven", resource)
        cache.set("engine", default(engine, "the resource's kind"))
        put(cache, "instance-type", ask("plan"))
        put(cache, "transit-encryption", nested(f"{engine}_ssl"), boolean, True, "default of Aiven")
        put(cache, "eviction-policy", nested(f"{engine}_maxmemory_policy"), None, "noeviction",
            "default of Aiven")  # fmt: skip
        kept = nested(f"{engine}_persistence")
        if kept is not None and kept.known:
            cache.set("persistence", Value(kept.value != "off", kept.origin))
        cache.set("auth", default(True, "always so at Aiven"))
        return cache

    return read


aiven_redis = _aiven("redis")
aiven_valkey = _aiven("valkey")


def enterprise(label: str, anchor: Span, resource: str, ask: Ask) -> ManagedCache:
    """RedisEnterpriseDatabase and RedisEnterpriseCluster of Redis's own operator."""
    cache = ManagedCache(label, anchor, "redis-enterprise", resource, resource)
    put(cache, "engine-version", ask("redisVersion"))
    put(cache, "nodes", ask("nodes"), integer)
    put(cache, "shards", ask("shardCount"), integer)
    put(cache, "eviction-policy", ask("evictionPolicy"))
    mode = ask("tlsMode")
    if mode is not None and mode.known:
        cache.set("transit-encryption", Value(mode.value == "enabled", mode.origin))
    kept = ask("persistence")
    if kept is not None and kept.known:
        cache.set("persistence", Value(kept.value != "disabled", kept.origin))
    copied = ask("replication")
    if copied is not None and copied.known:
        cache.set("replicas", Value(1 if str(copied.value) == "true" else 0, copied.origin))
    return cache
