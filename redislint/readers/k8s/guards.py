"""What stands around a pod: budgets, network policies, Services that lead to it, its annotations."""

from __future__ import annotations

import re

from redislint.model.container import Container, Port
from redislint.model.value import Origin, Value, at, unknown
from redislint.readers.k8s.objects import Folder, Object, selects, words
from redislint.syntax.yaml import Mapping, Node, Scalar, Sequence


def add_guards(
    container: Container, owner: Object, template: Mapping, services: list[Object], near: Folder
) -> None:
    """Store the budget, the network policy, the checksum and the ports that Services lead to."""
    labels = template.get("metadata", "labels")
    for fact, kind, path in (
        ("budget", "PodDisruptionBudget", ("spec", "selector", "matchLabels")),
        ("network-policy", "NetworkPolicy", ("spec", "podSelector", "matchLabels")),
    ):
        found = [
            o for o in near.of(kind)
            if selects(o.node.get(*path), labels) or (kind == "NetworkPolicy" and _everything(o))
        ]  # fmt: skip
        if found:
            container.set(fact, at(True, found[0].node.head))
        elif owner.templated:
            container.set(fact, unknown("another template may hold it", set=None))
        else:
            container.set(fact, Value(False, Origin(None, f"no {kind} selects it"), set=False))
        if fact == "network-policy" and found and all(_closes(o) for o in found):
            _narrow(container)
    _checksum(container, owner, template)
    for service in services:
        if service.node.text("spec", "clusterIP") != "None":
            container.targets += _targets(service)


def closed_to(labels: Node | None, near: Folder) -> bool:
    """Whether policies of the folder select pods with these labels and let in only whom they name."""
    found = [
        p for p in near.of("NetworkPolicy")
        if selects(p.node.get("spec", "podSelector", "matchLabels"), labels) or _everything(p)
    ]  # fmt: skip
    return bool(found) and all(_closes(p) for p in found)


def _everything(policy: Object) -> bool:
    selector = policy.node.get("spec", "podSelector")
    return isinstance(selector, Mapping) and not selector.pairs


def _closes(policy: Object) -> bool:
    """Whether a policy lets in only who it names."""
    types = policy.node.get("spec", "policyTypes")
    if isinstance(types, Sequence) and not any(
        isinstance(i, Scalar) and i.text == "Ingress" for i in types.items
    ):
        return False
    rules = policy.node.get("spec", "ingress")
    for rule in rules.items if isinstance(rules, Sequence) else []:
        sources = rule.get("from") if isinstance(rule, Mapping) else None
        if not isinstance(sources, Sequence) or not sources.items:
            return False
        for item in sources.items:
            block = item.text("ipBlock", "cidr") if isinstance(item, Mapping) else None
            if block in ("0.0.0.0/0", "::/0"):
                return False
    return True


def _narrow(container: Container) -> None:
    """A Service's door leads nowhere when the policy lets nobody in from outside."""
    for port in container.ports:
        if port.scope in ("network", "internet"):
            port.scope = "container"


def _checksum(container: Container, owner: Object, template: Mapping) -> None:
    notes = template.get("metadata", "annotations")
    keys = [k.text for k, _ in notes.pairs] if isinstance(notes, Mapping) else []
    text = owner.node.source.text if owner.templated else ""
    if any(re.search(r"(?i)checksum|hash|reloader|stakater", k) for k in keys) or (
        "sha256sum" in text
    ):
        container.set("config-checksum", Value(True))
        return
    whole = owner.node.get("metadata", "annotations")
    outer = [k.text for k, _ in whole.pairs] if isinstance(whole, Mapping) else []
    watched = any(re.search(r"(?i)reloader|stakater", k) for k in outer)
    container.set("config-checksum", Value(watched, set=False))


def _targets(service: Object) -> list[Port]:
    """The numbers of the ports that a Service leads to; names are resolved by the pod itself."""
    node: Node | None = service.node.get("spec", "ports")
    found = []
    for entry in node.items if isinstance(node, Sequence) else []:
        if not isinstance(entry, Mapping):
            continue
        place = entry.get("targetPort") or entry.get("port")
        value = words(place)
        if value is not None and value.known and str(value.value).isdecimal():
            span = place.span if place is not None else entry.head
            found.append(Port(int(str(value.value)), None, "", "service", span))
    return found
