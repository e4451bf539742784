"""With whose rights a server in a container runs."""

from __future__ import annotations

import posixpath

from redislint.knowledge import images
from redislint.model.container import Container
from redislint.model.server import Server
from redislint.model.subject import computed
from redislint.model.value import Origin, Value, default, unknown

_SERVERS = ("redis-server", "valkey-server", "redis-sentinel", "valkey-sentinel")


@computed("server", "privileged", "bool", "its container has the rights of the host")
def privileged(server: Server) -> Value:
    """`privileged: true`."""
    container = server.links.get("container")
    stored = container.facts.get("privileged") if isinstance(container, Container) else None
    if stored is not None and stored.is_true:
        return Value(True, stored.origin)
    return default(False, "nothing says privileged")


@computed("server", "keeps-root", "bool", "the server process itself runs as root")
def keeps_root(server: Server) -> Value:
    """Root goes round the entry point that would step down, or nothing would.

    The official images and Bitnami's start the server as a user of its own even where the
    container is root's, if and only if their entry point sees that it is to start the server
    (docker-library/redis docker-entrypoint.sh, bitnami/containers run.sh). The official ones begin
    as root where nobody says otherwise, Bitnami's do not.
    """
    container = server.links.get("container")
    if not isinstance(container, Container):
        return default(False, "no container")
    user = container.facts.get("user")
    if user is not None and not user.known:
        return unknown(user.why, user.span)
    root = user is not None and str(user.value).split(":")[0] in ("root", "0")
    if user is not None and not root:
        return Value(False, user.origin)
    if user is None and container.platform == "dockerfile":
        return default(False, "who starts the image may choose the user")
    image = images.lookup(str(container.get("image-name").value or ""))
    family = image.family if image is not None else ""
    if family not in ("official", "modules", "bitnami"):
        return default(False, "whether its entry point steps down is not known")
    if family == "bitnami" and not root:
        return default(False, "the image has a user of its own")
    around = _around(container)
    if around is None:
        return default(False, "the entry point steps down from root")
    if not around.known:
        return unknown(around.why, around.span)
    return Value(True, user.origin if user is not None else Origin(around.span))


def _around(container: Container) -> Value | None:
    """The word with which a command goes round the image's entry point; None where none does."""
    if container.entrypoint:
        first = container.entrypoint[0]
        text = str(first.value or "")
        return None if "entrypoint" in text or text.startswith("/opt/bitnami") else first
    first_argument = container.argv[0] if container.argv else None
    if first_argument is None:
        return None
    text = str(first_argument.value or "")
    if posixpath.basename(text.split(" ")[0]) == text.split(" ")[0] in _SERVERS:
        return None
    passed = text.startswith(("-", "/opt/bitnami")) or text.endswith(".conf")
    return None if passed else first_argument
