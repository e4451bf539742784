"""A server that closes the connection on every GET, and counts them: so attempts can be counted."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from tests.audit.running import fake


class Attempts:
    """Where the server is, and how many GETs reached it."""

    def __init__(self) -> None:
        self.port = 0
        self.count = 0

    def taken(self) -> int:
        """How many GETs came since the last question."""
        count, self.count = self.count, 0
        return count

    def answer(self, connection: socket.socket) -> None:
        """Speak to one client until its first GET."""
        with connection.makefile("rb") as lines:
            while words := _command(lines):
                if words[0].upper() == b"GET":
                    self.count += 1
                    return
                connection.sendall(_HELLO if words[0].upper() == b"HELLO" else b"+OK\r\n")


_HELLO = b"%1\r\n$5\r\nproto\r\n:3\r\n"


def _command(lines: BinaryIO) -> list[bytes]:
    head = lines.readline()
    words = []
    for _ in range(int(head[1:] or 0) if head else 0):
        size = int(lines.readline()[1:])
        words.append(lines.read(size + 2)[:-2])
    return words


@contextmanager
def flaky() -> Iterator[Attempts]:
    """A server that never answers a GET."""
    attempts = Attempts()
    with fake(attempts.answer) as port:
        attempts.port = port
        yield attempts
