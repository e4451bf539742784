"""Clients whose address is an environment variable that a container sets → the server it names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from redislint.linking.connections import (
    Address,
    addresses,
    connection,
    near,
    of_name,
    servers_by_name,
    shown_only,
)
from redislint.model.client import Client
from redislint.model.container import Container
from redislint.model.deployment import Arrow, Deployment
from redislint.model.server import Server
from redislint.model.value import Value

_READ = re.compile(r"environment variable (\w+)")
_FILLED = re.compile(r"\$\{([A-Za-z_]\w*)")
_ADDRESS_FACTS = ("host", "url", "startup_nodes", "address")
_SPRING = tuple(
    f"SPRING_{middle}REDIS_{end}" for middle in ("DATA_", "") for end in ("URL", "HOST")
)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.readers import Context


def link_variables(deployment: Deployment, context: Context) -> None:
    """Join each client that names no server itself to the one that its variable leads to."""
    clients = [c for c in deployment.subjects if isinstance(c, Client) and "server" not in c.links]
    if not clients:
        return
    names = servers_by_name(deployment)
    variables = Variables(deployment)
    for client in clients:
        found = variables.server_of(client, names)
        if found is None or shown_only(client, found[1]):
            continue
        variable, server, address, value = found
        deployment.arrows.append(Arrow(client, server, f"connects by {variable}", value.span))
        client.links["server"] = server
        deployment.subjects.append(connection(client, server, address, value))


class Variables:
    """What the containers of a deployment set, by the name of the variable."""

    def __init__(self, deployment: Deployment) -> None:
        self.told: dict[str, list[tuple[Container, Value]]] = {}
        for subject in deployment.subjects:
            if isinstance(subject, Container) and "server" not in subject.links:
                for name, value in subject.env.items():
                    if value.known and value.value:
                        self.told.setdefault(name, []).append((subject, value))

    def server_of(
        self, client: Client, names: dict[str, list[Server]]
    ) -> tuple[str, Server, Address, Value] | None:
        """The one server to which every container that sets the client's variable points."""
        for name in dict.fromkeys(_named(client)):
            found: list[tuple[Server, Address, Value]] = []
            for container, value in self.told.get(name, ()):
                for address in addresses(str(value.value))[:1]:
                    server = near(of_name(names, address.host), container.group)
                    if server is not None:
                        found.append((server, address, value))
            if found and len({id(f[0]) for f in found}) == 1:
                return name, *found[0]
        return None


def _named(client: Client) -> Iterator[str]:
    """The variables that decide where a client connects, as its code or properties say."""
    for fact in _ADDRESS_FACTS:
        value = client.facts.get(fact)
        if value is not None and not value.known:
            yield from _READ.findall(value.why or "")
    for host in client.hosts:
        if not host.known:
            yield from _READ.findall(host.why or "")
            yield from _FILLED.findall(host.span.text if host.span is not None else "")
    if client.label.startswith("client of spring."):
        yield from _SPRING
