"""Kubernetes manifests, rendered charts and chart templates → containers and what guards them.

What a template computes is unknown; what stands beside it is read.
"""

from __future__ import annotations

from collections.abc import Iterator

from redislint.model.conf import ConfFile
from redislint.model.container import Container
from redislint.model.deployment import Problem
from redislint.model.subject import Subject
from redislint.readers import Context
from redislint.readers.k8s import pods, traps
from redislint.readers.k8s.objects import Object, folder, objects
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
    own = list(objects(source))
    for found in own:
        template = _template(found)
        if template is not None:
            workloads.append((found, template))
            spec = found.node.get("spec")
            yield from pods.containers(
                found, spec if isinstance(spec, Mapping) else found.node, template, near
            )
        elif found.kind == "ConfigMap":
            data = found.node.get("data")
            for key, value in data.pairs if isinstance(data, Mapping) else []:
                if isinstance(value, Scalar):
                    conf = near.conf(found, key.text, value)
                    if conf is not None:
                        yield conf
        if found.kind in ("ConfigMap", "Secret"):
            yield from traps.passwords(found)
        elif found.kind == "Service":
            yield from traps.service(found)
    for found in own:
        if found.kind == "PodDisruptionBudget":
            yield from traps.budget(found, workloads)
    if own:
        for line, why in yaml.load(source).unread:
            if not yaml.load(source).templated:
                yield Problem(source.path, line, why)


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
