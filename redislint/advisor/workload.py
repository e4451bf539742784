"""The workload: what is stored, how it changes, what may be lost, and on which machine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from redislint.advisor.disks import ALIASES as DISK_ALIASES
from redislint.advisor.disks import PRESETS, Disk
from redislint.advisor.purposes import ALIASES as PURPOSE_ALIASES
from redislint.advisor.purposes import PURPOSES, Purpose
from redislint.advisor.settings import SavePoints, save_points
from redislint.advisor.units import (
    AdvisorError,
    duration,
    parse_count,
    parse_duration,
    parse_rate,
    parse_share,
    parse_size,
    rate,
    size,
    speed,
)

OPTIONS = (
    "data-size", "write-rate", "value-size", "key-size", "keys", "rewritten-share", "memory-limit",
    "disk", "disk-throughput", "fsync-latency", "disk-size", "workload", "rpo", "rto", "replicas",
    "replica-lag", "failover-time", "save", "compressed", "clients", "server",
)  # fmt: skip
"""Names of the options, and of the keys in the `[workload]` table."""

ASSUMED_RATE = 1000.0
ASSUMED_VALUE = 200
ASSUMED_KEY = 20
ASSUMED_CLIENTS = 50


@dataclass(frozen=True, slots=True)
class Workload:
    """A checked workload. Sizes are bytes, times seconds, rates per second."""

    data_bytes: int
    write_rate: float
    value_size: float
    key_size: float
    keys: int | None
    """Number of keys; None: as many as fill `data_bytes`."""
    share: float
    """Part of the data that the writes touch."""
    memory_limit: int | None
    disk: Disk
    disk_size: int | None
    purpose: Purpose
    rpo_s: float | None
    """Tolerated loss; None: any."""
    rto_s: float | None
    """Tolerated restart time; None: any."""
    replicas: int
    lag_s: float
    failover_s: float | None
    """Seconds of an automatic failover; None: nobody fails over by itself."""
    save: SavePoints | None
    compressed: float | None
    clients: int
    server: str
    own_maxmemory: int | None = None
    """The maxmemory that the operator has set already, in bytes."""
    assumed: tuple[str, ...] = field(default=())
    """What nobody said, as sentences."""


def build(options: Mapping[str, object], assumed: tuple[str, ...] = ()) -> Workload:
    """A workload from texts by option name (`OPTIONS`); None means not given.

    `assumed` are sentences about values that somebody else filled in. Raises AdvisorError for
    nonsense and for wishes that exclude each other.
    """
    reader = _Reader(options, list(assumed))
    purpose = _purpose(reader.text("workload"), reader.assumed)
    disk = _disk(reader)
    data = reader.size("data-size")
    if data is None:
        raise AdvisorError("--data-size is missing: how much data is there, as 8gb?")
    if data < 1024:
        raise AdvisorError(f"--data-size {reader.text('data-size')} is less than 1 kB of data")
    work = Workload(
        data_bytes=data,
        write_rate=reader.rate("write-rate", ASSUMED_RATE),
        value_size=reader.bytes("value-size", ASSUMED_VALUE),
        key_size=reader.bytes("key-size", ASSUMED_KEY),
        keys=reader.count("keys"),
        share=reader.share("rewritten-share", 1.0) or 1.0,
        memory_limit=reader.size("memory-limit"),
        disk=disk,
        disk_size=reader.size("disk-size"),
        purpose=purpose,
        rpo_s=reader.duration("rpo", purpose.rpo_s, f"for {purpose.label}"),
        rto_s=reader.duration("rto", purpose.rto_s, f"for {purpose.label}"),
        replicas=reader.count("replicas", 100) or 0,
        lag_s=_or(reader.duration("replica-lag", None, ""), 1.0),
        failover_s=reader.duration("failover-time", None, ""),
        save=_save(reader.text("save")),
        compressed=reader.share("compressed", None),
        clients=_clients(reader.count("clients")),
        server=_server(reader.text("server"), reader.assumed),
        assumed=(),
    )
    check(work)
    if work.replicas and reader.text("replica-lag") is None:
        reader.assumed.append("replica lag 1 s (a healthy one is far below; --replica-lag)")
    if work.memory_limit is None:
        reader.assumed.append("no memory limit was given: memory is not checked (--memory-limit)")
    return _with_assumptions(work, tuple(reader.assumed))


def check(work: Workload) -> None:
    """Raise AdvisorError for a workload that cannot be, or wishes that exclude each other."""
    lossless = work.rpo_s is not None and work.rpo_s == 0
    if work.memory_limit is not None and work.data_bytes > work.memory_limit:
        raise AdvisorError(
            f"--data-size {size(work.data_bytes)} is above --memory-limit {size(work.memory_limit)}:"
            " Redis keeps all data in memory; shard it, or give more memory"
        )
    if work.value_size + work.key_size > work.data_bytes:
        raise AdvisorError(
            f"--value-size {size(work.value_size)} is above --data-size {size(work.data_bytes)}:"
            " not one value would fit"
        )
    if work.keys is not None and work.keys * work.key_size > work.data_bytes:
        raise AdvisorError(
            f"--keys {work.keys} of {size(work.key_size)} do not fit in --data-size"
            f" {size(work.data_bytes)}"
        )
    if work.keys == 0:
        raise AdvisorError("--keys 0: there is no data to keep")
    if lossless and work.disk.absent:
        raise AdvisorError(
            "--rpo 0s and --disk none exclude each other: without a disk a restart loses everything;"
            " give a disk, or say how much may be lost"
        )
    if work.rpo_s is not None and work.disk.absent and not work.replicas:
        raise AdvisorError(
            f"--rpo {duration(work.rpo_s)} and --disk none exclude each other: without a disk and"
            " without replicas a restart loses everything; give one of the two"
        )
    if work.rto_s is not None and work.rto_s == 0 and work.failover_s is None:
        raise AdvisorError(
            "--rto 0s and a restart exclude each other: loading takes time;"
            " allow some, or give --replicas and --failover-time"
        )
    if work.failover_s is not None and not work.replicas:
        raise AdvisorError(
            f"--failover-time {duration(work.failover_s)} and --replicas 0 exclude each other:"
            " there is nothing to fail over to"
        )
    stream = work.write_rate * work.value_size
    if not work.disk.absent and stream > 20 * work.disk.bytes_per_s:
        raise AdvisorError(
            f"--write-rate {rate(work.write_rate)} of --value-size {size(work.value_size)} is"
            f" {speed(stream)}, far above the disk's {speed(work.disk.bytes_per_s)}: check the units"
        )


def check_names(names: Iterable[str]) -> None:
    """Raise AdvisorError for a name that is no option."""
    unknown = sorted(set(names) - set(OPTIONS))
    if unknown:
        from difflib import get_close_matches

        close = get_close_matches(unknown[0], OPTIONS, n=1)
        hint = f"did you mean '{close[0]}'?" if close else f"known are {', '.join(OPTIONS)}"
        raise AdvisorError(f"[workload] has an unknown key '{unknown[0][:60]}': {hint}")


class _Reader:
    """Options as texts, read with their defaults; notes what was assumed."""

    def __init__(self, options: Mapping[str, object], assumed: list[str]) -> None:
        check_names(options)
        self.options = options
        self.assumed = assumed

    def text(self, name: str) -> str | None:
        value = self.options.get(name)
        if value is None or isinstance(value, (dict, list, bool)):
            if value is None:
                return None
            raise AdvisorError(f"{name} takes a text or a number")
        return str(value).strip()

    def size(self, name: str) -> int | None:
        text = self.text(name)
        return None if text is None else parse_size(f"--{name}", text)

    def bytes(self, name: str, default: int) -> float:
        text = self.text(name)
        if text is None:
            self.assumed.append(f"{name.replace('-', ' ')} {default} B (--{name})")
            return float(default)
        found = parse_size(f"--{name}", text, bare=True)
        if found < 1 or found > 512 * 2**20:
            raise AdvisorError(f"--{name} {text[:40]}: a string has 1 byte to 512 MB")
        return float(found)

    def rate(self, name: str, default: float) -> float:
        text = self.text(name)
        if text is None:
            self.assumed.append(f"{name.replace('-', ' ')} {rate(default)} (--{name})")
            return default
        return parse_rate(f"--{name}", text)

    def duration(self, name: str, default: float | None, why: str) -> float | None:
        text = self.text(name)
        if text is None:
            if default is not None:
                self.assumed.append(f"{name.upper()} {duration(default)}, usual {why} (--{name})")
            return default
        if text.lower() in ("any", "none", "unlimited") and name in ("rpo", "rto"):
            return None
        return parse_duration(f"--{name}", text)

    def share(self, name: str, default: float | None) -> float | None:
        text = self.text(name)
        return default if text is None else parse_share(f"--{name}", text)

    def count(self, name: str, most: int = 10**12) -> int | None:
        text = self.text(name)
        return None if text is None else parse_count(f"--{name}", text, most)


def _or(value: float | None, default: float) -> float:
    return default if value is None else value


def _clients(count: int | None) -> int:
    if count == 0:
        raise AdvisorError("--clients 0: nobody would write")
    return ASSUMED_CLIENTS if count is None else count


def _purpose(text: str | None, assumed: list[str]) -> Purpose:
    if text is None:
        assumed.append("the data is the primary store, nothing else holds it (--workload)")
        return PURPOSES["primary"]
    name = "-".join(text.lower().replace("_", " ").split())
    name = PURPOSE_ALIASES.get(name, name)
    if name not in PURPOSES:
        raise AdvisorError(f"--workload '{text[:40]}' is none of {', '.join(PURPOSES)}")
    return PURPOSES[name]


def _disk(reader: _Reader) -> Disk:
    text = reader.text("disk")
    name = (text or "gp3").lower()
    name = DISK_ALIASES.get(name, name)
    if name not in PRESETS:
        raise AdvisorError(
            f"--disk '{(text or '')[:40]}' is none of {', '.join(PRESETS)}:"
            " take the nearest and say --disk-throughput and --fsync-latency"
        )
    disk = PRESETS[name]
    throughput, fsync = reader.text("disk-throughput"), reader.text("fsync-latency")
    if text is None and (throughput is None or fsync is None):
        reader.assumed.append("disk gp3: 125 MB/s, 2 ms for an fsync (--disk)")
    if disk.absent and (throughput or fsync):
        raise AdvisorError(
            "--disk none and --disk-throughput or --fsync-latency exclude each other:"
            " leave one of them out"
        )
    if throughput is not None:
        amount = parse_size("--disk-throughput", throughput.removesuffix("/s"), per="/s")
        if amount < 1024:
            raise AdvisorError(f"--disk-throughput {throughput} is below 1 kB/s")
        disk = replace(disk, name=f"{size(amount)}/s", bytes_per_s=float(amount))
    if fsync is not None:
        usual = parse_duration("--fsync-latency", fsync)
        if usual > 60:
            raise AdvisorError(f"--fsync-latency {fsync} is longer than a minute: check the unit")
        worst = max(disk.fsync_worst_s if text else 0.0, 10 * usual)
        disk = replace(disk, fsync_s=usual, fsync_worst_s=worst)
    return disk


def _save(text: str | None) -> SavePoints | None:
    if text is None:
        return None
    try:
        points = save_points(text.strip("\"'"))
    except ValueError:
        points = ()
    if not points:
        raise AdvisorError(
            f"--save '{text[:40]}' is no save point: write seconds and changes, as '300 1'"
        )
    if any(seconds > 366 * 86400 or changes > 2**31 for seconds, changes in points):
        raise AdvisorError(f"--save '{text[:40]}' is beyond what a server takes")
    return points


def _server(text: str | None, assumed: list[str] | None = None) -> str:
    from redislint.knowledge.servers import DEFAULT_SERVER, SERVERS, matching

    if text is None:
        return DEFAULT_SERVER
    found = matching(text)
    if not found:
        raise AdvisorError(f"--server '{text[:40]}' is no known server: write {', '.join(SERVERS)}")
    named = re.search(r"\d+(\.\d+)?", text)
    if assumed is not None and named and not found[-1].partition("-")[2].startswith(named[0]):
        assumed.append(f"{text[:40]} is not known yet: {found[-1]} answers for it (--server)")
    return found[-1]


def _with_assumptions(work: Workload, assumed: tuple[str, ...]) -> Workload:
    return replace(work, assumed=assumed)
