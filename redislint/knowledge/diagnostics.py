"""What `redislint audit` says about a running server: texts, severities, codes (data: TOML)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Diagnostic:
    """One condition on a running server; `message` and `fix` have {fields} to fill in."""

    id: str
    code: str
    severity: str
    message: str
    fix: str
    risks: tuple[str, ...]


@cache
def load() -> dict[str, Diagnostic]:
    """All diagnostics by id, in the order of their codes."""
    text = Path(__file__).with_name("diagnostics.toml").read_text("utf-8")
    found = {}
    for row in tomllib.loads(text)["diagnostic"]:
        found[row["id"]] = Diagnostic(
            row["id"],
            row["code"],
            row["severity"],
            row["message"],
            row["fix"],
            tuple(row["risks"]),
        )
    return found


@dataclass(frozen=True)
class Versions:
    """What is known of a product's lines: those that get no fixes any more (prefixes of
    versions), and per line the release that closes the last known remote flaw, with the flaw.
    """

    ended: tuple[str, ...]
    fixed: dict[str, tuple[str, str]]


@cache
def versions(product: str) -> Versions:
    """Lines of "Redis" or "Valkey"."""
    text = Path(__file__).with_name("diagnostics.toml").read_text("utf-8")
    row = tomllib.loads(text)["versions"][product]
    return Versions(tuple(row["ended"]), {line: (good, why) for line, good, why in row["fixed"]})
