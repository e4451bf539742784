"""The effective configuration: every directive's value and where it comes from."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from redislint.judgement.acl import Declared
from redislint.judgement.after import finish
from redislint.judgement.includes import Includes
from redislint.judgement.options import Arguments, split_arguments
from redislint.judgement.reader import Reader, Refused
from redislint.judgement.shown import shown
from redislint.judgement.state import State, Where
from redislint.knowledge.directives import Directive, table
from redislint.knowledge.servers import SERVERS, resolve

STANDARD_SAVE = "3600 1 300 100 60 10000"
_BUFFERS = {
    "normal": (0, 0, 0),
    "slave": (268435456, 67108864, 60),
    "pubsub": (33554432, 8388608, 60),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """The value of one directive."""

    name: str
    """Canonical name in that server."""
    value: str
    """As ``CONFIG GET`` prints it; bytes as latin-1 characters. May be a password: see
    ``directive.secret``."""
    where: Where
    directive: Directive

    @property
    def is_default(self) -> bool:
        """Whether nothing sets it."""
        return self.where.source == "default"


@dataclass(slots=True)
class Effective:
    """What a server works with."""

    server: str
    settings: dict[str, Setting] = field(default_factory=dict)
    users: list[Declared] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    """Command -> its new name, "" where it was removed."""
    modules: list[tuple[str, Where]] = field(default_factory=list)
    refusals: list[Refused] = field(default_factory=list)
    """Everything that the server would refuse, in order; it ends at the first."""
    depends_on: list[str] = field(default_factory=list)

    def __getitem__(self, name: str) -> Setting:
        """Return a setting by any spelling that the server accepts; KeyError for none."""
        return self.settings[table(self.server)[name.lower()].name]

    def get(self, name: str) -> Setting | None:
        """Return a setting by any spelling, or None where the server does not know it."""
        d = table(self.server).get(name.lower())
        return None if d is None else self.settings.get(d.name)


def effective(
    server: str,
    text: bytes | None = None,
    *,
    source: str = "redis.conf",
    arguments: Sequence[str] = (),
    directory: str | os.PathLike[str] | None = None,
    build: str = "official",
) -> Effective:
    """Return the configuration that a server works with.

    ``text``: the configuration file, or None where the server is started without one;
    ``source``: its name for the origins. ``arguments``: the command line after the program and
    the file name, split into words as the shell did. ``directory``: where includes are resolved.
    Lines that the server refuses are left out and listed in ``refusals``.
    """
    key = server if server in SERVERS else resolve(server)
    if key is None:
        raise ValueError(f"unknown server '{server}'; known are {', '.join(SERVERS)}")
    given: Arguments = split_arguments(arguments, key)
    st = State(key, bare=True, jemalloc=build == "official", tls=build == "official")
    includes = Includes(directory)
    reader = Reader(st, includes)
    out = Effective(key)
    reader.all_refusals = out.refusals
    started_with = text is not None or bool(arguments)
    try:
        if started_with:
            options = given.options if arguments else None
            reader.read(text or b"", source, options)
        finish(st, includes)
    except Refused as refused:
        out.refusals.append(refused)
    collect(st, out, started_with)
    return out


def _default_save(st: State, started_with: bool) -> str:
    if st.version >= (6, 2):
        return STANDARD_SAVE
    return "" if started_with else STANDARD_SAVE


def collect(st: State, out: Effective, started_with: bool) -> None:
    """Fill in the settings from what the reader took in."""
    default = Where("default", None)
    names: Mapping[str, Directive] = table(st.server)
    for spelling, d in names.items():
        name = d.name
        if spelling != name or d.kind in _NO_VALUE:
            continue
        if name == "save":
            value, where = _save(st, _default_save(st, started_with), default)
        elif name == "client-output-buffer-limit":
            value, where = _buffers(st, default)
        elif name.encode("ascii") in st.unknown:  # read by a built-in module after the file
            word, where = st.unknown[name.encode("ascii")]
            value = shown(d, [word], st)
        elif name in st.values:
            words, where = st.values[name]
            value = shown(d, words, st)
        else:
            value, where = d.default or "", default
            if name == "dir":
                value = ""
        out.settings[name] = Setting(name, value, where, d)
    _adjust(st, out)
    out.users = list(st.users.values())
    for new, old in (st.renamed or {}).items():
        if old is not None and old != new:
            out.renamed[old.decode("ascii")] = new.decode("latin-1")
    if st.renamed is not None:
        present = {old or new for new, old in st.renamed.items()}
        for command in st.own_commands():
            if command.encode("ascii") not in present:
                out.renamed[command] = ""
    out.modules = [(p.decode("latin-1"), w) for p, w in st.modules]
    out.depends_on = [d.reason for d in st.depends]


_NO_VALUE = frozenset({"dead", "include", "rename-command", "loadmodule", "acl-user", "sentinel"})


def _save(st: State, standard: str, default: Where) -> tuple[str, Where]:
    if st.saves is None:
        return standard, default
    return " ".join(f"{s} {c}" for s, c in st.saves), st.save_where or default


def _buffers(st: State, default: Where) -> tuple[str, Where]:
    parts = []
    where = default
    for name, standard in _BUFFERS.items():
        limits = standard
        if name in st.buffers:
            limits, where = st.buffers[name]
        parts.append(f"{name} {limits[0]} {limits[1]} {limits[2]}")
    return " ".join(parts), where


def _adjust(st: State, out: Effective) -> None:
    """Carry out what a server changes by itself at the end of its start."""

    def change(name: str, value: str) -> None:
        old = out.settings[name]
        out.settings[name] = Setting(name, value, old.where, old.directive)

    if st.cluster and "databases" in out.settings:
        single = (7, 2) <= st.version < (9, 1) if st.valkey else st.version >= (7, 2)
        if single:
            change("databases", "1")
    if st.yes("daemonize") and st.version >= (3, 2) and not out.settings["pidfile"].value:
        change("pidfile", "/var/run/redis.pid")
