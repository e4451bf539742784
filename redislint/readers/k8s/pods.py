"""A pod's containers, with the volumes, Services and ConfigMaps that belong to them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from redislint.model.container import Container, Mount, Port
from redislint.model.value import Origin, Value, at, unknown
from redislint.readers.compose import set_image
from redislint.readers.k8s.doors import add_doors
from redislint.readers.k8s.guards import add_guards
from redislint.readers.k8s.initial import add_copies
from redislint.readers.k8s.objects import Folder, Object, is_open, words
from redislint.source import Span
from redislint.syntax.yaml import Mapping, Node, Scalar, Sequence

_INTERNAL = re.compile(r"(?i)internal|private|intranet")
_UNITS = {
    "": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "m": 0.001,
    "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40,
}  # fmt: skip


def quantity(text: str) -> float | None:
    """A quantity of Kubernetes: `512Mi`, `0.5`, `250m`; None where it is none."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([kKMGTm]?i?)", text.strip())
    unit = match[2] if match else None
    return float(match[1]) * _UNITS[unit] if match and unit in _UNITS else None


def containers(
    owner: Object, spec: Mapping, template: Mapping, near: Folder
) -> Iterator[Container]:
    """The containers of a pod template; `spec` is the workload's own one."""
    pod = template.get("spec")
    items = pod.get("containers") if isinstance(pod, Mapping) else None
    if not isinstance(pod, Mapping) or not isinstance(items, Sequence):
        return
    labels = template.get("metadata", "labels")
    services = near.services_for(labels)
    many = len([i for i in items.items if isinstance(i, Mapping)]) > 1
    for item in items.items:
        if isinstance(item, Mapping):
            container = _container(owner, item)
            _workload(container, owner, spec, pod)
            _image_and_command(container, item)
            _environment(container, item, near)
            _mounts(container, item, pod, spec, near, owner.templated and is_open(pod))
            if pod.get("initContainers") is not None:
                add_copies(container, item, pod, near)
            _ports(container, item, services)
            _resources(container, item)
            _probes(container, item)
            _security(container, item, pod)
            names = [s.name for s in services if not many or _leads(s, container)]
            add_guards(container, owner, template, [] if many else services, near)
            add_doors(container, owner, pod, services, near)
            _names(container, owner, names)
            yield container


def _container(owner: Object, item: Mapping) -> Container:
    pair = item.pair("name")
    anchor = pair[1].span if pair else item.head
    name = item.text("name")
    label = f"container {name}" if name else "container"
    if owner.name and owner.name != name and "{{" not in owner.name:
        label = f"{label} of {owner.kind} {owner.name}"
    container = Container(label, anchor, "kubernetes")
    container.group = posixpath.dirname(owner.path) or "."
    return container


_ADDRESS = re.compile(r"(?:\w+(?:\+\w+)?://)?[\w.-]+(?::\d+)?(?:/\w*)?")


def told(owner: Object) -> Iterator[Container]:
    """A ConfigMap's variables as what the pods that take them are told: where their servers are.

    The pods themselves need not mention Redis at all. Passwords of a ConfigMap are judged there.
    """
    data = owner.node.get("data")
    held = {
        key.text: value
        for key, node in (data.pairs if isinstance(data, Mapping) else [])
        if (value := words(node)) is not None
        and value.known
        and _ADDRESS.fullmatch(str(value.value))
    }
    if any(re.match(r"(?:redis|valkey)s?://", str(v.value)) for v in held.values()):
        container = Container(f"ConfigMap {owner.name}", owner.node.head, "kubernetes")
        container.group = posixpath.dirname(owner.path) or "."
        container.env = held
        yield container


def _names(container: Container, owner: Object, services: list[str]) -> None:
    found = []
    for service in services:
        if service and "{{" not in service:
            found += [service, f"{service}.default", f"{service}.default.svc",
                      f"{service}.default.svc.cluster.local"]  # fmt: skip
            namespace = owner.node.text("metadata", "namespace")
            if namespace:
                found += [f"{service}.{namespace}", f"{service}.{namespace}.svc",
                          f"{service}.{namespace}.svc.cluster.local"]  # fmt: skip
    found = found or ([owner.name] if owner.name else [])
    if owner.kind == "StatefulSet" and owner.name and "{{" not in owner.name:
        found.append(f"{owner.name}-0")  # with the Service's name behind it
    container.names = tuple(dict.fromkeys(found))


def _workload(container: Container, owner: Object, spec: Mapping, pod: Mapping) -> None:
    pair = owner.node.pair("kind")
    where = pair[1].span if pair else None
    container.set("workload", Value(owner.kind, Origin(where, owner.kind)))
    copies = words(spec.get("replicas")) if owner.kind != "Pod" else None
    if copies is not None:
        if copies.known and str(copies.value).isdecimal():
            container.set("replicas", Value(int(str(copies.value)), copies.origin))
        else:
            container.set("replicas", unknown("computed", copies.span))
    strategy = words(spec.get("strategy", "type"))
    if strategy is not None:
        container.set("strategy", strategy)
    elif isinstance(spec.get("strategy"), Scalar) or (
        owner.templated
        and owner.kind == "Deployment"
        and spec.get("strategy") is None
        and is_open(spec, pod)
    ):
        container.set("strategy", unknown("a template may fill it in", set=None))
    restart = words(pod.get("restartPolicy"))
    container.set(
        "restart", restart or Value("Always", Origin(None, "default of Kubernetes"), set=False)
    )
    again = restart is None or not restart.known or restart.value != "Never"
    container.set("restarts", Value(again, (restart or Value()).origin))
    grace = words(pod.get("terminationGracePeriodSeconds"))
    if grace is not None and grace.known and str(grace.value).isdecimal():
        container.set(
            "stop-grace", Value(float(str(grace.value)), grace.origin, raw=f"{grace.value}s")
        )
    affinity = pod.get("affinity", "podAntiAffinity") or pod.get("topologySpreadConstraints")
    if affinity is not None:
        container.set("anti-affinity", at(True, affinity.head))
    elif (owner.templated and is_open(pod)) or isinstance(pod.get("affinity"), Scalar):
        container.set("anti-affinity", unknown("a template may fill it in", set=None))
    else:
        container.set("anti-affinity", Value(False, Origin(None, "none is written"), set=False))
    pinned = pod.get("nodeSelector") or pod.get("nodeName") or pod.get("affinity", "nodeAffinity")
    if pinned is not None:
        container.set("pinned", at(True, pinned.head))
    network = pod.get("hostNetwork")
    if isinstance(network, Scalar) and network.text == "true":
        container.set("network-mode", at("host", network.span))


def _image_and_command(container: Container, item: Mapping) -> None:
    set_image(container, words(item.get("image")))
    container.entrypoint = _list(item.get("command"))
    container.argv = _list(item.get("args"))
    node = item.get("command") or item.get("args")
    container.command_span = node.head if node is not None else None


def _list(node: Node | None) -> list[Value] | None:
    if isinstance(node, Sequence):
        return [words(i) or unknown("is no text", i.head) for i in node.items]
    if node is not None and not (isinstance(node, Scalar) and node.is_null):
        return [unknown("a template fills it in", node.head)]
    return None


def _environment(container: Container, item: Mapping, near: Folder) -> None:
    sources = item.get("envFrom")
    for entry in sources.items if isinstance(sources, Sequence) else []:
        reference = entry.text("configMapRef", "name") if isinstance(entry, Mapping) else None
        found = near.config_map(reference) if reference else None
        data = found.node.get("data") if found is not None else None
        if isinstance(data, Mapping):
            for key, value in data.pairs:
                held = words(value)
                if held is not None:
                    # What the ConfigMap says is judged there.
                    container.env[key.text] = unknown("taken from a ConfigMap", held.span)
        else:
            for variable in ("REDIS_PASSWORD", "VALKEY_PASSWORD"):
                if "bitnami" in str(container.get("image-name").value):
                    container.env.setdefault(
                        variable, unknown("may come from a Secret", entry.head)
                    )
    node = item.get("env")
    for entry in node.items if isinstance(node, Sequence) else []:
        name = entry.text("name") if isinstance(entry, Mapping) else None
        if name is not None and isinstance(entry, Mapping):
            written = words(entry.get("value"))
            container.env[name] = written or unknown("taken from elsewhere", entry.head)


def _mounts(
    container: Container,
    item: Mapping,
    pod: Mapping,
    spec: Mapping,
    near: Folder,
    templated: bool,
) -> None:
    volumes: dict[str, list[Mapping]] = {}
    table = pod.get("volumes")
    for volume in table.items if isinstance(table, Sequence) else []:
        if isinstance(volume, Mapping):
            label = volume.get("name")
            name = label.text if isinstance(label, Scalar) else ""
            volumes.setdefault(name, []).append(volume)
    claims = set()
    claimed = spec.get("volumeClaimTemplates")
    for claim in claimed.items if isinstance(claimed, Sequence) else []:
        pair = claim.get("metadata", "name") if isinstance(claim, Mapping) else None
        if isinstance(pair, Scalar):
            claims.add(pair.text)
    mounts = item.get("volumeMounts")
    for mount in mounts.items if isinstance(mounts, Sequence) else []:
        if not isinstance(mount, Mapping):
            continue
        target, pair = words(mount.get("mountPath")), mount.get("name")
        if target is None or not target.known or not isinstance(pair, Scalar):
            continue
        place = str(target.value).rstrip("/") or "/"
        if mount.get("subPathExpr") is not None:
            container.own_claims.add(place)
        if pair.text in claims:
            container.mounts.append(Mount(place, "claim", pair.text, mount.head))
            container.own_claims.add(place)
            continue
        _mounted(container, mount, place, pair.text, volumes.get(pair.text, []), near, templated)
    if templated and not any(m.kind in ("claim", "volume", "hostpath") for m in container.mounts):
        # Conditions and includes of a template may mount more than one sees.
        container.mounts.append(Mount("/", "volume", "", None))


def _mounted(
    container: Container,
    mount: Mapping,
    place: str,
    name: str,
    volumes: list[Mapping],
    near: Folder,
    templated: bool,
) -> None:
    span = mount.head
    if len(volumes) != 1:
        container.mounts.append(Mount(place, "volume", name, span))
        return
    volume = volumes[0]
    kinds = {
        "persistentVolumeClaim": "claim", "ephemeral": "emptydir", "csi": "network", "nfs": "network",
        "hostPath": "hostpath", "configMap": "config", "secret": "config", "projected": "config",
        "emptyDir": "emptydir", "cephfs": "network", "glusterfs": "network", "azureFile": "network",
        "downwardAPI": "config",
    }  # fmt: skip
    found = next((k for k, _ in volume.pairs if k.text in kinds), None)
    kind = kinds[found.text] if found is not None else "volume"
    if kind == "emptydir":
        if templated:
            kind = "volume"  # the other branch of a condition may well be a claim
        elif volume.text("emptyDir", "medium") == "Memory":
            kind = "tmpfs"
    if found is not None and found.text == "configMap":
        reference = volume.text("configMap", "name")
        content = near.content(reference) if reference else None
        if content is not None and _config(container, mount, place, volume, content):
            return
    source = volume.text("hostPath", "path") or volume.text("persistentVolumeClaim", "claimName")
    path = mount.text("subPath") if kind == "config" else None
    container.mounts.append(
        Mount(place, kind, source or path or name, span, read_only=kind == "config")
    )


def _config(
    container: Container, mount: Mapping, place: str, volume: Mapping, content: dict[str, object]
) -> bool:
    """Put the files of a ConfigMap where they are mounted; False where one is not known."""
    items = volume.get("configMap", "items")
    if isinstance(items, Sequence):
        renamed = {}
        for entry in items.items:
            key = entry.text("key") if isinstance(entry, Mapping) else None
            path = entry.text("path") if isinstance(entry, Mapping) else None
            if key in content and key is not None and path is not None:
                renamed[path] = content[key]
        content = renamed
    inside = mount.text("subPath")
    if inside is not None:
        if inside not in content:
            return False
        container.files[place] = content[inside]
        container.placed[place] = mount.head
        return True
    for key, value in content.items():
        path = posixpath.join(place, key)
        container.files[path] = value
        container.placed[path] = mount.head
    return True


def _number(value: Value | None) -> int | None:
    text = str(value.value) if value is not None and value.known else ""
    return int(text) if text.isdecimal() else None


def _ports(container: Container, item: Mapping, services: list[Object]) -> None:
    node = item.get("ports")
    named: dict[str, int] = {}
    for entry in node.items if isinstance(node, Sequence) else []:
        if not isinstance(entry, Mapping):
            continue
        inside, host = _number(words(entry.get("containerPort"))), words(entry.get("hostPort"))
        if inside is None:
            continue
        label = entry.text("name")
        if label:
            named[label] = inside
        place = entry.get("hostPort") or entry.get("containerPort") or entry
        scope = "network" if host is not None else "container"
        address = entry.text("hostIP") or ""
        if address.startswith("127."):
            scope = "loopback"
        container.ports.append(Port(inside, _number(host), address, scope, place.head))
    for service in services:
        container.ports += _service_ports(service, named)


def reach(service: Object) -> tuple[str, Span] | None:
    """(scope, place) of a Service that is reachable beyond the cluster."""
    kind = service.node.get("spec", "type")
    if not isinstance(kind, Scalar) or kind.templated:
        return None
    if kind.text == "NodePort":
        return "network", kind.span
    if kind.text != "LoadBalancer":
        return None
    notes = service.node.get("metadata", "annotations")
    ranges = service.node.get("spec", "loadBalancerSourceRanges")
    inside = isinstance(notes, Mapping) and any(
        _INTERNAL.search(k.text) or (isinstance(v, Scalar) and _INTERNAL.search(v.text))
        for k, v in notes.pairs
    )
    return ("network" if inside or ranges is not None else "internet"), kind.span


def _service_ports(service: Object, named: dict[str, int]) -> Iterator[Port]:
    scope = reach(service)
    node = service.node.get("spec", "ports")
    if scope is None:
        return
    for entry in node.items if isinstance(node, Sequence) else []:
        if not isinstance(entry, Mapping):
            continue
        port, target = _number(words(entry.get("port"))), words(entry.get("targetPort"))
        inside = _number(target)
        if inside is None and target is not None and target.known:
            inside = named.get(str(target.value))
        inside = inside or (port if target is None else None)
        outside = _number(words(entry.get("nodePort"))) or port
        yield Port(inside, outside, "", scope[0], scope[1])


def _leads(service: Object, container: Container) -> bool:
    """Whether one of a Service's ports is one that the container declares."""
    inside = {p.container for p in container.ports if p.container}
    node = service.node.get("spec", "ports")
    for entry in node.items if isinstance(node, Sequence) else []:
        if isinstance(entry, Mapping):
            target = words(entry.get("targetPort") or entry.get("port"))
            if (
                target is None
                or not str(target.value).isdecimal()
                or int(str(target.value)) in inside
            ):
                return True
    return False


def _resources(container: Container, item: Mapping) -> None:
    for fact, path in (
        ("memory-limit", ("limits", "memory")),
        ("memory-reservation", ("requests", "memory")),
        ("cpu-limit", ("limits", "cpu")),
    ):
        value = words(item.get("resources", *path))
        if value is None:
            continue
        amount = quantity(str(value.value)) if value.known else None
        if amount is None:
            container.set(fact, unknown("is computed or no quantity", value.span))
        else:
            exact: object = amount if fact == "cpu-limit" else int(amount)
            container.set(fact, Value(exact, value.origin, raw=str(value.value)))


def _probes(container: Container, item: Mapping) -> None:
    if item.get("startupProbe") is not None:
        container.set("startup-probe", Value(True))
    for fact, name in (("liveness", "livenessProbe"), ("readiness", "readinessProbe")):
        probe = item.get(name)
        command = probe.get("exec", "command") if isinstance(probe, Mapping) else None
        if isinstance(command, Sequence):
            text = " ".join(i.text for i in command.items if isinstance(i, Scalar))
            container.set(fact, at(text, probe.head if probe else None))
            if fact == "liveness":
                container.set("healthcheck", at(text, command.head))
    probe = item.get("livenessProbe")
    if not isinstance(probe, Mapping):
        return
    container.set("liveness-exec", at(probe.get("exec") is not None, probe.head))
    times: dict[str, float] = {}
    for name, usual in (("initialDelaySeconds", 0), ("periodSeconds", 10),
                        ("failureThreshold", 3), ("timeoutSeconds", 1)):  # fmt: skip
        value = words(probe.get(name))
        number = _number(value)
        if value is not None and number is None:
            return
        times[name] = float(number if number is not None else usual)
    total = times["initialDelaySeconds"] + times["periodSeconds"] * times["failureThreshold"]
    pair = item.pair("livenessProbe")
    place = pair[0].span if pair else probe.head
    container.set("liveness-kill-after", at(total, place, raw=f"{total:.0f}s"))
    written = probe.get("timeoutSeconds") is not None
    container.set(
        "liveness-timeout",
        Value(
            times["timeoutSeconds"],
            Origin(place),
            raw=f"{times['timeoutSeconds']:.0f}s",
            set=written,
        ),
    )


def _security(container: Container, item: Mapping, pod: Mapping) -> None:
    own, shared = item.get("securityContext"), pod.get("securityContext")
    for holder in (own, shared):
        user = words(holder.get("runAsUser")) if isinstance(holder, Mapping) else None
        if user is not None and "user" not in container.facts:
            container.set("user", user)
    if isinstance(own, Mapping):
        privileged = words(own.get("privileged"))
        if privileged is not None and privileged.known:
            container.set("privileged", Value(privileged.value == "true", privileged.origin))
        root = words(own.get("readOnlyRootFilesystem"))
        if root is not None and root.known:
            container.set("read-only-root", Value(root.value == "true", root.origin))
