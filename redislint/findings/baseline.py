"""Baselines: findings that a project lives with for now, by fingerprint."""

from __future__ import annotations

import json
import os

from redislint.findings.finding import Finding


class BaselineError(Exception):
    """A baseline that cannot be read or written; one line with the way out."""


def read(path: str | os.PathLike[str]) -> set[str]:
    """The fingerprints of a baseline file. Raises BaselineError."""
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
        return {str(entry["fingerprint"]) for entry in data["findings"]}
    except OSError as error:
        raise BaselineError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BaselineError(f"{path}: is no baseline: write one with --write-baseline") from None


def write(path: str | os.PathLike[str], findings: list[Finding]) -> None:
    """Write the findings as a baseline: sorted, so that its diffs are small. Raises BaselineError."""
    entries = [
        {"fingerprint": f.fingerprint, "name": f.rule.name, "path": f.span.path} for f in findings
    ]
    entries.sort(key=lambda e: (e["path"], e["name"], e["fingerprint"]))
    text = json.dumps({"version": 1, "findings": entries}, indent=1)
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text + "\n")
    except OSError as error:
        raise BaselineError(f"{path}: cannot be written: {error.strerror}") from None
