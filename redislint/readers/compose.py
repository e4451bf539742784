"""docker-compose and Podman compose files → containers, as `docker compose config` reads them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from redislint.knowledge import images
from redislint.model.container import Container, Mount, Port
from redislint.model.deployment import Problem
from redislint.model.setting import size
from redislint.model.value import Origin, Value, at, unknown
from redislint.readers import Context
from redislint.readers.interpolation import dotenv, interpolate
from redislint.source import Source, Span
from redislint.syntax import shell, yaml
from redislint.syntax.yaml import Mapping, Node, Scalar, Sequence

_TIME = re.compile(r"(\d+(?:\.\d+)?)(us|ms|s|m|h)?")
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, None: 1.0}


class _File:
    """One compose file with what its services share."""

    def __init__(self, source: Source, top: Mapping, context: Context) -> None:
        self.source = source
        self.top = top
        self.context = context
        self.folder = posixpath.dirname(source.path)
        env = context.find(posixpath.join(self.folder, ".env"))
        self.variables = dotenv(env.text) if env is not None else {}
        self.env_path = env.path if env is not None else ""

    def value(self, node: Node | None) -> Value | None:
        """The interpolated value of a scalar; None where there is none."""
        if not isinstance(node, Scalar) or node.is_null:
            return None
        if node.templated:
            return unknown("a template fills it in", node.span)
        return interpolate(node.text, self.variables, node.span, where=self.env_path)


def read(source: Source, context: Context) -> Iterator[Container | Problem]:
    """The services of a compose file, those that are no Redis included: clients live there."""
    stream = yaml.load(source)
    seen = False
    for document in stream.documents:
        if not isinstance(document, Mapping):
            continue
        services = document.get("services")
        if not isinstance(services, Mapping) or not _is_compose(document, services):
            continue
        seen = True
        file = _File(source, document, context)
        for key, body in services.pairs:
            if isinstance(body, Mapping) and key.text != "<<" and not key.text.startswith("x-"):
                yield _service(file, key, body)
    if seen:
        for line, why in stream.unread:
            yield Problem(source.path, line, why)


def _is_compose(document: Mapping, services: Mapping) -> bool:
    keys = {"image", "build", "command", "container_name", "extends", "ports", "environment"}
    for _, body in services.pairs:
        if isinstance(body, Mapping) and keys & {k.text for k, _ in body.pairs}:
            return True
        if isinstance(body, Mapping) and any(k.text == "<<" for k, _ in body.pairs):
            return True
    return False


def _chain(
    file: _File, name: str, body: Mapping, seen: tuple[str, ...] = ()
) -> list[tuple[_File, Mapping]]:
    """The service's mapping and those that it extends, nearest first; loops end."""
    chain = [(file, body)]
    extends = body.get("extends")
    if extends is None or len(seen) > 10:
        return chain
    if isinstance(extends, Mapping):
        base, path = extends.text("service"), extends.text("file")
    else:
        base, path = (extends.text if isinstance(extends, Scalar) else None), None
    mark = f"{file.source.path}:{name}"
    if base is None or mark in seen:
        return chain
    other = file
    if path is not None:
        found = file.context.find(posixpath.normpath(posixpath.join(file.folder, path)))
        if found is None:
            return chain
        tops = [d for d in yaml.load(found).documents if isinstance(d, Mapping)]
        if not tops:
            return chain
        other = _File(found, tops[0], file.context)
    target = other.top.get("services", base)
    if isinstance(target, Mapping):
        chain += _chain(other, base, target, (*seen, mark))
    return chain


def _service(file: _File, key: Scalar, body: Mapping) -> Container:
    name = key.text
    container = Container(f"service {name}", key.span, "compose")
    container.group = file.source.path
    chain = _chain(file, name, body)

    def first(*path: str) -> tuple[_File, Node] | None:
        for holder, mapping in chain:
            node = mapping.get(*path)
            if node is not None:
                return holder, node
        return None

    def text(*path: str) -> Value | None:
        found = first(*path)
        return found[0].value(found[1]) if found else None

    set_image(container, text("image"))
    _build(container, file, first("build"))
    container.entrypoint = _words(first("entrypoint"))
    container.argv = _words(first("command"))
    found = first("command") or first("entrypoint")
    container.command_span = found[1].head if found else None
    for holder, mapping in reversed(chain):
        _environment(container, holder, mapping)
        _ports(container, holder, mapping)
        _mounts(container, holder, mapping)
    sysctls = first("sysctls")
    _limits(container, text, sysctls[1] if sysctls else None)
    names = [name]
    for path in (("container_name",), ("hostname",)):
        value = text(*path)
        if value is not None and value.known:
            names.append(str(value.value))
    networks = first("networks")
    if networks is not None:
        container.networks = _names(networks[1])
        if isinstance(networks[1], Mapping):
            for _, network in networks[1].pairs:
                if isinstance(network, Mapping):
                    names += _names(network.get("aliases"))
    container.names = tuple(dict.fromkeys(names))
    depends = first("depends_on")
    container.depends_on = tuple(_names(depends[1])) if depends else ()
    mode = text("network_mode")
    if mode is not None:
        container.set("network-mode", mode)
    _health(container, first("healthcheck"))
    profiles = first("profiles")
    if profiles is not None:
        container.set("profiles", Value(tuple(_names(profiles[1])), Origin(profiles[1].span)))
    return container


def _names(node: Node | None) -> list[str]:
    if isinstance(node, Mapping):
        return [k.text for k, _ in node.merged()]
    if isinstance(node, Sequence):
        return [i.text for i in node.items if isinstance(i, Scalar)]
    return [node.text] if isinstance(node, Scalar) else []


def set_image(container: Container, value: Value | None) -> None:
    """Store an image reference with its name, tag and digest."""
    if value is None:
        return
    container.image = value
    container.set("image", value)
    reference = str(value.value) if value.known else (value.raw or "")
    name, tag, digest = images.parse(reference)
    container.set("image-name", Value(name, value.origin))
    if tag is not None and "$" not in tag:
        container.set("tag", Value(tag, value.origin))
    elif not value.known:
        container.set("tag", Value(None, value.origin, known=False, why=value.why))
    if digest:
        container.set("digest", Value(digest, value.origin))


def _build(container: Container, file: _File, found: tuple[_File, Node] | None) -> None:
    if found is None:
        return
    holder, node = found
    folder, dockerfile = "", "Dockerfile"
    if isinstance(node, Scalar):
        folder = node.text
    elif isinstance(node, Mapping):
        folder = node.text("context") or "."
        dockerfile = node.text("dockerfile") or "Dockerfile"
        if node.get("dockerfile_inline") is not None:
            return
    container.build = posixpath.normpath(posixpath.join(holder.folder, folder, dockerfile))
    if isinstance(node, Mapping):
        container.set("build-target", at(node.text("target") or "", node.span))


def _words(found: tuple[_File, Node] | None) -> list[Value] | None:
    """A command's words: a list as it stands, a string split as compose splits it."""
    if found is None:
        return None
    holder, node = found
    if isinstance(node, Sequence):
        words = []
        secret = False
        for item in node.items:
            value = _argument(holder, item, secret)
            if value is not None:
                words.append(value)
                secret = value.known and str(value.value).lstrip("-") in _SECRET_OPTIONS
        return words
    if not isinstance(node, Scalar) or node.is_null:
        return None
    if node.templated:
        return [unknown("a template fills it in", node.span)]
    text = node.text
    words = []
    secret = False
    for word in shell.split(text.replace("$$", "\x01")):
        if word.operator and word.operator != "\n":
            words.append(at(word.operator, node.span))
            continue
        if word.operator:
            continue
        written = (word.value.raw if not word.value.known else str(word.value.value)) or ""
        value = _filled(holder, written, _within(node, written), secret)
        words.append(value)
        secret = value.known and str(value.value).lstrip("-") in _SECRET_OPTIONS
    return words


_SECRET_OPTIONS = frozenset({"requirepass", "masterauth", "primaryauth", "a", "pass", "user"})


def _within(node: Scalar, word: str) -> Span:
    """Where a word of a scalar stands: its first place in the scalar's text."""
    span = node.span
    for attempt in (word, word.replace("\x01", "$$")):
        place = node.source.text.find(attempt, span.start, span.end) if attempt else -1
        if place >= 0:
            return Span(node.source, place, place + len(attempt))
    return node.head


def _argument(holder: _File, node: Node, secret: bool) -> Value | None:
    if not isinstance(node, Scalar):
        return None
    if node.templated:
        return unknown("a template fills it in", node.span)
    return _filled(holder, node.text.replace("$$", "\x01"), node.span, secret)


def _filled(holder: _File, text: str, span: Span, secret: bool) -> Value:
    """An argument with compose's variables filled in, and the container's shell's kept."""
    value = interpolate(text, {} if secret else holder.variables, span, where=holder.env_path)
    if secret and "${" in text and value.known and value.value:
        # A default password still is meant to be replaced: set, but not known.
        value = unknown("the default of a variable", span)
        value.raw = text
    for side in ("raw", "value"):
        held = getattr(value, side)
        if isinstance(held, str) and "\x01" in held:
            setattr(value, side, held.replace("\x01", "$"))
            if (
                side == "value"
                and re.search(r"\$[A-Za-z_{]", held.replace("\x01", "$"))
                and " " not in held
            ):
                value.known, value.why = False, "the container's shell fills it in"
                value.raw, value.value = held.replace("\x01", "$"), None
                break
    return value


def _environment(container: Container, holder: _File, body: Mapping) -> None:
    for path in _names(body.get("env_file")):
        found = holder.context.find(posixpath.normpath(posixpath.join(holder.folder, path)))
        for name, content in (dotenv(found.text) if found else {}).items():
            container.env[name] = Value(content, Origin(None, f"in {path}"))
    node = body.get("environment")
    if isinstance(node, Mapping):
        for key, item in node.merged():
            value = holder.value(item)
            if value is None:
                value = (
                    unknown("taken from the environment", key.span)
                    if isinstance(item, Scalar)
                    else None
                )
            if value is not None:
                container.env[key.text] = value
    elif isinstance(node, Sequence):
        for item in node.items:
            if isinstance(item, Scalar):
                name, equals, rest = item.text.partition("=")
                if not equals:
                    container.env[name] = unknown("taken from the environment", item.span)
                elif item.templated:
                    container.env[name] = unknown("a template fills it in", item.span)
                else:
                    container.env[name] = interpolate(
                        rest, holder.variables, item.span, where=holder.env_path
                    )


_PORT = re.compile(
    r"^(?:(?P<ip>\[[^\]]*\]|[^:]*):)?(?:(?P<host>(?:\d{1,5}(?:-\d{1,5})?)?):)?"
    r"(?P<inside>\d{1,5}(?:-\d{1,5})?)(?:/(?P<proto>\w+))?$"
)


def _ports(container: Container, holder: _File, body: Mapping) -> None:
    node = body.get("ports")
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


def _published(holder: _File, item: Node) -> list[Port]:
    if isinstance(item, Mapping):
        target, published = holder.value(item.get("target")), holder.value(item.get("published"))
        ip = holder.value(item.get("host_ip"))
        where = ("?" if not ip.known else str(ip.value or "")) if ip else ""
        return [_port(_number(target), _number(published), where, item.head)]
    value = holder.value(item)
    if value is None:
        return []
    text = str(value.value) if value.known else re.sub(r"\$\{?\w+[^}]*\}?", "0", value.raw or "")
    match = _PORT.match(text.strip())
    if match is None:
        return []
    if match["proto"] == "udp":
        return []
    address, host = match["ip"] or "", match["host"]
    if host is None and address.replace("-", "").isdecimal():
        address, host = "", address
    if not value.known:
        # A variable without a default: the address may be loopback, the host's port any.
        address = "?" if address == "0" else address
        host = None if host == "0" else host
    first, _, last = match["inside"].partition("-")
    count = min(int(last or first) - int(first) + 1, 2000)
    start = int(host.partition("-")[0]) if host and host[0].isdecimal() else None
    return [
        _port(int(first) + i, start + i if start is not None else None, address, item.span)
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


def _mounts(container: Container, holder: _File, body: Mapping) -> None:
    node = body.get("volumes")
    named = holder.top.get("volumes")
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
    for path in _names(body.get("tmpfs")):
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


def _mount(
    holder: _File, named: Node | None, kind: str, name: str, target: str, span: Span
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


def seconds(text: str) -> float | None:
    """A duration of compose: `1m30s`."""
    found = _TIME.findall(text)
    return sum(float(n) * _SECONDS[u or None] for n, u in found) if found else None


def _limits(container: Container, text: object, every: Node | None) -> None:
    assert callable(text)
    for fact, paths in (
        ("memory-limit", (("deploy", "resources", "limits", "memory"), ("mem_limit",))),
        (
            "memory-reservation",
            (("deploy", "resources", "reservations", "memory"), ("mem_reservation",)),
        ),
    ):
        for path in paths:
            value = text(*path)
            if value is not None:
                container.set(fact, memory(value))
                break
    restart = text("restart") or text("deploy", "restart_policy", "condition")
    if restart is not None:
        container.set("restart", restart)
        if restart.known:
            again = str(restart.value).split(":")[0] not in ("no", "none", "false", "False")
            container.set("restarts", Value(again, restart.origin))
    user = text("user")
    if user is not None:
        container.set("user", user)
    grace = text("stop_grace_period")
    if grace is not None and grace.known:
        container.set(
            "stop-grace", Value(seconds(str(grace.value)), grace.origin, raw=str(grace.value))
        )
    somaxconn = text("sysctls", "net.core.somaxconn")
    if somaxconn is not None and somaxconn.known and str(somaxconn.value).isdecimal():
        container.set("sysctl-somaxconn", Value(int(str(somaxconn.value)), somaxconn.origin))
    _sysctls(container, every)
    read_only = text("read_only")
    if read_only is not None and read_only.known:
        container.set("read-only-root", Value(read_only.value == "true", read_only.origin))
    privileged = text("privileged")
    if privileged is not None and privileged.known:
        container.set("privileged", Value(privileged.value == "true", privileged.origin))
    copies = text("deploy", "replicas") or text("scale")
    if copies is not None and copies.known and str(copies.value).isdecimal():
        container.set("replicas", Value(int(str(copies.value)), copies.origin))


def _sysctls(container: Container, node: Node | None) -> None:
    """The first kernel setting that is no container's own: the runtime refuses to start."""
    items: list[tuple[str, Span]] = []
    if isinstance(node, Mapping):
        items = [(k.text, k.span) for k, _ in node.merged()]
    elif isinstance(node, Sequence):
        items = [(i.text.partition("=")[0], i.span) for i in node.items if isinstance(i, Scalar)]
    for name, span in items:
        if name == "vm.overcommit_memory" or name.startswith(("vm.", "fs.file", "kernel.mm.")):
            container.set("host-sysctl", at(name, span))
            return


def memory(value: Value) -> Value:
    """A limit of memory in bytes: compose's k, m and g are powers of 1024."""
    if not value.known:
        return value
    text = str(value.value).strip().lower().replace("ib", "b").replace("i", "")
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)b?", text)
    if match is None:
        plain = size(text)
        return Value(plain, value.origin, raw=text) if plain else unknown("is no size", value.span)
    factor = 1024 ** " kmgt".index(match[2] or " ")
    return Value(int(float(match[1]) * factor), value.origin, raw=str(value.value))


def _health(container: Container, found: tuple[_File, Node] | None) -> None:
    if found is None or not isinstance(found[1], Mapping):
        return
    holder, body = found[0], found[1]
    assert isinstance(body, Mapping)
    node = body.get("test")
    if isinstance(node, Sequence):
        text = " ".join(i.text for i in node.items if isinstance(i, Scalar))
        container.set("healthcheck", at(text, node.head))
    elif isinstance(node, Scalar):
        container.set("healthcheck", holder.value(node) or at("", node.span))
