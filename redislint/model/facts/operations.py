"""What a stop, a slow reader, or a mount beside the data folder does to a server."""

from __future__ import annotations

import re

from redislint.model.container import Container
from redislint.model.server import Server
from redislint.model.subject import computed
from redislint.model.value import Origin, Value, default, unknown

_GRACE = {"compose": 10.0, "dockerfile": 10.0, "kubernetes": 30.0, "helm": 30.0, "ecs": 30.0}
"""Seconds between the stop signal and the kill where nobody says another number: the platforms' own
documentation."""

_SNAPSHOT_RATE = 100e6
"""Bytes of data that a snapshot writes in a second: measured with small values on a local disk."""

_BESIDE = re.compile(
    r"(?i)conf|/etc(/|$)|log|tls|ssl|cert|acl|modules?|/run(/|$)|/tmp|sock|secret|script|init|backup|entrypoint|/usr(/|$)|/opt(/|$)|lua"
)


def _container(server: Server) -> Container | None:
    found = server.links.get("container")
    return found if isinstance(found, Container) else None


_KINDS = frozenset("g$lshzxe")
"""The events that `A` stands for in every version; t, d and n came later."""


@computed("server", "all-key-events", "bool", "every event of every key is published twice")
def all_key_events(server: Server) -> Value:
    """`K` and `E`, with `A` or all that it means."""
    value = server.get("notify-keyspace-events")
    if not value.known:
        return unknown(value.why, value.span, set=value.set)
    letters = set(str(value.value or ""))
    yes = {"K", "E"} <= letters and ("A" in letters or letters >= _KINDS)
    return Value(yes, value.origin, set=value.set)


@computed("server", "grace", "duration", "time that it has between the stop signal and the kill")
def grace(server: Server) -> Value:
    """As written, else the default of what runs the container."""
    container = _container(server)
    if container is None:
        return unknown("nothing here says who stops it", set=None)
    given = container.facts.get("stop-grace")
    if given is not None:
        return given
    seconds = _GRACE.get(container.platform)
    if seconds is None:
        return unknown(f"what {container.platform} waits is not known", set=None)
    return default(seconds, f"default of {container.platform}")


@computed("server", "save-seconds", "duration", "time that a snapshot of maxmemory takes")
def save_seconds(server: Server) -> Value:
    """At 100 MB a second; a server without maxmemory has no estimate."""
    limit = server.get("maxmemory")
    if not limit.known or not isinstance(limit.value, int) or not limit.value:
        return unknown(limit.why or "maxmemory is not set", limit.span, set=None)
    return Value(float(round(limit.value / _SNAPSHOT_RATE)), limit.origin)


@computed("server", "drops-at-shutdown", "bool", "SIGTERM ends it without a snapshot")
def drops_at_shutdown(server: Server) -> Value:
    """`shutdown-on-sigterm nosave`, alone or with other words."""
    lines = server.written("shutdown-on-sigterm")
    if not lines or lines[-1].templated:
        return default(False, "shutdown-on-sigterm is not written")
    words = " ".join(lines[-1].args).lower().split()
    return Value("nosave" in words, Origin(lines[-1].span))


@computed(
    "server", "unlimited-buffer", "text", "a class of subscribers or replicas without any limit"
)
def unlimited_buffer(server: Server) -> Value:
    """The word pubsub, replica or slave of `client-output-buffer-limit … 0 0 0`."""
    last: dict[str, Value] = {}
    for setting in server.written("client-output-buffer-limit"):
        words = " ".join(setting.args).lower().split()
        for place in range(0, len(words) - 3, 4):
            name = {"slave": "replica"}.get(words[place], words[place])
            free = all(w.rstrip("bkmg") == "0" for w in words[place + 1 : place + 4])
            last[name] = Value(words[place] if free else None, Origin(setting.span), set=free)
    for name in ("pubsub", "replica"):
        if name in last and last[name].value:
            return last[name]
    return default(None, "every class has a limit")


@computed(
    "server", "misplaced-volume", "text", "a volume that looks meant for the data and is elsewhere"
)
def misplaced_volume(server: Server) -> Value:
    """A named volume or claim at no folder that the server is known to use."""
    container = _container(server)
    if container is None or not server.complete or container.image is None:
        return default(None, "no container")
    folder = server.get("dir")
    if not folder.known or not (folder.set or str(folder.value).startswith("/")):
        return default(None, "only the image knows its working directory")
    if not folder.set and _built_by_others(container):
        return default(None, "only the image knows its data folder")
    if server.get("data-survives").value is not False:
        return default(None, "its data is on a volume")
    for mount in container.mounts:
        if _BESIDE.search(mount.target):
            continue
        meant = mount.kind in ("volume", "claim", "network", "hostpath")
        if meant or (
            mount.kind == "bind" and re.search(r"(?i)(?:redis|valkey|data)$", mount.target)
        ):
            return Value(mount.target, Origin(mount.span))
    return default(None, "no other volume is mounted")


def _built_by_others(container: Container) -> bool:
    """Whether somebody's own image may keep its data elsewhere: `kubernetes/redis`, not a mirror."""
    from redislint.knowledge import images

    name = str(container.get("image-name").value or "")
    image = images.lookup(name)
    return image is not None and image.family == "mirror" and "library/" not in name


@computed("container", "frozen-image", "bool", "its image is a Bitnami one that gets no updates")
def frozen_image(container: Container) -> Value:
    """bitnamilegacy, and versions under Docker Hub's bitnami."""
    image = container.image
    name = container.facts.get("image-name")
    if image is None or not image.known or name is None:
        return default(False, "the image is not known")
    written = str(image.value)
    if str(name.value).startswith("bitnamilegacy/"):
        return Value(True, image.origin)
    tag = container.facts.get("tag")
    hub = re.match(r"(?:docker\.io/)?bitnami/(?:redis|valkey)", written)
    versioned = tag is not None and tag.known and re.match(r"v?\d", str(tag.value))
    return Value(bool(hub and versioned), image.origin)


@computed("server", "unit-mismatch", "text", "what comes of a unit's Type that does not fit it")
def unit_mismatch(server: Server) -> Value:
    """A server that is supervised stays in the foreground whatever daemonize says."""
    container = _container(server)
    kind = container.facts.get("unit-type") if container is not None else None
    if kind is None or not kind.known:
        return default(None, "no systemd unit starts it")
    daemonize, supervised = server.get("daemonize"), server.get("supervised")
    notify = kind.value == "notify"
    if not daemonize.known or (notify and not supervised.known):
        return unknown(daemonize.why or supervised.why, set=None)
    tells = notify and supervised.value in ("auto", "systemd")
    background = daemonize.value is True and not tells
    assert container is not None
    place = kind.origin if kind.set else Origin(container.command_span)
    if kind.value in ("simple", "exec", "notify") and background:
        return Value("it goes into the background, which systemd takes for its end", place)
    if kind.value == "forking" and not background:
        return Value("it stays in the foreground, so systemd gives up waiting and kills it", place)
    if notify and not tells:
        return Value(
            "it never says that it is ready, so systemd gives up and kills it", kind.origin
        )
    return default(None, "the unit's type fits")
