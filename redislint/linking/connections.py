"""Who talks to which server: addresses in environment variables and client code → connections."""

from __future__ import annotations

import re

from redislint.model.client import Client
from redislint.model.container import Container
from redislint.model.deployment import Arrow, Deployment
from redislint.model.sentinel import Sentinel
from redislint.model.server import Server
from redislint.model.subject import Subject
from redislint.model.value import Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.readers import Context

_URL = r"(redis|valkey)(s?)(?:\+[a-z]+)?://(?:[^@/\s]*@)?(\[[^\]]+\]|[\w.-]+)(?::(\d+))?(?:/(\d+))?"
_HOST_VARIABLE = (
    r"(?i)(?:redis|valkey|cache|broker|session|queue)\w{0,60}(?:host|addr|url|server|endpoint)"
    r"|^(?:redis|valkey)$"
)


class Address:
    """An address that a client is given: host, and port, TLS and database where they are written."""

    __slots__ = ("database", "host", "port", "tls")

    def __init__(
        self, host: str, port: int | None, tls: bool | None = None, database: int | None = None
    ) -> None:
        self.host = host.strip("[]").lower()
        self.port = port
        self.tls = tls
        self.database = database


def addresses(text: str) -> list[Address]:
    """The addresses in a URL, a `host:port`, or a list of them."""
    found = [
        Address(m[3], int(m[4] or 6379), bool(m[2]), int(m[5]) if m[5] else None)
        for m in re.finditer(_URL, text)
    ]
    if found or "://" in text:
        return found
    for part in re.split(r"[,;\s]+", text.strip())[:50]:
        match = re.fullmatch(r"([A-Za-z][\w.-]*|\d+(?:\.\d+){3})(?::(\d{1,5}))?", part)
        if match:
            found.append(Address(match[1], int(match[2]) if match[2] else None))
    return found


def servers_by_name(deployment: Deployment) -> dict[str, list[Server]]:
    """Servers by every name under which their container is reached."""
    found: dict[str, list[Server]] = {}
    for subject in deployment.subjects:
        if isinstance(subject, Server):
            container = subject.links.get("container")
            if isinstance(container, Container):
                fixed = container.facts.get("fixed-address")
                address = (str(fixed.value),) if fixed is not None and fixed.known else ()
                for name in (*container.names, *address):
                    found.setdefault(name.lower(), []).append(subject)
    return found


def of_name(names: dict[str, list[Server]], host: str) -> list[Server]:
    """The servers that a name means, also by its long form in Kubernetes.

    `redis.shop.svc.cluster.local` is the Service redis, `redis-0.redis` the first pod of a set.
    """
    host = host.lower()
    if host in names:
        return names[host]
    first, dot, rest = host.partition(".")
    if not dot:
        return []
    pod = re.sub(r"-\d+$", "", first)
    if pod != first and re.search(r"^[\w-]+(\.|$)", rest):
        return names.get(first, []) or names.get(pod, []) or names.get(rest.partition(".")[0], [])
    return names.get(first, []) if re.search(r"(^|\.)svc(\.|$)", rest) else []


def near(servers: list[Server], group: str) -> Server | None:
    """The server of the same file or stack, else the only one of that name."""
    same = [
        s
        for s in servers
        if isinstance(c := s.links.get("container"), Container) and c.group == group
    ]
    if len(same) == 1:
        return same[0]
    return servers[0] if len(servers) == 1 else None


def link_connections(deployment: Deployment, context: Context) -> None:
    """Draw an arrow from every container and client to the server it names; join them."""
    names = servers_by_name(deployment)
    for subject in list(deployment.subjects):
        if isinstance(subject, Container):
            for word, value in _told(subject):
                _from_container(subject, word, value, names, deployment)
        elif isinstance(subject, Client):
            _from_client(subject, names, deployment)
    _check_masters(deployment)


def _check_masters(deployment: Deployment) -> None:
    """Tell a client whose master no Sentinel of the repository watches."""
    watched = {str(g.get("master-name").value) for g in deployment.of("sentinel-group")}
    known = all(s.complete for s in deployment.subjects if isinstance(s, Sentinel))
    for client in deployment.of("client") if watched and known else ():
        name = client.facts.get("service_name")
        if name is None or not name.known or client.get("mode").value != "sentinel":
            continue
        if str(name.value) not in watched:
            client.set("unknown-master", Value(name.value, name.origin))
            client.set("watched-names", Value(", ".join(sorted(watched))))


def _told(container: Container) -> list[tuple[str, Value]]:
    """Variables, and words of the command that are URLs, with what to call them."""
    words = [
        ("its command", w)
        for w in [*(container.entrypoint or []), *(container.argv or [])]
        if "://" in str(w.value if w.known else w.raw or "")
    ]
    return [*container.env.items(), *words]


def _from_container(
    container: Container,
    word: str,
    value: Value,
    names: dict[str, list[Server]],
    deployment: Deployment,
) -> None:
    text = str(value.value) if value.known else (value.raw or "")
    if "://" not in text and not re.search(_HOST_VARIABLE, word):
        return
    for address in addresses(text):
        server = near(of_name(names, address.host), container.group)
        if server is None or server.links.get("container") is container:
            continue
        target = server.links.get("container")
        if isinstance(target, Container):
            target.set("needed", Value(True))
        deployment.arrows.append(Arrow(container, server, f"connects by {word}", value.span))
        if address.port is None:
            address.port = _port_beside(container, word)
        made = connection(container, server, address, value)
        made.set("via", Value(word, value.origin))
        deployment.subjects.append(made)


def _port_beside(container: Container, variable: str) -> int | None:
    """The port of REDIS_HOST is in REDIS_PORT."""
    name = re.sub(r"(?i)(host(name)?|addr(ess)?|server|endpoint)$", "", variable)
    for suffix in ("PORT", "port"):
        value = container.env.get(f"{name}{suffix}") if name != variable else None
        if value is not None and value.known and str(value.value).isdecimal():
            return int(str(value.value))
    return None


def shown_only(client: Client, server: Server) -> bool:
    """Whether documentation's example names a server that is no part of the example."""
    return client.get("context").value == "example" and server.get("environment").value != "example"


def _from_client(client: Client, names: dict[str, list[Server]], deployment: Deployment) -> None:
    for host in client.hosts:
        for address in addresses(str(host.value)) if host.known else []:
            server = near(of_name(names, address.host), "")
            if server is None or shown_only(client, server):
                continue
            span = host.span or client.anchor
            deployment.arrows.append(Arrow(client, server, "connects to", span))
            client.links.setdefault("server", server)
            deployment.subjects.append(connection(client, server, address, host))
            return


def connection(
    source: Client | Container, server: Server, address: Address, value: Value
) -> Subject:
    """Who connects, to what, and what the address says: port, TLS, database."""
    connection = Subject(
        f"{source.label} → {server.label}", value.span or source.anchor, "connection"
    )
    connection.links["server"] = server
    if isinstance(source, Client):
        connection.links["client"] = source
    container = server.links.get("container")
    if container is not None:
        connection.links["container"] = container
    for fact, held in (
        ("port", address.port),
        ("tls", address.tls),
        ("database", address.database),
    ):
        if held is not None:
            connection.set(fact, Value(held, Origin(value.span, value.origin.note)))
    connection.set("source", Value(source.label, Origin(source.anchor)))
    return connection
