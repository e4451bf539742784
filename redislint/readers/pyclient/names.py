"""Qualified names of the client packages, and what their constructors make."""

from __future__ import annotations

from redislint.readers.pyclient.things import Arguments, Entry, Table, Thing
from redislint.source import Span

PACKAGES = {
    "redis": "redis-py",
    "valkey": "valkey-py",
    "aioredis": "aioredis",
    "rediscluster": "redis-py-cluster",
}
"""Import name -> library."""

DISTRIBUTION = {
    "redis-py": "redis",
    "valkey-py": "valkey",
    "aioredis": "aioredis",
    "redis-py-cluster": "redis-py-cluster",
}
"""Library -> project name on PyPI."""

_ROLES = {
    "Redis": "client", "StrictRedis": "client", "Valkey": "client", "StrictValkey": "client",
    "RedisCluster": "cluster", "ValkeyCluster": "cluster", "StrictRedisCluster": "cluster",
    "ConnectionPool": "pool", "BlockingConnectionPool": "blocking-pool",
    "SentinelConnectionPool": "sentinel-pool", "ClusterConnectionPool": "pool",
    "Sentinel": "sentinel", "Retry": "retry", "ClusterNode": "node", "SSLConnection": "class",
    "Connection": "class", "UnixDomainSocketConnection": "class",
    "from_url": "from-url", "create_redis": "aio-create", "create_redis_pool": "aio-create",
    "create_pool": "aio-create",
    "ExponentialBackoff": "backoff", "ConstantBackoff": "backoff", "NoBackoff": "backoff",
    "FullJitterBackoff": "backoff", "EqualJitterBackoff": "backoff",
    "DecorrelatedJitterBackoff": "backoff", "ExponentialWithJitterBackoff": "backoff",
}  # fmt: skip

CONSTRUCTORS = frozenset(_ROLES)
"""Last names of everything that makes a client or a part of one."""

_MODULES = frozenset(
    "client cluster connection sentinel retry backoff utils asyncio commands rediscluster".split()
)

POSITIONAL: dict[str, tuple[str, ...]] = {
    "client": (
        "host", "port", "db", "password", "socket_timeout", "socket_connect_timeout",
        "socket_keepalive", "socket_keepalive_options", "connection_pool", "unix_socket_path",
        "encoding",
    ),
    "cluster": ("host", "port", "startup_nodes"),
    "pool": ("connection_class", "max_connections"),
    "blocking-pool": ("max_connections", "timeout", "connection_class", "queue_class"),
    "sentinel-pool": ("service_name", "sentinel_manager"),
    "sentinel": ("sentinels", "min_other_sentinels", "sentinel_kwargs"),
    "from-url": ("url",),
    "node": ("host", "port", "server_type"),
    "retry": ("backoff", "retries", "supported_errors"),
    "aio-create": ("url",),
}  # fmt: skip
"""Names of positional parameters, as far as they are the same in every release."""


class Kind:
    """What a qualified name makes: `library`, `role` (a value of the table above), asyncio or not."""

    __slots__ = ("asyncio", "library", "name", "role")

    def __init__(self, name: str, library: str, role: str, asyncio: bool) -> None:
        self.name = name
        self.library = library
        self.role = role
        self.asyncio = asyncio


def kind_of(qualified: str) -> Kind | None:
    """What calling a qualified name makes; None for anything that is no part of a client."""
    parts = qualified.split(".")
    library = PACKAGES.get(parts[0])
    if library is None or len(parts) < 2:
        return None
    role = _ROLES.get(parts[-1])
    if role is None or any(p not in _MODULES for p in parts[1:-1]):
        return None
    if library == "redis-py-cluster" and role == "client":
        return None
    if library == "aioredis" and role == "cluster":
        return None
    if parts[0] == "redis" and parts[-1] in ("Valkey", "StrictValkey", "ValkeyCluster"):
        return None
    return Kind(parts[-1], library, role, "asyncio" in parts or library == "aioredis")


class Made(Thing):
    """What a known constructor makes: a client, pool, Sentinel, Retry, cluster node.

    `options` are its keywords and named positional arguments; `url` is the from_url argument.
    `call` is the call's node id and `span` its place; `base` is the Sentinel of a master_for.
    `through` names what was called where it is no constructor itself ("from_url", "master_for").
    """

    __slots__ = (
        "base", "call", "kind", "missed", "node", "open_why", "options", "scope",
        "span", "through", "url",
    )  # fmt: skip

    def __init__(self, kind: Kind, call: int, span: Span) -> None:
        self.kind = kind
        self.call = call
        self.span = span
        self.options = Table(span)
        self.url: Entry | None = None
        self.base: Made | None = None
        self.through = ""
        self.open_why = ""
        self.missed = False
        self.node: object = None
        self.scope: object = None

    @property
    def is_client(self) -> bool:
        """Whether commands can be sent through it."""
        return self.kind.role in ("client", "cluster", "from-url", "aio-create") or bool(
            self.through == "master_for" or self.through == "slave_for"
        )


def give(made: Made, arguments: Arguments, positional: tuple[str, ...]) -> None:
    """Store the arguments of a constructor under the names of its parameters."""
    for name, entry in zip(positional, arguments.positional, strict=False):
        made.options.entries[name] = entry
    made.options.merge(arguments.keywords)
    made.open_why = arguments.open_why or made.options.open_why
    if len(arguments.positional) > len(positional):
        made.missed = True
