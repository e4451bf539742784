"""Why a plan is recommended, and what it costs against the next best: sentences with numbers."""

from __future__ import annotations

from redislint.advisor.compare import Comparison, Priced, distance, within
from redislint.advisor.stories import stories
from redislint.advisor.units import duration, factor, size, speed


def reasons(c: Comparison) -> list[str]:
    """The argument, one sentence a line; never empty."""
    return _refused(c) if c.recommended is None else _chosen(c, c.recommended)


def _chosen(c: Comparison, best: Priced) -> list[str]:
    work, lines = c.work, []
    wish = "any loss is tolerated" if work.rpo_s is None else f"RPO {duration(work.rpo_s)}"
    lines.append(f"{work.purpose.label}, {wish}: {work.purpose.note}")
    if best.plan.settings.writes_disk:
        lines.append(
            f"kill -9 loses {_lost(best.loss.process_crash)}, a power cut {_lost(best.loss.power_loss)}"
        )
    else:
        lines.append("a restart starts empty, and nothing is paid for disk, fork and load time")
    if best.plan.replication.replicas:
        lines.append(
            f"a failover or a dead disk loses {_lost(best.loss.failover)}, because a replica has the rest"
        )
    else:
        lines.append(
            "a dead disk loses everything: there is no replica; copy the files to another machine now and then"
            if best.plan.settings.writes_disk
            else "a dead machine loses everything: there is no replica"
        )
    lines.append(_limits(c, best))
    lines += _tuned(best)
    lines += _rivals(c, best)
    if c.next_best is not None:
        lines.append(against(best, c.next_best))
    lines += _warnings(c, best)
    return lines


def _lost(window: float | None) -> str:
    if window is None:
        return "everything"
    return "nothing" if window == 0 else f"up to {duration(window)} of writes"


def _tuned(best: Priced) -> list[str]:
    percentage = best.plan.settings.rewrite_percentage
    if not best.plan.settings.appendonly or percentage >= 100:
        return []
    return [
        f"auto-aof-rewrite-percentage {percentage} instead of 100 keeps the log short enough for that"
        f" restart; it writes {factor(best.amplification)} bytes for each byte logged"
    ]


def _limits(c: Comparison, best: Priced) -> str:
    work = c.work
    parts = []
    taken_over = work.failover_s is not None and best.plan.replication.replicas
    if taken_over:
        parts.append(f"a replica takes over within {duration(work.failover_s)}")
    if best.plan.settings.writes_disk:
        wish = f" of {duration(work.rto_s)} tolerated" if work.rto_s is not None else ""
        wish = "" if taken_over else wish
        parts.append(f"a restart takes about {duration(best.restart_s)}{wish}")
    limit = f" of {size(work.memory_limit)}" if work.memory_limit else ""
    parts.append(f"memory peaks at {size(best.memory_peak)}{limit}")
    if best.plan.settings.writes_disk:
        parts.append(
            f"the disk holds up to {size(best.disk_bytes)} and takes {speed(best.written_per_s)}"
            f" of {speed(work.disk.bytes_per_s)}"
        )
    return ", ".join(parts)


def _rivals(c: Comparison, best: Priced) -> list[str]:
    """Why the other ways to write to disk are not it: the first limit that each breaks."""
    lines = []
    seen = {best.plan.base}
    for rival in sorted(c.plans, key=lambda p: (distance(p), p.burden)):
        base = rival.plan.base
        if base in seen or base.endswith("-plain") or base.startswith("rdb+"):
            continue
        seen.add(base)
        if rival.breaks:
            lines.append(f"not {base}: {rival.breaks[0]}")
    return lines


def against(best: Priced, other: Priced) -> str:
    """What the choice costs and brings against another plan, in one sentence."""
    gains: list[str] = []
    costs: list[str] = []
    for label, mine, theirs in (
        ("kill -9", best.loss.process_crash, other.loss.process_crash),
        ("a power cut", best.loss.power_loss, other.loss.power_loss),
        ("a failover", best.loss.failover, other.loss.failover),
    ):
        if mine != theirs:
            better = mine is not None and (theirs is None or mine < theirs)
            text = f"{label} loses {_lost(mine)} instead of {_lost(theirs)}"
            (gains if better else costs).append(text)
    _weigh(gains, costs, "written to disk", best.written_per_s, other.written_per_s, speed, 1024)
    _weigh(gains, costs, "restart", best.restart_s, other.restart_s, duration, 0.5)
    _weigh(gains, costs, "memory peak", best.memory_peak, other.memory_peak, size, 2**20)
    _weigh(gains, costs, "disk space", best.disk_bytes, other.disk_bytes, size, 2**20)
    _weigh(gains, costs, "latency of a write", best.latency_s, other.latency_s, duration, 1e-5)
    if best.plan.backup != other.plan.backup:
        text = "snapshots to go back to after a mistake"
        (gains if best.plan.backup else costs).append(
            text if best.plan.backup else f"no snapshot to go back to ({other.plan.name} has one)"
        )
    # Differences too small to name still decide between plans that lose the same.
    return (
        f"against the next best, {other.plan.name}: gains {'; '.join(gains) or 'a little less work'}"
        f"; costs {'; '.join(costs) or 'nothing'}"
    )


def _weigh(
    gains: list[str],
    costs: list[str],
    label: str,
    mine: float,
    theirs: float,
    show: object,
    least: float,
) -> None:
    if abs(mine - theirs) < max(least, 0.02 * max(mine, theirs)):
        return
    assert callable(show)
    text = f"{label} {show(mine)} instead of {show(theirs)}"
    (gains if mine < theirs else costs).append(text)


def _warnings(c: Comparison, best: Priced) -> list[str]:
    work, lines = c.work, []
    r = best.plan.replication
    if r.replicas and best.loss.partition is None and best.plan.settings.writes_disk:
        lines.append(
            "a primary that is cut off takes writes until it hears of its successor, and those are"
            " lost without bound: min-replicas-to-write 1 ends that"
            + (", but with one replica it also stops writes while that one restarts"
               if work.replicas < 2 else "")
        )  # fmt: skip
    if r.replicas and not best.plan.settings.writes_disk:
        lines.append(
            "never let this primary restart by itself: it comes back empty and its replicas copy that"
        )
    if r.replicas and work.failover_s is not None and work.rpo_s is not None and not (
        within(best.loss.power_loss, work.rpo_s)
    ):  # fmt: skip
        lines.append(
            f"a power cut of the primary alone loses {_lost(best.loss.failover)}: the replica takes"
            f" over with what it has; only where all copies lose power at once it is"
            f" {_lost(best.loss.power_loss)}"
        )
    if r.wait and work.replicas > 1:
        lines.append(
            "WAIT 1 keeps a write on one replica: a failover has to promote that one (Sentinel and"
            f" Cluster prefer the one that is furthest); WAIT {work.replicas} would not depend on it"
        )
    lines += [
        f"{story.what}; way out: {story.way_out}"
        for story in stories(best.plan.settings, work, best.memory_peak)
    ]
    if work.disk.network and best.plan.base.removesuffix("-plain").endswith("everysec"):
        lines.append(
            f"{work.disk.name} is storage over the network: when an fsync stalls, everysec answers up"
            " to 2 s of writes that are only in the process; watch aof_delayed_fsync"
        )
    if (
        work.rpo_s is not None
        and best.loss.power_loss is not None
        and best.loss.power_loss > work.rpo_s
        and within(best.loss.power_loss, work.rpo_s)
    ):
        lines.append(
            f"{duration(best.loss.power_loss)} is counted as keeping {duration(work.rpo_s)}: wishes of"
            " whole seconds are compared in whole seconds; for less use appendfsync always"
        )
    return lines


def _refused(c: Comparison) -> list[str]:
    work = c.work
    lines = [f"no plan keeps all wishes for {work.purpose.label}; the nearest ones:"]
    seen: set[str] = set()
    for p in sorted(c.plans, key=lambda p: (distance(p), p.burden)):
        base = p.plan.base.removesuffix("-plain")
        if base in seen:
            continue
        seen.add(base)
        lines.append(f"{p.plan.name} breaks {'; '.join(p.breaks)}")
    lines += _ways_out(c)
    return lines


def _ways_out(c: Comparison) -> list[str]:
    """What would make a plan possible."""
    broken = {b.partition(":")[0] for p in c.plans for b in p.breaks}
    lines = []
    if "memory" in broken and c.work.memory_limit:
        least = min(p.memory_peak for p in c.plans if p.plan.settings.writes_disk)
        lines.append(f"way out: a memory limit of {size(least)}, or smaller shards")
    if "rto" in broken:
        lines.append(
            "way out: smaller shards load faster, or --replicas with an automatic failover"
            " (--failover-time)"
        )
    lines += _other_disk(c)
    return lines


def _other_disk(c: Comparison) -> list[str]:
    """What the disk would have to be: there at all, larger, or faster."""
    if c.work.disk.absent:
        return ["way out: a disk (--disk gp3): without one a restart is always empty"]
    lines = []
    broken = [b for p in c.plans for b in p.breaks]
    if any(b.startswith("disk: needs") for b in broken):
        least = min(p.disk_bytes for p in c.plans if p.plan.settings.appendonly)
        lines.append(f"way out: a disk of {size(least)}, or smaller shards")
    if any(b.startswith("fsync:") or (b.startswith("disk:") and "to write" in b) for b in broken):
        lines.append("way out: a faster disk (--disk nvme), or several shards")
    return lines
