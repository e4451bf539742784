"""Report formats: one module each, with `render(report, options) -> str`."""

from __future__ import annotations

FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit", "markdown", "html")
