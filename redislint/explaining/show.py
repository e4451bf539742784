"""Answers as text for people."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Any

from redislint.explaining.logs import LogReport, Place
from redislint.explaining.things import Answer
from redislint.knowledge.messages import Message

WIDTH = 96


def answer_text(answer: Answer) -> str:
    """A rule's page, a directive's facts, or the messages with their causes."""
    text = _answer(answer)
    return (
        f"{text}\n\nthe directive of that name\n\n{answer.also.rstrip()}" if answer.also else text
    )


def _answer(answer: Answer) -> str:
    if answer.kind == "rule":
        return _rule(answer)
    if answer.page:
        return answer.page.rstrip()
    if not answer.messages:
        lines = [
            "no rule, directive or message of this name is known"
            if answer.name
            else "no known message of Redis, Valkey or their clients is in this text"
        ]
        if answer.nearest:
            lines.append("nearest: " + ", ".join(answer.nearest))
            lines.append(f'see one with: redislint explain "{answer.nearest[0]}"')
        return "\n".join(lines)
    return "\n\n".join("\n".join(_message(message)) for message in answer.messages)


def _rule(answer: Answer) -> str:
    """A rule's page without its machine part, under a line that says what it is."""
    match = answer.matches[0]
    head = (
        f"{match['name']} ({match['code']}, {match['severity']}, confidence {match['confidence']})"
    )
    body = re.sub(r"\A# [^\n]*\n+(?:```toml\n.*?\n```\n)?", "", answer.page, flags=re.DOTALL)
    return f"{head}\n\n{body.strip()}"


def _message(message: Message) -> Iterator[str]:
    yield f"{message.name}  ({message.by})"
    yield from _wrap(message.meaning, "  ")
    yield ""
    yield "  causes, the likeliest first"
    for number, cause in enumerate(message.causes, 1):
        yield from _wrap(cause.text, f"  {number}. ", "     ")
        yield from _wrap(cause.tell, "     tell by: ", "              ")
        if cause.rules:
            yield from _wrap(", ".join(cause.rules), "     rules:   ", "              ")
    yield ""
    yield from _wrap(message.ask, "  ask       ", "            ")
    yield from _wrap(message.now, "  now       ", "            ")
    yield from _wrap(message.good, "  for good  ", "            ")
    if message.more_rules:
        yield from _wrap(", ".join(message.more_rules), "  rules     ", "            ")


def _wrap(text: str, first: str, rest: str | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def evidence_text(rows: list[dict[str, Any]] | None, path: str) -> str:
    """What the files below `path` show of the causes."""
    if rows is None:
        return f"{path}: could not be checked"
    if not rows:
        return f"{path}: the files show none of these causes"
    lines = [f"the files in {path} show:"]
    cause = ""
    for row in rows:
        if row["cause"] != cause:
            cause = row["cause"]
            lines += _wrap(cause or "besides, of no single cause", "  ")
        lines.append(
            f"    {row['path']}:{row['line']}: {row['code']} {row['rule']}: {row['message']}"
        )
    return "\n".join(lines)


def log_text(report: LogReport) -> str:
    """The known messages of a log, the most frequent first."""
    known = sorted(report.sightings.values(), key=lambda s: -s.count)
    noun = "message" if len(known) == 1 else "messages"
    lines = [f"{report.lines} lines, {len(known)} known {noun}"]
    for sighting in known:
        lines.append("")
        lines.append(f"{sighting.message.name}: {_times(sighting.count)}")
        if sighting.count == 1:
            lines.append(f"  at {_place(sighting.first)}")
        else:
            lines.append(f"  first at {_place(sighting.first)}, last at {_place(sighting.last)}")
        lines += _wrap(sighting.message.meaning, "  ")
        lines += _wrap(sighting.message.ask, "  ask  ", "       ")
        lines += _wrap(sighting.message.now, "  now  ", "       ")
    if known:
        lines.append("")
        lines.append(f'causes of one: redislint explain "{known[0].message.name}"')
    return "\n".join(lines)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _place(place: Place) -> str:
    return f"line {place.line}" + (f" ({place.time})" if place.time else "")


def log_matches(report: LogReport) -> list[dict[str, Any]]:
    """The known messages of a log as JSON shows them, the most frequent first."""
    from redislint.explaining.things import message_match

    return [
        {
            **message_match(s.message),
            "count": s.count,
            "first": {"line": s.first.line, "time": s.first.time},
            "last": {"line": s.last.line, "time": s.last.time},
        }
        for s in sorted(report.sightings.values(), key=lambda s: -s.count)
    ]
