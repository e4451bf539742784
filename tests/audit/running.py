"""Real servers on loopback for one test, and fake ones that misbehave."""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from redislint.judgement.real import find_servers

SERVERS = find_servers()
NEWEST = max(SERVERS, default="")
MISSING = "no redis-server or valkey-server on this machine"


def free_port(below: int = 55_000) -> int:
    while True:
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            port: int = sock.getsockname()[1]
        if port < below:
            return port


@contextmanager
def server(
    folder: Path, *arguments: str, key: str = NEWEST, port: int = 0, ready: str = "eady to accept"
) -> Iterator[int]:
    """A server with these arguments; gives its port."""
    port = port or free_port()
    home = folder / f"s{port}"
    home.mkdir()
    command = [str(SERVERS[key]), *arguments]
    if not any(a.endswith("sentinel.conf") for a in arguments):
        command += ["--dir", str(home), "--save", "", "--bind", "127.0.0.1"]
        if "--tls-port" not in arguments:
            command += ["--port", str(port)]
    command = [word.replace("{port}", str(port)) for word in command]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=home
    )
    log: list[str] = []

    def read() -> None:
        assert process.stdout is not None
        log.extend(iter(process.stdout.readline, ""))

    threading.Thread(target=read, daemon=True).start()
    try:
        for _ in range(200):
            if any(ready in line for line in log) or process.poll() is not None:
                break
            time.sleep(0.05)
        assert process.poll() is None, "".join(log)
        yield port
    finally:
        process.kill()
        process.wait(10)


@contextmanager
def fake(handler: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that does to each connection what `handler` does."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(8)

    def one(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            handler(connection)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def bulk(text: str) -> bytes:
    return f"${len(text)}\r\n{text}\r\n".encode()


def answering(info: str, hello: str = "") -> Callable[[socket.socket], None]:
    """A server that knows INFO and HELLO only."""

    def handle(connection: socket.socket) -> None:
        while data := connection.recv(4096):
            if b"INFO" in data:
                connection.sendall(bulk(info))
            elif b"HELLO" in data and hello:
                connection.sendall(b"*2\r\n" + bulk("version") + bulk(hello))
            else:
                connection.sendall(b"-ERR unknown command\r\n")

    return handle
