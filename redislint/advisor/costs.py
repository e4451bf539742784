"""What persistence costs: time, memory and disk. Pure functions in bytes and seconds.

The constants of `Machine` are medians of measurements on Redis 6.2, 8.2 and Valkey 9.1 (two shared
cores; docs/advisor-accuracy.md); `calibrate` replaces them by this machine's own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

PAGE = 4096
GB = 2**30


@dataclass(frozen=True, slots=True)
class Machine:
    """How fast one machine with one server version works."""

    load_key_s: float = 1.1e-6
    """Seconds to load one key from an RDB."""
    load_byte_s: float = 1.8e-9
    """Seconds to load one byte of keys and values from an RDB."""
    save_key_s: float = 0.7e-6
    """Seconds to write one key to an RDB."""
    save_byte_s: float = 2.0e-9
    """Seconds to compress and write one byte of keys and values."""
    replay_s: float = 1.6e-6
    """Seconds to run one logged command at load (0.4 to 0.9 million a second)."""
    overwrite_s: float = 2.2e-6
    """Seconds to run one logged command that overwrites a random key."""
    replay_byte_s: float = 1.5e-9
    """Seconds to read one byte of logged commands."""
    fork_s_per_gb: float = 0.025
    """Seconds that fork stops the server per GB of resident memory."""
    frag: float = 1.05
    """Resident memory over used memory."""
    key_overhead: float | None = None
    """Bytes of memory per key beside its name and value; None: by the allocator's size classes."""
    compressed: float = 0.6
    """Bytes of a value in an RDB over its bytes; 1 where it does not compress."""
    pages_per_write: float = 2.1
    """Pages that an overwrite of a value touches: the old, the new, the entry (median measured)."""
    base_bytes: float = 10 * 2**20
    """Resident memory of an empty server, and of its child's own buffers."""
    start_s: float = 0.2
    """Seconds from exec to the first look at the data files."""
    measured: bool = False
    """Whether this machine was calibrated."""


def allocated(length: float) -> int:
    """Bytes that jemalloc sets aside for `length`: four size classes to each power of two.

    Source: jemalloc's size classes; measured: a value of 512 bytes takes 640, one of 4096 takes
    5120, with the 4 bytes that Redis adds.
    """
    n = max(1, math.ceil(length))
    if n <= 128:
        return -(-n // 16) * 16 if n > 8 else 8
    step: int = 1 << (math.ceil(math.log2(n)) - 3)
    return -(-n // step) * step


def key_overhead(value_size: float) -> float:
    """Bytes of a string key beside its name and value: entry, object, table, rounding.

    Measured on 6.2 to 8.2: 60 to 94 bytes with values of 100, 171 to 200 with 512.
    """
    return 60 + allocated(value_size + 4) - value_size


def key_count(data_bytes: float, key_size: float, value_size: float, machine: Machine) -> int:
    """Number of keys that make up `data_bytes` of used memory."""
    extra = key_overhead(value_size) if machine.key_overhead is None else machine.key_overhead
    return max(1, round(data_bytes / (key_size + value_size + extra)))


def rdb_bytes(
    keys: float, key_size: float, value_size: float, compressed: float, compression: bool = True
) -> float:
    """Size of an RDB of string keys.

    Per key one byte of type, the lengths, the key, and the value, compressed by LZF where it is
    longer than 20 bytes. Source: rdb.c (`rdbSaveRawString`); measured 114.8 bytes for key and
    value of 111 bytes, plain.
    """
    value = value_size * (compressed if compression and value_size > 20 else 1.0)
    lengths = 1 + (1 if key_size < 64 else 2) + (1 if value < 64 else 2 if value < 16384 else 5)
    return keys * (key_size + value + lengths)


def resp_bytes(*lengths: float) -> float:
    """Bytes of one command in the AOF: argument count, then each argument with its length.

    Source: `catAppendOnlyGenericCommand` (aof.c); measured byte for byte.
    """
    total = 3 + len(str(len(lengths)))
    return total + sum(n + len(str(max(0, round(n)))) + 5 for n in lengths)


def set_bytes(key_size: float, value_size: float) -> float:
    """Bytes that one `SET key value` adds to the AOF."""
    return resp_bytes(3, key_size, value_size)


def save_seconds(
    keys: float, payload: float, rdb: float, disk_bytes_per_s: float, machine: Machine
) -> float:
    """Seconds that one snapshot takes: the work, or the disk where that is slower.

    `payload` is bytes of keys and values, `rdb` the size of the file. Measured 2.6 to 8 s for 5
    million strings of 100 bytes.
    """
    work = keys * machine.save_key_s + payload * machine.save_byte_s
    return max(work, rdb / disk_bytes_per_s if disk_bytes_per_s > 0 else 0.0)


def load_seconds(
    keys: float, payload: float, rdb: float, disk_bytes_per_s: float, machine: Machine
) -> float:
    """Seconds to load an RDB, or the RDB base of an AOF, with a cold page cache.

    Measured 4.5 to 7.2 s for 5 million strings of 100 bytes, 0.8 to 1.5 s for half a million
    hashes of 440 bytes.
    """
    work = keys * machine.load_key_s + payload * machine.load_byte_s
    return max(work, rdb / disk_bytes_per_s if disk_bytes_per_s > 0 else 0.0)


def replay_seconds(
    commands: float,
    logged: float,
    disk_bytes_per_s: float,
    machine: Machine,
    overwriting: bool = False,
) -> float:
    """Seconds to run logged commands: `commands` of them in `logged` bytes.

    `overwriting`: they hit random keys that exist, which costs more than filling in order.
    """
    each = machine.overwrite_s if overwriting else machine.replay_s
    work = commands * each + logged * machine.replay_byte_s
    return max(work, logged / disk_bytes_per_s if disk_bytes_per_s > 0 else 0.0)


def fork_seconds(resident: float, machine: Machine) -> float:
    """Seconds that fork stops the main thread: it copies 8 bytes of page table per page.

    Source: the latency page of the documentation (10 to 25 ms per GB on modern virtual machines);
    measured 16 to 28 ms per GB, 60 on a crowded machine.
    """
    return resident / GB * machine.fork_s_per_gb


def page_table_bytes(resident: float) -> float:
    """Bytes of page table that the child needs: 2 MB per GB (measured 2.16 to 2.25)."""
    return resident / PAGE * 8


def copied_bytes(
    resident: float,
    writes_per_s: float,
    seconds: float,
    value_size: float,
    share: float,
    machine: Machine,
) -> float:
    """Bytes that copy-on-write doubles while a child runs for `seconds`.

    Each write touches pages of the part of the data that is rewritten (`share` of it):
    `P x (1 - (1 - 1/P)^touches)`. Source: kernel pages of 4 kB; measured within 1 to 4 points of
    the share predicted. Transparent huge pages would make it nearly everything.
    """
    pages = max(1.0, resident * share / PAGE)
    more = max(0, math.ceil(value_size / PAGE) - 1)
    touches = writes_per_s * seconds * (machine.pages_per_write + more)
    return pages * PAGE * -math.expm1(touches * math.log1p(-1 / pages)) if pages > 1 else PAGE


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A steady state of an AOF: what is on disk and what is written."""

    cycle_bytes: float
    """Bytes appended between two rewrites; inf where none is ever made."""
    amplification: float
    """Bytes written over bytes appended."""
    peak_bytes: float
    """Most that lies on the disk, during a rewrite."""
    buffer_bytes: float
    """Memory for writes during a rewrite (before 7.0 only)."""


def rewriting(
    base: float,
    appended_per_s: float,
    rewrite_s: float,
    percentage: int,
    min_size: int,
    multi_part: bool,
) -> Rewriting:
    """The AOF's steady state. `base` is the size of a fresh one, `rewrite_s` one rewrite.

    A rewrite starts when the file passes `min_size` and has grown by `percentage`. From 7.0 what
    is appended meanwhile goes straight to a new file; before, it is kept in memory, sent to the
    child, and written twice. Sources: `serverCron`, aof.c; measured amplification 1.34 to 1.39 for
    1.45 (8.2, 9.1).
    """
    during = appended_per_s * rewrite_s
    if percentage <= 0:
        return Rewriting(math.inf, 1.0, math.inf, 0.0)
    cycle = max(base * percentage / 100, min_size - base, 1.0)
    amplification = 1 + (base + (0 if multi_part else during)) / max(cycle, during)
    peak = base + cycle + base + during * (1 if multi_part else 2)
    return Rewriting(cycle, amplification, peak, 0.0 if multi_part else during)
