"""Option histories: (first release with a default, value) pairs → the default in a release."""

from __future__ import annotations

from redislint.model.value import Value
from redislint.model.value import default as by_default
from redislint.model.versions import key

History = list[tuple[str, object]]


def in_release(history: History, release: str | None, library: str) -> Value | None:
    """The default in a release; without one only where every release has the same."""
    if release is None:
        if len(history) > 1:
            return Value(None, known=False, set=False, why="its default depends on the release")
        return by_default(history[0][1], f"default of {library}")
    held: object = None
    found = False
    for first, value in history:
        if key(release) >= key(first):
            held, found = value, True
    return by_default(held, f"default of {library} {release}") if found else None
