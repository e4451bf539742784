"""How long one call takes, as a multiple of a bare interpreter's start, in interleaved runs.

usage: python benchmarks/startup.py [RUNS]

Each row is the median of RUNS (default 41) calls of the installed `redislint`, measured in turn with
`python -c pass`; yamllint, where it is installed, stands beside as a peer. Multiples are given by the
clock and by CPU time (user and system), which other work on the machine disturbs less. Peak memory is
that of the process alone, from the system's accounting.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FILES = {
    "redis.conf": "bind 127.0.0.1\nport 6379\nappendonly yes\nsave 3600 1\nmaxmemory 1gb\n" * 12,
    "Dockerfile": 'FROM redis:7.2\nCOPY redis.conf /etc/redis.conf\nCMD ["redis-server", "/etc/redis.conf"]\n',
    "compose.yaml": "services:\n  redis:\n    image: redis:7.2\n    command: redis-server --appendonly yes\n"
    "    ports: ['127.0.0.1:6379:6379']\n    volumes: ['data:/data']\nvolumes: { data: }\n",
    "RedisConfig.java": "import io.lettuce.core.*;\nclass RedisConfig {\n  RedisClient client() {\n"
    '    RedisClient c = RedisClient.create("redis://cache:6379");\n    c.setOptions(ClientOptions.create());\n'
    "    return c;\n  }\n}\n",
    "app.py": "import redis\n\nclient = redis.Redis(host='cache', socket_timeout=2, socket_connect_timeout=1)\n",
}
GOALS = {
    "--version": 1.5,
    "redis.conf": 6.0,
    "Dockerfile": 8.0,
    "compose.yaml": 8.0,
    "RedisConfig.java": 8.0,
    "app.py": 8.0,
}


Sample = tuple[float, float, float]
"""Seconds of wall time, seconds of CPU time, peak MiB."""


def once(command: list[str], folder: Path) -> Sample:
    """One call."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, _, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    """Print a Markdown table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 41
    redislint = shutil.which("redislint", path=str(Path(sys.executable).parent)) or "redislint"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "--version": [redislint, "--version"],
        }
        for file, text in FILES.items():
            (folder / file).write_text(text, encoding="utf-8")
            rows[file] = [redislint, "check", file]
        yamllint = shutil.which("yamllint", path=str(Path(sys.executable).parent))
        if yamllint:
            rows["yamllint compose.yaml"] = [yamllint, "compose.yaml"]
        for command in rows.values():
            once(command, folder)  # caches
        times: dict[str, list[Sample]] = {row: [] for row in rows}
        for _ in range(runs):
            for row, command in rows.items():
                times[row].append(once(command, folder))
    floor, floor_cpu = (statistics.median(s[i] for s in times["python -c pass"]) for i in (0, 1))
    print("| call | ms | × bare python | × by CPU | goal | peak MiB |")
    print("|---|--:|--:|--:|--:|--:|")
    for row, values in times.items():
        wall, cpu = (statistics.median(s[i] for s in values) for i in (0, 1))
        memory = max(s[2] for s in values)
        goal = f"≤ {GOALS[row]}" if row in GOALS else ""
        print(
            f"| {row} | {wall * 1000:.0f} | {wall / floor:.1f} | {cpu / floor_cpu:.1f} "
            f"| {goal} | {memory:.0f} |"
        )


if __name__ == "__main__":
    main()
