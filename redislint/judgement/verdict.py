"""What a server says of a configuration."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a server would start with a configuration, or why not."""

    accepted: bool
    line: int | None
    """1-based line of the refusal; None where the server names none (or accepts)."""
    message: str | None
    """The server's reason, passwords left out; None where it accepts."""
    stage: str = "ok"
    """``ok``; ``parse``: refused at a line; ``post``: refused once the file was read;
    ``unresolved``: a name that no module claimed; ``env``: refused because of the machine;
    ``crash``: the server would die."""
    depends_on: tuple[str, ...] = ()
    """What the machine or the build decides, and why; the verdict assumes the best case."""
    text: str | None = None
    """The refused line as the server sees it, or None."""
    in_include: str | None = None
    """The included file that ``line`` counts in, or None for the file itself."""

    def __bool__(self) -> bool:
        return self.accepted
