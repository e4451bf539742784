"""The servers that redislint knows: sixteen minor versions of Redis and Valkey.

A *server key* is ``"<flavour>-<major>.<minor>"``, for instance ``"redis-7.2"``. Everything else in
the project names versions by these keys.
"""

from __future__ import annotations

import re
from functools import lru_cache

SERVERS: tuple[str, ...] = (
    "redis-2.8",
    "redis-3.0",
    "redis-3.2",
    "redis-4.0",
    "redis-5.0",
    "redis-6.0",
    "redis-6.2",
    "redis-7.0",
    "redis-7.2",
    "redis-7.4",
    "redis-8.0",
    "redis-8.2",
    "valkey-7.2",
    "valkey-8.0",
    "valkey-8.1",
    "valkey-9.1",
)
"""All known servers: Redis by age, then Valkey by age."""

DEFAULT_SERVER = "redis-8.2"
"""The server that is meant where nothing says which one (the newest Redis)."""

FLAVOURS: tuple[str, ...] = ("redis", "valkey")

_TAG = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?![0-9])")
_NAMELESS = frozenset(
    ("latest", "alpine", "bookworm", "bullseye", "buster", "stretch", "jessie", "trixie", "slim")
)


def flavour(server: str) -> str:
    """Return ``"redis"`` or ``"valkey"`` for a server key."""
    return server.partition("-")[0]


@lru_cache(maxsize=64)
def version(server: str) -> tuple[int, int]:
    """Return ``(major, minor)`` of a server key."""
    major, _, minor = server.partition("-")[2].partition(".")
    return int(major), int(minor)


def of_flavour(name: str) -> tuple[str, ...]:
    """Return the server keys of one flavour, oldest first."""
    return tuple(s for s in SERVERS if s.startswith(name + "-"))


def newest(name: str = "redis") -> str:
    """Return the newest known server key of a flavour."""
    return of_flavour(name)[-1]


def resolve(text: str) -> str | None:
    """Return the server key that a user's spelling means, or None.

    Accepts ``redis-7.2``, ``redis 7.2``, ``redis:7.2``, ``7.2`` (a Redis) and full versions such
    as ``valkey-8.0.1``; a text that means no or several servers gives None.
    """
    found = matching(text)
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=512)
def matching(tag: str, flavour: str = "redis") -> tuple[str, ...]:
    """Return the server keys that a version or image tag may mean, oldest first.

    ``"7"`` means every 7.x, ``"7.2.5-alpine"`` one version, ``"latest"``, ``"alpine"`` and the
    empty tag the newest of the flavour. A tag may start with the flavour (``"valkey-8"``,
    ``"valkey/valkey:8.0"``). A minor version that was not examined (``8.1`` of Redis) stands for
    the nearest older one of the same major, or else the nearest newer one; a newer major version
    than any known for the newest known. Versions before the oldest known, and texts that are no
    version at all (``"${TAG}"``), give an empty tuple.
    """
    text = tag.strip().lower()
    found = re.match(r"(?:.*/)?(redis|valkey)(?:[-:@ ]+|$)", text)
    if found:
        flavour = found[1]
        text = text[found.end() :]
    keys = of_flavour(flavour)
    if not keys:
        return ()
    if not text or text.split("-")[0] in _NAMELESS:
        return (keys[-1],)
    parsed = _TAG.match(text)
    if parsed is None:
        return ()
    major = int(parsed[1])
    same = tuple(k for k in keys if version(k)[0] == major)
    if not same:
        return (keys[-1],) if major > version(keys[-1])[0] else ()
    if parsed[2] is None:
        return same
    minor = int(parsed[2])
    older = [k for k in same if version(k)[1] <= minor]
    if older:
        return (older[-1],)
    return (same[0],) if same[0] != keys[0] else ()
