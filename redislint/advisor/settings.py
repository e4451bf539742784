"""The persistence settings of a server, whoever states them: a plan, a file, CONFIG GET."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SavePoints = tuple[tuple[int, int], ...]
"""(seconds, changes), in order."""

DEFAULT_SAVE: SavePoints = ((3600, 1), (300, 100), (60, 10000))
"""What a server without `save` lines uses (6.2 and later; measured)."""


@dataclass(frozen=True, slots=True)
class Persistence:
    """How a server writes to disk. Sizes are bytes, times seconds."""

    save: SavePoints = ()
    appendonly: bool = False
    appendfsync: str = "everysec"
    no_appendfsync_on_rewrite: bool = False
    preamble: bool = True
    """aof-use-rdb-preamble: the base of the AOF is an RDB ("mixed format")."""
    rewrite_percentage: int = 100
    rewrite_min_size: int = 64 * 2**20
    min_replicas: int = 0
    min_replicas_max_lag: int = 10
    compression: bool = True
    multi_part: bool = True
    """The AOF is a directory of base and increments (Redis 7.0 and later, every Valkey)."""

    hz: int = 10
    """How often a second the server looks at its clock."""

    @property
    def tick_s(self) -> float:
        """Seconds between two looks at the clock."""
        return 1 / min(500, max(1, self.hz))

    @property
    def writes_disk(self) -> bool:
        """Whether snapshots or the append-only file are written."""
        return self.appendonly or bool(self.save)

    @property
    def forks_by_itself(self) -> bool:
        """Whether snapshots or rewrites start without anybody asking."""
        return bool(self.save) or (self.appendonly and self.rewrite_percentage > 0)


def save_points(text: str) -> SavePoints:
    """Save points from `"3600 1 300 100"` as CONFIG GET prints them; "" gives none.

    Raises ValueError for anything else.
    """
    words = text.split()
    if words in ([], ['""'], ["''"]):
        return ()
    if len(words) % 2:
        raise ValueError(f"'{text}' is no list of seconds and changes")
    numbers = [int(word) for word in words]
    points = tuple(zip(numbers[::2], numbers[1::2], strict=True))
    if any(seconds < 1 or changes < 0 for seconds, changes in points):
        raise ValueError(f"'{text}' has a save point below 1 second or 0 changes")
    return points


def of_mapping(values: Mapping[str, str], *, multi_part: bool = True) -> Persistence:
    """Settings from names and texts as CONFIG GET prints them; what is missing has its default.

    Texts that cannot be read count as the default. `save` missing means the three default points.
    """
    default = Persistence()

    def number(name: str, other: int) -> int:
        try:
            return int(values.get(name, other))
        except ValueError:
            return other

    def flag(name: str, other: bool) -> bool:
        return values.get(name, "yes" if other else "no").lower() == "yes"

    try:
        points = save_points(values["save"]) if "save" in values else DEFAULT_SAVE
    except ValueError:
        points = DEFAULT_SAVE
    fsync = values.get("appendfsync", "everysec").lower()
    return Persistence(
        save=points,
        appendonly=flag("appendonly", False),
        appendfsync=fsync if fsync in ("always", "everysec", "no") else "everysec",
        no_appendfsync_on_rewrite=flag("no-appendfsync-on-rewrite", False),
        preamble=flag("aof-use-rdb-preamble", True),
        rewrite_percentage=number("auto-aof-rewrite-percentage", default.rewrite_percentage),
        rewrite_min_size=number("auto-aof-rewrite-min-size", default.rewrite_min_size),
        min_replicas=number("min-replicas-to-write", number("min-slaves-to-write", 0)),
        min_replicas_max_lag=number("min-replicas-max-lag", number("min-slaves-max-lag", 10)),
        compression=flag("rdbcompression", True),
        multi_part=multi_part,
        hz=number("hz", default.hz),
    )
