"""Which releases of client libraries exist, and which of them Spring Boot manages.

`releases.json`: package → release → date (ISO, "" where not recorded). Lettuce from its git tags,
redis-py from its tags and PyPI, the other Python ones from PyPI; Jedis and Redisson from Maven Central,
with the days of their git tags. `spring_boot.json`: Boot release → [date, lettuce-core,
jedis, spring-data-redis], read from the published bill of materials of every tag (1.3.0 to 4.2.0-M1).
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib import resources

BOOT = "org.springframework.boot:spring-boot"
LETTUCE = "io.lettuce:lettuce-core"
OLD_LETTUCE = "biz.paluch.redis:lettuce"
JEDIS = "redis.clients:jedis"
REDISSON = "org.redisson:redisson"
SPRING_DATA_REDIS = "org.springframework.data:spring-data-redis"

_COLUMN = {LETTUCE: 1, JEDIS: 2, SPRING_DATA_REDIS: 3}


def _load(name: str) -> dict[str, object]:
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    loaded: dict[str, object] = json.loads(text)
    return loaded


@lru_cache(maxsize=1)
def _releases() -> dict[str, dict[str, str]]:
    return _load("releases.json")  # type: ignore[return-value]


@lru_cache(maxsize=1)
def _boot() -> dict[str, list[str | None]]:
    return _load("spring_boot.json")  # type: ignore[return-value]


def releases(package: str) -> tuple[str, ...]:
    """Known releases of a package ("redis", "io.lettuce:lettuce-core"), oldest first.

    Spring Boot's are known too, under `BOOT`. Empty for packages without a table.
    """
    if package == BOOT:
        return tuple(_boot())
    return tuple(_releases().get(package, ()))


def _plain(version: str) -> str:
    return version.removesuffix(".RELEASE")


@lru_cache(maxsize=1)
def _boot_by_plain() -> dict[str, list[str | None]]:
    return {_plain(name): row for name, row in _boot().items()}


def boot_manages(boot: str, package: str) -> str | None:
    """The release of a package that a Spring Boot release manages.

    A Boot release that is not in the table takes that of its nearest older patch in the same
    minor line. None where Boot does not manage the package or the line is unknown.
    """
    column = _COLUMN.get(package)
    if column is None:
        return None
    row = _boot_by_plain().get(_plain(boot))
    if row is None:
        from redislint.model.versions import key

        line = key(boot)[0][:2]
        older = [n for n in _boot() if key(n)[0][:2] == line and key(n) <= key(boot)]
        if not older:
            return None
        row = _boot()[max(older, key=key)]
    return row[column]
