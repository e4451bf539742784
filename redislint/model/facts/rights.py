"""With whose rights a server in a container runs."""

from __future__ import annotations

import posixpath

from redislint.knowledge import images
from redislint.model.container import Container
from redislint.model.server import Server
from redislint.model.subject import computed
from redislint.model.value import Value, default, unknown

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
    """Root is asked for, and goes round the entry point that would step down.

    The official images and Bitnami's start the server as a user of its own even where the
    container is root's, if and only if their entry point sees that it is to start the server
    (docker-library/redis docker-entrypoint.sh, bitnami/containers run.sh).
    """
    container = server.links.get("container")
    if not isinstance(container, Container):
        return default(False, "no container")
    user = container.facts.get("user")
    if user is not None and not user.known:
        return unknown(user.why, user.span)
    if user is None:
        # A shell in front of the official image's server keeps root as well; so many do it, to
        # read a secret, that telling each of them would be noise.
        return default(False, "nothing says root")
    if str(user.value).split(":")[0] not in ("root", "0"):
        return Value(False, user.origin)
    image = images.lookup(str(container.get("image-name").value or ""))
    if image is None or image.family not in ("official", "modules", "bitnami"):
        return default(False, "whether its entry point steps down is not known")
    around = _around(container)
    if around is None:
        return default(False, "the entry point steps down from root")
    if not around.known:
        return unknown(around.why, around.span)
    return Value(True, user.origin)


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
