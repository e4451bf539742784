"""The comparison for a terminal: the choice, the table, the argument, the block to paste."""

from __future__ import annotations

from redislint.advisor.compare import Comparison, Priced
from redislint.advisor.existing import Today
from redislint.advisor.reasons import reasons
from redislint.advisor.tables import HEADER, cells, chosen_rows, limits
from redislint.advisor.units import duration, rate, size, speed
from redislint.advisor.workload import Workload

FIRST_TO_GO = ("writes", "disk", "latency", "memory peak", "failover", "disk loss")
"""Columns that a narrow terminal does without, in this order."""


def render(
    c: Comparison,
    today: Today | None = None,
    *,
    colour: bool = False,
    everything: bool = False,
    width: int | None = None,
) -> str:
    """Plain text with a newline at its end; `width`: columns of the terminal, None for any."""
    bold = ("\x1b[1m", "\x1b[0m") if colour else ("", "")
    lines = [workload_line(c.work)]
    if today is not None:
        lines += ["", f"{bold[0]}today{bold[1]} ({today.source})"]
        lines += [f"  {line}" for line in today_lines(today)]
    lines.append("")
    if c.recommended is None:
        lines.append(f"{bold[0]}no plan keeps all wishes{bold[1]}")
    else:
        lines.append(f"{bold[0]}recommended: {c.recommended.plan.name}{bold[1]}")
        lines.append(f"  {c.recommended.plan.summary}")
    lines.append("")
    lines += table(c, everything, bold, width)
    lines += ["", f"{bold[0]}because{bold[1]}"]
    lines += [f"  - {line}" for line in reasons(c)]
    if c.recommended is not None:
        lines += ["", f"{bold[0]}redis.conf{bold[1]} (redislint verify accepts it)"]
        lines += [f"  {line}" for line in c.recommended.conf.splitlines()]
    if c.work.assumed:
        lines += ["", f"{bold[0]}assumed{bold[1]}"]
        lines += [f"  - {line}" for line in c.work.assumed]
    if not c.machine.measured:
        lines.append("  - speeds of an average machine: --calibrate measures this one")
    if width is not None:
        lines = [part for line in lines for part in _wrapped(line, width)]
    return "\n".join(lines) + "\n"


def _wrapped(line: str, width: int) -> list[str]:
    """A sentence in lines of the terminal's width; tables and blocks stay as they are."""
    sentence = line.lstrip().startswith(("- ", "! ", "way out"))
    fixed = line.startswith((" ", ">", "x", "\x1b")) and not sentence
    if len(line) <= width or fixed:
        return [line]
    import textwrap

    indent = " " * (len(line) - len(line.lstrip()) + 2 * line.lstrip().startswith(("- ", "! ")))
    return textwrap.wrap(line, max(40, width), subsequent_indent=indent, break_long_words=False)


def workload_line(work: Workload) -> str:
    """The workload in one line, so that nobody has to guess how a number was understood."""
    limit = f", memory limit {size(work.memory_limit)}" if work.memory_limit else ""
    disk = "no disk"
    if not work.disk.absent:
        disk = (
            f"disk {work.disk.name} ({speed(work.disk.bytes_per_s)}, fsync"
            f" {duration(work.disk.fsync_s)}, at worst {duration(work.disk.fsync_worst_s)})"
        )
    rpo = "any" if work.rpo_s is None else duration(work.rpo_s)
    rto = "any" if work.rto_s is None else duration(work.rto_s)
    copies = "1 replica" if work.replicas == 1 else f"{work.replicas} replicas"
    return (
        f"{work.purpose.label}: {size(work.data_bytes)} of data, {rate(work.write_rate)} of"
        f" {size(work.value_size)}{limit}, {disk}, RPO {rpo}, RTO {rto}, {copies}, {work.server}"
    )


def today_lines(today: Today) -> list[str]:
    """What the existing configuration loses, and its stories."""
    p = today.priced
    lines = [
        f"kill -9 loses {_lost(p.loss.process_crash)}; a power cut {_lost(p.loss.power_loss)};"
        f" a dead disk {_lost(p.loss.disk_loss)}; a failover {_lost(p.loss.failover)}",
    ]
    back = f"a restart takes about {duration(p.restart_s)}" if p.restart_s else (
        "a restart starts empty"
    )  # fmt: skip
    lines.append(f"{back}, memory peaks at {size(p.memory_peak)}")
    lines += [f"breaks {b}" for b in p.breaks]
    if not p.breaks:
        lines.append("keeps all wishes")
    for story in today.stories:
        lines += [f"! {story.what}", f"  way out: {story.way_out}"]
    return lines


def _lost(window: float | None) -> str:
    if window is None:
        return "everything"
    return "nothing" if window == 0 else f"up to {duration(window)}"


def table(
    c: Comparison,
    everything: bool,
    bold: tuple[str, str] = ("", ""),
    width: int | None = None,
) -> list[str]:
    """The table; columns that do not fit are left out, and named below."""
    rows = chosen_rows(c, everything)
    header: tuple[str, ...] = HEADER
    body = [cells(p) for p in rows]
    if not all(p.feasible for p in rows):
        header = (*HEADER, "breaks")
        body = [(*row, limits(p)) for row, p in zip(body, rows, strict=True)]
    texts, left_out = _fitting([header, *body], width)
    last = len(texts[0]) - 1 if len(header) > len(HEADER) else -1
    widths = [max(len(row[i]) for row in texts) for i in range(len(texts[0]))]
    lines = []
    for number, row in enumerate(texts):
        mark = " "
        if number:
            mark = _mark(rows[number - 1], c)
        padded = (
            cell.ljust(width) if i in (0, last) else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        line = f"{mark} " + "  ".join(padded).rstrip()
        lines.append(f"{bold[0]}{line}{bold[1]}" if mark == ">" else line)
    lines += ["", "> recommended   x breaks a limit   <= upper bound   all: everything is lost"]
    if left_out:
        lines.append(f"the terminal is too narrow for {', '.join(left_out)}: see --format markdown")
    return lines


def _fitting(
    texts: list[tuple[str, ...]], width: int | None
) -> tuple[list[tuple[str, ...]], list[str]]:
    left_out: list[str] = []
    for name in FIRST_TO_GO:
        total = sum(max(len(row[i]) for row in texts) + 2 for i in range(len(texts[0])))
        if width is None or total <= width:
            break
        column = texts[0].index(name)
        texts = [row[:column] + row[column + 1 :] for row in texts]
        left_out.append(name)
    return texts, left_out


def _mark(p: Priced, c: Comparison) -> str:
    if p is c.recommended:
        return ">"
    return " " if p.feasible else "x"
