"""The registry of conditions on a running server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from redislint.auditing.snapshot import Snapshot


@dataclass
class Hit:
    """A condition that holds: what fills the message's fields, and the facts that show it.

    `facts` are (part, field) pairs; the first decides which line is shown. `severity` and
    `confidence` override the diagnostic's where the evidence is stronger or weaker.
    """

    facts: list[tuple[str, str | int]]
    fields: dict[str, object] = field(default_factory=dict)
    severity: str = ""
    confidence: str = "high"


Condition = Callable[[Snapshot], Iterator[Hit]]
CONDITIONS: dict[str, Condition] = {}


def diagnostic(name: str) -> Callable[[Condition], Condition]:
    """Register a condition under the id of its diagnostic."""

    def register(condition: Condition) -> Condition:
        CONDITIONS[name] = condition
        return condition

    return register


def info(*names: str) -> list[tuple[str, str | int]]:
    """INFO fields as facts."""
    return [("info", name) for name in names]


def config(*names: str) -> list[tuple[str, str | int]]:
    """Settings as facts."""
    return [("config", name) for name in names]


def size(number: float) -> str:
    """Bytes as people say them: 1.5 GB (of 1024 MB)."""
    for unit in ("bytes", "KB", "MB", "GB"):
        if abs(number) < 1024 or unit == "GB":
            return f"{number:.0f} {unit}" if unit == "bytes" else f"{number:.1f} {unit}"
        number /= 1024
    raise AssertionError


def duration(seconds: float) -> str:
    """Seconds as people say them: 90 s, 25 min, 3 h, 4 days."""
    for limit, unit, divisor in ((120, "s", 1), (7200, "min", 60), (172800, "h", 3600)):
        if seconds < limit:
            return f"{seconds / divisor:.0f} {unit}"
    return f"{seconds / 86400:.0f} days"
