"""What rules/latency says of connections, files and the slow log, on real servers."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.evidence.conftest import Start
from tests.evidence.realserver import ENDS, MISSING, RealServer

pytestmark = [pytest.mark.server, pytest.mark.skipif(not ENDS, reason=MISSING)]

KEEPALIVE = "02"
"""The second word of /proc/net/tcp's timer column while the kernel has a keepalive timer."""


def timer(server: RealServer) -> str:
    """The timer that the kernel keeps for the server's end of an idle connection."""
    with socket.create_connection(("127.0.0.1", server.port), 10) as wire:
        wire.sendall(b"PING\r\n")
        assert wire.recv(9) == b"+PONG\r\n"
        near, far = f":{server.port:04X}", f":{wire.getsockname()[1]:04X}"
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            words = line.split()
            if words[1].endswith(near) and words[2].endswith(far):
                return words[5].partition(":")[0]
    raise AssertionError("the connection is not listed")


@pytest.mark.parametrize("key", ENDS)
def test_tcp_keepalive_0_leaves_idle_connections_without_a_timer(start: Start, key: str) -> None:
    if not Path("/proc/net/tcp").exists():
        pytest.skip("no /proc/net/tcp on this machine")
    assert timer(start("--tcp-keepalive", "0", key=key)) != KEEPALIVE
    assert timer(start("--tcp-keepalive", "300", key=key)) == KEEPALIVE


@pytest.mark.parametrize("key", ENDS)
def test_too_few_files_lower_maxclients_at_the_start(start: Start, key: str) -> None:
    limited = ("sh", "-c", 'ulimit -n 100; exec "$@"', "sh")
    server = start("--logfile", "server.log", key=key, before=limited)
    log = (server.folder / "server.log").read_text()
    assert "maxclients has been reduced to 68 to compensate for low ulimit" in log
    with ExitStack() as opened:
        answer = b""
        for _ in range(80):
            wire = opened.enter_context(socket.create_connection(("127.0.0.1", server.port), 10))
            wire.sendall(b"PING\r\n")
            answer = wire.recv(99)
            if answer != b"+PONG\r\n":
                break
        assert answer == b"-ERR max number of clients reached\r\n"


@pytest.mark.parametrize("key", ENDS)
def test_below_zero_nothing_enters_the_slow_log(start: Start, key: str) -> None:
    for threshold, noted in (("-1", False), ("10000", True)):
        client = start("--slowlog-log-slower-than", threshold, key=key).client()
        client.eval("local t = 0 for i = 1, 2000000 do t = t + i % 7 end return t", 0)
        commands = [entry["command"] for entry in client.slowlog_get()]
        assert any(command.startswith(b"EVAL") for command in commands) is noted
