"""What redislint.verify says, by example; each was run on the real servers."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import redislint
from redislint.judgement.judge import verify


def test_public_face() -> None:
    verdict = redislint.verify(b"timeout abc\n", server="redis-7.2")
    assert isinstance(verdict, redislint.Verdict)
    assert verdict.accepted is False
    assert verdict.line == 1
    assert verdict.message == "argument couldn't be parsed into an integer"


def test_an_unknown_server_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown server 'keydb-6'"):
        verify(b"", "keydb-6")


@pytest.mark.parametrize(
    ("text", "server", "line"),
    [
        (b"timeout 10s\n", "redis-5.0", None),
        (b"timeout 10s\n", "redis-6.0", 1),
        (b"timeout 4294967297\n", "redis-5.0", None),
        (b"maxmemory 1Gi\n", "redis-6.2", 1),
        (b"maxmemory 18446744073709551616\n", "redis-7.2", None),
        (b"maxmemory 18446744073709551616\n", "valkey-9.1", 1),
        (b"maxclients -1\n", "redis-5.0", None),
        (b"save 900 1 # comment\n", "redis-6.2", None),
        (b"save 900 1 # comment\n", "redis-7.0", 1),
        (b"save 900s 1\n", "redis-6.2", None),
        (b'replicaof "127.0.0.1 6399"\n', "redis-6.2", 1),
        (b'replicaof "127.0.0.1 6399"\n', "redis-7.0", None),
        (b"replicaof 127.0.0.1 4294973675\n", "redis-7.2", None),
        (b"unixsocketperm 778\n", "redis-6.2", None),
        (b"unixsocketperm 778\n", "redis-7.0", 1),
        (b"user alice on &x\n", "redis-6.2", 1),
        (b"user alice on &x\n", "redis-7.0", None),
        (b"user alice on\nuser alice off\n", "redis-6.2", None),
        (b"user alice on\nuser alice off\n", "redis-7.0", 2),
        (b"rename-command GET A\nrename-command GET B\n", "redis-2.8", 2),
        (b"list-max-ziplist-entries 512\n", "redis-8.2", None),
        (b"loglevel nothing\n", "redis-7.0", 1),
        (b"loglevel nothing\n", "redis-7.2", None),
        (b"shutdown-on-sigterm save nosave\n", "redis-7.0", 1),
        (b"client-output-buffer-limit normal 0 0 0 pubsub 1mb 1mb 1\n", "redis-6.2", 1),
        (b"client-output-buffer-limit normal 0 0 0 pubsub 1mb 1mb 1\n", "redis-7.0", None),
        (b"cluster-enabled yes\nreplicaof 127.0.0.1 6399\n", "redis-6.2", 2),
        (b"bind " + b"127.0.0.1 " * 17 + b"\n", "redis-2.8", 1),
        (b"\xef\xbb\xbftimeout 5\n", "redis-7.2", 1),
        (b"timeout 5\0\n0\n", "redis-7.2", None),
    ],
)
def test_verdict(text: bytes, server: str, line: int | None) -> None:
    verdict = verify(text, server)
    assert (verdict.accepted, verdict.line) == (line is None, line)


@pytest.mark.parametrize(
    ("text", "server", "stage"),
    [
        (b"foo.bar 1\n", "redis-7.2", "unresolved"),
        (b"nosuch 1\n", "redis-8.2", "unresolved"),
        (b"nosuch 1\n", "redis-7.4", "parse"),
        (b"user alice on +nosuch\n", "redis-7.2", "post"),
        (b'user "al ice" on\n', "redis-7.2", "post"),
        (b"cluster-enabled yes\nreplicaof 127.0.0.1 6399\n", "redis-7.0", "post"),
        (b"dbfilename ..\n", "redis-2.8", "post"),
        (b"pidfile dump.rdb\n", "redis-3.0", "ok"),
        (b"pidfile dump.rdb\n", "redis-3.2", "post"),
        (b"aclfile u.acl\nuser bob on\n", "redis-6.0", "post"),
        (b'dir ""\n', "valkey-8.0", "parse"),
    ],
)
def test_stage(text: bytes, server: str, stage: str) -> None:
    assert verify(text, server).stage == stage


def test_in_redis_8_a_later_bad_line_is_reported_before_an_unknown_name() -> None:
    assert verify(b"nosuch 1\ntimeout a b\n", "redis-8.0").line == 2


def test_a_text_alone_resolves_no_include_and_says_so() -> None:
    verdict = verify(b"include other.conf\n", "redis-7.2")
    assert verdict.accepted
    assert verdict.depends_on == (
        "line 1: the included file 'other.conf' was not read: "
        "no directory was given to resolve it in",
    )


def test_an_error_in_an_include_counts_its_own_lines(tmp_path: Path) -> None:
    (tmp_path / "x.conf").write_text("timeout 1\nbogus\n")
    verdict = verify(b"timeout 1\n\n\ninclude x.conf\n", "redis-7.2", tmp_path)
    assert (verdict.line, verdict.in_include) == (2, "x.conf")


def test_a_glob_joins_files_in_name_order(tmp_path: Path) -> None:
    (tmp_path / "1.conf").write_text("timeout 1\n")
    (tmp_path / "10.conf").write_text("timeout x\n")
    (tmp_path / "2.conf").write_text("timeout y z\n")
    assert verify(b"include *.conf\n", "redis-7.0", tmp_path).line == 2
    assert verify(b"include *.conf\n", "redis-6.2", tmp_path).stage == "env"


def test_dir_moves_where_includes_are_looked_for(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "x.conf").write_text("timeout 1 2\n")
    assert verify(b"dir sub\ninclude x.conf\n", "redis-7.2", tmp_path).line == 1


def test_an_include_never_leaves_the_directory(tmp_path: Path) -> None:
    (tmp_path / "secret.conf").write_text("bogus\n")
    inside = tmp_path / "in"
    inside.mkdir()
    (inside / "link.conf").symlink_to(tmp_path / "secret.conf")
    for name in (b"../secret.conf", b"link.conf", b"../*.conf", b"l*.conf"):
        verdict = verify(b"include " + name + b"\n", "redis-7.2", inside)
        assert verdict.accepted
        assert "outside of the directory" in verdict.depends_on[0]


def test_an_include_that_never_ends_kills_the_server(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("include b.conf\n")
    (tmp_path / "b.conf").write_text("include a.conf\n")
    assert verify(b"include a.conf\n", "redis-7.2", tmp_path).stage == "crash"


def test_includes_that_double_end_in_time(tmp_path: Path) -> None:
    for i in range(30):
        (tmp_path / f"{i}.conf").write_text(f"include {i + 1}.conf\n" * 2)
    (tmp_path / "30.conf").write_text("timeout 1\n")
    start = time.perf_counter()
    verify(b"include 0.conf\n", "redis-7.2", tmp_path)
    assert time.perf_counter() - start < 10


def test_alone_a_server_must_listen_somewhere() -> None:
    assert verify(b"port 0\n", "redis-7.2").accepted
    verdict = verify(b"port 0\n", "redis-7.2", bare=True)
    assert verdict.message == "Configured to not listen anywhere, exiting."
    assert verify(b"port 0\nunixsocket ./s\n", "redis-7.2", bare=True).accepted


def test_activedefrag_depends_on_the_build() -> None:
    verdict = verify(b"activedefrag yes\n", "redis-7.2")
    assert (verdict.accepted, verdict.line) == (False, 1)
    official = verify(b"activedefrag yes\n", "redis-7.2", build="official")
    assert official.accepted
    assert official.depends_on == ("line 1: activedefrag needs a build with the bundled jemalloc",)


@pytest.mark.parametrize(
    "text",
    [
        b'requirepass "s3cret"x\n',
        b"masterauth s3cret extra\n",
        b"user alice on >s3cret (\n",
        b"user alice on <s3cret\n",
        b"sentinel auth-pass m s3cret\n",
        b'tls-key-file-pass "s3cret\n',
        b"requirepasss s3cret\n",
    ],
)
@pytest.mark.parametrize("server", ["redis-5.0", "redis-6.2", "redis-7.2", "redis-8.2"])
def test_a_refusal_never_shows_a_password(text: bytes, server: str) -> None:
    verdict = verify(text, server)
    assert not verdict.accepted
    assert "s3cret" not in repr(verdict)


def test_a_million_lines_take_linear_time() -> None:
    start = time.process_time()  # of this process: other work on the machine does not count
    assert verify(b"timeout 5\n" * 1_000_000 + b"bogus\n", "redis-7.2").line == 1_000_001
    assert time.process_time() - start < 30


@pytest.mark.parametrize(
    "text",
    [
        b"proc-title-template " + b"{{" * 500_000,
        b"user a " + b"( " * 500_000,
        b"user a (" + b"+get " * 200_000 + b")",
        b"maxmemory " + b"9" * 1_000_000,
        b"oom-score-adj-values " + b"1" * 1_000_000 + b" 1 1",
        b"latency-tracking-info-percentiles " + b"1" * 1_000_000,
        b"notify-keyspace-events " + b"K" * 1_000_000,
        b"a\0" * 1_000_000,
        b"rename-command GET " + b"x" * 1_000_000,
        b"\n".join(b"user u%d on" % i for i in range(100_000)),
    ],
)
def test_hostile_text_ends_in_time(text: bytes) -> None:
    start = time.perf_counter()
    verify(text, "redis-7.2")
    assert time.perf_counter() - start < 10
