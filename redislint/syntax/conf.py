r"""Lines and words of redis.conf, as the servers read them.

The rules (observed on sixteen servers):

- The file is read in pieces of at most 1024 bytes, each ended by LF. A NUL byte drops the rest of
  its piece, its LF included, so the next line is glued on.
- The text is split at LF only. Blank, tab and CR are trimmed at both ends of a line. A line that
  is empty or starts with ``#`` after that is skipped.
- Words are parted by blank, tab and CR; FF and VT are skipped before a word and are data within
  one. A double or single quote opens a quoted part anywhere in a word. Double quotes know ``\n \r
  \t \b \a \xHH`` and ``\c`` for c; single quotes know only ``\'``. A closing quote must be followed
  by white space or the end of the line, and ends the word; up to Valkey 9.1, which has no such
  rule and lets the word go on.

Everything here works on bytes. Text (``str``) is taken too, so that a reader that has decoded a
file gets spans in characters; ``\xHH`` then gives the character of that number.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import overload

PIECE = 1024
"""Bytes that the servers read at once (their longest line buffer without its NUL)."""

_BLANK = b" \t\r\n"
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"a": b"\a"}


class Word:
    """One word with its place in the line it was read from; the offsets include the quotes."""

    __slots__ = ("end", "start", "text")

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.start = start
        self.end = end


def visible(text: bytes) -> bytes:
    """Return the text that is left once the reader has dropped what NUL bytes hide."""
    if b"\0" not in text:
        return text
    out = []
    pos, size = 0, len(text)
    while pos < size:
        end = text.find(b"\n", pos, pos + PIECE) + 1 or min(pos + PIECE, size)
        nul = text.find(b"\0", pos, end)
        out.append(text[pos : nul if nul >= 0 else end])
        pos = end
    return b"".join(out)


# One part of a word: plain bytes, a double-quoted or a single-quoted part.
_PART_B = re.compile(
    rb"""([^ \t\r\n"'\0]++)|"((?:[^"\\\0]|\\[^\0])*+)"|'((?:[^'\\\0]|\\'?+)*+)'""", re.DOTALL
)
_PART_S = re.compile(_PART_B.pattern.decode("ascii"), re.DOTALL)
_SKIP_B = re.compile(rb"[ \t\r\n\v\f]*+")
_SKIP_S = re.compile(_SKIP_B.pattern.decode("ascii"))
_PLAIN_S = re.compile(r"[^ \t\r\n]+")
_ESC_B = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_ESC_DROP = re.compile(_ESC_B.pattern + rb"|\xff", re.DOTALL)
_ESC_S = re.compile(_ESC_B.pattern.decode("ascii"), re.DOTALL)
_SPACE = frozenset(b" \t\r\n\v\f")


def _unescape_drop(m: re.Match[bytes]) -> bytes:
    if m[1] is not None:
        return bytes((int(m[1], 16),))
    return b"" if m[2] is None or m[2] == b"\xff" else _ESCAPES.get(m[2], m[2])


def _unescape_b(m: re.Match[bytes]) -> bytes:
    if m[1] is not None:
        return bytes((int(m[1], 16),))
    return _ESCAPES.get(m[2], m[2])


def _unescape_s(m: re.Match[str]) -> str:
    if m[1] is not None:
        return chr(int(m[1], 16))
    return {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "a": "\a"}.get(m[2], m[2])


def glues_quotes(server: str) -> bool:
    """Whether text may follow a closing quote (Valkey 9.1 on)."""
    return server == "valkey-9.1"


def drops_ff(server: str) -> bool:
    """Whether a raw byte 0xFF within a word is lost (Valkey 8.1 on)."""
    return server in ("valkey-8.1", "valkey-9.1")


if TYPE_CHECKING:

    @overload
    def split_line(line: bytes, server: str = ...) -> list[bytes] | None: ...
    @overload
    def split_line(line: str, server: str = ...) -> list[str] | None: ...


def split_line(line: bytes | str, server: str = "redis-8.2") -> list[bytes] | list[str] | None:
    """Return the words of a line, or None for unbalanced quotes.

    An empty or blank line gives an empty list; comments are the caller's matter. A NUL ends the
    text, as it does for the servers.
    """
    if isinstance(line, str):
        words, error = split_words(line, server)
        return None if error is not None else [w.text for w in words]
    if b'"' not in line and b"'" not in line and b"\0" not in line:
        if b"\xff" in line and drops_ff(server):
            return [w.replace(b"\xff", b"") for w in _split_plain(line)]
        return _split_plain(line) if b"\v" in line or b"\f" in line else line.split()
    return _split_quoted(line, glues_quotes(server), b"\xff" in line and drops_ff(server))


def _split_plain(line: bytes) -> list[bytes]:
    words = (w.lstrip(b"\v\f") for w in re.split(rb"[ \t\r\n]+", line))
    return [w for w in words if w]


def _split_quoted(line: bytes, glue: bool, drop: bool) -> list[bytes] | None:
    nul = line.find(b"\0")
    if nul >= 0:
        line = line[:nul]
    out: list[bytes] = []
    pos, size = 0, len(line)
    part = _PART_B.match
    while True:
        found = _SKIP_B.match(line, pos)
        pos = found.end() if found else pos
        if pos >= size:
            return out
        word: list[bytes] = []
        while pos < size and line[pos] not in _BLANK:
            m = part(line, pos)
            if m is None:
                return None
            pos = m.end()
            if m[1] is not None:
                word.append(m[1].replace(b"\xff", b"") if drop else m[1])
                continue
            if m[2] is not None:
                text = m[2]
                if drop:
                    text = _ESC_DROP.sub(_unescape_drop, text)
                elif b"\\" in text:
                    text = _ESC_B.sub(_unescape_b, text)
                word.append(text)
            else:
                text = m[3].replace(b"\\'", b"'")
                word.append(text.replace(b"\xff", b"") if drop else text)
            if not glue:
                if pos < size and line[pos] not in _SPACE:
                    return None
                break
        out.append(word[0] if len(word) == 1 else b"".join(word))


def split_words(line: str, server: str = "redis-8.2") -> tuple[list[Word], int | None]:
    """Return the words of a line with their places, and the offset of unbalanced quotes or None.

    Where quotes are unbalanced, the words before them are returned.
    """
    glue = server == "valkey-9.1"
    nul = line.find("\0")
    if nul >= 0:
        line = line[:nul]
    if '"' not in line and "'" not in line and "\v" not in line and "\f" not in line:
        return [Word(m[0], m.start(), m.end()) for m in _PLAIN_S.finditer(line)], None
    out: list[Word] = []
    pos, size = 0, len(line)
    while True:
        found = _SKIP_S.match(line, pos)
        pos = found.end() if found else pos
        if pos >= size:
            return out, None
        start = pos
        word: list[str] = []
        while pos < size and line[pos] not in " \t\r\n":
            m = _PART_S.match(line, pos)
            if m is None:
                return out, pos
            pos = m.end()
            if m[1] is not None:
                word.append(m[1])
                continue
            if m[2] is not None:
                word.append(_ESC_S.sub(_unescape_s, m[2]))
            else:
                word.append(m[3].replace("\\'", "'"))
            if not glue:
                if pos < size and line[pos] not in " \t\r\n\v\f":
                    return out, start
                break
        out.append(Word("".join(word), start, pos))


def quote(word: str) -> str:
    """Return a word as it must be written in a file to be read back, quoted only where needed."""
    if word and not re.search(r"[\s\"'\\\x00-\x1f\x7f]", word) and not word.startswith("#"):
        return word
    out = word.replace("\\", "\\\\").replace('"', '\\"')
    for raw, name in (("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"), ("\b", "\\b"), ("\a", "\\a")):
        out = out.replace(raw, name)
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda m: f"\\x{ord(m[0]):02x}", out) + '"'
