"""Known bugs of client libraries: which release has which, and the first one without it.

The data is `bugs.json`, one bug a line. Sources are the projects' issues, change logs and git tags,
for redis-py also runs of the releases named; `evidence` says which. `id` is what users find it by;
`needs` what code must do to meet it (all of it); `fixed` the first release without it in each
release line that has one; `since` the oldest release known to have it (where a fix has no known
beginning: the first release of the same major); `affected` a specifier, where lines do not say it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources

SAME = {"biz.paluch.redis:lettuce": "io.lettuce:lettuce-core"}
"""Packages that were renamed: their bugs stand under the newer name."""

WEIGHT = {"critical": 0, "high": 1, "medium": 2, "low": 3}


class Bug:
    """One bug. `needs` are what code must do to meet it ("cluster", "asyncio", "tls", …)."""

    __slots__ = (
        "affected", "evidence", "fixed", "id", "needs", "package", "phrase", "severity", "since", "url",
    )  # fmt: skip

    def __init__(self, entry: dict[str, object]) -> None:
        self.package = str(entry["package"])
        self.id = str(entry["id"])
        self.phrase = str(entry["phrase"])
        self.url = str(entry["url"])
        self.severity = str(entry["severity"])
        needs, fixed = entry["needs"], entry["fixed"]
        self.needs = frozenset(needs) if isinstance(needs, list) else frozenset()
        self.fixed = tuple(fixed) if isinstance(fixed, list) else ()
        self.since = str(entry.get("since", ""))
        self.affected = str(entry.get("affected", ""))
        self.evidence = str(entry["evidence"])

    def __repr__(self) -> str:
        return f"Bug({self.package} {self.id})"

    def has(self, version: str) -> bool:
        """Whether a release has this bug."""
        from redislint.model.versions import in_specifier, key

        if self.affected:
            return in_specifier(version, self.affected)
        have = key(version)
        if self.since and have < key(self.since):
            return False
        line = _line(version)
        if any(_line(f) == line and have >= key(f) for f in self.fixed):
            return False
        return have < max(key(f) for f in self.fixed)

    def fixed_for(self, version: str) -> str | None:
        """The first release after a version that does not have it: of its own line, else later."""
        from redislint.model.versions import key

        later = sorted((f for f in self.fixed if key(f) > key(version)), key=key)
        return later[0] if later else None


def _line(version: str) -> tuple[int, ...]:
    from redislint.model.versions import key

    return (*key(version)[0], 0, 0)[:2]


@lru_cache(maxsize=1)
def _all() -> dict[str, tuple[Bug, ...]]:
    text = resources.files(__package__).joinpath("bugs.json").read_text(encoding="utf-8")
    table: dict[str, list[Bug]] = {}
    for entry in json.loads(text):
        bug = Bug(entry)
        table.setdefault(bug.package, []).append(bug)
    return {
        name: tuple(sorted(bugs, key=lambda b: WEIGHT[b.severity])) for name, bugs in table.items()
    }


def bugs_of(package: str) -> tuple[Bug, ...]:
    """Every known bug of a package, worst first."""
    return _all().get(SAME.get(package, package), ())


def bugs_in(package: str, version: str) -> tuple[Bug, ...]:
    """The known bugs that a release has, worst first."""
    return tuple(b for b in bugs_of(package) if b.has(version))


def first_without(bugs: Iterable[Bug], package: str, version: str) -> str | None:
    """The first known release after `version` that has none of these bugs."""
    from redislint.knowledge.releases import releases
    from redislint.model.versions import is_prerelease, key

    wanted = tuple(bugs)
    names = releases(SAME.get(package, package)) or tuple(f for b in wanted for f in b.fixed)
    for release in sorted(names, key=key):
        if is_prerelease(release) or key(release) <= key(version):
            continue
        if not any(b.has(release) for b in wanted):
            return release.removesuffix(".RELEASE").removesuffix(".Final")
    return None
