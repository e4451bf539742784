"""Template expressions in a text, found in one pass however many openings are never closed."""

from __future__ import annotations

import re
from collections.abc import Callable

EXPRESSIONS = {"{{": "}}", "{%": "%}", "{#": "#}", "<%": "%>"}
"""How Helm, Jinja, Ansible and ERB open and close what they replace."""
TAGS = {"{%": "%}", "{#": "#}"}
"""Jinja's statements and comments alone."""


def replace(text: str, marks: dict[str, str], fill: Callable[[str], str]) -> str:
    """The text with every expression from an opening to its next closing filled.

    A regular expression would look for the closing anew from each opening, up to the text's end.
    """
    opening = re.compile("|".join(map(re.escape, marks)))
    parts: list[str] = []
    done = 0
    never: set[str] = set()
    start = opening.search(text)
    while start is not None:
        closing = marks[start[0]]
        end = -1 if closing in never else text.find(closing, start.end())
        if end < 0:
            never.add(closing)
            start = opening.search(text, start.start() + 1)
            continue
        end += len(closing)
        parts += (text[done : start.start()], fill(text[start.start() : end]))
        done = end
        start = opening.search(text, end)
    parts.append(text[done:])
    return "".join(parts)
