"""A pack for redislint: a file kind of its own, and a rule."""

from pathlib import Path

RULES = Path(__file__).parent / "rules"
