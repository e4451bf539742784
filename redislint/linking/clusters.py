"""Servers → clusters, replication groups and sentinel groups."""

from __future__ import annotations

import re

from redislint.linking.connections import near, of_name, servers_by_name
from redislint.linking.sharing import copies, find_shared
from redislint.model.container import Container
from redislint.model.deployment import Arrow, Deployment
from redislint.model.sentinel import Monitor, Sentinel
from redislint.model.server import Server
from redislint.model.subject import Subject
from redislint.model.value import Origin, Value, default

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.readers import Context


def link_clusters(deployment: Deployment, context: Context) -> None:
    """Group cluster nodes by the file that starts them; tie replicas and Sentinels to masters."""
    groups: dict[str, list[Server]] = {}
    names = servers_by_name(deployment)
    watchers: dict[str, list[Sentinel]] = {}
    monitors: dict[str, Monitor] = {}
    for subject in list(deployment.subjects):
        if isinstance(subject, Sentinel):
            for monitor in subject.monitors.values():
                watchers.setdefault(monitor.name, []).append(subject)
                monitors.setdefault(monitor.name, monitor)
                container = subject.links.get("container")
                group = container.group if isinstance(container, Container) else ""
                master = near(of_name(names, monitor.host), group)
                if master is not None:
                    subject.links.setdefault("server", master)
                    master.links.setdefault("sentinel", subject)
                    deployment.arrows.append(
                        Arrow(subject, master, "watches", monitor.setting.span)
                    )
        elif isinstance(subject, Server):
            enabled = subject.get("cluster-enabled")
            container = subject.links.get("container")
            if (
                enabled.is_true
                and isinstance(container, Container)
                and container.platform != "dockerfile"
            ):
                groups.setdefault(container.group, []).append(subject)
            _replica(subject, names, deployment)
    for together in groups.values():
        for nodes in _apart(together):
            cluster = _cluster(nodes)
            deployment.subjects.append(cluster)
            deployment.arrows += [
                Arrow(cluster, n, "has the node", n.get("cluster-enabled").span or n.anchor)
                for n in nodes
            ]
    for name, sentinels in watchers.items():
        deployment.subjects.append(_sentinel_group(monitors[name], sentinels))
    find_shared(deployment)


def _replica(server: Server, names: dict[str, list[Server]], deployment: Deployment) -> None:
    lines = server.written("replicaof")
    if not lines or not lines[-1].args or lines[-1].templated:
        return
    container = server.links.get("container")
    group = container.group if isinstance(container, Container) else ""
    host = lines[-1].args[0].split()[0].lower() if lines[-1].args[0].split() else ""
    master = near(of_name(names, host), group)
    if master is not None and master is not server:
        server.links["primary"] = master
        master.links.setdefault("replica", server)
        deployment.arrows.append(Arrow(server, master, "replicates", lines[-1].span))


def _apart(nodes: list[Server]) -> list[list[Server]]:
    """The clusters that one file starts: several where each name without its number has three nodes."""
    families: dict[str, list[Server]] = {}
    for node in nodes:
        families.setdefault(re.sub(r"[-_.]?(?<!\d)\d+$", "", node.label), []).append(node)
    whole = [family for family in families.values() if sum(map(copies, family)) >= 3]
    return whole if len(whole) == len(families) else [nodes]


def _cluster(nodes: list[Server]) -> Subject:
    first = nodes[0]
    size = sum(copies(n) for n in nodes)
    cluster = Subject(f"the cluster of {size} nodes", first.anchor, "cluster")
    span = first.get("cluster-enabled").span
    cluster.set("size", Value(size, Origin(None, "nodes that the files start")))
    cluster.links["node"] = first
    container = first.links.get("container")
    if container is not None:
        cluster.links["container"] = container
    for node in nodes:
        node.links["cluster"] = cluster
    cluster.candidates = first.candidates
    cluster.set("enabled", Value(True, Origin(span)))
    return cluster


def _image_only(sentinel: Sentinel) -> bool:
    container = sentinel.links["container"]
    return isinstance(container, Container) and container.platform == "dockerfile"


def _sentinel_group(monitor: Monitor, sentinels: list[Sentinel]) -> Subject:
    first = sentinels[0]
    name = monitor.name
    group = Subject(
        f"the Sentinels of {name}", monitor.setting.span or first.anchor, "sentinel-group"
    )
    # A Dockerfile makes an image; how many containers run it stands elsewhere.
    in_containers = [s for s in sentinels if s.links.get("container") and not _image_only(s)]
    count = sum(copies(s) for s in in_containers)
    group.set("master-name", Value(name, Origin(monitor.setting.span)))
    group.set(
        "size",
        Value(count, Origin(in_containers[0].anchor, "Sentinels that the files start"))
        if count
        else default(None, "nothing here starts them"),
    )
    watchers = max(count, len(sentinels))
    group.set("watchers", Value(watchers, Origin(None, "Sentinels that the files configure")))
    if monitor.quorum is not None:
        group.set("quorum", Value(monitor.quorum, Origin(monitor.setting.span)))
    group.links["sentinel"] = first
    if "server" in first.links:
        group.links["server"] = first.links["server"]
        group.links["server"].links["sentinel-group"] = group
    return group
