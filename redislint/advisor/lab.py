"""Measure a throwaway server: sizes, times, and copy-on-write. Used by --calibrate and validation."""

from __future__ import annotations

import os
import random
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from redislint.advisor.costs import PAGE
from redislint.advisor.resp import Client, encode
from redislint.advisor.throwaway import Throwaway
from redislint.advisor.writer import value
from redislint.knowledge.directives import table

POOL = 997
"""Different values that a fill uses in turn."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Data as a workload describes it. Sizes in bytes; `compressed` is what compression leaves."""

    keys: int
    key_size: int
    value_size: int
    compressed: float = 0.6


def key(number: int, shape: Shape) -> str:
    """The name of a key, `key_size` bytes long where that is possible."""
    return f"{number:0{shape.key_size}d}"


def fill(client: Client, shape: Shape, progress: object = None) -> None:
    """Set all keys; about 200,000 a second."""
    rng = random.Random(7)
    values = [value(shape.value_size, rng, shape.compressed) for _ in range(POOL)]
    batch = max(1, min(2000, 4 * 2**20 // (shape.value_size + 64)))
    tails = [b"$%d\r\n%s\r\n" % (len(v), v) for v in values]
    head = b"*3\r\n$3\r\nSET\r\n$%d\r\n" % len(key(0, shape))
    for start in range(0, shape.keys, batch):
        numbers = range(start, min(start + batch, shape.keys))
        client.send(
            b"".join(head + b"%s\r\n" % key(n, shape).encode() + tails[n % POOL] for n in numbers)
        )
        for _ in numbers:
            client.read()
        if callable(progress):
            progress(numbers[-1] / shape.keys)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One BGSAVE or rewrite: seconds, bytes on disk, seconds of fork, bytes copied."""

    seconds: float
    size: int
    fork_s: float
    copied: int
    writes: int = 0
    """Overwrites during it."""


def snapshot(server: Throwaway, client: Client, command: str = "BGSAVE") -> Snapshot:
    """Take a snapshot (BGSAVE) or rewrite the AOF (BGREWRITEAOF) and measure it."""
    server.settle(client)
    began = time.monotonic()
    client(command)
    info = server.settle(client)
    seconds = time.monotonic() - began
    stats = client.info("stats")
    name = "rdb_last_cow_size" if command == "BGSAVE" else "aof_last_cow_size"
    size = dump_size(server.data) if command == "BGSAVE" else aof_size(server.data)
    return Snapshot(seconds, size, float(stats["latest_fork_usec"]) / 1e6, int(info.get(name, 0)))


def dump_size(data: Path) -> int:
    """Bytes of dump.rdb."""
    try:
        return (data / "dump.rdb").stat().st_size
    except OSError:
        return 0


def aof_size(data: Path) -> int:
    """Bytes of the AOF, in one file or in its folder."""
    parts = data / "appendonlydir"
    if parts.is_dir():
        return sum(p.stat().st_size for p in parts.iterdir())
    single = data / "appendonly.aof"
    return single.stat().st_size if single.exists() else 0


class Overwriter:
    """A thread that overwrites random keys at a rate, on its own connection."""

    def __init__(self, server: Throwaway, shape: Shape, rate: float, share: float = 1.0) -> None:
        self.client = server.client()
        self.shape, self.rate = shape, rate
        self.among = max(1, round(shape.keys * share))
        self.count = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Overwriter:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)
        self.client.close()

    def _run(self) -> None:
        rng = random.Random(11)
        data = value(self.shape.value_size, rng, self.shape.compressed)
        began = time.monotonic()
        while not self._stop.is_set():
            due = min(1000, int((time.monotonic() - began) * self.rate) - self.count)
            if due <= 0:
                time.sleep(0.002)
                continue
            commands = b"".join(
                encode("SET", key(rng.randrange(self.among), self.shape), data) for _ in range(due)
            )
            self.client.send(commands)
            for _ in range(due):
                self.client.read()
            self.count += due


def snapshot_under_writes(
    server: Throwaway, client: Client, shape: Shape, rate: float, share: float = 1.0
) -> Snapshot:
    """A snapshot while random keys are overwritten; `writes` counts those during it."""
    server.settle(client)
    with Overwriter(server, shape, rate, share) as writer:
        time.sleep(0.2)
        before = writer.count
        found = snapshot(server, client)
        writes = writer.count - before
    return Snapshot(found.seconds, found.size, found.fork_s, found.copied, writes)


def reload(
    binary: Path, data: Path, settings: dict[str, str], save: tuple[tuple[int, int], ...] = ()
) -> tuple[float, int]:
    """Boot on existing files: seconds until it answers, and keys; then kill -9."""
    with Throwaway(binary, data, settings, save=save) as server:
        seconds = server.wait()
        with server.client() as client:
            return seconds, int(client("DBSIZE"))


def steady_reload(
    binary: Path, data: Path, settings: dict[str, str], most: int = 8, cold: bool = False
) -> float:
    """Seconds that a boot on existing files takes, undisturbed.

    Other work on the machine only ever adds, so the best counts; boots are repeated, at most
    `most` times, until the two best agree within 5 %. `cold`: the files come from the disk, as
    after a restart of the machine.
    """
    times: list[float] = []
    while len(times) < most:
        if cold:
            drop_cache(data)
        times.append(reload(binary, data, settings)[0])
        best, second = (sorted(times) + times)[:2]
        if len(times) > 2 and second <= best * 1.05:
            break
    return min(times)


def settings(server: str, **more: str) -> dict[str, str]:
    """Settings of a throwaway server for measurements: nothing happens by itself."""
    known = table(server)
    found = {"appendonly": "no", "auto-aof-rewrite-percentage": "0"}
    found |= {name.replace("_", "-"): value for name, value in more.items()}
    return {name: value for name, value in found.items() if name in known}


def drop_cache(path: Path) -> None:
    """Ask the kernel to forget the cached pages of files, so that the disk is read (Linux)."""
    advise = getattr(os, "posix_fadvise", None)
    if advise is None:
        return
    for file in [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]:
        number = os.open(file, os.O_RDONLY)
        try:
            os.fsync(number)
            advise(number, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(number)


def pages_touched(copied: float, resident: float) -> float:
    """Touches that explain `copied` bytes of copy-on-write: the formula of costs solved for them."""
    import math

    pages = resident / PAGE
    share = min(0.98, copied / PAGE / pages)
    return math.log1p(-share) / math.log1p(-1 / pages)
