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
        port = port or free_port()
        server = RealServer(tmp_path / str(port), port, *arguments, key=key, conf=conf)
        server.before = before
        running.append(server)
        return server.start()

    yield one
    for server in running:
        server.kill()
