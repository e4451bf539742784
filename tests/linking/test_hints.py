"""`redislint: purpose=…` in a comment says what a server's data is for."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint import check
from redislint.findings.outcome import Report

COMPOSE = """\
services:
  # redislint: purpose=cache
  one: {image: "redis:7.2", command: redis-server --save "" --appendonly no}
  two:
    image: redis:7.2  # redislint: purpose=queue
    command: redis-server --save ""
  three:
    image: redis:7.2
    # redislint: purpose: session - logins, and nothing else
    command: redis-server --save ""
"""


def checked(folder: Path, name: str, text: str) -> Report:
    (folder / name).write_text(text, encoding="utf-8")
    return check([folder])


@pytest.mark.parametrize("hint", ["purpose=cache", "purpose: cache", "purpose cache"])
def test_a_cache_by_its_own_word_is_left_alone(tmp_path: Path, hint: str) -> None:
    conf = "bind 127.0.0.1\nsave 3600 1\n"
    names = {f.rule.name for f in checked(tmp_path, "redis.conf", conf).findings}
    assert names == {"rdb-only-loss-window"}
    assert checked(tmp_path, "redis.conf", f"# redislint: {hint}\n{conf}").findings == []


def test_a_comment_means_the_service_below_it_or_around_it(tmp_path: Path) -> None:
    found = checked(tmp_path, "compose.yml", COMPOSE).findings
    lost = [f for f in found if f.rule.name == "no-persistence"]
    assert [f.subject for f in lost] == ["service two", "service three"]
    reasons = [r for f in lost for r in f.reasons if r.text.startswith("purpose is ")]
    assert [r.text for r in reasons] == [
        "purpose is queue (a comment says so)",
        "purpose is session (a comment says so)",
    ]
    assert [r.span.line for r in reasons if r.span is not None] == [5, 9]


def test_redislint_toml_overrules_a_comment(tmp_path: Path) -> None:
    (tmp_path / "redislint.toml").write_text('[purposes]\n"*" = "queue"\n', encoding="utf-8")
    from redislint.config import load

    (tmp_path / "redis.conf").write_text(
        'bind 127.0.0.1\nsave ""\n# redislint: purpose=cache\n', encoding="utf-8"
    )
    report = check([tmp_path], load(tmp_path / "redislint.toml"))
    assert "no-persistence" in {f.rule.name for f in report.findings}


def test_a_purpose_that_nobody_knows_is_said(tmp_path: Path) -> None:
    report = checked(tmp_path, "redis.conf", "bind 127.0.0.1\n# redislint: purpose=cach\n")
    assert [(p.line, p.message) for p in report.errors] == [
        (2, "purpose=cach says nothing: one of cache, session, queue, rate-limiter, leaderboard,"
            " lock, pubsub, primary")
    ]  # fmt: skip


def test_a_text_that_is_no_comment_is_none(tmp_path: Path) -> None:
    text = 'services:\n  x:\n    image: redis:7.2\n    labels: ["redislint: purpose=nothing"]\n'
    assert checked(tmp_path, "compose.yml", text).errors == []
