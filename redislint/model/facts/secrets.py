"""Passwords as they are written: whether one stands in the files, and how soon it is guessed."""

from __future__ import annotations

import re

from redislint.model.container import Container
from redislint.model.server import Server
from redislint.model.setting import PLACEHOLDER
from redislint.model.subject import FactSpec, computed, kind
from redislint.model.value import Origin, Value, default

_WEAK = frozenset(
    "password passwd pass redis redis123 redispass redispassword redis_password secret changeme "
    "changeit admin admin123 root root123 test test123 demo dev 123 1234 12345 123456 1234567 "
    "12345678 123456789 1234567890 111111 000000 qwerty abc123 a123456 foobared foobar letmein "
    "master default guest user mypassword mysecret yourpassword sesame valkey example p@ssw0rd "
    "password123 mysecretpassword my-secret-pw pass123 passw0rd 654321 eyvX7LvNU1".lower().split()
)
_DUMMY = (
    r"(?i)^(?:<.*>|\[.*\]|x{3,}|\*{3,}|\.{3,}|(?:your|my|the|some|enter|put|insert|replace|set|add|use|fill)[-_ ].*"
    r"|.*(?:change[-_ ]?me|change[-_ ]?this|change[-_ ]?it|placeholder|your[-_ ]?(?:redis|strong|secure|secret|password)|_here|-here|todo|fixme|replace[-_ ]?(?:me|this|with)|example|dummy).*)$"
)


_NAME_OF_ONE = r"(?:[A-Z][A-Z0-9]*_)+(?:PASSWORD|PASSWD|PASS|PWD|AUTH|SECRET|TOKEN)"
"""`REDIS_PASSWORD` where the password belongs: a script replaces the word by what the variable holds."""


def is_literal(text: str | None, *, shell: bool = True) -> bool:
    """Whether a text is a password itself: no variable, no template, no stand-in.

    Where no shell reads it (`shell` false), a dollar within a word is a letter like any other.
    """
    if text and not shell:
        text = re.sub(r"(?!^)\$(?![{(])", "", text)
    if not text or len(text) > 200 or "\x00" in text or "\x01" in text:
        return False
    if not any(letter.isalnum() for letter in text):
        return False
    if re.fullmatch(_NAME_OF_ONE, text) and not is_dummy(text):
        return False
    return not PLACEHOLDER.search(text) and not text.startswith(("$", "{", "%", "ENC(", "vault:"))


def is_dummy(text: str) -> bool:
    """Whether a text plainly waits for somebody to put the password there."""
    return bool(re.match(_DUMMY, text))


def is_weak(text: str) -> bool:
    """Whether a password is in every dictionary, or so short that it is guessed in seconds.

    A server answers some hundred thousand AUTH attempts a second and locks nobody out.
    """
    low = text.lower()
    return (
        low in _WEAK
        or len(text) < 8
        or bool(re.fullmatch(r"(?:redis|valkey|pass|admin|test|root)[\W_]?\d{0,6}!?", low))
        or bool(re.fullmatch(r"[a-z]{1,4}[\W_]?12345?6?7?8?9?0?\W?", low))
    )


def _password(server: Server) -> Value | None:
    """The last password that is written, as a raw value at its place."""
    for name in ("requirepass", "masterauth"):
        lines = server.written(name)
        if lines and lines[-1].args:
            line = lines[-1]
            return Value(line.args[0], Origin(line.span), raw=line.args[0])
    if server.kind == "sentinel":
        for line in server.written("sentinel"):
            if line.args[:1] == ("auth-pass",) and len(line.args) > 2:
                return Value(line.args[2], Origin(line.span), raw=line.args[2])
    return None


kind("server", "a Redis or Valkey server, from a configuration file, a command line, an image or CONFIG GET", [
    FactSpec("password", "text", "the password as written", secret=True),
])  # fmt: skip


@computed("server", "password-in-file", "bool", "a password stands in a file of the repository")
def password_in_file(server: Server) -> Value:
    """A literal requirepass or masterauth that is no stand-in."""
    found = _password(server)
    if found is None:
        return default(False, "no password is written")
    text = str(found.value)
    return Value(is_literal(text) and not is_dummy(text), found.origin)


@computed("server", "password-weak", "bool", "the password is guessed within seconds")
def password_weak(server: Server) -> Value:
    """A literal password that is short or well known."""
    found = _password(server)
    if found is not None and _guessed(str(found.value)):
        return Value(True, found.origin)
    for setting in server.written("user"):
        rules = setting.args[1:]
        if (
            "on" in rules
            and "off" not in rules
            and any(rule.startswith(">") and _guessed(rule[1:]) for rule in rules)
        ):
            return Value(True, Origin(setting.span))
    return default(False, "no password is written, or none that is weak")


def _guessed(text: str) -> bool:
    return is_literal(text) and (is_weak(text) or is_dummy(text))


@computed("server", "password-empty", "bool", "requirepass is written with an empty text")
def password_empty(server: Server) -> Value:
    """`requirepass ""`: looks like a password, is none."""
    lines = server.written("requirepass")
    if not lines:
        return default(False, "no password is written")
    return Value(lines[-1].args in ((), ("",)), Origin(lines[-1].span))


_LEGACY = r"^(?:REDIS|VALKEY)_(?:PASSWORD|PASS|ARGS|REQUIREPASS|AOF_ENABLED|APPENDONLY|MAXMEMORY|PERSISTENCE|MAXMEMORY_POLICY|REPLICATION_MODE)$"


@computed(
    "server",
    "ignored-variable",
    "text",
    "a variable by which somebody means to configure an image that does not read it",
)
def ignored_variable(server: Server) -> Value:
    """REDIS_PASSWORD and its like on an official image whose command does not use them."""
    container = server.links.get("container")
    if not isinstance(container, Container) or container.platform == "dockerfile":
        return default(None, "no container")
    from redislint.knowledge import images

    name = container.facts.get("image-name")
    image = images.lookup(str(name.value)) if name is not None else None
    if image is None or image.family != "official":
        return default(None, "the image may read its variables")
    words = " ".join(
        str(v.raw if v.raw is not None else v.value)
        for v in [*(container.argv or []), *(container.entrypoint or [])]
    )
    health = container.facts.get("healthcheck")
    words += str(health.value) if health is not None and health.known else ""
    if ("/" in words and ".sh" in words) or re.search(r"\benvsubst\b|\beval\b|<", words):
        return default(None, "a script may read it")
    if container.build and any(
        re.search(r"\.(?:te?mpl|template|tpl|j2)\b", f) for f in container.files
    ):
        return default(None, "the image may fill it into a template")
    if any(s.name == "requirepass" for s in server.settings):
        return default(None, "a password is set")
    for variable, value in container.env.items():
        if value.known and value.value == "" and "$" not in str(value.raw or ""):
            continue  # nothing is meant to be set, not even from outside
        if re.match(_LEGACY, variable) and variable not in words:
            return Value(variable, value.origin)
    return default(None, "no such variable")
