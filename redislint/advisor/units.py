"""Sizes, durations and rates as people write them, and back. No unit is ever guessed silently."""

from __future__ import annotations

import math
import re


class AdvisorError(Exception):
    """What the advisor cannot work with; `str()` is one line that says what to do."""


_NUMBER = re.compile(r"\s*([+-]?\d+(?:[._]\d+)*+(?:e[+-]?\d{1,3})?)\s*+([a-zµ/%]*)\s*\Z", re.I)
_SIZES = {
    "b": 1, "k": 10**3, "kb": 2**10, "kib": 2**10, "m": 10**6, "mb": 2**20, "mib": 2**20,
    "g": 10**9, "gb": 2**30, "gib": 2**30, "t": 10**12, "tb": 2**40, "tib": 2**40,
}  # fmt: skip
_SECONDS = {
    "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0,
    "h": 3600.0, "d": 86400.0, "day": 86400.0, "days": 86400.0,
}  # fmt: skip
_PER = {"": 1.0, "/s": 1.0, "/sec": 1.0, "/min": 1 / 60, "/m": 1 / 60, "/h": 1 / 3600}
LARGEST = 2**50
"""Bytes; a size above a pebibyte is a slip of the finger."""


def _split(what: str, text: object, example: str) -> tuple[float, str]:
    found = _NUMBER.match(str(text))
    if found is None:
        raise AdvisorError(f"{what} '{_short(text)}' is no number with a unit: write {example}")
    try:
        number = float(found[1].replace("_", ""))
    except ValueError:
        raise AdvisorError(f"{what} '{_short(text)}' is no number: write {example}") from None
    if not math.isfinite(number):
        raise AdvisorError(f"{what} '{_short(text)}' is beyond all measure: write {example}")
    if number < 0:
        raise AdvisorError(f"{what} {_short(text)} is negative: write {example}")
    return number, found[2].lower()


def _short(text: object) -> str:
    shown = str(text)
    return shown if len(shown) <= 40 else shown[:37] + "..."


def parse_size(what: str, text: object, *, bare: bool = False, per: str = "") -> int:
    """Bytes from `8gb` (1 gb is 1024 mb, 1 g is 1000 m, as in redis.conf).

    `bare`: a number without a unit means bytes; otherwise it is refused. `what` names the option in
    the message, and `per` what follows its unit there. Raises AdvisorError.
    """
    number, unit = _split(what, text, f"512mb{per} or 8gb{per}")
    if not unit:
        if not bare and number:
            shown = _short(text).strip()
            raise AdvisorError(
                f"{what} {shown} has no unit: write {shown}mb{per} or {shown}gb{per}"
            )
        unit = "b"
    if unit not in _SIZES:
        raise AdvisorError(f"{what} {_short(text)}: '{unit}' is no unit of size: write kb, mb, gb")
    size = number * _SIZES[unit]
    if size > LARGEST:
        raise AdvisorError(f"{what} {_short(text)} is more than a pebibyte: check the unit")
    return round(size)


def parse_duration(what: str, text: object) -> float:
    """Seconds from `500ms`, `60s`, `5m`, `1h`; a bare 0 is 0, any other bare number is refused."""
    number, unit = _split(what, text, "500ms, 60s or 5m")
    if not unit:
        if number:
            shown = _short(text).strip()
            raise AdvisorError(f"{what} {shown} has no unit: write {shown}s or {shown}ms")
        return 0.0
    if unit not in _SECONDS:
        raise AdvisorError(f"{what} {_short(text)}: '{unit}' is no unit of time: write ms, s, m, h")
    seconds = number * _SECONDS[unit]
    if seconds > 366 * 86400:
        raise AdvisorError(f"{what} {_short(text)} is longer than a year: check the unit")
    return seconds


def parse_rate(what: str, text: object) -> float:
    """Events per second from `5000`, `5k`, `300/min`; without a unit it is per second."""
    number, unit = _split(what, text, "5000 or 300/min")
    factor = 1.0
    for prefix, times in (("k", 1e3), ("m", 1e6)):
        if unit == prefix or unit.startswith(prefix + "/"):
            factor, unit = times, unit[1:]
            break
    if unit not in _PER:
        raise AdvisorError(f"{what} {_short(text)}: '{unit}' is no rate: write 5000/s or 300/min")
    rate = number * factor * _PER[unit]
    if rate > 1e9:
        raise AdvisorError(f"{what} {_short(text)} is more than 10^9 a second: check the unit")
    return rate


def parse_share(what: str, text: object) -> float:
    """A share above 0 and at most 1, from `0.2` or `20%`."""
    number, unit = _split(what, text, "20% or 0.2")
    if unit not in ("", "%"):
        raise AdvisorError(f"{what} {_short(text)} is no share: write 20% or 0.2")
    share = number / 100 if unit == "%" else number
    if not 0 < share <= 1:
        raise AdvisorError(f"{what} {_short(text)} is no share: write more than 0% and up to 100%")
    return share


def parse_count(what: str, text: object, most: int = 10**12) -> int:
    """A whole number from 0 to `most`."""
    try:
        number = int(str(text).replace("_", ""))
    except ValueError:
        raise AdvisorError(f"{what} '{_short(text)}' is no whole number") from None
    if number < 0:
        raise AdvisorError(f"{what} {_short(text)} is negative")
    if number > most:
        raise AdvisorError(f"{what} {_short(text)} is more than {most}")
    return number


def size(amount: float) -> str:
    """Bytes for people: `1.5 GB`, with 1 GB = 1024 MB as the servers count."""
    for unit, factor in (("TB", 2**40), ("GB", 2**30), ("MB", 2**20), ("kB", 2**10)):
        if amount >= factor * 0.9995:
            return f"{_digits(amount / factor)} {unit}"
    return f"{round(amount)} B"


def speed(amount: float) -> str:
    """Bytes a second for people."""
    return f"{size(amount)}/s"


def duration(seconds: float | None) -> str:
    """Seconds for people: `35 s`, `60 min`, `2 ms`; None is `everything`."""
    if seconds is None:
        return "everything"
    if seconds == 0:
        return "0 s"
    if seconds < 0.0009995:
        return f"{_digits(seconds * 1e6)} µs"
    if seconds < 0.9995:
        return f"{_digits(seconds * 1e3)} ms"
    if seconds < 120:
        return f"{_digits(seconds)} s"
    if seconds < 2 * 3600:
        return f"{_digits(seconds / 60)} min"
    if seconds < 2 * 86400:
        return f"{_digits(seconds / 3600)} h"
    return f"{_digits(seconds / 86400)} d"


def rate(per_second: float) -> str:
    """Writes a second for people."""
    if per_second and per_second < 1:
        return f"{_digits(per_second * 60)} writes/min"
    return f"{_digits(per_second)} write{'' if per_second == 1 else 's'}/s"


def _digits(value: float) -> str:
    if value >= 99.5:
        return f"{value:.0f}"
    text = f"{value:.1f}" if value >= 9.95 else f"{value:.2f}"
    return text.rstrip("0").rstrip(".")


def factor(value: float) -> str:
    """A factor in two digits, written out: `1.4`, `15`, `1600`."""
    return f"{value:.2g}" if value < 100 else f"{float(f'{value:.2g}'):.0f}"
