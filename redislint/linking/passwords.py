"""Passwords that compose files hand to clients: told once, where no server's line tells them."""

from __future__ import annotations

from redislint.model.container import Container
from redislint.model.deployment import Deployment
from redislint.model.facts.kubernetes import is_password_name
from redislint.model.facts.secrets import is_literal
from redislint.model.server import Server

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.readers import Context


def find_client_passwords(deployment: Deployment, context: Context) -> None:
    """Mark the first service of a compose file that is given a password as it is.

    A server whose own line holds the password tells it already, and where the server of the same
    deployment asks for none the variable protects nothing.
    """
    servers = [s for s in deployment.subjects if isinstance(s, Server)]
    if any(_settled(server) for server in servers):
        return
    told: set[str] = set()
    for container in deployment.subjects:
        if not isinstance(container, Container) or container.platform != "compose":
            continue
        if _tells_itself(container):
            continue
        for name, value in container.env.items():
            text = str(value.value)
            if not value.known or value.span is None or "$" in (value.raw or ""):
                continue
            if is_password_name(name) and is_literal(text) and text not in told:
                told.add(text)
                container.set("written-password", value)
                break


def _tells_itself(container: Container) -> bool:
    """Whether what it runs is a server whose settings say all that there is to say."""
    server = container.links.get("server") or container.links.get("sentinel")
    if not isinstance(server, Server):
        return False
    return server.complete or bool(server.get("ignored-variable").value)


def _settled(server: Server) -> bool:
    if server.get("password-in-file").value:
        return True
    auth = server.get("auth")
    return "container" in server.links and server.complete and auth.known and not auth.value
