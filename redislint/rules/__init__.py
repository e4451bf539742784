"""The rule engine: pages, the book of compiled rules, conditions and what they show."""

from __future__ import annotations

import os

FORMAT = 6
"""Raised when the compiled form changes, so that old caches are not read."""


def pages_folder() -> str:
    """Where our own pages are: inside the wheel, or beside the package in a checkout."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    inside = os.path.join(package, "_rules")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(package), "rules")
