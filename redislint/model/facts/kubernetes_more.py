"""What Services, policies and the folders of images mean for a server."""

from __future__ import annotations

import posixpath

from redislint.knowledge import images
from redislint.model.container import Container
from redislint.model.facts.container_more import direct
from redislint.model.facts.exposure import own_port
from redislint.model.server import Server
from redislint.model.subject import FactSpec, computed, kind
from redislint.model.value import Origin, Value, default
from redislint.syntax.shell import SENTINELS, SERVERS

kind("container", "a container or process that a Dockerfile, compose file, manifest, task or unit starts", [
    FactSpec("budget", "bool", "a PodDisruptionBudget selects its pods"),
    FactSpec("network-policy", "bool", "a NetworkPolicy selects its pods"),
    FactSpec("config-checksum", "bool", "an annotation restarts its pods when a ConfigMap changes"),
])  # fmt: skip


def _container(server: Server) -> Container | None:
    found = server.links.get("container")
    return found if isinstance(found, Container) else None


@computed(
    "server", "unserved-port", "int", "a Service's target at which nothing of the pod listens"
)
def unserved_port(server: Server) -> Value:
    """Where every Service that selects the pod leads past the server, and no container declares it."""
    container = _container(server)
    port = own_port(server)
    if container is None or port is None or not container.targets:
        return default(None, "no Service leads to it")
    declared = {p.container for p in container.ports} | {port, port + 10000, 26379, 9121, 16379}
    if not server.complete or any(t.container in declared for t in container.targets):
        return default(None, "a Service leads to it")
    target = container.targets[0]
    return Value(target.container, Origin(target.span))


@computed("server", "config-by-map", "text", "a ConfigMap's file that it starts with")
def config_by_map(server: Server) -> Value:
    """The path inside the container of a configuration that a ConfigMap brings."""
    container = _container(server)
    if container is None or container.platform != "kubernetes":
        return default(None, "no ConfigMap")
    for path in server.config_paths:
        if path in container.files and not isinstance(container.files[path], str):
            return Value(path, Origin(container.command_span or container.anchor))
    return default(None, "no ConfigMap")


@computed("server", "requests-below-limit", "bool", "less memory is requested than it may use")
def requests_below_limit(server: Server) -> Value:
    """Then the node may promise the same memory twice."""
    container = _container(server)
    if container is None or container.platform != "kubernetes":
        return default(False, "no orchestrator")
    low, high = container.get("memory-reservation"), container.get("memory-limit")
    if not isinstance(low.value, int) or not isinstance(high.value, int):
        return default(False, "request or limit is not written")
    return Value(low.value < high.value, low.origin)


_FOLDERS = frozenset(
    "/ /data /tmp /var/tmp /dev /dev/shm /proc /proc/self/fd /proc/1/fd /var/log /var/run /run /var /var/lib"
    " /etc /usr /usr/local /usr/local/etc /usr/local/bin /home /opt /srv /root /mnt /media /var/cache".split()
)
"""Folders of the official images. Not all may be written by the user redis, but they are there."""


@computed(
    "server", "missing-folder", "text", "a folder that a setting needs and its image does not have"
)
def missing_folder(server: Server) -> Value:
    """dir, logfile or unixsocket in an official image, where nothing is mounted or copied."""
    container = _container(server)
    name = container.facts.get("image-name") if container is not None else None
    if container is None or name is None or not name.known or container.build:
        return default(None, "the image is not known")
    image = images.lookup(str(name.value))
    if image is None or image.family != "official" or container.platform == "dockerfile":
        return default(None, "the image is not known")
    words = [*(container.entrypoint or []), *(container.argv or [])]
    first = str(words[0].value if words and words[0].known else "").rpartition("/")[2]
    if (
        words
        and first not in SERVERS | SENTINELS
        and not first.endswith(".conf")
        and first[:1] != "-"
        and not (first in ("sh", "bash", "ash") and direct(container))
    ):
        return default(None, "a shell may make it")
    for wanted in ("dir", "logfile", "unixsocket"):
        lines = server.written(wanted)
        if not lines or not lines[-1].args or lines[-1].templated:
            continue
        path = lines[-1].args[0]
        folder = posixpath.normpath(path if wanted == "dir" else posixpath.dirname(path))
        if path.startswith("/") and folder not in _FOLDERS and not _there(container, folder):
            return Value(folder, Origin(lines[-1].span))
    return default(None, "every folder is there")


def _there(container: Container, folder: str) -> bool:
    """Whether a mount or a copied file makes a folder, or one below or above it."""
    places = [m.target for m in container.mounts] + list(container.files)
    return any(
        p == folder or p.startswith(folder + "/") or folder.startswith(p.rstrip("/") + "/")
        for p in places
    )


@computed(
    "server", "announced-loopback", "text", "a loopback address that a cluster node announces"
)
def announced_loopback(server: Server) -> Value:
    """`cluster-announce-ip 127.0.0.1`: what other nodes and redirected clients are told."""
    lines = server.written("cluster-announce-ip")
    container = _container(server)
    if not lines or not lines[-1].args or lines[-1].templated:
        return default(None, "none is announced")
    mode = container.facts.get("network-mode") if container is not None else None
    if mode is not None:
        return default(None, "the nodes share the host's network")
    address = lines[-1].args[0]
    loopback = address.startswith("127.") or address in ("localhost", "::1", "0.0.0.0")
    if not loopback:
        return default(None, "an address of the network")
    return Value(address, Origin(lines[-1].span))
