"""A small client of the server's protocol (RESP2): bounded in time and size, no dependencies."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterable
from typing import Any

MOST_BYTES = 16 * 2**20
"""Bytes of one bulk answer."""
MOST_ITEMS = 10**6
"""Elements of one array."""


class RespError(Exception):
    """An error that the server answered."""


class ProtocolError(OSError):
    """What came was no RESP, or too much of it."""


def encode(*words: str | bytes | int) -> bytes:
    """One command as an array of bulk strings."""
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        data = word if isinstance(word, bytes) else str(word).encode("utf-8", "surrogateescape")
        parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
    return b"".join(parts)


class Client:
    """One connection. Raises OSError where it breaks, RespError for answered errors."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 6379,
        *,
        path: str = "",
        timeout: float = 30.0,
        tls: bool = False,
    ) -> None:
        if path:
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.socket.settimeout(timeout)
            self.socket.connect(path)
        else:
            self.socket = socket.create_connection((host, port), timeout=timeout)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            context = ssl.create_default_context()
            self.socket = context.wrap_socket(self.socket, server_hostname=host)
        self.file = self.socket.makefile("rb", 1 << 16)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; never raises."""
        for end in (self.file, self.socket):
            with contextlib.suppress(OSError):
                end.close()

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def read(self, depth: int = 0) -> Any:
        """One answer: str, int, bytes, None, a list, or a RespError inside a list."""
        line = self.file.readline(65536)
        if not line.endswith(b"\r\n"):
            raise ProtocolError("the connection was closed" if not line else "this is no RESP")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest.decode("utf-8", "replace")
        if kind == b"-":
            raise RespError(rest.decode("utf-8", "replace"))
        if kind in b":$*" and kind:
            try:
                number = int(rest)
            except ValueError:
                raise ProtocolError("this is no RESP") from None
            if kind == b":":
                return number
            if number < 0:
                return None
            if kind == b"$":
                return self._bulk(number)
            if depth > 8 or number > MOST_ITEMS:
                raise ProtocolError("the answer is too large")
            return [self._item(depth) for _ in range(number)]
        raise ProtocolError("this is no RESP")

    def _item(self, depth: int) -> Any:
        try:
            return self.read(depth + 1)
        except RespError as error:
            return error

    def _bulk(self, length: int) -> bytes:
        if length > MOST_BYTES:
            raise ProtocolError("the answer is too large")
        data: bytes = self.file.read(length + 2)
        if len(data) != length + 2:
            raise ProtocolError("the connection was closed")
        return data[:-2]

    def __call__(self, *words: str | bytes | int) -> Any:
        """Send one command and return its answer."""
        self.send(encode(*words))
        return self.read()

    def pipeline(self, commands: Iterable[tuple[str | bytes | int, ...]]) -> list[Any]:
        """Send several commands at once; errors are items of the list."""
        encoded = [encode(*command) for command in commands]
        self.send(b"".join(encoded))
        return [self._item(0) for _ in encoded]

    def info(self, section: str = "") -> dict[str, str]:
        """INFO as a mapping."""
        answer = self("INFO", section) if section else self("INFO")
        text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
        found = {}
        for line in text.splitlines():
            name, colon, value = line.partition(":")
            if colon and not line.startswith("#"):
                found[name] = value
        return found
