"""Numbers and strings read the way the servers' C code reads them.

All functions take bytes. Where the C code works on a zero-terminated string, a NUL ends it.
"""

from __future__ import annotations

import re

INT64_MAX = 2**63 - 1
INT64_MIN = -(2**63)
UINT64 = 2**64

_DECIMAL = re.compile(rb"[ \t\n\v\f\r]*([+-]?[0-9]+)")
_OCTAL = re.compile(rb"[ \t\n\v\f\r]*([+-]?[0-7]+)")
_STRICT = re.compile(rb"(?:0|-?[1-9][0-9]{0,19})\Z")
_MEMORY = re.compile(rb"(-?)([0-9]*)([^\0]*)")
_UNITS = {
    b"": 1,
    b"b": 1,
    b"k": 1000,
    b"kb": 1024,
    b"m": 10**6,
    b"mb": 1 << 20,
    b"g": 10**9,
    b"gb": 1 << 30,
}
# strtod: decimal or hexadecimal float, inf, nan; leading space is refused by its caller here.
_FLOAT = re.compile(
    rb"[+-]?(?:0[xX](?:[0-9a-fA-F]++\.?[0-9a-fA-F]*+|\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]+)?"
    rb"|(?:[0-9]++\.?[0-9]*+|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?)\Z"
)


def cstr(text: bytes) -> bytes:
    """Return the text up to its first NUL."""
    nul = text.find(b"\0")
    return text if nul < 0 else text[:nul]


def same(text: bytes, word: bytes) -> bool:
    """Compare without case, as strcasecmp in the C locale; ``word`` is in lower case."""
    return cstr(text).lower() == word


def _clip(value: int) -> int:
    return max(INT64_MIN, min(INT64_MAX, value))


def wrap32(value: int) -> int:
    """Return the value as it ends up in a C int."""
    return (value + 2**31) % 2**32 - 2**31


def wrap64(value: int) -> int:
    """Return the value as it ends up in a C long long."""
    return (value + 2**63) % UINT64 - 2**63


def _digits(text: bytes, base: int = 10) -> int:
    """int() of many digits without quadratic cost: anything this long is out of range anyway."""
    body = text.lstrip(b"+-").lstrip(b"0")
    value = 10**30 if len(body) > 30 else int(body or b"0", base)
    return -value if text[:1] == b"-" else value


def strtoll(text: bytes, base: int = 10) -> tuple[int, bytes, bool]:
    """Return (value, rest, out of range). No digits at all: 0, and the whole text as rest."""
    m = (_DECIMAL if base == 10 else _OCTAL).match(text)
    if m is None:
        return 0, cstr(text), False
    value = _digits(m[1], base)
    return _clip(value), cstr(text[m.end() :]), not INT64_MIN <= value <= INT64_MAX


def atoi(text: bytes) -> int:
    """Return what atoi makes of a text: no number is 0, and 32 bits are kept."""
    return wrap32(strtoll(text)[0])


def string2ll(text: bytes) -> int | None:
    """Return a strictly written 64-bit integer, or None (no blanks, no ``+``, no leading zero)."""
    if len(text) > 20 or _STRICT.match(text) is None:
        return None
    value = int(text)
    return value if INT64_MIN <= value <= INT64_MAX else None


def _unit(text: bytes, rest: bytes) -> int | None:
    return _UNITS.get(rest.lower()) if len(rest) < 3 else None


def memtoll_2_8(text: bytes) -> int:
    """Memory size in redis 2.8: an unknown unit counts as none."""
    m = _MEMORY.match(text)
    assert m is not None
    if len(m[1]) + len(m[2]) >= 128:
        return INT64_MAX
    value = _clip(_digits(m[1] + m[2])) if m[2] else 0
    return wrap64(value * (_unit(text, m[3]) or 1))


def memtoll(text: bytes) -> int | None:
    """Memory size in redis 3.0 to 6.2, None for an error (which 3.0 to 5.0 take as 0)."""
    m = _MEMORY.match(text)
    assert m is not None
    unit = _unit(text, m[3])
    if unit is None or len(m[1]) + len(m[2]) >= 128 or (m[1] and not m[2]):
        return None
    return wrap64(_clip(_digits(m[1] + m[2])) * unit if m[2] else 0)


def memtoull(text: bytes, ranged: bool = False) -> int | None:
    """Memory size from redis 7.0 on: unsigned, modulo 2**64; None for an error.

    ``ranged``: a number beyond 64 bits is an error as well (Valkey 9.1), not 2**64 - 1.
    """
    m = _MEMORY.match(text)
    assert m is not None
    unit = _unit(text, m[3])
    if unit is None or m[1] or len(m[2]) >= 128:
        return None
    value = _digits(m[2]) if m[2] else 0
    if value >= UINT64:
        if ranged:
            return None
        value = UINT64 - 1
    return value * unit % UINT64


def string2d(text: bytes) -> float | None:
    """Return a double that takes up the whole text, or None."""
    if not text or b"\0" in text or _FLOAT.match(text) is None:
        return None
    body = text.lower().decode("ascii")
    try:
        value = float.fromhex(body) if "0x" in body else float(body)
    except OverflowError:
        return None
    if "inf" not in body and value in (float("inf"), float("-inf")):
        return None
    if value == 0 and re.search(r"[1-9a-f]", body.partition("p" if "0x" in body else "e")[0]):
        return None  # underflow to zero
    return value


def is_base_name(text: bytes) -> bool:
    """Whether a file name holds no directory part, as the servers look at it."""
    name = cstr(text)
    return b"/" not in name and b"\\" not in name
