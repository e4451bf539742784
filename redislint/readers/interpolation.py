"""`${VAR:-default}` as compose and Dockerfiles know it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from redislint.model.value import Origin, Value
from redislint.source import Span

_VARIABLE = re.compile(
    r"\$(?:(?P<escaped>\$)|\{(?P<braced>[A-Za-z_]\w*)(?:(?P<op>:?[-?+])(?P<word>(?:[^{}]|\{[^{}]*\})*))?\}|(?P<plain>[A-Za-z_]\w*))"
)


def interpolate(
    text: str, known: Mapping[str, str], span: Span | None, *, where: str = "", escape: bool = True
) -> Value:
    """The text with variables replaced by known values or their defaults.

    A variable without either makes it unknown; `raw` then holds what is written. A default is
    what runs where nobody sets the variable: it is taken, and the origin's note says so.
    """
    missing: list[str] = []
    notes: list[str] = []

    def replace(match: re.Match[str]) -> str:
        if match["escaped"]:
            return "$" if escape else "$$"
        name = match["braced"] or match["plain"]
        op, word = match["op"] or "", match["word"] or ""
        value = known.get(name)
        if op.endswith("+"):
            return word if value else ""
        if value is not None and (value or not op.startswith(":")):
            if where:
                notes.append(f"{name} of {where}")
            return value
        if op.endswith("-"):
            notes.append(f"default of {name}")
            inner = interpolate(word, known, span, where=where)
            if not inner.known:
                missing.append(name)
            return str(inner.value) if inner.known else match[0]
        missing.append(name)
        return match[0]

    result = _VARIABLE.sub(replace, text)
    origin = Origin(span, ", ".join(dict.fromkeys(notes)))
    if missing:
        why = f"${{{missing[0]}}} is set outside of the files"
        return Value(None, origin, known=False, why=why, raw=result)
    return Value(result, origin, raw=text)


def with_options(text: str, known: Mapping[str, str]) -> str:
    """`${VAR:+words}` replaced by its words, or by nothing where the files leave VAR empty.

    Compose fills in before it splits a command, so the words become arguments. A variable that is
    set outside of the files is taken for set: somebody wrote the option to have it.
    """

    def replace(match: re.Match[str]) -> str:
        if not (match["op"] or "").endswith("+"):
            return match[0]
        return match["word"] or "" if known.get(match["braced"], "set outside") else ""

    return _VARIABLE.sub(replace, text) if "+" in text else text


def dotenv(text: str) -> dict[str, str]:
    """The variables of a .env file."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        match = re.match(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)$", line)
        if match:
            value = match[2].strip()
            if len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]:
                value = value[1:-1]
            else:
                value = re.split(r"\s#", value)[0].strip()
            found[match[1]] = value
    return found
