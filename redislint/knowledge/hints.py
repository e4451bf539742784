"""What a comment may tell: `redislint: purpose=cache`, in the comment syntax of any file."""

from __future__ import annotations

import re
from collections.abc import Iterator

PURPOSES = (
    "cache", "session", "queue", "rate-limiter", "leaderboard", "lock", "pubsub", "primary",
)  # fmt: skip

_HINT = re.compile(r"\bredislint:[ \t]*purpose[ \t]*[=: \t][ \t]*([\w-]*)")
_COMMENT = re.compile(r"(?:^|\s)(?:#|//|/\*|<!--|;)")


def purposes(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and value of each hint in a text; the value may be one that nobody knows."""
    if "redislint:" not in text:
        return
    for match in _HINT.finditer(text):
        before = text.rfind("\n", 0, match.start()) + 1
        if _COMMENT.search(text[before : match.start()]):
            yield match.start(), match.end(), match[1].lower()
