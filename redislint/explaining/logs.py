"""Known messages in a log of any size, read once, in constant memory.

Most lines of a log say nothing of interest, so the work is to get rid of them quickly. A chunk is
lower-cased and its digits are made equal; what is left of a line is its skeleton. Skeletons that
were seen before and hold no anchor are dropped by a set look-up; one expression searches the new
ones. Only lines whose skeleton holds an anchor are decoded and tried against the patterns.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import BinaryIO

from redislint.explaining.match import across_lines, anchor_expression, find, match_line
from redislint.explaining.text import stamp, tidy
from redislint.knowledge.messages import Message

CHUNK = 1 << 20
"""Bytes read at a time; also the longest line that is looked at as a whole."""
BLOCK_LINES = 60
"""Lines around a hit that may belong to its stack trace."""
LINE_LENGTH = 8192
"""Characters of one line that patterns are tried on."""
SMALL = 1 << 16
"""A log up to this size in bytes is also searched for messages that a line's end cuts."""
KNOWN_SKELETONS = 20_000

_EQUAL_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)
_CONTINUES = re.compile(
    rb"\s|Caused by|Suppressed|\.\.\. \d+ (?:more|common)|During handling of|The above"
)
_TRACEBACK = re.compile(rb"Traceback \(most recent")
_EXCEPTION = re.compile(rb"[\w.$]+(?:Error|Exception|Warning|Exit)\b")
_COLLECTED = re.compile(
    rb"(?:\x1b\[[\d;]*m)*(?:"
    rb"(?P<compose>[\w.-]+ *\| )|(?P<pod>\[pod/[^]\s]+\] )"
    rb"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.]*(?:Z|[+-]\d\d:\d\d) (?:std(?:out|err) [FP] )?"
    rb"|(?P<syslog>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ [\w./-]+(?:\[\d+\])?: )"
    rb")(?:\x1b\[[\d;]*m)*"
)
"""What a collector writes before each line: docker compose, kubectl, the container runtime, syslog."""
_HAS_TIME = re.compile(rb"\d\d:\d\d:\d\d|\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Place:
    """Where in the log: line number from 1, and the time written there if any.

    The line itself is left out: logs hold passwords.
    """

    line: int
    time: str | None


@dataclass
class Sighting:
    """One known message in a log: how often, where first and last."""

    message: Message
    count: int
    first: Place
    last: Place


@dataclass
class LogReport:
    """What a log holds; `sightings` in the order of first appearance."""

    lines: int = 0
    bytes: int = 0
    sightings: dict[str, Sighting] = field(default_factory=dict)


@cache
def _anchors() -> re.Pattern[bytes]:
    return re.compile(anchor_expression().encode("utf-8"))


def scan(stream: BinaryIO) -> LogReport:
    """Read `stream` to its end and report the known messages in it."""
    report = LogReport()
    dull: set[bytes] = set()
    for chunk in _chunks(stream):
        _scan_chunk(chunk, report, dull)
    return report


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    """The stream in pieces that end with a line, and if possible between two log entries."""
    rest = b""
    decoder = None
    first = True
    while data := stream.read(CHUNK):
        if first and data[:2] in (b"\xff\xfe", b"\xfe\xff"):  # what PowerShell's > writes
            decoder = codecs.getincrementaldecoder("utf-16")("replace")
        first = False
        if decoder is not None:
            data = decoder.decode(data).encode("utf-8", "replace")
        data = rest + data
        cut = _cut(data) if len(data) > SMALL else 0  # a small log stays whole
        if cut == 0:
            if len(data) < 2 * CHUNK:
                rest = data
                continue
            cut = len(data)  # a line without end: look at it in pieces
        yield data[:cut]
        rest = data[cut:]
    if rest:
        yield rest


def _cut(data: bytes) -> int:
    """Where to end a chunk: before the last log entry, which may go on in the next chunk."""
    tail = max(0, len(data) - SMALL)
    begin = data.rfind(b"\n", 0, tail) + 1
    lines = data[begin:].split(b"\n")
    end = len(data) - len(lines[-1])
    for at in range(len(lines) - 1, 0, -1):
        if lines[at] and not _continues(lines, at):
            return end
        end -= len(lines[at - 1]) + 1
    return data.rfind(b"\n") + 1


def _scan_chunk(chunk: bytes, report: LogReport, dull: set[bytes]) -> None:
    skeletons = chunk.lower().translate(_EQUAL_DIGITS).split(b"\n")
    hot = _hot_skeletons(set(skeletons), dull)
    if hot:
        _scan_hot(chunk, skeletons, hot, report)
    report.bytes += len(chunk)
    report.lines += chunk.count(b"\n") + (not chunk.endswith(b"\n"))
    if report.bytes == len(chunk) <= SMALL:
        _scan_small(chunk, report)


def _hot_skeletons(skeletons: set[bytes], dull: set[bytes]) -> set[bytes]:
    """Those skeletons that hold an anchor; the others are remembered as dull."""
    fresh = list(skeletons - dull)
    joined = b"\n".join(fresh)
    hot: set[bytes] = set()
    if not fresh:
        return hot
    position = 0
    while found := _anchors().search(joined, position):
        start = joined.rfind(b"\n", 0, found.start()) + 1
        end = joined.find(b"\n", found.end())
        end = len(joined) if end < 0 else end
        hot.add(joined[start:end])
        position = end
    if len(dull) > KNOWN_SKELETONS:
        dull.clear()
    dull.update(line for line in fresh if line not in hot and len(line) < 500)
    return hot


def _scan_hot(chunk: bytes, skeletons: list[bytes], hot: set[bytes], report: LogReport) -> None:
    lines = chunk.split(b"\n")
    blocks: dict[int, tuple[str, set[str]]] = {}
    for index, bones in enumerate(skeletons):
        if bones not in hot:
            continue
        head = _head(lines, index)
        if head not in blocks:
            blocks[head] = (_block(lines, head), set())
        block, seen = blocks[head]
        line = tidy(_text(lines[index]))
        time = stamp(line)
        found = _match(line.replace(time or "\n", ""), line, block)
        if "\n" in block and not seen:
            found += _match_across(block.replace(stamp(block) or "\n\n", ""))
        for message in found:
            if message.name in seen:
                continue  # once per log entry: stack traces repeat themselves
            seen.add(message.name)
            time = time or stamp(tidy(_text(lines[head])))
            _note(report, message, Place(report.lines + index + 1, time))


def _match(timeless: str, line: str, block: str) -> tuple[Message, ...]:
    """The messages of a line; entries of one line repeat, so theirs are remembered."""
    if "\n" in block:
        return tuple(match_line(line, block))
    return _match_alone(timeless)


@lru_cache(maxsize=256)
def _match_across(block: str) -> tuple[Message, ...]:
    """The messages that an entry of several lines shows only as a whole."""
    lines = [tidy(_text(_collected(line.encode())[1])) for line in block.split("\n")]
    return tuple(message for _, message in across_lines(lines, block, alone=False))


@lru_cache(maxsize=4096)
def _match_alone(line: str) -> tuple[Message, ...]:
    return tuple(match_line(line, line))


def _scan_small(chunk: bytes, report: LogReport) -> None:
    """A pasted piece of log may be wrapped, or be one message only: look at it as a whole."""
    text = chunk.decode("utf-8", "replace")
    for message in find(text):
        if message.name in report.sightings:
            continue
        weak = message.weak_regex
        if report.lines > BLOCK_LINES and weak and weak.search(tidy(text)):
            continue  # many entries: evidence must stand in the same entry
        _note(report, message, Place(1, stamp(tidy(text[:400]))))


def _note(report: LogReport, message: Message, place: Place) -> None:
    sighting = report.sightings.get(message.name)
    if sighting is None:
        report.sightings[message.name] = Sighting(message, 1, place, place)
    else:
        sighting.count += 1
        sighting.last = place


def _text(line: bytes) -> str:
    return line[:LINE_LENGTH].decode("utf-8", "replace")


def _head(lines: list[bytes], index: int) -> int:
    """The first line of the log entry that line `index` belongs to."""
    for at in range(index, max(index - BLOCK_LINES, 0), -1):
        if not _continues(lines, at):
            return at
    return max(index - BLOCK_LINES, 0)


def _block(lines: list[bytes], head: int) -> str:
    end = head + 1
    while end < len(lines) and end - head < BLOCK_LINES and _continues(lines, end):
        end += 1
    return "\n".join(_text(line) for line in lines[head:end])


def _collected(line: bytes) -> tuple[bytes, bytes]:
    """Which container a line comes from, where a collector says so, and what it wrote itself."""
    origin = b""
    position = 0
    while found := _COLLECTED.match(line, position):
        origin += found["compose"] or found["pod"] or (found["syslog"] and b"syslog") or b""
        position = found.end()
    return origin, line[position:]


def _continues(lines: list[bytes], at: int) -> bool:
    """Whether line `at` belongs to the entry of the line before: stack traces do."""
    origin, line = _collected(lines[at])
    if not line.strip():
        return True
    if _HAS_TIME.search(line, 0, 80):
        return False
    before_origin, before = _collected(lines[at - 1]) if at else (b"", b"")
    if origin and origin != before_origin:
        return False  # the logs of several containers run through each other
    if _CONTINUES.match(line):
        return True
    if _TRACEBACK.match(line):
        return bool(before.strip()) and not _EXCEPTION.match(before)
    return before[:1] in (b" ", b"\t") and bool(_EXCEPTION.match(line))
