"""Servers for one test: started on demand in folders of their own, all ended after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.audit.running import free_port
from tests.evidence.realserver import RealServer

Start = Callable[..., RealServer]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start servers; with arguments of the command line, with a configuration file, or both."""
    running: list[RealServer] = []

    def one(
        *arguments: str,
        key: str,
        conf: str | None = None,
        port: int | None = None,
        before: tuple[str, ...] = (),
    ) -> RealServer:
        for last in (False, False, True):
            number = port or free_port()
            server = RealServer(tmp_path / str(number), number, *arguments, key=key, conf=conf)
            server.before = before
            running.append(server)
            try:
                return server.start()
            except AssertionError:
                # Its port, or 10000 above it, may have been taken since it was found free.
                if last or port or "in use" not in server.log():
                    raise
        raise AssertionError("unreachable")

    yield one
    for server in running:
        server.kill()
