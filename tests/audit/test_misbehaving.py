"""Servers that hang, drip, flood, close or lie: one clear line and status 2."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable

import pytest
from click.testing import CliRunner

from redislint.cli.audit import command
from tests.audit.running import answering, bulk, fake, free_port


def hang(_: socket.socket) -> None:
    time.sleep(20)


def close(connection: socket.socket) -> None:
    connection.recv(10)


def drip(connection: socket.socket) -> None:
    connection.sendall(b"$100000\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.1)


def flood(connection: socket.socket) -> None:
    connection.sendall(b"$99999999999\r\n")
    while True:
        connection.sendall(b"x" * 1_000_000)


def web(connection: socket.socket) -> None:
    connection.recv(1000)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    time.sleep(0.5)


def nested(connection: socket.socket) -> None:
    connection.recv(1000)
    connection.sendall(b"*1\r\n" * 5000)


def number(connection: socket.socket) -> None:
    while connection.recv(1000):
        connection.sendall(b":1\r\n")


def denied(connection: socket.socket) -> None:
    connection.sendall(b"-DENIED Redis is running in protected mode because ...\r\n")
    time.sleep(0.5)


CASES: list[tuple[Callable[[socket.socket], None], str]] = [
    (hang, "no answer to INFO everything within 1 s"),
    (drip, "no answer to INFO everything within 1 s"),
    (flood, "the answer to INFO everything does not end"),
    (close, "closed the connection at INFO everything"),
    (web, "does not answer as Redis does"),
    (nested, "does not answer as Redis does"),
    (number, "its INFO names no version"),
    (denied, "is in protected mode"),
    (answering("hello"), "its INFO names no version"),
    (answering("redis_version:banana\r\nrole:master\r\n"), "says its version is 'banana'"),
    (answering("redis_version:7.2.0\r\nrole:master\r\n", "5.0.1"), "says 7.2.0 in INFO and 5.0.1"),
]


def run(url: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(command, [url, "--timeout", "1", "--interval", "0"])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(("handler", "message"), CASES)
def test_a_misbehaving_server_is_one_line(
    handler: Callable[[socket.socket], None], message: str
) -> None:
    with fake(handler) as port:
        started = time.monotonic()
        status, output, errors = run(f"redis://127.0.0.1:{port}")
        assert time.monotonic() - started < 4
    assert (status, output) == (2, "")
    assert errors.startswith(f"redislint: redis://127.0.0.1:{port}: {message}")
    assert errors.count("\n") == 1


def test_settings_of_later_versions_show_the_lie() -> None:
    later = ["io-threads", "acllog-max-len", "tls-port", "oom-score-adj", "lazyfree-lazy-user-del"]

    def handle(connection: socket.socket) -> None:
        while data := connection.recv(4096):
            if b"INFO" in data:
                connection.sendall(bulk("redis_version:5.0.9\r\nrole:master\r\n"))
            elif b"CONFIG" in data:
                words = [word for name in ["maxmemory", *later] for word in (name, "0")]
                connection.sendall(f"*{len(words)}\r\n".encode() + b"".join(map(bulk, words)))
            else:
                connection.sendall(b"-ERR unknown command\r\n")

    with fake(handle) as port:
        status, _, errors = run(f"redis://127.0.0.1:{port}")
    assert status == 2
    assert "says it is Redis 5.0.9, but has 5 settings of later versions" in errors


def test_nothing_that_listens() -> None:
    port = free_port()
    status, _, errors = run(f"redis://:secret@127.0.0.1:{port}")
    assert status == 2
    assert errors == (
        f"redislint: redis://127.0.0.1:{port}: nothing listens there: check host and port, or"
        " start the server\n"
    )


def test_plain_text_where_tls_was_asked_for() -> None:
    with fake(web) as port:
        status, _, errors = run(f"rediss://127.0.0.1:{port}")
    assert status == 2
    assert "does not speak TLS on this port" in errors


def test_without_the_extra_it_says_how_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    status, _, errors = run("redis://127.0.0.1:1")
    assert status == 2
    assert "pip install 'redislint[audit]'" in errors
