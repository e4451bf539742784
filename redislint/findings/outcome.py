"""What a check found: the one value that every report format renders."""

from __future__ import annotations

import os

from redislint.findings.finding import Finding
from redislint.model.deployment import Deployment, Problem
from redislint.rules.book import Book

SEVERITY = {"note": 0, "warning": 1, "error": 2}
"""Severities by rank."""


class Report:
    """What a check found. Paths are relative to `base`; `shown(path)` is what users see."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.findings: list[Finding] = []
        self.suppressed: list[Finding] = []
        self.errors: list[Problem] = []
        self.failed_paths: list[str] = []
        """Paths named by the user that could not be read: the check could not do its job."""
        self.deployment = Deployment()
        self.book: Book | None = None
        self.files: int = 0
        self._prefix: str | None = None

    def shown(self, path: str) -> str:
        """A path as users see it: relative to the working directory where it is below it."""
        if self._prefix is None:
            here = os.path.realpath(os.getcwd())
            if self.base == here:
                self._prefix = ""
            elif self.base.startswith(here.rstrip(os.sep) + os.sep):
                self._prefix = os.path.relpath(self.base, here).replace(os.sep, "/") + "/"
            else:
                self._prefix = self.base.replace(os.sep, "/").rstrip("/") + "/"
        return path if os.path.isabs(path) or path.startswith("<") else self._prefix + path

    def worst(self) -> str | None:
        """The highest severity found, or None."""
        return max((f.severity for f in self.findings), key=SEVERITY.__getitem__, default=None)

    def reaches(self, threshold: str) -> bool:
        """Whether a finding of that severity or a higher one is left."""
        if threshold == "never":
            return False
        return any(SEVERITY[f.severity] >= SEVERITY[threshold] for f in self.findings)
