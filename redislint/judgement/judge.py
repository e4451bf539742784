"""``verify``: what would this server say of this configuration?"""

from __future__ import annotations

import os
import re

from redislint.judgement.after import finish
from redislint.judgement.includes import Includes
from redislint.judgement.reader import Reader, Refused
from redislint.judgement.state import State
from redislint.judgement.verdict import Verdict
from redislint.knowledge.servers import DEFAULT_SERVER, SERVERS, resolve, version


def verify(
    text: bytes,
    server: str = "redis-7.2",
    directory: str | os.PathLike[str] | None = None,
    *,
    bare: bool = False,
    build: str = "examined",
) -> Verdict:
    """Return the verdict of a server on a configuration text.

    ``server`` is a server key (``"redis-7.2"``); ValueError for an unknown one. ``include`` lines
    are resolved in ``directory`` and never outside of it; without a directory none is read, and
    the verdict says so in ``depends_on``. What the machine decides (files, modules, addresses)
    is assumed to be well where it cannot be known, and listed in ``depends_on``.

    ``bare``: the server is started with the file alone; otherwise it is assumed to get the port,
    the addresses, the log file and the working directory as options, as a supervisor would.
    ``build``: ``"examined"`` for the builds whose verdicts were recorded (libc's allocator; 8.2
    without TLS), ``"official"`` for the official images (bundled jemalloc, TLS).
    """
    st, refused = run(text, server, directory, bare=bare, build=build)
    return _verdict(st, refused)


def _verdict(st: State, refused: Refused | None) -> Verdict:
    depends = tuple(
        d.reason if d.line is None else f"line {d.line}: {d.reason}" for d in st.depends
    )
    if refused is None:
        return Verdict(True, None, None, "ok", depends)
    return Verdict(
        False,
        refused.line,
        refused.message,
        refused.stage,
        depends,
        safe_line(refused.text) if refused.text else None,
        refused.source or None,
    )


def verify_sentinel(
    text: bytes,
    server: str = DEFAULT_SERVER,
    directory: str | os.PathLike[str] | None = None,
) -> Verdict:
    """Return the verdict of a server started with ``--sentinel`` on a sentinel.conf."""
    from redislint.judgement.sentinel import judge_sentinel

    st, refusals = judge_sentinel(text, server, directory)
    return _verdict(st, refusals[0] if refusals else None)


def verify_acl(text: bytes, server: str = DEFAULT_SERVER) -> Verdict:
    """Return the verdict of a server on an ACL file; ValueError for one without ACLs (5.0)."""
    from redislint.judgement.aclfile import judge_acl_file

    key = server if server in SERVERS else resolve(server)
    if key is None or key not in ACL_SERVERS:
        raise ValueError(f"'{server}' is no known server with ACL files; they came with 6.0")
    refusals = judge_acl_file(text, key)
    if not refusals:
        return Verdict(True, None, None)
    more = f" (and {len(refusals) - 1} more lines are refused)" if len(refusals) > 1 else ""
    return Verdict(False, refusals[0].line, refusals[0].message + more, "parse")


ACL_SERVERS = tuple(s for s in SERVERS if version(s) >= (6, 0))
"""Servers that have users and ACL files."""

_SECRET = re.compile(
    rb"""["']?[^ \t"']*(?:pass|auth|user|secret|token|sentinel)[^ \t"']*["']?""", re.IGNORECASE
)


def safe_line(line: bytes) -> str:
    """Return a refused line for display: short, and without what may be a password."""
    found = _SECRET.match(line.lstrip())
    if found:
        return found[0].decode("latin-1") + " ***"
    text = line.decode("latin-1")
    return text if len(text) <= 120 else text[:117] + "..."


def run(
    text: bytes,
    server: str,
    directory: str | os.PathLike[str] | None = None,
    *,
    bare: bool = False,
    build: str = "examined",
    options: bytes | None = None,
    source: str = "",
) -> tuple[State, Refused | None]:
    """Read a text as a server does; return what it took in, and the refusal or None."""
    key = server if server in SERVERS else resolve(server)
    if key is None:
        raise ValueError(f"unknown server '{server}'; known are {', '.join(SERVERS)}")
    official = build == "official"
    st = State(key, bare=bare, jemalloc=official or key == "redis-8.2")
    st.tls = official or key != "redis-8.2"
    includes = Includes(directory)
    reader = Reader(st, includes)
    try:
        reader.read(text, source, options)
        finish(st, includes)
    except Refused as refused:
        return st, refused
    return st, None
