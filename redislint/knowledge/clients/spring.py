"""Spring Boot's Redis properties: since which release each is read, and until which.

Read from the RedisProperties (later DataRedisProperties) sources at each minor tag from 1.3 to 4.1.
"""

from __future__ import annotations

OLD, NEW = "spring.redis", "spring.data.redis"
"""The prefixes before release 3.0, and from it on."""

KEYS: dict[str, tuple[str, str]] = {
    "host": ("1.0", ""),
    "port": ("1.0", ""),
    "database": ("1.0", ""),
    "password": ("1.0", ""),
    "username": ("2.4", ""),
    "url": ("1.5", ""),
    "ssl": ("1.5", "3.1"),
    "ssl.enabled": ("3.1", ""),
    "ssl.bundle": ("3.1", ""),
    "timeout": ("1.0", ""),
    "connect-timeout": ("2.4", ""),
    "client-name": ("2.2", ""),
    "client-type": ("2.4", ""),
    "cluster.nodes": ("1.4", ""),
    "cluster.max-redirects": ("1.4", ""),
    "sentinel.master": ("1.0", ""),
    "sentinel.nodes": ("1.0", ""),
    "sentinel.username": ("2.7", ""),
    "sentinel.password": ("2.3", ""),
    "masterreplica.nodes": ("4.0", ""),
    "lettuce.shutdown-timeout": ("2.0", ""),
    "lettuce.read-from": ("3.5", ""),
    "lettuce.cluster.refresh.adaptive": ("2.3", "4.1"),
    "lettuce.cluster.refresh.period": ("2.3", ""),
    "lettuce.cluster.refresh.dynamic-refresh-sources": ("2.4", ""),
    "lettuce.pool.enabled": ("2.6", ""),
    "lettuce.pool.max-active": ("2.0", ""),
    "lettuce.pool.max-idle": ("2.0", ""),
    "lettuce.pool.min-idle": ("2.0", ""),
    "lettuce.pool.max-wait": ("2.0", ""),
    "lettuce.pool.time-between-eviction-runs": ("2.2", ""),
    "jedis.pool.enabled": ("2.6", ""),
    "jedis.pool.max-active": ("2.0", ""),
    "jedis.pool.max-idle": ("2.0", ""),
    "jedis.pool.min-idle": ("2.0", ""),
    "jedis.pool.max-wait": ("2.0", ""),
    "jedis.pool.time-between-eviction-runs": ("2.2", ""),
    "pool.max-active": ("1.0", "2.0"),
    "pool.max-idle": ("1.0", "2.0"),
    "pool.min-idle": ("1.0", "2.0"),
    "pool.max-wait": ("1.0", "2.0"),
    "listener.auto-startup": ("4.1", ""),
    "listener.subscription-registration-timeout": ("4.1", ""),
    "repositories.enabled": ("2.0", ""),
}
"""suffix -> (first release, first release without it or "")."""

REPLACED = {
    "ssl": "ssl.enabled",
    "pool.max-active": "lettuce.pool.max-active",
    "pool.max-idle": "lettuce.pool.max-idle",
    "pool.min-idle": "lettuce.pool.min-idle",
    "pool.max-wait": "lettuce.pool.max-wait",
}
INSTEAD = {
    "connect-timeout": "a LettuceClientConfigurationBuilderCustomizer with SocketOptions",
    "lettuce.cluster.refresh.adaptive": "a LettuceClientConfigurationBuilderCustomizer",
    "lettuce.cluster.refresh.period": "a LettuceClientConfigurationBuilderCustomizer",
    "lettuce.read-from": "a LettuceClientConfigurationBuilderCustomizer with readFrom",
    "ssl.enabled": "ssl: true",
}


def relaxed(name: str) -> str:
    """The form in which Boot compares names: lower case, without dashes and underscores."""
    return name.lower().replace("-", "").replace("_", "")


BY_RELAXED = {relaxed(k): k for k in KEYS}


_SLIPS = {
    "connectiontimeout": "connect-timeout", "connectiontimeoutmillis": "connect-timeout",
    "commandtimeout": "timeout", "sotimeout": "timeout", "readtimeout": "timeout",
    "timeoutmillis": "timeout", "hostname": "host", "hots": "host", "post": "port", "prot": "port",
    "pass": "password", "passwd": "password", "pwd": "password", "db": "database",
}  # fmt: skip
"""Names that other libraries give these settings, and short ones misspelt → Boot's own."""

_POOL = {
    "maxactive": "max-active", "maxtotal": "max-active", "maxidle": "max-idle",
    "minidle": "min-idle", "maxwait": "max-wait", "maxwaitmillis": "max-wait",
    "timebetweenevictionruns": "time-between-eviction-runs",
    "timebetweenevictionrunsmillis": "time-between-eviction-runs",
}  # fmt: skip
"""What pools call their options → what Boot calls them, below `lettuce.pool` or `jedis.pool`."""
_ELSEWHERE = ("", "lettuce", "jedis", "pool", "lettuce.pool", "jedis.pool", "cluster", "sentinel")
"""Where people look for the pool's options."""

CACHE = "spring.cache.redis"
_CONNECTS = frozenset("host port password url database timeout username".split())
"""Keys that say where Redis is: under the cache's prefix nobody reads them."""


def typo_of(suffix: str) -> str:
    """The known key that a suffix is a slip of, or "".

    One letter more, less, other or swapped; the prefix written twice; another library's name; an
    option of the pool that stands elsewhere.
    """
    wanted = relaxed(suffix)
    if wanted in _SLIPS:
        return _SLIPS[wanted]
    if wanted in BY_RELAXED:
        return ""
    parent, _, last = wanted.rpartition(".")
    if last in _POOL and parent in _ELSEWHERE:
        driver = "jedis" if parent.startswith("jedis") else "lettuce"
        return f"{driver}.pool.{_POOL[last]}"
    if len(wanted) < 5:
        return ""
    for start in ("redis.", "data.redis.", "spring.redis.", "spring.data.redis."):
        inner = wanted.removeprefix(start)
        if inner != wanted and inner in BY_RELAXED:
            return BY_RELAXED[inner]
    for known, name in BY_RELAXED.items():
        if abs(len(known) - len(wanted)) <= 1 and len(known) >= 5 and _near(known, wanted):
            return name
    return ""


_OTHERS = frozenset("redisson om multi embedded stream document mode".split())
"""First words below `spring.redis` that libraries other than Boot read."""


def is_foreign(suffix: str) -> bool:
    """Whether a key is none of any release, nor of a library that is known to read there."""
    wanted = relaxed(suffix)
    first = wanted.split(".")[0]
    ours = {"lettuce", "jedis", "cluster", "sentinel", "pool", "ssl", "listener", "masterreplica"}
    deep = wanted.count(".")
    return wanted not in BY_RELAXED and first not in _OTHERS and (not deep or first in ours)


def is_connection(suffix: str) -> bool:
    """Whether a key says where Redis is."""
    return relaxed(suffix) in _CONNECTS


def _near(a: str, b: str) -> bool:
    if len(a) == len(b):
        wrong = [i for i in range(len(a)) if a[i] != b[i]]
        if len(wrong) == 1:
            return True
        return len(wrong) == 2 and a[wrong[0]] == b[wrong[1]] and a[wrong[1]] == b[wrong[0]]
    short, long = sorted((a, b), key=len)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
