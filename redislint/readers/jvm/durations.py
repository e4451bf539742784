"""Durations as texts: ISO 8601's, and those that Spring Boot reads. All results are in seconds."""

from __future__ import annotations

import re

BOOT = re.compile(r"([+-]?\d+)\s*(ns|us|ms|s|m|h|d)?", re.I)
"""Boot's own form: a number and a unit."""
_FACTOR = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_ISO = re.compile(r"P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?", re.I)


def iso(text: str) -> float | None:
    """A duration such as PT30S; None where it is none."""
    match = _ISO.fullmatch(text.strip())
    if not match or not any(match.groups()):
        return None
    parts = zip(match.groups(), (86400, 3600, 60, 1), strict=True)
    return sum(float(number or 0) * factor for number, factor in parts)


def boot(text: str) -> float | None:
    """A duration as Boot reads it, where a bare number is milliseconds; None where it is none."""
    match = BOOT.fullmatch(text)
    if match:
        return round(int(match[1]) * _FACTOR[(match[2] or "ms").lower()], 9)
    return iso(text)
