"""ACL files → users of the server that reads them; a file that no server here reads is judged alone."""

from __future__ import annotations

import posixpath

from redislint.linking.conffiles import placed
from redislint.model.conf import ConfFile
from redislint.model.container import Container
from redislint.model.deployment import Arrow, Deployment
from redislint.model.server import Server
from redislint.model.value import at, default

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.readers import Context

NO_USERS = default(False, "all users stand in the ACL file")


def link_acl_files(deployment: Deployment, servers: list[Server], context: Context) -> list[Server]:
    """Give servers the users of their ACL files; a server for every file that none of them reads."""
    read: set[int] = set()
    for server in servers:
        conf = _of(server, deployment, context)
        if conf is None:
            continue
        read.add(id(conf))
        own = server.written("user")
        server.set("own-user", at(True, own[0].span) if own else NO_USERS)
        server.settings += conf.settings
        server.acl_read = True
        place = server.written("aclfile")[-1].span
        deployment.arrows.append(Arrow(server, server, f"takes its users from {conf.label}", place))
    made = []
    for conf in deployment.confs:
        if conf.role == "acl" and id(conf) not in read and conf.settings:
            why = "an ACL file tells of users only"
            server = Server(
                conf.label, conf.settings[0].span, conf.settings, complete=False, why=why
            )
            server.acl_read = True
            made.append(server)
    return made


def _of(server: Server, deployment: Deployment, context: Context) -> ConfFile | None:
    """The ACL file of a server: what its container has there, else the file beside its own."""
    lines = server.written("aclfile")[-1:]
    if not lines or len(lines[0].args) != 1 or lines[0].templated or not lines[0].args[0]:
        return None
    path, span = lines[0].args[0], lines[0].span
    container = server.links.get("container")
    if isinstance(container, Container) and path.startswith("/"):
        content, _ = placed(container, posixpath.normpath(path))
        if isinstance(content, ConfFile):
            return content if content.role == "acl" else None
        return _file(content, deployment, context) if isinstance(content, str) else None
    if isinstance(container, Container) or span is None or span.source.outer is not None:
        return None
    beside = posixpath.join(posixpath.dirname(span.path), posixpath.basename(path))
    return _file(posixpath.normpath(beside), deployment, context)


def _file(path: str, deployment: Deployment, context: Context) -> ConfFile | None:
    known = next((c for c in deployment.confs if c.path == path and c.role == "acl"), None)
    if known is not None:
        return known
    source = context.find(path)
    if source is None:
        return None
    from redislint.readers.redisconf import acl_file

    conf = acl_file(source)
    if conf is not None:
        deployment.sources.setdefault(source.path, source)
        deployment.confs.append(conf)
    return conf
