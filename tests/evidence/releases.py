"""Releases of redis-py for evidence: the installed one, and with REDISLINT_EVIDENCE=full others."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

OTHERS = ("4.3.3", "4.5.1", "5.0.8", "6.1.0", "6.4.0", "7.1.1", "7.4.1", "8.1.0")
"""One of each behaviour in the truth table of redispy-reinitialize-steps-default."""


def wanted() -> list[str]:
    """The releases to try; "" is the one that is installed."""
    return list(OTHERS) if os.environ.get("REDISLINT_EVIDENCE") == "full" else [""]


def installed() -> tuple[int, ...]:
    """The installed release as numbers."""
    from importlib.metadata import version

    return numbers(version("redis"))


def numbers(release: str) -> tuple[int, ...]:
    """ "7.1.1" → (7, 1, 1)."""
    return tuple(int(part) for part in release.split(".")[:3] if part.isdigit())


def folder_of(release: str) -> Path | None:
    """Where a release is, installed there on first use; None for the installed one."""
    return package(f"redis=={release}") if release else None


def package(*wanted: str, alone: bool = False) -> Path:
    """A folder with these packages, fetched on first use; `alone` leaves out what they need."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "redislint-evidence" / "+".join(wanted).replace("==", "-")
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            command = [
                sys.executable,
                "-m",
                "pip",
                "install",
                "-q",
                *(["--no-deps"] if alone else []),
            ]
            subprocess.run(
                [*command, "--target", f"{scratch}/it", *wanted], check=True, timeout=300
            )
            Path(scratch, "it").rename(folder)
    return folder


def said(folder: Path | None, program: str, *arguments: object) -> str:
    """What a Python program prints, or the last line of its traceback, with a folder of packages."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, *map(str, arguments)],
        env={**os.environ, **({"PYTHONPATH": str(folder)} if folder else {})},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines()[-1]
