"""The servers that the values of a Redis or Valkey chart ask for.

Known: Bitnami's redis, redis-cluster and valkey, redis-ha (DandyDeveloper), and the small charts
that take `config` or `configuration`. What a chart adds by itself stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from redislint.model.container import Container, Mount, Port
from redislint.model.facts.environment import of_path
from redislint.model.subject import Subject
from redislint.model.value import Origin, Value, at, unknown
from redislint.readers.compose import set_image
from redislint.readers.k8s.objects import words
from redislint.readers.k8s.pods import quantity
from redislint.syntax.yaml import Mapping, Node, Scalar, Sequence

_UNKNOWN = "the chart writes the rest of the configuration"
_TEXTS = ("commonConfiguration", "configuration", "config", "configmap", "customConfig")
_PARTS = ("master", "primary", "redis", "valkey", "node")
_CLUSTER = re.compile(r"(?i)cluster")


def read(label: str, block: Mapping) -> Iterator[Container | Subject]:
    """The server, and the group of Sentinels, of one chart's values."""
    options = list(_options(block))
    limit = next(_found(block, "resources", "limits", "memory"), None)
    image = _image(block)
    sentinels = list(_sentinels(label, block))
    yield from sentinels
    if not options and limit is None and image is None and not sentinels:
        return
    container = Container(f"the server of {label}", block.head, "helm")
    container.set("operator", Value(_UNKNOWN, Origin(block.head)))
    if image is not None:
        set_image(container, image)
    value = words(limit)
    amount = quantity(str(value.value)) if value is not None and value.known else None
    if value is not None and amount is not None:
        container.set("memory-limit", Value(int(amount), value.origin, raw=str(value.value)))
    container.argv = [Value("redis-server"), *options]
    container.mounts.append(Mount("/", "volume", "", None))
    container.ports += _ports(block)
    yield container


def _image(block: Mapping) -> Value | None:
    """The image, where the values name its tag; the repository may be the chart's own."""
    whole = words(block.get("image"))
    tag = words(block.get("image", "tag") or block.get("imageTag"))
    repository = words(block.get("image", "repository") or block.get("imageName"))
    if whole is not None:
        if not whole.known or ":" in str(whole.value).rpartition("/")[2]:
            return whole if whole.known else None
        tag, repository = tag or words(block.get("tag")), whole
    if tag is None or not tag.known:
        return None
    if repository is None:
        chart = "valkey" if block.get("primary") is not None else "redis"
        known = block.get("architecture") or block.get("auth") or block.get("master")
        name = f"bitnami/{chart}" if known is not None else chart
    elif repository.known:
        name = str(repository.value)
    else:
        return None
    return Value(f"{name}:{tag.value}", tag.origin)


def _found(block: Mapping, *path: str) -> Iterator[Node]:
    """The nodes at a path of the block or of the part that describes its primary."""
    for part in _PARTS:
        node = block.get(part, *path)
        if node is not None:
            yield node
    node = block.get(*path)
    if node is not None:
        yield node


def _options(block: Mapping) -> Iterator[Value]:
    """What the values set, as the options of a command line, each at its place."""
    for name in _TEXTS:
        seen: set[int] = set()
        for node in _found(block, name):
            if node.span.start in seen:
                continue
            seen.add(node.span.start)
            if isinstance(node, Scalar) and not node.is_null:
                yield from _lines(node)
            elif isinstance(node, Mapping):
                yield from _table(node)
    for node in _found(block, "extraFlags"):
        for item in node.items if isinstance(node, Sequence) else []:
            if isinstance(item, Scalar) and not item.templated and item.text.startswith("--"):
                yield from (at(word, item.span) for word in item.text.split())


def _lines(node: Scalar) -> Iterator[Value]:
    from redislint.readers.redisconf import is_redis, settings

    source = node.embedded()
    if not is_redis(source, "redis.conf"):
        return
    for setting in settings(source):
        yield at(f"--{setting.name}", setting.span)
        for word in setting.args:
            held = at(word, setting.span)
            yield unknown("a template fills it in", setting.span) if setting.templated else held


def _table(node: Mapping) -> Iterator[Value]:
    from redislint.knowledge.directives import all_names

    known = all_names()
    for key, value in node.pairs:
        name = key.text.lower()
        if name not in known or not isinstance(value, Scalar) or value.is_null:
            continue
        yield at(f"--{name}", value.span)
        if value.templated:
            yield unknown("a template fills it in", value.span)
        else:
            for word in value.text.split() or [""]:
                yield at(word.strip("\"'"), value.span)


def _sentinels(label: str, block: Mapping) -> Iterator[Subject]:
    """The Sentinels that stand beside each server, where the number of servers is written."""
    guard = block.get("sentinel")
    if not isinstance(guard, Mapping) or _CLUSTER.search(label):
        return
    beside = guard.text("enabled") == "true"  # Bitnami's: one in each pod
    own = guard.get("replicas") or guard.get("replicaCount")
    size = own or (block.get("replica", "replicaCount") if beside else None)
    if own is not None and not beside and guard.get("enabled") is not None:
        return
    if not beside and isinstance(block.get("redis"), Mapping):
        size = block.get("replicas")  # redis-ha: always one in each pod
    count = words(size)
    if size is None or count is None or not str(count.value).isdecimal():
        return
    group = Subject(f"the Sentinels of {label}", size.span, "sentinel-group")
    group.set("size", at(int(str(count.value)), size.span))
    group.set("master-name", Value(label))
    group.set("operated", at(True, size.span))
    quorum = words(guard.get("quorum"))
    if quorum is not None and quorum.known and str(quorum.value).isdecimal():
        group.set("quorum", Value(int(str(quorum.value)), quorum.origin))
    place, _ = of_path(size.source.root.within)
    group.set("production", Value(place in ("production", "unknown")))
    yield group


def _ports(block: Mapping) -> Iterator[Port]:
    for node in _found(block, "service", "type"):
        if isinstance(node, Scalar) and node.text in ("LoadBalancer", "NodePort"):
            yield Port(6379, 6379, "", "network", node.span)
            return
