"""Seconds of `redislint advise`, as a ratio to a Python that does nothing.

    python benchmarks/advise.py

Also measured: the comparison alone (all plans priced and ranked), without the start of a process.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from redislint.advisor.compare import compare  # noqa: E402
from redislint.advisor.workload import build  # noqa: E402

WORDS = [
    "--data-size",
    "8gb",
    "--value-size",
    "512",
    "--workload",
    "queue",
    "--replicas",
    "1",
    "--format",
    "json",
]


def seconds(words: list[str], runs: int = 9) -> float:
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        subprocess.run(words, stdout=subprocess.DEVNULL, check=True, cwd=ROOT)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main() -> None:
    nothing = seconds([sys.executable, "-c", "pass"])
    advise = seconds([sys.executable, "-m", "redislint", "advise", "--isolated", *WORDS])
    work = build({"data-size": "8gb", "workload": "queue", "replicas": 1})
    began = time.perf_counter()
    for _ in range(20):
        compare(work)
    alone = (time.perf_counter() - began) / 20
    print(f"python -c pass     {nothing * 1e3:7.1f} ms")
    print(f"redislint advise   {advise * 1e3:7.1f} ms   {advise / nothing:.1f} x")
    print(f"comparison alone   {alone * 1e3:7.1f} ms")


if __name__ == "__main__":
    main()
