"""Calls that are wrong whatever the options: found by their form in the tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redislint.model.client import Client
    from redislint.model.subject import Subject
    from redislint.syntax.jvm import Unit

MENTION = re.compile(r"(?!)")


def find(unit: Unit, clients: list[Client]) -> Iterator[Subject]:
    """The traps of a unit."""
    return iter(())
