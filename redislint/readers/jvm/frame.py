"""What one call of the evaluated program knows, and which library types matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redislint.readers.jvm.values import Abstract, Instance
    from redislint.syntax.jvm import Unit

MAX_CALLS = 12
"""Depth of calls followed."""

CLIENTS = frozenset(
    "RedisClient RedisClusterClient LettuceConnectionFactory JedisConnectionFactory Redisson "
    "JedisPool JedisCluster JedisPooled JedisSentinelPool JedisSentineled UnifiedJedis Jedis "
    "jedis.RedisClient jedis.RedisClusterClient jedis.RedisSentinelClient BinaryJedisCluster".split()
)
"""Types whose objects are clients."""

STATEFUL = CLIENTS | {"Connection", "RedisTemplate", "StringRedisTemplate", "Commands"}
"""Types whose methods do not return the object itself."""

CONNECTS = frozenset(
    "connect connectAsync connectPubSub connectPubSubAsync connectSentinel getConnection "
    "getResource connectToNode".split()
)
COMMANDS = frozenset(("sync", "async", "reactive"))
SECTIONS = frozenset(
    "useClusterServers useSingleServer useSentinelServers useMasterSlaveServers "
    "useReplicatedServers useElasticacheServers useCustomServers".split()
)
FINISH = frozenset(("build", "create", "and", "toBuilder"))
CONFIGURES = ("config", "custom", "setup", "tune", "option", "apply", "enrich", "modify", "accept")


class Frame:
    """Names of one call: locals, the object, its unit, Kotlin's implicit receivers."""

    __slots__ = ("guards", "locals", "receivers", "returns", "this", "unit")

    def __init__(self, unit: Unit, this: Instance) -> None:
        self.unit = unit
        self.this = this
        self.locals: dict[str, Abstract] = {}
        self.receivers: list[Abstract] = []
        self.returns: list[Abstract] = []
        self.guards: set[str] = set()

    def inner(self) -> Frame:
        """A frame of a lambda: sees the names, returns on its own."""
        frame = Frame(self.unit, self.this)
        frame.locals = self.locals
        frame.receivers = list(self.receivers)
        frame.guards = self.guards
        return frame
