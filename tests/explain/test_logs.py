"""Logs: counted by entry, with first and last place, in constant memory."""

from __future__ import annotations

import io
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redislint.explaining.logs import scan
from tests.explain.samples import foreign

REFUSED = (
    "redis.exceptions.ConnectionError: Error 111 connecting to redis:6379. Connection refused."
)


def of(text: str) -> dict[str, tuple[int, int, str | None, int, str | None]]:
    report = scan(io.BytesIO(text.encode()))
    return {
        name: (s.count, s.first.line, s.first.time, s.last.line, s.last.time)
        for name, s in report.sightings.items()
    }


def test_a_server_log_tells_what_when_and_how_often() -> None:
    log = (
        "1:M 12 Mar 2024 10:00:00.001 * Ready to accept connections\n"
        "1:M 12 Mar 2024 10:01:00.002 # Can't save in background: fork: Cannot allocate memory\n"
        "1:M 12 Mar 2024 10:01:06.003 # Can't save in background: fork: Cannot allocate memory\n"
        "1:M 12 Mar 2024 10:02:00.004 * 100 changes in 60 seconds. Saving...\n"
    )
    assert of(log) == {
        "fork ENOMEM": (2, 2, "12 Mar 2024 10:01:00.002", 3, "12 Mar 2024 10:01:06.003")
    }


def test_a_stack_trace_counts_once_and_has_the_time_of_its_first_line() -> None:
    log = (
        "2024-03-12 10:11:12,123 ERROR [http-1] Servlet failed\n"
        "org.springframework.data.redis.RedisConnectionFailureException: Unable to connect\n"
        "\tat org.springframework.data.redis.A.b(A.java:1)\n"
        "Caused by: org.springframework.data.redis.RedisConnectionFailureException: again\n"
        "\t... 12 more\n"
        "2024-03-12 10:11:13,000 INFO next\n"
    )
    assert of(log)["spring connection failure"][:3] == (1, 2, None)


def test_weak_words_need_evidence_in_their_own_entry() -> None:
    log = (
        "2024-03-12 10:00:00 INFO redis client ready\n"
        "2024-03-12 10:00:01 ERROR Connection refused\n" + "2024-03-12 10:00:02 INFO fine\n" * 80
    )
    assert of(log) == {}


def test_a_python_traceback_lends_its_evidence() -> None:
    log = (
        "2024-03-12 10:00:00 ERROR job failed\n"
        "Traceback (most recent call last):\n"
        '  File "/site-packages/redis/connection.py", line 5, in connect\n'
        "    sock = self._connect()\n"
        "ConnectionRefusedError: [Errno 111] Connection refused\n"
    )
    assert of(log)["connection refused"][:3] == (1, 5, "2024-03-12 10:00:00")


def test_other_products_logs_are_silent() -> None:
    lines = [line for line in foreign() if "\n" not in line]
    assert of("\n".join(f"2024-03-12 10:00:00 {line}" for line in lines)) == {}


def test_compose_prefixes_and_json_lines_are_read() -> None:
    log = (
        f"worker_1  | 2024-03-12T10:00:00Z {REFUSED}\n"
        '{"log":"MISCONF Redis is configured to save RDB snapshots, but it\\u0027s currently'
        ' unable\\n","time":"2024-03-12T10:00:01.5Z"}\n'
    )
    found = of(log)
    assert found["connection refused"][1:3] == (1, "2024-03-12T10:00:00Z")
    assert found["MISCONF RDB"][1:3] == (2, "2024-03-12T10:00:01.5Z")


TRACE = [
    "Exception in thread main",
    "java.net.ConnectException: Connection refused",
    "\tat java.base/sun.nio.ch.Net.pollConnect(Native Method)",
    "\tat redis.clients.jedis.DefaultJedisSocketFactory.connect(DefaultJedisSocketFactory.java)",
]


@pytest.mark.parametrize(
    "prefix",
    [
        "app-1  | ",
        "\x1b[36mapp-1  | \x1b[0m",
        "[pod/app-7d9f-x/app] ",
        "2026-01-02T03:04:05.123456789Z ",
        "2026-01-02T03:04:05.123456789+01:00 stderr F ",
        "[pod/app-7d9f-x/app] 2026-01-02T03:04:05.123456789Z ",
        "Jan  2 03:04:05 host app[123]: ",
    ],
)
def test_a_stack_trace_holds_together_behind_a_collectors_prefix(prefix: str) -> None:
    noise = ["INFO all is well"] * 70
    log = "\n".join(prefix + line for line in [*noise, *TRACE, *noise])
    assert of(log)["connection refused"][:2] == (1, 72)


def test_a_trace_lends_no_evidence_to_another_containers_line() -> None:
    log = (
        "db-1     | could not connect: Connection refused\n"
        "cache-1  | \tat redis.clients.jedis.Connection.connect(Connection.java)\n"
    )
    assert of(log * 40) == {}


class Endless(io.RawIOBase):
    """A log of `size` bytes that is made while it is read."""

    def __init__(self, size: int, line: bytes) -> None:
        self.left = size
        self.line = line

    def read(self, size: int = -1) -> bytes:
        size = min(size, self.left)
        self.left -= size
        return (self.line * (size // len(self.line) + 1))[:size]


def test_memory_does_not_grow_with_the_log() -> None:
    def peak(size: int) -> int:
        tracemalloc.start()
        scan(Endless(size, b"2024-03-12 10:00:00 GET /items/12 200 in 3 ms\n"))  # type: ignore[arg-type]
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    small = peak(4 << 20)
    assert peak(24 << 20) < small * 1.5


def test_a_line_without_end_is_read_in_pieces() -> None:
    report = scan(Endless(8 << 20, b"x" * 1000))  # type: ignore[arg-type]
    assert report.bytes == 8 << 20


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read(data: bytes) -> None:
    report = scan(io.BytesIO(data))
    if data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        assert report.bytes == len(data)
        assert report.lines == data.count(b"\n") + (bool(data) and not data.endswith(b"\n"))


def test_a_log_in_utf_16_is_read() -> None:
    report = scan(io.BytesIO(f"first\n{REFUSED}\n".encode("utf-16")))
    assert report.sightings["connection refused"].first.line == 2


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["noise\n", "\tindented\n", REFUSED + "\n", "é\n"]), max_size=30))
def test_lines_are_counted_as_they_are(lines: list[str]) -> None:
    report = scan(io.BytesIO("".join(lines).encode()))
    assert report.lines == len(lines)


CAUSED = (
    "2024-03-12 10:11:12,123 ERROR request failed\n"
    "org.springframework.data.redis.RedisSystemException: Error in execution\n"
    + "\tat org.springframework.aop.framework.ReflectiveMethodInvocation.proceed(R.java:186)\n"
    * 20
    + "Caused by: io.lettuce.core.RedisReadOnlyException: READONLY You can't write against a read"
    " only replica.\n"
    "\tat io.lettuce.core.internal.ExceptionFactory.createExecutionException(E.java:147)\n"
)
QUIET = "2024-03-12 10:11:13,000 INFO all is well\n" * 3


@pytest.mark.parametrize("log", [QUIET * 900 + CAUSED + QUIET, QUIET + CAUSED.rstrip("\n")])
def test_an_exception_and_its_cause_many_frames_below_are_one_message(log: str) -> None:
    assert list(of(log)) == ["READONLY", "spring readonly"]
