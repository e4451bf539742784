"""`redislint: purpose=cache` in a comment: the author says what a server's data is for.

In a configuration file it holds for every server that reads the file. Elsewhere it holds for the
server below whose first line it stands, or on whose line, or in whose block.
"""

from __future__ import annotations

from redislint.knowledge.hints import PURPOSES, purposes
from redislint.model.deployment import Deployment, Problem
from redislint.model.server import Server
from redislint.model.value import Origin, Value
from redislint.source import Source


def take_hints(deployment: Deployment) -> None:
    """Set the fact `purpose` where a comment says it, and redislint.toml does not."""
    own = {conf.path for conf in deployment.confs if conf.source.root is conf.source}
    servers = [s for s in deployment.subjects if isinstance(s, Server)]
    for path, source in deployment.sources.items():
        for start, end, purpose in purposes(source.text):
            span = source.span(start, end)
            if purpose not in PURPOSES:
                why = f"purpose={purpose[:30]} says nothing: one of {', '.join(PURPOSES)}"
                deployment.problems.append(Problem(path, span.line, why))
                continue
            here = [s for s in servers if path in _paths(s)]
            meant = here if path in own else _meant(here, source, span.line)
            for server in meant:
                if "purpose" not in server.facts:
                    server.set("purpose", Value(purpose, Origin(span, "a comment says so")))


def _paths(server: Server) -> set[str]:
    """The files in which a server stands."""
    found = {s.span.path for s in server.settings if s.span is not None}
    if server.anchor is not None:
        found.add(server.anchor.path)
    return found


def _meant(servers: list[Server], source: Source, line: int) -> list[Server]:
    """The servers of a file of several things that a comment on a line means."""
    if len(servers) == 1:
        return servers
    starts = sorted(
        (s.anchor.line, s.anchor.column, i)
        for i, s in enumerate(servers)
        if s.anchor is not None and s.anchor.path == source.path
    )
    below = line + 1
    while below <= len(source.lines) and _says_nothing(source.line_text(below)):
        below += 1
    text = source.line_text(line)
    indent = len(text) - len(text.lstrip()) + 1
    for first, _, i in starts:
        if first == line or (first == below and _says_nothing(text)):
            return [servers[i]]
    for first, column, i in reversed(starts):
        if first < line and column < indent:
            return [servers[i]]
    return []


def _says_nothing(text: str) -> bool:
    return not text.strip() or text.lstrip().startswith(("#", "//", "/*", "*", "<!--", ";"))
