"""What rules/latency says of connections, files and the slow log, on real servers."""

from __future__ import annotations

import socket
from contextlib import ExitStack, closing
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


@pytest.mark.parametrize("key", ENDS)
def test_a_slow_log_from_0_on_holds_every_command_with_its_arguments(
    start: Start, key: str
) -> None:
    client = start("--slowlog-log-slower-than", "0", key=key).client()
    client.set("token", "hidden-value")
    assert any("hidden-value" in str(entry["command"]) for entry in client.slowlog_get())


@pytest.mark.parametrize("key", ENDS)
@pytest.mark.parametrize(("events", "messages"), [("KEA", 2), ("Ex", 0)])
def test_all_events_are_two_messages_for_each_write(
    start: Start, key: str, events: str, messages: int
) -> None:
    client = start("--notify-keyspace-events", events, key=key).client()
    with client.pubsub() as listener:
        listener.psubscribe("__key*")
        assert listener.get_message(timeout=5) is not None  # it listens
        client.set("a", "1")
        client.publish("__key_end", "")
        heard = []
        while (message := listener.get_message(timeout=5)) is not None:
            heard.append(str(message["channel"]))
            if heard[-1] == "__key_end":
                break
    assert len(heard) == messages + 1


@pytest.mark.parametrize("key", ENDS)
@pytest.mark.parametrize(("threshold", "answers"), [("1", True), ("0", False)])
def test_a_busy_server_says_so_only_after_its_threshold(
    start: Start, key: str, threshold: str, answers: bool
) -> None:
    server = start("--lua-time-limit", threshold, key=key)
    with closing(socket.create_connection(("127.0.0.1", server.port))) as endless:
        endless.sendall(b"EVAL 'while true do end' 0\r\n")
        with closing(socket.create_connection(("127.0.0.1", server.port))) as other:
            other.settimeout(10 if answers else 1)
            other.sendall(b"PING\r\nPING\r\n")
            try:
                said = other.recv(200)
                while answers and b"BUSY" not in said:  # it came before the script
                    other.sendall(b"PING\r\n")
                    said = other.recv(200)
            except TimeoutError:
                said = b""
        server.kill()
    assert (b"BUSY" in said) is answers
