"""Secrets in source lines: masked wherever a line of input is shown."""

from __future__ import annotations

import re
from functools import lru_cache

from redislint.source import Source, Span

MASK = "****"
_KEYED = (
    r"(?ix)"
    r"( (?:requirepass|masterauth|primaryauth|auth-pass(?:[ \t]+\S+)?|sentinel-pass|tls-(?:client-)?key-file-pass"
    r"|--?a(?=[ \t])|--pass(?=[ \t])|-u(?=[ \t]redis)"
    r"|(?>(?<![\w.\-])[\w.\-]*(?:password|passwd|secret|auth[_-]?token|access[_-]?key|api[_-]?key|redis_auth|redis_pass|redis_pwd))[\w\-]*+"
    r")\\?[\"']? (?:[ \t]*[:=,(\[]+[ \t]*|[ \t]+) (?:\\?[\"']?value\\?[\"']?[ \t]*[:=][ \t]*)? \\?[\"']?)"
    r"(?! \s | \$\{ | \$\( | \{\{ | <%)"
    r"([^\s\"'\\,;)}\]]+)"
)
_CONF_LINE = (
    r"(?i)^(\s*(?:requirepass|masterauth|primaryauth|sentinel\s+(?:auth-pass\s+\S+|sentinel-pass))\s+"
    r"(?!\$\{|\{\{|<%)\S+)[ \t]+\S.*"
)
"""A password that was written with blanks: the server refuses the line, and all of it is secret."""
_URL = r"(?i)(\b(?:rediss?|valkeys?|redis-sentinel|redis-socket)://[^/\s:@]*:)([^@\s/]+)(@)"
_ACL = r"(?<!\S)([>#<!])(\S+)(?=\s|$)"
_ACL_LINE = r"(?i)\buser[ \t]+\S+|\bacl[ \t]+setuser\b"
_WORDS = ("pass", "auth", "secret", "token", "key", "pwd", "-a ", "-u ")
_SAFE = frozenset(
    "yes no true false none null on off ~ \"\" '' str string optional[str] os.environ".split()
)


def mask(text: str) -> str:
    """A line with its secrets replaced; the length may change."""

    def keyed(match: re.Match[str]) -> str:
        if match[2].lower() in _SAFE or match[2].startswith(("${", "$", "os.", "settings.", "env")):
            return match[0]
        if match[2][0] in "+?" and match[1].endswith(":") and "${" + match[1] in match.string:
            return match[0]  # ${REDIS_PASSWORD:+--requirepass …}: no value of the variable
        return match[1] + MASK

    def address(match: re.Match[str]) -> str:
        shown = match[2] if match[2].startswith(("$", "{")) else MASK
        return match[1] + shown + match[3]

    # Expressions are compiled by `re` on first use, and cheap words decide whether they are used:
    # most lines that are shown hold no secret, and start-up pays for each expression.
    lower = text.lower()
    if "://" in text:
        text = re.sub(_URL, address, text)
    if lower.lstrip().startswith(("requirepass", "masterauth", "primaryauth", "sentinel")):
        text = re.sub(_CONF_LINE, lambda m: m[1], text)
    if "user" in lower and re.search(_ACL_LINE, text):
        text = re.sub(_ACL, lambda m: m[1] + MASK, text)
    if any(word in lower for word in _WORDS):
        text = re.sub(_KEYED, keyed, text)
    return text


_NAME_LINE = (
    r"(?i)\b(?:name|key)\\?[\"']?[ \t]*[:=][ \t]*\\?[\"']?[\w.\-]*"
    r"(?:password|passwd|secret|token|access_?key|redis_auth|redis_pass)"
)
_VALUE_LINE = r"(?i)(\bvalue\\?[\"']?[ \t]*[:=][ \t]*\\?[\"']?)(?!\$\{|\$\(|\{\{)([^\s\"',}]+)"


def hide(span: Span, secret: str) -> None:
    """Keep a secret that a reader knows out of its line: as an argument, nothing else marks it."""
    root = span.source.root
    root.hidden = root.hidden or set()
    root.hidden.add((span.line, secret))


@lru_cache(maxsize=16)
def line(source: Source, number: int) -> str:
    """A line of a file, masked; a `value:` beside a `name: …PASSWORD` line is a secret too."""
    text = source.line_text(number)
    for at, secret in source.hidden or ():
        if at == number:
            text = text.replace(secret, MASK)
    if "value" in text.lower() and re.search(_VALUE_LINE, text):
        near = (number - 1, number + 1)
        if any(re.search(_NAME_LINE, source.line_text(n)) for n in near):
            text = re.sub(_VALUE_LINE, lambda m: m[1] + MASK, text)
    return mask(text)


def masked_line(span: Span) -> tuple[str, int, int]:
    """The first line of a span, masked, with the columns (from 0) of the span in it."""
    root = span.source.root
    plain = root.line_text(span.line)
    start = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(plain)
    text = line(root, span.line)
    if text == plain:
        return text, start, max(start + 1, end)
    before = mask(plain[:start])
    head = len(before) if text.startswith(before) else min(start, len(text))
    tail = (
        len(text) - (len(plain) - end) if plain[end:] and text.endswith(plain[end:]) else len(text)
    )
    return text, head, max(head + 1, tail)
