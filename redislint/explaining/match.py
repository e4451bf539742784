"""Find the known messages in a text."""

from __future__ import annotations

import re
from functools import cache

from redislint.explaining.evidence import enough
from redislint.explaining.text import skeleton, tidy
from redislint.knowledge.messages import Message, load

LONGEST_TEXT = 200_000
"""Characters of a pasted message that are looked at; more is a log and should be streamed."""


def _trie(words: list[str]) -> str:
    root: dict[str, dict] = {}  # type: ignore[type-arg]
    for word in words:
        node = root
        for char in word:
            node = node.setdefault(char, {})
        node[""] = {}

    def render(node: dict) -> str:  # type: ignore[type-arg]
        if "" in node:
            return ""
        parts = [re.escape(char) + render(rest) for char, rest in sorted(node.items())]
        return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"

    return render(root)


@cache
def anchor_expression() -> str:
    """One expression that finds any anchor in a skeleton.

    It is a trie, so that a text without anchors is left after a step or two at each place.
    An anchor that begins with a shorter anchor is found as the shorter one.
    """
    return _trie(sorted({anchor for message in load() for anchor in message.anchors}))


@cache
def _anchor_regex() -> re.Pattern[str]:
    # The look-ahead finds anchors that begin inside another one too.
    return re.compile(f"(?=({anchor_expression()}))")


@cache
def _by_anchor(found: str) -> tuple[tuple[int, Message], ...]:
    """The messages, numbered in the book's order, with an anchor that begins with `found`."""
    return tuple(
        (number, message)
        for number, message in enumerate(load())
        if any(anchor.startswith(found) for anchor in message.anchors)
    )


def candidates(text: str) -> list[Message]:
    """The messages one of whose anchors may occur in `text`, in the book's order."""
    found = {hit[1] for hit in _anchor_regex().finditer(skeleton(text))}
    numbered = {number: message for anchor in found for number, message in _by_anchor(anchor)}
    return [numbered[number] for number in sorted(numbered)]


def match_line(line: str, block: str, alone: bool = False) -> list[Message]:
    """The messages in one tidied line; `block` is the text around it, for evidence.

    In the order in which they stand there: what wraps an error comes before the error.
    """
    return [message for _, message in _placed(line, block, alone)]


def _placed(line: str, block: str, alone: bool) -> list[tuple[int, Message]]:
    """The messages in one tidied line, each with the place where it begins."""
    found = []
    for message in candidates(line):
        strong, weak = message.strong_regex, message.weak_regex
        hit = strong and strong.search(line)
        if not hit and weak:
            hit = weak.search(line)
            if hit and not enough(message.needs, line, block, alone):
                hit = None
        if hit:
            found.append((hit.start(), message))
    return sorted(found, key=lambda pair: pair[0])


def find(text: str) -> list[Message]:
    """The messages in a pasted text, in the order of their first appearance.

    Lines that a terminal or a mail has wrapped are also tried joined, with and without a space.
    """
    text = text[:LONGEST_TEXT]
    lines = [tidy(line) for line in text.splitlines()]
    block = "\n".join(lines)
    placed: dict[str, tuple[int, Message]] = {}
    offset = 0
    for line in lines:
        for start, message in _placed(line, block, alone=True):
            placed.setdefault(message.name, (offset + start, message))
        offset += len(line) + 1
    if len(lines) > 1:
        for start, message in across_lines(lines, block, alone=True):
            placed.setdefault(message.name, (start, message))
    return [message for _, message in sorted(placed.values(), key=lambda pair: pair[0])]


def across_lines(lines: list[str], block: str, alone: bool) -> list[tuple[int, Message]]:
    """The messages of tidied lines that only show when the lines are joined, with their places.

    Also without the frames of a stack trace: "Caused by" belongs to the exception above it.
    """
    # A pasted quotation may carry a mark at the start of each line.
    bare = [_QUOTED.sub("", line) for line in lines]
    told = [line for line in bare if not _FRAME.match(line)]
    found: dict[str, tuple[int, Message]] = {}
    for joined in dict.fromkeys((" ".join(bare), "".join(bare), " ".join(told))):
        for start, message in _in_joined(tidy(joined), lines, block, alone):
            found.setdefault(message.name, (start, message))
    return list(found.values())


_QUOTED = re.compile(r"^(?:> ?|\| )+")
_FRAME = re.compile(r"at [\w.$<>/@-]+\(|at .+\(?[\w./@-]+:\d+|File \"|\.\.\. \d+ (?:more|common)")


def _in_joined(joined: str, lines: list[str], block: str, alone: bool) -> list[tuple[int, Message]]:
    """Matches that cross a line's end. Weak words must not borrow evidence by joining."""
    found = []
    for message in candidates(joined):
        strong, weak = message.strong_regex, message.weak_regex
        hit = strong and strong.search(joined)
        if not hit and weak and not any(weak.search(line) for line in lines):
            hit = weak.search(joined)
            if hit and not enough(message.needs, joined, block, alone):
                hit = None
        if hit:
            found.append((hit.start(), message))
    return found
