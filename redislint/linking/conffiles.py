"""Which configuration file a container's server reads, and what edits and mounts make of it."""

from __future__ import annotations

import posixpath
import re

from redislint.linking.written import Written, written
from redislint.model.conf import ConfFile
from redislint.model.container import Container, Mount
from redislint.model.deployment import Arrow, Deployment
from redislint.model.server import Server
from redislint.model.setting import Setting
from redislint.model.value import Origin, Value, default
from redislint.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.readers import Context


def configuration(
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
        path = _of_variable(path, container)
    if isinstance(path, Value) and not path.known:
        server.complete, server.why = False, "the name of the configuration file is not known"
        return []
    inside = str(path.value) if isinstance(path, Value) else path
    if not inside.startswith("/"):
        folder = container.facts.get("workdir")
        known = folder is not None and folder.known and folder.value
        inside = posixpath.join(str(folder.value) if folder and known else "/data", inside)
    inside = posixpath.normpath(inside)
    server.config_paths = (inside,)
    made = written(container, inside) if container.argv or container.entrypoint else None
    if made is not None:
        inside = made[0].base
        if made[0].why:
            server.complete, server.why = False, made[0].why
        if not inside:
            return _printed(*made)
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
        packaged = container.facts.get("packaged")
        if packaged is not None and packaged.origin.note == "apt" and isinstance(path, Value):
            note = "as in the file of Debian's package"
            server.image_defaults["daemonize"] = Value(True, Origin(path.span, note), set=False)
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
    elif any(m.target.startswith(_folder(inside)) for m in container.mounts):
        server.complete, server.why = False, "a mounted folder may change the configuration"
    if inside in container.edits:
        edits = container.edits[inside]
        if edits is None:
            server.complete, server.why = False, f"a RUN instruction changes {inside}"
            settings += container.written.get(inside, [])
        else:
            settings += edits
    if made is not None:
        settings += _printed(*made)
    return settings


def _of_variable(path: Value, container: Container) -> Value:
    """A path that a script takes from a variable of the image."""
    name = re.fullmatch(r"[\"']?\$\{?(\w+)\}?[\"']?", path.raw or "")
    held = container.env.get(name[1]) if name else None
    if held is None or not held.known or not held.value:
        return path
    return Value(held.value, path.origin)


def _printed(made: Written, script: Value) -> list[Setting]:
    """The settings of the lines that a command prints into the file."""
    from redislint.readers.redisconf import conf_file

    source = made.source(script)
    return conf_file(source, None).settings if source is not None else []


def _folder(inside: str) -> str:
    """The folder of a file; a file in the root has none that a mount could change but itself."""
    folder = posixpath.dirname(inside)
    return inside if folder == "/" else folder


def _twin(
    container: Container, inside: str, deployment: Deployment, context: Context
) -> ConfFile | None:
    """The file of the same name beside the compose file or unit, where the host's copy is read.

    `~/app/conf:/conf` mounts what the repository does not show; a redis.conf that is shipped
    together with the compose file is what gets put there, and so with a unit.
    """
    outside = [
        m for m in container.mounts
        if m.kind in ("bind", "hostpath", "network") and m.file is None
        and inside.startswith(m.target.rstrip("/") + "/")
    ]  # fmt: skip
    if not outside or container.platform not in ("compose", "kubernetes", "systemd"):
        return None
    group = container.group
    folder = group if container.platform == "kubernetes" else posixpath.dirname(group)
    beside = posixpath.normpath(posixpath.join(folder, posixpath.basename(inside)))
    return _file(beside, deployment, context) if context.exists(beside) else None


def _packaged(container: Container, inside: str) -> bool:
    """Whether a path is the file that Debian's and Red Hat's packages install, with known edits."""
    return (
        container.platform == "dockerfile"
        and ("installed" in container.facts or "packaged" in container.facts)
        and inside in ("/etc/redis/redis.conf", "/etc/redis.conf", "/etc/valkey/valkey.conf")
        and container.edits.get(inside) is not None
    )


def find_conf(
    container: Container, inside: str, deployment: Deployment, context: Context
) -> tuple[ConfFile | None, bool]:
    """The configuration file at a path inside a container, and whether something is mounted there."""
    content, covered = placed(container, inside)
    if isinstance(content, ConfFile):
        return content, True
    if isinstance(content, Source):
        from redislint.readers.redisconf import conf_file

        return conf_file(content, None, f"{content.path} ({inside})"), True
    if isinstance(content, str):
        return _file(content, deployment, context), True
    return None, covered


def placed(container: Container, inside: str) -> tuple[object, bool]:
    """What lies at a path inside a container: a repository path, a text; and whether it is covered."""
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
    return best[1], True


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
