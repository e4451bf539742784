"""A running server as the rules know servers: the settings that differ from its defaults."""

from __future__ import annotations

from collections.abc import Iterator

from redislint.auditing.snapshot import Snapshot
from redislint.knowledge.directives import table
from redislint.knowledge.servers import resolve
from redislint.model.server import Server
from redislint.model.setting import Setting
from redislint.model.value import Origin

OF_THE_HOST = frozenset(
    "dir port tls-port pidfile logfile bind unixsocket proc-title-template cluster-config-file"
    " cluster-announce-ip cluster-announce-port availability-zone".split()
)
"""Settings that every installation chooses for itself."""


def server_of(shot: Snapshot, version: str = "") -> Server | None:
    """The model of a server whose CONFIG is known; None where it is not.

    `version` (a server key or a spelling of one) overrides what the server says.
    """
    if shot.config is None:
        return None
    key = (resolve(version) if version else None) or shot.server_key
    anchor = shot.span("info", "valkey_version") or shot.span("info", "redis_version")
    anchor = anchor or shot.sources["config"].line_span(1)
    server = Server(shot.name, anchor, _settings(shot, key))
    server.candidates = (key,)
    server.version_origin = Origin(anchor, "INFO")
    # A file or arguments were given to nearly every server; that only matters for `save`.
    server.config_paths = (shot.text("config_file") or "CONFIG GET",)
    return server


def _settings(shot: Snapshot, key: str) -> Iterator[Setting]:
    """What CONFIG GET shows and no default of this version explains, then the users."""
    known = table(key)
    seen: set[str] = set()
    for name, value in (shot.config or {}).items():
        directive = known.get(name)
        if directive is None or directive.name in seen:
            continue
        seen.add(directive.name)
        if value == (directive.default or "") and not (
            directive.name in OF_THE_HOST and directive.default is None
        ):
            continue
        span = shot.span("config", name)
        for words in _lines(directive.name, value):
            yield Setting(directive.name, words, span, "server")
    for line, number in shot.acl or ():
        words = tuple(line.split())
        if words[1] == "default" and {"nopass", "+@all"} <= set(words):
            continue  # the built-in user: protected mode and requirepass speak for it
        yield Setting("user", words[1:], shot.span("acl", number), "server")


def _lines(name: str, value: str) -> Iterator[tuple[str, ...]]:
    """The words of each line that CONFIG GET folds into one value."""
    words = tuple(value.split())
    if name == "client-output-buffer-limit":
        for at in range(0, len(words) - 3, 4):
            yield words[at : at + 4]
    elif name in ("save", "bind", "replicaof", "notify-keyspace-events"):
        yield words or ("",)
    elif name in ("oom-score-adj-values", "latency-tracking-info-percentiles"):
        yield words
    else:
        yield (value,)
