"""How much acknowledged data a fault can take: upper bounds in seconds. Pure functions.

None always means unbounded: everything may be lost. Every function names the source of its
formula; docs/advisor-accuracy.md shows them against real servers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from redislint.advisor.settings import Persistence, SavePoints, of_mapping

CRON_S = 0.1
"""Seconds between two looks of the server at its clock (hz 10, the default)."""
CLOCK_S = 1.0
"""A save point of T seconds fires when *more* than T whole seconds have passed (`serverCron`)."""
POSTPONE_S = 2.0
"""Longest time that everysec holds a write back while an fsync hangs (`flushAppendOnlyFile`)."""
KERNEL_S = 35.0
"""dirty_expire (30 s) and the flusher's interval (5 s), Linux defaults; redis.conf says 30 s."""
LAG_S = 1.0
"""Assumed lag of a healthy replica; in one network it is far below (measured: under 0.1 s)."""
FAULTS = ("process_crash", "power_loss", "disk_loss", "failover", "partition")


@dataclass(frozen=True, slots=True)
class Replication:
    """Copies on other machines, and whether a write waits for them."""

    replicas: int = 0
    lag_s: float = LAG_S
    wait: int = 0
    """Replicas that each write waits for (WAIT)."""
    waitaof: bool = False
    """Each write waits for the fsync here and on a replica (WAITAOF 1 1)."""


@dataclass(frozen=True, slots=True)
class LossWindows:
    """Seconds of acknowledged writes that each fault can take; None: everything.

    With WAIT and WAITAOF only writes that were *confirmed* count as acknowledged.
    """

    process_crash: float | None
    power_loss: float | None
    disk_loss: float | None
    failover: float | None
    partition: float | None
    """The primary is cut off and still takes writes while a replica is promoted."""

    def as_dict(self) -> dict[str, float | None]:
        """By name of the fault."""
        return {name: getattr(self, name) for name in FAULTS}


def longest(*windows: float | None) -> float | None:
    """The longest of several windows; None beats every number."""
    known = [w for w in windows if w is not None]
    return None if len(known) < len(windows) else max(known, default=0.0)


def rdb_loss_window(
    save_points: Iterable[tuple[int, int]],
    write_rate: float | None = None,
    save_seconds: float = 0.0,
    tick_s: float = CRON_S,
) -> float | None:
    """Longest time between a write and the end of the snapshot that holds it, in seconds.

    `save_points`: pairs of seconds and changes; `write_rate`: changes per second, None where it is
    unknown; `save_seconds`: how long one snapshot takes; `tick_s`: the server's clock. None where no
    snapshot is ever taken.

    A snapshot holds what was there when it *started*. Right before a snapshot ends, everything
    since the start of the one before is at risk. The clock of a save point runs from the *end* of
    the last snapshot (`lastsave`), its count of changes from the start (`dirty - dirty_before`):
    `max(changes / rate, save + seconds + 1) + save`, for the point that fires first. Source:
    `serverCron` and `backgroundSaveDoneHandler` (server.c, rdb.c), Redis 6.2 to 8.2.

    With an unknown rate it is the interval of the point with the fewest changes: what a quiet
    server waits for (fewer changes than that stay unsaved however long).

    >>> rdb_loss_window(((3600, 1), (300, 100)), None)
    3600.0
    """
    points = sorted(set(save_points), key=lambda point: (point[1], point[0]))
    if not points:
        return None
    if write_rate is None or write_rate <= 0:
        return float(points[0][0]) + 2 * save_seconds
    fires = min(
        max(changes / write_rate, save_seconds + seconds + CLOCK_S) for seconds, changes in points
    )
    return fires + tick_s + save_seconds


def fires_first(points: SavePoints, write_rate: float) -> tuple[int, int] | None:
    """The save point that starts the snapshots at a steady rate; None without save points."""
    if not points:
        return None
    if write_rate <= 0:
        return min(points, key=lambda p: (p[1], p[0]))
    return min(points, key=lambda p: (max(p[1] / write_rate, p[0]), p[1]))


def dead_save_points(points: SavePoints) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Save points that never decide anything, each with the point that always fires before it."""
    return [
        (late, early)
        for late in points
        for early in points
        if late != early and early[0] <= late[0] and early[1] <= late[1]
    ]


def everysec_window(fsync_s: float, fork_s: float = 0.0, tick_s: float = CRON_S) -> float:
    """Seconds that a power cut takes with `appendfsync everysec`.

    One fsync starts a second after the last, later where the last still runs: `I + D` with
    `I = max(1, ceil(D))`, and the server's tick. A fork in between stops the main thread for
    `fork_s`. Source: `flushAppendOnlyFile` (aof.c); measured 0.26 to 0.86 s on a fast disk, 2.5 s
    where an fsync takes 1.5 s.
    """
    return max(1.0, math.ceil(fsync_s)) + fsync_s + tick_s + fork_s


def aof_process_crash(policy: str, fsync_s: float, tick_s: float = CRON_S) -> float:
    """Seconds that `kill -9` takes with the AOF on.

    The write(2) comes before the reply, so 0. But `everysec` holds the write back up to 2 seconds
    while an fsync hangs, and answers all the same. Source: `flushAppendOnlyFile` (aof.c); measured
    0 s on a fast disk, 0.6 to 2.1 s with a slow one. An fsync shorter than a tick of the server
    does not hold anything back long enough to count.
    """
    if policy != "everysec" or fsync_s < 1.0:
        return 0.0
    return min(POSTPONE_S, fsync_s) + tick_s


def aof_power_loss(
    policy: str,
    fsync_s: float,
    fork_s: float = 0.0,
    unsynced_child: bool = False,
    tick_s: float = CRON_S,
) -> float:
    """Seconds that a power cut takes with the AOF on.

    `unsynced_child`: no-appendfsync-on-rewrite is on, so that while a child writes nothing is
    synced by the server, whatever the policy says. Sources: redis.conf comments,
    `flushAppendOnlyFile`; the kernel's own write-back is the bound for `no`.
    """
    kernel = KERNEL_S + fsync_s
    if policy == "no":
        return kernel
    window = 0.0 if policy == "always" else everysec_window(fsync_s, fork_s, tick_s)
    return max(window, kernel) if unsynced_child else window


def loss_windows(
    settings: Persistence | Mapping[str, str],
    *,
    write_rate: float | None = None,
    save_seconds: float = 0.0,
    fsync_s: float = 0.005,
    fork_s: float = 0.0,
    replication: Replication | None = None,
    disk: bool = True,
) -> LossWindows:
    """How much each fault can take, for settings (or a mapping as CONFIG GET gives it).

    `write_rate`: changes per second, None if unknown; `save_seconds`: one snapshot; `fsync_s`: a
    slow fsync; `fork_s`: a fork; `disk`: False where the data folder does not outlive the fault.
    Faults: kill -9 and a restart in place, a power cut and a restart, the disk or the container
    gone, a promoted replica, a cut-off primary.
    """
    p = settings if isinstance(settings, Persistence) else of_mapping(settings)
    r = replication or Replication()
    if not disk:
        # Memory, tmpfs: the process may come back to its files, the machine may not.
        crash, power = _local(p, write_rate, save_seconds, 0.0, fork_s)[0], None
    else:
        crash, power = _local(p, write_rate, save_seconds, fsync_s, fork_s)
    copied: float | None = r.lag_s if r.replicas else None
    if r.replicas and (r.wait or r.waitaof):
        copied = 0.0
    if r.waitaof and p.appendonly and disk:
        crash = power = 0.0
    partition: float | None = None
    if r.replicas and (r.wait or r.waitaof):
        partition = 0.0
    elif r.replicas and p.min_replicas > 0 and p.min_replicas_max_lag > 0:
        partition = p.min_replicas_max_lag + 1.0
        copied = min(r.lag_s, p.min_replicas_max_lag + 1.0)
    return LossWindows(crash, power, copied, copied, partition)


def _local(
    p: Persistence, write_rate: float | None, save_s: float, fsync_s: float, fork_s: float
) -> tuple[float | None, float | None]:
    """Process crash and power loss with what this machine's disk holds."""
    if p.appendonly:
        unsynced = p.no_appendfsync_on_rewrite and p.forks_by_itself
        return (
            aof_process_crash(p.appendfsync, fsync_s, p.tick_s),
            aof_power_loss(p.appendfsync, fsync_s, fork_s, unsynced, p.tick_s),
        )
    window = rdb_loss_window(p.save, write_rate, save_s, p.tick_s)
    return window, window
