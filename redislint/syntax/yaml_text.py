"""What is done to a text that is not YAML yet: templates blanked, a broken line taken out."""

from __future__ import annotations

import re

from redislint.syntax.templates import EXPRESSIONS, replace

_CONTROL = re.compile(
    r"(?m)^[ \t]*(?:-[ \t]+)?(?:\{\{[^\n]*?\}\}|\{%[^\n]*?%\}|<%[^\n]*?%>)[ \t]*(?:#[^\n]*)?$"
)


def blank_templates(text: str, hole: str) -> str:
    """Placeholders for templates, of the same length and with the same line ends.

    `hole` stands for each character that a template will compute.
    """

    def blanks(match: re.Match[str]) -> str:
        return re.sub(r"[^\n\r]", " ", match[0])

    def filled(expression: str) -> str:
        first, _, rest = expression.partition("\n")
        return hole * len(first) + ("\n" + re.sub(r"[^\n\r]", " ", rest) if rest else "")

    def control(match: re.Match[str]) -> str:
        # A list item that a template computes stays an item.
        dash = re.match(r"[ \t]*-[ \t]+(?=\{\{)", match[0])
        if dash and not re.search(
            r"\{\{-?\s*(if|else|end|range|with|define|template|include|toYaml)\b", match[0]
        ):
            return dash[0] + hole * (len(match[0]) - len(dash[0]))
        return blanks(match)

    return replace(_CONTROL.sub(control, text), EXPRESSIONS, filled)


def reason(error: Exception) -> str:
    """Why the parser stopped, as one line."""
    problem = str(getattr(error, "problem", "") or "is no valid YAML")
    return f"this line is no valid YAML ({problem}): what hangs on it is not read"


def repair(text: str, line: int) -> str | None:
    """The text with the line that stopped the parser blanked, or its tabs made blanks."""
    lines = text.split("\n")
    if not 1 <= line <= len(lines):
        return None
    index = min(line, len(lines)) - 1
    while index > 0 and not lines[index].strip():
        index -= 1
    bad = lines[index]
    indent = bad[: len(bad) - len(bad.lstrip())]
    if "\t" in indent:
        return "\n".join(
            re.sub(r"^[ \t]+", lambda m: m[0].replace("\t", " "), one) for one in lines
        )
    if not bad.strip():
        return None
    lines[index] = " " * len(bad)
    return "\n".join(lines)
