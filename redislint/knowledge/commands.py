"""Commands, subcommands and ACL categories of every known server.

The data (``commands.json``) is made by ``tools/make_commands.py`` from what the servers answer.
"""

from __future__ import annotations

import json
import os
from functools import lru_cache

from redislint.knowledge.servers import SERVERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Commands:
    """What one server can be asked to do; all names in lower case."""

    __slots__ = ("categories", "containers", "module_names", "names", "subcommands")

    def __init__(
        self,
        names: frozenset[str],
        module_names: frozenset[str],
        subcommands: frozenset[str],
        categories: frozenset[str],
    ) -> None:
        self.names = names
        """Built-in commands, those of built-in modules left out."""
        self.module_names = module_names
        """Commands that built-in modules add (known to ACL rules, not to rename-command)."""
        self.subcommands = subcommands
        """``"config|get"``: from 7.0 on, when subcommands became commands."""
        self.categories = categories
        """ACL categories without ``@``."""
        self.containers = frozenset(n.partition("|")[0] for n in subcommands)
        """Commands that have subcommands."""

    def having(self, names: frozenset[str]) -> Commands:
        """The same with other built-in commands."""
        return Commands(names, self.module_names, self.subcommands, self.categories)


@lru_cache(maxsize=1)
def _data() -> dict[str, dict[str, Any]]:
    path = os.path.join(os.path.dirname(__file__), "commands.json")
    with open(path, "rb") as file:
        data: dict[str, dict[str, Any]] = json.load(file)
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
    )


@lru_cache(maxsize=1)
def categories_6_0() -> dict[str, frozenset[str]]:
    """Return category -> commands of redis 6.0."""
    return {c: frozenset(n) for c, n in _data()["categories_6_0"].items()}
