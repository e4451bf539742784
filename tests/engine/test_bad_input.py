"""Hostile and broken input: an entry in `errors`, everything else still reported, never a crash."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from redislint.checking import check
from redislint.config import Config

Write = Callable[[str, str | bytes], Path]

GOOD = "bind 0.0.0.0\nprotected-mode no\n"


def run(folder: Path, *arguments: str, stdin: bytes = b"") -> tuple[int, dict, str]:
    done = subprocess.run(
        [sys.executable, "-m", "redislint", "check", "--format", "json", "--isolated", *arguments],
        cwd=folder, capture_output=True, input=stdin, timeout=120, check=False,
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent)},
    )  # fmt: skip
    assert b"Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout or b"{}"), done.stderr.decode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("binary-redis.conf", b"redis\0\0\0\x01\x02" * 50),
        ("deep-redis.yaml", b"redis: " + b"[" * 100_000),
        ("bomb-redis.yaml", b"redis: &a [x]\n" + b"".join(
            b"k%d: &a%d [%s]\n" % (i, i, b",".join([b"*a%d" % (i - 1) if i else b"*a"] * 10)) for i in range(30))),
        ("broken-redis-compose.yaml", b"services:\n  redis:\n    image: [redis\n    ports: ['6379:6379'\n"),
        ("redis.json", b'{"containerDefinitions": [{"image": "redis"'),
        ("Redis.java", b"class Redis { void f() { RedisClient.create(" + b"(" * 5000),
        ("redis.py", b"import redis\nredis.Redis(" + b"(" * 5000),
        ("Dockerfile", b"FROM redis\nRUN " + b"echo \\\n" * 5000),
        ("redis-long.conf", b"port 1\n# " + b"x" * 2_000_000),
        ("redis-latin.conf", "bind 0.0.0.0\n# pr\xfcfung\n".encode("latin-1")),
        ("redis-utf16.conf", "port 6379\n".encode("utf-16")),
        ("redis-empty.conf", b""),
        ("pom.xml", b"<project>redis" + b"<a>" * 5000),
        ("build.gradle", b"redis" + b"{" * 5000),
        ("redis.tf", b'resource "aws_elasticache_cluster" "x" {\n engine = "redis"\n' + b"{" * 3000),
    ],
)  # fmt: skip
def test_a_bad_file_stops_nothing(write: Write, tmp_path: Path, name: str, content: bytes) -> None:
    write(name, content)
    write("good/redis.conf", GOOD)
    status, report, _ = run(tmp_path, ".")
    assert status == 1
    assert "no-auth-network" in {f["name"] for f in report["findings"]}


def test_a_named_file_that_is_missing_is_exit_2_and_the_rest_is_reported(
    write: Write, tmp_path: Path
) -> None:
    write("redis.conf", GOOD)
    status, report, stderr = run(tmp_path, "redis.conf", "gone.conf")
    assert status == 2
    assert [f["name"] for f in report["findings"]] == ["no-auth-network"]
    assert report["errors"] == [{"path": "gone.conf", "line": None, "message": "no such file"}]
    assert stderr == "redislint: gone.conf: no such file\n"


def test_an_unreadable_file_below_a_folder_is_an_entry_only(write: Write, tmp_path: Path) -> None:
    write("redis.conf", GOOD)
    (tmp_path / "redis-loop.conf").symlink_to("redis-loop.conf")
    status, report, _ = run(tmp_path, ".")
    assert status == 1
    assert [e["path"] for e in report["errors"]] == ["redis-loop.conf"]


def test_an_include_of_itself_ends(write: Write, tmp_path: Path) -> None:
    write("redis.conf", "include redis.conf\n" + GOOD)
    status, report, _ = run(tmp_path, ".")
    assert status == 0
    assert report["errors"] == [
        {
            "path": "redis.conf",
            "line": 1,
            "message": "include redis.conf leads back to a file that is being read:"
            " the server dies of it",
        }
    ]


def test_an_include_never_leaves_the_tree(write: Write, tmp_path: Path) -> None:
    secret = tmp_path / "outside.conf"
    secret.write_text("requirepass outsidesecret\n", encoding="utf-8")
    write("tree/redis.conf", "include ../outside.conf\n" + GOOD)
    _, report, _ = run(tmp_path / "tree", ".")
    assert "outsidesecret" not in json.dumps(report)
    assert "requirepass-weak" not in {f["name"] for f in report["findings"]}


def test_compose_services_that_extend_each_other_end(write: Write, tmp_path: Path) -> None:
    write(
        "compose.yaml",
        "services:\n  redis:\n    extends: other\n    image: redis:7.2\n    ports: ['6379:6379']\n"
        "  other:\n    extends: redis\n",
    )
    status, report, _ = run(tmp_path, ".")
    assert status == 1
    assert {f["name"] for f in report["findings"]} >= {"implicit-replication-exposed-server"}
    assert report["errors"] == [
        {"path": "compose.yaml", "line": line, "message": why}
        for line, why in (
            (2, "service redis extends itself: compose refuses the file"),
            (6, "service other extends itself: compose refuses the file"),
        )
    ]


@pytest.mark.parametrize("named", [True, False])
def test_a_compose_file_of_which_nothing_can_be_read_is_unread(
    write: Write, tmp_path: Path, named: bool
) -> None:
    write("compose.yaml", "services:\n  redis:\n    image: redis:7\n    command: " + "[" * 3000)
    status, report, _ = run(tmp_path, "compose.yaml" if named else ".")
    assert status == (2 if named else 0)
    assert [e["message"] for e in report["errors"]] == [
        "is nested deeper than 150 levels: not read"
    ]


def test_a_broken_line_of_springs_configuration_is_unread(write: Write, tmp_path: Path) -> None:
    write("application.yml", "spring:\n  redis:\n    host: x\n   port: 6\n")
    _, report, _ = run(tmp_path, ".")
    assert [(e["path"], e["line"]) for e in report["errors"]] == [("application.yml", 4)]


def test_utf_16_is_read_as_the_text_that_it_is(tmp_path: Path) -> None:
    text = "services:\n  redis:\n    image: redis:7\n    ports: ['6379:6379']\n"
    (tmp_path / "docker-compose.yml").write_bytes(text.encode("utf-16"))
    _, report, _ = run(tmp_path, "docker-compose.yml")
    assert {f["line"] for f in report["findings"]} == {4}


@pytest.mark.parametrize("in_git", [False, True])
def test_a_folder_is_searched_for_utf_16_too(tmp_path: Path, in_git: bool) -> None:
    text = "services:\n  cache:\n    image: redis:5.0\n"
    (tmp_path / "docker-compose.yml").write_bytes(text.encode("utf-16"))
    if in_git:
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    _, report, _ = run(tmp_path, ".")
    assert [f["name"] for f in report["findings"]] == ["eol-version"]


def test_a_file_of_a_hundred_megabytes_is_unread(tmp_path: Path) -> None:
    with open(tmp_path / "redis.conf", "wb") as file:
        file.truncate(100_000_000)
    status, report, _ = run(tmp_path, "redis.conf")
    assert status == 2
    assert report["errors"][0]["message"].startswith("is 100 MB, over the limit of 20 MB")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_does_not_block(write: Write, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "redis.conf")
    status, report, _ = run(tmp_path, "redis.conf")
    assert status == 2
    assert report["errors"][0]["message"] == "is no regular file"


def test_a_text_on_standard_input_is_checked_by_its_name(tmp_path: Path) -> None:
    status, report, _ = run(
        tmp_path, "--stdin-filename", "conf/redis.conf", "-", stdin=GOOD.encode()
    )
    assert status == 1
    assert report["findings"][0]["path"] == "conf/redis.conf"


@pytest.mark.parametrize(
    "format_", ["text", "json", "sarif", "github", "gitlab", "junit", "markdown", "html"]
)
def test_no_format_shows_a_password(write: Write, tmp_path: Path, format_: str) -> None:
    write(
        "redis.conf",
        "requirepass hunter2Hidden\nmasterauth hunter2Hidden\n"
        "user app on >hunter2Hidden +@all ~*\nuser app on >hunter2Hidden\n",
    )
    write(
        "compose.yaml",
        "services:\n  redis:\n    image: redis:7.2\n    ports: ['6379:6379']\n"
        "    command: redis-server --requirepass hunter2Hidden --masterauth\n"
        "    environment:\n      REDIS_PASSWORD: hunter2Hidden\n",
    )
    write("app.py", "import redis\nr = redis.RedisCluster.from_url('redis://:hunter2Hidden@h:1')\n")
    write(
        "application.yml",
        "spring:\n  redis:\n    password: hunter2Hidden\n    url: redis://u:hunter2Hidden@h\n",
    )
    done = subprocess.run(
        [sys.executable, "-m", "redislint", "check", ".", "--format", format_, "--preview"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout
    assert "hunter2Hidden" not in done.stdout + done.stderr


def test_digits_of_other_scripts_are_no_numbers(write: Write, tmp_path: Path) -> None:
    write("redis.conf", "port ²³\nsave ²³ ²³\n")
    _, report, _ = run(tmp_path, "redis.conf", "--server", "redis-7.2")
    refused = [f["line"] for f in report["findings"] if f["name"] == "refused-by-server"]
    assert refused == [1]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("redis.conf", "maxmemory {}mb\n"),
        ("Dockerfile", "FROM redis:{}\n"),
        ("compose.yaml", 'services: {{redis: {{image: redis, ports: ["{}:6379"]}}}}\n'),
        ("sentinel.conf", "sentinel monitor redis 127.0.0.1 6379 {}\n"),
    ],
)
def test_a_number_beyond_all_measure_is_unread(
    write: Write, tmp_path: Path, name: str, text: str
) -> None:
    write(name, text.format("9" * 5_000))
    status, report, _ = run(tmp_path, name)
    assert [e["message"] for e in report["errors"]] == [
        "holds a number of 300 digits or more: correct it, or exclude the file"
    ]
    assert status == 2
    assert run(tmp_path, "-", "--stdin-filename", name, stdin=b"9" * 300)[0] == 2


def test_a_byte_order_mark_hides_no_compose_file(tmp_path: Path) -> None:
    text = "services:\r\n  redis:\r\n    image: redis:5\r\n"
    (tmp_path / "compose.yml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    report = check([str(tmp_path)], Config(select=["eol-version"]))
    assert [(f.span.line, f.span.column) for f in report.findings] == [(3, 12)]


def test_a_file_that_is_too_large_is_named_when_it_is_about_redis(tmp_path: Path) -> None:
    for name, word in (("redis-map.yaml", "x"), ("cm.yaml", "redis"), ("other.json", "data")):
        (tmp_path / name).write_text(f"kind: {word}\n" + "#" * 20_000_001)
    report = check([str(tmp_path)], Config())
    assert sorted(p.path for p in report.errors) == ["cm.yaml", "redis-map.yaml"]
    assert all("over the limit of 20 MB" in p.message for p in report.errors)
