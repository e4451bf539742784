"""Kubernetes manifests, rendered charts and chart templates → containers and what guards them.

What a template computes is unknown; what stands beside it is read.
"""

from __future__ import annotations

from collections.abc import Iterator

from redislint.model.conf import ConfFile
from redislint.model.container import Container
from redislint.model.deployment import Problem
from redislint.model.facts.environment import of_path
from redislint.model.subject import Subject
from redislint.model.value import Origin, Value
from redislint.readers import Context, springprops
from redislint.readers.k8s import operators, pods, releases, traps
from redislint.readers.k8s.objects import Folder, Object, folder, objects
from redislint.readers.k8s.overlays import overlays
from redislint.source import Source
from redislint.syntax import yaml
from redislint.syntax.yaml import Mapping, Scalar

_WORKLOADS = frozenset(
    "Deployment StatefulSet DaemonSet ReplicaSet ReplicationController Job DeploymentConfig".split()
)


def read(source: Source, context: Context) -> Iterator[Subject | Container | ConfFile | Problem]:
    """The pods of a file, its configurations, and the objects beside them that rules judge."""
    near = folder(source, context)
    workloads: list[tuple[Object, Mapping]] = []
    own = [] if source.path in overlays(context).patches else list(objects(source))
    for found in own:
        template = _template(found)
        if template is not None:
            workloads.append((found, template))
            yield from _pods(found, template, near, context)
        elif found.kind in ("HelmRelease", "Application", "HelmChart"):
            yield from releases.read(found)
        elif operators.is_enterprise(found):
            yield from operators.enterprise(found)
        elif operators.is_operated(found):
            yield from operators.read(found, near)
        elif found.kind == "ConfigMap":
            data = found.node.get("data")
            for key, value in data.pairs if isinstance(data, Mapping) else []:
                if isinstance(value, Scalar):
                    conf = near.conf(found, key.text, value)
                    if conf is not None:
                        yield conf
                    elif springprops.NAMES.match(key.text) and "redis" in value.text:
                        yield from springprops.embedded(value.embedded(), key.text)
        if found.kind == "ConfigMap":
            yield from pods.told(found)
        if found.kind in ("ConfigMap", "Secret"):
            yield from traps.passwords(found)
        elif found.kind == "Service":
            yield from traps.service(found, near)
        elif found.kind in ("PersistentVolume", "StorageClass"):
            yield from traps.reclaimed(found)
    for found in own:
        if found.kind == "PodDisruptionBudget":
            yield from traps.budget(found, workloads)
    if own:
        for line, why in yaml.load(source).unread:
            if not yaml.load(source).templated:
                yield Problem(source.path, line, why)


def _pods(found: Object, template: Mapping, near: Folder, context: Context) -> Iterator[Container]:
    """A workload's containers, as each overlay leaves them, or as they stand."""
    changed = overlays(context).of(found)
    for overlay, made in changed:
        other = _template(made)
        spec = made.node.get("spec")
        if other is None:
            continue
        place, word = of_path(overlay.path)
        for container in pods.containers(
            made, spec if isinstance(spec, Mapping) else made.node, other, overlay.generators(near)
        ):
            if place != "unknown":
                container.set(
                    "environment", Value(place, Origin(None, f"{word} in {overlay.path}"))
                )
            yield container
    if not changed:
        spec = found.node.get("spec")
        yield from pods.containers(
            found, spec if isinstance(spec, Mapping) else found.node, template, near
        )


def _template(found: Object) -> Mapping | None:
    """The pod template of a workload; a pod is its own."""
    if found.kind == "Pod":
        return found.node
    path: tuple[str, ...] = ("spec", "template")
    if found.kind == "CronJob":
        path = ("spec", "jobTemplate", "spec", "template")
    elif found.kind not in _WORKLOADS:
        return None
    node = found.node.get(*path)
    return node if isinstance(node, Mapping) else None
