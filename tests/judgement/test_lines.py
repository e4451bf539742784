"""How the servers cut a file into lines and a line into words."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redislint.syntax.conf import quote, split_line, split_words, visible


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"timeout 5", [b"timeout", b"5"]),
        (b"  timeout\t5\r", [b"timeout", b"5"]),
        (b"timeout\v5", [b"timeout\v5"]),
        (b"timeout \f5", [b"timeout", b"5"]),
        (b'masterauth "a \\x41\\n\\q"', [b"masterauth", b"a A\nq"]),
        (b"masterauth 'it\\'s \\n'", [b"masterauth", b"it's \\n"]),
        (b'a"b c"', [b"ab c"]),
        (b'save ""', [b"save", b""]),
        (b"requirepass abc#def", [b"requirepass", b"abc#def"]),
        (b"requirepass it's", None),
        (b'requirepass "a"b', None),
        (b'requirepass "a\\"', None),
    ],
)
def test_words_of_a_line(line: bytes, words: list[bytes] | None) -> None:
    assert split_line(line, "redis-7.2") == words


def test_valkey_9_1_lets_text_follow_a_closing_quote() -> None:
    assert split_line(b'requirepass "a"b', "valkey-9.1") == [b"requirepass", b"ab"]


@pytest.mark.parametrize("server", ["valkey-8.1", "valkey-9.1"])
def test_new_valkey_loses_the_byte_ff_unless_it_is_escaped(server: str) -> None:
    assert split_line(b'x a\xffb "c\xff\\xff"', server) == [b"x", b"ab", b"c\xff"]
    assert split_line(b"x a\xffb", "redis-8.2") == [b"x", b"a\xffb"]


def test_words_have_places() -> None:
    words, error = split_words('user "a b" on')
    assert error is None
    assert [(w.text, w.start, w.end) for w in words] == [
        ("user", 0, 4),
        ("a b", 5, 10),
        ("on", 11, 13),
    ]


def test_words_before_unbalanced_quotes_are_kept() -> None:
    words, error = split_words("requirepass 'open")
    assert [w.text for w in words] == ["requirepass"]
    assert error == 12


def test_a_nul_drops_the_rest_of_its_line_and_joins_the_next() -> None:
    assert visible(b"timeout 5\0 rest\n0\n") == b"timeout 50\n"


def test_a_nul_hides_at_most_the_rest_of_1024_bytes() -> None:
    assert visible(b"timeout 5\0" + b"x" * 1014 + b"0\n") == b"timeout 50\n"


def test_a_byte_order_mark_and_carriage_returns_stay_in_the_text() -> None:
    assert visible(b"\xef\xbb\xbfa 1\r\nb 2\0\r\n") == b"\xef\xbb\xbfa 1\r\nb 2"


@given(st.binary(max_size=3000))
def test_the_reader_sees_every_byte_of_a_text_without_nul(text: bytes) -> None:
    text = text.replace(b"\0", b"")
    assert visible(text) == text


@given(st.lists(st.text(st.characters(max_codepoint=255), max_size=8), min_size=1, max_size=5))
def test_quoted_words_come_back(words: list[str]) -> None:
    words = [w for w in words if "\0" not in w]
    line = " ".join(quote(w) for w in words)
    assert split_line(line.encode("latin-1"), "redis-7.2") == [w.encode("latin-1") for w in words]


@given(st.text(st.characters(max_codepoint=127), max_size=60))
def test_text_and_bytes_are_cut_alike(line: str) -> None:
    assert split_line(line.encode("ascii")) == (
        None if (words := split_line(line)) is None else [w.encode("latin-1") for w in words]
    )


@pytest.mark.parametrize("unit", ['"" ', "'a' ", '"\\x41" ', "a ", '"', "\\"])
def test_a_line_of_a_megabyte_takes_linear_time(unit: str) -> None:
    line = (unit * (1_000_000 // len(unit))).encode()
    start = time.perf_counter()
    split_line(line)
    assert time.perf_counter() - start < 5
