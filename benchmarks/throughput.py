"""A thousand files of a kind: redislint with every rule, and a peer on as many files, interleaved.

usage: python benchmarks/throughput.py [RUNS]

Peers are measured where they are installed beside redislint: `gixy` on nginx files (Gixy-Next), `hadolint`
on the same Dockerfiles, `semgrep` with three rules on the same code; `git grep` on a tree of 10,000
files of which 100 mention Redis is the floor of discovery. What is missing is named, not guessed.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CONF = [
    "bind 0.0.0.0", "protected-mode yes", "port 6379", "tcp-backlog 511", "timeout 0", "tcp-keepalive 300",
    "daemonize no", "loglevel notice", 'logfile ""', "databases 16", "save 900 1", "save 300 10",
    "stop-writes-on-bgsave-error yes", "rdbcompression yes", "rdbchecksum yes", "dbfilename dump.rdb", "dir /data",
    "requirepass ${REDIS_PASSWORD}", "maxmemory 256mb", "maxmemory-policy allkeys-lru", "appendonly yes",
    "appendfsync everysec", "no-appendfsync-on-rewrite no", "auto-aof-rewrite-percentage 100",
    "auto-aof-rewrite-min-size 64mb", "slowlog-log-slower-than 10000", "slowlog-max-len 128", "hz 10",
    "client-output-buffer-limit normal 0 0 0", "activerehashing yes", "lazyfree-lazy-eviction no",
]  # fmt: skip
NGINX = (
    "events {}\nhttp {\n  server {\n    listen 80;\n    server_name a.example;\n"
    "    location / { proxy_pass http://app; }\n  }\n}\n"
)
DOCKERFILE = (
    "FROM redis:7.2-alpine\nRUN apk add --no-cache curl \\\n && mkdir -p /conf\nCOPY redis.conf /conf/redis.conf\n"
    'EXPOSE 6379\nHEALTHCHECK CMD redis-cli ping\nCMD ["redis-server", "/conf/redis.conf"]\n'
)
JAVA = (
    "package app;\nimport io.lettuce.core.cluster.*;\nimport java.time.Duration;\nclass C%d {\n"
    + "".join(f"  int f{i}(int x) {{ return x * {i} + helper(x); }}\n" for i in range(60))
    + '  RedisClusterClient client() {\n    var c = RedisClusterClient.create("redis://h:6379");\n'
    "    return c;\n  }\n}\n"
)
PYTHON = (
    "import redis\n\n"
    + "".join(f"def f{i}(x):\n    return [x * {i} for _ in range(3)]\n\n" for i in range(60))
    + "client%d = redis.Redis(host='h')\n"
)


def timed(command: list[str], folder: Path) -> tuple[float, float]:
    """Seconds of wall time, and peak MiB."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, _, usage = os.wait4(process.pid, 0)
    return time.perf_counter() - begin, usage.ru_maxrss / 1024


def make(folder: Path) -> None:
    """The files."""
    chance = random.Random(1)
    for kind in ("conf", "nginx", "docker", "code", "tree"):
        (folder / kind).mkdir()
    for i in range(1000):
        lines = [line for line in CONF if chance.random() > 0.1]
        comments = [f"# {line}: a comment as stock files have them" for line in lines]
        text = "\n".join(x for pair in zip(comments, lines, strict=True) for x in pair)
        (folder / "conf" / f"redis-{i}.conf").write_text(text + "\n")
        (folder / "nginx" / f"{i}.conf").write_text(NGINX)
        (folder / "docker" / f"{i}.Dockerfile").write_text(DOCKERFILE)
        (folder / "code" / f"C{i}.java").write_text(JAVA % i)
        (folder / "code" / f"m{i}.py").write_text(PYTHON % i)
    for i in range(10_000):
        place = folder / "tree" / f"p{i % 100}"
        place.mkdir(exist_ok=True)
        word = "redis" if i % 100 == 0 else "nothing"
        (place / f"f{i}.py").write_text(f"# {word}\n" + "value = 1\n" * 40)
    subprocess.run(["git", "init", "-q"], cwd=folder / "tree", check=True)
    subprocess.run(["git", "add", "-A"], cwd=folder / "tree", check=True)


def main() -> None:
    """Print a Markdown table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    beside = str(Path(sys.executable).parent)
    redislint = shutil.which("redislint", path=beside) or "redislint"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder)
        (folder / "rules.yaml").write_text(
            "rules:\n"
            "- {id: a, languages: [java], severity: ERROR, message: m, pattern: 'RedisClusterClient.create(...)'}\n"
            "- {id: b, languages: [python], severity: ERROR, message: m, pattern: 'redis.Redis(...)'}\n"
            "- {id: c, languages: [java], severity: ERROR, message: m, pattern: 'ClientOptions.create()'}\n"
        )
        plan: dict[str, list[str]] = {
            "1,000 redis.conf": [redislint, "check", "conf", "--quiet"],
            "1,000 Dockerfiles": [redislint, "check", "docker", "--quiet"],
            "1,000 Java + 1,000 Python": [redislint, "check", "code", "--quiet"],
            "1,000 Java + 1,000 Python, --jobs 2": [
                redislint,
                "check",
                "code",
                "--quiet",
                "--jobs",
                "2",
            ],
            "10,000 files, 100 mention Redis": [redislint, "check", "tree", "--quiet"],
            "git grep -il redis": ["git", "-C", "tree", "grep", "-il", "redis"],
        }
        files = {"gixy": "nginx", "hadolint": "docker", "semgrep": "code"}
        for peer, where in files.items():
            path = shutil.which(peer, path=beside) or shutil.which(peer)
            if path is None:
                print(f"{peer} is not installed: not compared", file=sys.stderr)
                continue
            many = sorted(str(p.relative_to(folder)) for p in (folder / where).iterdir())
            extra = (
                ["--metrics", "off", "--config", "rules.yaml", "code"]
                if peer == "semgrep"
                else many
            )
            plan[f"{peer} on {where}"] = [path, *extra]
        results: dict[str, list[tuple[float, float]]] = {row: [] for row in plan}
        for _ in range(runs):
            for row, command in plan.items():
                results[row].append(timed(command, folder))
    print("| what | s | peak MiB |\n|---|--:|--:|")
    for row, values in results.items():
        print(
            f"| {row} | {statistics.median(t for t, _ in values):.2f} | {max(m for _, m in values):.0f} |"
        )


if __name__ == "__main__":
    main()
