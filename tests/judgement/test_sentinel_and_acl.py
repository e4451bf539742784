"""sentinel.conf and ACL files: each refused line with the server's reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.judgement.aclfile import judge_acl_file
from redislint.judgement.judge import verify, verify_acl, verify_sentinel
from redislint.judgement.sentinel import judge_sentinel

MONITOR = b"sentinel monitor m 127.0.0.1 6379 2\n"


@pytest.mark.parametrize(
    ("text", "server", "line"),
    [
        (MONITOR, "redis-2.8", None),
        (b"sentinel auth-pass m x\n" + MONITOR, "redis-6.0", 1),
        (b"sentinel auth-pass m x\n" + MONITOR, "redis-6.2", None),
        (MONITOR + MONITOR, "redis-7.2", 2),
        (MONITOR + b"sentinel down-after-milliseconds m 5s\n", "redis-7.2", None),
        (MONITOR + b"sentinel down-after-milliseconds m abc\n", "redis-7.2", 2),
        (MONITOR + b"sentinel parallel-syncs m abc\n", "redis-7.2", None),
        (b"sentinel monitor m localhost 6379 2\n", "redis-6.0", None),
        (b"sentinel monitor m localhost 6379 2\n", "redis-6.2", 1),
        (b"sentinel monitor m 127.0.0.1 6379 0\n", "valkey-9.1", 1),
        (b"sentinel nosuch x\ntimeout x\n", "redis-6.2", 2),
        (b"sentinel resolve-hostnames yes\n", "redis-6.0", 1),
        (b"rename-command CONFIG x\n", "redis-7.2", 1),
        (b"nosuch 1\n", "redis-8.0", None),
        (b"nosuch 1\n", "redis-7.4", 1),
    ],
)
def test_sentinel(text: bytes, server: str, line: int | None) -> None:
    verdict = verify_sentinel(text, server)
    assert (verdict.accepted, verdict.line) == (line is None, line)


def test_every_refused_sentinel_line() -> None:
    text = MONITOR + b"sentinel nosuch m 1\nsentinel failover-timeout m 0\nbogus\n"
    _, refusals = judge_sentinel(text, "redis-7.2", every=True)
    assert sorted((r.line or 0, r.message) for r in refusals) == [
        (2, "Unrecognized sentinel configuration statement."),
        (3, "negative or zero time parameter."),
        (4, "Bad directive or wrong number of arguments"),
    ]


def test_acl_file_lines() -> None:
    text = b"user a on >x ~* +@all\n# comment\nuser  b on\nuser c on +nosuch\nuser a off\n"
    assert [(r.line, r.message) for r in judge_acl_file(text, "redis-7.2")] == [
        (2, "should start with user keyword followed by the username"),
        (3, "Error in applying operation 'b': Syntax error"),
        (4, "Error in applying operation '+nosuch': Unknown command or category name in ACL"),
        (5, "Duplicate user 'a' found"),
    ]
    assert verify_acl(b"user a on\nuser a off\n", "redis-6.2").accepted


def test_an_acl_file_beside_the_configuration_is_read(tmp_path: Path) -> None:
    (tmp_path / "users.acl").write_text("user a +nosuch\n")
    verdict = verify(b"aclfile users.acl\n", "redis-7.2", tmp_path)
    assert (verdict.accepted, verdict.stage) == (False, "post")
    assert verify(b"aclfile users.acl\n", "redis-7.2").accepted


def test_acl_files_came_with_6_0() -> None:
    with pytest.raises(ValueError, match="came with 6"):
        verify_acl(b"", "redis-5.0")
