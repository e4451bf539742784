"""The effective configuration beside CONFIG GET * of booted servers, directive by directive."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from redislint.judgement.effective import effective
from redislint.judgement.real import find_servers
from redislint.knowledge.directives import table

SERVERS = find_servers()
COUNT = int(os.environ.get("REDISLINT_BOOTED_CONFIGS", "12"))
"""Configurations for each server (CI: 60, so 200 and more in all)."""
# Decided by the machine (limits, paths of the run), or shown without being a directive.
UNCOMPARED = {"dir", "maxclients", "watchdog-period", "unixsocket", "pidfile", "bind"}

ARGUMENTS = [
    [], ["--save", "900", "1", "--save", "60 10"], ["--save", ""], ["--appendonly", "yes", "--save"],
    ["--timeout 5"], ["--notify-keyspace-events", "KEA"], ["--hz", "1000"],
    ["--maxmemory", "1gb", "--maxmemory-policy", "allkeys-lru"], ["--save", "--timeout", "7"],
    ["--client-output-buffer-limit", "normal", "1mb", "1mb", "1"],
    ["--oom-score-adj-values", "0", "10", "20"], ["--masterauth", 'a"b c'],
]  # fmt: skip


def looks_real(server: str, rnd: random.Random) -> bytes:
    """A configuration as people write them: comments, sizes with units, the odd include."""
    lines = ["# written by a generator", ""]
    names = list(table(server).items())
    for name, d in rnd.sample(names, 30):
        if "tls" in d.flags or name in UNCOMPARED or d.default is None:
            continue
        if d.kind == "bool" and name not in ("activedefrag", "cluster-enabled", "daemonize"):
            lines.append(f"{name} {rnd.choice(['yes', 'no', 'YES'])}")
        elif d.kind == "memory":
            unit = rnd.choice(["mb", "gb", "m", "MB", "000000"])
            lines.append(f"{name} {rnd.randint(2, 64)}{unit}")
        elif d.kind == "int" and name not in ("port", "databases", "io-threads"):
            least = max(int(d.min or 0), 0)
            top = d.max if isinstance(d.max, int) else 1000
            lines.append(f"{name} {rnd.randint(least, max(least, min(top, 1000)))}")
        elif d.kind == "enum" and name not in ("supervised", "loglevel") and d.enum:
            lines.append(f"{name} {rnd.choice(d.enum)}")
    extra = [
        "save 900 1", "save 300 10", 'save ""', "include inc.conf", "notify-keyspace-events Ex",
        "client-output-buffer-limit pubsub 32mb 8mb 60", 'masterauth "p w"', "unixsocketperm 700",
        "oom-score-adj-values 0 200 800", "slave-priority 50", "appendfilename 'a.aof'",
    ]  # fmt: skip
    lines += rnd.sample(extra, 4)
    rnd.shuffle(lines)
    return ("\n".join(lines) + "\n").encode()


def config_get(path: Path) -> dict[str, str]:
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(5)
        s.connect(str(path))
        s.sendall(b"*3\r\n$6\r\nCONFIG\r\n$3\r\nGET\r\n$1\r\n*\r\n")
        f = s.makefile("rb")
        count = int(f.readline()[1:])
        words = []
        for _ in range(count):
            size = int(f.readline()[1:])
            words.append(f.read(size + 2)[:-2].decode("latin-1"))
    return dict(zip(words[::2], words[1::2], strict=True))


def boot(server: str, directory: Path, arguments: list[str]) -> dict[str, str] | None:
    """Start a server on redis.conf of a directory; its CONFIG GET *, or None where it ended."""
    with subprocess.Popen(
        [str(SERVERS[server]), str(directory / "redis.conf"), *arguments],
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as child:
        try:
            for _ in range(500):
                # The socket's file is there a moment before anybody listens.
                with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
                    return config_get(directory / "s")
                if child.poll() is not None:
                    return None
                time.sleep(0.01)
            return None
        finally:
            if child.poll() is None:
                child.kill()


@pytest.mark.server
@pytest.mark.skipif(not SERVERS, reason="no redis-server or valkey-server on this machine")
@pytest.mark.parametrize("server", sorted(SERVERS))
def test_agrees_with_config_get(server: str) -> None:
    rnd = random.Random(f"{server} {time.time_ns()}")
    compared = 0
    for _ in range(COUNT):
        text = looks_real(server, rnd)
        with tempfile.TemporaryDirectory(prefix="rl") as d:
            directory = Path(d)
            (directory / "redis.conf").write_bytes(text)
            (directory / "inc.conf").write_bytes(b"timeout 77\nsave 11 22\n")
            arguments = [
                *rnd.choice(ARGUMENTS), "--port", "0", "--bind", "127.0.0.1", "--unixsocket",
                f"{d}/s", "--daemonize", "no", "--logfile", "", "--dir", d,
            ]  # fmt: skip
            real = boot(server, directory, arguments)
            ours = effective(server, text, arguments=arguments, directory=directory)
        if real is None:
            continue
        compared += 1
        differ = {
            name: (value, setting.value if (setting := ours.get(name)) else None)
            for name, value in real.items()
            if name not in UNCOMPARED
            and ((found := ours.get(name)) is None or found.value != value)
        }
        assert differ == {}, f"{arguments}\n{text.decode()}"
    assert compared >= COUNT // 4
