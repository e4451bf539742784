"""Compare the advisor's predictions with real servers, and write docs/advisor-accuracy.md.

    python tools/measure_advisor.py measure [--server redis-7.0] [--size 100mb --size 1gb]
    python tools/measure_advisor.py losses  [--server redis-7.0]
    python tools/measure_advisor.py render

`measure` calibrates with 256 MB of each shape of data, predicts, then fills a throwaway server and
measures. `losses` drills kill -9, power cuts and failovers. Both append records to
benchmarks/advisor-accuracy.jsonl; `render` writes the page from them. Times are the best of a few,
because other work on the machine only ever adds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from redislint.advisor import costs, lab  # noqa: E402
from redislint.advisor.calibrate import calibrate  # noqa: E402
from redislint.advisor.compare import price, volumes  # noqa: E402
from redislint.advisor.drill import Order, run  # noqa: E402
from redislint.advisor.plans import plans  # noqa: E402
from redislint.advisor.servers import available  # noqa: E402
from redislint.advisor.throwaway import Throwaway, folder  # noqa: E402
from redislint.advisor.units import parse_size  # noqa: E402
from redislint.advisor.workload import Workload, build  # noqa: E402

RECORDS = ROOT / "benchmarks" / "advisor-accuracy.jsonl"
PAGE = ROOT / "docs" / "advisor-accuracy.md"
SHAPES = (100, 512, 4096)
RATE = 3000.0
QUANTITIES = {
    "rdb_bytes": "size of the RDB",
    "plain_aof_bytes": "size of the AOF, plain",
    "mixed_aof_bytes": "size of the AOF, mixed, with increments",
    "rdb_load_s": "restart from RDB",
    "mixed_load_s": "restart from mixed AOF",
    "plain_load_s": "restart from plain AOF",
    "memory_peak_bytes": "memory peak during a snapshot",
    "save_s": "time of a snapshot",
    "fork_s": "fork",
}
BARS = ("rdb_bytes", "plain_aof_bytes", "mixed_aof_bytes", "rdb_load_s", "mixed_load_s",
        "plain_load_s", "memory_peak_bytes")  # fmt: skip
"""Quantities that have to be within 25 % (median) and never more than a factor of 2 off."""


def emit(record: dict[str, Any]) -> None:
    """Append a record and show it."""
    record["load_average"] = round(os.getloadavg()[0], 1)
    with open(RECORDS, "a", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")
    print(json.dumps(record), flush=True)


def measure(server: str, binary: Path, value_size: int, total: int, calibrated: Any) -> None:
    """One server, one shape, one size: predicted against measured."""
    machine = calibrated.machine
    work = build(
        {
            "data-size": f"{total}b", "value-size": value_size, "key-size": 20,
            "write-rate": RATE, "server": server, "disk": "ssd", "rpo": "any", "rto": "any",
        }
    )  # fmt: skip
    keys = costs.key_count(total, 20, value_size, machine)
    predicted = predict(work, machine, keys, calibrated.disk.bytes_per_s)
    found = observe(server, binary, lab.Shape(keys, 20, value_size))
    emit(
        {
            "kind": "cost", "server": server, "value": value_size, "bytes": total, "keys": keys,
            "predicted": predicted, "measured": found,
        }
    )  # fmt: skip


def predict(work: Workload, machine: costs.Machine, keys: int, streams: float) -> dict[str, float]:
    """What the advisor says of this workload, in the states that are measured."""
    from dataclasses import replace

    work = replace(work, disk=replace(work.disk, bytes_per_s=streams), keys=keys)
    v = volumes(work, machine)
    rdb = next(p for p in plans(work, v.save_s) if p.name == "rdb")
    extra = keys // 4
    replay = costs.replay_seconds(extra, extra * v.per_write, streams, machine, True)
    return {
        "rdb_bytes": v.rdb,
        "plain_aof_bytes": v.plain_aof,
        "mixed_aof_bytes": v.rdb + extra * v.per_write,
        "rdb_load_s": machine.start_s + v.load_s,
        "mixed_load_s": machine.start_s + v.load_s + replay,
        "plain_load_s": machine.start_s + costs.replay_seconds(keys, v.plain_aof, streams, machine),
        "memory_peak_bytes": price(rdb, work, v, machine).memory_peak,
        "save_s": v.save_s,
        "fork_s": v.fork_s,
    }


def observe(server: str, binary: Path, shape: lab.Shape) -> dict[str, float]:
    """Fill a real server and measure the same."""
    quiet = lab.settings(server)
    found: dict[str, float] = {}
    times = 3 if shape.keys * shape.value_size > 2**29 else 8
    with folder() as place:
        data = place / "data"
        with Throwaway(binary, data, quiet) as s, opened(s) as client:
            lab.fill(client, shape)
            shots = [lab.snapshot(s, client) for _ in range(2)]
            with memory_peak(s.process.pid) as peak:
                busy = lab.snapshot_under_writes(s, client, shape, RATE)
            found["rdb_bytes"] = shots[0].size
            found["save_s"] = min(x.seconds for x in shots)
            found["fork_s"] = min(x.fork_s for x in (*shots, busy))
            found["memory_peak_bytes"] = peak[0]
        found["rdb_load_s"] = lab.steady_reload(binary, data, quiet, times, cold=True)
        with Throwaway(binary, data, quiet) as s, opened(s) as client:
            client("CONFIG", "SET", "appendonly", "yes")
            time.sleep(0.2)
            s.settle(client)
            with lab.Overwriter(s, shape, 1e9) as writer:
                while writer.count < shape.keys // 4:
                    time.sleep(0.005)
            more = writer.count - shape.keys // 4
            per_write = costs.set_bytes(shape.key_size, shape.value_size)
            found["mixed_aof_bytes"] = lab.aof_size(data) - more * per_write
        logged = lab.settings(server, appendonly="yes")
        found["mixed_load_s"] = lab.steady_reload(binary, data, logged, times, cold=True)
        plain = lab.settings(server, appendonly="yes", aof_use_rdb_preamble="no")
        with Throwaway(binary, data, plain) as s, opened(s) as client:
            found["plain_aof_bytes"] = lab.snapshot(s, client, "BGREWRITEAOF").size
        found["plain_load_s"] = lab.steady_reload(binary, data, plain, times, cold=True)
    return found


@contextmanager
def opened(server: Throwaway) -> Iterator[Any]:
    """A connection to a server, once it answers."""
    server.wait()
    with server.client(300) as client:
        yield client


@contextmanager
def memory_peak(pid: int) -> Iterator[list[int]]:
    """The most memory of a process and its children, sampled: shared pages count once (PSS)."""
    most = [0]
    stop = threading.Event()

    def sample() -> None:
        while not stop.is_set():
            total = sum(pss(each) for each in (pid, *children(pid)))
            most[0] = max(most[0], total)
            time.sleep(0.1)

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield most
    finally:
        stop.set()
        thread.join()


def children(pid: int) -> list[int]:
    """Children of a process."""
    try:
        return [int(w) for w in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def pss(pid: int) -> int:
    """Proportional set size of a process in bytes, 0 where it is gone."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return 0


DRILLS: tuple[tuple[str, dict[str, str], str, float, float], ...] = (
    # settings, values, fault, seconds to write, seconds that each fsync takes longer
    ("always", {"appendonly": "yes", "appendfsync": "always"}, "process_crash", 4, 0),
    ("always", {"appendonly": "yes", "appendfsync": "always"}, "power_loss", 4, 0),
    ("everysec", {"appendonly": "yes"}, "process_crash", 4, 0),
    ("everysec", {"appendonly": "yes"}, "power_loss", 4, 0),
    ("everysec", {"appendonly": "yes"}, "power_loss", 4.5, 0),
    ("everysec", {"appendonly": "yes"}, "power_loss", 4.9, 0),
    ("everysec, fsync 1.5 s slow", {"appendonly": "yes"}, "power_loss", 7.3, 1.5),
    ("everysec, fsync 4 s slow", {"appendonly": "yes"}, "power_loss", 11, 4),
    ("no", {"appendonly": "yes", "appendfsync": "no"}, "process_crash", 3, 0),
    ("no", {"appendonly": "yes", "appendfsync": "no"}, "power_loss", 5, 0),
    ("save 2 1", {"save": "2 1"}, "process_crash", 9, 0),
    ("save 2 1", {"save": "2 1"}, "power_loss", 9.8, 0),
    ("save 1 5000", {"save": "1 5000"}, "process_crash", 9, 0),
    ("everysec + replica", {"appendonly": "yes"}, "failover", 4, 0),
)


def losses(server: str, binary: Path) -> None:
    """Drill one server."""
    for name, values, fault, seconds, delay in DRILLS:
        order = Order(binary, server, {"save": "", **values}, 3000, 100, seconds, delay_s=delay)
        o = run(order, fault)
        emit(
            {
                "kind": "loss", "server": server, "settings": name, "fault": fault,
                "promised_s": o.promised_s, "lost_s": round(o.lost_s, 3), "lost": o.lost,
                "acknowledged": o.acknowledged, "slowest_fsync_s": round(o.slowest_fsync_s, 4),
                "kept": o.kept,
            }
        )  # fmt: skip


def records(kind: str) -> list[dict[str, Any]]:
    """All records of losses, or one of each case of costs.

    Runs of the same case are merged by taking the best times, predicted and measured, because
    other work on the machine only ever adds; sizes are those of the newest run.
    """
    found: list[dict[str, Any]] = []
    cases: dict[Any, dict[str, Any]] = {}
    for line in RECORDS.read_text(encoding="utf-8").splitlines() if RECORDS.exists() else []:
        record = json.loads(line)
        if record["kind"] != kind:
            continue
        if kind != "cost":
            found.append(record)
            continue
        case = (record["server"], record["value"], record["bytes"])
        before = cases.get(case)
        record["runs"] = 1 + (before["runs"] if before else 0)
        for side in ("predicted", "measured") if before else ():
            for name, value in before[side].items() if before else ():
                if name.endswith("_s"):
                    record[side][name] = min(value, record[side][name])
        cases[case] = record
    return found or list(cases.values())


def render() -> str:
    """The page."""
    cost, loss = records("cost"), records("loss")
    lines = [
        "# How accurate is the advisor?",
        "",
        "Made by `tools/measure_advisor.py`; the raw records are in `benchmarks/advisor-accuracy.jsonl`.",
        "The advisor calibrated with 256 MB of data of the same shape, predicted, and then a throwaway",
        "server was filled and measured. Values are 100, 512 and 4096 bytes that compress to 60 %;",
        f"the memory peak is with {RATE:.0f} overwrites/s of random keys, summed over server and child",
        "(PSS). Files are read from the disk, not from the page cache. All on two shared cores with",
        "other work going on, so times carry noise; each is the",
        "best of a few, and cases that were run again are merged by their best times.",
        "",
        "The bar: a median error of at most 25 %, and never more than a factor of 2, for restart times,",
        "file sizes and the memory peak. The time of a snapshot and of a fork are shown, without a bar.",
        "",
        "| quantity | cases | median error | worst factor | bar |",
        "|---|--:|--:|--:|---|",
    ]
    for name, label in QUANTITIES.items():
        ratios = [
            r["measured"][name] / r["predicted"][name] for r in cost if r["measured"].get(name)
        ]
        if not ratios:
            continue
        median = statistics.median(abs(1 / x - 1) for x in ratios)
        worst = max(max(x, 1 / x) for x in ratios)
        bar = "-" if name not in BARS else "kept" if median <= 0.25 and worst <= 2 else "MISSED"
        lines.append(f"| {label} | {len(ratios)} | {median:.0%} | {worst:.2f} | {bar} |")
    lines += ["", "## Predicted and measured", ""]
    lines += _cost_table(cost)
    lines += _loss_table(loss)
    return "\n".join(lines) + "\n"


def _cost_table(cost: list[dict[str, Any]]) -> list[str]:
    shown = ("rdb_bytes", "plain_aof_bytes", "rdb_load_s", "mixed_load_s", "plain_load_s",
             "memory_peak_bytes", "save_s", "fork_s")  # fmt: skip
    lines = [
        "Each cell: predicted / measured. Sizes in MB (2^20 bytes), times in seconds, fork in ms.",
        "",
        "| server | value | data | " + " | ".join(QUANTITIES[n] for n in shown) + " |",
        "|---|--:|--:|" + "--:|" * len(shown),
    ]
    for r in sorted(cost, key=lambda r: (r["server"], r["value"], r["bytes"])):
        cells = [f"{_short(n, r['predicted'][n])} / {_short(n, r['measured'][n])}" for n in shown]
        lines.append(
            f"| {r['server']} | {r['value']} B | {r['bytes'] / 2**20:.0f} MB | "
            + " | ".join(cells)
            + " |"
        )
    return lines


def _short(name: str, value: float) -> str:
    if name.endswith("bytes"):
        return f"{value / 2**20:.0f}"
    return f"{value * 1e3:.0f}" if name == "fork_s" else f"{value:.2f}"


def _loss_table(loss: list[dict[str, Any]]) -> list[str]:
    held = sum(r["kept"] for r in loss)
    lines = [
        "",
        "## Acknowledged writes lost",
        "",
        "The promise is an upper bound: no run may exceed it. A power cut is simulated (see advisor.md).",
        f"{held} of {len(loss)} runs kept it.",
        "",
        "| server | settings | fault | promised at most | lost | writes lost |",
        "|---|---|---|--:|--:|--:|",
    ]
    for r in sorted(loss, key=lambda r: (r["server"], r["settings"], r["fault"])):
        promised = "everything" if r["promised_s"] is None else f"{r['promised_s']:.2f} s"
        mark = "" if r["kept"] else " **broken**"
        lines.append(
            f"| {r['server']} | {r['settings']} | {r['fault'].replace('_', ' ')} | {promised} |"
            f" {r['lost_s']:.2f} s{mark} | {r['lost']} of {r['acknowledged']} |"
        )
    return lines


def main() -> None:
    """Run one of the three steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["measure", "losses", "render"])
    parser.add_argument("--server", action="append")
    parser.add_argument("--size", action="append", default=[])
    parser.add_argument("--value", action="append", type=int, default=[])
    options = parser.parse_args()
    if options.what == "render":
        PAGE.write_text(render(), encoding="utf-8")
        return
    sizes = [parse_size("--size", text) for text in options.size or ["100mb", "400mb"]]
    for server, binary in available().items():
        if options.server and server not in options.server:
            continue
        if options.what == "losses":
            losses(server, binary)
            continue
        for value in options.value or SHAPES:
            work = build({"data-size": "1gb", "value-size": value, "key-size": 20})
            calibrated = calibrate(work, Path("/var/tmp"), (server, binary))
            for total in sizes:
                measure(server, binary, value, total, calibrated)


if __name__ == "__main__":
    main()
