"""What a container's command, mounts and variables make of the server in it."""

from __future__ import annotations

import posixpath
import re

from redislint.knowledge import images
from redislint.model.container import Container
from redislint.model.server import Server
from redislint.model.subject import FactSpec, computed, kind
from redislint.model.value import Origin, Value, default
from redislint.syntax import shell


def _container(server: Server) -> Container | None:
    found = server.links.get("container")
    return found if isinstance(found, Container) else None


def _text(container: Container) -> str:
    """The whole command as one text, unknown words as written."""
    words = [*(container.entrypoint or []), *(container.argv or [])]
    return " ".join(str(w.value) if w.known else (w.raw or "?") for w in words)


_WRAPPED = r"^\s*(?:\S*/)?(?:ba|a)?sh\s+-l?c\s+[\"']?(?=(?:exec\s+)?(?:/\S*/)?(?:redis|valkey)-(?:server|sentinel)\b)"


def direct(container: Container) -> bool:
    """Whether the command is the server itself: no script, and no shell that does more."""
    text = re.sub(_WRAPPED, "", _text(container))
    return not re.search(r"(?:^|[\s/])(?:sh|bash|ash)(?:\s|$)|\.sh\b|&&|;|\|", text) and not (
        container.platform == "dockerfile" and container.shell
    )


def _family(container: Container) -> str:
    name = container.facts.get("image-name")
    image = images.lookup(str(name.value)) if name is not None and name.known else None
    return image.family if image is not None else ""


kind("server", "a Redis or Valkey server, from a configuration file, a command line, an image or CONFIG GET", [
    FactSpec("script", "text", "a script that changes its configuration before it starts it"),
])  # fmt: skip


@computed("server", "ends-at-start", "bool", "it goes into the background as a container's command")
def ends_at_start(server: Server) -> Value:
    """`daemonize yes` where the server itself is the container's main process."""
    container = _container(server)
    value = server.get("daemonize")
    if container is None or container.platform in ("systemd", "ansible") or not value.is_true:
        return default(False, "it stays in the foreground")
    if _family(container) == "bitnami" or not direct(container):
        return default(False, "a script starts it")
    if not value.set and value.span is None:
        return default(False, "nobody wrote it")
    return Value(True, value.origin)


@computed(
    "server", "dead-command", "text", "a command after the server's in one script, never reached"
)
def dead_command(server: Server) -> Value:
    """`sh -c "redis-server … && other"`: the server does not return."""
    container = _container(server)
    daemon = server.get("daemonize")
    started = container.facts.get("build-start") if container is not None else None
    if started is not None:
        what = (
            "the rest of the build" if started.value == "foreground" else "the server of the build"
        )
        return Value(what, started.origin)
    if container is None or not server.complete or not daemon.known or daemon.value:
        return default(None, "nothing follows it")
    words = [*(container.entrypoint or []), *(container.argv or [])]
    for index, word in enumerate(words[:-1]):
        option = str(word.value) if word.known else ""
        if re.fullmatch(r"-[a-z]*c[a-z]*", option) and index:
            script = words[index + 1]
            text = str(script.value) if script.known else (script.raw or "")
            rest = _after_server(text)
            if rest:
                return Value(rest, Origin(script.span))
    return default(None, "nothing follows it")


@computed(
    "server", "dead-command-effect", "text", "what becomes of a command that is never reached"
)
def dead_command_effect(server: Server) -> Value:
    """Behind a server in the foreground, or in a step of a build."""
    found = server.get("dead-command")
    container = _container(server)
    if found.value is None or container is None:
        return default(None, "every command is reached")
    started = container.facts.get("build-start")
    if started is not None and started.value == "background":
        return Value(
            "it ends with its step, because an image keeps no processes: nothing listens when the "
            "container runs; start it in the command or an entry point",
            found.origin,
        )
    if started is not None:
        return Value(
            "it stands behind a server in the foreground, which does not return: the build hangs; "
            "start the server in CMD",
            found.origin,
        )
    return Value(
        f"it comes after the server in the command of {server.label}, which does not return, so it "
        "is never run; start the server last, with exec",
        found.origin,
    )


def _after_server(script: str) -> str:
    """The first word of what follows a server in the foreground of a flat script."""
    if re.search(r"\b(?:if|then|for|while|case|trap|function|until)\b|\(\)|\{", script):
        return ""
    started = False
    first = True
    for word in shell.split(script):
        if word.operator:
            if started and word.operator in ("&", "|", "||", "|&"):
                return ""
            first = True
            continue
        if first and started:
            return word.text.rpartition("/")[2]
        if first and word.text != "exec":
            started = word.text.rpartition("/")[2] in shell.SERVERS | shell.SENTINELS
            first = False
    return ""


def _bare(container: Container) -> bool:
    """Whether a Dockerfile's entry point is the server's program and nothing else."""
    entry = container.entrypoint or []
    program = str(entry[0].value).rpartition("/")[2] if len(entry) == 1 and entry[0].known else ""
    return container.platform == "dockerfile" and program in shell.SERVERS and not container.argv


@computed(
    "server", "unused-config", "text", "a configuration file in the container that it does not read"
)
def unused_config(server: Server) -> Value:
    """A redis.conf is mounted or copied, and the command of an official image names none."""
    container = _container(server)
    stack = container is not None and _family(container) == "stack" and not container.argv
    if container is None or (server.config_paths and not stack):
        return default(None, "it reads one")
    if not _bare(container):
        if _family(container) != "official" and not stack:
            return default(None, "the image may name one")
        if not _known_start(container):
            return default(None, "an entry point may read it")
    if not direct(container) or ".conf" in _text(container) or not (server.complete or stack):
        return default(None, "the command may name it")
    if container.platform == "dockerfile" and not container.argv and not _bare(container):
        return default(None, "who runs the image may give the command")
    if any(isinstance(v.value, str) and ".conf" in v.value for v in container.env.values()):
        return default(None, "a variable may name it")
    name = "" if stack else r"[\w.-]*"  # the stack reads its redis-stack.conf
    wanted = re.compile(rf"(?i)(?:^|/)(?:redis|valkey){name}\.conf$")
    for mount in container.mounts:
        if mount.kind in ("bind", "config") and wanted.search(mount.target):
            return Value(mount.target, Origin(mount.span))
    for place in container.files:
        if wanted.search(place):
            span = container.command_span or container.placed.get(place) or container.anchor
            return Value(place, Origin(span))
    return default(None, "there is none")


def _known_start(container: Container) -> bool:
    """Whether what starts is the image's own entry point, or in a pod the server itself."""
    if container.platform == "kubernetes":
        first = container.entrypoint[0] if container.entrypoint else None
        return first is None or (
            first.known and str(first.value).rpartition("/")[2] in shell.SERVERS
        )
    return container.platform in ("compose", "dockerfile") and container.entrypoint is None


@computed(
    "server", "config-elsewhere", "text", "the path at which the container really has the file"
)
def config_elsewhere(server: Server) -> Value:
    """The command names a path at which nothing is, and the same file name is put elsewhere."""
    container = _container(server)
    if container is None or len(server.config_paths) != 1 or _family(container) != "official":
        return default(None, "no file is named")
    if container.platform != "compose" or container.build or container.entrypoint is not None:
        return default(None, "the image may bring it")
    inside = server.config_paths[0]
    if not direct(container) or inside in container.files or inside in container.edits:
        return default(None, "it is there")
    elsewhere = None
    for mount in container.mounts:
        if inside == mount.target or inside.startswith(mount.target.rstrip("/") + "/"):
            return default(None, "it is there")
        name = posixpath.basename(mount.target)
        if mount.kind in ("bind", "config") and re.search(r"(?i)(?:redis|valkey).*\.conf$", name):
            elsewhere = mount
    if elsewhere is None:
        return default(None, "no other file is mounted")
    return Value(elsewhere.target, Origin(elsewhere.span))


@computed("server", "allows-empty-password", "bool", "ALLOW_EMPTY_PASSWORD opens a Bitnami image")
def allows_empty_password(server: Server) -> Value:
    """`ALLOW_EMPTY_PASSWORD=yes`, and no password beside it."""
    container = _container(server)
    value = container.env.get("ALLOW_EMPTY_PASSWORD") if container is not None else None
    if container is None or value is None or not value.known or _family(container) != "bitnami":
        return default(False, "it is not set")
    if server.get("requirepass").set is not False:
        return default(False, "a password is set beside it")
    return Value(str(value.value).lower() in ("yes", "true", "1"), value.origin)


@computed("server", "copied-dump", "text", "a dump that the build copies into the image")
def copied_dump(server: Server) -> Value:
    """COPY dump.rdb, or an append-only file."""
    container = _container(server)
    if container is None or container.platform != "dockerfile":
        return default(None, "no build")
    for place in container.files:
        if re.search(r"\.(?:rdb|aof)$", place):
            return Value(posixpath.basename(place), Origin(container.anchor))
    return default(None, "none is copied")


@computed("server", "healthcheck-blind", "bool", "its health check passes whatever PING answers")
def healthcheck_blind(server: Server) -> Value:
    """`redis-cli ping` ends with 0 also for LOADING and NOAUTH."""
    container = _container(server)
    value = container.facts.get("healthcheck") if container is not None else None
    if value is None or not value.known:
        return default(False, "no health check")
    text = str(value.value).lower()
    yes = bool(re.search(r"-cli\b.*\bping\b", text)) and not re.search(r"grep|pong|\s-e\b|\[", text)
    return Value(yes, value.origin)


_TOOLS = (
    (r"redis(?:labs)?/redisinsight$|redislabs/redisinsight$", (5540, 8001), "RedisInsight", ()),
    (r"redis-commander$", (8081,), "Redis Commander", ("HTTP_USER", "HTTP_PASSWORD")),
    (r"phpredisadmin$|php-redis-admin$", (80,), "phpRedisAdmin", ("ADMIN_USER", "ADMIN_PASS")),
    (r"rebrow$", (5001,), "rebrow", ()),
)


@computed(
    "container", "open-console", "text", "a console for Redis's data, published without a password"
)
def open_console(container: Container) -> Value:
    """The port of a web console on all addresses of the host."""
    name = container.facts.get("image-name")
    if name is None or not name.known or container.platform not in ("compose", "kubernetes"):
        return default(None, "no console")
    for pattern, ports, shown, guards in _TOOLS:
        if not re.search(pattern, str(name.value)):
            continue
        if any(g in container.env for g in guards):
            return default(None, "it asks for a password")
        for port in container.ports:
            if port.container in ports and port.scope in ("network", "internet"):
                return Value(shown, Origin(port.span))
    return default(None, "no console")
