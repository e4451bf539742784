"""Questions are asked on a terminal only, and take only answers that can be read."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest


def talk(answers: list[bytes], folder: Path, seconds: float = 30) -> tuple[str, int]:
    """Run advise on a pseudo terminal, answer each question, and return what was shown."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "redislint", "advise"],
        stdin=slave, stdout=slave, stderr=slave, cwd=folder,
        env={**os.environ, "TERM": "dumb", "COLUMNS": "200"},
    )  # fmt: skip
    os.close(slave)
    shown, waiting = b"", list(answers)
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            ready, _, _ = select.select([master], [], [], 0.2)
            if ready:
                try:
                    piece = os.read(master, 65536)
                except OSError:
                    break
                if not piece:
                    break
                shown += piece
            if waiting and shown.endswith(b"]: "):
                os.write(master, waiting.pop(0) + b"\n")
                shown += b"\n"
    finally:
        process.kill() if process.poll() is None and time.monotonic() >= end else None
        code = process.wait(10)
        os.close(master)
    return shown.decode("utf-8", "replace"), code


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
def test_sensible_defaults_lead_to_an_answer(tmp_path: Path) -> None:
    shown, code = talk([b"queue", *[b""] * 8], tmp_path)
    assert "how much data is in memory (as 8gb) [1gb]:" in shown
    assert "how much may be lost (as 1s, 15min, any) [1s]:" in shown
    assert "recommended: aof-everysec" in shown
    assert code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
def test_an_answer_that_cannot_be_read_is_asked_again(tmp_path: Path) -> None:
    shown, code = talk([b"cache", b"lots", b"2gb", *[b""] * 8], tmp_path)
    assert "--data-size 'lots' is no number with a unit" in shown
    assert shown.count("how much data is in memory") == 2
    assert "a cache: 2 GB of data" in shown
    assert "memory of the container or machine [4 GB]" in shown
    assert code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
def test_a_server_without_a_disk_can_be_described(tmp_path: Path) -> None:
    words = [b"primary", b"2gb", b"", b"", b"", b"none", b"0s", b"any", b"", b""]
    shown, code = talk(words, tmp_path)
    assert shown.count("disk (gp3") == 1
    assert "--rpo 0s and --disk none exclude each other" in shown
    assert "recommended: none" in shown
    assert code == 0
