"""What can be wrong with a rule page."""

from __future__ import annotations


class PageError(ValueError):
    """A page that cannot be used: file, line and reason."""

    def __init__(self, path: str, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")
        self.path = path
        self.line = line
        self.message = message
