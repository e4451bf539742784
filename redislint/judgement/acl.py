"""ACL rules as each server reads them: ``user`` lines of a configuration and ACL files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from redislint.judgement.cnumbers import cstr, strtoll
from redislint.knowledge.commands import Commands, categories_6_0, commands
from redislint.knowledge.servers import flavour, version
from redislint.syntax.conf import split_line

UNKNOWN = "Unknown command or category name in ACL"
SYNTAX = "Syntax error"
BUSY = (
    "Adding a subcommand of a command already fully added is not allowed. Remove the command to "
    "start. Example: -DEBUG +DEBUG|DIGEST"
)
_AFTER_ALL = (
    "Adding a pattern after the * pattern (or the '{}' flag) is not valid and does not have any "
    "effect. Try '{}' to start with an empty list of {}"
)
KEYS_AFTER_ALL = _AFTER_ALL.format("allkeys", "resetkeys", "patterns")
CHANNELS_AFTER_ALL = _AFTER_ALL.format("allchannels", "resetchannels", "channels")
NO_SUCH_PASSWORD = "The password you are trying to remove from the user does not exist"
BAD_HASH = (
    "The password hash must be exactly 64 characters and contain only lowercase hexadecimal "
    "characters"
)
DUPLICATE = "Duplicate user found. A user can only be defined once in config files"
SUBCOMMAND = "Allowing first-arg of a subcommand is not supported"
WRONG_FORMAT = "Wrong format"

_HASH = re.compile(rb"[0-9a-f]{64}\Z")
_SPACE = re.compile(rb"[ \t\n\v\f\r\0]")


def has_spaces(text: bytes) -> bool:
    """Whether white space or a NUL occurs."""
    return _SPACE.search(text) is not None


@dataclass(slots=True)
class Dialect:
    """What one server's ACL rules know."""

    server: str
    known: Commands
    channels: bool
    """Rules about pub/sub channels (6.2 on)."""
    sanitize: bool
    """``sanitize-payload`` (6.2 on)."""
    modern: bool
    """7.0 on: selectors, key permissions, real subcommands, each user only once."""
    strict_permission: bool
    """``%~x`` is refused (7.2 on)."""
    needs_permission: bool
    """``%`` alone is refused (8.0 on; Valkey 8.1)."""
    merge_once: bool
    """An opening bracket within an open selector is data (7.2 on)."""
    databases: bool
    """Rules about databases (Valkey 9.1)."""

    def find(self, name: bytes) -> str | None:
        """Return the full name of a command as ACL rules find it, or None."""
        try:
            word = cstr(name).lower().decode("ascii")
        except UnicodeDecodeError:
            return None
        if "|" in word and self.modern:
            return word if word in self.known.subcommands else None
        if word in self.known.names or word in self.known.module_names:
            return word
        return None

    def category(self, name: bytes) -> bool:
        """Whether there is such a category."""
        return cstr(name).lower().decode("latin-1") in self.known.categories


_dialects: dict[str, Dialect] = {}


def dialect(server: str, names: frozenset[str] | None = None) -> Dialect:
    """Return the ACL dialect of a server (6.0 or newer); ``names``: the commands that it has."""
    found = _dialects.get(server)
    if found is None:
        v = version(server)
        valkey = flavour(server) == "valkey"
        found = _dialects[server] = Dialect(
            server,
            commands(server),
            v >= (6, 2),
            v >= (6, 2),
            v >= (7, 0),
            v >= (7, 2),
            v >= ((8, 1) if valkey else (8, 0)),
            v >= (7, 2),
            valkey and v >= (9, 1),
        )
    return found if names is None else replace(found, known=found.known.having(names))


@dataclass(slots=True)
class Selector:
    """Key and channel state of a user or selector, as far as refusals hang on it."""

    allkeys: bool = False
    allchannels: bool = False


@dataclass(slots=True)
class User:
    """A user that rules are applied to one by one."""

    rules: Dialect
    root: Selector = field(default_factory=Selector)
    passwords: set[bytes] = field(default_factory=set)
    all_commands: bool = False
    exceptions: set[str] = field(default_factory=set)
    """Commands that differ from ``all_commands`` (needed for redis 6.0 only)."""
    pubsub_all: bool = False
    """acl-pubsub-default is allchannels."""

    def __post_init__(self) -> None:
        self.root.allchannels = self.pubsub_all and self.rules.channels

    def apply(self, op: bytes) -> str | None:
        """Apply one rule; return the server's error text or None."""
        if not op:
            return None
        word = cstr(op).lower()
        simple = _SIMPLE.get(word)
        if simple is not None and (simple != "sanitize" or self.rules.sanitize):
            if simple == "pass":
                self.passwords.clear()
            return None
        first = op[:1]
        if first in b">#<!":
            return self._password(first, op[1:])
        if self.rules.modern:
            if first == b"(" and op.endswith(b")"):
                return self._selector(op[1:-1])
            if word == b"clearselectors":
                return None
        if word == b"reset":
            self.passwords.clear()
            self.root = Selector(allchannels=self.pubsub_all and self.rules.channels)
            self.all_commands = False
            self.exceptions.clear()
            return None
        return self._rule(self.root, op, word)

    def _password(self, first: bytes, rest: bytes) -> str | None:
        if first in b"#!":
            if _HASH.match(rest) is None:
                return BAD_HASH
            digest = rest
        else:
            digest = hashlib.sha256(rest).hexdigest().encode("ascii")
        if first in b">#":
            self.passwords.add(digest)
            return None
        if digest not in self.passwords:
            return NO_SUCH_PASSWORD
        self.passwords.discard(digest)
        return None

    def _selector(self, body: bytes) -> str | None:
        selector = Selector()
        for op in split_line(body, self.rules.server) or ():
            error = self._rule(selector, op, cstr(op).lower())
            if error is not None:
                return error
        return None

    def _rule(self, to: Selector, op: bytes, word: bytes) -> str | None:
        rules = self.rules
        if word in (b"allkeys", b"~*"):
            to.allkeys = True
            return None
        if word == b"resetkeys":
            to.allkeys = False
            return None
        if rules.channels:
            if word in (b"allchannels", b"&*"):
                to.allchannels = True
                return None
            if word == b"resetchannels":
                to.allchannels = False
                return None
        if rules.databases:
            found, error = self._database(op, word)
            if found:
                return error
        if word in (b"allcommands", b"+@all", b"nocommands", b"-@all"):
            self.all_commands = word in (b"allcommands", b"+@all")
            self.exceptions.clear()
            return None
        first = op[:1]
        if first == b"~" or (first == b"%" and rules.modern):
            return self._keys(to, op)
        if first == b"&" and rules.channels:
            if to.allchannels:
                return CHANNELS_AFTER_ALL
            return SYNTAX if has_spaces(op[1:]) else None
        if first in (b"+", b"-"):
            if op[1:2] == b"@":
                return self._category(first, op[2:])
            if first == b"-":
                name = rules.find(op[1:])
                self._set(name, False)
                return None if name else UNKNOWN
            return self._allow(op[1:])
        return SYNTAX

    def _database(self, op: bytes, word: bytes) -> tuple[bool, str | None]:
        if word in (b"alldbs", b"resetdbs"):
            return True, None
        if word.startswith(b"db="):
            for number in cstr(op)[3:].split(b","):
                value, rest, _ = strtoll(number)
                if not number or rest:
                    return True, SYNTAX
                if not 0 <= value < 2**31:
                    return True, "The provided database ID is out of range"
            return True, None
        return False, None

    def _keys(self, to: Selector, op: bytes) -> str | None:
        if to.allkeys:
            return KEYS_AFTER_ALL
        offset = 1
        if op[:1] == b"%":
            flags: set[int] = set()
            while offset < len(op):
                c = op[offset : offset + 1].upper()
                if c in (b"R", b"W") and c[0] not in flags:
                    flags.add(c[0])
                elif c == b"~" and (flags or not self.rules.strict_permission):
                    offset += 1
                    break
                else:
                    return SYNTAX
                offset += 1
            if not flags and self.rules.needs_permission:
                return SYNTAX
        return SYNTAX if has_spaces(op[offset:]) else None

    def _allow(self, text: bytes) -> str | None:
        text = cstr(text)
        if b"|" not in text:
            name = self.rules.find(text)
            self._set(name, True)
            return None if name else UNKNOWN
        if not self.rules.modern:
            command, _, sub = text.partition(b"|")
            name = self.rules.find(command)
            if name is None:
                return UNKNOWN
            if not sub:
                return SYNTAX
            if self.rules.server == "redis-6.0":
                if self.all_commands != (name in self.exceptions):
                    return BUSY
                self._set(name, False)
            return None
        command, _, sub = text.rpartition(b"|")
        name = self.rules.find(command)
        if name is None:
            return UNKNOWN
        if "|" in name:
            return SUBCOMMAND
        if not sub:
            return SYNTAX
        if name in self.rules.known.containers:
            return None if self.rules.find(text) else UNKNOWN
        return None

    def _category(self, sign: bytes, name: bytes) -> str | None:
        if not self.rules.category(name):
            return UNKNOWN
        if self.rules.server == "redis-6.0":
            for command in categories_6_0().get(cstr(name).lower().decode("latin-1"), ()):
                self._set(command, sign == b"+")
        return None

    def _set(self, name: str | None, allowed: bool) -> None:
        if name is None:
            return
        if allowed == self.all_commands:
            self.exceptions.discard(name)
        else:
            self.exceptions.add(name)


_SIMPLE = {
    b"on": "flag",
    b"off": "flag",
    b"nopass": "pass",
    b"resetpass": "pass",
    b"sanitize-payload": "sanitize",
    b"skip-sanitize-payload": "sanitize",
}


def merge_selectors(words: list[bytes], merge_once: bool) -> tuple[list[bytes] | None, int]:
    """Join the words of bracketed selectors; (None, index) where a bracket stays open."""
    out: list[bytes] = []
    opened = -1
    parts: list[bytes] = []
    for j, op in enumerate(words):
        if op[:1] == b"(" and not op.endswith(b")") and not (merge_once and opened >= 0):
            parts = [op]
            opened = j
            continue
        if opened >= 0:
            parts.append(b" " + cstr(op))
            if op.endswith(b")"):
                opened = -1
                out.append(b"".join(parts))
            continue
        out.append(op)
    return (None, opened) if opened >= 0 else (out, -1)


@dataclass(slots=True)
class Declared:
    """A ``user`` line that was accepted while the file was read."""

    name: bytes
    rules: list[bytes]
    line: int


def declare(
    words: list[bytes], line: int, before: dict[bytes, Declared], rules: Dialect, pubsub_all: bool
) -> str | None:
    """Check a ``user`` line (words after ``user``) and add it to ``before``.

    Returns the server's message or None. Unknown commands are no error here, but in :func:`load`.
    """
    name, ops = words[0], words[1:]
    if rules.modern and name in before:
        return _complaint(name, DUPLICATE)
    if rules.modern:
        merged, bad = merge_selectors(ops, rules.merge_once)
        if merged is None:
            return _complaint(ops[bad - 2] if bad >= 2 else name, WRONG_FORMAT)
        ops = merged
    user = User(rules, pubsub_all=pubsub_all)
    for j, op in enumerate(ops):
        error = user.apply(op)
        if error is not None and error != UNKNOWN:
            shown = op if not rules.modern else ([b"user", *words])[min(j, len(words))]
            return _complaint(shown, error)
    # Before 7.0 a later line of the same user replaces nothing that could be refused: both load.
    key = name if name not in before else b"%s\0%d" % (name, len(before))
    before[key] = Declared(name, ops, line)
    return None


def masked(rule: bytes) -> str:
    """Return a rule as text, the password or hash in it left out."""
    text = cstr(rule).decode("latin-1")
    return text[0] + "***" if text[:1] in (">", "<", "#", "!") else text


def _complaint(shown: bytes, error: str) -> str:
    return f"Error in user declaration '{masked(shown)}': {error}"


def load(users: Iterable[Declared], rules: Dialect, pubsub_all: bool) -> tuple[str, int] | None:
    """Load declared users at the end of the start; (message, line) of the first refusal."""
    for d in users:
        if has_spaces(d.name):
            return "Spaces not allowed in ACL usernames", d.line
        user = User(rules, pubsub_all=pubsub_all)
        for op in d.rules:
            error = user.apply(op)
            if error is not None:
                rule, name = masked(op), cstr(d.name).decode("latin-1")
                return f"Error loading ACL rule '{rule}' for the user named '{name}': {error}", (
                    d.line
                )
    return None
