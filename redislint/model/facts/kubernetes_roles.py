"""Primaries and replicas in pods: who a Service leads to, what probes ask, addresses that change."""

from __future__ import annotations

import re

from redislint.model.container import Container
from redislint.model.sentinel import Sentinel
from redislint.model.server import Server
from redislint.model.subject import FactSpec, Subject, computed, kind
from redislint.model.value import Origin, Value, default

kind("container", "a container or process that a Dockerfile, compose file, manifest, task or unit starts", [
    FactSpec("roles-by-script", "bool", "a script makes replicas of some of its pods, without Sentinel"),
    FactSpec("primary-door", "bool", "a Service beside it leads to the primary alone"),
    FactSpec("node-tuning", "bool", "an init container changes kernel settings of the node"),
    FactSpec("claim-dies", "text", "the event after which its claims are deleted"),
])  # fmt: skip


def _pod(subject: Subject) -> Container | None:
    found = subject.links.get("container")
    return found if isinstance(found, Container) and found.platform == "kubernetes" else None


@computed("server", "mixed-service", "text", "a Service that leads to primary and replicas alike")
def mixed_service(server: Server) -> Value:
    """One that selects a replica and its primary, or all pods of a StatefulSet with both."""
    pod = _pod(server)
    if pod is None or not pod.doors or "operator" in pod.facts:
        return default(None, "no Service picks one of its pods")
    primary = server.links.get("primary")
    other = _pod(primary) if primary is not None else None
    if other is not None and other is not pod:
        shared = [pod.doors[k] for k in pod.doors if k in other.doors]
        if shared and len(other.doors) == len(shared):
            return Value(shared[0][0], Origin(shared[0][1]))
        return default(None, "the primary has a Service of its own")
    copies = pod.facts.get("replicas")
    if (
        "roles-by-script" in pod.facts
        and "primary-door" not in pod.facts
        and pod.get("workload").value == "StatefulSet"
        and copies is not None
        and isinstance(copies.value, int)
        and copies.value > 1
    ):
        name, span = next(iter(pod.doors.values()))
        return Value(name, Origin(span))
    return default(None, "its pods have one role, or Sentinel tells them apart")


_ASKS = re.compile(r"-cli\b(?:\s+(?!-h\b)\S+)*?\s+-h\s+[\"']?([^\s\"';|&)]+\)?)")
_ITSELF = re.compile(
    r"(?i)localhost|127\.|0\.0\.0\.0|::1|hostname|pod_?ip|pod_?name|my_?ip|host_?ip|\$\(?hostname|^\$\("
)


def _liveness_elsewhere(subject: Subject) -> Value:
    pod = _pod(subject)
    probe = pod.facts.get("liveness") if pod is not None else None
    if pod is None or probe is None or not probe.known:
        return default(None, "no command asks")
    text = str(probe.value)
    if re.search(r"local_and_(?:master|primary)", text):
        return Value("the primary", probe.origin)
    copies = pod.facts.get("replicas")
    single = copies is None or copies.value == 1
    for match in _ASKS.finditer(text):
        host = match[1]
        if _ITSELF.search(host) or (single and host in pod.names):
            continue
        return Value(host, probe.origin)
    return default(None, "it asks the pod itself")


for _kind in ("server", "sentinel"):

    @computed(_kind, "liveness-elsewhere", "text", "another host that its liveness probe asks")
    def liveness_elsewhere(subject: Subject) -> Value:
        """`redis-cli -h redis-master ping`, and the scripts of charts that ask both."""
        return _liveness_elsewhere(subject)


@computed(
    "sentinel", "remembers-addresses", "text", "the master whose pods it remembers by address"
)
def remembers_addresses(sentinel: Sentinel) -> Value:
    """In a pod, with a known configuration that does not announce host names."""
    pod = _pod(sentinel)
    if pod is None or not sentinel.complete or "operator" in pod.facts:
        return default(None, "no pod, or part of the configuration is unknown")
    if pod.facts.get("network-mode") is not None:
        return default(None, "it has the node's address")
    for setting in sentinel.statements("announce-hostnames"):
        if len(setting.args) > 1 and setting.args[1].lower() == "yes":
            return default(None, "names are kept")
    for setting in sentinel.statements("monitor"):
        if len(setting.args) > 2 and not setting.templated:
            return Value(setting.args[1], Origin(setting.span))
    return default(None, "nothing is watched")


@computed("server", "deleted-with", "text", "the event after which its claim and data are deleted")
def deleted_with(server: Server) -> Value:
    """`persistentVolumeClaimRetentionPolicy` of its StatefulSet."""
    pod = _pod(server)
    event = pod.facts.get("claim-dies") if pod is not None else None
    if event is None or server.get("data-volume").value != "claim":
        return default(None, "its claims are kept")
    return event


@computed("resource", "deleted-with", "text", "the event after which Redis's data is deleted")
def resource_deleted_with(resource: Subject) -> Value:
    """A volume or storage class that is made for Redis, or a chart's values, with Delete."""
    if resource.get("trap").value != "k8s-reclaim-delete":
        return default(None, "no volume of Redis, or it is kept")
    return resource.get("detail")


@computed("server", "tunes-node", "bool", "an init container changes kernel settings of the node")
def tunes_node(server: Server) -> Value:
    """As the pod's init containers say."""
    pod = _pod(server)
    found = pod.facts.get("node-tuning") if pod is not None else None
    return found if found is not None else default(False, "no init container does")


@computed("resource", "tunes-node", "bool", "chart values ask for an init container that does so")
def resource_tunes_node(resource: Subject) -> Value:
    """`sysctl.enabled: true` of Bitnami's chart."""
    trap = resource.get("trap")
    return Value(trap.value == "k8s-thp-no-node-tuning", trap.origin)
