"""Dangerous combinations, each told as a story with a way out."""

from __future__ import annotations

from dataclasses import dataclass

from redislint.advisor.model import dead_save_points
from redislint.advisor.settings import Persistence
from redislint.advisor.units import size
from redislint.advisor.workload import Workload


@dataclass(frozen=True, slots=True)
class Story:
    """What will happen, and the way out; one line each."""

    name: str
    what: str
    way_out: str


def stories(
    p: Persistence,
    work: Workload,
    memory_peak: float,
    *,
    replicas: int = 0,
    dump_exists: bool = False,
    on_volume: bool | None = None,
) -> list[Story]:
    """The stories that apply to these settings.

    `dump_exists`: an RDB lies in the data folder, and no AOF; `on_volume`: whether the data folder
    is on a volume, None where that is unknown. A cache gets only those that hurt a cache too.
    """
    cache = work.purpose.name == "cache"
    found = _of_restarts(p, cache, replicas, dump_exists)
    found += _of_the_log(p, work, cache)
    if work.memory_limit is not None and memory_peak > work.memory_limit:
        found.append(
            Story(
                "no-room-for-fork",
                f"a fork needs up to {size(memory_peak)} and the limit is {size(work.memory_limit)}:"
                " the kernel kills the server during a snapshot, a rewrite or a full sync",
                f"maxmemory {size(0.6 * work.memory_limit)}, or a limit of {size(memory_peak)}",
            )
        )
    if p.writes_disk and on_volume is False:
        found.append(
            Story(
                "not-on-a-volume",
                "the data folder is in the container's own layer: the files are written, and gone with"
                " the container at the next update",
                "mount a volume at the data folder",
            )
        )
    if not p.appendonly:
        for late, early in dead_save_points(p.save)[:1]:
            found.append(
                Story(
                    "dead-save-point",
                    f"save {late[0]} {late[1]} never decides anything: save {early[0]} {early[1]} fires"
                    " earlier, with fewer changes",
                    f"remove save {late[0]} {late[1]}",
                )
            )
    return found


def _of_restarts(p: Persistence, cache: bool, replicas: int, dump_exists: bool) -> list[Story]:
    """What a restart throws away."""
    found = []
    if not p.writes_disk and replicas and not cache:
        found.append(
            Story(
                "empty-primary-wipe",
                "nothing is written to disk and there are replicas: a primary that restarts by itself"
                " comes back empty, and its replicas copy the emptiness within seconds",
                "appendonly yes on the primary, or no automatic restart of it",
            )
        )
    if p.appendonly and dump_exists:
        found.append(
            Story(
                "aof-by-restart",
                "appendonly yes stands in the file and only an RDB exists: the next start ignores the"
                " RDB and is empty, and the save at its exit overwrites the RDB with nothing",
                "copy dump.rdb away, start with appendonly no, CONFIG SET appendonly yes, wait for"
                " aof_rewrite_in_progress:0, then change the file",
            )
        )
    return found


def _of_the_log(p: Persistence, work: Workload, cache: bool) -> list[Story]:
    """What the settings of the append-only file cost."""
    if not p.appendonly:
        return []
    found = []
    if p.appendfsync == "always" and work.disk.network:
        found.append(
            Story(
                "always-on-network-disk",
                f"appendfsync always on {work.disk.name}: the main thread waits for the network at every"
                " turn, and all clients wait with it; a stall of the storage is a stall of Redis",
                "appendfsync everysec with a replica (and WAITAOF for writes that count), or a local"
                " disk",
            )
        )
    if p.no_appendfsync_on_rewrite and p.appendfsync != "no" and not cache:
        found.append(
            Story(
                "no-fsync-during-rewrite",
                "no-appendfsync-on-rewrite yes: while a snapshot or rewrite runs nothing is synced,"
                f" and a power cut takes up to about 35 s of writes, whatever appendfsync"
                f" {p.appendfsync} promises",
                "no-appendfsync-on-rewrite no; where fsync then stalls, a faster disk",
            )
        )
    if p.rewrite_percentage <= 0:
        found.append(
            Story(
                "never-rewritten",
                "auto-aof-rewrite-percentage 0: the log is never rewritten, so the disk fills and the"
                " restart takes longer every day",
                "auto-aof-rewrite-percentage 100, or call BGREWRITEAOF from a scheduler",
            )
        )
    return found
