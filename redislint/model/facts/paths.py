"""Paths of a configuration that cannot be there, or not be written, in an official image."""

from __future__ import annotations

import posixpath
import re

from redislint.model.container import Container
from redislint.model.facts.container_more import direct
from redislint.model.server import Server
from redislint.model.setting import Setting
from redislint.model.subject import computed
from redislint.model.value import Origin, Value, default

_IMAGES = ("redis", "valkey", "valkey/valkey")
_FOLDERS = frozenset(
    "/ /bin /boot /data /dev /dev/shm /etc /home /lib /media /mnt /opt /proc /root /run /sbin /srv "
    "/sys /tmp /usr /usr/bin /usr/lib /usr/local /usr/local/bin /usr/local/etc /usr/local/lib "
    "/usr/local/share /usr/sbin /usr/share /var /var/cache /var/lib /var/local /var/lock /var/log "
    "/var/mail /var/opt /var/run /var/spool /var/tmp".split()
)
"""Folders of the official images, of their Debian and their Alpine variant alike."""
_WRITABLE = ("/data", "/tmp", "/var/tmp", "/dev", "/proc", "/run/lock", "/var/lock", "/run/shm")
"""Where the user that the entry point steps down to may make files."""
_UNCLEAR = (
    "/data", "/tmp", "/dev", "/proc", "/sys", "/usr", "/lib", "/etc/ssl", "/run/secrets",
    "/var/run/secrets",
)  # fmt: skip
"""Below these the variants of the images differ, or nothing is a plain file."""


def official(server: Server) -> Container | None:
    """The container of an official image that starts the server itself, and changes no files."""
    container = server.links.get("container")
    if not isinstance(container, Container) or container.build is not None:
        return None
    name = container.facts.get("image-name")
    if name is None or not name.known or name.value not in _IMAGES or not direct(container):
        return None
    # Who runs an image by hand may mount what its Dockerfile does not show.
    return container if container.platform in ("compose", "kubernetes") else None


def there(container: Container, path: str) -> bool | None:
    """Whether something is at a path of the image; None where a mount or a copy decides that."""
    for place in (*container.files, *(m.target for m in container.mounts)):
        place = posixpath.normpath(place)
        if place == path or place.startswith(path.rstrip("/") + "/"):
            return True
        if path.startswith(place.rstrip("/") + "/"):
            return None
    if path in _FOLDERS:
        return True
    return None if path.startswith(tuple(f"{p}/" for p in _UNCLEAR)) else False


def _plain(value: str) -> str:
    """A path that stands in the file as it is used, else nothing."""
    if not value.startswith("/") or re.search(r"[*?\[${}<>%]", value):
        return ""
    return posixpath.normpath(value)


def _absent(server: Server, settings: list[Setting]) -> Value | None:
    container = official(server)
    if container is None:
        return None
    for setting in settings:
        path = _plain(setting.args[0]) if len(setting.args) == 1 and not setting.templated else ""
        if path and there(container, path) is False:
            return Value(path, Origin(setting.span))
    return None


@computed("server", "missing-include", "text", "a file it includes that is not in its container")
def missing_include(server: Server) -> Value:
    """An absolute path that no mount and no copy can put there."""
    found = _absent(server, server.written("include"))
    return found or default(None, "every included file may be there")


@computed("server", "missing-aclfile", "text", "its ACL file, where that is not in its container")
def missing_aclfile(server: Server) -> Value:
    """An absolute path that no mount and no copy can put there."""
    found = _absent(server, server.written("aclfile")[-1:])
    return found or default(None, "the ACL file may be there")


@computed(
    "server",
    "root-folder",
    "text",
    "a folder of root's in its image that it writes to as another user",
)
def root_folder(server: Server) -> Value:
    """Of `logfile` and `unixsocket`, where the image's entry point steps down from root."""
    container = official(server)
    for setting in _writes(server) if container is not None else ():
        folder = _folder(setting)
        if container is None or not _steps_down(container) or folder not in _FOLDERS:
            continue
        mounted = any(posixpath.normpath(m.target) == folder for m in container.mounts)
        if not mounted and not folder.startswith(_WRITABLE):
            return Value(folder, Origin(setting.span))
    return default(None, "every folder may be writable")


def _writes(server: Server) -> list[Setting]:
    return [s for name in ("logfile", "unixsocket") for s in server.written(name)[-1:]]


def _folder(setting: Setting) -> str:
    path = _plain(setting.args[0]) if len(setting.args) == 1 and not setting.templated else ""
    return posixpath.dirname(path)


def _steps_down(container: Container) -> bool:
    """Whether the image's entry point runs as root first and sees the server's name."""
    if container.entrypoint is not None or "user" in container.facts or not container.argv:
        return False
    first = container.argv[0]
    word = str(first.value) if first.known else ""
    return word in ("redis-server", "valkey-server") or word.startswith("-")


@computed("server", "foreign-bind", "text", "an address of bind that its container cannot have")
def foreign_bind(server: Server) -> Value:
    """A fixed IPv4 address without `-` before it, in a network whose addresses are given out."""
    container = server.links.get("container")
    if not isinstance(container, Container) or container.platform not in ("compose", "kubernetes"):
        return default(None, "the machine's addresses are not known")
    mode = container.facts.get("network-mode")
    if mode is not None or "fixed-address" in container.facts or not direct(container):
        return default(None, "it may have the address")
    for setting in server.written("bind")[-1:]:
        for word in setting.args if not setting.templated else ():
            if _is_foreign(word):
                return Value(word, Origin(setting.span))
    return default(None, "every address is its own")


def _is_foreign(word: str) -> bool:
    return bool(re.fullmatch(r"\d+(?:\.\d+){3}", word)) and not word.startswith(("127.", "0.0.0.0"))
