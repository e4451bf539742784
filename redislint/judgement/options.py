"""Command lines: how each version turns arguments into lines after the file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from redislint.knowledge.servers import version
from redislint.syntax.conf import split_line

_NAMED = {
    0x5C: b"\\\\",
    0x22: b'\\"',
    0x0A: b"\\n",
    0x0D: b"\\r",
    0x09: b"\\t",
    0x07: b"\\a",
    0x08: b"\\b",
}


class Arguments(NamedTuple):
    """A command line as the server takes it."""

    file: str | None
    """The configuration file, or None."""
    stdin: bool
    """Whether standard input is read after the file."""
    options: bytes
    """Lines appended to the file."""


def quoted(argument: bytes) -> bytes:
    """Quote an argument as the servers do before they read it back."""
    out = bytearray(b'"')
    for c in argument:
        named = _NAMED.get(c)
        if named is not None:
            out += named
        elif 32 <= c < 127:
            out.append(c)
        else:
            out += b"\\x%02x" % c
    return bytes(out + b'"')


def _encoded(argument: str) -> bytes:
    return argument.encode("utf-8", "surrogateescape")


def split_arguments(words: Sequence[str], server: str, first: bool = True) -> Arguments:
    """Return the options of a command line without its file.

    ``first``: no file name stands before them. Up to 6.2 every word that starts with ``--`` opens
    a line. From 7.0 on, the word after a bare ``--name`` is always its value, except after
    ``--save`` and ``--sentinel``; ``--save`` without a value means ``save ""``.
    """
    modern = version(server) >= (7, 0)
    reads_stdin = version(server) >= (6, 2)
    options = b""
    stdin = False
    ready = True
    last = len(words) - 1
    for j, word in enumerate(words):
        raw = _encoded(word)
        if reads_stdin and word == "-" and (j == last or (j == 0 and first)):
            stdin = True
        elif word.startswith("--") and (ready or not modern):
            if (3, 2) <= version(server) < (6, 2) and word == "--check-rdb":
                continue
            if options:
                options += b"\n"
            options += raw[2:] + b" "
            if not modern:
                continue
            ready = len(split_line(raw, server) or ()) != 1
            if ready:
                continue
            following = words[j + 1] if j < last else None
            if word.lower() == "--save" and (following is None or following.startswith("--")):
                options += b'""'
                ready = following is not None
            elif word.lower() == "--sentinel" and following and following.startswith("--"):
                ready = True
        else:
            options += quoted(raw) + b" "
            ready = True
    return Arguments(None, stdin, options)
