"""What rules/security says of servers without a password, on real servers."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from tests.audit.running import free_port
from tests.evidence.realserver import ENDS, MISSING, RealServer

pytestmark = [pytest.mark.server, pytest.mark.skipif(not ENDS, reason=MISSING)]

Start = Callable[..., RealServer]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start servers; all are ended after the test."""
    running: list[RealServer] = []

    def one(*arguments: str, key: str) -> RealServer:
        port = free_port()
        server = RealServer(tmp_path / str(port), port, "--save", "", *arguments, key=key)
        running.append(server)
        return server.start()

    yield one
    for server in running:
        server.kill()


@pytest.mark.parametrize("key", ENDS)
def test_without_a_password_a_client_writes_files_where_it_likes(
    start: Start, key: str, tmp_path: Path
) -> None:
    changes = [] if key == "redis-6.2" else ["--enable-protected-configs", "yes"]
    server = start("--protected-mode", "no", *changes, key=key)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    client = server.client()
    client.config_set("dir", str(elsewhere))
    client.config_set("dbfilename", "left-by-a-stranger")
    client.set("line", "any text")
    client.save()
    assert b"any text" in (elsewhere / "left-by-a-stranger").read_bytes()


@pytest.mark.parametrize("key", [k for k in ENDS if k != "redis-6.2"])
def test_from_7_0_on_the_folder_of_files_is_protected_by_default(start: Start, key: str) -> None:
    server = start("--protected-mode", "no", key=key)
    with pytest.raises(redis.ResponseError, match="can't set protected config"):
        server.client().config_set("dbfilename", "left-by-a-stranger")


@pytest.mark.parametrize("key", ENDS)
def test_an_empty_requirepass_lets_everybody_in(start: Start, key: str) -> None:
    assert start("--requirepass", "", key=key).client().ping()


@pytest.mark.parametrize("key", ENDS)
def test_a_password_refuses_every_command(start: Start, key: str) -> None:
    server = start("--requirepass", "Bd1s-long-and-random", key=key)
    with pytest.raises(redis.AuthenticationError, match="Authentication required"):
        server.client().execute_command("REPLICAOF", "127.0.0.1", "1")


@pytest.mark.parametrize("key", ENDS)
def test_wrong_passwords_are_answered_at_once_and_for_ever(start: Start, key: str) -> None:
    server = start("--requirepass", "Bd1s-long-and-random", key=key)
    with socket.create_connection(("127.0.0.1", server.port), 10) as wire:
        answers = wire.makefile("rb")
        begin = time.monotonic()
        for attempt in range(2000):
            wire.sendall(f"AUTH guess{attempt}\r\n".encode())
            assert answers.readline().startswith(b"-WRONGPASS")
    assert time.monotonic() - begin < 20, "a lock-out or delay: the page would be wrong"


@pytest.mark.parametrize("key", ENDS)
@pytest.mark.parametrize("order", [0, 1])
def test_nopass_on_the_default_user_undoes_requirepass(
    start: Start, key: str, order: int, tmp_path: Path
) -> None:
    lines = ["requirepass Bd1s-long-and-random", "user default on nopass ~* &* +@all"]
    conf = "\n".join(lines if order else lines[::-1]) + "\n"
    port = free_port()
    server = RealServer(tmp_path / "nopass", port, "--save", "", key=key, conf=conf)
    try:
        assert server.start().client().ping()
    finally:
        server.kill()
