"""The book of messages: recognised as they are pasted, and nothing else is."""

from __future__ import annotations

import re

import pytest

from redislint.explaining.match import find
from redislint.explaining.text import skeleton
from redislint.knowledge.messages import load
from tests.explain.samples import foreign, known


def names(text: str) -> list[str]:
    return [message.name for message in find(text)]


@pytest.mark.parametrize(("name", "text"), known())
def test_a_sample_is_recognised(name: str, text: str) -> None:
    assert name in names(text)


@pytest.mark.parametrize("text", foreign())
def test_what_is_not_redis_is_not_recognised(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize(("name", "text"), known())
def test_a_sample_is_recognised_inside_a_log_line(name: str, text: str) -> None:
    first, *rest = text.split("\n")
    wrapped = f"2026-01-05T10:11:12.123Z app-7f9c redis ERROR {first}"
    if name == "ioredis command timeout":
        wrapped = first  # the line of a JavaScript error begins with its class
    assert name in names("\n".join([wrapped, *rest])) or re.search(r"\^", _patterns(name))


def _patterns(name: str) -> str:
    message = next(m for m in load() if m.name == name)
    return " ".join((*message.patterns, *message.weak))


def test_there_are_more_than_120_with_names_of_their_own() -> None:
    found = [message.name for message in load()]
    assert len(found) >= 120
    assert len({name.lower() for name in found}) == len(found)


def test_every_message_has_a_sample() -> None:
    assert {message.name for message in load()} == {name for name, _ in known()}


@pytest.mark.parametrize("message", load(), ids=lambda m: m.name)
def test_a_message_is_complete(message: object) -> None:
    from redislint.knowledge.messages import Message

    assert isinstance(message, Message)
    assert message.patterns or message.weak
    assert bool(message.weak) == bool(message.needs)
    assert message.needs in ("", "redis", "node", "open")
    assert message.causes
    assert all(cause.text and cause.tell for cause in message.causes)
    for sentence in (message.meaning, message.ask, message.now, message.good):
        assert len(sentence) > 5
    assert all(anchor == skeleton(anchor) for anchor in message.anchors)


@pytest.mark.parametrize(
    "text",
    [
        "READONLY You can't write against a read only replica.",
        "READONLY You can’t write against a read only replica.",
        "READONLY You can\\u0027t write against a read only replica.",
        "READONLY You can&#39;t write against a read only replica.",
        "\x1b[31mREADONLY\x1b[0m You can't write against a read  only replica.",
        "  at app.js:3\n  ReplyError: READONLY You can't write against\n  a read only replica.",
        "> READONLY You can't write\n> against a read only replica.",
        '{"log":"{\\"msg\\":\\"READONLY You can\\\\u0027t write against a read only replica.\\"}\\n"}',
    ],
)
def test_quotes_colours_and_wrapping_do_not_matter(text: str) -> None:
    assert "READONLY" in names(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("MISCONF RDB", "ReplyError: MISCONF Valkey is configured to save RDB snap"),
        ("MISCONF RDB", "MISCONF Redis is configured to save"),
        ("MISCONF AOF", "MISCONF Redis is configured to persist"),
        ("CLUSTERDOWN slot", "-CLUSTERDOWN Hash slot not"),
        ("CROSSSLOT", "RedisServerException: CROSSSLOT Keys in"),
    ],
)
def test_a_line_that_was_cut_is_still_known_by_its_code(name: str, text: str) -> None:
    assert names(text) == [name]


def test_a_cluster_that_still_reads_is_not_one_that_is_down() -> None:
    assert names("CLUSTERDOWN The cluster is down and only accepts read commands") == [
        "CLUSTERDOWN read only"
    ]


def test_weak_words_find_their_evidence_in_the_stack_trace() -> None:
    trace = (
        "java.net.ConnectException: Connection refused\n"
        "\tat java.base/sun.nio.ch.Net.pollConnect(Native Method)\n"
        "\tat redis.clients.jedis.DefaultJedisSocketFactory.connect(DefaultJedisSocketFactory.java)"
    )
    assert names(trace) == ["connection refused"]


def test_weak_words_of_another_product_are_not_redis_even_beside_it() -> None:
    text = "redis started\nnginx: connect() failed (111: Connection refused) upstream: http://a:80"
    assert names(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "1:S 04 Nov 2025 12:00:00.000 # MASTER aborted replication with an error:"
            " NOAUTH Authentication required.",
            ["MASTER aborted NOAUTH", "NOAUTH"],
        ),
        (
            "EXECABORT Transaction discarded because of: READONLY You can't write against"
            " a read only replica.",
            ["EXECABORT", "READONLY"],
        ),
        (
            "redis.exceptions.ReadOnlyError: Can not run script with write flag on"
            " readonly replica",
            ["READONLY script"],
        ),
    ],
)
def test_messages_come_in_the_order_in_which_they_stand(text: str, expected: list[str]) -> None:
    assert names(text) == expected
