"""Configuration files: words as the server splits them, includes, templates, other programs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redislint.model.conf import ConfFile
from redislint.readers import redisconf
from redislint.source import Source
from tests.readers.trees import read


def lines(text: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(s.name, s.args) for s in redisconf.settings(Source("redis.conf", text))]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("port 6379", ("port", ("6379",))),
        ("  PORT\t6379  ", ("port", ("6379",))),
        ('requirepass "a b"', ("requirepass", ("a b",))),
        ("requirepass 'a b'", ("requirepass", ("a b",))),
        (r'requirepass "a\"b\x41"', ("requirepass", ('a"bA',))),
        ('save ""', ("save", ("",))),
        ("save 900 1 300 10", ("save", ("900", "1", "300", "10"))),
        ("port 6379 # usual", ("port", ("6379", "#", "usual"))),
        ("port 6379\r", ("port", ("6379",))),
    ],
)
def test_words(line: str, expected: tuple[str, tuple[str, ...]]) -> None:
    assert lines(line + "\n") == [expected]


def test_comments_and_blank_lines_are_no_settings() -> None:
    assert lines("# port 1\n\n   # port 2\nport 3") == [("port", ("3",))]


def test_places_are_those_of_the_line() -> None:
    (first, second) = redisconf.settings(Source("redis.conf", "port 1\n  bind 127.0.0.1\n"))
    assert first.span is not None
    assert second.span is not None
    assert (first.span.line, second.span.line, second.span.column) == (1, 2, 3)


def test_an_included_file_stands_at_its_line(tmp_path: Path) -> None:
    files = {"redis.conf": "port 1\ninclude more.conf\nport 3\n", "more.conf": "port 2\n"}
    (conf,) = read(tmp_path, "redisconf", files)
    assert [s.args[0] for s in conf.settings] == ["1", "2", "3"]
    assert conf.open_why == ""


def test_a_file_that_is_not_there_leaves_the_rest_open(tmp_path: Path) -> None:
    (conf,) = read(tmp_path, "redisconf", {"redis.conf": "port 1\ninclude /run/secret.conf\n"})
    assert "secret.conf" in conf.open_why


def test_files_that_include_each_other_end(tmp_path: Path) -> None:
    files = {"redis.conf": "port 1\ninclude b.conf\n", "b.conf": "include redis.conf\n"}
    conf, problem = read(tmp_path, "redisconf", files)
    assert (problem.path, problem.line) == ("b.conf", 1)
    assert "includes itself" in conf.open_why


def test_lines_under_a_condition_of_a_template_are_left_out(tmp_path: Path) -> None:
    text = "port 1\n{{ if .x }}\nappendonly yes\n{{ end }}\nmaxmemory 1gb\n"
    (conf,) = read(tmp_path, "redisconf", {"redis.conf": text})
    assert [s.name for s in conf.settings] == ["port", "maxmemory"]
    assert (conf.template, bool(conf.open_why)) == (True, True)


def test_a_line_of_a_sentinel_makes_the_file_one(tmp_path: Path) -> None:
    text = "port 26379\nsentinel monitor m 10.0.0.1 6379 2\n"
    (conf,) = read(tmp_path, "redisconf", {"sentinel.conf": text})
    assert conf.role == "sentinel"


def test_a_file_of_users(tmp_path: Path) -> None:
    (conf,) = read(tmp_path, "redisconf", {"users.acl": "user default off\n"})
    assert (conf.role, conf.settings[0].args) == ("acl", ("default", "off"))


@pytest.mark.parametrize(
    "text",
    [
        "[server]\nport = 6379\ntimeout = 3\nbind = x\n",
        "server {\n  listen 80;\n  timeout 3;\n}\n",
        "port: 6379\nbind: 0.0.0.0\n",
        "user nginx;\nport 80\n",
    ],
)
def test_files_of_other_programs_are_none(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, "redisconf", {"app.conf": text}) == []


@given(st.text(max_size=120))
def test_any_text_is_read_without_an_error(text: str) -> None:
    source = Source("redis.conf", text)
    conf = redisconf.conf_file(source, None)
    assert isinstance(conf, ConfFile)
    for setting in conf.settings:
        assert setting.span is not None
        assert 0 <= setting.span.start <= setting.span.end <= len(text)
    list(redisconf.settings(source))
