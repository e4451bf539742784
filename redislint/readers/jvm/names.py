"""Which names in a Java or Kotlin file mean the libraries' types, and which the project's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redislint.syntax.jvm import Unit

PREFIXES = (
    "io.lettuce.core",
    "com.lambdaworks.redis",
    "redis.clients.jedis",
    "redis.clients.util",
    "org.redisson",
    "org.springframework.data.redis",
    "org.springframework.boot.autoconfigure.data.redis",
    "org.springframework.boot.data.redis",
    "org.springframework.session.data.redis",
    "org.apache.commons.pool2",
    "com.fasterxml.jackson",
    "tools.jackson",
)

PLAIN = frozenset(
    "Duration TimeUnit Arrays List Set Map Collections URI ChronoUnit String Integer Long Boolean "
    "Optional Stream Collectors Lists Sets ImmutableList ImmutableSet Objects Math Period Double "
    "HashSet LinkedHashSet TreeSet ArrayList LinkedList".split()
)
"""Types of the JDK (and Guava) that the evaluator computes with, wherever they come from."""

JEDIS_TWINS = frozenset(("RedisClient", "RedisClusterClient", "RedisSentinelClient"))
"""Types of Jedis 7.2 and later whose names Lettuce has too."""

KNOWN = frozenset(
    "RedisClient RedisClusterClient ClientOptions ClusterClientOptions TimeoutOptions SocketOptions "
    "ClusterTopologyRefreshOptions RedisURI ReadFrom ClientResources DefaultClientResources "
    "MasterReplica MasterSlave SslOptions ProtocolVersion SslVerifyMode Delay DirContextDnsResolver "
    "LettuceConnectionFactory LettuceClientConfiguration LettucePoolingClientConfiguration "
    "RedisStandaloneConfiguration RedisClusterConfiguration RedisSentinelConfiguration "
    "RedisStaticMasterReplicaConfiguration RedisSocketConfiguration RedisPassword RedisNode "
    "JedisConnectionFactory JedisClientConfiguration RedisTemplate StringRedisTemplate "
    "LettuceClientConfigurationBuilderCustomizer LettuceClientOptionsBuilderCustomizer "
    "ClientOptionsBuilderCustomizer JedisClientConfigurationBuilderCustomizer "
    "ClientResourcesBuilderCustomizer "
    "Jedis JedisPool JedisPoolConfig JedisCluster JedisPooled JedisSentinelPool JedisSentineled "
    "UnifiedJedis DefaultJedisClientConfig ConnectionPoolConfig HostAndPort GenericObjectPoolConfig "
    "RefreshTrigger NodeFlag KeepAliveOptions TcpUserTimeoutOptions DisconnectedBehavior "
    "RedisSentinelClient BinaryJedisCluster ShardedJedisPool "
    "Redisson Config ReadMode SubscriptionMode SslVerificationMode "
    "JdkSerializationRedisSerializer GenericJackson2JsonRedisSerializer ObjectMapper".split()
)
"""Names trusted in a fragment that has no imports at all."""


def library_type(unit: Unit, name: str, same_package: bool) -> str | None:
    """The library's own name of a type as written in a unit, None when it is the project's.

    `same_package` says that the folder holds a file of that name. Nested types keep their owner:
    `ClientOptions.Builder`. Jedis's twins of Lettuce's names begin with `jedis.`.
    """
    first, _, rest = name.partition(".")
    if first in PLAIN and first not in unit.imports:
        return name
    full = unit.imports.get(first)
    if full is not None:
        if full.startswith(PREFIXES) or first in PLAIN:
            return canonical(full + ("." + rest if rest else ""))
        return name if first in PLAIN else None
    if any(c.name == first for c in unit.all_classes()) or same_package:
        return None
    for star in unit.stars:
        if star.startswith(PREFIXES) and first in KNOWN:
            return canonical(star + "." + name)
    if not unit.imports and not unit.stars and first in KNOWN:
        return name
    return None


def canonical(full: str) -> str:
    """The type's name without its package, marked where two libraries share it."""
    parts = full.split(".")
    kept = [p for p in parts if p[:1].isupper()]
    if not kept:
        return parts[-1]
    if full.startswith("redis.clients") and kept[0] in JEDIS_TWINS:
        return "jedis." + ".".join(kept)
    return ".".join(kept)
