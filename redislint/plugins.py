"""Entry points of installed packages, found without importlib.metadata.

That module costs a third of the whole start-up. What is needed is small: which installed
distributions name the group. So the metadata folders are listed and their files searched.
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class EntryPoint:
    """`name = module:attribute` of one group."""

    __slots__ = ("attribute", "module", "name")

    def __init__(self, name: str, target: str) -> None:
        self.name = name
        self.module, _, self.attribute = target.partition(":")

    def load(self) -> Any:
        """Import what it names."""
        import importlib

        found: Any = importlib.import_module(self.module)
        for part in filter(None, self.attribute.split(".")):
            found = getattr(found, part)
        return found


@lru_cache(maxsize=1)
def _all() -> dict[str, list[EntryPoint]]:
    groups: dict[str, list[EntryPoint]] = {}
    for folder in dict.fromkeys(sys.path):
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        for name in names:
            if not name.endswith((".dist-info", ".egg-info")):
                continue
            try:
                with open(os.path.join(folder, name, "entry_points.txt"), "rb") as file:
                    data = file.read()
            except OSError:
                continue
            if b"[redislint." in data:
                _parse(data.decode("utf-8", "replace"), groups)
    return groups


def _parse(text: str, groups: dict[str, list[EntryPoint]]) -> None:
    group = ""
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("["):
            group = line.strip("[]")
        elif "=" in line and group.startswith("redislint."):
            name, _, target = line.partition("=")
            point = EntryPoint(name.strip(), target.strip().split(" ")[0])
            known = groups.setdefault(group, [])
            if all(p.name != point.name for p in known):
                known.append(point)


def entry_points(group: str) -> list[EntryPoint]:
    """The entry points of a group, sorted by name."""
    return sorted(_all().get(group, []), key=lambda point: point.name)
