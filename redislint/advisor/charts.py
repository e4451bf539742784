"""The three plots of the HTML page, as SVG text. matplotlib is imported only here, when called."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

from redislint.advisor import costs
from redislint.advisor.compare import Comparison, Priced, price, volumes
from redislint.advisor.plans import Plan
from redislint.advisor.units import AdvisorError, duration, rate, size

INK, GRID, GOOD, PLAIN, BAD = "#1c2430", "#dde2e9", "#0b7a4b", "#3565a8", "#b3432f"
WIDTH, WIDE, HEIGHT = 6.4, 13.2, 4.0
NEVER, NOTHING = 1e6, 2e-3
"""Where "everything" and "nothing" stand on the logarithmic axis of seconds."""


def loss_against_cost(c: Comparison) -> str:
    """Loss window of a power cut against the bytes that reach the disk, one point a plan."""
    figure, axes = _figure("Loss after a power cut against write cost", WIDE)
    rows = _one_per_base(c)
    points: dict[tuple[float, float], list[Priced]] = {}
    for p in rows:
        lost = p.loss.power_loss
        y = NEVER if lost is None else max(lost, NOTHING)
        points.setdefault((p.written_per_s / 2**20, y), []).append(p)
    right = max([x for x, _ in points] + [0.1])
    for (x, y), group in points.items():
        chosen = any(p is c.recommended for p in group)
        fine = any(p.feasible for p in group)
        colour = GOOD if chosen else PLAIN if fine else BAD
        axes.scatter([x], [y], s=160 if chosen else 50, color=colour, zorder=3,
                     marker="*" if chosen else "o" if fine else "X")  # fmt: skip
    _labels(axes, points, right)
    axes.set_yscale("log")
    axes.set_ylim(NOTHING / 2.5, NEVER * 6)
    axes.set_xlim(-0.03 * right, right * 1.25)
    for marker, colour, label in (
        ("*", GOOD, "recommended"),
        ("o", PLAIN, "keeps all limits"),
        ("X", BAD, "breaks a limit"),
    ):
        axes.scatter([], [], marker=marker, color=colour, s=60, label=label)
    axes.legend(
        fontsize=8,
        frameon=False,
        loc="lower right",
        bbox_to_anchor=(1, 1),
        ncols=3,
        borderaxespad=0.3,
    )
    ticks = [NOTHING, 0.01, 0.1, 1, 10, 60, 600, 3600, 86400, NEVER]
    axes.set_yticks(ticks)
    axes.set_yticklabels(
        ["nothing", "10 ms", "100 ms", "1 s", "10 s", "1 min", "10 min", "1 h", "1 d", "everything"]
    )
    axes.minorticks_off()
    rpo = c.work.rpo_s
    if rpo is not None and rpo > 0:
        axes.axhline(rpo, color=BAD, lw=1, ls="--")
        axes.text(right * 1.24, rpo * 1.25, f"RPO {duration(rpo)}", color=BAD, ha="right", size=8)
    axes.set_xlabel("written to disk (MB/s)")
    axes.set_ylabel("lost at most")
    return _svg(figure, "loss")


def _labels(axes: Any, points: dict[tuple[float, float], list[Priced]], right: float) -> None:
    """Names to the right of the points; neighbours share one label, from left to right."""
    from math import log10

    clusters: list[list[tuple[float, float]]] = []
    for x, y in sorted(points):
        near = next(
            (k for k in clusters
             if abs(log10(k[-1][1] / y)) < 0.35 and x - k[-1][0] < 0.2 * right), None
        )  # fmt: skip
        if near is None:
            clusters.append([(x, y)])
        else:
            near.append((x, y))
    for cluster in clusters:
        names = [p.plan.base for place in cluster for p in points[place]]
        x, y = cluster[-1]
        axes.annotate(
            ", ".join(names), (x, y), xytext=(9, 0), textcoords="offset points", size=9,
            va="center", color=INK, bbox={"fc": "white", "ec": "none", "pad": 1, "alpha": 0.85},
        )  # fmt: skip


def memory_over_time(c: Comparison) -> str:
    """Memory of server and child while a snapshot runs, at the write rate and at four times it."""
    figure, axes = _figure("Memory while a snapshot is taken")
    work, v, machine = c.work, c.volumes, c.machine
    seconds = max(v.save_s, 0.05)
    steps = [seconds * i / 60 for i in range(61)]
    fixed = v.resident + costs.page_table_bytes(v.resident) + machine.base_bytes
    for factor, colour in ((1, GOOD), (4, PLAIN)):
        per_s = work.write_rate * factor
        copied = [
            costs.copied_bytes(v.resident, per_s, t, work.value_size, work.share, machine)
            for t in steps
        ]
        label = rate(per_s) + (" (this workload)" if factor == 1 else " (four times)")
        line = [(fixed + each) / 2**30 for each in copied]
        axes.plot(steps, line, color=colour, lw=2, label=label)
        axes.fill_between(steps, v.resident / 2**30, line, color=colour, alpha=0.08, lw=0)
    axes.axhline(v.resident / 2**30, color=INK, lw=1, ls=":", label="before the fork")
    top = max(2 * v.resident / 2**30, fixed / 2**30)
    if work.memory_limit is not None:
        limit = work.memory_limit / 2**30
        axes.axhline(limit, color=BAD, lw=1.5, ls="--", label=f"limit {size(work.memory_limit)}")
        top = max(limit, min(top, 1.5 * limit))
    axes.set_ylim(0, top * 1.12)
    axes.set_xlim(0, seconds)
    axes.set_xlabel("seconds since the fork")
    axes.set_ylabel("memory (GB)")
    axes.legend(fontsize=8, frameon=False, loc="lower right")
    return _svg(figure, "memory")


def restart_against_size(c: Comparison) -> str:
    """Restart time of three ways to keep the data, against its size."""
    figure, axes = _figure("Restart time against data size")
    work = c.work
    largest = 2 * work.data_bytes
    sizes = [largest * i / 40 for i in range(1, 41)]
    wanted = (
        ("rdb", "RDB", PLAIN),
        ("aof-everysec", "AOF, mixed, before a rewrite", GOOD),
        ("aof-everysec-plain", "AOF, plain commands", INK),
    )
    most = 0.0
    for name, label, colour in wanted:
        plan = next((p.plan for p in c.plans if p.plan.name == name), None)
        if plan is None or work.disk.absent:
            continue
        line = [_restart(c, plan, each) for each in sizes]
        most = max(most, *line)
        axes.plot([each / 2**30 for each in sizes], line, color=colour, lw=2, label=label)
    axes.axvline(work.data_bytes / 2**30, color=INK, lw=1, ls=":")
    axes.text(work.data_bytes / 2**30, 0, f" {size(work.data_bytes)} now", size=8, va="bottom")
    if work.rto_s is not None:
        axes.axhline(work.rto_s, color=BAD, lw=1.5, ls="--", label=f"RTO {duration(work.rto_s)}")
        most = max(most, min(work.rto_s, 3 * most) * 1.05)
    axes.set_ylim(0, max(most, 0.1) * 1.08)
    axes.set_xlim(0, largest / 2**30)
    axes.set_xlabel("data in memory (GB)")
    axes.set_ylabel("restart (s)")
    axes.legend(fontsize=8, frameon=False, loc="upper left")
    return _svg(figure, "restart")


def _restart(c: Comparison, plan: Plan, data: float) -> float:
    scale = data / c.work.data_bytes
    keys = None if c.work.keys is None else max(1, round(c.work.keys * scale))
    work = replace(c.work, data_bytes=round(data), memory_limit=None, keys=keys)
    return price(plan, work, volumes(work, c.machine), c.machine).restart_s


def _one_per_base(c: Comparison) -> list[Priced]:
    """The recommended plan, and each other way to write to disk without waiting for replicas."""
    rows: list[Priced] = [] if c.recommended is None else [c.recommended]
    seen = {p.plan.base for p in rows}
    for p in c.plans:
        waits = (
            p.plan.replication.wait or p.plan.replication.waitaof or p.plan.settings.min_replicas
        )
        copies = bool(p.plan.replication.replicas) is bool(c.work.replicas)
        if p.plan.base in seen or p.plan.base.endswith("-plain") or waits or not copies:
            continue
        seen.add(p.plan.base)
        rows.append(p)
    return rows


def _figure(title: str, width: float = WIDTH) -> tuple[Any, Any]:
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError:
        raise AdvisorError(
            "the plots need matplotlib: pip install 'redislint[plots]'"
            " (--format markdown works without it)"
        ) from None
    with rc_context({"font.family": "sans-serif", "font.size": 9}):
        figure = Figure(figsize=(width, HEIGHT), layout="constrained")
        axes = figure.add_subplot()
    figure.patch.set_alpha(0)
    axes.set_title(title, loc="left", size=11, weight="bold", color=INK)
    axes.grid(color=GRID, lw=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure, axes


def _svg(figure: Any, name: str) -> str:
    """The figure as an SVG element to put into a page: same input, same text."""
    from matplotlib import rc_context

    buffer = io.StringIO()
    # A salt of its own keeps the identifiers of several plots in one page apart.
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": f"redislint-{name}"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]
