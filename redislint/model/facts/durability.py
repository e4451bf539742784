"""What a server keeps on disk, and where."""

from __future__ import annotations

import posixpath

from redislint.model.container import Container, Mount
from redislint.model.server import Server
from redislint.model.subject import computed
from redislint.model.value import Origin, Value, default, unknown


@computed("server", "rdb", "bool", "snapshots are taken by themselves: a save point is active")
def rdb(server: Server) -> Value:
    """Whether a save point is active."""
    save = server.get("save")
    if not save.known:
        return Value(None, save.origin, known=False, why=save.why, set=save.set)
    return Value(bool(save.value), save.origin, set=save.set)


@computed("server", "aof", "bool", "the append-only file is written")
def aof(server: Server) -> Value:
    """Whether the append-only file is written."""
    value = server.get("appendonly")
    if not value.known:
        return Value(None, value.origin, known=False, why=value.why, set=value.set)
    return Value(bool(value.value), value.origin, set=value.set)


@computed("server", "persists", "bool", "snapshots or the append-only file are written")
def persists(server: Server) -> Value:
    """Whether anything is written to disk."""
    one, two = server.get("rdb"), server.get("aof")
    for value in (two, one):
        if value.known and value.value:
            return value
    if not (one.known and two.known):
        return unknown(one.why or two.why, set=None)
    return one if one.set else two


@computed("server", "persistence-chosen", "bool", "somebody wrote down how data is kept")
def persistence_chosen(server: Server) -> Value:
    """Whether save or appendonly is set otherwise than the file that the server is shipped with."""
    for name in ("appendonly", "save"):
        value = server.get(name)
        if value.set and not _stock(server, name, value):
            return Value(True, value.origin)
    return default(False, "neither save nor appendonly is written, or as in the shipped file")


_SHIPPED = (((900, 1), (300, 10), (60, 10000)), ((3600, 1), (300, 100), (60, 10000)))
"""The save points of every redis.conf that is shipped: nobody chose them who only kept them."""


def _stock(server: Server, name: str, value: Value) -> bool:
    """Whether a file says what the shipped one says."""
    if any(line.where != "file" for line in server.written(name)):
        return False
    return value.value is False if name == "appendonly" else value.value in _SHIPPED


@computed("server", "role", "enum", "master or replica at its start", choices=("master", "replica"))
def role(server: Server) -> Value:
    """What the settings make it; a failover may change that."""
    lines = [s for s in server.written("replicaof") if " ".join(s.args).lower() != "no one"]
    if lines:
        return Value("replica", Origin(lines[-1].span))
    if not server.complete:
        return unknown(server.why, set=None)
    return default("master", "no replicaof")


_STOCK = (((900, 1), (300, 10), (60, 10000)), ((3600, 1), (300, 100), (60, 10000)))
"""The built-in save points: up to 6.0, whose stock file writes them out, and from 6.2 on."""


@computed("server", "stock-save", "bool", "the save points are the built-in ones, written or not")
def stock_save(server: Server) -> Value:
    """Whether nobody chose the save points: a copied stock file says what no file says too."""
    save = server.get("save")
    if not save.known:
        return Value(None, save.origin, known=False, why=save.why, set=save.set)
    points = tuple(sorted(save.value, reverse=True)) if isinstance(save.value, tuple) else ()
    return Value(points in _STOCK, save.origin, set=save.set)


@computed(
    "server",
    "rdb-window",
    "duration",
    "the longest time between a write and the snapshot that holds it",
)
def rdb_window(server: Server) -> Value:
    """Seconds: of the save point that one change reaches, else of the longest one."""
    save = server.get("save")
    if not save.known or not save.value:
        return Value(None, save.origin, known=save.known, set=save.set, why=save.why)
    points = save.value
    assert isinstance(points, tuple)
    single = [seconds for seconds, changes in points if changes <= 1]
    return Value(
        float(min(single) if single else max(s for s, _ in points)), save.origin, set=save.set
    )


def _is_file(mount: Mount) -> bool:
    """Whether a mount is of one file, a configuration most often: no data folder."""
    name = posixpath.basename(mount.target)
    return (
        mount.kind == "config"
        or bool(posixpath.splitext(name)[1])
        or (mount.kind == "bind" and bool(posixpath.splitext(mount.source.rstrip("/"))[1]))
    )


def data_mount(server: Server) -> tuple[Mount | None, str] | None:
    """The mount that holds the data folder (None: the container's own layer), and the folder."""
    container = server.links.get("container")
    folder = server.get("dir")
    if not isinstance(container, Container) or not folder.known:
        return None
    path = str(folder.value or "/data")
    if not path.startswith("/"):
        path = posixpath.normpath(posixpath.join("/data", path))
    hits = [
        m
        for m in container.mounts
        if path == m.target or path.startswith(m.target.rstrip("/") + "/")
    ]
    inner = [
        m
        for m in container.mounts
        if m.target.startswith(path.rstrip("/") + "/") and not _is_file(m)
    ]
    best = max(hits, key=lambda m: (len(m.target), m.kind != "anonymous"), default=None)
    if best is None and inner:
        best = inner[0]
    return best, path


@computed("server", "data-volume", "enum", "what holds its data folder",
          choices=("none", "image", "anonymous", "volume", "bind", "hostpath", "claim", "tmpfs",
                   "emptydir", "network", "config", "unknown"))  # fmt: skip
def data_volume(server: Server) -> Value:
    """The kind of the mount; `image` where only the image declares an anonymous volume."""
    found = data_mount(server)
    if found is None:
        return unknown("where its data lies is not known", set=None)
    mount, path = found
    if mount is not None:
        return Value(mount.kind, Origin(mount.span))
    container = server.links["container"]
    assert isinstance(container, Container)
    if container.platform == "dockerfile":
        return unknown("a Dockerfile does not say what is mounted", set=None)
    note = f"nothing is mounted at {path}"
    return Value("image" if path == "/data" else "none", Origin(None, note), set=False)


@computed("server", "data-survives", "bool", "its data folder outlives the container")
def data_survives(server: Server) -> Value:
    """Whether a replaced container finds the old data."""
    kind = server.get("data-volume")
    if not kind.known:
        return Value(None, kind.origin, known=False, why=kind.why, set=None)
    lasting = kind.value in ("volume", "bind", "hostpath", "claim", "network", "config")
    return Value(lasting, kind.origin, set=kind.set)


@computed(
    "server",
    "dump-in-repository",
    "bool",
    "a dump file is put beside an append-only file that is not there",
)
def dump_in_repository(server: Server) -> Value:
    """The container gets a dump.rdb by COPY or a mount, and no append-only file."""
    container = server.links.get("container")
    if not isinstance(container, Container):
        return default(False, "no container")
    name = str(server.get("dbfilename").value or "dump.rdb")
    names = [*container.files, *(m.target for m in container.mounts)]
    dump = any(posixpath.basename(n) == name for n in names)
    log = any("appendonly" in n for n in names)
    return Value(dump and not log, Origin(None, f"{name} is put into the container"))


@computed("server", "config-given", "bool", "it starts with a configuration file")
def config_given(server: Server) -> Value:
    """Whether a file was named."""
    return Value(bool(server.config_paths), Origin(None, ", ".join(server.config_paths)))
