"""GitHub's `primaryLocationLineHash`, exactly as its upload action computes it.

Per line: a polynomial hash (base 37, 64 bits) of the 100 UTF-16 units from the line's start on,
without blanks and tabs, every line end counted as one LF, the text's end as 65535, then zeros.
"""

from __future__ import annotations

from redislint.source import Source

_BLOCK = 100
_BASE = 37
_MASK = (1 << 64) - 1
_END = 65535


def line_hashes(text: str, wanted: int) -> dict[int, str]:
    """Line (from 1) → `hash:count`, for all lines up to `wanted`."""
    units: list[int] = []
    starts: list[int] = []
    at_start = True
    for character in text.replace("\r\n", "\n").replace("\r", "\n"):
        if character in " \t":
            continue
        if at_start:
            starts.append(len(units))
            at_start = False
            if len(starts) > wanted and len(units) - starts[wanted - 1] > _BLOCK:
                break
        code = ord(character)
        if code > 0xFFFF:
            code -= 0x10000
            units += (0xD800 + (code >> 10), 0xDC00 + (code & 0x3FF))
        else:
            units.append(code)
        if character == "\n":
            at_start = True
    if at_start:
        starts.append(len(units))
    units.append(_END)
    units += [0] * _BLOCK
    counts: dict[int, int] = {}
    found: dict[int, str] = {}
    for line, start in enumerate(starts[:wanted], 1):
        value = 0
        for unit in units[start : start + _BLOCK]:
            value = (value * _BASE + unit) & _MASK
        counts[value] = counts.get(value, 0) + 1
        found[line] = f"{value:x}:{counts[value]}"
    return found


def text_of(source: Source) -> str:
    """The text as the action reads it: with its byte-order mark."""
    if source.data is not None and source.data.startswith(b"\xef\xbb\xbf"):
        return "\ufeff" + source.text
    return source.text
