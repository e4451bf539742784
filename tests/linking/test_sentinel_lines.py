"""Lines of a sentinel.conf that a Sentinel refuses, and passwords that stand in it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

_WATCH = "sentinel monitor mymaster 10.0.0.1 6379 2\n"


def _found(folder: Path, text: str) -> set[tuple[str, int]]:
    (folder / "sentinel.conf").write_text(text)
    run = subprocess.run(
        [sys.executable, "-m", "redislint", "check", ".", "--format", "json"],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    findings = json.loads(run.stdout)["findings"]
    return {(f["name"], f["line"]) for f in findings if f["severity"] != "note"}


def test_comments_of_another_language_are_reported_once(tmp_path: Path) -> None:
    text = f"port 26379\n//port 26380\n{_WATCH}//sentinel monitor old 10.0.0.9 6379 2\n"
    assert _found(tmp_path, text) == {("unknown-directive", 2)}


def test_an_unknown_name_ends_the_start_of_a_sentinel(tmp_path: Path) -> None:
    assert _found(tmp_path, f"port 26379\nprotcted-mode no\n{_WATCH}") == {("unknown-directive", 2)}


def test_a_sound_file_is_left_alone(tmp_path: Path) -> None:
    assert _found(tmp_path, f"port 26379\ndir /tmp\n{_WATCH}") == set()


def test_the_password_of_a_master_is_judged_where_it_stands(tmp_path: Path) -> None:
    text = f"port 26379\n{_WATCH}sentinel auth-pass mymaster 123456\n"
    assert _found(tmp_path, text) == {("password-in-repo", 3), ("requirepass-weak", 3)}


def test_a_password_that_a_script_fills_in_is_not_judged(tmp_path: Path) -> None:
    text = f"port 26379\n{_WATCH}sentinel auth-pass mymaster %PASSWORD%\n"
    assert _found(tmp_path, text) == set()


def test_a_statement_that_no_version_knows_ends_the_start(tmp_path: Path) -> None:
    text = f"port 26379\n{_WATCH}sentinel parallel-sysnc mymaster 1\n"
    assert _found(tmp_path, text) == {("unknown-directive", 3)}


def test_statements_that_every_version_refuses_are_reported(tmp_path: Path) -> None:
    wrong = [
        "sentinel announce-ip",
        "sentinel down-after-milliseconds mymaster 0",
        "sentinel failover-timeout nomaster 20000",
        "sentinel resolve-hostnames true",
        "sentinel monitor other 10.0.0.2 6379 0",
        "sentinel monitor mymaster 10.0.0.3 6379 2",
    ]
    found = _found(tmp_path, _WATCH + "\n".join(wrong) + "\n")
    assert {line for name, line in found if name == "refused-by-server"} == {2, 3, 4, 5, 6, 7}


def test_a_password_with_a_blank_is_refused_and_not_shown(tmp_path: Path) -> None:
    (tmp_path / "sentinel.conf").write_text(f"{_WATCH}sentinel auth-pass mymaster gulf mountain\n")
    run = subprocess.run(
        [sys.executable, "-m", "redislint", "check", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "it takes 2 words, not 3" in run.stdout
    assert "gulf" not in run.stdout
    assert "mountain" not in run.stdout


def test_statements_that_a_script_completes_are_not_judged(tmp_path: Path) -> None:
    for text in (
        "sentinel monitor mymaster REDIS_HOST 6379 QUORUM\nsentinel announce-ip\n",
        "sentinel monitor mymaster $MASTER 6379 2\nsentinel announce-ip\n",
        "sentinel down-after-milliseconds mymaster 5000\n",
    ):
        assert _found(tmp_path, text) == set()


def test_one_sentinel_with_the_quorum_one_is_a_note_and_two_are_a_warning(tmp_path: Path) -> None:
    line = "sentinel monitor mymaster 10.0.0.1 6379 1\n"
    assert ("sentinel-quorum-one", 1) not in _found(tmp_path, line)
    (tmp_path / "sentinel-2.conf").write_text(line)
    assert ("sentinel-quorum-one", 1) in _found(tmp_path, line)
