"""--calibrate: measure this disk and a throwaway server instead of believing averages."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

from redislint.advisor import lab
from redislint.advisor.costs import GB, Machine
from redislint.advisor.disks import Disk
from redislint.advisor.servers import nearest
from redislint.advisor.throwaway import Throwaway, folder
from redislint.advisor.units import AdvisorError, duration, speed
from redislint.advisor.workload import Workload

DISK_BYTES = 192 * 2**20
DISK_PASSES = 3
DATA_BYTES = 256 * 2**20
"""Most data to measure with: enough to leave the caches, as real data does."""
REPEATS = 2
"""Each time is the best of so many: other work on the machine only ever adds."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was measured, and with which server."""

    machine: Machine
    disk: Disk
    server: str
    notes: tuple[str, ...]


def calibrate(
    work: Workload, where: Path | None = None, binary: tuple[str, Path] | None = None
) -> Calibration:
    """Measure in the folder `where` (default: the working folder), with data of the workload's shape.

    Takes up to a minute, 600 MB of disk and 700 MB of memory. Raises AdvisorError.
    """
    server, program = binary or nearest(work.server)
    place = where or Path.cwd()
    with folder(place) as own:
        disk = measure_disk(own)
        machine = measure_server(own, server, program, shape_of(work))
    notes = (
        f"measured with {server} in {place}: disk {speed(disk.bytes_per_s)},"
        f" fsync {duration(disk.fsync_s)}, at worst {duration(disk.fsync_worst_s)}",
    )
    return Calibration(machine, disk, server, notes)


def shape_of(work: Workload) -> lab.Shape:
    """Data of the workload's shape: as much as it has, at most `DATA_BYTES`."""
    total = min(DATA_BYTES, max(16 * 2**20, work.data_bytes))
    key_size = max(8, min(round(work.key_size), 512))
    value_size = max(1, min(round(work.value_size), 2**20))
    compressed = work.compressed if work.compressed is not None else Machine().compressed
    keys = max(200, min(2_000_000, round(total / (key_size + value_size + 90))))
    return lab.Shape(keys, key_size, value_size, compressed)


def measure_disk(place: Path) -> Disk:
    """Sequential speed (the slower of writing and reading back) and small fdatasyncs."""
    path = place / "disk-probe"
    block = os.urandom(2**20)
    try:
        # The first writes often wait for what others have left to be written.
        passes = [_stream(path, block) for _ in range(DISK_PASSES)]
        times = []
        sync = getattr(os, "fdatasync", os.fsync)
        with open(path, "ab") as file:
            for _ in range(200):
                file.write(block[:512])
                file.flush()
                began = time.monotonic()
                sync(file.fileno())
                times.append(time.monotonic() - began)
    except OSError as error:
        raise AdvisorError(f"{place}: the disk cannot be measured: {error.strerror}") from None
    finally:
        path.unlink(missing_ok=True)
    times.sort()
    # Of 200 the slowest; what an operator sees now and then is slower still.
    streams = min(max(writing for writing, _ in passes), max(reading for _, reading in passes))
    return Disk("measured", streams, times[len(times) // 2], 2 * times[-1], False, "measured")


def _stream(path: Path, block: bytes) -> tuple[float, float]:
    """Bytes a second of writing a large file to the disk, and of reading it back from there."""
    began = time.monotonic()
    with open(path, "wb") as file:
        for _ in range(DISK_BYTES // len(block)):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    writing = DISK_BYTES / max(1e-6, time.monotonic() - began)
    lab.drop_cache(path)
    began = time.monotonic()
    with open(path, "rb") as file:
        while file.read(2**20):
            pass
    return writing, DISK_BYTES / max(1e-6, time.monotonic() - began)


def measure_server(place: Path, server: str, program: Path, shape: lab.Shape) -> Machine:
    """The constants of `Machine` for this server, machine, and shape of data.

    Times per byte are folded into those per key, since the shape stays the same.
    """
    data = place / "data"
    quiet = lab.settings(server, enable_debug_command="no")
    with Throwaway(program, place / "empty", quiet) as empty:
        start = empty.wait()
    with Throwaway(program, data, quiet) as running:
        running.wait()
        with running.client() as client:
            before = client.info("memory")
            lab.fill(client, shape)
            memory = client.info("memory")
            shots = [lab.snapshot(running, client) for _ in range(REPEATS)]
            busy = lab.snapshot_under_writes(running, client, shape, 5000.0)
            for name, value in (("aof-use-rdb-preamble", "no"), ("appendonly", "yes")):
                client("CONFIG", "SET", name, value)
            time.sleep(0.05)
            running.settle(client)
            plain = lab.aof_size(data)
    rdb_load = lab.steady_reload(program, data, quiet) - start
    logged = lab.settings(server, appendonly="yes", aof_use_rdb_preamble="no")
    replay = lab.steady_reload(program, data, logged) - start
    with Throwaway(program, data, logged) as running:
        running.wait()
        overwrites = shape.keys // 2
        with lab.Overwriter(running, shape, 1e9) as writer:
            while writer.count < overwrites:
                time.sleep(0.005)
        overwrites = writer.count
    longer = lab.steady_reload(program, data, logged) - start
    best = min(shots, key=lambda s: s.seconds)
    used, rss = float(memory["used_memory"]), float(memory["used_memory_rss"])
    base = float(before["used_memory_rss"])
    content = used - float(before["used_memory"])
    touches = lab.pages_touched(max(4096.0, busy.copied - best.copied), rss)
    per_key = best.size / shape.keys - shape.key_size - 4
    if plain < shape.keys:
        raise AdvisorError("the throwaway server wrote no AOF: calibration is not possible")
    return replace(
        Machine(),
        load_key_s=max(1e-9, rdb_load / shape.keys),
        load_byte_s=0.0,
        save_key_s=best.seconds / shape.keys,
        save_byte_s=0.0,
        replay_s=max(1e-9, replay / shape.keys),
        replay_byte_s=0.0,
        overwrite_s=max(1e-9, (longer - replay) / overwrites),
        fork_s_per_gb=min(s.fork_s for s in shots) / (rss / GB),
        frag=max(1.0, (rss - base) / content),
        key_overhead=content / shape.keys - shape.key_size - shape.value_size,
        compressed=max(0.01, min(1.0, per_key / shape.value_size)),
        pages_per_write=max(0.5, touches / max(1, busy.writes)),
        base_bytes=base,
        start_s=start,
        measured=True,
    )
