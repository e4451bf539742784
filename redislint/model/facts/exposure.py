"""Who can reach a server, and what they need to be let in."""

from __future__ import annotations

from redislint.knowledge.servers import SERVERS
from redislint.model.container import Container, Port
from redislint.model.server import Server
from redislint.model.subject import computed, function
from redislint.model.value import Origin, Value, default, unknown

_RANK = {"none": 0, "container": 1, "loopback": 2, "host": 3, "network": 4, "internet": 5}
_LOOPBACK = ("127.", "::1", "-::1", "localhost", "-127.")


def _container(server: Server) -> Container | None:
    found = server.links.get("container")
    return found if isinstance(found, Container) else None


def own_port(server: Server) -> int | None:
    """The port that the server listens on, where it is known; TLS's where that is the only one."""
    for name in ("port", "tls-port"):
        value = server.get(name)
        if value.known and isinstance(value.value, int) and value.value:
            return value.value
    return None


def published(server: Server) -> list[Port]:
    """The published ports of its container that lead to the server."""
    container = _container(server)
    if container is None:
        return []
    ports = {own_port(server)}
    tls = server.get("tls-port")
    if tls.known and isinstance(tls.value, int):
        ports.add(tls.value)
    open_ports = [p for p in container.ports if p.scope != "container"]
    hits = [p for p in open_ports if p.container in ports]
    if not hits and not server.complete:
        hits = [p for p in open_ports if p.container == 6379]
    return hits


@computed("server", "exposed", "enum", "how far its port can be reached, as far as the files tell",
          choices=(*_RANK, "unknown"))  # fmt: skip
def exposed(server: Server) -> Value:
    """The widest scope of its published ports; unknown for a file that no container here runs."""
    container = _container(server)
    if container is None:
        return unknown("nothing here says who runs this server", set=None)
    mode = container.facts.get("network-mode")
    if mode is not None and mode.known and mode.value == "host":
        scope = {"loopback": "loopback"}.get(str(server.get("bind-scope").value), "network")
        return Value(scope, mode.origin)
    ports = published(server)
    if not ports:
        if container.platform == "dockerfile":
            return unknown("a Dockerfile does not say which ports are published", set=None)
        return default("container", "no port of it is published")
    widest = max(ports, key=lambda p: _RANK.get(p.scope, 0))
    if server.get("bind-scope").value == "loopback":
        return Value("none", server.get("bind").origin)
    if widest.scope == "unknown":
        return unknown("the address that it is published on is set elsewhere", widest.span)
    return Value(widest.scope, Origin(widest.span))


@function("server", "published", "bool", "a port of its container is published beyond the host")
def is_published(server: Server, port: str) -> Value:
    """`published(port)`: the server's own; `published(16379)`: that one; `published(bus)`."""
    container = _container(server)
    if container is None:
        return unknown("nothing here says who runs this server", set=None)
    number: int | None
    if port == "port":
        hits = published(server)
    else:
        if port == "bus":
            own = own_port(server)
            given = server.get("cluster-port")
            number = (
                given.value
                if given.known and isinstance(given.value, int) and given.value
                else None
            )
            number = number or (own + 10000 if own else None)
        else:
            number = int(port) if port.isdecimal() else None
        hits = [p for p in container.ports if p.container == number and p.scope != "container"]
    wide = [p for p in hits if p.scope in ("network", "internet", "host")]
    if wide:
        return Value(True, Origin(wide[0].span))
    return default(False, "no such port is published")


@computed("server", "unreachable-inside", "text", "the loopback address that keeps its clients out")
def unreachable_inside(server: Server) -> Value:
    """`bind 127.0.0.1` in a container of its own, from which a port is published or which others need."""
    container = _container(server)
    if container is None or container.platform not in ("compose", "docker", "podman"):
        return default(None, "nothing says that the clients are elsewhere")
    bind = server.get("bind")
    if not bind.set or server.get("bind-scope").value != "loopback":
        return default(None, "it listens beyond loopback")
    port = server.get("port")
    if "network-mode" in container.facts or not port.known or port.value == 0:
        return default(None, "its network is shared, or it listens on a socket")
    offered = any(p.scope == "container" and p.container == port.value for p in container.ports)
    if not published(server) and not offered and "needed" not in container.facts:
        return default(None, "nobody is known to need it")
    shown = bind.value if isinstance(bind.value, tuple) else (str(bind.value),)
    return Value(" ".join(shown), bind.origin)


@computed("server", "start-line", "text", "where its container is told what to start")
def start_line(server: Server) -> Value:
    """The line of its command, else that of its image."""
    container = server.links.get("container")
    if not isinstance(container, Container):
        return default(None, "no container runs it")
    image = container.image.span if container.image is not None else None
    return Value(container.label, Origin(container.command_span or image or container.anchor))


@computed("server", "bind-scope", "enum", "the addresses it listens on",
          choices=("loopback", "all", "addresses"))  # fmt: skip
def bind_scope(server: Server) -> Value:
    """loopback, all, or particular addresses."""
    bind = server.get("bind")
    if not bind.known:
        return Value(None, bind.origin, known=False, why=bind.why, set=bind.set)
    words = bind.value if isinstance(bind.value, tuple) else (str(bind.value or ""),)
    words = tuple(w for w in words if w)
    if not words or any(w.lstrip("-") in ("*", "0.0.0.0", "::", "::*") for w in words):
        scope = "all"
    elif all(w.startswith(_LOOPBACK) for w in words):
        scope = "loopback"
    else:
        scope = "addresses"
    return Value(scope, bind.origin, set=bind.set)


def _default_user(server: Server) -> Value | None:
    """What `user default` lines say: True where a password is needed or nobody gets in.

    Such a line begins with a user that is off and has no password, whatever default was before.
    """
    result: Value | None = None
    for setting in server.written("user"):
        if not setting.args or setting.args[0] != "default":
            continue
        if setting.templated:
            return Value(True, Origin(setting.span))
        rules = tuple(rule.lower() for rule in setting.args[1:])
        result = Value(not lets_everybody_in(rules), Origin(setting.span))
    if result is None and server.acl_read:
        # An ACL file sets every user anew: what it does not name, default too, is as it was born.
        place = next(iter(server.written("aclfile")[-1:]), None) or server.written("user")[0]
        return Value(False, Origin(place.span, "its ACL file has no line for default"))
    return result


def lets_everybody_in(rules: tuple[str, ...]) -> bool:
    """Whether a user with these rules, in lower case, is on and takes any password."""
    on = nopass = False
    for rule in rules:
        if rule in ("on", "off"):
            on = rule == "on"
        elif rule == "reset":
            on = nopass = False
        elif rule == "nopass":
            nopass = True
        elif rule == "resetpass" or rule.startswith((">", "#")):
            nopass = False
    return on and nopass


def _refuses_to_be_open(server: Server) -> bool:
    """Whether Bitnami's entry point ends: neither REDIS_PASSWORD nor ALLOW_EMPTY_PASSWORD=yes."""
    container = server.links.get("container")
    if not isinstance(container, Container) or container.argv or container.entrypoint:
        return False
    if not str(container.get("image-name").value or "").startswith(("bitnami/", "bitnamilegacy/")):
        return False
    allowed = container.env.get("ALLOW_EMPTY_PASSWORD")
    return allowed is None or str(allowed.value).lower() not in ("yes", "true", "1")


@computed(
    "server", "auth", "bool", "a password is needed: requirepass, an ACL, or the default user off"
)
def auth(server: Server) -> Value:
    """Whether the default user needs a password (or is off)."""
    user = _default_user(server)
    password = server.get("requirepass")
    if user is not None and not user.value:
        return user  # nopass counts, whether requirepass stands before or after it
    if password.set and (not password.known or password.value not in ("", None)):
        return Value(True, password.origin)
    if user is not None:
        return user
    acl = server.get("aclfile")
    if acl.set and (not acl.known or acl.value):
        return unknown("the ACL file decides", acl.span, set=None)
    if not password.known:
        return unknown(password.why, password.span, set=password.set)
    if _refuses_to_be_open(server):
        return unknown("Bitnami's image does not start without a password", None, set=None)
    note = "no requirepass, no ACL"
    return Value(False, Origin(password.span, "" if password.span else note), set=password.set)


@computed(
    "server", "protected", "bool", "protected mode keeps everybody out who is not on loopback"
)
def protected(server: Server) -> Value:
    """Whether protected mode acts: it is on, no password is set, and (to 6.2) nothing is bound."""
    mode = server.get("protected-mode")
    if not mode.known:
        return Value(None, mode.origin, known=False, why=mode.why, set=mode.set)
    if not mode.value:
        return Value(False, mode.origin, set=mode.set)
    needed = server.get("auth")
    if not needed.known:
        return unknown(needed.why, needed.span, set=None)
    if needed.value:
        return Value(False, needed.origin)
    old = server.server.startswith("redis") and SERVERS.index(server.server) < SERVERS.index(
        "redis-7.0"
    )
    if old and server.get("bind").set:
        return Value(False, server.get("bind").origin)
    return Value(True, mode.origin, set=mode.set)


@computed("server", "open", "bool", "whoever reaches the port may run every command")
def is_open(server: Server) -> Value:
    """Neither a password nor protected mode stands before the commands."""
    needed, guarded = server.get("auth"), server.get("protected")
    if (needed.known and needed.value) or (guarded.known and guarded.value):
        return Value(False, (needed if needed.known and needed.value else guarded).origin)
    if not needed.known or not guarded.known:
        return unknown(needed.why or guarded.why, set=None)
    certificates = _certificates(server)
    if certificates is not None:
        return certificates
    return Value(True, needed.origin if needed.span else guarded.origin)


def _certificates(server: Server) -> Value | None:
    """Not open, or not known, where only TLS listens: it asks for client certificates by itself."""
    plain, secure = server.get("port"), server.get("tls-port")
    if not plain.known or plain.value != 0 or not secure.set:
        return None
    asked = server.get("tls-auth-clients")
    if not secure.known or not asked.known:
        return unknown(secure.why or asked.why, set=None)
    return Value(False, asked.origin) if secure.value and asked.value == "yes" else None


@computed(
    "server",
    "listening-port",
    "int",
    "the port that clients use: port, else tls-port, else the usual one",
)
def listening_port(server: Server) -> Value:
    """For messages: a number in any case."""
    for name in ("port", "tls-port"):
        value = server.get(name)
        if value.known and isinstance(value.value, int) and value.value:
            return value
    return default(26379 if server.kind == "sentinel" else 6379, "the usual port")


@function("server", "allows", "bool", "a command is neither renamed nor denied to the default user")
def allows(server: Server, command: str) -> Value:
    """Whether an unauthenticated client could call a command by its name."""
    names = {command.lower()}
    if command.lower() == "replicaof":
        names = {"replicaof", "slaveof"}
    renamed: dict[str, Value] = {}
    for setting in server.written("rename-command"):
        if setting.args and setting.args[0].lower() in names:
            renamed[setting.args[0].lower()] = Value(False, Origin(setting.span))
    if names <= set(renamed):
        return next(iter(renamed.values()))
    for setting in server.written("user"):
        if setting.args and setting.args[0] == "default":
            words = " ".join(setting.args).lower()
            if "-@dangerous" in words or "-@admin" in words or all(f"-{n}" in words for n in names):
                return Value(False, Origin(setting.span))
    return default(True, f"{command} is neither renamed nor denied")


_OPERATIONS = ("config", "bgsave", "bgrewriteaof", "save", "replicaof", "slaveof", "shutdown")


@computed("server", "renamed", "text", "a command that is renamed; one that operation needs first")
def renamed(server: Server) -> Value:
    """CONFIG before all: Sentinel, exporters and client libraries send it."""
    lines = [s for s in server.written("rename-command") if s.args]
    if not lines:
        return default(None, "no command is renamed")
    ranks = {name: rank for rank, name in enumerate(_OPERATIONS)}
    last = lines[-1]
    line = min(lines, key=lambda s: ranks.get(s.args[0].lower(), 90 if s is last else 99))
    return Value(line.args[0].upper(), Origin(line.span))


@computed("server", "explicitly-open", "bool",
          "the settings themselves say: all addresses, protected mode off, no password")  # fmt: skip
def explicitly_open(server: Server) -> Value:
    """`protected-mode no` is written, nothing but loopback is excluded, and there is no password.

    Before 3.2 there was no protected mode: a written bind to all addresses says the same.
    """
    mode, needed, scope = server.get("protected-mode"), server.get("auth"), server.get("bind-scope")
    if not (mode.known and needed.known and scope.known):
        return unknown("part of it is unknown", set=None)
    if server.server in ("redis-2.8", "redis-3.0") and server.get("bind").set:
        return Value(scope.value == "all" and not needed.value, server.get("bind").origin)
    yes = bool(mode.set and not mode.value and not needed.value and scope.value == "all")
    return Value(yes, mode.origin)


@computed(
    "server", "only-default-cluster", "bool", "cluster-enabled no is about all that is written"
)
def only_default_cluster(server: Server) -> Value:
    """`cluster-enabled no` is written, beside at most two other settings."""
    lines = server.written("cluster-enabled")
    value = server.get("cluster-enabled")
    if not lines or not value.known or value.value:
        return default(False, "cluster-enabled no is not written")
    others = {s.name for s in server.settings} - {"cluster-enabled", "port", "bind"}
    return Value(len(others) <= 1, Origin(lines[-1].span))


@computed("server", "way-to-close", "text", "how its port is closed to others where it runs")
def way_to_close(server: Server) -> Value:
    """What to write instead: each platform has words of its own."""
    container = _container(server)
    platform = container.platform if container is not None else ""
    if platform in ("kubernetes", "helm"):
        text = "use a ClusterIP Service"
    elif platform in ("ecs", "systemd", ""):
        text = "let only the clients' addresses reach the port"
    else:
        text = "publish the port on 127.0.0.1 only"
    return default(text, "")
