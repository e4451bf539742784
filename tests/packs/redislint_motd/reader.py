"""Reads `*.motd` files: each line `directive=value` of a server."""

from collections.abc import Iterator

from redislint.model.server import Server
from redislint.model.setting import Setting
from redislint.source import Source

PATHS = r"\.motd$"
CONTENT = rb"redis"


def read(source: Source, context: object) -> Iterator[Server]:
    """One server a file."""
    settings = []
    for number, line in enumerate(source.text.splitlines(), 1):
        name, equals, value = line.partition("=")
        if equals:
            settings.append(Setting(name.strip(), (value.strip(),), source.line_span(number)))
    yield Server(source.path, source.line_span(1), settings)
