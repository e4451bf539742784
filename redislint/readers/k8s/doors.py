"""What else a pod shows: Services with an address of their own, scripts that choose a role by the
pod's number, tuning of the node, claims that go with the workload."""

from __future__ import annotations

import re
from functools import lru_cache

from redislint.model.container import Container
from redislint.model.value import at
from redislint.readers.k8s.initial import script
from redislint.readers.k8s.objects import Folder, Object
from redislint.source import Source
from redislint.syntax.yaml import Mapping, Node, Scalar, Sequence

_ROLE = re.compile(r"(?i)\b(?:replicaof|slaveof)\b")
_OTHERWISE = re.compile(r"(?i)sentinel|cluster[-_](?:enabled|announce)|--cluster\b|haproxy|envoy")
_READS = re.compile(
    r"(?i)(?:^|[-_])(?:read(?:er|s|only)?|ro|replicas?|slaves?|followers?|secondar\w+)(?:$|[-_])"
)
_BESIDE = ("26379", "9121", "16379", "sentinel", "metrics", "tcp-sentinel")
_TUNING = re.compile(
    r"sys/kernel/mm/transparent_hugepage|/proc/sys/(?:net|vm)/|\bsysctl\s+(?:-\w+\s+)*(?:net|vm)\."
)  # fmt: skip
EVENTS = (("whenDeleted", "its StatefulSet is deleted"), ("whenScaled", "it is scaled down"))
"""When a persistentVolumeClaimRetentionPolicy deletes claims, in words."""


def add_doors(
    container: Container, owner: Object, pod: Mapping, services: list[Object], near: Folder
) -> None:
    """Store the Services, the way roles are chosen and the tuning that init containers do."""
    for service in services:
        if _is_door(service):
            selector = service.node.pair("spec")
            place = service.node.get("spec", "selector")
            span = place.head if place is not None else selector[0].span if selector else None
            container.doors[f"{service.path}:{service.name}"] = (service.name, span)
    _roles(container, pod, near)
    if _has_primary_door(near):
        container.set("primary-door", at(True, container.anchor))
    starters = pod.get("initContainers")
    for starter in starters.items if isinstance(starters, Sequence) else []:
        if isinstance(starter, Mapping) and _TUNING.search(script(starter)):
            container.set("node-tuning", at(True, starter.head))
            break
    _retention(container, owner)


def _is_door(service: Object) -> bool:
    """Whether a Service has an address at which it picks one of its pods for each connection."""
    spec = service.node.get("spec")
    if not isinstance(spec, Mapping) or spec.text("clusterIP") in ("None", "none"):
        return False
    if _READS.search(service.name) or "{{" in service.name:
        return False
    listed = spec.get("ports")
    ports: list[Node] = listed.items if isinstance(listed, Sequence) else []
    return any(
        isinstance(p, Mapping)
        and not {p.text("port"), p.text("targetPort"), p.text("name")} & set(_BESIDE)
        for p in ports
    )


@lru_cache(maxsize=4)
def _has_primary_door(near: Folder) -> bool:
    return any(_of_primary(s) for s in near.of("Service"))


def _of_primary(service: Object) -> bool:
    """Whether a Service leads to the primary alone: by a role that something writes, or by pod."""
    selector = service.node.get("spec", "selector")
    if not isinstance(selector, Mapping):
        return False
    return any(
        k.text == "statefulset.kubernetes.io/pod-name"
        or (isinstance(v, Scalar) and v.text.lower() in ("master", "primary", "leader"))
        for k, v in selector.pairs
    )


def _roles(container: Container, pod: Mapping, near: Folder) -> None:
    """Replicas of one workload are told apart by a script, and no Sentinel moves the roles."""
    texts = [script(c) for kind in ("initContainers", "containers") for c in _items(pod.get(kind))]
    for volume in _items(pod.get("volumes")):
        name = volume.text("configMap", "name")
        for held in (near.content(name) or {}).values() if name else ():
            source = held if isinstance(held, Source) else getattr(held, "source", None)
            texts.append(source.text if isinstance(source, Source) else "")
    names = [str(c.text("name")) for c in _items(pod.get("containers"))]
    whole = "\n".join(texts)
    if _ROLE.search(whole) and not _OTHERWISE.search("\n".join([whole, *names])):
        container.set("roles-by-script", at(True, container.anchor))


def _items(node: Node | None) -> list[Mapping]:
    listed = node.items if isinstance(node, Sequence) else []
    return [i for i in listed if isinstance(i, Mapping)]


def _retention(container: Container, owner: Object) -> None:
    policy = owner.node.get("spec", "persistentVolumeClaimRetentionPolicy")
    for name, event in EVENTS:
        value = policy.get(name) if isinstance(policy, Mapping) else None
        if isinstance(value, Scalar) and value.text == "Delete":
            container.set("claim-dies", at(event, value.span))
            return
