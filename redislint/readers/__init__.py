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

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from redislint.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol
else:
    Protocol = object  # importing typing costs a third of what starting Python does

MENTION = rb"(?i)redis|valkey|lettuce|jedis|memorydb|elasticache|memorystore"


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


# (name, texts of which the path has one, regular expression on the path, one on the content): the
# texts spare most files the compiling of most expressions.
BUILTIN: list[tuple[str, tuple[str, ...], str, bytes]] = [
    ("redisconf", (".conf", ".acl",), r"(?i)(redis|valkey)[^/]*\.conf([._-][\w.-]+)?$|(^|/)[^/]*sentinel[^/]*\.conf([._-][\w.-]+)?$|\.acl$", rb"."),
    ("redisconf", (".conf", ".acl",), r"(?i)(^|/)[^/]*(redis|valkey|sentinel|users)[^/]*\.(conf|acl)([._-][\w.-]+)?$|(^|/)[^/]*\.conf(\.\w+)?$",
                  rb"(?im)^[ \t]*(port|bind|save|appendonly|protected-mode|requirepass|maxmemory(-policy)?|daemonize|cluster-enabled|dbfilename|databases|replicaof|slaveof|sentinel +\S+|user +\S+ +(on|off)|tls-port|logfile|dir|loglevel|tcp-keepalive|timeout|include|rename-command|masterauth)\b"),
    ("dockerfile", ("docker", "container",), r"(?i)(^|/)(dockerfile|containerfile)([._-][\w.-]+)?$|\.(dockerfile|containerfile)$", MENTION),
    ("compose", (".y",), r"(?i)\.ya?ml([._-]\w+)?$", rb"(?m)^['\"]?services['\"]?[ \t]*:"),
    ("compose", ("compose", "fig",), r"(?i)(compose|fig)[^/]*\.ya?ml$", rb"(?m)^[ \t]+(image|build|extends)[ \t]*:"),
    ("kubernetes", (".y", ".tpl", ".json",), r"(?i)\.(ya?ml|tpl|json)$", rb"(?m)^[ \t\"-]*kind\"?[ \t]*:"),
    ("helm", (".y",), r"(?i)(^|/)[^/]*(values|chart|requirements)[^/]*\.ya?ml$", MENTION),
    ("helm", (".y",), r"(?i)(redis|valkey)[^/]*(/[^/]*)?values[^/]*\.ya?ml$", rb"(?m)^(architecture|auth|master|primary|replica|sentinel|persistence|usePassword)[ \t]*:"),
    ("ecs", (".json", ".tpl", ".tftpl",), r"(?i)\.(json(\.\w+)?|tf?tpl|tpl)$", rb"containerDefinitions|\"(portMappings|logConfiguration|mountPoints|essential)\"[ \t]*:"),
    ("terraform", (".tf", ".tofu", ".hcl",), r"(?i)\.(tf|tofu|hcl)(\.json)?$", MENTION),
    ("cloudformation", (".y", ".json", ".template", ".cfn",), r"(?i)\.(ya?ml|json|template|cfn)$", rb"AWS::(ElastiCache|MemoryDB|ECS)|AWSTemplateFormatVersion"),
    ("systemd", (".service",), r"(?i)\.service(\.j2)?$", rb"(?i)(redis|valkey)-(server|sentinel)"),
    ("quadlet", (".container",), r"(?i)\.container(\.j2)?$", MENTION),
    ("shellrun", (".sh",), r"(?i)\.(sh|bash)$", rb"(?i)(?:docker|podman|nerdctl)[ \t]+(?:container[ \t]+)?(?:run|create)\b[\s\S]{0,2000}?(?:redis|valkey)"),
    ("ansible", (".y",), r"(?i)\.ya?ml$", rb"(?i)(redis|valkey)"),
    ("springprops", (".prop", ".y",), r"(?i)(^|/)[^/]*\.(properties|ya?ml)$", rb"(?i)redis|valkey"),
    ("redissonconf", (".y", ".json",), r"(?i)\.(ya?ml|json)$", rb"singleServerConfig|clusterServersConfig|sentinelServersConfig|masterSlaveServersConfig|replicatedServersConfig"),
    ("java", (".java",), r"(?i)\.java$", MENTION),
    ("kotlin", (".kt",), r"(?i)\.kts?$", MENTION),
    ("python", (".py", ".ipynb",), r"(?i)\.(py|pyi|ipynb)$", rb"(?i)redis|valkey"),
    ("maven", (".xml",), r"(?i)(^|/)pom[^/]*\.xml$", rb"<project|<dependenc"),
    ("gradle", (".gradle", ".lockfile", ".toml",), r"(?i)\.gradle(\.kts)?$|(^|/)gradle\.lockfile$|\.versions\.toml$", rb"."),
    ("pydeps", (".txt", ".in", ".toml", "pipfile", "setup.", ".lock",), r"(?i)(^|/)(requirements[^/]*\.(txt|in)|[^/]*requirements\.(txt|in)|requirements/[^/]+\.(txt|in)|constraints[^/]*\.txt|pyproject\.toml|pipfile(\.lock)?|setup\.(cfg|py)|poetry\.lock|uv\.lock|pdm\.lock|pylock[^/]*\.toml)$", rb"(?i)redis|valkey"),
    ("pydeps", ("environment", "conda",), r"(?i)(^|/)([\w.-]*[._-])?(environment|conda([_-]?env)?)([._-][\w.-]*)?\.ya?ml$", rb"(?m)^dependencies[ \t]*:[\s\S]*(redis|valkey)"),
]  # fmt: skip


@cache
def _path(index: int) -> re.Pattern[str]:
    return re.compile(BUILTIN[index][2])


@cache
def _content(index: int) -> re.Pattern[bytes]:
    return re.compile(BUILTIN[index][3])


@lru_cache(maxsize=2048)
def readers_by_path(path: str) -> tuple[int, ...]:
    """Indices of the readers that may know a file of this path; asked when found and when read."""
    lower = path.lower()
    return tuple(
        i
        for i, (_, hints, _, _) in enumerate(BUILTIN)
        if any(h in lower for h in hints) and _path(i).search(path)
    )


def readers_for(path: str, data: bytes) -> list[str]:
    """The names of the readers that know a file of this path and content, each once."""
    found = [BUILTIN[i][0] for i in readers_by_path(path) if _content(i).search(data)]
    return list(dict.fromkeys(found))
