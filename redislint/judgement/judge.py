"""``verify``: what would this server say of this configuration?"""

from __future__ import annotations

import os
import re
from pathlib import Path

from redislint.judgement.after import finish
from redislint.judgement.includes import Includes
from redislint.judgement.reader import Reader, Refused
from redislint.judgement.state import State
from redislint.judgement.verdict import Verdict
from redislint.knowledge.servers import SERVERS, resolve


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
    depends = tuple(
        d.reason if d.line is None else f"line {d.line}: {d.reason}" for d in st.depends
    )
    if refused is None:
        return Verdict(True, None, None, "ok", depends)
    shown = safe_line(refused.text) if refused.text else None
    return Verdict(
        False,
        refused.line,
        refused.message,
        refused.stage,
        depends,
        shown,
        refused.source or None,
    )


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
    reader = Reader(st, Includes(None if directory is None else Path(directory)))
    try:
        reader.read(text, source, options)
        finish(st)
    except Refused as refused:
        return st, refused
    return st, None
