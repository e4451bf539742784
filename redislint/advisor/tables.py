"""The rows that every human report shows: one line a plan, every number with its unit."""

from __future__ import annotations

from redislint.advisor.compare import Comparison, Priced
from redislint.advisor.units import duration, factor, size

HEADER = (
    "plan", "kill -9", "power loss", "disk loss", "failover", "restart", "memory peak", "disk",
    "writes", "latency",
)  # fmt: skip


def chosen_rows(c: Comparison, everything: bool = False) -> list[Priced]:
    """The plans to show: all, or one of each way to write to disk plus what the choice needs.

    Of each base the best variant is shown, since variants differ in few columns.
    """
    if everything:
        return list(c.plans)
    rows: list[Priced] = []
    seen: set[str] = set()
    for p in c.plans:
        base = p.plan.base
        if base in seen:
            continue
        if base.endswith("-plain") and p is not c.recommended and "everysec-plain" not in base:
            continue
        seen.add(base)
        rows.append(p)
    if c.recommended is not None:
        rows += [
            p for p in c.plans
            if p.plan.base == c.recommended.plan.base and p is not c.recommended
        ]  # fmt: skip
    rows.sort(key=lambda p: c.plans.index(p))
    return rows


def cells(p: Priced) -> tuple[str, ...]:
    """The cells of one row, in the order of `HEADER`."""
    disk = "-" if not p.plan.settings.writes_disk else size(p.disk_bytes)
    return (
        p.plan.name,
        loss(p.loss.process_crash),
        loss(p.loss.power_loss),
        loss(p.loss.disk_loss),
        loss(p.loss.failover),
        duration(p.restart_s) if p.plan.settings.writes_disk else "empty",
        size(p.memory_peak),
        disk,
        f"x{factor(p.amplification)}" if p.amplification else "-",
        duration(p.latency_s) if p.latency_s else "-",
    )


def loss(window: float | None) -> str:
    """A loss window for a cell."""
    if window is None:
        return "all"
    return "0 s" if window == 0 else f"<= {duration(window)}"


def limits(p: Priced) -> str:
    """The names of the limits that a plan breaks, each once, for a cell."""
    return ", ".join(dict.fromkeys(line.partition(":")[0] for line in p.breaks))
