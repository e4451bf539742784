"""What `user` lines allow, by the rules that a server applies from left to right."""

from __future__ import annotations

import re

from redislint.model.facts.exposure import lets_everybody_in
from redislint.model.facts.secrets import is_dummy, is_literal
from redislint.model.server import Server
from redislint.model.setting import PLACEHOLDER, Setting
from redislint.model.subject import computed
from redislint.model.value import Origin, Value, default

_ADMIN = re.compile(r"(?i)admin|root|super|ops|operator|maint|default|replica|sentinel|master")


def _users(server: Server) -> list[tuple[str, tuple[str, ...], Setting]]:
    return [(s.args[0], s.args[1:], s) for s in server.written("user") if s.args]


def _last(rules: tuple[str, ...], yes: tuple[str, ...], no: tuple[str, ...]) -> bool:
    """Whether the last word of the two groups is one of the first."""
    result = False
    for rule in rules:
        low = rule.lower()
        if low in yes:
            result = True
        elif low in no or (low.startswith((">", "#")) and "nopass" in yes):
            result = False
    return result


@computed("server", "acl-nopass-user", "text", "an ACL user that is on and needs no password")
def acl_nopass_user(server: Server) -> Value:
    """`user app on nopass …`, with any command allowed."""
    for name, rules, line in _users(server):
        if name == "default" or not _last(rules, ("on",), ("off", "reset")):
            continue
        allowed = any(r.lower() == "allcommands" or r.startswith("+") for r in rules)
        if allowed and _last(rules, ("nopass",), ("resetpass", "reset")):
            return Value(name, Origin(line.span))
    return default(None, "no such user")


@computed("server", "own-user", "bool", "its configuration itself has user lines")
@computed("sentinel", "own-user", "bool", "its configuration itself has user lines")
def own_user(server: Server) -> Value:
    """Linking says it where an ACL file was read: its users are among the settings then."""
    lines = server.written("user")
    return Value(True, Origin(lines[0].span)) if lines else default(False, "no user line")


@computed(
    "server", "acl-default-open", "bool", "ACL users are defined and the default user is left on"
)
def acl_default_open(server: Server) -> Value:
    """Users are written, and nothing gives the default user a password or switches it off."""
    users = _users(server)
    others = [u for u in users if u[0] != "default"]
    if not others or any(u[0] == "default" for u in users):
        return default(False, "no users, or a default user is written")
    needed = server.get("auth")
    if not needed.known:
        return Value(None, needed.origin, known=False, why=needed.why, set=None)
    return Value(not needed.value, Origin(others[0][2].span))


@computed(
    "server", "nopass-default", "bool", "a requirepass is set, and the default user has nopass"
)
def default_nopass(server: Server) -> Value:
    """The two contradict each other, and nopass counts."""
    password = server.get("requirepass")
    if not password.set or (password.known and not password.value):
        return default(False, "no requirepass")
    return _open_line(server)


def _open_line(server: Server) -> Value:
    for name, rules, line in reversed(_users(server)):
        if name == "default" and lets_everybody_in(tuple(r.lower() for r in rules)):
            return Value(True, Origin(line.span))
    return default(False, "no nopass")


@computed("server", "acl-file-open", "bool",
          "an ACL file of which no server is known gives everybody every command")  # fmt: skip
def acl_file_open(server: Server) -> Value:
    """`user default on nopass +@all`, with nothing taken away."""
    if not server.acl_read or server.written("aclfile"):
        return default(False, "not an ACL file by itself")
    found = _open_line(server)
    if not found.value:
        return found
    low = [r.lower() for n, rules, _ in _users(server) if n == "default" for r in rules]
    every = "+@all" in low or "allcommands" in low
    return Value(every and not any(r.startswith("-") for r in low), found.origin)


@computed("server", "acl-plaintext-user", "text", "an ACL user whose password is written out")
def acl_plaintext_user(server: Server) -> Value:
    """`>password` in a file, neither a variable nor a stand-in."""
    for name, rules, line in _users(server):
        for rule in rules:
            if rule.startswith(">") and is_literal(rule[1:]) and not is_dummy(rule[1:]):
                return Value(name, Origin(line.span))
    return default(None, "no such user")


@computed("server", "acl-all-powerful-user", "text", "an application's ACL user with every command")
def acl_all_powerful_user(server: Server) -> Value:
    """`+@all` or `allcommands`, nothing taken away, and no name of an administrator."""
    for name, rules, line in _users(server):
        low = [r.lower() for r in rules]
        if (
            _ADMIN.search(name)
            or any(r.startswith("-") for r in low)
            or PLACEHOLDER.search(name)
            or any(PLACEHOLDER.search(r) for r in rules if r[:1] not in ">#")
        ):
            continue
        if "on" in low and ("+@all" in low or "allcommands" in low):
            return Value(name, Origin(line.span))
    return default(None, "no such user")
