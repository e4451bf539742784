"""Verdicts per second on one core, as a ratio to a real server reading the same file.

    python benchmarks/verify.py [redis.conf]

Both read a configuration of the size of the stock redis.conf of 7.2 (or the one given) up to an
error on its last line, in the same run. The real server's figure includes the start of its
process, as every use of it would; an empty file's time is shown beside it, so that the reading
alone can be told apart. Also measured: a file of 1,000,000 lines and a line of a megabyte.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from redislint.judgement.judge import verify  # noqa: E402
from redislint.judgement.real import find_servers  # noqa: E402
from redislint.knowledge.directives import table  # noqa: E402


def stock() -> bytes:
    """Build a file like the stock one of 7.2: 2,200 lines of comments around 100 directives."""
    lines: list[str] = []
    for name, d in list(table("redis-7.2").items())[:110]:
        lines += [f"# {name}: a line of comment about as long as those of the stock file"] * 20
        if d.kind in ("bool", "int", "memory", "enum") and d.default and "tls" not in d.flags:
            lines.append(f"{name} {d.default}")
    return ("\n".join(lines) + "\n").encode()


def real_seconds(binary: Path, text: bytes, runs: int) -> float:
    """Return the median time of a server that ends at the last line."""
    with tempfile.TemporaryDirectory() as d:
        conf = Path(d, "redis.conf")
        conf.write_bytes(text)
        times = []
        for _ in range(runs):
            t = time.perf_counter()
            subprocess.run([binary, conf], capture_output=True, cwd=d, timeout=20, check=False)
            times.append(time.perf_counter() - t)
    return statistics.median(times)


def our_seconds(text: bytes, runs: int, server: str) -> float:
    """Return the median time of one verdict."""
    times = []
    for _ in range(runs):
        t = time.perf_counter()
        verdict = verify(text, server)
        times.append(time.perf_counter() - t)
    assert not verdict.accepted
    return statistics.median(times)


def main() -> None:
    """Print the figures as JSON."""
    text = Path(sys.argv[1]).read_bytes() if len(sys.argv) > 1 else stock()
    bad = text + b"\nnosuchdirective\n"
    out: dict[str, object] = {"lines": text.count(b"\n"), "bytes": len(text)}
    found = find_servers()
    for server, binary in sorted(found.items()):
        verify(bad, server)
        ours, real = our_seconds(bad, 200, server), real_seconds(binary, bad, 20)
        empty = real_seconds(binary, b"nosuchdirective\n", 20)
        out[server] = {
            "verdicts_per_second": round(1 / ours),
            "server_starts_per_second": round(1 / real),
            "ratio": round(real / ours, 1),
            "server_reading_only_ms": round(max(real - empty, 0) * 1000, 2),
            "redislint_ms": round(ours * 1000, 2),
        }
    if not found:
        out["redislint_ms"] = round(our_seconds(bad, 200, "redis-7.2") * 1000, 2)
    big = {}
    for label, data in (
        ("million_lines", b"timeout 5\n" * 1_000_000 + b"bogus\n"),
        ("half_of_that", b"timeout 5\n" * 500_000 + b"bogus\n"),
        ("megabyte_line", b"bind " + b"'a' " * 262_144 + b"\nbogus\n"),
        ("nul_bytes", b"a\0" * 1_000_000),
    ):
        t = time.perf_counter()
        verify(data, "redis-7.2")
        seconds = time.perf_counter() - t
        tracemalloc.start()
        verify(data, "redis-7.2")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        big[label] = {"seconds": round(seconds, 2), "peak_mb_per_mb": round(peak / len(data), 1)}
    out["large_files"] = big
    print(json.dumps(out, indent=2))


if __name__ == "__main__":
    main()
