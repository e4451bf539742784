"""ACL files (users.acl): every line that a server refuses."""

from __future__ import annotations

from typing import NamedTuple

from redislint.judgement.acl import Dialect, User, dialect, has_spaces, masked, merge_selectors
from redislint.judgement.cnumbers import cstr
from redislint.judgement.state import State

PIECE = 1023
"""Bytes that the servers read of an ACL file at once."""


class AclRefusal(NamedTuple):
    """One refused line."""

    line: int
    """1-based."""
    message: str


def visible_acl(text: bytes) -> bytes:
    """Return what NUL bytes leave of an ACL file."""
    if b"\0" not in text:
        return text
    out = []
    pos = 0
    while pos < len(text):
        end = text.find(b"\n", pos, pos + PIECE) + 1 or min(pos + PIECE, len(text))
        out.append(cstr(text[pos:end]))
        pos = end
    return b"".join(out)


def judge_acl_file(text: bytes, server: str, pubsub_all: bool | None = None) -> list[AclRefusal]:
    """Return the lines of an ACL file that a server (6.0 or newer) refuses; one is enough for it
    not to start.

    Unlike in redis.conf, words are parted by single blanks, quotes mean nothing, and there are no
    comments. ``pubsub_all``: acl-pubsub-default is ``allchannels`` (None: the version's default).
    """
    rules = dialect(server)
    channels = State(server).pubsub_all() if pubsub_all is None else pubsub_all
    out: list[AclRefusal] = []
    seen: set[bytes] = set()
    for number, raw in enumerate(visible_acl(text).split(b"\n"), 1):
        line = raw.strip(b" \t\r\n")
        if not line:
            continue
        message = _line(line.split(b" "), rules, seen, channels)
        if message is not None:
            out.append(AclRefusal(number, message))
    return out


def _line(words: list[bytes], rules: Dialect, seen: set[bytes], channels: bool) -> str | None:
    if words[0] != b"user" or len(words) < 2:
        return "should start with user keyword followed by the username"
    name = words[1]
    if has_spaces(name):
        return f"username '{name.decode('latin-1')}' contains invalid characters"
    if rules.modern:
        if name in seen:
            return f"Duplicate user '{name.decode('latin-1')}' found"
        seen.add(name)
    ops = words[2:]
    if rules.modern:
        merged, _ = merge_selectors(ops, rules.merge_once)
        if merged is None:
            return "Unmatched parenthesis in selector definition"
        ops = merged
    user = User(rules, pubsub_all=channels)
    for op in ops:
        error = user.apply(op.strip(b"\t\r\n"))
        if error is not None:
            return f"Error in applying operation '{masked(op)}': {error}"
    return None
