"""What several servers have in common: data folders, configuration files, a primary."""

from __future__ import annotations

import posixpath

from redislint.model.container import Container, Mount
from redislint.model.deployment import Deployment
from redislint.model.facts.durability import data_mount
from redislint.model.sentinel import Sentinel
from redislint.model.server import Server
from redislint.model.value import Origin, Value


def find_shared(deployment: Deployment) -> None:
    """Tell servers what they share with others of their stack; count the replicas of primaries."""
    servers = [s for s in deployment.subjects if isinstance(s, Server)]
    _folders(servers)
    _files(servers)
    _replicas(servers)


def copies(server: Server) -> int:
    """How many copies of a server's container run."""
    container = server.links.get("container")
    count = container.facts.get("replicas") if isinstance(container, Container) else None
    return count.value if count is not None and isinstance(count.value, int) else 1


def _folders(servers: list[Server]) -> None:
    """Two servers that write the same files in the same volume."""
    seen: dict[tuple[str, str, str, str], Server] = {}
    for server in servers:
        container = server.links.get("container")
        found = None if isinstance(server, Sentinel) else data_mount(server)
        if found is None or not isinstance(container, Container) or container.platform != "compose":
            continue
        mount, path = found
        if mount is None or mount.kind not in ("volume", "bind", "network") or not mount.source:
            continue
        if "unknown" in mount.source or "$" in mount.source or not server.complete:
            continue
        profiles = container.facts.get("profiles")
        rest = posixpath.relpath(path, mount.target) if path.startswith(mount.target) else "."
        key = (
            container.group,
            f"{mount.source}/{rest}" + (str(profiles.value) if profiles else ""),
            _names(server),
            "",
        )
        other = seen.setdefault(key, server)
        if other is not server:
            server.set("shared-data", Value(other.label, Origin(mount.span)))


def _names(server: Server) -> str:
    names = ("dbfilename", "appendfilename", "appenddirname")
    return " ".join(str(server.get(n).value) for n in names)


def _files(servers: list[Server]) -> None:
    """Two servers that rewrite the same file: Sentinels, their servers, cluster nodes."""
    seen: dict[tuple[str, str], Server] = {}
    for server in servers:
        container = server.links.get("container")
        if not isinstance(container, Container) or not server.config_paths:
            continue
        mount = _mount_of(container, server.config_paths[0])
        if mount is None or mount.read_only or not mount.source:
            continue
        if container.platform == "kubernetes" and mount.kind in ("network", "hostpath"):
            if copies(server) > 1 and "script" in server.facts:
                label = f"the other {copies(server) - 1} pods"
                server.set("shared-config", Value(label, Origin(mount.span)))
            continue
        if mount.kind != "bind":
            continue
        inner = server.config_paths[0][len(mount.target) :]
        other = seen.setdefault((container.group, mount.source + inner), server)
        rewrites = isinstance(server, Sentinel) or "sentinel" in server.links
        if other is not server and rewrites:
            server.set("shared-config", Value(other.label, Origin(mount.span)))


def _mount_of(container: Container, path: str) -> Mount | None:
    hits = [
        m
        for m in container.mounts
        if path == m.target or path.startswith(m.target.rstrip("/") + "/")
    ]
    return max(hits, key=lambda m: len(m.target), default=None)


def _by_itself(server: Server, servers: list[Server]) -> bool:
    """Whether a compose file starts it as the only server: neither replicas nor cluster nodes."""
    container = server.links.get("container")
    if not isinstance(container, Container) or container.platform != "compose":
        return False
    others = [s for s in servers if s is not server and not isinstance(s, Sentinel)]
    if any("container" in o.links or o.get("role").value != "master" for o in others):
        return False
    return not server.get("cluster-enabled").is_true


def _replicas(servers: list[Server]) -> None:
    counts: dict[int, list[Server]] = {}
    for server in servers:
        primary = server.links.get("primary")
        if isinstance(primary, Server):
            counts.setdefault(id(primary), []).append(server)
    for server in servers:
        replicas = counts.get(id(server), [])
        if not replicas:
            if _by_itself(server, servers):
                server.set("replicas-found", Value(0, Origin(None, "no replica in the files")))
            continue
        number = sum(copies(r) for r in replicas)
        server.set("replicas-found", Value(number, Origin(None, "replicas that the files start")))
        able = 0
        for replica in replicas:
            priority = replica.get("replica-priority")
            able += not (priority.known and priority.value == 0)
        server.set(
            "replicas-promotable",
            Value(
                able, Origin(replicas[0].get("replica-priority").span, "replicas with a priority")
            ),
        )
