"""Java: Lettuce, Spring Data Redis, Jedis and Redisson clients, and traps in their use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from redislint.readers.jvm.read import read as read_unit

if TYPE_CHECKING:
    from redislint.model.subject import Subject
    from redislint.readers import Context
    from redislint.source import Source


def read(source: Source, context: Context) -> Iterable[Subject]:
    """The clients that a Java file makes."""
    return read_unit(source, context, "java")
