"""What only a server and its container together show."""

from __future__ import annotations

import re

from redislint.knowledge import images
from redislint.knowledge.images import END_OF_LIFE
from redislint.model.container import Container
from redislint.model.facts.exposure import own_port
from redislint.model.server import Server, shown
from redislint.model.subject import computed
from redislint.model.value import Origin, Value, default, unknown


def _container(server: Server) -> Container | None:
    found = server.links.get("container")
    return found if isinstance(found, Container) else None


@computed("server", "end-of-life", "text", "since when its version gets no fixes, where that is so")
def end_of_life(server: Server) -> Value:
    """The year or month, for a version that a file names."""
    if server.version_origin.span is None:
        return default(None, "no version is named")
    since = END_OF_LIFE.get(server.server)
    return Value(since, server.version_origin) if since else default(None, "the version has fixes")


@computed(
    "server",
    "distribution-release",
    "text",
    "an ended release that a distribution's package brings",
)
def distribution_release(server: Server) -> Value:
    """`redis 3.0 of ubuntu:16.04`, for a server that the container is known to run."""
    container = _container(server)
    packaged = container.facts.get("packaged") if container is not None else None
    if packaged is None or container is None or container.platform != "dockerfile":
        return default(None, "no distribution brings it")
    release, of, _ = str(packaged.value).partition(" of ")
    ended = END_OF_LIFE.get(release.replace(" ", "-"))
    if not of or ended is None:
        return default(None, "its release is not known, or has fixes")
    return packaged


@computed("server", "brought-along", "bool", "a build has it beside something else that it is for")
def brought_along(server: Server) -> Value:
    """Nothing that is seen starts it."""
    container = _container(server)
    value = container.facts.get("brought-along") if container is not None else None
    return value if value is not None else default(False, "it is what the container is for")


@computed("server", "version", "version", "its version, where a file names one")
def version(server: Server) -> Value:
    """Major and minor: 7.2."""
    return Value(
        server.server.partition("-")[2],
        server.version_origin,
        set=server.version_origin.span is not None,
    )


@computed("server", "product", "text", "name and version as users say it: redis 7.2")
def product(server: Server) -> Value:
    """redis 7.2."""
    return Value(shown(server.server), server.version_origin, set=False)


@computed("server", "floating-tag", "bool", "its image has no tag, or one that names no version")
def floating_tag(server: Server) -> Value:
    """`redis`, `redis:latest`, `redis:alpine`."""
    container = _container(server)
    if container is None or "digest" in container.facts or container.image is None:
        return default(False, "no image is named")
    name = container.facts.get("image-name")
    image = images.lookup(str(name.value)) if name is not None else None
    if image is None or image.family == "other" or not container.image.known:
        return default(False, "the image is not known")
    tag = container.facts.get("tag")
    if tag is None:
        return Value(True, container.image.origin)
    if not tag.known:
        return unknown(tag.why, tag.span)
    return Value(
        not re.search(
            r"\d", re.sub(r"alpine[\d.]*|debian-\d+|bookworm|bullseye", "", str(tag.value))
        ),
        tag.origin,
    )


@computed("server", "newest-tag", "bool", "its image is whatever is newest: no tag, or latest")
def newest_tag(server: Server) -> Value:
    """`redis`, `redis:latest`; not `redis:alpine`, which at least says what it is."""
    floating = server.get("floating-tag")
    container = _container(server)
    if container is None or not floating.is_true:
        return floating
    tag = container.facts.get("tag")
    newest = tag is None or str(tag.value).startswith(("latest", "stable", "edge"))
    return Value(newest, floating.origin)


@computed(
    "server", "wrong-port", "int", "the container side of a published port to which nothing listens"
)
def wrong_port(server: Server) -> Value:
    """A mapping that cannot be meant for anything else than the server, to another port."""
    container = _container(server)
    port = own_port(server)
    if container is not None and not server.complete:
        return _swapped(server, container)
    if container is None or port is None:
        return default(None, "the ports are not known")
    own = {port, port + 10000, 8001}
    for name in ("port", "tls-port", "cluster-port"):
        value = server.get(name)
        if not value.known:
            return default(None, "the ports are not known")
        own.add(int(str(value.value or 0)))
    mapped = [p for p in container.ports if p.scope != "container" and p.container is not None]
    wrong = [p for p in mapped if p.container not in own]
    if wrong and not any(p.container == port for p in mapped):
        return Value(wrong[0].container, Origin(wrong[0].span))
    return default(None, "every mapping leads to the server")


def _swapped(server: Server, container: Container) -> Value:
    """A mapping to the digits of the usual port in another order, where the file is not read."""
    usual = "26379" if server.kind == "sentinel" else "6379"
    for port in container.ports:
        number = str(port.container or "")
        if port.scope != "container" and number != usual and sorted(number) == sorted(usual):
            return Value(port.container, Origin(port.span))
    return default(None, "the ports are not known")


@computed("server", "host-network", "bool", "its container uses the host's network")
def host_network(server: Server) -> Value:
    """network_mode: host, hostNetwork: true."""
    container = _container(server)
    mode = container.facts.get("network-mode") if container else None
    if mode is None or not mode.known:
        return default(False, "its own network")
    return Value(mode.value == "host", mode.origin)


@computed(
    "server",
    "published-on-host-network",
    "bool",
    "ports are mapped although the host's network is used",
)
def published_on_host_network(server: Server) -> Value:
    """The mapping has no effect."""
    container = _container(server)
    if container is None or not server.get("host-network").is_true:
        return default(False, "its own network")
    ports = [p for p in container.ports if p.scope != "container"]
    return Value(bool(ports), Origin(ports[0].span if ports else None))


@computed("server", "memory-limit", "size", "the memory limit of its container")
def memory_limit(server: Server) -> Value:
    """Bytes."""
    container = _container(server)
    return container.get("memory-limit") if container is not None else default(None, "no container")


@computed("server", "evicts", "bool", "keys are removed when maxmemory is reached")
def evicts(server: Server) -> Value:
    """A policy other than noeviction."""
    policy = server.get("maxmemory-policy")
    if not policy.known:
        return unknown(policy.why, policy.span, set=policy.set)
    return Value(policy.value != "noeviction", policy.origin, set=policy.set)


@computed(
    "server",
    "evicts-any",
    "bool",
    "any key may be removed when maxmemory is reached, also those without expiry",
)
def evicts_any(server: Server) -> Value:
    """An allkeys policy."""
    policy = server.get("maxmemory-policy")
    if not policy.known:
        return unknown(policy.why, policy.span, set=policy.set)
    return Value(str(policy.value).startswith("allkeys"), policy.origin, set=policy.set)


@computed(
    "server", "image-volume-only", "bool", "only the image's own anonymous volume holds the data"
)
def image_volume_only(server: Server) -> Value:
    """No mount covers the data folder of an official image."""
    kind = server.get("data-volume")
    return Value(
        kind.value in ("image", "anonymous"),
        kind.origin,
        known=kind.known,
        why=kind.why,
        set=kind.set,
    )


@computed(
    "server",
    "opening-line",
    "text",
    "the line in a file that opens it: protected-mode no, or bind to all",
)
def opening_line(server: Server) -> Value:
    """At the line of the file; absent where no file opens it, or the one that runs it does so itself."""
    container = _container(server)
    own = ""
    if container is not None and container.platform == "compose" and container.anchor is not None:
        own = container.anchor.path
    for name in ("protected-mode", "bind"):
        for setting in reversed(server.written(name)):
            if setting.where not in ("file", "build") or setting.templated:
                continue
            if setting.span is not None and setting.span.path == own:
                continue
            text = " ".join(setting.args).lower()
            if name == "protected-mode" and text == "no":
                return Value("protected-mode no", Origin(setting.span))
            if name == "bind" and server.get("bind-scope").value == "all":
                return Value(f"bind {text}", Origin(setting.span))
    return default(None, "no file opens it")


@computed("server", "refusing-line", "text", "the line after which others are let in or refused")
def refusing_line(server: Server) -> Value:
    """That of the bind; where none is written, that of the protected mode."""
    found = opening_line(server)
    lines = [s for s in server.written("protected-mode") if s.span is not None]
    if found.value is not None or not lines:
        return found
    return Value("protected-mode yes", Origin(lines[-1].span))
