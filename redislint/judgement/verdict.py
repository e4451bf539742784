"""What a server says of a configuration."""

from __future__ import annotations

from redislint.record import Record


class Verdict(Record):
    """Whether a server would start with a configuration, or why not."""

    __slots__ = (
        "accepted",
        "depends_on",
        "in_include",
        "line",
        "message",
        "stage",
        "text",
    )

    def __init__(
        self,
        accepted: bool,
        line: int | None,
        message: str | None,
        stage: str = "ok",
        depends_on: tuple[str, ...] = (),
        text: str | None = None,
        in_include: str | None = None,
    ) -> None:
        self.accepted = accepted
        self.line = line
        """1-based line of the refusal; None where the server names none (or accepts)."""
        self.message = message
        """The server's reason, passwords left out; None where it accepts."""
        self.stage = stage
        """``ok``; ``parse``: refused at a line; ``post``: refused once the file was read;
        ``unresolved``: a name that no module claimed; ``env``: refused because of the machine;
        ``crash``: the server would die."""
        self.depends_on = depends_on
        """What the machine or the build decides, and why; the verdict assumes the best case."""
        self.text = text
        """The refused line as the server sees it, or None."""
        self.in_include = in_include
        """The included file that ``line`` counts in, or None for the file itself."""

    def __bool__(self) -> bool:
        return self.accepted
