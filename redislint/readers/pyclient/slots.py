"""Hash slots of keys, as Redis Cluster computes them."""

from __future__ import annotations

from binascii import crc_hqx


def slot(key: bytes) -> int:
    """The slot (0 to 16383) of a key: CRC16 of the key, or of its first non-empty hash tag."""
    start = key.find(b"{")
    if start >= 0:
        end = key.find(b"}", start + 1)
        if end > start + 1:
            key = key[start + 1 : end]
    return crc_hqx(key, 0) % 16384
