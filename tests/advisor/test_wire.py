"""What comes from a server is hostile: any bytes end in an answer or in one kind of error."""

from __future__ import annotations

import socket
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from redislint.advisor.powercut import Guard
from redislint.advisor.resp import Client, RespError, encode

PIECES = st.sampled_from(
    [b"*", b"$", b":", b"+", b"-", b"\r\n", b"1", b"-1", b"99999999999", b"OK", b"\x00", b"*2\r\n"]
)


def reading(data: bytes) -> Client:
    client = Client.__new__(Client)
    client.socket, peer = socket.socketpair()
    client.socket.settimeout(2)
    client.file = client.socket.makefile("rb")
    with peer:
        peer.sendall(data)
    return client


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=30).map(b"".join)))
def test_any_bytes_are_an_answer_or_an_error(data: bytes) -> None:
    with reading(data) as client:
        try:
            client.read()
        except (OSError, RespError) as error:
            assert "\n" not in str(error)  # noqa: PT017


def test_answers_are_read_as_the_protocol_says() -> None:
    with reading(b"*4\r\n:7\r\n$2\r\nab\r\n-ERR no\r\n*-1\r\n") as client:
        number, text, error, nothing = client.read()
    assert (number, text, nothing) == (7, b"ab", None)
    assert isinstance(error, RespError)


def test_a_command_is_an_array_of_bulk_strings() -> None:
    assert encode("SET", b"\xff", 12) == b"*3\r\n$3\r\nSET\r\n$1\r\n\xff\r\n$2\r\n12\r\n"


def test_a_power_cut_keeps_what_was_synced_and_nothing_else(tmp_path: Path) -> None:
    synced, never = tmp_path / "synced", tmp_path / "never"
    synced.write_bytes(b"0123456789")
    never.write_bytes(b"0123456789")
    guard = Guard()
    about = synced.stat()
    guard.synced[(about.st_dev, about.st_ino)] = 4
    assert guard.apply(tmp_path) == {"synced": (10, 4), "never": (10, 0)}
    assert synced.read_bytes() == b"0123"
    assert never.read_bytes() == b""
