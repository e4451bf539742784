"""Redisson: the defaults of its options by release, from the sources at tags 3.1.0 to 4.7.0."""

from __future__ import annotations

from redislint.knowledge.clients.history import History, in_release
from redislint.knowledge.releases import releases as known_releases

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.model.client import Client
    from redislint.model.value import Value

_DEFAULTS: dict[str, History] = {
    "dns-monitoring-interval": [("0", 5.0)],
    "ping-connection-interval": [("0", 0.0), ("3.13.6", 30.0)],
    "keep-alive": [("0", False), ("4.3.0", True)],
    "tcp-no-delay": [("0", False), ("3.15.2", True)],
    "connect-timeout": [("0", 10.0)],
    "command-timeout": [("0", 3.0)],
    "idle-connection-timeout": [("0", 10.0)],
    "retry-attempts": [("0", 3), ("3.48.0", 4)],
    "retry-interval": [("0", 1.5)],
    "pool-max-active": [("0", 250), ("3.2.1", 64)],
    "replica-pool-size": [("0", 250), ("3.2.1", 64)],
    "read-mode": [("0", "SLAVE")],
    "monitor-ip-changes": [("3.20.0", False)],
    "check-sentinels-list": [("3.12.1", True)],
    "database": [("0", 0)],
}
_CLUSTER: dict[str, History] = {
    "scan-interval": [("0", 1.0), ("3.8.2", 5.0)],
    "check-slots-coverage": [("3.11.6", False), ("3.12.1", True)],
}
_OTHER: dict[str, History] = {"scan-interval": [("0", 1.0)]}


def releases(package: str) -> tuple[str, ...]:
    """Known releases of the package, oldest first."""
    return known_releases(package)


def default(client: Client, name: str, release: str | None) -> Value | None:
    """The default of an option."""
    table = _CLUSTER if client.facts["mode"].value == "cluster" else _OTHER
    history = table.get(name) or _DEFAULTS.get(name)
    return in_release(history, release, "Redisson") if history is not None else None
