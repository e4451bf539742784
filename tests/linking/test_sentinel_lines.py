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
