"""Jedis: the defaults of its options by release, from the sources at tags 2.9.0 to 8.0.0-beta1."""

from __future__ import annotations

from redislint.knowledge.clients.history import History, in_release
from redislint.knowledge.releases import releases as known_releases

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.model.client import Client
    from redislint.model.value import Value

_DEFAULTS: dict[str, History] = {
    "connect-timeout": [("0", 2.0)],
    "socket-timeout": [("0", 2.0)],
    "blocking-socket-timeout": [("0", 0.0)],
    "pool-enabled": [("0", True)],
    "pool-max-active": [("0", 8)],
    "pool-max-idle": [("0", 8)],
    "pool-min-idle": [("0", 0)],
    "pool-max-wait": [("0", -1.0)],
    "pool-test-on-borrow": [("0", False)],
    "pool-block": [("0", True)],
    "ssl": [("0", False)],
    "verify-peer": [("0", True)],
    "database": [("0", 0)],
}
_CLUSTER: dict[str, History] = {"max-attempts": [("0", 5)]}
_OWN_POOL = frozenset(("JedisPoolConfig", "ConnectionPoolConfig"))


def releases(package: str) -> tuple[str, ...]:
    """Known releases of the package, oldest first."""
    return known_releases(package)


def default(client: Client, name: str, release: str | None) -> Value | None:
    """The default of an option.

    Idle connections are tested by Jedis's own pool configurations, not by a plain
    GenericObjectPoolConfig.
    """
    history = _DEFAULTS.get(name)
    if name in _CLUSTER and client.facts["mode"].value == "cluster":
        history = _CLUSTER[name]
    if name == "pool-test-while-idle":
        made = client.facts.get("pool-config")
        plain = made is not None and made.value not in _OWN_POOL and made.value != "pool"
        history = [("0", not plain)]
    return in_release(history, release, "Jedis") if history is not None else None
