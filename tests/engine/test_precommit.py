"""The real pre-commit runs the hook of this checkout in a scratch repository."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.slow


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    if shutil.which("git") is None:
        pytest.skip("git is missing")
    if subprocess.run(
        [sys.executable, "-m", "pre_commit", "--version"], capture_output=True, check=False
    ).returncode:
        pytest.skip("pre-commit is missing: pip install -e '.[dev]'")
    folder = tmp_path / "scratch"
    folder.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    return folder


def try_hook(folder: Path, hook: str) -> subprocess.CompletedProcess[str]:
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", "try-repo", str(ROOT), hook, "--all-files", "--verbose"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=500,
    )  # fmt: skip


def test_the_hook_stops_a_commit_that_opens_a_server(scratch: Path) -> None:
    (scratch / "redis.conf").write_text("bind 0.0.0.0\nprotected-mode no\n", encoding="utf-8")
    done = try_hook(scratch, "redislint")
    assert "no-auth-network" in done.stdout
    assert done.returncode == 1


def test_the_hook_lets_a_good_commit_pass(scratch: Path) -> None:
    (scratch / "redis.conf").write_text("bind 127.0.0.1\nappendonly yes\n", encoding="utf-8")
    done = try_hook(scratch, "redislint")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout


def test_the_verify_hook_names_the_line(scratch: Path) -> None:
    (scratch / "redis.conf").write_text("port 6379\nappendonly true\n", encoding="utf-8")
    done = try_hook(scratch, "redislint-verify")
    assert done.returncode == 1
    assert "line 2" in done.stdout
