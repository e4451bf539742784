"""What servers and clients print when Redis is in trouble, what it means and what to do.

The TOML files beside this module hold one ``[[message]]`` table a message:

``name``      the name that users and other pages use; unique.
``by``        who prints it.
``patterns``  regular expressions (case does not matter unless ``case`` is true), tried on text
              that `redislint.explaining.text.tidy` has cleaned: one line, straight quotes.
``weak``      patterns of words that other products print as well ("connection refused"): they
              count only with evidence, see ``needs``.
``needs``     the evidence for ``weak``: ``redis`` (the line or its block names Redis), ``node``
              (it names a Node.js client), ``open`` (nothing in it names another product).
``anchors``   lower-case pieces, digits written as 0; every text that a pattern matches contains
              one of them. They are the fast way to say no; tests hold them to it.
``meaning``, ``causes`` (each: cause, how to tell it from the others, the rules that find it in
              files, if any; likeliest first), ``ask`` (the question or command that tells the
              causes apart), ``now``, ``good``, ``rules`` (further rules, of no single cause).

Sources: the servers' own texts (6.2, 7.0, 8.2, Valkey 9.1), the clients' documentation and
releases, incidents.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Any

FILES = ("server", "storage", "replication", "java", "python", "others")


@dataclass(frozen=True)
class Cause:
    """One possible cause, the observation that tells it from the others, and its rules."""

    text: str
    tell: str
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Message:
    """One known message; the fields are described at the top of this module."""

    name: str
    by: str
    patterns: tuple[str, ...]
    weak: tuple[str, ...]
    needs: str
    anchors: tuple[str, ...]
    case: bool
    meaning: str
    causes: tuple[Cause, ...]
    ask: str
    now: str
    good: str
    more_rules: tuple[str, ...]

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """All its rules: those of the causes, the likeliest first, then the others."""
        of_causes = [rule for cause in self.causes for rule in cause.rules]
        return tuple(dict.fromkeys((*of_causes, *self.more_rules)))

    @cached_property
    def strong_regex(self) -> re.Pattern[str] | None:
        """All patterns that stand for themselves, as one expression."""
        return self._compile(self.patterns)

    @cached_property
    def weak_regex(self) -> re.Pattern[str] | None:
        """All patterns that need evidence, as one expression."""
        return self._compile(self.weak)

    def _compile(self, patterns: tuple[str, ...]) -> re.Pattern[str] | None:
        if not patterns:
            return None
        joined = "|".join(f"(?:{pattern})" for pattern in patterns)
        return re.compile(joined, 0 if self.case else re.IGNORECASE)


@cache
def load() -> tuple[Message, ...]:
    """All known messages, those of the server first."""
    found: list[Message] = []
    for name in FILES:
        text = resources.files(__name__).joinpath(f"{name}.toml").read_text("utf-8")
        found += map(_message, tomllib.loads(text)["message"])
    return tuple(found)


def _message(row: dict[str, Any]) -> Message:
    return Message(
        name=row["name"],
        by=row["by"],
        patterns=tuple(row["patterns"]),
        weak=tuple(row.get("weak", ())),
        needs=row.get("needs", ""),
        anchors=tuple(row["anchors"]),
        case=row.get("case", False),
        meaning=row["meaning"],
        causes=tuple(Cause(text, tell, *map(tuple, rules)) for text, tell, *rules in row["causes"]),
        ask=row["ask"],
        now=row["now"],
        good=row["good"],
        more_rules=tuple(row["rules"]),
    )


def by_name(name: str) -> Message | None:
    """The message of this name; case does not matter."""
    wanted = name.strip().lower()
    return next((message for message in load() if message.name.lower() == wanted), None)
