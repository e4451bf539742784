from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from redislint.rules import FORMAT

ROOT = Path(__file__).parents[2]
PACK = Path(__file__).parent.parent / "packs"


def test_an_installed_pack_brings_a_reader_and_rules(tmp_path: Path) -> None:
    """Installed as pip lays it out: a package and its metadata on sys.path."""
    site = tmp_path / "site"
    info = site / "redislint_motd-0.1.dist-info"
    info.mkdir(parents=True)
    (site / "redislint_motd").symlink_to(PACK / "redislint_motd")
    manifest = (PACK / "pyproject.toml").read_text(encoding="utf-8")
    assert 'motd = "redislint_motd.reader"' in manifest
    (info / "entry_points.txt").write_text(
        "[redislint.readers]\nmotd = redislint_motd.reader\n\n"
        "[redislint.rules]\nmotd = redislint_motd:RULES\n",
        encoding="utf-8",
    )
    work = tmp_path / "work"
    work.mkdir()
    (work / "server.motd").write_text("# redis\nport=1234\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "redislint", "check", "server.motd", "--select", "motd-port"],
        cwd=work,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(site), "PATH": "", "HOME": str(tmp_path)},
        check=False,
    )
    assert "server.motd:2:1" in done.stdout
    assert "port 1234 is the message of the day's" in done.stdout
    assert done.returncode == 1


def _check(folder: Path, path: str = os.devnull) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "redislint", "check", "redis.conf"],
        cwd=folder,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": f"{ROOT}{os.pathsep}{path}", "PATH": "", "HOME": str(folder)},
        check=False,
    )


def test_the_pages_of_a_checked_repository_run_no_code(tmp_path: Path) -> None:
    """Its own compiled form is not believed: that names modules to import."""
    (tmp_path / "redis.conf").write_text("port 6379\n", encoding="utf-8")
    (tmp_path / "redislint.toml").write_text('rules = ["ops"]\n', encoding="utf-8")
    (tmp_path / "evil.py").write_text('print("ran")\n', encoding="utf-8")
    (tmp_path / "ops").mkdir()
    (tmp_path / "ops" / "compiled.json").write_text(
        json.dumps({"format": FORMAT, "rules": [], "modules": {"server": ["evil"]}}),
        encoding="utf-8",
    )
    done = _check(tmp_path, path=str(tmp_path))
    assert "ran" not in done.stdout
    assert done.returncode in (0, 1)


def test_python_m_takes_no_modules_from_the_checked_repository(tmp_path: Path) -> None:
    (tmp_path / "redis.conf").write_text("port 6379\n", encoding="utf-8")
    (tmp_path / "evil.py").write_text('print("ran")\n', encoding="utf-8")
    (tmp_path / "evil-1.dist-info").mkdir()
    (tmp_path / "evil-1.dist-info" / "entry_points.txt").write_text(
        "[redislint.readers]\nevil = evil\n", encoding="utf-8"
    )
    done = _check(tmp_path)
    assert "ran" not in done.stdout
    assert done.returncode in (0, 1)


def test_an_installed_reader_that_fails_is_an_entry_in_errors(tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "broken-1.dist-info").mkdir(parents=True)
    (site / "broken-1.dist-info" / "entry_points.txt").write_text(
        "[redislint.readers]\nbroken = broken_reader\n", encoding="utf-8"
    )
    (tmp_path / "redis.conf").write_text("port 6379\n", encoding="utf-8")
    done = _check(tmp_path, path=str(site))
    assert "this installed reader cannot be used (ModuleNotFoundError" in done.stdout
    assert done.stderr == ""
