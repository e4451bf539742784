"""What a cluster node needs to know who it is after a restart."""

from __future__ import annotations

import posixpath

from redislint.model.container import Container
from redislint.model.server import Server
from redislint.model.subject import computed
from redislint.model.value import Origin, Value, default


@computed(
    "server", "forgets-identity", "bool", "a cluster node whose nodes.conf dies with its container"
)
def forgets_identity(server: Server) -> Value:
    """The folder that holds cluster-config-file is on nothing that lasts."""
    container = server.links.get("container")
    if not isinstance(container, Container) or container.platform == "dockerfile":
        return default(False, "no container")
    if not server.get("cluster-enabled").is_true or not server.complete:
        return default(False, "no cluster node")
    name = str(server.get("cluster-config-file").value or "nodes.conf")
    for mount in container.mounts:
        if posixpath.basename(mount.target) == posixpath.basename(name):
            return default(False, "its nodes file is mounted")
    survives = server.get("data-survives")
    if not survives.known:
        return Value(None, survives.origin, known=False, why=survives.why, set=None)
    folder = str(server.get("dir").value or "/data")
    inside = [m for m in container.mounts if m.target.startswith(folder.rstrip("/") + "/")]
    span = inside[0].span if inside else survives.span or server.anchor
    return Value(not survives.value, Origin(span))
