"""The comparison for a terminal: the choice, the table, the argument, the block to paste."""

from __future__ import annotations

from redislint.advisor.compare import Comparison, Priced
from redislint.advisor.existing import Today
from redislint.advisor.reasons import reasons
from redislint.advisor.tables import HEADER, cells, chosen_rows
from redislint.advisor.units import duration, rate, size, speed
from redislint.advisor.workload import Workload


def render(
    c: Comparison, today: Today | None = None, *, colour: bool = False, everything: bool = False
) -> str:
    """Plain text with a newline at its end."""
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
    lines += table(c, everything, bold)
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
    return "\n".join(lines) + "\n"


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
    for story in today.stories:
        lines += [f"! {story.what}", f"  way out: {story.way_out}"]
    return lines


def _lost(window: float | None) -> str:
    if window is None:
        return "everything"
    return "nothing" if window == 0 else f"up to {duration(window)}"


def table(c: Comparison, everything: bool, bold: tuple[str, str] = ("", "")) -> list[str]:
    """The table, with the broken limits below the rows that break any."""
    rows = chosen_rows(c, everything)
    texts = [HEADER, *(cells(p) for p in rows)]
    widths = [max(len(row[i]) for row in texts) for i in range(len(HEADER))]
    lines = []
    for number, row in enumerate(texts):
        mark = " "
        if number:
            mark = _mark(rows[number - 1], c)
        padded = (
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        line = f"{mark} " + "  ".join(padded).rstrip()
        lines.append(f"{bold[0]}{line}{bold[1]}" if mark == ">" else line)
    lines += ["", "> recommended   x breaks a limit   <= upper bound   all: everything is lost"]
    return lines


def _mark(p: Priced, c: Comparison) -> str:
    if p is c.recommended:
        return ">"
    return " " if p.feasible else "x"
