"""Commands, subcommands and ACL categories of every known server.

The data (``commands.json``) is made by ``tools/make_commands.py`` from what the servers answer.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from redislint.knowledge.servers import SERVERS


class Commands(NamedTuple):
    """What one server can be asked to do; all names in lower case."""

    names: frozenset[str]
    """Built-in commands, those of built-in modules left out."""
    module_names: frozenset[str]
    """Commands that built-in modules add (known to ACL rules, not to rename-command)."""
    subcommands: frozenset[str]
    """``"config|get"``: from 7.0 on, when subcommands became commands."""
    categories: frozenset[str]
    """ACL categories without ``@``."""
    containers: frozenset[str]
    """Commands that have subcommands."""


@lru_cache(maxsize=1)
def _data() -> dict[str, dict[str, Any]]:
    data: dict[str, dict[str, Any]] = json.loads(
        Path(__file__).with_name("commands.json").read_bytes()
    )
    return data


@lru_cache(maxsize=len(SERVERS))
def commands(server: str) -> Commands:
    """Return the commands of a server; KeyError for an unknown server key."""
    if server not in SERVERS:
        raise KeyError(server)
    bit = 1 << SERVERS.index(server)
    data = _data()
    module = frozenset(data["modules"])
    names = frozenset(n for n, m in data["commands"].items() if m & bit)
    subcommands = frozenset(n for n, m in data["subcommands"].items() if m & bit)
    return Commands(
        names - module,
        names & module,
        subcommands,
        frozenset(n for n, m in data["acl_categories"].items() if m & bit),
        frozenset(n.partition("|")[0] for n in subcommands),
    )


@lru_cache(maxsize=1)
def categories_6_0() -> dict[str, frozenset[str]]:
    """Return category -> commands of redis 6.0."""
    return {c: frozenset(n) for c, n in _data()["categories_6_0"].items()}


def servers_with_command(name: str) -> tuple[str, ...]:
    """Return the servers that know a command or subcommand (``"config|get"``), oldest first."""
    key = name.lower()
    mask = _data()["subcommands" if "|" in key else "commands"].get(key, 0)
    return tuple(s for i, s in enumerate(SERVERS) if mask >> i & 1)
