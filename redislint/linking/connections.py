"""Who talks to which server: addresses in environment variables and client code → connections."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redislint.model.client import Client
from redislint.model.container import Container
from redislint.model.deployment import Arrow, Deployment
from redislint.model.server import Server
from redislint.model.subject import Subject
from redislint.model.value import Value

if TYPE_CHECKING:
    from redislint.readers import Context

_URL = r"(?:rediss?|valkeys?)://(?:[^@/\s]*@)?(\[[^\]]+\]|[\w.-]+)(?::(\d+))?(?:/(\d+))?"
_HOST_VARIABLE = (
    r"(?i)(?:redis|valkey|cache|broker|session|queue)\w*(?:host|addr|url|server|endpoint)"
    r"|^(?:redis|valkey)$"
)


def address(text: str) -> tuple[str, int] | None:
    """(host, port) of a URL or `host:port`; None where there is none."""
    match = re.search(_URL, text)
    if match:
        return match[1].strip("[]").lower(), int(match[2] or 6379)
    match = re.fullmatch(r"([A-Za-z][\w.-]*)(?::(\d+))?", text.strip())
    return (match[1].lower(), int(match[2] or 6379)) if match else None


def servers_by_name(deployment: Deployment) -> dict[str, list[Server]]:
    """Servers by every name under which their container is reached."""
    found: dict[str, list[Server]] = {}
    for subject in deployment.subjects:
        if isinstance(subject, Server):
            container = subject.links.get("container")
            if isinstance(container, Container):
                for name in container.names:
                    found.setdefault(name.lower(), []).append(subject)
    return found


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
    """Draw an arrow from every container and client to the server it names; join clients to them."""
    names = servers_by_name(deployment)
    for subject in list(deployment.subjects):
        if isinstance(subject, Container):
            for variable, value in subject.env.items():
                server = _named_server(variable, value, names, subject.group)
                if server is not None and server.links.get("container") is not subject:
                    deployment.arrows.append(
                        Arrow(subject, server, f"connects by {variable}", value.span)
                    )
        elif isinstance(subject, Client):
            for host in subject.hosts:
                found = address(str(host.value)) if host.known else None
                server = near(names.get(found[0], []), "") if found else None
                if server is not None:
                    deployment.arrows.append(
                        Arrow(subject, server, "connects to", host.span or subject.anchor)
                    )
                    deployment.subjects.append(_connection(subject, server))
                    break


def _named_server(
    variable: str, value: Value, names: dict[str, list[Server]], group: str
) -> Server | None:
    text = str(value.value) if value.known else (value.raw or "")
    if "://" not in text and not re.search(_HOST_VARIABLE, variable):
        return None
    found = address(text)
    return near(names.get(found[0], []), group) if found else None


def _connection(client: Client, server: Server) -> Subject:
    connection = Subject(f"{client.label} → {server.label}", client.anchor, "connection")
    connection.links = {"client": client, "server": server}
    container = server.links.get("container")
    if container is not None:
        connection.links["container"] = container
    client.links.setdefault("server", server)
    return connection
