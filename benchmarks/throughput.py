"""A thousand files of a kind: redislint with every rule, and a peer on as many files, interleaved.

usage: python benchmarks/throughput.py [RUNS]

Peers are measured where they are installed beside redislint or on PATH: `gixy` (Gixy-Next) on nginx
files of the same size, `hadolint` on the same Dockerfiles, `semgrep` with three rules and one job on the
same code; `git grep` on a tree of 10,000 files of which 100 mention Redis is the floor of discovery.
What is missing is named, not guessed. With all three peers, three runs take about three minutes.
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
NGINX = {
    "main": [
        "user nginx;", "worker_processes auto;", "error_log /var/log/nginx/error.log warn;",
        "pid /run/nginx.pid;", "events { worker_connections 1024; }",
    ],
    "http": [
        "default_type application/octet-stream;", "access_log /var/log/nginx/access.log;", "sendfile on;",
        "tcp_nopush on;", "keepalive_timeout 65;", "server_tokens off;", "gzip on;",
        "gzip_types text/plain text/css application/json;", "client_max_body_size 10m;",
        "upstream app { server 10.0.0.1:8080; server 10.0.0.2:8080; }",
    ],
    "server": [
        "listen 443 ssl;", "server_name app.example;", "ssl_certificate /etc/ssl/app.pem;",
        "ssl_certificate_key /etc/ssl/app.key;", "ssl_protocols TLSv1.2 TLSv1.3;", "root /srv/app;",
        "add_header X-Frame-Options DENY;", "proxy_set_header Host $host;",
        "location / { proxy_pass http://app; }", "location /static/ { expires 1d; }",
        "location ~ \\.php$ { return 404; }", "error_page 500 502 503 504 /50x.html;",
    ],
}  # fmt: skip
"""As many directives as a redis.conf above has, and drawn and commented in the same way."""
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


SEMGREP = """\
rules:
- id: redispy-no-socket-timeout
  languages: [python]
  severity: WARNING
  message: redis-py waits without end
  patterns:
  - pattern: redis.Redis(...)
  - pattern-not: redis.Redis(..., socket_timeout=$T, ...)
- id: lettuce-no-topology-refresh
  languages: [java]
  severity: WARNING
  message: a cluster client that never asks for the topology again
  patterns:
  - pattern: $T $C = RedisClusterClient.create(...);
  - pattern-not-inside: |
      $T $C = RedisClusterClient.create(...);
      ...
      $C.setOptions(...);
- id: lettuce-no-command-timeout
  languages: [java]
  severity: WARNING
  message: commands wait for a minute
  patterns:
  - pattern: $T $C = RedisClusterClient.create(...);
  - pattern-not-inside: |
      $T $C = RedisClusterClient.create(...);
      ...
      $C.setDefaultTimeout(...);
"""
"""Three of redislint's rules for the same files, as far as patterns within a function can say them."""

CODE = "1,000 Java + 1,000 Python"
TREE = "10,000 files, 100 mention Redis"
GOALS = [
    # (ours, peer, the goal in words, whether the goal is ours over the peer's or the reverse)
    ("1,000 redis.conf", "gixy on nginx", "≤ 0.6 × its time", False),
    ("1,000 Dockerfiles", "hadolint on docker", "≥ 5 × faster", True),
    (CODE, "semgrep on code", "≥ 5 × faster", True),
    (TREE, "git grep -il redis", "≤ 3 × its time", False),
]
SLOW = frozenset({"semgrep on code"})
"""Half a minute each: run once."""

Sample = tuple[float, float, float]
"""Seconds of wall time, seconds of CPU time (user and system, children too), peak MiB."""


def one_core() -> None:
    """Keep a program to one core where the system can: some peers take all that there are."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def timed(command: list[str], folder: Path) -> Sample:
    """One run."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=None if "--jobs" in command[:-1] and command[-1] == "2" else one_core,
    )
    _, _, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def drawn(lines: list[str], chance: random.Random, indent: str = "") -> str:
    """Most of some lines, each below a comment as stock files have them."""
    kept = [line for line in lines if chance.random() > 0.1]
    return "".join(
        f"{indent}# {line}: a comment as stock files have them\n{indent}{line}\n" for line in kept
    )


def nginx(chance: random.Random) -> str:
    """An nginx.conf of one site."""
    server = drawn(NGINX["server"], chance, "    ")
    return (
        f"{drawn(NGINX['main'], chance)}http {{\n{drawn(NGINX['http'], chance, '  ')}"
        f"  server {{\n{server}  }}\n}}\n"
    )


def make(folder: Path) -> None:
    """The files."""
    chance = random.Random(1)
    for kind in ("conf", "nginx", "docker", "code", "tree"):
        (folder / kind).mkdir()
    for i in range(1000):
        (folder / "conf" / f"redis-{i}.conf").write_text(drawn(CONF, chance))
        (folder / "nginx" / f"{i}.conf").write_text(nginx(chance))
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


def plan(folder: Path) -> dict[str, list[str]]:
    """Row -> command; peers that are not installed are named and left out."""
    beside = str(Path(sys.executable).parent)
    redislint = shutil.which("redislint", path=beside) or "redislint"
    check = [redislint, "check"]
    rows = {
        "1,000 redis.conf": [*check, "conf"],
        "1,000 Dockerfiles": [*check, "docker"],
        CODE: [*check, "code"],
        f"{CODE}, --jobs 2": [*check, "code", "--jobs", "2"],
        TREE: [*check, "tree"],
        "git grep -il redis": ["git", "-C", "tree", "grep", "-il", "redis"],
    }
    (folder / "rules.yaml").write_text(SEMGREP)
    for peer, where in {"gixy": "nginx", "hadolint": "docker", "semgrep": "code"}.items():
        path = shutil.which(peer, path=beside) or shutil.which(peer)
        if path is None:
            print(f"{peer} is not installed: not compared", file=sys.stderr)
            continue
        arguments = sorted(str(p.relative_to(folder)) for p in (folder / where).iterdir())
        if peer == "semgrep":
            arguments = ["--metrics", "off", "--disable-version-check", "--jobs", "1"]
            arguments += ["--config", "rules.yaml", where]
        rows[f"{peer} on {where}"] = [path, *arguments]
    return rows


def main() -> None:
    """Print two Markdown tables: the runs, and how they compare."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder)
        rows = plan(folder)
        results: dict[str, list[Sample]] = {row: [] for row in rows}
        for run in range(runs):
            for row, command in rows.items():
                if not (run and row in SLOW):
                    results[row].append(timed(command, folder))
    middle = {
        row: (statistics.median(s[0] for s in samples), statistics.median(s[1] for s in samples))
        for row, samples in results.items()
    }
    print("| what | s | s of CPU | peak MiB |\n|---|--:|--:|--:|")
    for row, (wall, cpu) in middle.items():
        print(f"| {row} | {wall:.2f} | {cpu:.2f} | {max(s[2] for s in results[row]):.0f} |")
    print("\n| redislint on | against | goal | by the clock | by CPU |\n|---|---|---|--:|--:|")
    for ours, peer, goal, faster in GOALS:
        if peer not in middle:
            continue
        ratios = [
            p / o if faster else o / p for o, p in zip(middle[ours], middle[peer], strict=True)
        ]
        print(f"| {ours} | {peer} | {goal} | {ratios[0]:.2f} | {ratios[1]:.2f} |")


if __name__ == "__main__":
    main()
