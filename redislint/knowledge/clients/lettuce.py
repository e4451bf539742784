"""Lettuce: releases, and the defaults of its options by release.

Defaults are those of the constants in Lettuce's source at each release tag, from 4.0 to 7.7.
"""

from __future__ import annotations

from redislint.knowledge.releases import releases as known_releases
from redislint.model.value import Value
from redislint.model.value import default as by_default
from redislint.model.versions import key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.model.client import Client


def releases(package: str) -> tuple[str, ...]:
    """Known releases of the package, oldest first."""
    return known_releases(package)


_DEFAULTS: dict[str, list[tuple[str, object]]] = {
    "periodic-refresh": [("0", False)],
    "refresh-period": [("0", 60.0)],
    "adaptive-refresh": [("0", False), ("7.0.0", True)],
    "adaptive-refresh-timeout": [("0", 30.0), ("7.0.0", 5.0)],
    "dynamic-refresh-sources": [("0", True)],
    "close-stale-connections": [("0", True)],
    "validate-cluster-node-membership": [("0", True), ("7.0.0", False)],
    "max-redirects": [("0", 5)],
    "command-timeout": [("0", 60.0)],
    "timeout-options": [("0", False), ("6.5.0", True)],
    "connect-timeout": [("0", 10.0)],
    "keep-alive": [("0", False), ("7.5.0", True)],
    "keep-alive-idle": [("0", 7200.0), ("7.5.0", 13.0)],
    "keep-alive-interval": [("0", 75.0), ("7.5.0", 13.0)],
    "tcp-no-delay": [("0", False), ("6.0.1", True)],
    "auto-reconnect": [("0", True)],
    "disconnected-behavior": [("0", "DEFAULT")],
    "request-queue-size": [("0", 2**31 - 1)],
    "ping-before-activate": [("0", False), ("6.0.0", True)],
    "publish-on-scheduler": [("0", False)],
    "suspend-reconnect": [("0", False)],
    "cancel-commands-on-reconnect-failure": [("0", False)],
    "read-from": [("0", "UPSTREAM")],
    "ssl": [("0", False)],
    "verify-peer": [("0", True)],
    "database": [("0", 0)],
}
"""option -> (first release with it, value), oldest first. Sources: git tags of redis/lettuce."""

_SPRING: dict[str, list[tuple[str, object]]] = {
    "share-native-connection": [("0", True)],
    "validate-connection": [("0", False)],
    "shutdown-timeout": [("0", 0.1)],
    "timeout-options": [("0", False), ("5.2.0", True)],
    "pool-enabled": [("0", False)],
    "pool-max-active": [("0", 8)],
    "pool-max-idle": [("0", 8)],
    "pool-min-idle": [("0", 0)],
    "pool-max-wait": [("0", -1.0)],
}
"""Those that Spring Data Redis decides; its 2.2 came with Lettuce 5.2."""


def default(client: Client, name: str, release: str | None) -> Value | None:
    """The default of an option; without a release only where all releases agree."""
    table = _DEFAULTS
    if client.facts["framework"].value != "none" and name in _SPRING:
        table = _SPRING
    history = table.get(name)
    if history is None:
        return None
    if release is None:
        if name == "adaptive-refresh":
            return by_default(False, "default before Lettuce 7.0; no manifest names the release")
        if len(history) > 1:
            return Value(None, known=False, set=False, why="its default depends on the release")
        return by_default(history[0][1], "default of every release")
    value = next(v for first, v in reversed(history) if key(release) >= key(first))
    return by_default(value, f"default of Lettuce {release}")
