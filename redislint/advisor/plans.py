"""The plans that are compared: ways to write to disk, and what replicas add."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from redislint.advisor.model import CLOCK_S, CRON_S, Replication
from redislint.advisor.settings import Persistence, SavePoints
from redislint.advisor.workload import Workload
from redislint.knowledge.servers import flavour, version

BACKUP_SAVE: SavePoints = ((3600, 1),)
"""The save point that serves as an hourly copy beside an AOF."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One way to keep the data."""

    name: str
    """Such as `aof-everysec+replica`; stable, for scripts."""
    base: str
    """The way to write to disk alone: `rdb`, `aof-everysec`, ..."""
    settings: Persistence
    replication: Replication
    summary: str
    """What it is, for people."""

    @property
    def backup(self) -> bool:
        """Whether snapshots are taken, which an accidental FLUSHALL leaves alone for a while."""
        return bool(self.settings.save)


def multi_part(server: str) -> bool:
    """Whether the AOF is a directory of parts: Redis 7.0 and later, every Valkey."""
    return flavour(server) == "valkey" or version(server) >= (7, 0)


def has_waitaof(server: str) -> bool:
    """Whether WAITAOF exists: from 7.2."""
    return version(server) >= (7, 2)


def has_preamble(server: str) -> bool:
    """Whether the AOF may start with an RDB: from 4.0."""
    return version(server) >= (4, 0)


def computed_save(work: Workload, save_s: float) -> SavePoints:
    """The rarest save point that keeps the wish, on a round number; hourly without a wish.

    Solves `seconds + 1 + tick + 2 x save <= RPO` (model.rdb_loss_window) with twice the predicted
    time of a snapshot, since that may be off. Even where nothing fits, a save point comes back.
    """
    if work.save is not None:
        return work.save
    if work.rpo_s is None or work.rpo_s >= 2 * 3600:
        return BACKUP_SAVE
    room = work.rpo_s - CLOCK_S - CRON_S - 4 * save_s
    if room < 1:
        return ((max(1, math.ceil(2 * save_s)), 1),)
    steps = (3600, 1800, 1200, 900, 600, 300, 240, 180, 120, 90, 60, 45, 30, 20, 10, 5, 2, 1)
    return ((next(step for step in steps if step <= room), 1),)


def _bases(work: Workload, save: SavePoints) -> Iterator[tuple[str, Persistence, str]]:
    parts = multi_part(work.server)
    points = ", ".join(f"{s} s and {c} change{'s' if c != 1 else ''}" for s, c in save)
    yield "none", Persistence(multi_part=parts), "nothing is written to disk"
    yield "rdb", Persistence(save=save, multi_part=parts), f"a snapshot after {points}"
    policies = {
        "everysec": "log every write, fsync once a second",
        "always": "log every write, fsync before the reply",
        "no": "log every write, the kernel decides when it is on disk",
    }
    # Without mixed format an old server has one kind of AOF only.
    kinds = ((True, ""), (False, "-plain")) if has_preamble(work.server) else ((False, ""),)
    for preamble, suffix in kinds:
        for policy, summary in policies.items():
            p = Persistence(
                appendonly=True, appendfsync=policy, preamble=preamble, multi_part=parts
            )
            yield (
                f"aof-{policy}{suffix}",
                p,
                summary + (", base as plain commands" if suffix else ""),
            )
        backup = work.save or BACKUP_SAVE
        for policy in ("everysec", "always"):
            p = Persistence(
                save=backup,
                appendonly=True,
                appendfsync=policy,
                preamble=preamble,
                multi_part=parts,
            )
            text = f"{policies[policy]}, and an hourly snapshot" if not work.save else (
                f"{policies[policy]}, and snapshots"
            )  # fmt: skip
            yield f"rdb+aof-{policy}{suffix}", p, text


def plans(work: Workload, save_s: float) -> list[Plan]:
    """Every plan for a workload; `save_s` is the predicted time of one snapshot in seconds.

    With `--replicas 0` the plans with a replica are there as well, to show what one would bring.
    """
    found: list[Plan] = []
    count = max(1, work.replicas)
    copies = "1 replica" if count == 1 else f"{count} replicas"
    for base, settings, summary in _bases(work, computed_save(work, save_s)):
        found.append(Plan(base, base, settings, Replication(), summary))
        plain = Replication(count, work.lag_s)
        found.append(Plan(f"{base}+replica", base, settings, plain, f"{summary}; {copies}"))
        lag = min_replicas_lag(work)
        found.append(
            Plan(
                f"{base}+replica+min-replicas",
                base,
                replace(settings, min_replicas=1, min_replicas_max_lag=lag),
                plain,
                f"{summary}; {copies}, no writes while none is within {lag} s",
            )
        )
        found.append(
            Plan(
                f"{base}+replica+wait",
                base,
                settings,
                replace(plain, wait=1),
                f"{summary}; {copies}, each write waits for one (WAIT 1)",
            )
        )
        if settings.appendonly and settings.appendfsync != "no":
            found.append(
                Plan(
                    f"{base}+replica+waitaof",
                    base,
                    settings,
                    replace(plain, waitaof=True),
                    f"{summary}; {copies}, each write waits for both disks (WAITAOF 1 1)",
                )
            )
    return found


def min_replicas_lag(work: Workload) -> int:
    """The min-replicas-max-lag that fits the wish: 10 s, or the RPO where that is shorter.

    Replicas report once a second, so below 2 s a healthy one would count as late.
    """
    if work.rpo_s is None:
        return 10
    return max(2, min(10, math.floor(work.rpo_s)))
