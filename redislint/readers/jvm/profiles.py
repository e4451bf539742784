"""What a Spring profile says of the clients that are made in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redislint.model.value import Value
from redislint.readers.jvm.springkeys import DEVELOPMENT

if TYPE_CHECKING:
    from redislint.model.client import Client

_DEVELOPERS = re.compile(r"(?i)(^|[,\s&|(-])(local|dev|develop|development)\b")


def context(made: Client, kind: str, profile: str | None) -> None:
    """Set where a client is used: a profile for development is judged as a test is."""
    if profile and DEVELOPMENT.search(profile):
        if kind == "application" and _DEVELOPERS.search(profile):
            made.set("development", Value(True, set=False))
        kind = "test"
    made.set("context", Value(kind))
