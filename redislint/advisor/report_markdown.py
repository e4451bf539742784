"""The comparison as Markdown, for a pull request or a wiki."""

from __future__ import annotations

from redislint.advisor.compare import Comparison
from redislint.advisor.existing import Today
from redislint.advisor.reasons import reasons
from redislint.advisor.report_text import today_lines, workload_line
from redislint.advisor.tables import HEADER, cells, chosen_rows


def render(c: Comparison, today: Today | None = None, *, everything: bool = False) -> str:
    """Markdown text with a newline at its end."""
    lines = ["# Persistence advice", "", workload_line(c.work), ""]
    if today is not None:
        lines += [f"## Today: {_escape(today.source)}", ""]
        lines += [f"- {_escape(line)}" for line in today_lines(today)] + [""]
    if c.recommended is None:
        lines += ["**No plan keeps all wishes.**", ""]
    else:
        lines += [
            f"**Recommended: `{c.recommended.plan.name}`**: {c.recommended.plan.summary}.",
            "",
        ]
    lines.append("| | " + " | ".join(HEADER) + " | breaks |")
    lines.append("|---|---" + "|--:" * (len(HEADER) - 1) + "|---|")
    for p in chosen_rows(c, everything):
        mark = "**→**" if p is c.recommended else "" if p.feasible else "✗"
        row = [_escape(cell) for cell in cells(p)]
        lines.append(f"| {mark} | `{row[0]}` | " + " | ".join(row[1:]) + " | "
                     + _escape("; ".join(p.breaks)) + " |")  # fmt: skip
    lines += ["", "## Why", ""]
    lines += [f"- {_escape(line)}" for line in reasons(c)]
    if c.recommended is not None:
        lines += ["", "## redis.conf", "", "```", c.recommended.conf.rstrip(), "```"]
    if c.work.assumed:
        lines += ["", "## Assumed", ""] + [f"- {_escape(line)}" for line in c.work.assumed]
    return "\n".join(lines) + "\n"


def _escape(text: str) -> str:
    return (
        text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")
        .replace("_", "\\_").replace("`", "\\`").replace("\n", " ")
    )  # fmt: skip
