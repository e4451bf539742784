"""ECS task definitions (JSON) → containers."""

from __future__ import annotations

from collections.abc import Iterator

from redislint.model.container import Container, Mount, Port
from redislint.model.deployment import Problem
from redislint.model.value import Origin, Value, at, unknown
from redislint.readers import Context
from redislint.readers.compose import set_image
from redislint.source import Source
from redislint.syntax import yaml
from redislint.syntax.yaml import Mapping, Node, Scalar, Sequence


def read(source: Source, context: Context) -> Iterator[Container | Problem]:
    """The containers of a task definition, as registered or as `describe` prints it."""
    stream = yaml.load(source)
    for document in stream.documents:
        task = document.get("taskDefinition") if isinstance(document, Mapping) else None
        top = task if isinstance(task, Mapping) else document
        if isinstance(top, Mapping):
            yield from containers(top)
        elif isinstance(top, Sequence):
            # What Terraform's templatefile() and `aws ecs` take: the containers alone.
            listed = [item for item in top.items if isinstance(item, Mapping)]
            if listed and all(_is_container(item) for item in listed):
                for item in listed:
                    yield _container(item, None, {}, None)
    for line, why in stream.unread:
        yield Problem(source.path, line, why)


def _is_container(item: Mapping) -> bool:
    words = ("essential", "portMappings", "logConfiguration", "mountPoints", "memory", "cpu")
    return all(item.get(w) is not None for w in ("name", "image")) and any(
        item.get(w) is not None for w in words
    )


def _pick(node: Mapping, name: str) -> Node | None:
    """A key as the API or as CloudFormation spells it: containerDefinitions, ContainerDefinitions."""
    return node.get(name) or node.get(name[0].upper() + name[1:])


def _text(node: Mapping, name: str) -> Value | None:
    found = _pick(node, name)
    if isinstance(found, Scalar) and not found.is_null:
        if found.templated or "${" in found.text or found.tag.startswith("!"):
            held = unknown("filled in at deployment", found.span)
            held.raw = found.text
            return held
        return at(found.text, found.span)
    return unknown("computed at deployment", found.head) if found is not None else None


def containers(task: Mapping) -> Iterator[Container]:
    """The containers of one task definition, whichever spelling its keys have."""
    definitions = _pick(task, "containerDefinitions")
    if not isinstance(definitions, Sequence):
        return
    mode = _text(task, "networkMode")
    volumes = _volumes(task)
    task_memory = _text(task, "memory")
    for item in definitions.items:
        if isinstance(item, Mapping):
            yield _container(item, mode, volumes, task_memory)


_NETWORK = (
    "efsVolumeConfiguration", "EFSVolumeConfiguration", "EfsVolumeConfiguration",
    "fsxWindowsFileServerVolumeConfiguration", "FSxWindowsFileServerVolumeConfiguration",
)  # fmt: skip


def _volumes(task: Mapping) -> dict[str, tuple[str, str]]:
    """Volume name → (kind of mount, source)."""
    found: dict[str, tuple[str, str]] = {}
    node = _pick(task, "volumes")
    for item in node.items if isinstance(node, Sequence) else []:
        if not isinstance(item, Mapping):
            continue
        name = _text(item, "name")
        if name is None or not name.known:
            continue
        host = _pick(item, "host")
        kind, source = "anonymous", ""
        if any(item.get(key) is not None for key in _NETWORK):
            kind = "network"
        elif _pick(item, "dockerVolumeConfiguration") or _pick(item, "configuredAtLaunch"):
            kind = "volume"
        elif isinstance(host, Mapping):
            path = _text(host, "sourcePath")
            if path is not None and (not path.known or path.value):
                kind, source = "hostpath", str(path.value or "")
        found[str(name.value)] = (kind, source)
    return found


def _container(
    item: Mapping,
    mode: Value | None,
    volumes: dict[str, tuple[str, str]],
    task_memory: Value | None,
) -> Container:
    name = _text(item, "name")
    pair = item.pair("name") or item.pair("Name")
    anchor = pair[1].span if pair else item.head
    label = f"container {name.value}" if name is not None and name.known else "container"
    container = Container(label, anchor, "ecs")
    container.group = item.source.path
    if name is not None and name.known:
        container.names = (str(name.value),)
    set_image(container, _text(item, "image"))
    container.argv = _list(_pick(item, "command"))
    container.entrypoint = _list(_pick(item, "entryPoint"))
    command = _pick(item, "command")
    container.command_span = command.head if command is not None else None
    _variables(container, item)
    _ports(container, item, mode)
    mounts = _pick(item, "mountPoints")
    for mount in mounts.items if isinstance(mounts, Sequence) else []:
        if isinstance(mount, Mapping):
            target, source = _text(mount, "containerPath"), _text(mount, "sourceVolume")
            if target is not None and target.known:
                key = str(source.value) if source is not None and source.known else ""
                kind, path = volumes.get(key, ("volume" if source is not None else "anonymous", ""))
                container.mounts.append(Mount(str(target.value), kind, path or key, mount.head))
    limit = _text(item, "memory") or task_memory
    if limit is not None and limit.known and str(limit.value).isdecimal():
        container.set(
            "memory-limit",
            Value(int(str(limit.value)) * 1024**2, limit.origin, raw=f"{limit.value} MiB"),
        )
    user = _text(item, "user")
    if user is not None:
        container.set("user", user)
    container.set("restarts", Value(True, Origin(None, "an ECS service starts a new task")))
    if mode is not None:
        container.set("network-mode", mode)
    return container


def _list(node: Node | None) -> list[Value] | None:
    if not isinstance(node, Sequence):
        return None
    words = []
    for part in node.items:
        if (
            isinstance(part, Scalar)
            and not part.templated
            and "${" not in part.text
            and not part.tag.startswith("!")
        ):
            words.append(at(part.text, part.span))
        else:
            words.append(unknown("filled in at deployment", part.head))
    return words


def _variables(container: Container, item: Mapping) -> None:
    for key in ("environment", "secrets"):
        node = _pick(item, key)
        for entry in node.items if isinstance(node, Sequence) else []:
            if not isinstance(entry, Mapping):
                continue
            name, value = _text(entry, "name"), _text(entry, "value")
            if name is None or not name.known:
                continue
            if key == "secrets" or value is None:
                value = unknown("taken from a secret", entry.head)
            container.env[str(name.value)] = value


def _ports(container: Container, item: Mapping, mode: Value | None) -> None:
    """A mapping publishes on the host's address, or (awsvpc) on the task's own one in the VPC."""
    node = _pick(item, "portMappings")
    for entry in node.items if isinstance(node, Sequence) else []:
        if not isinstance(entry, Mapping):
            continue
        inside, host = _text(entry, "containerPort"), _text(entry, "hostPort")
        number = str(inside.value) if inside is not None and inside.known else ""
        outside = str(host.value) if host is not None and host.known else ""
        place = _pick(entry, "containerPort")
        container.ports.append(
            Port(
                int(number) if number.isdecimal() else None,
                int(outside) if outside.isdecimal() else None,
                "",
                "network",
                place.span if place is not None else entry.head,
            )
        )
