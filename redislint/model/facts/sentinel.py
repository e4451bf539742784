"""What a Sentinel's own lines show, and what its container and the server it watches add."""

from __future__ import annotations

import ipaddress
import posixpath
import re
from collections.abc import Iterator

from redislint.model.container import Container
from redislint.model.sentinel import Monitor, Sentinel
from redislint.model.server import Server
from redislint.model.setting import PLACEHOLDER, Setting
from redislint.model.subject import Subject, computed
from redislint.model.value import Origin, Value, default
from redislint.source import Source


def _watched(sentinel: Sentinel) -> Iterator[Monitor]:
    """The monitor lines that no template fills in."""
    for monitor in sentinel.monitors.values():
        if not monitor.setting.templated:
            yield monitor


def _container(sentinel: Subject) -> Container | None:
    found = sentinel.links.get("container")
    return found if isinstance(found, Container) else None


_STAND_IN = re.compile(
    r"(?i:^(?:your|my|the)[-_.]|(?:^|_)(?:ip|ip_?addr(?:ess)?|host_?name|address)(?:_|$)"
    r"|-ip(?:-address)?$|^x\.x|^ip$)|^(?=.*_)[A-Z][A-Z0-9_]*$"
)
"""Words that somebody fills in before the file is used: master_ip_address, REDIS_MASTER_HOST."""


def _loopback(host: str) -> bool:
    return host.startswith("127.") or host in ("::1", "localhost")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _number(settings: list[Setting]) -> tuple[int, Setting] | None:
    if not settings or settings[-1].templated or len(settings[-1].args) < 3:
        return None
    text = settings[-1].args[2]
    return (int(text), settings[-1]) if text.isdecimal() else None


@computed(
    "sentinel", "loopback-master", "text", "a master watched at an address of its own container"
)
def loopback_master(sentinel: Sentinel) -> Value:
    """Only where compose gives each process a network of its own: there 127.0.0.1 is the Sentinel."""
    container = _container(sentinel)
    if container is None or container.platform != "compose":
        return default(None, "nothing says that the master is elsewhere")
    if "network-mode" in container.facts:
        return default(None, "the network is shared")
    for monitor in _watched(sentinel):
        if _loopback(monitor.host):
            return Value(monitor.host, Origin(monitor.setting.span))
    return default(None, "no loopback address")


@computed(
    "sentinel",
    "named-master",
    "text",
    "a master named by host name although names are not resolved",
)
def named_master(sentinel: Sentinel) -> Value:
    """Since 6.2 a name stops the start unless resolve-hostnames is on; before, it was resolved once."""
    if sentinel.server.startswith(("redis-2", "redis-3", "redis-4", "redis-5", "redis-6.0")):
        return default(None, "before 6.2 names were resolved at the start")
    for setting in sentinel.statements("resolve-hostnames"):
        if setting.templated or setting.args[1:2] == ("yes",):
            return default(None, "names are resolved")
    if not sentinel.complete:
        return default(None, "some settings are not known")
    for monitor in sentinel.monitors.values():
        host = monitor.host
        if (
            PLACEHOLDER.search(host)
            or _STAND_IN.search(host)
            or "{{" in " ".join(monitor.setting.args)
        ):
            continue
        if host and not _is_address(host) and host[0].isalpha():
            return Value(host, Origin(monitor.setting.span))
    return default(None, "every master has an address")


@computed(
    "sentinel", "down-after", "duration", "the shortest down-after-milliseconds that is written"
)
def down_after(sentinel: Sentinel) -> Value:
    """Seconds."""
    return _least(sentinel, "down-after-milliseconds")


@computed(
    "sentinel", "failover-timeout", "duration", "the shortest failover-timeout that is written"
)
def failover_timeout(sentinel: Sentinel) -> Value:
    """Seconds."""
    return _least(sentinel, "failover-timeout")


def _least(sentinel: Sentinel, word: str) -> Value:
    found = [_number(m.options.get(word, [])) for m in _watched(sentinel)]
    known = [f for f in found if f is not None]
    if not known:
        return default(None, f"{word} is not written")
    number, setting = min(known, key=lambda pair: pair[0])
    return Value(number / 1000, Origin(setting.span), raw=f"{number} ms")


@computed("sentinel", "parallel-syncs", "int", "the largest parallel-syncs that is written")
def parallel_syncs(sentinel: Sentinel) -> Value:
    """How many replicas load at the same time after a failover."""
    found = [_number(m.options.get("parallel-syncs", [])) for m in _watched(sentinel)]
    known = [f for f in found if f is not None]
    if not known:
        return default(1, "parallel-syncs is not written")
    number, setting = max(known, key=lambda pair: pair[0])
    return Value(number, Origin(setting.span))


@computed("sentinel", "scripts-by-network", "bool", "clients may set scripts that Sentinel runs")
def scripts_by_network(sentinel: Sentinel) -> Value:
    """`sentinel deny-scripts-reconfig no`."""
    lines = sentinel.statements("deny-scripts-reconfig")
    if not lines or lines[-1].templated:
        return default(False, "denied by default")
    return Value(lines[-1].args[1:2] == ("no",), Origin(lines[-1].span))


@computed("sentinel", "loopback-announced", "text", "a loopback address that it announces")
def loopback_announced(sentinel: Sentinel) -> Value:
    """`sentinel announce-ip 127.0.0.1`."""
    for setting in sentinel.statements("announce-ip"):
        if len(setting.args) > 1 and _loopback(setting.args[1]):
            return Value(setting.args[1], Origin(setting.span))
    return default(None, "no loopback address")


@computed(
    "sentinel", "password-missing", "text", "a master that wants a password Sentinel does not have"
)
def password_missing(sentinel: Sentinel) -> Value:
    """The watched server needs a password, and no auth-pass names its master."""
    server = sentinel.links.get("server")
    if not isinstance(server, Server) or not sentinel.complete:
        return default(None, "the master is not known")
    needed = server.get("auth")
    if not (needed.known and needed.value):
        return default(None, "the master wants no password")
    container = _container(sentinel)
    if container is not None and any("PASS" in name for name in container.env):
        return default(None, "a script may set it")
    for monitor in _watched(sentinel):
        if "auth-pass" not in monitor.options:
            return Value(monitor.name, Origin(monitor.setting.span))
    return default(None, "auth-pass is written")


_NEEDED = frozenset("config slaveof info client exec ping publish subscribe".split())
"""It says SLAVEOF in every version and never REPLICAOF; without MULTI each command works alone."""


@computed("sentinel", "renamed-command", "text", "a command that its master renames and it needs")
def renamed_command(sentinel: Sentinel) -> Value:
    """A rename-command of the watched server that no `sentinel rename-command` follows."""
    server = sentinel.links.get("server")
    if not isinstance(server, Server) or sentinel.statements("rename-command"):
        return default(None, "the master is not known, or the new names are")
    for setting in server.written("rename-command"):
        if setting.args and setting.args[0].lower() in _NEEDED:
            return Value(setting.args[0].upper(), Origin(setting.span))
    return default(None, "no command that it needs is renamed")


@computed("sentinel", "watches-cluster", "bool", "its master is a node of a cluster")
def watches_cluster(sentinel: Sentinel) -> Value:
    """`cluster-enabled yes` of the watched server."""
    server = sentinel.links.get("server")
    if not isinstance(server, Server):
        return default(False, "the master is not known")
    return server.get("cluster-enabled")


@computed(
    "sentinel", "read-only-file", "text", "its configuration, mounted so that it cannot be written"
)
def read_only_file(sentinel: Sentinel) -> Value:
    """A read-only mount or a ConfigMap at the very path that it starts with."""
    container = _container(sentinel)
    if container is None:
        return default(None, "no container")
    for path in sentinel.config_paths:
        folder = posixpath.dirname(path)
        for mount in container.mounts:
            if mount.read_only and mount.target in (path, folder):
                return Value(path, Origin(mount.span))
        held = None if path in container.copied else container.files.get(path)
        if held is not None and container.platform == "kubernetes" and not isinstance(held, str):
            place = held.span(0) if isinstance(held, Source) else None
            return Value(path, Origin(container.command_span or place))
    return default(None, "it can be written")


@computed("sentinel", "translated-port", "int", "its port, published without an announced address")
def translated_port(sentinel: Sentinel) -> Value:
    """A published port of a container with its own network and no `sentinel announce-ip`."""
    container = _container(sentinel)
    if container is None or container.platform != "compose" or "network-mode" in container.facts:
        return default(None, "no address is translated")
    if sentinel.statements("announce-ip") or not sentinel.complete:
        return default(None, "an address is announced")
    for port in container.ports:
        if port.scope == "network" and port.container:
            return Value(port.container, Origin(port.span))
    return default(None, "no port is published")


@computed(
    "sentinel-group", "production", "bool", "nothing says that it is for development or tests"
)
def production(group: Subject) -> Value:
    """As its first Sentinel."""
    first = group.links.get("sentinel")
    return first.get("production") if first is not None else default(True, "nothing says otherwise")


@computed(
    "server", "watched", "bool", "Sentinels of this repository watch it and may move its role"
)
def watched(server: Subject) -> Value:
    """Whether a group of Sentinels names it."""
    group = server.links.get("sentinel-group")
    return Value(group is not None, Origin(group.anchor if group is not None else None))
