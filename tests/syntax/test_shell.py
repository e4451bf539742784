"""Command lines as a shell splits them, and the server that they start."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redislint.model.value import at
from redislint.source import Source
from redislint.syntax import shell


def words(text: str) -> list[str]:
    return [w.text if w.value.known else f"? {w.value.raw}" for w in shell.split(text)]


def started(*argv: str) -> tuple[str, list[str]] | None:
    """Program and arguments of the server that an argument list starts."""
    found = shell.find_server([at(a, None) for a in argv])
    if found is None:
        return None
    return found.program, [str(a.value) if a.known else f"? {a.raw}" for a in found.arguments]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("redis-server --port 7001", ["redis-server", "--port", "7001"]),
        ("a 'b c' \"d e\" f\\ g", ["a", "b c", "d e", "f g"]),
        ("a ''", ["a", ""]),
        ("a \\\n  b", ["a", "b"]),
        ("a --pass=$P x", ["a", "? --pass=$P", "x"]),
        ('a "${P:-secret}"', ["a", "? ${P:-secret}"]),
        ("a '$P'", ["a", "$P"]),
        ("a \\$P", ["a", "$P"]),
        ("a $(cat /run/secrets/p) b", ["a", "? $(cat /run/secrets/p)", "b"]),
        ("a `cat p` b", ["a", "? `cat p`", "b"]),
        ("a # no word", ["a"]),
        ("a b#c", ["a", "b#c"]),
        ("a > /dev/null 2>&1 b", ["a", "b"]),
        ("a 'never closed", ["a", "never closed"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_words_know_their_place() -> None:
    text = "x: redis-server 'a b'\n"
    found = shell.split(text[3:], Source("x", text), 3)
    span = found[1].value.span
    assert span is not None
    assert (span.line, span.column, span.text) == (1, 17, "'a b'")


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["redis-server", "/r.conf"], ("redis-server", ["/r.conf"])),
        (["/usr/local/bin/valkey-server", "--port", "1"], ("valkey-server", ["--port", "1"])),
        (["gosu", "redis", "redis-server"], ("redis-server", [])),
        (["sh", "-c", "exec redis-server --port 1"], ("redis-server", ["--port", "1"])),
        (["bash", "-lc", "cd /data && redis-server x.conf"], ("redis-server", ["x.conf"])),
        (
            ["sh", "-c", "redis-server --requirepass $P"],
            ("redis-server", ["--requirepass", "? $P"]),
        ),
        (["sh", "-c", "sysctl -w x=1; redis-server || exit 1"], ("redis-server", [])),
        (["sh", "-c", "A=1 nohup redis-server &"], ("redis-server", [])),
        (["sh", "-c", "if true; then redis-server a.conf; fi"], ("redis-server", ["a.conf"])),
        (["redis-sentinel", "/s.conf"], ("redis-sentinel", ["/s.conf"])),
        (["docker-entrypoint.sh", "redis-server", "--save", ""], ("redis-server", ["--save", ""])),
    ],
)
def test_the_server_is_found(argv: list[str], expected: tuple[str, list[str]]) -> None:
    assert started(*argv) == expected


@pytest.mark.parametrize(
    "argv",
    [
        ["redis-cli", "ping"],
        ["sh", "-c", "redis-cli --cluster create a:1"],
        ["sh", "-c", "echo redis-server"],
        ["sh", "-c", "pkill redis-server"],
        ["sh", "-c", "apt-get install redis-server"],
        ["sh", "-c", "cp redis-server /usr/local/bin"],
        ["celery", "-A", "app", "worker"],
        [],
    ],
)
def test_no_server_is_seen_where_none_starts(argv: list[str]) -> None:
    assert started(*argv) is None


def test_the_sentinel_option_makes_a_sentinel() -> None:
    found = shell.find_server([at(a, None) for a in ("redis-server", "/s.conf", "--sentinel")])
    assert found is not None
    assert found.sentinel


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=8),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=300, deadline=None)
def test_quoted_words_come_back(parts: list[str]) -> None:
    assert words(" ".join(shlex.quote(p) for p in parts)) == parts


@given(st.text(st.sampled_from("ab '\"\\$(){}`;&|<>#\n-"), max_size=60))
@settings(max_examples=500, deadline=None)
def test_any_text_splits(text: str) -> None:
    source = Source("x", text)
    for word in shell.split(text, source):
        assert 0 <= word.start <= word.end <= len(text)
    shell.find_server([at("sh", None), at("-c", None), at(text, source.span(0, len(text)))])


def test_long_lines_take_linear_time() -> None:
    assert len(shell.split("a 'b' $C \\\n" * 5000)) == 15_000
    assert shell.split("$(" * 20_000)
    assert shell.split("`" * 20_001)
