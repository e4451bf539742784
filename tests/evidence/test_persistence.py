"""What rules/persistence says a crash or a restart loses, on real servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.audit.running import free_port
from tests.evidence.realserver import ENDS, MISSING, RealServer, until

pytestmark = [pytest.mark.server, pytest.mark.skipif(not ENDS, reason=MISSING)]

Start = Callable[..., RealServer]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start servers; all are ended after the test."""
    running: list[RealServer] = []

    def one(*arguments: str, key: str) -> RealServer:
        port = free_port()
        server = RealServer(tmp_path / str(port), port, *arguments, key=key)
        running.append(server)
        return server.start()

    yield one
    for server in running:
        server.kill()


@pytest.mark.parametrize("key", ENDS)
def test_without_persistence_a_restart_starts_empty(start: Start, key: str) -> None:
    server = start("--save", "", "--appendonly", "no", key=key)
    server.client().set("session", "x")
    server.client().shutdown()
    assert server.process is not None
    server.process.wait(10)
    assert server.start().client().dbsize() == 0


@pytest.mark.parametrize("key", ENDS)
def test_snapshots_lose_what_came_after_the_last_one(start: Start, key: str) -> None:
    server = start("--save", "3600", "1", key=key)
    server.client().set("before", "x")
    server.client().save()
    server.client().set("after", "x")
    server.kill()
    client = server.start().client()
    assert (client.get("before"), client.get("after")) == ("x", None)


@pytest.mark.parametrize("key", ENDS)
def test_the_append_only_file_keeps_what_was_acknowledged(start: Start, key: str) -> None:
    server = start("--save", "", "--appendonly", "yes", "--appendfsync", "always", key=key)
    server.client().set("after", "x")
    server.kill()
    assert server.start().client().get("after") == "x"


@pytest.mark.parametrize("key", ENDS)
def test_switching_the_append_only_file_on_by_restart_starts_empty(start: Start, key: str) -> None:
    server = start("--save", "", key=key)
    server.client().set("old", "x")
    server.client().save()
    server.kill()
    server.arguments = ("--appendonly", "yes", "--save", "3600", "1")
    assert server.start().client().get("old") is None
    server.client().shutdown()
    assert server.process is not None
    server.process.wait(10)
    server.arguments = ("--appendonly", "no")
    assert server.start().client().get("old") is None, "the empty server has saved over the dump"


@pytest.mark.parametrize("key", ENDS)
def test_switching_it_on_while_running_keeps_everything(start: Start, key: str) -> None:
    server = start("--save", "", key=key)
    server.client().set("old", "x")
    server.client().config_set("appendonly", "yes")
    until(lambda: server.client().info("persistence")["aof_rewrite_in_progress"] == 0)
    server.kill()
    server.arguments = ("--appendonly", "yes")
    assert server.start().client().get("old") == "x"
