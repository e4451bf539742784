"""sentinel.conf: the ``sentinel`` statements, in each version's order."""

from __future__ import annotations

import os
import socket

from redislint.judgement.after import access
from redislint.judgement.cnumbers import atoi, cstr
from redislint.judgement.includes import Includes
from redislint.judgement.reader import Reader, Refused
from redislint.judgement.state import Dependence, State
from redislint.knowledge.servers import SERVERS, resolve

UNKNOWN = "Unrecognized sentinel configuration statement."
NO_MASTER = "No such master with specified name."

# Statement -> (least words, most words, needs a master, first Redis version, first Valkey version).
_NEVER = (99, 0)
STATEMENTS: dict[str, tuple[int, int, bool, tuple[int, int], tuple[int, int]]] = {
    "monitor": (4, 4, False, (2, 8), (7, 2)),
    "down-after-milliseconds": (2, 2, True, (2, 8), (7, 2)),
    "failover-timeout": (2, 2, True, (2, 8), (7, 2)),
    "parallel-syncs": (2, 2, True, (2, 8), (7, 2)),
    "notification-script": (2, 2, True, (2, 8), (7, 2)),
    "client-reconfig-script": (2, 2, True, (2, 8), (7, 2)),
    "auth-pass": (2, 2, True, (2, 8), (7, 2)),
    "auth-user": (2, 2, True, (6, 0), (7, 2)),
    "current-epoch": (1, 1, False, (2, 8), (7, 2)),
    "config-epoch": (2, 2, True, (2, 8), (7, 2)),
    "leader-epoch": (2, 2, True, (2, 8), (7, 2)),
    "known-slave": (3, 3, True, (2, 8), (7, 2)),
    "known-replica": (3, 3, True, (5, 0), (7, 2)),
    "known-sentinel": (3, 4, True, (2, 8), (7, 2)),
    "rename-command": (3, 3, True, (5, 0), (7, 2)),
    "announce-ip": (1, 1, False, (2, 8), (7, 2)),
    "announce-port": (1, 1, False, (2, 8), (7, 2)),
    "myid": (1, 1, False, (3, 2), (7, 2)),
    "deny-scripts-reconfig": (1, 1, False, (3, 2), (7, 2)),
    "sentinel-user": (1, 1, False, (6, 2), (7, 2)),
    "sentinel-pass": (1, 1, False, (6, 2), (7, 2)),
    "resolve-hostnames": (1, 1, False, (6, 2), (7, 2)),
    "announce-hostnames": (1, 1, False, (6, 2), (7, 2)),
    "master-reboot-down-after-period": (2, 2, True, (7, 0), (7, 2)),
    "primary-reboot-down-after-period": (2, 2, True, _NEVER, (8, 0)),
}
_FIRST = frozenset(
    {
        "announce-ip", "announce-port", "deny-scripts-reconfig", "sentinel-user", "sentinel-pass",
        "current-epoch", "myid", "resolve-hostnames", "announce-hostnames",
    }
)  # fmt: skip
"""Carried out before the masters, from 6.2 on; everything else after them."""


def knows(server_version: tuple[int, int], valkey: bool, name: str) -> bool:
    """Whether a version knows a statement."""
    found = STATEMENTS.get(name)
    return found is not None and server_version >= (found[4] if valkey else found[3])


class Master:
    """A monitored master, as far as refusals hang on it."""

    __slots__ = ("renamed", "replicas", "sentinels")

    def __init__(self) -> None:
        self.replicas: set[tuple[bytes, int]] = set()
        self.sentinels: set[bytes] = set()
        self.renamed: set[bytes] = set()


class Statements:
    """Carries out sentinel statements: at once up to 6.0, in three groups at the end later on."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.masters: dict[bytes, Master] = {}
        self.hostnames = False
        self.waiting: list[tuple[int, int, list[bytes], bytes, str]] = []

    def take(self, words: list[bytes], line: bytes) -> str | None:
        """Carry out or queue one statement; the server's message or None."""
        st = self.state
        if st.version < (6, 2):
            return self.carry_out(words)
        name = cstr(words[0]).lower().decode("latin-1")
        group = 0 if name in _FIRST else 1 if name == "monitor" else 2
        self.waiting.append((group, st.file_line, words, line, st.source))
        return None

    def finish(self, reader: Reader) -> None:
        """Carry out what was queued."""
        for _, number, words, line, source in sorted(self.waiting, key=lambda w: w[0]):
            self.state.file_line = number
            error = self.carry_out(words)
            if error is not None:
                reader.refuse(Refused(error, number, "parse", line, source))

    def carry_out(self, words: list[bytes]) -> str | None:
        """Carry out one statement."""
        st = self.state
        name = cstr(words[0]).lower().decode("latin-1")
        args = words[1:]
        if not knows(st.version, st.valkey, name):
            return UNKNOWN
        least, most, needs, _, _ = STATEMENTS[name]
        if not least <= len(args) <= most:
            return UNKNOWN
        if name == "monitor":
            return self.monitor(args)
        old_form = name == "known-sentinel" and len(args) == 3 and st.version >= (3, 2)
        master = self.masters.get(cstr(args[0])) if needs else None
        if needs and master is None and not old_form:
            return NO_MASTER
        if name in ("down-after-milliseconds", "failover-timeout"):
            return "negative or zero time parameter." if atoi(args[1]) <= 0 else None
        if name.endswith("reboot-down-after-period"):
            return "negative time parameter." if atoi(args[1]) < 0 else None
        if name == "myid" and len(cstr(args[0])) != 40:
            return "Malformed Sentinel id in myid option."
        if name in ("deny-scripts-reconfig", "resolve-hostnames", "announce-hostnames"):
            word = cstr(args[0]).lower()
            if word not in (b"yes", b"no"):
                what = "options" if name == "deny-scripts-reconfig" else "option"
                return f"Please specify yes or no for the {name} {what}."
            if name == "resolve-hostnames":
                self.hostnames = word == b"yes"
            return None
        if master is not None:
            return self.of_master(name, master, args)
        return None

    def of_master(self, name: str, master: Master, args: list[bytes]) -> str | None:
        """Carry out a statement about a master that is known."""
        modern = self.state.version >= (6, 2)
        if name in ("notification-script", "client-reconfig-script"):
            kind = "Notification" if name.startswith("n") else "Client reconfiguration"
            if not cstr(args[1]):
                return f"{kind} script seems non existing or non executable."
            shown = cstr(args[1]).decode("latin-1")
            self.depend(f"the script '{shown}' must exist and be executable")
        elif name in ("known-slave", "known-replica"):
            port = atoi(args[2])
            error = self.address(args[1], port, True)
            if error is not None:
                role = "replica" if self.state.version >= (5, 0) else "slave"
                return error if modern else f"Wrong hostname or port for {role}."
            if (args[1], port) in master.replicas:
                return (
                    "Duplicate hostname and port for replica."
                    if modern
                    else "Wrong hostname or port for replica."
                )
            master.replicas.add((args[1], port))
        elif name == "known-sentinel" and len(args) == 4:
            error = self.address(args[1], atoi(args[2]), True)
            if error is None and args[3] in master.sentinels:
                error = "Duplicate runid for sentinel."
            if error is not None:
                return error if modern else "Wrong hostname or port for sentinel."
            master.sentinels.add(args[3])
        elif name == "rename-command":
            key = cstr(args[1]).lower()
            if key in master.renamed:
                return "Same command renamed multiple times with rename-command."
            master.renamed.add(key)
        return None

    def monitor(self, args: list[bytes]) -> str | None:
        """sentinel monitor NAME HOST PORT QUORUM."""
        st = self.state
        modern = st.version >= (6, 2)
        if atoi(args[3]) <= 0:
            return "Quorum must be 1 or greater."
        error = self.address(args[1], atoi(args[2]), False)
        if error is not None:
            return error
        name = cstr(args[0])
        if name in self.masters:
            return "Duplicate master name." if modern else "Duplicated master name."
        self.masters[name] = Master()
        return None

    def address(self, host: bytes, port: int, known: bool) -> str | None:
        """Check a host and port as this version resolves them."""
        st = self.state
        modern = st.version >= (6, 2)
        least = 1 if st.version < (3, 2) else 0
        if not least <= port <= 65535:
            return "Invalid port number." if modern else "Invalid port number"
        text = cstr(host).decode("latin-1")
        try:
            socket.getaddrinfo(text or "?", None, flags=socket.AI_NUMERICHOST)
        except (OSError, UnicodeError):
            if modern and not self.hostnames:
                return "Can't resolve instance hostname."
            self.depend(f"the host name '{text}' must resolve")
        return None

    def depend(self, reason: str) -> None:
        """Note what the machine decides."""
        self.state.depends.append(Dependence(reason, self.state.file_line))


def judge_sentinel(
    text: bytes,
    server: str,
    directory: str | os.PathLike[str] | None = None,
    *,
    every: bool = False,
) -> tuple[State, list[Refused]]:
    """Read a sentinel.conf as a server started with ``--sentinel`` does.

    Returns the state and the refusals: the first one, or with ``every`` all of them.
    """
    key = server if server in SERVERS else resolve(server)
    if key is None:
        raise ValueError(f"unknown server '{server}'; known are {', '.join(SERVERS)}")
    st = State(key, jemalloc=True, sentinel=True)
    includes = Includes(directory)
    reader = Reader(st, includes)
    statements = Statements(st)
    reader.sentinel = statements.take
    refusals: list[Refused] = []
    reader.all_refusals = refusals if every else None
    try:
        reader.read(text, "")
        statements.finish(reader)
        if st.version >= (6, 2):
            access(st, includes)
    except Refused as refused:
        refusals.append(refused)
    return st, refusals
