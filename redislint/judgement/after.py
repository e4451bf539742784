"""What a server refuses once its configuration is read, without a line number."""

from __future__ import annotations

import os

from redislint.judgement.cnumbers import atoi, cstr
from redislint.judgement.includes import Includes, Unreadable
from redislint.judgement.reader import Refused
from redislint.judgement.state import Dependence, State

_BUILT_IN = frozenset({b"vset-force-single-threaded-execution"})
_CLUSTER_OFFSET = 10000
_TEMPORARY = len(".tmp-12345-1700000000000")
"""What is added to the name of the cluster's file while it is replaced (7.2 on)."""
_MANIFEST = len("temp-.manifest")
"""What is added to the name of the append-only file while its manifest is written (7.0 on)."""


def finish(st: State, includes: Includes) -> None:
    """Raise :class:`Refused` for what the rest of the start refuses."""
    early = st.version < (7, 2)  # later versions listen once modules and users are loaded
    if early:
        tls(st)
    if st.cluster:
        cluster(st)
    if early and st.bare:
        listening(st)
    modules(st)
    access(st, includes)
    if not early:
        tls(st)
        if st.bare:
            listening(st)
    dump_file(st)


def tls(st: State) -> None:
    """TLS needs a build with it, and a certificate."""
    wanted = (
        (st.text("tls-port", b"0") not in (b"", b"0"))
        or st.yes("tls-replication")
        or st.yes("tls-cluster")
    )
    if not wanted:
        return
    if not st.tls:
        st.depends.append(Dependence("TLS must be built in", None))
        raise Refused("Failed finding TLS support.", None, "post")
    if not st.text("tls-cert-file"):
        raise Refused("No tls-cert-file configured! Failed to configure TLS.", None, "post")
    st.depends.append(Dependence("the TLS certificate, key and CA files must be usable", None))


def cluster(st: State) -> None:
    """The cluster bus needs a port and a file."""
    port = atoi(st.text("port", b"6379"))
    if st.version >= (6, 0) and st.yes("tls-cluster"):
        port = atoi(st.text("tls-port", b"0"))
    own = st.version >= (7, 0) and atoi(st.text("cluster-port", b"0"))
    if not own and port > 65535 - _CLUSTER_OFFSET:
        name = "Valkey" if st.valkey and st.version >= (8, 0) else "Redis"
        raise Refused(
            f"{name} port number too high. Cluster communication port is 10,000 port numbers "
            f"higher than your {name} port. Your {name} port number must be {65535 - 10000} or "
            "less.",
            None,
            "post",
        )
    path = st.text("cluster-config-file", b"nodes.conf")
    if path in (b".", b"..", b"./", b"../", b"/") or too_long(path):
        why = "File name too long" if too_long(path) else "Is a directory"
        shown = path.decode("latin-1")
        raise Refused(f"Can't open {shown} in order to acquire a lock: {why}", None, "post")
    if st.version >= (7, 2) and len(path.rpartition(b"/")[2]) + _TEMPORARY > 255:
        raise Refused("Could not open temp cluster config file: File name too long", None, "post")
    if st.version < (7, 2) and path == b"/dev/null":
        raise Refused("Fatal: can't update cluster config file.", None, "post")
    if st.bare and st.version >= (7, 2) and not any(st.values.get("bind", ([b"*"], None))[0]):
        raise Refused(
            "No bind address is configured, but it is required for the Cluster bus.", None, "post"
        )
    if b"/" in path or not path:
        shown = path.decode("latin-1")
        st.depends.append(Dependence(f"the cluster file '{shown}' must be writable", None))


def too_long(path: bytes) -> bool:
    """Whether the system refuses a path for its length."""
    return len(path) > 4095 or any(len(p) > 255 for p in path.split(b"/"))


def listening(st: State) -> None:
    """A server that listens nowhere ends; one that cannot listen, too."""
    port = atoi(st.text("port", b"6379"))
    tls_port = atoi(st.text("tls-port", b"0"))
    words = st.values["bind"][0] if "bind" in st.values else None
    if words == [b""] and st.version >= (7, 0):
        words = []
    optional = st.version >= (6, 2)
    if not st.text("unixsocket") and (
        (not port and not tls_port) or (words == [] and st.version >= (7, 0))
    ):
        raise Refused("Configured to not listen anywhere, exiting.", None, "post")
    if not port and not tls_port:
        return
    here = {b"*", b"::*", b"127.0.0.1", b"::1", b"0.0.0.0", b"localhost", b"::"}
    for word in words or ():
        name = word[1:] if optional and word.startswith(b"-") else word
        if name not in here and not (optional and word.startswith(b"-")):
            shown = name.decode("latin-1")
            st.depends.append(Dependence(f"the machine must have the address '{shown}'", None))


def modules(st: State) -> None:
    """Modules are loaded, then names that none of them claimed end the start."""
    if st.modules:
        for path, where in st.modules:
            shown = path.decode("latin-1")
            st.depends.append(Dependence(f"the module '{shown}' must load", where.line))
        return
    names = []
    for name, (value, where) in st.unknown.items():
        if st.version >= (8, 2) and name in _BUILT_IN and not st.valkey:
            if cstr(value).lower() in (b"yes", b"no"):
                continue
            raise Refused(
                f"Issue during loading of configuration {name.decode('ascii')} : argument must "
                "be 'yes' or 'no'",
                None,
                "crash",
            )
        names.append((name.decode("latin-1"), where))
    if names:
        listed = ", ".join(f"'{n}' (line {w.line})" for n, w in sorted(names)[:8])
        more = f" and {len(names) - 8} more" if len(names) > 8 else ""
        raise Refused(
            f"Unresolved configuration(s) detected: {listed}{more}: no loaded module knows them",
            None,
            "unresolved",
        )


def access(st: State, includes: Includes) -> None:
    """ACL users: from the file itself, or from an ACL file, not both."""
    if st.version < (6, 0):
        return
    path = st.text("aclfile")
    if path and st.users:
        name = "Valkey" if st.valkey and st.version >= (8, 0) else "Redis"
        conf = "valkey.conf" if name == "Valkey" else "redis.conf"
        raise Refused(
            f"Configuring {name} with users defined in {conf} and at the same setting an ACL "
            "file path is invalid.",
            None,
            "post",
        )
    if not st.users and not path:
        return
    from redislint.judgement.acl import load

    trouble = load(st.users.values(), st.acl, st.pubsub_all())
    if trouble is not None:
        message, line = trouble
        raise Refused(f"{message} (user at line {line})", None, "post")
    if path:
        acl_file(st, includes, path)


def acl_file(st: State, includes: Includes, path: bytes) -> None:
    """Read the ACL file where it can be read; else it is the machine's matter."""
    shown = path.decode("latin-1")
    try:
        text = includes.beside(path, not st.bare)
    except Unreadable as trouble:
        if trouble.certain:
            raise Refused(
                f"Error loading ACLs, opening file '{shown}': {trouble}", None, "env"
            ) from (None)
        st.depends.append(Dependence(f"the ACL file '{shown}' must exist and be valid", None))
        return
    from redislint.judgement.aclfile import judge_acl_file

    refused = judge_acl_file(text, st.server, st.pubsub_all())
    if refused:
        first = refused[0]
        raise Refused(f"ACL file '{shown}', line {first.line}: {first.message}", None, "post")


def _same_place(path: bytes) -> bytes:
    return os.path.normpath(path) if path else b""


def dump_file(st: State) -> None:
    """The dump is read at the end of the start: it must not be what the start itself wrote."""
    aof = st.yes("appendonly")
    written = []
    if st.version >= (3, 2) and st.text("pidfile"):
        written.append(st.text("pidfile"))
    if st.cluster:
        written.append(st.text("cluster-config-file", b"nodes.conf"))
    if aof:
        name = st.text("appendfilename", b"appendonly.aof")
        if name and _same_place(name) in {_same_place(w) for w in written}:
            raise Refused(
                "Bad file format reading the append only file: the start has written another "
                "file of that name",
                None,
                "post",
            )
        if st.version >= (7, 0) and len(name) + _MANIFEST > 255:
            raise Refused("Can't open the AOF manifest file: File name too long", None, "post")
        return
    name = st.text("dbfilename", b"dump.rdb")
    if name in (b".", b".."):
        reason = "Is a directory"
    elif len(name) > 255:
        reason = "File name too long"
    elif name and _same_place(name) in {_same_place(w) for w in [*written, *st.opened]}:
        reason = "the start itself has written another file of that name"
    else:
        return
    raise Refused(
        f"Short read or OOM loading DB. Unrecoverable error, aborting now ({reason}).",
        None,
        "post",
    )
