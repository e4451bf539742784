"""Services, budgets, ConfigMaps and Secrets that rules judge by themselves."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from redislint.model.facts.kubernetes import is_password_name, is_stand_in
from redislint.model.subject import Subject
from redislint.model.value import Origin, Value, at
from redislint.readers.k8s.guards import closed_to
from redislint.readers.k8s.objects import Folder, Object, words
from redislint.readers.k8s.pods import reach
from redislint.source import Span
from redislint.syntax.yaml import Mapping, Node, Scalar, Sequence

_REDIS = re.compile(r"(?i)redis|valkey|sentinel")
_PORTS = ("6379", "6380", "26379")
_UNLIKE = re.compile(r"(?i)insight|commander|exporter|metrics|-ui\b|admin|web|app")


def plain(name: str) -> str:
    """A name as users read it: what a template computes is left out."""
    return re.sub(r"\{\{[^{}]*\}\}", "", name).strip("-. ")


def resource(owner: Object, span: Span) -> Subject:
    """The object as a subject."""
    made = Subject(f"{owner.kind} {plain(owner.name)}".strip(), span, "resource")
    made.set("type", Value(owner.kind))
    made.set("name", Value(owner.name))
    return made


def trapped(owner: Object, span: Span, rule: str, detail: str) -> Subject:
    """The object with the trap that it sets."""
    made = resource(owner, span)
    made.set("trap", at(rule, span))
    made.set("detail", at(detail, span))
    return made


def service(owner: Object, near: Folder) -> Iterator[Subject]:
    """A Service that puts Redis on a public address, which no NetworkPolicy closes."""
    scope = reach(owner)
    if scope is None or scope[0] != "internet" or _UNLIKE.search(owner.name):
        return
    selector = owner.node.get("spec", "selector")
    if closed_to(selector, near):
        return
    text = owner.name + " " + " ".join(
        v.text for _, v in (selector.pairs if isinstance(selector, Mapping) else [])
        if isinstance(v, Scalar)
    )  # fmt: skip
    ports = owner.node.get("spec", "ports")
    for entry in ports.items if isinstance(ports, Sequence) else []:
        if not isinstance(entry, Mapping):
            continue
        numbers = [entry.text("port"), entry.text("targetPort")]
        known = next((n for n in numbers if n in _PORTS), None)
        if known or (_REDIS.search(text) and "redis" in numbers):
            yield trapped(owner, scope[1], "k8s-service-loadbalancer", f"port {numbers[0]}")
            return


def reclaimed(owner: Object) -> Iterator[Subject]:
    """A volume or storage class that is named after Redis and thrown away with its claim."""
    volume = owner.kind == "PersistentVolume"
    path = ("spec", "persistentVolumeReclaimPolicy") if volume else ("reclaimPolicy",)
    policy = owner.node.get(*path)
    names = f"{owner.name} {owner.node.text('spec', 'claimRef', 'name') or ''}"
    if isinstance(policy, Scalar) and policy.text == "Delete" and _REDIS.search(names):
        yield trapped(owner, policy.span, "k8s-reclaim-delete", "the claim is deleted")


def budget(owner: Object, workloads: list[tuple[Object, Mapping]]) -> Iterator[Subject]:
    """A PodDisruptionBudget that no eviction can satisfy."""
    from redislint.readers.k8s.objects import selects

    least, most = owner.node.get("spec", "minAvailable"), owner.node.get("spec", "maxUnavailable")
    selector = owner.node.get("spec", "selector", "matchLabels")
    for workload, template in workloads:
        if not selects(selector, template.get("metadata", "labels")):
            continue
        copies = words(workload.node.get("spec", "replicas"))
        count = 1 if copies is None else None
        if copies is not None and copies.known and str(copies.value).isdecimal():
            count = int(str(copies.value))
        for node, blocks in ((least, _all(least, count)), (most, _none(most))):
            if node is not None and blocks and count:
                detail = f"{node.text if isinstance(node, Scalar) else ''} of {count}"
                yield trapped(owner, node.head, "k8s-pdb-blocks-drain", detail)
                return


def _all(node: Node | None, count: int | None) -> bool:
    if not isinstance(node, Scalar) or node.templated or count is None:
        return False
    return node.text == "100%" or (node.text.isdecimal() and int(node.text) >= count)


def _none(node: Node | None) -> bool:
    return isinstance(node, Scalar) and node.text in ("0", "0%")


def passwords(owner: Object) -> Iterator[Subject]:
    """The literal Redis passwords of a ConfigMap or Secret."""
    redis = bool(_REDIS.search(owner.name))
    for part in ("data", "stringData"):
        table = owner.node.get(part)
        for key, node in table.pairs if isinstance(table, Mapping) else []:
            if not isinstance(node, Scalar) or node.templated or "\n" in node.text:
                continue
            if not is_password_name(key.text, redis=redis):
                continue
            text = node.text
            if owner.kind == "Secret" and part == "data":
                try:
                    text = base64.b64decode(text, validate=True).decode().strip()
                except (binascii.Error, UnicodeDecodeError, ValueError):
                    continue
            if text == node.text and is_stand_in(text):
                continue  # unless somebody took the pains to encode it
            made = Subject(f"{plain(owner.name)} ({owner.kind})", key.span, "resource")
            made.set("type", Value(owner.kind))
            made.set("written-password", Value(text, Origin(node.span)))
            yield made
