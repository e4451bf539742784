"""Everything known about one directive, for ``redislint explain DIRECTIVE``."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from redislint.knowledge.directives import Directive, all_names, table
from redislint.knowledge.servers import FLAVOURS, SERVERS, of_flavour

_KINDS = {
    "bool": "yes or no",
    "enum": "one of the choices",
    "int": "a whole number",
    "memory": "a number of bytes (units k, kb, m, mb, g, gb)",
    "percent-or-memory": "a number of bytes, or a share in percent",
    "octal": "octal digits",
    "string": "text",
    "directory": "a directory",
    "save": "pairs of seconds and changes",
    "address-list": "addresses",
    "client-output-buffer-limit": "class, hard limit, soft limit, seconds",
    "int-list": "several whole numbers",
    "float-list": "several numbers",
    "keyspace-events": "letters, one for each kind of event",
    "replicaof": "host and port",
    "rename-command": "a command and its new name",
    "include": "a file",
    "loadmodule": "a file and arguments",
    "acl-user": "a user name and rules",
    "sentinel": "a statement of sentinel.conf",
    "dead": "one word, ignored",
}
_TIMES = {"us": "microseconds", "ms": "milliseconds", "s": "seconds", "min": "minutes"}


@dataclass(frozen=True, slots=True)
class Explanation:
    """One directive over all known servers."""

    name: str
    """Its name in the newest server that knows it."""
    asked: str
    aliases: tuple[str, ...]
    """Every other spelling that some server accepts."""
    note: str
    """What it does and what it trades off."""
    kind: str
    unit: str
    """``"bytes"``, ``"milliseconds"``, ... or ""."""
    defaults: tuple[tuple[str, str], ...]
    """(versions, value), oldest first."""
    bounds: tuple[tuple[str, str], ...]
    choices: tuple[tuple[str, str], ...]
    known: str
    """The versions that know it."""
    runtime: tuple[tuple[str, str], ...]
    """(versions, whether CONFIG SET changes it)."""
    history: tuple[str, ...]
    """Renamed, removed, ignored: one sentence each."""

    def text(self) -> str:
        """Return the explanation as plain text."""
        lines = [self.name, ""]
        if self.asked != self.name:
            lines = [f"{self.name} (asked as {self.asked})", ""]
        lines += [self.note, ""] if self.note else []
        timed = self.unit in _TIMES.values()
        value = f"{self.kind}, in {self.unit}" if timed else self.kind
        rows: list[tuple[str, str]] = [("value", value)]
        for title, pairs in (
            ("default", self.defaults),
            ("bounds", self.bounds),
            ("choices", self.choices),
            ("CONFIG SET", self.runtime),
        ):
            several = len(pairs) > 1
            for i, (versions, text) in enumerate(pairs):
                rows.append((title if i == 0 else "", f"{text}  ({versions})" if several else text))
        rows.append(("known in", self.known))
        if self.aliases:
            rows.append(("also", ", ".join(self.aliases)))
        rows += [("history" if i == 0 else "", h) for i, h in enumerate(self.history)]
        width = max(len(t) for t, _ in rows)
        lines += [f"  {title:<{width}}  {text}" for title, text in rows]
        return "\n".join(lines)


@lru_cache(maxsize=1)
def notes() -> dict[str, str]:
    """Return the notes by the directive's newest name."""
    path = Path(__file__).with_name("directive_notes.toml")
    out: dict[str, str] = tomllib.loads(path.read_text(encoding="utf-8"))
    return out


@lru_cache(maxsize=1)
def _families() -> dict[str, frozenset[str]]:
    """Return, for every spelling, all spellings of the same directive over the versions."""
    family: dict[str, set[str]] = {}
    for server in SERVERS:
        for name, d in table(server).items():
            joined = family.setdefault(d.name, {d.name})
            other = family.setdefault(name, {name})
            if other is not joined:
                joined |= other
                for n in joined:
                    family[n] = joined
    return {n: frozenset(f) for n, f in family.items()}


def versions(servers: Iterable[str]) -> str:
    """Name servers shortly: ``redis 6.2-8.2, valkey 7.2``."""
    chosen = set(servers)
    parts = []
    for name in FLAVOURS:
        keys = of_flavour(name)
        run: list[str] = []
        for key in (*keys, ""):
            if key in chosen:
                run.append(key.partition("-")[2])
            elif run:
                parts.append(f"{name} {run[0]}" + (f"-{run[-1]}" if len(run) > 1 else ""))
                run = []
    return ", ".join(parts)


def find(name: str) -> str | None:
    """Return the spelling that a user means, or None: case and underscores do not matter."""
    key = name.strip().lower()
    if key in all_names():
        return key
    other = key.replace("_", "-")
    return other if other in all_names() else None


def explain_directive(name: str) -> Explanation | None:
    """Return all that is known about a directive, or None for a name no server knows."""
    key = find(name)
    if key is None:
        return None
    family = _families()[key]
    by_server: dict[str, Directive] = {}
    for server in SERVERS:
        for spelling in family:
            d = table(server).get(spelling)
            if d is not None:
                by_server[server] = d
                break
    newest = next(
        (by_server[s] for s in ("redis-8.2", *reversed(SERVERS)) if s in by_server),
        by_server[next(iter(by_server))],
    )
    live = [d for d in by_server.values() if d.kind != "dead"] or [newest]
    shown = live[-1] if newest.kind == "dead" else newest
    unit = shown.unit or ""
    if shown.time:
        unit = _TIMES[shown.time]
    note = next((notes()[n] for n in (newest.name, *sorted(family)) if n in notes()), "")
    return Explanation(
        newest.name,
        key,
        tuple(sorted(family - {newest.name})),
        note,
        _KINDS.get(shown.kind, shown.kind),
        unit,
        _spread(by_server, _default),
        _spread(by_server, _bounds),
        _spread(by_server, lambda d: ", ".join(d.enum)),
        versions(by_server),
        _spread(by_server, _runtime),
        _history(by_server, newest),
    )


def _spread(
    by_server: dict[str, Directive], value: Callable[[Directive], str]
) -> tuple[tuple[str, str], ...]:
    groups: dict[str, list[str]] = {}
    for server, d in by_server.items():
        text = value(d)
        if text:
            groups.setdefault(text, []).append(server)
    return tuple((versions(servers), text) for text, servers in groups.items())


def _default(d: Directive) -> str:
    if d.default is None:
        return ""
    return d.default if d.default else '""'


def _bounds(d: Directive) -> str:
    if d.min is None and d.max is None:
        return ""
    if d.kind == "octal":
        return "0 to 777"
    low = "" if d.min is None else str(d.min)
    high = "" if d.max is None else str(d.max)
    if not high:
        return f"{low} or more"
    return f"{low} to {high}" if low else f"up to {high}"


def _runtime(d: Directive) -> str:
    if d.kind == "dead":
        return ""
    if d.runtime == "protected":
        return "only with enable-protected-configs"
    return (
        {True: "yes", False: "no: needs a restart"}.get(bool(d.runtime), "")
        if (d.runtime is not None)
        else "no: only in the file"
    )


def _history(by_server: dict[str, Directive], newest: Directive) -> tuple[str, ...]:
    out = []
    for name in FLAVOURS:
        keys = [s for s in of_flavour(name) if s in by_server]
        if not keys:
            continue
        whole = of_flavour(name)
        if keys[0] != whole[0]:
            out.append(f"since {name} {keys[0].partition('-')[2]}")
        if keys[-1] != whole[-1]:
            gone = whole[whole.index(keys[-1]) + 1]
            out.append(f"removed in {name} {gone.partition('-')[2]}")
        for before, after in pairwise(keys):
            old, new = by_server[before], by_server[after]
            at = f"{name} {after.partition('-')[2]}"
            if old.name != new.name:
                out.append(f"renamed from {old.name} to {new.name} in {at}")
            if new.kind == "dead" and old.kind != "dead":
                out.append(f"accepted and ignored since {at}")
    return tuple(out)


__all__ = ["Explanation", "explain_directive", "find", "notes", "versions"]
