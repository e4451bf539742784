"""Values as users write them; secrets never."""

from __future__ import annotations

from redislint.model.subject import FactSpec
from redislint.model.value import Value

MASK = "****"


def size(number: float) -> str:
    """Bytes as redis.conf writes them: 104857600 is 100mb."""
    for unit, factor in (("gb", 1024**3), ("mb", 1024**2), ("kb", 1024)):
        if number and number % factor == 0:
            return f"{int(number // factor)}{unit}"
    for unit, factor in (("gb", 1024**3), ("mb", 1024**2), ("kb", 1024)):
        if number >= factor:
            return f"{number / factor:.1f}{unit}"
    return f"{int(number)} bytes"


def duration(seconds: float) -> str:
    """Seconds with the unit that reads best."""
    if seconds == 0:
        return "0 s"
    if seconds < 1:
        return f"{seconds * 1000:g} ms"
    if seconds >= 7200 and seconds % 3600 == 0:
        return f"{seconds / 3600:g} h"
    if seconds >= 120 and seconds % 60 == 0:
        return f"{seconds / 60:g} min"
    return f"{seconds:g} s"


def show(value: Value, spec: FactSpec | None) -> str:
    """A value as users write it."""
    if spec is not None and spec.secret:
        return MASK if value.set else "unset"
    if not value.known:
        return value.raw if value.raw and len(value.raw) < 60 else "unknown"
    held = value.value
    if held is None:
        return "unset"
    if isinstance(held, bool):
        return "yes" if held else "no"
    if spec is not None and isinstance(held, int | float):
        if spec.type == "size":
            return size(held)
        if spec.type == "duration":
            return duration(held)
        if spec.type == "percent":
            return f"{held:g}%"
    if spec is not None and spec.name == "save" and isinstance(held, tuple):
        return " ".join(f"{s} {c}" for s, c in held) or '""'
    if isinstance(held, list | tuple | set | frozenset):
        return ", ".join(str(item) for item in held) or "empty"
    if isinstance(held, float):
        return f"{held:g}"
    text = str(held)
    if text == "":
        return '""'
    return text if len(text) <= 200 else text[:197] + "..."
