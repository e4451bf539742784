"""The drill: break a throwaway server as life would, and count the acknowledged writes that are gone."""

from __future__ import annotations

import contextlib
import math
import os
import time
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from redislint.advisor.model import FAULTS, Replication, loss_windows
from redislint.advisor.plans import multi_part
from redislint.advisor.powercut import Guard
from redislint.advisor.resp import Client, RespError
from redislint.advisor.settings import Persistence, of_mapping
from redislint.advisor.throwaway import Throwaway, folder
from redislint.advisor.units import AdvisorError
from redislint.advisor.writer import Writer, missing
from redislint.knowledge.directives import table

KEPT = (
    "appendonly", "appendfsync", "no-appendfsync-on-rewrite", "auto-aof-rewrite-percentage",
    "auto-aof-rewrite-min-size", "aof-use-rdb-preamble", "aof-load-truncated", "rdbcompression",
    "rdbchecksum", "stop-writes-on-bgsave-error", "hz", "min-replicas-to-write",
    "min-replicas-max-lag", "min-slaves-to-write", "min-slaves-max-lag", "repl-diskless-sync",
    "aof-rewrite-incremental-fsync", "rdb-save-incremental-fsync", "repl-backlog-size",
    "dbfilename", "appendfilename", "appenddirname",
)  # fmt: skip
"""Directives that a drill takes over. All others (ports, passwords, modules, includes, memory
limits) stay away, so that the drill can neither reach nor hurt anything."""

Progress = Callable[[str, float], contextlib.AbstractContextManager[Callable[[float], None]]]
"""Called with a label and seconds; gives a function that takes the seconds done so far."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to drill. Rates per second, sizes in bytes, times in seconds."""

    binary: Path
    server: str
    values: Mapping[str, str]
    """The configuration by name, as CONFIG GET prints it."""
    rate: float = 1000.0
    value_size: int = 200
    duration_s: float | None = None
    """How long to write; None: as long as the configuration needs to show something."""
    confirm: str = ""
    """"wait" or "waitaof": writes count once a replica confirmed them."""
    delay_s: float = 0.0
    """Makes each fsync slower, in power cuts: a slow disk."""
    where: Path | None = None
    """Folder for the throwaway files; None: the system's temporary folder."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Promise and outcome of one fault. A promise of None is none at all: everything may go."""

    fault: str
    promised_s: float | None
    lost_s: float
    """Seconds between the fault and the oldest acknowledged write that is gone."""
    acknowledged: int
    lost: int
    wrote_s: float
    restart_s: float
    slowest_fsync_s: float
    notes: tuple[str, ...] = field(default=())
    skipped: str = ""
    """Why it could not be drilled."""

    @property
    def kept(self) -> bool:
        """Whether the promise held."""
        return bool(self.skipped) or self.promised_s is None or self.lost_s <= self.promised_s


@contextlib.contextmanager
def quiet(_label: str, _seconds: float) -> Iterator[Callable[[float], None]]:
    """No progress at all."""
    yield lambda _done: None


def settings_of(order: Order) -> Persistence:
    """The persistence settings under drill."""
    return of_mapping(order.values, multi_part=multi_part(order.server))


def run(order: Order, fault: str, progress: Progress = quiet) -> Outcome:
    """Drill one of `process_crash`, `power_loss`, `failover`. Raises AdvisorError."""
    assert fault in FAULTS
    with folder(order.where) as place:
        if fault == "failover" or order.confirm:
            return _with_replica(order, fault, place, progress)
        return _alone(order, fault, place, progress)


def duration(order: Order) -> float:
    """Seconds to write: a few, or two rounds of a short save point."""
    if order.duration_s is not None:
        return order.duration_s
    settings = settings_of(order)
    if settings.appendonly or not settings.save:
        return 5.0
    shortest = min(seconds for seconds, _ in settings.save)
    return 2.5 * shortest + 3 if shortest <= 12 else 5.0


def probe_fsync(place: Path, count: int = 40) -> float:
    """Seconds of the slowest of some small fsyncs in a folder: what `D` is on this disk now."""
    slowest = 0.0
    with open(place / "fsync-probe", "wb") as file:
        for _ in range(count):
            file.write(b"x" * 512)
            file.flush()
            began = time.monotonic()
            os.fsync(file.fileno())
            slowest = max(slowest, time.monotonic() - began)
    os.unlink(place / "fsync-probe")
    return slowest


def promise(
    order: Order, fault: str, rate: float, fsync_s: float, save_s: float, replicas: int = 0
) -> float | None:
    """The model's bound for this order, in seconds. None: everything may be lost."""
    windows = loss_windows(
        settings_of(order),
        write_rate=rate or None,
        save_seconds=save_s,
        fsync_s=fsync_s,
        fork_s=0.05,
        replication=Replication(
            replicas, wait=int(order.confirm == "wait"), waitaof=order.confirm == "waitaof"
        ),
    )
    return windows.as_dict()[fault]


def server_settings(order: Order) -> dict[str, str]:
    """What goes into the throwaway server's own file, beside its save points."""
    known = table(order.server)
    found = {}
    for name in KEPT:
        value = order.values.get(name)
        if value is None or name not in known:
            continue
        if known[name].kind == "string":
            # Names of files inside its own folder; a path would lead out of it.
            if "/" in value or not value.isprintable() or '"' in value or "\\" in value:
                continue
            value = f'"{value}"'
        found[name] = value
    if "repl-diskless-sync-delay" in known:
        found["repl-diskless-sync-delay"] = "0"
    return found


def _boot(order: Order, data: Path, guard: Guard | None = None, **more: str) -> Throwaway:
    return Throwaway(
        order.binary,
        data,
        {**server_settings(order), **more},
        save=settings_of(order).save,
        launch=guard.launch if guard else None,
    )


def _alone(order: Order, fault: str, place: Path, progress: Progress) -> Outcome:
    """kill -9 or a power cut of one server, and its restart."""
    guard = Guard(order.delay_s) if fault == "power_loss" else None
    slow = probe_fsync(place)
    with contextlib.ExitStack() as stack:
        if guard is not None:
            stack.callback(guard.close)
        server = stack.enter_context(_boot(order, place / "data", guard))
        server.wait()
        writer, rate, wrote = _write(order, fault, server.client(), progress)
        saves = _save_seconds(server)
        moment = guard.cut() if guard else time.monotonic()
        server.kill()
        writer.stop()
    if guard is not None:
        slow = max(slow, guard.slowest)
        guard.apply(place / "data")
    acked = _count(writer.acknowledged, moment)
    with _boot(order, place / "data") as again:
        restart = again.wait()
        with again.client() as client:
            gone = missing(client, writer.acknowledged, moment)
    return _outcome(
        order, fault, writer, gone, moment, acked, wrote, restart, slow,
        promise(order, fault, rate, slow, saves),
    )  # fmt: skip


def _with_replica(order: Order, fault: str, place: Path, progress: Progress) -> Outcome:
    """A primary with a replica: the primary dies, and the replica is promoted (or it restarts)."""
    slow = probe_fsync(place)
    guard = Guard(order.delay_s) if fault == "power_loss" else None
    with contextlib.ExitStack() as stack:
        if guard is not None:
            stack.callback(guard.close)
        primary = stack.enter_context(_boot(order, place / "primary", guard))
        primary.wait()
        word = "replicaof" if "replicaof" in table(order.server) else "slaveof"
        replica = stack.enter_context(
            _boot(order, place / "replica", None, **{word: f"127.0.0.1 {primary.port}"})
        )
        replica.wait()
        _attach(primary, replica)
        writer, rate, wrote = _write(order, fault, primary.client(), progress)
        saves = _save_seconds(primary)
        moment = guard.cut() if guard else time.monotonic()
        primary.kill()
        writer.stop()
        acked = _count(writer.acknowledged, moment)
        if fault == "failover":
            began = time.monotonic()
            with replica.client() as client:
                client(word.upper(), "NO", "ONE")
                restart = time.monotonic() - began
                gone = missing(client, writer.acknowledged, moment)
        else:
            replica.kill()
            if guard is not None:
                slow = max(slow, guard.slowest)
                guard.apply(place / "primary")
            with _boot(order, place / "primary") as again:
                restart = again.wait()
                with again.client() as client:
                    gone = missing(client, writer.acknowledged, moment)
    return _outcome(
        order, fault, writer, gone, moment, acked, wrote, restart, slow,
        promise(order, fault, rate, slow, saves, replicas=1),
    )  # fmt: skip


def _attach(primary: Throwaway, replica: Throwaway, timeout: float = 60.0) -> None:
    """Wait until the replica has caught up and the primary knows it."""
    end = time.monotonic() + timeout
    with primary.client() as one, replica.client() as two:
        while time.monotonic() < end:
            link = two.info("replication").get("master_link_status")
            known = one.info("replication").get("slave0", "")
            if link == "up" and "state=online" in known:
                time.sleep(1.1)  # the first report of the replica, for min-replicas-to-write
                return
            time.sleep(0.05)
    raise AdvisorError("the throwaway replica does not attach to its primary")


def _write(
    order: Order, fault: str, client: Client, progress: Progress
) -> tuple[Writer, float, float]:
    """Write for the duration; returns the writer, the rate reached, and the seconds."""
    seconds = duration(order)
    writer = Writer(client, order.rate, order.value_size, order.confirm)
    began = time.monotonic()
    writer.start()
    label = fault.replace("_", " ")
    with progress(f"writing before the {label}", seconds) as done:
        while (elapsed := time.monotonic() - began) < seconds:
            done(elapsed)
            time.sleep(min(0.1, max(0.001, seconds - elapsed)))
        done(seconds)
    return writer, len(writer.acknowledged) / seconds, time.monotonic() - began


def _save_seconds(server: Throwaway) -> float:
    """Twice what its last snapshot took, at least 0.2 s; INFO tells whole seconds only."""
    try:
        with server.client() as client:
            info = client.info("persistence")
            current = float(info.get("rdb_current_bgsave_time_sec", "-1"))
            last = float(info.get("rdb_last_bgsave_time_sec", "-1"))
    except (OSError, RespError, ValueError):
        return 0.2
    return max(0.2, 2 * last, 2 * current)


def _count(acknowledged: array[float], until: float) -> int:
    return sum(1 for moment in acknowledged if 0.0 < moment <= until)


def _outcome(
    order: Order,
    fault: str,
    writer: Writer,
    gone: list[int],
    moment: float,
    acked: int,
    wrote: float,
    restart: float,
    slow: float,
    promised: float | None,
) -> Outcome:
    notes = []
    if not acked:
        reason = f": {writer.error}" if writer.error else ""
        raise AdvisorError(f"no write was acknowledged, so there is nothing to lose{reason}")
    reached = acked / wrote
    if reached < 0.8 * order.rate:
        notes.append(f"only {reached:.0f} of {order.rate:.0f} writes/s were reached")
    if promised is not None and promised > wrote and math.isfinite(promised):
        notes.append(
            f"the promise ({promised:.3g} s) is longer than the drill wrote ({wrote:.3g} s):"
            " it cannot show more than that; --duration writes longer"
        )
    oldest = min((writer.acknowledged[number] for number in gone), default=moment)
    return Outcome(
        fault, promised, moment - oldest, acked, len(gone), wrote, restart, slow, tuple(notes)
    )
