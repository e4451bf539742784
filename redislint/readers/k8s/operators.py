"""Custom resources of Redis and Valkey operators → containers with what the resource decides.

Known: OT-Container-Kit (Redis, RedisReplication, RedisCluster, RedisSentinel), spotahome's
RedisFailover, hyperspike's Valkey, KubeDB's Redis, the DistributedRedisCluster of ucloud. Of
others the image is read, where one stands in the specification. What an operator adds by itself
is unknown.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from redislint.model.container import Container, Mount, Port
from redislint.model.facts.environment import of_path
from redislint.model.subject import Subject
from redislint.model.value import Origin, Value, at, unknown
from redislint.readers.compose import set_image
from redislint.readers.k8s.doors import EVENTS
from redislint.readers.k8s.objects import Folder, Object, words
from redislint.readers.k8s.pods import quantity
from redislint.syntax.yaml import Mapping, Node, Scalar, Sequence

_KIND = re.compile(r"(?i)redis|valkey")
_NOT_ONE = re.compile(
    r"(?i)enterprise|backup|user|binding|opsrequest|version|insight|role|policy|autoscaler|schema"
    r"|^Elasti|^Aws|instance$|azure|memorystore"
)
_SENTINEL = re.compile(r"(?i)sentinel$")
_CLUSTER = re.compile(r"(?i)cluster$")
_NAME = re.compile(r"^[a-z]+(?:-[a-z]+)*$")
_UNKNOWN = "the operator writes the rest of the configuration"


def is_operated(found: Object) -> bool:
    """Whether an object is a custom resource that makes a server."""
    group = found.node.text("apiVersion") or ""
    return (
        "." in group.partition("/")[0]
        and not group.startswith(("apps/", "helm.", "kustomize.", "networking."))
        and "k8s.io/" not in group
        and bool(_KIND.search(found.kind))
        and not _NOT_ONE.search(found.kind)
    )


def is_enterprise(found: Object) -> bool:
    """Whether an object is one of Redis's own operator."""
    group = found.node.text("apiVersion") or ""
    return group.startswith("app.redislabs.com/") and found.kind in (
        "RedisEnterpriseCluster",
        "RedisEnterpriseDatabase",
        "RedisEnterpriseActiveActiveDatabase",
    )


def enterprise(found: Object) -> Iterator[Subject]:
    """A database or cluster of Redis Enterprise: what it asks for, as of a managed service."""
    from redislint.readers.cloud import services

    spec, pair = found.node.get("spec"), found.node.pair("kind")
    if not isinstance(spec, Mapping):
        return
    inner = spec.get("globalConfigurations")
    table = inner if isinstance(inner, Mapping) else spec
    anchor = pair[1].span if pair else found.node.head
    yield services.enterprise(
        f"{found.kind} {found.name}".strip(),
        anchor,
        found.kind,
        lambda name: words(table.get(name)),
    )


def read(found: Object, near: Folder) -> Iterator[Container | Subject]:
    """The servers (and the group of Sentinels) that a custom resource asks for."""
    spec = found.node.get("spec")
    if not isinstance(spec, Mapping):
        return
    if found.kind == "RedisFailover":
        redis = spec.get("redis")
        yield from _server(found, redis if isinstance(redis, Mapping) else spec, near)
        yield from _sentinels(found, spec.get("sentinel", "replicas"))
    elif _SENTINEL.search(found.kind):
        yield from _sentinels(
            found, spec.get("clusterSize") or spec.get("size") or spec.get("replicas")
        )
    else:
        yield from _server(found, spec, near)
        yield from _sentinels(found, spec.get("sentinel", "size"))


def _sentinels(found: Object, size: Node | None) -> Iterator[Subject]:
    count = _number(size)
    if count is None or size is None:
        return
    group = Subject(f"the Sentinels of {found.kind} {found.name}", size.span, "sentinel-group")
    group.set("size", at(count, size.span))
    group.set("master-name", Value(found.name))
    group.set("operated", at(True, size.span))
    place, _ = of_path(found.path)
    group.set("production", Value(place in ("production", "unknown")))
    yield group


def _server(found: Object, spec: Mapping, near: Folder) -> Iterator[Container]:
    image = _image(spec)
    options = list(_options(found, spec, near))
    if image is None and not any(o.span for o in options):
        return
    pair = found.node.pair("kind")
    anchor = (image.span if image else None) or (pair[1].span if pair else None)
    container = Container(f"{found.kind} {found.name}".strip(), anchor, "kubernetes")
    container.group = posixpath.dirname(found.path) or "."
    container.names = (found.name,) if found.name else ()
    container.set("workload", Value(found.kind, Origin(pair[1].span if pair else None, found.kind)))
    container.set("operator", Value(_UNKNOWN, Origin(pair[1].span if pair else None)))
    if image is not None:
        set_image(container, image)
    _copies(container, found.kind, spec)
    _limit(container, spec)
    _storage(container, spec)
    _retention(container, spec)
    container.argv = [Value("redis-server"), *options]
    container.ports += _ports(spec)
    yield container


def _image(spec: Mapping) -> Value | None:
    for path in (("kubernetesConfig", "image"), ("image",), ("redis", "image")):
        value = words(spec.get(*path))
        if value is not None:
            return value
    version = words(spec.get("version"))
    if version is not None and version.known and re.match(r"v?\d+\.\d", str(version.value)):
        return Value(f"redis:{str(version.value).lstrip('v')}", version.origin)
    return None


def _copies(container: Container, kind: str, spec: Mapping) -> None:
    """How many servers run in all: primaries with the replicas that the operator gives each."""
    for name, each in (("clusterSize", ""), ("masterSize", "clusterReplicas"),
                       ("nodes", "replicas"), ("replicas", ""), ("size", "")):  # fmt: skip
        count = _number(spec.get(name))
        if count is None:
            continue
        total = count
        if name == "clusterSize" and _CLUSTER.search(kind):
            leaders = _number(spec.get("redisLeader", "replicas"))
            followers = _number(spec.get("redisFollower", "replicas"))
            total = (count if leaders is None else leaders) + (
                count if followers is None else followers
            )
        elif each:
            total = count * (1 + (_number(spec.get(each)) or 0))
        node = spec.get(name)
        container.set("replicas", at(total, node.span if node is not None else None))
        return


def _number(node: Node | None) -> int | None:
    value = words(node)
    text = str(value.value) if value is not None and value.known else ""
    return int(text) if text.isdecimal() else None


def _limit(container: Container, spec: Mapping) -> None:
    paths: tuple[tuple[str, ...], ...] = (
        ("kubernetesConfig", "resources"), ("redisLeader", "resources"), ("resources",),
    )  # fmt: skip
    for path in paths:
        value = words(spec.get(*path, "limits", "memory"))
        amount = quantity(str(value.value)) if value is not None and value.known else None
        if value is not None and amount is not None:
            container.set("memory-limit", Value(int(amount), value.origin, raw=str(value.value)))
            return


def _storage(container: Container, spec: Mapping) -> None:
    """The volume that the resource asks for; where none is named, the operator decides."""
    kept = spec.get("storage")
    kind = spec.text("storageType") or spec.text("storage", "type") or ""
    if isinstance(kept, Mapping) and kept.get("emptyDir") is not None:
        container.mounts.append(Mount("/data", "emptydir", "", kept.head))
    elif kind.lower() in ("ephemeral",):
        node = spec.get("storageType") or kept
        container.mounts.append(Mount("/data", "emptydir", "", node.head if node else None))
    else:
        container.mounts.append(Mount("/data", "claim", "", kept.head if kept else None))


def _retention(container: Container, spec: Mapping) -> None:
    """What becomes of the data with the resource: KubeDB's policies, and the StatefulSet's own."""
    for name in ("deletionPolicy", "terminationPolicy"):
        policy = spec.get(name)
        if isinstance(policy, Scalar) and policy.text in ("WipeOut", "Delete"):
            container.set("claim-dies", at("the resource is deleted", policy.span))
            return
    for holder in (spec, spec.get("kubernetesConfig")):
        if not isinstance(holder, Mapping):
            continue
        for name, event in EVENTS:
            value = holder.get("persistentVolumeClaimRetentionPolicy", name)
            if isinstance(value, Scalar) and value.text == "Delete":
                container.set("claim-dies", at(event, value.span))
                return


def _options(found: Object, spec: Mapping, near: Folder) -> Iterator[Value]:
    """What the resource sets, as the options of a command line, each at its place."""
    from redislint.knowledge.directives import all_names

    yield from (Value("--dir"), Value("/data"))
    if _CLUSTER.search(found.kind) or spec.text("mode") == "Cluster":
        yield from (Value("--cluster-enabled"), Value("yes"))
    secret = _secret(spec)
    if secret is not None:
        yield from (Value("--requirepass"), unknown("a Secret holds it", secret.head))
    listed: tuple[tuple[str, ...], ...] = (("customConfig",), ("redisConfig", "dynamicConfig"))
    for path in listed:
        lines = spec.get(*path)
        for line in lines.items if isinstance(lines, Sequence) else []:
            if isinstance(line, Scalar) and not line.templated:
                first, _, rest = line.text.strip().partition(" ")
                yield from _option(first, rest, line)
    for path in (("config",), ("redisConfig",), ("redisLeader", "redisConfig")):
        table = spec.get(*path)
        for key, value in table.pairs if isinstance(table, Mapping) else []:
            named = _NAME.match(key.text) and (path == ("config",) or key.text in all_names())
            if named and isinstance(value, Scalar) and not value.templated:
                yield from _option(key.text, value.text, value)
    for holder in (spec, spec.get("redisLeader")):
        inner = holder.get("redisConfig") if isinstance(holder, Mapping) else None
        name = inner.text("additionalRedisConfig") if isinstance(inner, Mapping) else None
        found_map = near.content(name) if name else None
        for content in (found_map or {}).values():
            yield from _lines(content)


def _lines(content: object) -> Iterator[Value]:
    from redislint.model.conf import ConfFile

    for setting in content.settings if isinstance(content, ConfFile) else []:
        yield at(f"--{setting.name}", setting.span)
        for word in setting.args:
            yield at(word, setting.span)


def _option(name: str, rest: str, node: Node) -> Iterator[Value]:
    yield at(f"--{name}", node.span)
    for word in rest.split() or [""]:
        yield at(word.strip("\"'"), node.span)


def _secret(spec: Mapping) -> Node | None:
    for path in (("kubernetesConfig", "redisSecret"), ("auth", "secretPath"), ("servicePassword",),
                 ("passwordSecret",), ("authSecret",), ("redisSecret",)):  # fmt: skip
        node = spec.get(*path)
        if node is not None and not (isinstance(node, Scalar) and node.is_null):
            return node
    return None


def _ports(spec: Mapping) -> Iterator[Port]:
    for path in (
        ("kubernetesConfig", "service", "serviceType"),
        ("serviceType",),
        ("service", "type"),
    ):
        node = spec.get(*path)
        if isinstance(node, Scalar) and node.text in ("LoadBalancer", "NodePort"):
            scope = "internet" if node.text == "LoadBalancer" else "network"
            yield Port(6379, 6379, "", scope, node.span)
            return
