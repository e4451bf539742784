"""Releases of charts as Flux, Argo CD and k3s write them: the values that stand in the resource."""

from __future__ import annotations

from collections.abc import Iterator

from redislint.model.subject import Subject
from redislint.readers import helm
from redislint.readers.k8s.objects import Object
from redislint.syntax import yaml
from redislint.syntax.yaml import Mapping, Node, Scalar, Sequence


def read(found: Object) -> Iterator[Subject]:
    """What the values of a release say of Redis."""
    spec = found.node.get("spec")
    if not isinstance(spec, Mapping):
        return
    if found.kind == "HelmRelease":
        chart = spec.text("chart", "spec", "chart") or spec.text("chart", "name") or ""
        yield from _values(chart, spec.get("values"))
    elif found.kind == "HelmChart":
        yield from _values(spec.text("chart") or "", spec.get("valuesContent"))
    else:
        several = spec.get("sources")
        items = several.items if isinstance(several, Sequence) else [spec.get("source")]
        for source in items:
            if isinstance(source, Mapping):
                chart = source.text("chart") or source.text("path") or ""
                for name in ("valuesObject", "values"):
                    yield from _values(chart, source.get("helm", name))


def _values(chart: str, node: Node | None) -> Iterator[Subject]:
    if isinstance(node, Mapping):
        yield from helm.of_release(chart, node)
    elif isinstance(node, Scalar) and not node.is_null:
        for document in yaml.load(node.embedded()).documents:
            if isinstance(document, Mapping):
                yield from helm.of_release(chart, document)
