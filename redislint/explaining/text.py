"""Undo what terminals, JSON, HTML and mail do to a message before somebody pastes it."""

from __future__ import annotations

import re

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_CODED = re.compile(r"\\+u([0-9a-fA-F]{4})")
# A log line inside a log line is escaped once more: any number of backslashes.
_ESCAPES = (
    (re.compile(r"\\+x27|&#0?39;|&apos;|\\+'|[’‘´ʼ′]|(?<=\w)''(?=\w)"), "'"),
    (re.compile(r'&quot;|&#34;|\\+"|[“”„]'), '"'),
    (re.compile(r"\\+x1b\[[0-9;?]*[A-Za-z]"), ""),
    (re.compile(r"&gt;"), ">"),
    (re.compile(r"&lt;"), "<"),
    (re.compile(r"&amp;"), "&"),
    (re.compile(r"\\+[ntr]"), " "),
)
_SPACE = re.compile(r"\s+")
_DIGITS = str.maketrans("123456789", "000000000")


def tidy(line: str) -> str:
    """`line` without colours and escapes, with straight quotes and single spaces."""
    if "\x1b" in line:
        line = _ANSI.sub("", line)
    if "\\" in line or "&" in line or "''" in line or not line.isascii():
        line = _CODED.sub(lambda code: chr(int(code[1], 16)), line)
        if "\x1b" in line:
            line = _ANSI.sub("", line)
        for pattern, plain in _ESCAPES:
            line = pattern.sub(plain, line)
    return _SPACE.sub(" ", line).strip()


def skeleton(text: str) -> str:
    """Lower case, every digit a 0: the form in which anchors are looked for."""
    return text.lower().translate(_DIGITS)


_STAMP = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"  # ISO 8601
    r"|\d{1,2} [A-Z][a-z]{2} (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d+)?"  # redis-server
    r"|\d{1,2}/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d(?: [+-]\d{4})?"  # access logs
    r"|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?"  # syslog
    r"|\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d+)?"  # Go's log
    r"|(?<![\d:])\d\d:\d\d:\d\d[.,]\d{3}"  # logback's short form
)


def stamp(line: str) -> str | None:
    """The time that a log line carries near its start, as it is written there."""
    found = _STAMP.search(line, 0, 200)
    return found[0] if found else None
