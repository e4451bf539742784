"""A real server on loopback that tests ask, kill without warning and start again."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from redislint.judgement.real import find_servers

SERVERS = find_servers()
MISSING = "no redis-server or valkey-server on this machine"
ALL = sorted(SERVERS)
"""Every server here: for what differs from version to version."""
ENDS = sorted({min(SERVERS), max(SERVERS)}) if SERVERS else []
"""The oldest Redis and the newest server here: what holds for both holds between.

With REDISLINT_EVIDENCE=full every server, which is what the pages' "seen on" stands on."""
if os.environ.get("REDISLINT_EVIDENCE") == "full":
    ENDS = ALL


class RealServer:
    """One server in a folder of its own; its arguments are those of the command line."""

    def __init__(
        self, folder: Path, port: int, *arguments: str, key: str, conf: str | None = None
    ) -> None:
        self.folder = folder
        self.port = port
        self.arguments = arguments
        self.key = key
        self.before: tuple[str, ...] = ()
        """Words before the server's own, such as a shell that sets a limit and then becomes it."""
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir(exist_ok=True)
        self.conf = folder / "redis.conf"
        if conf is not None:
            self.conf.write_text(conf)

    def start(self) -> RealServer:
        """Start it and wait until it answers."""
        self.launch()
        for _ in range(200):
            try:
                self.client().ping()
            except redis.AuthenticationError:
                return self
            except (redis.ConnectionError, redis.BusyLoadingError):
                time.sleep(0.05)
            else:
                return self
        raise AssertionError(f"{self.key} did not start")

    def launch(self) -> None:
        """Start it."""
        command = [
            *self.before,
            str(SERVERS[self.key]),
            *([str(self.conf)] if self.conf.exists() else []),
        ]
        command += ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        command += ["--logfile", str(self.folder / "log")]
        self.process = subprocess.Popen(
            [*command, *self.arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def client(
        self, user: str | None = None, password: str | None = None, host: str = "127.0.0.1"
    ) -> redis.Redis:
        """A client, without any credentials if none are given; it tries each thing once."""
        return redis.Redis(
            host=host,
            port=self.port,
            username=user,
            password=password,
            decode_responses=True,
            socket_timeout=10,
            protocol=2,
            retry=Retry(NoBackoff(), 0),
        )

    def log(self) -> str:
        """All that it has logged."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def kill(self) -> None:
        """End it as a crash or the kernel would: no goodbye, no save."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None


class Ended(NamedTuple):
    """How a server ended that was expected to end by itself."""

    code: int
    text: str


def run_to_end(folder: Path, *arguments: str, key: str, seconds: float = 10.0) -> Ended:
    """Start a server that is expected to refuse its start; what it says goes to its output."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        [str(SERVERS[key]), *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=seconds,
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode(errors="replace"))


def own_address() -> str | None:
    """An address of this machine that is not loopback: its clients count as those of other hosts."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, suppress(OSError):
        sock.connect(("198.51.100.1", 9))  # sends nothing, only chooses the way out
        address: str = sock.getsockname()[0]
        return None if address.startswith("127.") else address
    return None


class Link:
    """A connection in between that can be cut: what one side sends stays unsent, as in a dead network."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.whole = True
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(4)
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._copy, args=(one, other), daemon=True).start()

    def _copy(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                if not self.whole:
                    return
                other.sendall(data)

    def cut(self) -> None:
        """From now on nothing passes, in either direction."""
        self.whole = False
        self.listener.close()


def until(done: object, seconds: float = 20.0) -> None:
    """Wait until a function gives something true.

    A node that takes another role closes its connections: a question that meets this is asked again.
    """
    assert callable(done)
    limit = time.monotonic() + seconds
    while True:
        try:
            if done():
                return
        except redis.ConnectionError:
            if time.monotonic() >= limit:
                raise
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.05)
