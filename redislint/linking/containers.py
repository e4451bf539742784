"""Containers and configuration files → servers with their effective settings, in reading order."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from redislint.knowledge import images
from redislint.knowledge.images import Image
from redislint.knowledge.servers import matching, of_flavour
from redislint.model.conf import ConfFile
from redislint.model.container import Container, Mount
from redislint.model.deployment import Arrow, Deployment
from redislint.model.sentinel import Sentinel
from redislint.model.server import LIKELY, Server
from redislint.model.setting import Setting
from redislint.model.value import Origin, Value, default
from redislint.source import Source, Span
from redislint.syntax import shell

if TYPE_CHECKING:
    from redislint.readers import Context


def link_containers(deployment: Deployment, context: Context) -> None:
    """Make a server (or sentinel) of every container that runs one, and of every other file."""
    used: set[int] = set()
    built: set[str] = set()
    containers = [s for s in deployment.subjects if isinstance(s, Container)]
    dockerfiles = {c.anchor.path: c for c in containers if c.platform == "dockerfile" and c.anchor}
    for container in containers:
        if container.build and container.platform != "dockerfile":
            base = dockerfiles.get(container.build) or _build(container, context)
            if base is not None:
                built.add(container.build)
                _inherit(container, base, deployment)
    made: list[Server] = []
    for container in containers:
        if (
            container.platform == "dockerfile"
            and container.anchor
            and container.anchor.path in built
        ):
            continue
        server = _server(container, deployment, context, used)
        if server is not None:
            made.append(server)
    for path in built:
        if path in dockerfiles and dockerfiles[path] in deployment.subjects:
            deployment.subjects.remove(dockerfiles[path])
    made += [_alone(c) for c in deployment.confs if id(c) not in used and c.role != "acl"]
    deployment.subjects += made


def _build(container: Container, context: Context) -> Container | None:
    from redislint.readers.dockerfile import container_of

    source = context.find(container.build or "")
    if source is None:
        return None
    target = container.facts.get("build-target")
    return container_of(source, str(target.value or "") if target else "")


def _inherit(container: Container, base: Container, deployment: Deployment) -> None:
    """What the image that a Dockerfile builds brings to the container that runs it."""
    if container.image is None or base.image is not None:
        container.image = base.image
        for fact in ("image", "image-name", "tag", "digest"):
            if fact in base.facts:
                container.set(fact, base.facts[fact])
            else:
                container.facts.pop(fact, None)
    if container.entrypoint is None:
        container.entrypoint = base.entrypoint
        if container.argv is None:
            container.argv = base.argv
            container.shell = base.shell
            container.command_span = base.command_span
    container.env = {**base.env, **container.env}
    container.files = {**base.files, **container.files}
    container.edits = {**base.edits, **container.edits}
    container.mounts = [*base.mounts, *container.mounts]
    for fact in ("user", "healthcheck", "installed"):
        if fact not in container.facts and fact in base.facts:
            container.set(fact, base.facts[fact])
    deployment.arrows.append(Arrow(container, base, "is built from", base.anchor))


def _alone(conf: ConfFile) -> Server:
    """The server of a file that no container here runs."""
    anchor = conf.settings[0].span if conf.settings else conf.source.line_span(1)
    kind = Sentinel if conf.role == "sentinel" else Server
    server = kind(conf.label, anchor, conf.settings, complete=not conf.open_why, why=conf.open_why)
    server.config_paths = (conf.path,)
    server.candidates = narrowed(conf.settings, server.candidates)
    return server


def narrowed(settings: list[Setting], servers: tuple[str, ...]) -> tuple[str, ...]:
    """The servers that know most of the names used; a file says so which versions it is for."""
    from redislint.knowledge.directives import all_names

    known = all_names()
    fit = set(servers)
    for name in {s.name for s in settings}:
        if name in known:
            fit.intersection_update(known[name])
    return tuple(s for s in servers if s in fit) or servers


def _server(
    container: Container, deployment: Deployment, context: Context, used: set[int]
) -> Server | None:
    image = _image(container)
    words = _words(container, image)
    if container.image is None and image is None and not words:
        return None
    found = shell.find_server(words) if words else None
    built = "installed" in container.facts
    if found is None and image is None and not built:
        return None
    if found is None and image is not None and (image.family in ("other", "mirror") and words):
        return None
    if found is None and image is not None and image.role != "server" and image.family == "other":
        return None
    if found is None and words and _runs_something_else(words):
        return None
    sentinel = found.sentinel if found else (image is not None and image.role == "sentinel")
    kind = Sentinel if sentinel else Server
    server = kind(container.label, container.anchor)
    _versions(server, container, image)
    if found is None and (words or image is None or image.family == "other"):
        server.complete = False
        server.why = "what the container starts is not known"
    settings: list[Setting] = []
    if image is not None:
        _image_defaults(server, container, image)
    path, options = _arguments(found.arguments if found else [])
    if path is not None:
        settings += _configuration(server, container, path, deployment, context, used)
    elif image is not None and image.conf and found is None:
        settings += _configuration(
            server, container, image.conf, deployment, context, used, quiet=True
        )
    if image is not None:
        settings += _environment(server, container, image)
    if found is not None and found.program == "keydb-server":
        from redislint.knowledge.directives import all_names

        # A fork with directives of its own: what Redis does not know is none of our business.
        options = [o for o in options if o.name in all_names()]
        settings = [s for s in settings if s.name in all_names()]
    server.settings = settings + options
    server.links["container"] = container
    container.links["sentinel" if sentinel else "server"] = server
    deployment.arrows.append(
        Arrow(container, server, "runs", container.command_span or container.anchor)
    )
    return server


def _runs_something_else(words: list[Value]) -> bool:
    """Whether a command on a Redis image plainly is no server: redis-cli, a benchmark, a test."""
    joined = " ".join(str(w.value if w.known else w.raw or "") for w in words)
    first = next((str(w.value) for w in words if w.known), "").rpartition("/")[2]
    if first in ("sh", "bash", "/bin/sh"):
        return "redis-cli" in joined or "valkey-cli" in joined or "--cluster create" in joined
    return first in (
        "redis-cli",
        "valkey-cli",
        "redis-benchmark",
        "sleep",
        "tail",
        "echo",
        "true",
        "cat",
    )


def _image(container: Container) -> Image | None:
    name = container.facts.get("image-name")
    return images.lookup(str(name.value)) if name is not None and name.known else None


def _words(container: Container, image: Image | None) -> list[Value]:
    """The whole command as the container runs it."""
    argv = list(container.argv or [])
    if container.entrypoint is not None:
        return [*container.entrypoint, *argv]
    if image is not None and image.family in ("official", "mirror", "modules", "stack") and argv:
        first = str(argv[0].value) if argv[0].known else (argv[0].raw or "")
        if first.startswith("-") or first.endswith(".conf"):
            return [Value(f"{image.flavour}-server"), *argv]
    if image is not None and not argv and image.family in ("official", "mirror", "modules"):
        return [Value(f"{image.flavour}-{'sentinel' if image.role == 'sentinel' else 'server'}")]
    return argv


def _versions(server: Server, container: Container, image: Image | None) -> None:
    flavour = image.flavour if image else "redis"
    tag = container.facts.get("tag")
    shown = container.image
    installed = container.facts.get("installed")
    if (image is None or image.family == "other") and installed is not None:
        product, _, number = str(installed.value).partition(" ")
        server.candidates = matching(number, product) or server.candidates
        server.version_origin = Origin(installed.span, f"the build installs {installed.value}")
    if image is None or image.family == "other":
        return
    if image.family in ("stack", "modules"):
        server.candidates = tuple(s for s in LIKELY if s.startswith("redis"))
        return
    if tag is None:
        if "digest" not in container.facts and image.family != "mirror":
            server.candidates = matching("latest", flavour)
        else:
            server.candidates = tuple(s for s in LIKELY if s.startswith(flavour))
    elif tag.known:
        found = matching(str(tag.value), flavour)
        server.candidates = found or tuple(s for s in LIKELY if s.startswith(flavour))
    else:
        server.candidates = tuple(s for s in LIKELY if s.startswith(flavour)) or of_flavour(flavour)
    note = f"image {shown.value}" if shown is not None and shown.known else "the image"
    server.version_origin = Origin(shown.span if shown else None, note)


def _arguments(values: list[Value]) -> tuple[Value | None, list[Setting]]:
    """The configuration file and the options of a server's arguments."""
    path: Value | None = None
    settings: list[Setting] = []
    name: str | None = None
    words: list[str] = []
    first: Value | None = None
    last: Value | None = None

    def close() -> None:
        nonlocal name
        if name is not None and first is not None:
            span = _joined(first.span, last.span if last else None)
            settings.append(Setting(name, tuple(words), span, "command line"))
        name = None

    for index, value in enumerate(values):
        text = str(value.value) if value.known else None
        if text is None:
            written = value.raw or ""
            if written.startswith("--"):
                close()
                continue
            if name is not None:
                words.append("\x00" if "$" not in written else written)
                last = value
            elif index == 0:
                path = value
            continue
        if text.startswith("--"):
            close()
            body = text[2:]
            name, _, rest = body.partition(" ")
            words = rest.split() if rest else []
            first, last = value, None
            if name.lower() in ("sentinel", "check-system") and not words:
                name = None
        elif name is not None:
            words.append(text)
            last = value
        elif index == 0 and text not in ("-",):
            path = value
    close()
    return path, settings


def _joined(first: Span | None, last: Span | None) -> Span | None:
    if first is None or last is None or last.source is not first.source or last.end < first.end:
        return first
    if last.line != first.line:
        return first
    return Span(first.source, first.start, last.end)


def _configuration(
    server: Server,
    container: Container,
    path: Value | str,
    deployment: Deployment,
    context: Context,
    used: set[int],
    *,
    quiet: bool = False,
) -> list[Setting]:
    """The settings of the file at a path inside the container."""
    if isinstance(path, Value) and not path.known:
        server.complete, server.why = False, "the name of the configuration file is not known"
        return []
    inside = str(path.value) if isinstance(path, Value) else path
    if not inside.startswith("/"):
        inside = posixpath.join("/data", inside)
    inside = posixpath.normpath(inside)
    server.config_paths = (inside,)
    conf, covered = find_conf(container, inside, deployment, context)
    settings: list[Setting] = []
    if conf is not None:
        used.add(id(conf))
        settings += conf.settings
        if conf.open_why:
            server.complete, server.why = False, conf.open_why
        if isinstance(path, Value):
            deployment.arrows.append(
                Arrow(server, container, f"reads {conf.label} as {inside}", path.span)
            )
    elif not covered and _packaged(container, inside):
        server.image_defaults["bind"] = default(
            ("127.0.0.1", "-::1"), "default of the distribution's file"
        )
    elif not quiet or covered:
        server.complete = False
        server.why = f"the configuration file {inside} is not among the files read"
        twin = _twin(container, inside, deployment, context)
        if twin is not None:
            # Its lines are taken, what it does not say stays unknown.
            used.add(id(twin))
            settings += twin.settings
            server.why = f"{inside} may differ from {twin.label}, which stands beside"
            deployment.arrows.append(
                Arrow(server, container, f"may read {twin.label} as {inside}", container.anchor)
            )
    elif any(m.target.startswith(posixpath.dirname(inside)) for m in container.mounts):
        server.complete, server.why = False, "a mounted folder may change the configuration"
    if inside in container.edits:
        edits = container.edits[inside]
        if edits is None:
            server.complete, server.why = False, f"a RUN instruction changes {inside}"
        else:
            settings += edits
    return settings


def _twin(
    container: Container, inside: str, deployment: Deployment, context: Context
) -> ConfFile | None:
    """The file of the same name beside the compose file, where the host's copy is mounted.

    `~/app/conf:/conf` mounts what the repository does not show; a redis.conf that is shipped
    together with the compose file is what gets put there.
    """
    outside = [
        m for m in container.mounts
        if m.kind == "bind" and m.file is None and inside.startswith(m.target.rstrip("/") + "/")
    ]  # fmt: skip
    if not outside or container.platform != "compose":
        return None
    beside = posixpath.join(posixpath.dirname(container.group), posixpath.basename(inside))
    return _file(beside, deployment, context) if context.exists(beside) else None


def _packaged(container: Container, inside: str) -> bool:
    """Whether a path is the file that Debian's and Red Hat's packages install, with known edits."""
    return (
        container.platform == "dockerfile"
        and "installed" in container.facts
        and inside in ("/etc/redis/redis.conf", "/etc/redis.conf", "/etc/valkey/valkey.conf")
        and container.edits.get(inside) is not None
    )


def find_conf(
    container: Container, inside: str, deployment: Deployment, context: Context
) -> tuple[ConfFile | None, bool]:
    """The configuration file at a path inside a container, and whether something is mounted there."""
    best: tuple[int, object] | None = None
    for target, content in container.files.items():
        place = posixpath.normpath(target)
        if inside == place:
            best = (len(place), content)
        elif inside.startswith(place.rstrip("/") + "/") and isinstance(content, str):
            best = (len(place), posixpath.join(content, inside[len(place.rstrip("/")) + 1 :]))
    for mount in container.mounts:
        place = mount.target.rstrip("/") or "/"
        if inside != place and not inside.startswith(place + "/"):
            continue
        if best is not None and best[0] > len(place):
            continue
        rest = inside[len(place) :].lstrip("/")
        best = (len(place), _mounted(mount, rest))
    if best is None:
        return None, False
    content = best[1]
    if isinstance(content, ConfFile):
        return content, True
    if isinstance(content, Source):
        from redislint.readers.redisconf import conf_file

        return conf_file(content, None, f"{content.path} ({inside})"), True
    if isinstance(content, str):
        return _file(content, deployment, context), True
    return None, True


def _mounted(mount: Mount, rest: str) -> object:
    if mount.kind in ("bind", "config") and mount.file is not None:
        return posixpath.normpath(posixpath.join(mount.file, rest)) if rest else mount.file
    return None


def _file(path: str, deployment: Deployment, context: Context) -> ConfFile | None:
    for conf in deployment.confs:
        if conf.path == path:
            return conf
    source = context.find(path)
    if source is None:
        return None
    from redislint.readers.redisconf import conf_file

    conf = conf_file(source, context)
    deployment.sources.setdefault(source.path, source)
    deployment.confs.append(conf)
    return conf


def _image_defaults(server: Server, container: Container, image: Image) -> None:
    if image.unprotected:
        tag = container.facts.get("tag")
        note = f"the {image.name} image switches protected mode off"
        if tag is not None and tag.known and str(tag.value).startswith(("2.", "3.0")):
            return
        server.image_defaults["protected-mode"] = default(False, note)
    if image.family == "bitnami":
        note = f"default of the {image.name} image"
        server.image_defaults["appendonly"] = default(True, note)
        server.image_defaults["protected-mode"] = default(False, note)
    if image.data:
        server.image_defaults["dir"] = default(image.data, f"default of the {image.name} image")


_BITNAMI = {
    "AOF_ENABLED": "appendonly",
    "PORT_NUMBER": "port",
    "MASTER_PASSWORD": "masterauth",
    "PRIMARY_PASSWORD": "masterauth",
    "PASSWORD": "requirepass",
    "ACLFILE": "aclfile",
}


def _environment(server: Server, container: Container, image: Image) -> list[Setting]:
    """The settings that an image makes of environment variables."""
    settings: list[Setting] = []
    if image.family == "stack":
        settings += _extra(container.env.get("REDIS_ARGS"))
    if image.family == "official" and image.flavour == "valkey":
        settings += _extra(container.env.get("VALKEY_EXTRA_FLAGS"))
    if image.family != "bitnami":
        return settings
    for prefix in ("REDIS", "VALKEY"):
        for name, directive in _BITNAMI.items():
            for suffix in ("", "_FILE"):
                value = container.env.get(f"{prefix}_{name}{suffix}")
                if value is None:
                    continue
                text = str(value.value) if value.known and not suffix else "\x00"
                if text == "":
                    continue
                settings.append(Setting(directive, (text,), value.span, "environment"))
        mode = container.env.get(f"{prefix}_REPLICATION_MODE")
        if mode is not None and str(mode.value) in ("slave", "replica"):
            host = container.env.get(f"{prefix}_MASTER_HOST") or container.env.get(
                f"{prefix}_PRIMARY_HOST"
            )
            where = str(host.value) if host is not None and host.known else "\x00"
            settings.append(Setting("replicaof", (where, "6379"), mode.span, "environment"))
        settings += _extra(container.env.get(f"{prefix}_EXTRA_FLAGS"))
    if any(k.endswith("_FILE") for k in container.env) or "/bitnami" in " ".join(
        m.target for m in container.mounts if "etc" in m.target
    ):
        server.complete, server.why = False, "a mounted file may change the configuration"
    return settings


def _extra(value: Value | None) -> list[Setting]:
    """The options of a variable that holds command-line arguments."""
    if value is None:
        return []
    text = str(value.value) if value.known else (value.raw or "")
    words = []
    for word in shell.split(text):
        held = Value(
            word.value.value, Origin(value.span), known=word.value.known, raw=word.value.raw
        )
        words.append(held)
    return _arguments([Value("x"), *words])[1]
