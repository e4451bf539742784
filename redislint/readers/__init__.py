"""Readers: syntax tree → facts, one module a file kind.

A reader is a module with

    PATHS: str                      a regular expression on the path (relative, `/`)
    CONTENT: bytes                  a regular expression on the bytes that must match somewhere
    def read(source, context) -> Iterable[Subject | ConfFile | Problem]

The table below is for start-up: paths and contents of our own readers are looked up here, so a
module is imported only when one of its files occurs. Third-party readers come by entry point
`redislint.readers`; `redislint.plugins` finds them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from redislint.source import Source

MENTION = rb"(?i)redis|valkey|lettuce|jedis"


class Context(Protocol):
    """What a reader may ask about the repository around its file."""

    def find(self, path: str) -> Source | None:
        """The text of another file inside the scanned tree, or None. Never leaves the tree."""

    def exists(self, path: str) -> bool:
        """Whether a file of that repository-relative path is in the scanned tree."""

    def glob(self, pattern: str) -> list[str]:
        """Repository-relative paths that match a shell pattern (`*` crosses `/`)."""


class Reader(Protocol):
    """A module that reads one kind of file."""

    def read(self, source: Source, context: Context) -> Iterable[Any]:
        """The facts of one file; a Problem for what could not be read."""


# (name, regular expression on the path, regular expression on the content)
BUILTIN: list[tuple[str, str, bytes]] = [
    ("redisconf", r"(?i)(redis|valkey)[^/]*\.conf([._-][\w.-]+)?$|(^|/)[^/]*sentinel[^/]*\.conf([._-][\w.-]+)?$|\.acl$", rb"."),
    ("redisconf", r"(?i)(^|/)[^/]*(redis|valkey|sentinel|users)[^/]*\.(conf|acl)([._-][\w.-]+)?$|(^|/)[^/]*\.conf(\.\w+)?$",
                  rb"(?im)^[ \t]*(port|bind|save|appendonly|protected-mode|requirepass|maxmemory(-policy)?|daemonize|cluster-enabled|dbfilename|databases|replicaof|slaveof|sentinel +\S+|user +\S+ +(on|off)|tls-port|logfile|dir|loglevel|tcp-keepalive|timeout|include|rename-command|masterauth)\b"),
    ("dockerfile", r"(?i)(^|/)(dockerfile|containerfile)([._-][\w.-]+)?$|\.(dockerfile|containerfile)$", MENTION),
    ("compose", r"(?i)\.ya?ml([._-]\w+)?$", rb"(?m)^['\"]?services['\"]?[ \t]*:"),
    ("kubernetes", r"(?i)\.(ya?ml|tpl|json)$", rb"(?m)^[ \t\"-]*kind\"?[ \t]*:"),
    ("helm", r"(?i)(^|/)[^/]*(values|chart|requirements)[^/]*\.ya?ml$", MENTION),
    ("ecs", r"(?i)\.json(\.\w+)?$", rb"containerDefinitions"),
    ("terraform", r"(?i)\.(tf|tofu|hcl)$", MENTION),
    ("cloudformation", r"(?i)\.(ya?ml|json|template|cfn)$", rb"AWS::(ElastiCache|MemoryDB|ECS)|AWSTemplateFormatVersion"),
    ("systemd", r"(?i)\.service(\.j2)?$", rb"(?i)(redis|valkey)-(server|sentinel)"),
    ("ansible", r"(?i)\.ya?ml$", rb"(?i)(redis|valkey)"),
    ("springprops", r"(?i)(^|/)[^/]*\.(properties|ya?ml)$", rb"(?i)redis|valkey"),
    ("redissonconf", r"(?i)\.(ya?ml|json)$", rb"singleServerConfig|clusterServersConfig|sentinelServersConfig|masterSlaveServersConfig|replicatedServersConfig"),
    ("java", r"(?i)\.java$", MENTION),
    ("kotlin", r"(?i)\.kts?$", MENTION),
    ("python", r"(?i)\.(py|pyi|ipynb)$", rb"(?i)redis|valkey"),
    ("maven", r"(?i)(^|/)pom[^/]*\.xml$", rb"<project|<dependenc"),
    ("gradle", r"(?i)\.gradle(\.kts)?$|(^|/)gradle\.lockfile$|\.versions\.toml$", rb"."),
    ("pydeps", r"(?i)(^|/)(requirements[^/]*\.(txt|in)|[^/]*requirements\.(txt|in)|requirements/[^/]+\.(txt|in)|constraints[^/]*\.txt|pyproject\.toml|pipfile(\.lock)?|setup\.(cfg|py)|poetry\.lock|uv\.lock|pdm\.lock|pylock[^/]*\.toml)$", rb"(?i)redis|valkey"),
]  # fmt: skip
