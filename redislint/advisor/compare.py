"""Price every plan for a workload, say which limits it breaks, and choose one with reasons."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from redislint.advisor import costs
from redislint.advisor.conf import backlog_bytes, block
from redislint.advisor.costs import Machine
from redislint.advisor.model import LossWindows, loss_windows
from redislint.advisor.plans import Plan, has_waitaof, plans
from redislint.advisor.units import duration, rate, size, speed
from redislint.advisor.workload import Workload

SLOW_SAVE = 2.0
"""Bounds on loss reckon with a snapshot that takes this many times its predicted time."""
NETWORK_S = 0.0005
"""A round trip to a replica in the same network, for WAIT."""


@dataclass(frozen=True, slots=True)
class Volumes:
    """What follows from the workload alone. Bytes and seconds."""

    keys: int
    payload: float
    resident: float
    rdb: float
    plain_aof: float
    per_write: float
    """Bytes that one write adds to the AOF."""
    save_s: float
    load_s: float
    fork_s: float


@dataclass(frozen=True, slots=True)
class Priced:
    """A plan with its numbers. Bytes and seconds; None is unbounded."""

    plan: Plan
    breaks: tuple[str, ...]
    loss: LossWindows
    restart_s: float
    memory_peak: float
    disk_bytes: float
    amplification: float
    written_per_s: float
    """Bytes a second that reach the disk."""
    fork_s: float
    copied: float
    latency_s: float
    """What persistence adds to a write, on average."""
    worst_latency_s: float
    burden: float
    conf: str

    @property
    def feasible(self) -> bool:
        """Whether it breaks no limit."""
        return not self.breaks


@dataclass(frozen=True, slots=True)
class Comparison:
    """All plans, best first, and the choice."""

    work: Workload
    machine: Machine
    volumes: Volumes
    plans: tuple[Priced, ...]
    recommended: Priced | None
    """None where every plan breaks a limit."""
    next_best: Priced | None


def volumes(work: Workload, machine: Machine) -> Volumes:
    """Sizes and times that every plan shares."""
    keys = work.keys or costs.key_count(work.data_bytes, work.key_size, work.value_size, machine)
    payload = keys * (work.key_size + work.value_size)
    ratio = machine.compressed if work.compressed is None else work.compressed
    rdb = costs.rdb_bytes(keys, work.key_size, work.value_size, ratio)
    resident = work.data_bytes * machine.frag + machine.base_bytes
    per_write = costs.set_bytes(work.key_size, work.value_size)
    streams = work.disk.bytes_per_s
    return Volumes(
        keys,
        payload,
        resident,
        rdb,
        keys * per_write,
        per_write,
        costs.save_seconds(keys, payload, rdb, streams, machine),
        costs.load_seconds(keys, payload, rdb, streams, machine),
        costs.fork_seconds(resident, machine),
    )


def compare(work: Workload, machine: Machine | None = None) -> Comparison:
    """Price and rank all plans for a workload."""
    machine = machine or Machine()
    v = volumes(work, machine)
    priced = [_tuned(plan, work, v, machine) for plan in plans(work, v.save_s)]
    priced.sort(key=lambda p: (distance(p), _uncovered(p, work), p.burden))
    best = next((p for p in priced if p.feasible), None)
    other = None
    if best is not None:
        base = best.plan.base.removesuffix("-plain")
        other = next(
            (p for p in priced
             if p.feasible and p.plan.base.removesuffix("-plain") != base), None
        )  # fmt: skip
    return Comparison(work, machine, v, tuple(priced), best, other)


def distance(p: Priced) -> int:
    """How far a plan is from keeping all wishes.

    Losing everything counts more than a limit, and so does needing a machine that is not there.
    """
    return sum(
        3 if "loses everything" in line or line.startswith("replicas:") else 1 for line in p.breaks
    )


def _tuned(plan: Plan, work: Workload, v: Volumes, machine: Machine) -> Priced:
    """Price a plan, with more frequent rewrites where the log would load too long otherwise.

    Not below 50 %: rewrites would follow each other.
    """
    priced = price(plan, work, v, machine)
    if not plan.settings.appendonly or work.rto_s is None:
        return priced
    for percentage in (75, 50):
        if priced.restart_s <= work.rto_s:
            break
        rewritten = replace(plan.settings, rewrite_percentage=percentage)
        shorter = price(replace(plan, settings=rewritten), work, v, machine)
        if shorter.restart_s <= work.rto_s:
            return shorter
    return priced


def price(plan: Plan, work: Workload, v: Volumes, machine: Machine) -> Priced:
    """All numbers of one plan."""
    s, r = plan.settings, plan.replication
    appended = work.write_rate * v.per_write
    base = v.rdb if s.preamble else v.plain_aof
    rewriting = costs.rewriting(
        base, appended, v.save_s, s.rewrite_percentage, s.rewrite_min_size, s.multi_part
    )
    loss = loss_windows(
        s,
        write_rate=work.write_rate or None,
        save_seconds=v.save_s * SLOW_SAVE,
        fsync_s=work.disk.fsync_worst_s,
        fork_s=v.fork_s if s.forks_by_itself else 0.0,
        replication=r,
        disk=not work.disk.absent,
    )
    forks = s.forks_by_itself or r.replicas > 0
    copied = (
        costs.copied_bytes(
            v.resident, work.write_rate, v.save_s, work.value_size, work.share, machine
        )
        if forks
        else 0.0
    )
    memory = v.resident + copied + (costs.page_table_bytes(v.resident) if forks else 0.0)
    if forks:
        memory += machine.base_bytes
    if s.appendonly:
        memory += rewriting.buffer_bytes
    if r.replicas:
        memory += backlog_bytes(work) + appended * v.save_s
    restart = machine.start_s + _load(plan, work, v, machine, rewriting.cycle_bytes)
    written, disk = _disk(plan, work, v, rewriting, appended)
    latency, worst = _latency(plan, work, v)
    found = Priced(
        plan=plan,
        breaks=(),
        loss=loss,
        restart_s=restart,
        memory_peak=memory,
        disk_bytes=disk,
        amplification=written / appended if appended else 0.0,
        written_per_s=written,
        fork_s=v.fork_s if forks else 0.0,
        copied=copied,
        latency_s=latency,
        worst_latency_s=worst,
        burden=0.0,
        conf="",
    )
    return replace(
        found,
        breaks=tuple(_breaks(found, work)),
        burden=_burden(found, work),
        conf=block(plan, work, _maxmemory(found, work, machine)),
    )


def _load(plan: Plan, work: Workload, v: Volumes, machine: Machine, cycle: float) -> float:
    """Seconds to load what the plan leaves on disk, right before a rewrite (the longest)."""
    s = plan.settings
    streams = work.disk.bytes_per_s
    if not s.writes_disk or work.disk.absent:
        return 0.0
    if not s.appendonly:
        return v.load_s
    base = v.load_s
    if not s.preamble:
        base = costs.replay_seconds(v.keys, v.plain_aof, streams, machine)
    if not work.write_rate:
        return base
    cycle = min(cycle, work.write_rate * v.per_write * 86400)
    return base + costs.replay_seconds(cycle / v.per_write, cycle, streams, machine, True)


def _disk(
    plan: Plan, work: Workload, v: Volumes, rewriting: costs.Rewriting, appended: float
) -> tuple[float, float]:
    """Bytes written a second, and most bytes on the disk."""
    s = plan.settings
    written = disk = 0.0
    if s.save:
        seconds, changes = min(
            s.save, key=lambda p: max(p[0], p[1] / work.write_rate if work.write_rate else p[0])
        )
        wait = max(seconds + 1, changes / work.write_rate) if work.write_rate else math.inf
        written += v.rdb / (wait + v.save_s)
        # The new file is written beside the old one.
        disk += 2 * v.rdb
    if s.appendonly:
        written += appended * rewriting.amplification
        disk += rewriting.peak_bytes
    return written, disk


def _latency(plan: Plan, work: Workload, v: Volumes) -> tuple[float, float]:
    """Seconds that a write waits longer, usually and at worst."""
    s, r = plan.settings, plan.replication
    usual = worst = 0.0
    if s.appendonly and s.appendfsync == "always":
        usual, worst = work.disk.fsync_s, work.disk.fsync_worst_s
    if r.wait:
        usual, worst = usual + NETWORK_S, worst + r.lag_s
    if r.waitaof:
        # everysec answers when the next fsync of both machines is through: measured 0.6 to 0.95 s.
        turn = 0.8 if s.appendfsync == "everysec" else work.disk.fsync_s
        usual, worst = (
            usual + NETWORK_S + turn,
            worst + r.lag_s + (2.0 if s.appendfsync == "everysec" else turn),
        )
    return usual, worst + (v.fork_s if s.forks_by_itself or r.replicas else 0.0)


def _maxmemory(found: Priced, work: Workload, machine: Machine) -> int | None:
    """A maxmemory that leaves room for fork and buffers within the limit, in bytes; None without.

    Never below the data itself where that plan fits at all.
    """
    if work.memory_limit is None:
        return None
    # The empty server, its child and the backlog take the same however much data there is.
    fixed = machine.base_bytes * (2 if found.fork_s else 1)
    if found.plan.replication.replicas:
        fixed += backlog_bytes(work)
    growth = (found.memory_peak - fixed) / max(1.0, work.data_bytes)
    fits = int((work.memory_limit - fixed) / max(growth, machine.frag) * 0.97)
    if found.memory_peak <= work.memory_limit:
        fits = max(fits, work.data_bytes)
    return max(2**20, fits // 2**20 * 2**20)


def within(window: float | None, wish: float) -> bool:
    """Whether a window keeps a wish; a wish of whole seconds is compared in whole seconds.

    1.2 s keeps a wish of 1 s: everysec is what people mean by it, and the tick of the server's
    clock and the fsync itself come on top. Below a second it is compared exactly.
    """
    if window is None:
        return False
    if wish >= 1:
        return math.floor(window + 0.5) <= wish
    return window <= wish + 1e-9


def _breaks(p: Priced, work: Workload) -> list[str]:
    """The limits that a plan breaks, each one line with numbers."""
    found: list[str] = []
    s, r = p.plan.settings, p.plan.replication
    if r.replicas > work.replicas:
        found.append(f"replicas: needs {r.replicas}, there are {work.replicas}")
    if s.writes_disk and work.disk.absent:
        found.append("disk: there is none to write to")
    if r.waitaof and not has_waitaof(work.server):
        found.append(f"server: {work.server} has no WAITAOF (from 7.2)")
    if work.rpo_s is not None:
        power = p.loss.power_loss
        if work.failover_s is not None and r.replicas:
            # The replica takes over while the primary has no power.
            known = [w for w in (power, p.loss.failover) if w is not None]
            power = min(known) if known else None
        for label, window in (
            ("kill -9", p.loss.process_crash),
            ("power loss", power),
            ("failover", p.loss.failover if r.replicas else 0.0),
        ):
            if not within(window, work.rpo_s):
                lost = "everything" if window is None else f"up to {duration(window)}"
                found.append(f"rpo: {label} loses {lost}, tolerated are {duration(work.rpo_s)}")
    if work.rto_s is not None:
        back = p.restart_s
        if work.failover_s is not None and r.replicas:
            back = min(back, work.failover_s)
        if back > work.rto_s:
            found.append(f"rto: back after {duration(back)}, tolerated are {duration(work.rto_s)}")
    if work.memory_limit is not None and p.memory_peak > work.memory_limit:
        found.append(
            f"memory: {size(p.memory_peak)} at a fork, the limit is {size(work.memory_limit)}"
        )
    if work.disk_size is not None and p.disk_bytes > work.disk_size:
        found.append(f"disk: needs {size(p.disk_bytes)}, there are {size(work.disk_size)}")
    if s.writes_disk and not work.disk.absent and p.written_per_s > work.disk.bytes_per_s:
        found.append(
            f"disk: {speed(p.written_per_s)} to write, it takes {speed(work.disk.bytes_per_s)}"
        )
    if s.appendonly and s.appendfsync == "always" and work.disk.fsync_s > 0:
        most = work.clients / work.disk.fsync_s
        if work.write_rate > most:
            found.append(
                f"fsync: {work.clients} clients and {duration(work.disk.fsync_s)} an fsync give"
                f" {rate(most)}, wanted are {rate(work.write_rate)}"
            )
    return found


def _uncovered(p: Priced, work: Workload) -> int:
    """How many things that matter to this use are not covered: disk loss, accidental deletion.

    Replicas that are there and not used count as well.
    """
    idle = int(work.replicas > 0 and not p.plan.replication.replicas)
    if work.rpo_s is None:
        return idle
    missing = idle + int(p.loss.disk_loss is None)
    if work.purpose.backup:
        missing += int(not p.plan.backup)
    if work.replicas >= 2 and p.loss.partition is None:
        missing += 1
    return missing


def _burden(p: Priced, work: Workload) -> float:
    """One number for what a plan costs; smaller is better.

    The sum of shares: of the disk's bandwidth, of 10 ms that a write may wait, of memory on top of
    the data, of the restart time tolerated (5 min without a wish), of a second of pause a minute.
    With less than two replicas, min-replicas-to-write stops all writes while one is away.
    """
    disk = p.written_per_s / work.disk.bytes_per_s if work.disk.bytes_per_s else 0.0
    memory = 0.2 * (p.memory_peak / work.data_bytes - 1)
    restart = 0.2 * p.restart_s / (work.rto_s or 300.0)
    pauses = 0.02 * p.fork_s if p.plan.settings.forks_by_itself else 0.0
    blocked = 0.0
    if p.plan.settings.min_replicas and work.replicas < 2:
        blocked = 0.5
    # Plain commands load slower; only tools that read the file speak for them.
    plain = 0.05 if p.plan.settings.appendonly and not p.plan.settings.preamble else 0.0
    simple = plain + 0.01 * (bool(p.plan.settings.save) + p.plan.settings.appendonly)
    return disk + p.latency_s / 0.010 + memory + restart + pauses + blocked + simple
