"""Whether the ACL users of replicas and Sentinels may run what these send."""

from __future__ import annotations

from redislint.model.sentinel import Sentinel
from redislint.model.server import Server
from redislint.model.setting import PLACEHOLDER, Setting
from redislint.model.subject import computed
from redislint.model.value import Origin, Value, default

_REPLICA = {
    "psync": "admin slow dangerous",
    "replconf": "admin slow dangerous",
    "ping": "fast connection",
}
_SENTINEL = {
    "multi": "fast transaction",
    "exec": "slow transaction",
    "slaveof": "admin slow dangerous",
    "ping": "fast connection",
    "info": "slow dangerous",
    "role": "admin fast dangerous",
    "publish": "pubsub fast",
    "subscribe": "pubsub slow",
    "config|rewrite": "admin slow dangerous",
    "client|setname": "slow connection",
    "client|kill": "admin slow dangerous connection",
    "script|kill": "slow scripting",
}
"""Commands that each sends, with the categories that hold them (COMMAND INFO of Redis 7.0)."""

_ALIASES = {"slaveof": ("slaveof",), "config|rewrite": ("config|rewrite", "config")}


def _allowed(rules: tuple[str, ...], command: str, categories: str) -> bool:
    """Whether the last rule that speaks of a command allows it."""
    names = {command, command.split("|")[0], *_ALIASES.get(command, ())}
    groups = {f"@{c}" for c in categories.split()} | {"@all"}
    result = False
    for rule in (r.lower() for r in rules):
        if rule == "allcommands":
            result = True
        elif rule in ("nocommands", "reset"):
            result = False
        elif rule[:1] in "+-" and (rule[1:] in names or rule[1:] in groups):
            result = rule[0] == "+"
    return result


def _logins(server: Server) -> list[tuple[str, str, dict[str, str]]]:
    """(user, who logs in as it, what it sends), as far as the files name them."""
    found = [
        (s.args[0], "a replica", _REPLICA) for s in server.written("masteruser") if len(s.args) == 1
    ]
    group = server.links.get("sentinel-group")
    sentinel = group.links.get("sentinel") if group is not None else None
    if isinstance(sentinel, Sentinel):
        found += [
            (s.args[2], "Sentinel", _SENTINEL)
            for s in sentinel.statements("auth-user")
            if len(s.args) == 3
        ]
    return found


def _line(server: Server, user: str) -> Setting | None:
    lines = [s for s in server.written("user") if s.args[:1] == (user,)]
    return lines[-1] if lines else None


def _first_lacking(server: Server) -> tuple[str, Setting, list[str]] | None:
    for user, who, sends in _logins(server):
        line = _line(server, user)
        if line is None or any(PLACEHOLDER.search(r) for r in line.args[1:] if r[:1] not in ">#"):
            continue
        rules = tuple(r for part in line.args[1:] for r in part.strip("()").split())
        missing = [c for c, groups in sends.items() if not _allowed(rules, c, groups)]
        if missing:
            return who, line, missing
    return None


@computed("server", "link-user-lacks", "list", "commands that a replica's or Sentinel's user lacks")
def link_user_lacks(server: Server) -> Value:
    """Of `masteruser` here and of `auth-user` in the Sentinel that watches this server."""
    found = _first_lacking(server)
    if found is None:
        return default(None, "no such user, or it may run all that is sent")
    return Value(tuple(found[2]), Origin(found[1].span))


@computed("server", "link-user", "text", "who logs in as a user that lacks commands")
def link_user(server: Server) -> Value:
    """Who sends them, and as which user."""
    found = _first_lacking(server)
    if found is None:
        return default(None, "no such user")
    return Value(f"{found[0]} logs in as ACL user {found[1].args[0]}", Origin(found[1].span))
