"""Clusters: can nodes and clients reach each other, and what does a failover lose."""

from __future__ import annotations

from redislint.model.container import Container
from redislint.model.facts.exposure import is_published, published
from redislint.model.server import Server
from redislint.model.subject import Subject, computed
from redislint.model.value import Origin, Value, default


def _node(cluster: Subject) -> Server | None:
    node = cluster.links.get("node")
    return node if isinstance(node, Server) else None


def _reachable_anyway(cluster: Subject, node: Server | None) -> Value | None:
    """Why neither NAT nor a closed bus port can keep nodes and clients apart, where that is so."""
    if node is None or node.get("host-network").is_true:
        return default(False, "the host's network")
    container = cluster.links.get("container")
    if isinstance(container, Container) and "operator" in container.facts:
        return default(False, "who starts the nodes also publishes and announces them")
    return None


@computed(
    "cluster",
    "nat",
    "bool",
    "clients outside are told addresses inside: ports are mapped and nothing is announced",
)
def nat(cluster: Subject) -> Value:
    """A bridge network with published ports, and no cluster-announce-ip or -hostname."""
    node = _node(cluster)
    settled = _reachable_anyway(cluster, node)
    if settled is not None or node is None:
        return settled or default(False, "no node is known")
    ports = [p for p in published(node) if p.scope in ("network", "internet")]
    if not ports:
        return default(False, "no port is published")
    container = cluster.links.get("container")
    if isinstance(container, Container) and "fixed-address" in container.facts:
        # A client on the host routes to it, and somebody has thought of addresses.
        return Value(False, container.get("fixed-address").origin)
    for name in ("cluster-announce-ip", "cluster-announce-hostname"):
        value = node.get(name)
        if value.set is None or (value.set and value.value != ""):
            return Value(False, value.origin)
    return Value(True, Origin(ports[0].span))


@computed("cluster", "bus-closed", "bool", "the client port is published and the bus port is not")
def bus_closed(cluster: Subject) -> Value:
    """Nodes on other hosts cannot join: gossip uses the port + 10000."""
    node = _node(cluster)
    settled = _reachable_anyway(cluster, node)
    if settled is not None or node is None:
        return settled or default(False, "no node is known")
    ports = [p for p in published(node) if p.scope in ("network", "internet")]
    if not ports:
        return default(False, "no port is published")
    bus = is_published(node, "bus")
    if not bus.known:
        return Value(None, bus.origin, known=False, why=bus.why)
    return Value(not bus.value, Origin(ports[0].span))


@computed("cluster", "announced", "bool", "its nodes announce an address of their own")
def announced(cluster: Subject) -> Value:
    """cluster-announce-ip or -hostname is set: the nodes are meant to be met from outside."""
    node = _node(cluster)
    for name in ("cluster-announce-ip", "cluster-announce-hostname") if node else ():
        value = node.get(name) if node else default(None, "")
        if value.set and value.value != "":
            return Value(True, value.origin)
    return default(False, "no address is announced")


@computed("cluster", "networked", "bool", "its nodes share one container network")
def networked(cluster: Subject) -> Value:
    """All nodes are started by one file."""
    container = cluster.links.get("container")
    same = isinstance(container, Container) and container.platform == "compose"
    return default(same, "one compose file starts all nodes")


@computed(
    "cluster", "production", "bool", "nothing says that it is for development, tests or examples"
)
def production(cluster: Subject) -> Value:
    """As its first node."""
    node = _node(cluster)
    return node.get("production") if node is not None else default(True, "nothing says otherwise")


@computed("cluster", "rdb-or-aof", "bool", "its nodes write snapshots or the append-only file")
def rdb_or_aof(cluster: Subject) -> Value:
    """As its first node."""
    node = _node(cluster)
    return node.get("persists") if node is not None else default(False, "no node is known")
