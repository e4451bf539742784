"""Input text and places in it. The only module that opens input files.

Offsets count Unicode code points from 0; lines and columns count from 1, as every output does.
"""

from __future__ import annotations

import os
import re
import stat
from bisect import bisect_right

MAX_BYTES = 20_000_000
"""A larger file is reported as unread: nothing that configures Redis by hand is that large."""

_ENDLESS = re.compile(rb"[0-9]{300}")
_NEWLINE = re.compile(r"\r\n|\n|\r")


class UnreadableError(Exception):
    """A file that could not be read; `str()` says why and what to do, in one lower-case line."""


def _starts(text: str) -> list[int]:
    """Offsets at which the lines of a text start."""
    starts = [0]
    if "\r" in text:
        starts += [m.end() for m in _NEWLINE.finditer(text)]
        return starts
    find = text.find
    end = find("\n")
    while end >= 0:
        starts.append(end + 1)
        end = find("\n", end + 1)
    return starts


class Source:
    """One text with its path and a line index made on first use.

    `path` is what users see: relative to the scan root, with `/`. An embedded text (the redis.conf
    in a ConfigMap) has the `outer` source it was cut from, and `starts`: for each of its lines the
    offset in the outer text at which that line begins, so places resolve to the real file.
    """

    __slots__ = ("_lines", "data", "hidden", "outer", "path", "starts", "text", "within")

    def __init__(
        self,
        path: str,
        text: str,
        data: bytes | None = None,
        outer: Source | None = None,
        starts: list[int] | None = None,
    ) -> None:
        self.path = path
        self.text = text
        self.data = data
        self.outer = outer
        self.starts = starts
        self.within: str = outer.within if outer is not None else path
        """The path below the folder that the user named: only that says what a file is for."""
        self.hidden: set[tuple[int, str]] | None = None
        """(line, secret) pairs: what no line that is shown may hold, however it is written."""
        self._lines: list[int] | None = None

    def __repr__(self) -> str:
        return f"Source({self.path!r}, {len(self.text)} characters)"

    @property
    def lines(self) -> list[int]:
        """Offsets at which the lines start."""
        if self._lines is None:
            self._lines = _starts(self.text)
        return self._lines

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column (both from 1) of an offset, in the outermost file."""
        row = bisect_right(self.lines, offset) - 1
        column = offset - self.lines[row]
        if self.outer is not None and self.starts is not None:
            begin = self.starts[min(row, len(self.starts) - 1)]
            return self.outer.position(min(begin + column, len(self.outer.text)))
        return row + 1, column + 1

    def line_text(self, line: int) -> str:
        """Text of a line (from 1), without its end; empty past the last one."""
        if not 1 <= line <= len(self.lines):
            return ""
        end = self.lines[line] if line < len(self.lines) else len(self.text)
        return self.text[self.lines[line - 1] : end].rstrip("\r\n")

    @property
    def root(self) -> Source:
        """The outermost source: the file itself."""
        source = self
        while source.outer is not None:
            source = source.outer
        return source

    def span(self, start: int = 0, end: int | None = None) -> Span:
        """The span from start to end; without an end, to the end of the start's line."""
        if end is None:
            match = _NEWLINE.search(self.text, start)
            end = match.start() if match else len(self.text)
        return Span(self, start, max(start, end))

    def line_span(self, line: int) -> Span:
        """The span of a whole line (from 1), without its indentation and trailing blanks."""
        line = min(max(line, 1), len(self.lines))
        text = self.line_text(line)
        start = self.lines[line - 1] + len(text) - len(text.lstrip())
        return Span(self, start, self.lines[line - 1] + len(text.rstrip()))

    def embedded(self, text: str, starts: list[int]) -> Source:
        """A text inside this one; `starts[i]` is where its line i begins here."""
        return Source(self.path, text, None, self, starts)


class Span:
    """A stretch of a source: `start` inclusive, `end` exclusive, in code points."""

    __slots__ = ("end", "source", "start")

    def __init__(self, source: Source, start: int, end: int) -> None:
        self.source = source
        self.start = start
        self.end = end

    def __repr__(self) -> str:
        return f"Span({self.path}:{self.line}:{self.column})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Span) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def key(self) -> tuple[str, int, int, int, int]:
        """What makes two spans the same place."""
        return (self.path, *self.source.position(self.start), *self.source.position(self.end))

    @property
    def path(self) -> str:
        """Path of the file, as users see it."""
        return self.source.path

    @property
    def text(self) -> str:
        """The text of the span."""
        return self.source.text[self.start : self.end]

    @property
    def line(self) -> int:
        """First line, from 1, in the outermost file."""
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        """First column, from 1."""
        return self.source.position(self.start)[1]

    @property
    def end_line(self) -> int:
        """Last line, from 1."""
        return self.source.position(self.end)[0]

    @property
    def end_column(self) -> int:
        """Column after the last character, from 1."""
        return self.source.position(self.end)[1]


def decode(data: bytes) -> str:
    """Text of a file: UTF-16 with a byte-order mark, UTF-8 with or without one, else Latin-1."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def is_binary(data: bytes) -> bool:
    """Whether the bytes are no text: a NUL near the start, and no UTF-16 mark."""
    return b"\0" in data[:8192] and not data.startswith((b"\xff\xfe", b"\xfe\xff"))


def check_text(data: bytes) -> None:
    """Raises UnreadableError for what is no text that people wrote.

    A number of 300 digits is more than a double holds: no server or client reads it, and every
    conversion on the way would have to expect it.
    """
    if is_binary(data):
        raise UnreadableError("is binary, not text")
    if _ENDLESS.search(data):
        raise UnreadableError(
            "holds a number of 300 digits or more: correct it, or exclude the file"
        )


def read_bytes(path: str | os.PathLike[str], limit: int = MAX_BYTES) -> bytes:
    """Bytes of a regular file. Raises UnreadableError for anything else, and past the limit."""
    try:
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise UnreadableError("no such file") from None
    except PermissionError:
        raise UnreadableError("permission denied: make it readable or exclude it") from None
    except OSError as error:
        raise UnreadableError(f"cannot be opened: {error.strerror or error}".lower()) from None
    except ValueError:
        raise UnreadableError("the name holds a NUL byte") from None
    if stat.S_ISDIR(os.fstat(fd).st_mode):
        os.close(fd)  # a file object cannot even be made of it
        raise UnreadableError("is a folder, not a file")
    with os.fdopen(fd, "rb", buffering=0) as file:
        try:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableError("is no regular file")
            if status.st_size > limit:
                raise UnreadableError(
                    f"is {status.st_size / 1e6:.0f} MB, over the limit of {limit / 1e6:.0f} MB: "
                    "exclude it or split it"
                )
            return file.readall() or b""
        except OSError as error:
            raise UnreadableError(f"cannot be read: {error.strerror or error}".lower()) from None


def beginning(path: str | os.PathLike[str]) -> bytes:
    """The first bytes of a regular file that is too large to be read; empty for anything else."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return b""
        with open(path, "rb") as file:
            return file.read(100_000)
    except (OSError, ValueError):
        return b""


def load(path: str | os.PathLike[str], shown: str | None = None) -> Source:
    """Read a file as a Source that users see as `shown`. Raises UnreadableError."""
    data = read_bytes(path)
    return Source(shown if shown is not None else os.fspath(path), decode(data), data)
