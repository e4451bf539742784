"""Order of versions as Maven, PyPI and Docker tags write them, and sets of allowed versions.

`6.1.0.RELEASE` equals `6.1.0`; milestones and candidates come before the release.
Maven's published ordering and PEP 440 agree on everything that Redis clients have released.
"""

from __future__ import annotations

import re
from functools import lru_cache

_PART = re.compile(r"\d+|[a-z]+")
_STAGE = {
    "dev": -6, "alpha": -5, "a": -5, "beta": -4, "b": -4, "milestone": -3, "m": -3, "preview": -3,
    "rc": -2, "cr": -2, "c": -2, "snapshot": -1,
    "": 0, "final": 0, "ga": 0, "release": 0, "post": 1, "sp": 1,
}  # fmt: skip

Key = tuple[tuple[int, ...], int, int]


@lru_cache(maxsize=4096)
def key(text: str) -> Key:
    """Sort key of a version. Text without a leading number sorts before everything."""
    text = text.strip().lower().removeprefix("v").split("+", 1)[0]
    numbers: list[int] = []
    stage, stage_number = 0, 0
    parts = _PART.findall(text)
    for index, part in enumerate(parts):
        if part.isdecimal():
            numbers.append(int(part[:9]))
            continue
        stage = _STAGE.get(part, 0)
        if stage and index + 1 < len(parts) and parts[index + 1].isdecimal():
            stage_number = int(parts[index + 1][:9])
        break
    if not numbers and parts:
        return (-1,), stage, stage_number
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers), stage, stage_number


def is_prerelease(text: str) -> bool:
    """Whether the version is a milestone, candidate, beta or snapshot."""
    return key(text)[1] < 0


_CLAUSE = re.compile(r"(===|==|~=|!=|<=|>=|<|>|\^|~)?\s*(v?[0-9*][\w.*+!-]*)")


def _matches_clause(version: str, op: str, wanted: str) -> bool:
    if wanted.endswith((".*", ".x")) or wanted == "*":
        prefix = [int(p) for p in re.findall(r"\d+", wanted)]
        have = list(key(version)[0]) + [0] * 6
        inside = have[: len(prefix)] == prefix
        return not inside if op == "!=" else inside
    have_key, want_key = key(version), key(wanted)
    if op in ("", "==", "==="):
        return have_key == want_key
    if op == "!=":
        return have_key != want_key
    if op == "<":
        # PEP 440: <7.0 excludes 7.0's own pre-releases.
        return have_key < want_key and have_key[0] != want_key[0]
    if op == "<=":
        return have_key <= want_key
    if op == ">":
        return have_key > want_key
    if op == ">=":
        return have_key >= want_key
    numbers = [int(p) for p in re.findall(r"\d+", wanted.split("-")[0])]
    if op == "~=":
        upper = numbers[:-1] or numbers
    elif op == "~":
        upper = numbers[:2] if len(numbers) > 1 else numbers[:1]
    else:  # ^: the left-most non-zero number may not change
        cut = next((i for i, n in enumerate(numbers) if n), len(numbers) - 1)
        upper = numbers[: cut + 1]
    bound = [*upper[:-1], upper[-1] + 1]
    have = list(have_key[0]) + [0] * 6
    return have_key >= want_key and have[: len(bound)] < bound


def in_specifier(version: str, specifier: str) -> bool:
    """Whether a version satisfies a PEP 440 or poetry specifier (`>=4,<5`, `^4.2`, `~=5.0`, `*`).

    `||` separates alternatives. A clause that is not understood allows everything.
    """
    for alternative in specifier.split("||"):
        clauses = [c.strip() for c in alternative.replace(" ", ",").split(",")]
        joined = re.sub(r"([<>=!~^]),+", r"\1", ",".join(c for c in clauses if c))
        ok = True
        for clause in joined.split(","):
            match = _CLAUSE.fullmatch(clause)
            if match and not _matches_clause(version, match[1] or "", match[2]):
                ok = False
                break
        if ok:
            return True
    return False


_MAVEN_RANGE = re.compile(r"([\[(])([^,\[\]()]*)(?:(,)([^\])]*))?([\])])")


def in_maven_range(version: str, text: str) -> bool:
    """Whether a version is in a Maven range such as `[6.1,6.2)`; a bare version means itself."""
    found = _MAVEN_RANGE.findall(text)
    if not found:
        return key(version) == key(text)
    have = key(version)
    for opening, low, comma, high, closing in found:
        low, high = low.strip(), high.strip()
        if not comma:
            if have == key(low):
                return True
            continue
        above = not low or (have >= key(low) if opening == "[" else have > key(low))
        below = not high or (have <= key(high) if closing == "]" else have < key(high))
        if above and below:
            return True
    return False
