"""Every redis.conf / valkey.conf directive of every known server.

``table("redis-7.2")`` maps each spelling that this server accepts, in lower case, to its
:class:`Directive`. The data (``directives.json``) is made by ``tools/make_directives.py`` from
facts that were taken from the servers' sources and checked by running the sixteen servers.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from redislint.knowledge.servers import SERVERS
from redislint.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Directive(Record):
    """One directive as one server knows it.

    ``kind`` is one of bool, int, memory (bytes, with units), percent-or-memory, octal, enum,
    string, directory, save, address-list, client-output-buffer-limit, int-list, float-list,
    keyspace-events, replicaof, rename-command, include, loadmodule, acl-user, sentinel, dead
    (accepted and ignored).
    """

    __slots__ = (
        "aliases",
        "args",
        "classes",
        "ctype",
        "default",
        "enum",
        "flags",
        "kind",
        "letters",
        "max",
        "min",
        "name",
        "repeat",
        "runtime",
        "time",
        "unit",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        aliases: tuple[str, ...],
        kind: str,
        default: str | None,
        min: int | float | None,
        max: int | float | None,
        enum: tuple[str, ...],
        unit: str | None,
        time: str | None,
        args: tuple[int, int | None],
        repeat: str,
        runtime: bool | str | None,
        flags: frozenset[str],
        ctype: str | None,
        letters: str,
        classes: tuple[str, ...],
    ) -> None:
        self.name = name
        """The canonical name in that server, in lower case."""
        self.aliases = aliases
        """Other accepted spellings."""
        self.kind = kind
        self.default = default
        """What CONFIG GET prints on a server started with an empty file; None where it prints none."""
        self.min = min
        self.max = max
        self.enum = enum
        """Accepted words of an enum, in lower case (compared without case)."""
        self.unit = unit
        """``"bytes"``, ``"octal"`` or None."""
        self.time = time
        """Unit of a time: ``"us"``, ``"ms"``, ``"s"``, ``"min"``; None where it is no time."""
        self.args = args
        """Least and most words after the name; None: no upper bound."""
        self.repeat = repeat
        """What a second line does: ``"last wins"``, ``"accumulates"``, ..."""
        self.runtime = runtime
        """Whether CONFIG SET can change it; ``"protected"``: only with enable-protected-configs;
        None where CONFIG SET does not know it."""
        self.flags = flags
        """``hidden`` (CONFIG GET * leaves it out), ``sensitive``, ``tls``, ``debug``, ``lenient``
        (old readers that take any text for a number), ``split`` (one quoted word is split again)."""
        self.ctype = ctype
        """The C type behind a number (``"int32"``, ``"uint64"``, ``"size_t"``, ...)."""
        self.letters = letters
        """Accepted letters of notify-keyspace-events."""
        self.classes = classes
        """Accepted classes of client-output-buffer-limit."""

    @property
    def secret(self) -> bool:
        """Whether the value must never be shown."""
        return "sensitive" in self.flags or self.name in _SECRET


_SECRET = frozenset(
    {
        "requirepass",
        "masterauth",
        "primaryauth",
        "user",
        "tls-key-file-pass",
        "tls-client-key-file-pass",
    }
)
_NONE: frozenset[str] = frozenset()


@lru_cache(maxsize=1)
def _rows() -> list[list[Any]]:
    with open(os.path.join(os.path.dirname(__file__), "directives.json"), "rb") as file:
        rows: list[list[Any]] = json.load(file)["rows"]
    return rows


@lru_cache(maxsize=1024)
def _directive(index: int) -> Directive:
    name: str
    d: dict[str, Any]
    _, _, name, d = _rows()[index]
    low, high = d.get("min", d.get("each_min")), d.get("max", d.get("each_max"))
    least, most = d.get("args", (1, 1))
    return Directive(
        name,
        tuple(d.get("aliases", ())),
        d["kind"],
        d.get("default"),
        low,
        high,
        tuple(d.get("enum", ())),
        d.get("unit"),
        d.get("time"),
        (least, most),
        d.get("repeat", "last wins"),
        d.get("runtime", True),
        frozenset(d["flags"]) if "flags" in d else _NONE,
        d.get("ctype"),
        d.get("letters", ""),
        tuple(d.get("classes", ())),
    )


@lru_cache(maxsize=len(SERVERS))
def table(server: str) -> Mapping[str, Directive]:
    """Return the directives of a server by every accepted spelling, in lower case.

    Raises KeyError for an unknown server key.
    """
    if server not in SERVERS:
        raise KeyError(server)
    index = SERVERS.index(server)
    out: dict[str, Directive] = {}
    for i, (first, last, name, d) in enumerate(_rows()):
        if first <= index <= last:
            directive = _directive(i)
            out[name] = directive
            for alias in d.get("aliases", ()):
                out[alias] = directive
    return MappingProxyType(out)


@lru_cache(maxsize=1)
def all_names() -> Mapping[str, tuple[str, ...]]:
    """Return, for every spelling any server accepts, the servers that accept it (oldest first)."""
    out: dict[str, list[int]] = {}
    for first, last, name, d in _rows():
        for n in (name, *d.get("aliases", ())):
            out.setdefault(n, []).extend(range(first, last + 1))
    return {n: tuple(SERVERS[i] for i in sorted(set(v))) for n, v in sorted(out.items())}
