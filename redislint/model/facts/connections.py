"""What the two ends of a connection make of each other."""

from __future__ import annotations

from redislint.model.container import Container
from redislint.model.server import Server
from redislint.model.subject import Subject, computed
from redislint.model.value import Value, default, unknown


def _ports(connection: Subject) -> tuple[Value, Value] | None:
    """Port and TLS port of the server; None where something may lie between."""
    server = connection.links.get("server")
    if not isinstance(server, Server):
        return None
    container = server.links.get("container")
    if not isinstance(container, Container) or container.platform != "compose":
        return None  # a Service or a load balancer translates ports
    if "network-mode" in container.facts:
        return None
    port, tls = server.get("port"), server.get("tls-port")
    return (port, tls) if port.known and tls.known else None


@computed("connection", "wrong-port", "int", "the port that is told, where the server has another")
def wrong_port(connection: Subject) -> Value:
    """Inside a compose network, where the server's own port counts and not the published one."""
    told, ports = connection.get("port"), _ports(connection)
    if ports is None or not told.known:
        return unknown("the server's ports are not known", set=None)
    if told.value is None or told.value in [p.value for p in ports if p.value]:
        return default(None, "the port is the server's")
    return Value(told.value, told.origin)


@computed("connection", "tls-mismatch", "text", "what is wrong where one end speaks TLS only")
def tls_mismatch(connection: Subject) -> Value:
    """By the scheme of a URL, or the client's own option, against the port that is told."""
    told, ports = connection.get("port"), _ports(connection)
    speaks = connection.get("tls")
    client = connection.links.get("client")
    if client is not None and not speaks.set:
        speaks = client.get("ssl")
    if ports is None or not told.known or not speaks.known or speaks.value is None:
        return unknown("one of the ends is not known", set=None)
    plain, tls = (p.value or None for p in ports)
    if told.value is None or plain == tls:
        return default(None, "the port is not told")
    if speaks.value and told.value == plain:
        return Value("the client speaks TLS to a plain port", speaks.origin)
    if not speaks.value and told.value == tls:
        return Value("the client speaks plain text to a TLS port", speaks.origin)
    return default(None, "both speak the same")
