"""Releases of redis-py for evidence: the installed one, and with REDISLINT_EVIDENCE=full others."""

from __future__ import annotations

import os
import subprocess
import sys
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
    if not release:
        return None
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "redislint-evidence" / f"redis-{release}"
    if not (folder / "redis").is_dir():
        scratch = folder.with_suffix(".part")
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "-q", "--target", str(scratch), f"redis=={release}"],
            check=True,
            timeout=300,
        )  # fmt: skip
        scratch.rename(folder)
    return folder
