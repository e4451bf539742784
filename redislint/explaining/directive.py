"""A directive of redis.conf or valkey.conf in words: what it takes, and how versions differ."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from redislint.knowledge.directives import Directive, all_names, table
from redislint.knowledge.explain_directive import explain_directive
from redislint.knowledge.servers import SERVERS

_KINDS = {
    "bool": "yes or no",
    "int": "a whole number",
    "float": "a number",
    "memory": "an amount of memory such as 100mb (1mb = 1024 * 1024 bytes, 1m = 1000 * 1000)",
    "percent-or-memory": "an amount of memory, or a share such as 5%",
    "octal": "a file mode in octal",
    "enum": "one of a few words",
    "string": "a text",
    "directory": "a folder",
    "save": "pairs of seconds and changes",
    "dead": "anything: it is accepted and ignored",
}
_TIMES = {"us": "microseconds", "ms": "milliseconds", "s": "seconds", "min": "minutes"}


def describe(name: str) -> dict[str, Any] | None:
    """What JSON shows of the directive `name` (any spelling, lower case) and a text about it."""
    servers = all_names().get(name)
    if not servers:
        return None
    newest = table(servers[-1])[name]
    lines = [newest.name if newest.name == name else f"{newest.name} (also written {name})", ""]
    lines.append(f"takes     {_takes(newest)}")
    lines += [f"default   {text}" for text in _history(newest.name, name)]
    lines.append(f"known by  {_known(servers)}")
    lines.append(f"changing  {_changing(newest)}")
    if newest.repeat != "last wins":
        lines.append(f"repeated  {newest.repeat}")
    match = {
        "name": newest.name,
        "aliases": list(newest.aliases),
        "kind": newest.kind,
        "default": None if newest.secret else newest.default,
        "servers": list(servers),
        "runtime": newest.runtime,
    }
    told = explain_directive(name)
    page = told.text().rstrip() if told is not None else "\n".join(lines)
    rules = rules_about(newest.name, newest.aliases)
    if rules:
        page += "\n\n  rules       " + "\n              ".join(rules)
    match["rules"] = rules
    return {"match": match, "page": page}


_FACTS = {
    "save": "rdb rdb-window quickest-save dead-save-point save-emptied stock-save",
    "appendonly": "aof",
    "requirepass": "open opening-line explicitly-open password-empty password-weak nopass-default",
    "protected-mode": "opening-line explicitly-open",
    "bind": "bind-scope opening-line unreachable-inside foreign-bind",
    "dir": "missing-folder misplaced-volume data-volume data-survives root-folder",
    "logfile": "missing-folder root-folder",
    "replicaof": "loopback-primary replicates-itself replicaof-by-rewrite",
    "masterauth": "masterauth-differs",
    "aclfile": "missing-aclfile",
    "user": "acl-all-powerful-user acl-default-open acl-nopass-user acl-plaintext-user nopass-default",
    "include": "missing-include",
    "daemonize": "ends-at-start unit-mismatch",
    "supervised": "unit-mismatch",
    "client-output-buffer-limit": "unlimited-buffer replica-buffer-limit",
    "maxmemory-policy": "evicts evicts-any",
    "rename-command": "renamed-command",
    "loadmodule": "module-from-writable",
    "unixsocketperm": "socket-for-all",
    "tls-protocols": "tls-old-protocol",
    "cluster-announce-ip": "announced-loopback nat",
    "cluster-announce-bus-port": "bus-closed",
    "cluster-config-file": "forgets-identity",
    "shutdown-on-sigterm": "drops-at-shutdown",
    "port": "wrong-port",
    "databases": "database",
    "replica-priority": "replicas-promotable",
}
"""Facts of the model that say what a directive says, under another name."""


def rules_about(name: str, aliases: Iterable[str]) -> list[str]:
    """The rules that ask for a directive, set it, or carry its name."""
    from redislint.rules.book import load_book
    from redislint.rules.condition import names_in
    from redislint.rules.errors import PageError

    own = {name, *aliases}
    facts = own | {fact for each in own for fact in _FACTS.get(each, "").split()}
    try:
        rules = load_book().rules.values()
    except PageError:
        return []
    return sorted(
        r.name
        for r in rules
        if facts & {n.rpartition(".")[2] for n in names_in(r.when)}
        or own & set(r.fix.get("set", ()))
        or any(r.name.startswith(f"{each}-") for each in own)
    )


def _takes(directive: Directive) -> str:
    if directive.enum:
        return "one of " + ", ".join(directive.enum)
    text = _KINDS.get(directive.kind, directive.kind.replace("-", " "))
    if directive.time and directive.kind != "save":
        text = f"a time in {_TIMES[directive.time]}"
    if directive.min is not None and directive.max is not None and directive.max < 2**31:
        text += f", {directive.min:g} to {directive.max:g}"
    elif directive.min is not None and directive.min > -(2**31):
        text += f", at least {directive.min:g}"
    return text


def _history(name: str, spelling: str) -> list[str]:
    """Defaults, one entry for each stretch of versions with the same one."""
    stretches: list[tuple[str, list[str]]] = []
    for server in SERVERS:
        found = table(server).get(name) or table(server).get(spelling)
        if found is None:
            continue
        shown = "none" if found.default is None else found.default or '""'
        flavour = server.partition("-")[0]
        if stretches and stretches[-1][0] == shown and stretches[-1][1][0].startswith(flavour):
            stretches[-1][1].append(server)
        else:
            stretches.append((shown, [server]))
    if len({shown for shown, _ in stretches}) == 1:
        return [stretches[0][0]]
    return [f"{shown}  in {_known(tuple(servers))}" for shown, servers in stretches]


def _known(servers: tuple[str, ...]) -> str:
    parts = []
    for flavour in ("redis", "valkey"):
        mine = [s.partition("-")[2] for s in servers if s.startswith(flavour + "-")]
        if mine:
            span = mine[0] if len(mine) == 1 else f"{mine[0]} to {mine[-1]}"
            parts.append(f"{flavour} {span}")
    return ", ".join(parts)


def _changing(directive: Directive) -> str:
    if directive.runtime is True:
        return "at run time with CONFIG SET, or in the file with a restart"
    if directive.runtime == "protected":
        return "in the file with a restart; CONFIG SET only where enable-protected-configs allows"
    return "in the file, with a restart"
