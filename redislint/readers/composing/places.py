"""ports, volumes, tmpfs and configs of a service → Port and Mount."""

from __future__ import annotations

import posixpath
import re

from redislint.model.container import Container, Mount, Port
from redislint.model.value import Value
from redislint.readers.composing.files import File, names_in, replaces
from redislint.source import Span
from redislint.syntax import yaml
from redislint.syntax.yaml import Mapping, Node, Scalar, Sequence

_PORT = re.compile(
    r"^(?:(?P<ip>\[[^\]]*\]|[^:]*):)?(?:(?P<host>(?:\d{1,5}(?:-\d{1,5})?)?):)?"
    r"(?P<inside>\d{1,5}(?:-\d{1,5})?)(?:/(?P<proto>\w+))?$"
)


def add_ports(container: Container, holder: File, body: Mapping) -> None:
    """Add the published and exposed ports of one layer of a service."""
    node = body.get("ports")
    if node is not None and replaces(node):
        container.ports.clear()
    if isinstance(node, Sequence):
        pair = body.pair("ports")
        container.ports_span = pair[0].span if pair else node.head
        for item in node.items:
            container.ports += _published(holder, item)
    expose = body.get("expose")
    if isinstance(expose, Sequence):
        for item in expose.items:
            if isinstance(item, Scalar) and item.text.isdecimal():
                container.ports.append(Port(int(item.text), None, "", "container", item.span))


def _published(holder: File, item: Node) -> list[Port]:
    if isinstance(item, Mapping):
        target, published = holder.value(item.get("target")), holder.value(item.get("published"))
        ip = holder.value(item.get("host_ip"))
        where = ("?" if not ip.known else str(ip.value or "")) if ip else ""
        return [_port(_number(target), _number(published), where, item.head)]
    value = holder.value(item)
    if value is None:
        return []
    text = str(value.value) if value.known else re.sub(r"\$\{?\w+[^}]*\}?", "0", value.raw or "")
    return parsed_ports(text, value.known, item.span)


def parsed_ports(text: str, known: bool, span: Span) -> list[Port]:
    """The ports of `[address:][host:]inside[/protocol]`; in a text with unknown parts these are 0."""
    match = _PORT.match(text.strip())
    if match is None:
        return []
    if match["proto"] == "udp":
        return []
    address, host = match["ip"] or "", match["host"]
    if host is None and address.replace("-", "").isdecimal():
        address, host = "", address
    if not known:
        # A variable without a default: the address may be loopback, the host's port any.
        address = "?" if address == "0" else address
        host = None if host == "0" else host
    first, _, last = match["inside"].partition("-")
    count = min(int(last or first) - int(first) + 1, 2000)
    start = int(host.partition("-")[0]) if host and host[0].isdecimal() else None
    return [
        _port(int(first) + i, start + i if start is not None else None, address, span)
        for i in range(max(count, 1))
    ]


def _port(inside: int | None, host: int | None, address: str, span: Span) -> Port:
    bare = address.strip("[]")
    loopback = bare.startswith("127.") or bare in ("::1", "localhost")
    scope = "loopback" if loopback else "unknown" if bare == "?" else "network"
    return Port(inside, host, "" if bare == "?" else bare, scope, span)


def _number(value: Value | None) -> int | None:
    text = str(value.value) if value is not None and value.known else ""
    return int(text) if text.isdecimal() and len(text) < 10 else None


def add_mounts(container: Container, holder: File, body: Mapping) -> None:
    """Add the mounts of one layer of a service; one of the same target replaces the earlier."""
    node = body.get("volumes")
    named = holder.top.get("volumes")
    if node is not None and replaces(node):
        container.mounts.clear()
    for item in node.items if isinstance(node, Sequence) else []:
        if isinstance(item, Mapping):
            target = item.text("target")
            if target is None:
                continue
            kind = item.text("type") or "volume"
            source = holder.value(item.get("source"))
            name = str(source.value) if source is not None and source.known else ""
            kinds = {"bind": "bind", "volume": "volume" if name else "anonymous", "tmpfs": "tmpfs"}
            mount = _mount(holder, named, kinds.get(kind, kind), name, target, item.head)
            mount.read_only = item.text("read_only") == "true"
            container.mounts.append(mount)
            continue
        value = holder.value(item)
        if value is None:
            continue
        text = (
            str(value.value)
            if value.known
            else re.sub(r"\$\{?\w+[^}]*\}?", "./unknown", value.raw or "")
        )
        parts = re.split(r":(?![\\/]{2})(?!\\)", text)
        if len(parts) == 1:
            container.mounts.append(Mount(parts[0], "anonymous", "", item.span))
            continue
        source_name, target = parts[0], parts[1]
        if len(source_name) == 1 and len(parts) > 2:  # a Windows drive
            source_name, target = f"{parts[0]}:{parts[1]}", parts[2]
        bind = (
            source_name.startswith((".", "/", "~", "$"))
            or "\\" in source_name
            or source_name[1:2] == ":"
        )
        mount = _mount(holder, named, "bind" if bind else "volume", source_name, target, item.span)
        mount.read_only = "ro" in parts[-1].split(",") and len(parts) > 2
        container.mounts.append(mount)
    for path in names_in(body.get("tmpfs")):
        container.mounts.append(Mount(path.split(":")[0], "tmpfs", "", body.span))
    configs = body.get("configs")
    for item in configs.items if isinstance(configs, Sequence) else []:
        label = (
            item.text
            if isinstance(item, Scalar)
            else (item.text("source") if isinstance(item, Mapping) else "")
        )
        place = (item.text("target") if isinstance(item, Mapping) else None) or f"/{label}"
        entry = holder.top.get("configs", str(label))
        if not isinstance(entry, Mapping):
            continue
        content = entry.get("content")
        if isinstance(content, Scalar):
            container.files[place] = content.embedded()
        elif entry.text("file"):
            path = posixpath.normpath(posixpath.join(holder.folder, str(entry.text("file"))))
            container.mounts.append(Mount(place, "config", path, item.span, file=path))
    container.mounts = list({m.target: m for m in container.mounts}.values())


def _mount(
    holder: File, named: Node | None, kind: str, name: str, target: str, span: Span
) -> Mount:
    mount = Mount(target.rstrip("/") or "/", kind, name, span)
    if kind == "bind" and not name.startswith(("/", "~")):
        mount.file = posixpath.normpath(posixpath.join(holder.folder, name))
    if kind == "volume" and isinstance(named, Mapping):
        entry = named.get(name)
        if isinstance(entry, Mapping):
            options = str(yaml.plain(entry))
            if "tmpfs" in options:
                mount.kind = "tmpfs"
            elif re.search(r"nfs|efs|cifs|smb", options):
                mount.kind = "network"
    return mount
