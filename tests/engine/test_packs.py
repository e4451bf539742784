from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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
