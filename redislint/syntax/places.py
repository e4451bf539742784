"""Where the bytes of a text stand in it: tree-sitter counts UTF-8 bytes, spans code points."""

from __future__ import annotations

_STEP = 1024
_CONTINUED = bytes(range(0x80, 0xC0))
"""The bytes of UTF-8 that begin no code point."""


class Places:
    """The code points before a byte of `data`, the encoding of a text of `characters`."""

    __slots__ = ("_before", "_data")

    def __init__(self, data: bytes, characters: int) -> None:
        self._data = data
        self._before: list[int] | None = None
        if len(data) != characters:
            self._before = [0]
            for start in range(0, len(data), _STEP):
                chunk = data[start : start + _STEP]
                self._before.append(self._before[-1] + len(chunk.translate(None, _CONTINUED)))

    def at(self, byte: int) -> int:
        """The offset in code points."""
        if self._before is None:
            return byte
        chunk = min(byte // _STEP, len(self._before) - 1)
        rest = self._data[chunk * _STEP : byte]
        return self._before[chunk] + len(rest.translate(None, _CONTINUED))
