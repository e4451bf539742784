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
    file asks for none the variable protects nothing. What production is given is told there, not
    at the test setup that happens to be read first.
    """
    settled, told = _what_servers_tell(deployment)
    containers = [
        c for c in deployment.subjects if isinstance(c, Container) and c.platform == "compose"
    ]
    for container in sorted(containers, key=lambda c: not c.get("production").value):
        if _file(container) in settled or _tells_itself(container):
            continue
        for name, value in container.env.items():
            text = str(value.value)
            if not value.known or value.span is None or "$" in (value.raw or ""):
                continue
            if is_password_name(name) and is_literal(text) and text not in told:
                told.add(text)
                container.set("written-password", value)
                break


def _what_servers_tell(deployment: Deployment) -> tuple[set[str | None], set[str]]:
    """The compose files whose servers settle the matter, and the passwords that servers tell."""
    settled: set[str | None] = set()
    told: set[str] = set()
    for server in deployment.subjects:
        if not isinstance(server, Server):
            continue
        if server.get("password-in-file").value and server.get("production").value:
            told.update(line.args[0] for line in server.written("requirepass") if line.args)
        container = server.links.get("container")
        if isinstance(container, Container) and _settled(server):
            settled.add(_file(container))
    return settled, told


def _file(container: Container) -> str | None:
    """The path of the file in which a container is described."""
    return container.anchor.source.path if container.anchor is not None else None


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
