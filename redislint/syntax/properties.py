"""Java's .properties → entries with spans, as java.util.Properties and Spring Boot read them."""

from __future__ import annotations

import re

from redislint.source import Source, Span

_SPLIT = re.compile(r"((?:\\.|[^\\\s:=])*)[ \t\f]*[:=]?[ \t\f]*", re.S)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f"}


class Entry:
    """A key and its value; `span` is the whole line, `value_span` the value (or the key if empty)."""

    __slots__ = ("key", "key_span", "span", "value", "value_span")

    def __init__(self, key: str, value: str, key_span: Span, value_span: Span, span: Span) -> None:
        self.key = key
        self.value = value
        self.key_span = key_span
        self.value_span = value_span
        self.span = span


def _unescape(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        code = match[1]
        if code[0] == "u" and len(code) == 5:
            return chr(int(code[1:], 16))
        return _ESCAPES.get(code, code)

    return re.sub(r"\\(u[0-9a-fA-F]{4}|.)", one, text, flags=re.S)


def parse(source: Source) -> list[list[Entry]]:
    """The documents of a file (`#---` separates them), each a list of entries in order."""
    documents: list[list[Entry]] = [[]]
    starts = source.lines
    row = 0
    while row < len(starts):
        line = source.line_text(row + 1)
        bare = line.lstrip(" \t\f\ufeff")
        if bare.rstrip() in ("#---", "!---"):
            documents.append([])
            row += 1
            continue
        if not bare or bare[0] in "#!":
            row += 1
            continue
        begin = starts[row] + len(line) - len(bare)
        text = bare
        end = starts[row] + len(line)
        row += 1
        while _continues(text) and row < len(starts):
            following = source.line_text(row + 1)
            text = text[:-1] + following.lstrip(" \t\f")
            end = starts[row] + len(following)
            row += 1
        match = _SPLIT.match(text)
        if match is None or not match[1]:
            continue
        raw = text[match.end() :]
        offset = begin + match.end() if end - begin >= len(text) else begin
        first_line_end = min(end, starts[row - 1] + len(source.line_text(row)))
        value_span = source.span(offset, max(first_line_end, offset))
        if not raw:
            value_span = source.span(begin, begin + len(match[1]))
        documents[-1].append(
            Entry(
                _unescape(match[1]),
                _unescape(raw).strip(),
                source.span(begin, begin + len(match[1])),
                value_span,
                source.span(begin, end),
            )
        )
    return documents


def _continues(text: str) -> bool:
    """Whether a line ends in an odd number of backslashes."""
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1
