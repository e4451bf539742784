"""The rule book: compiled pages of all packs, indexed by the subject that they judge.

A pack is a folder of pages. The wheel carries its own pack compiled; other packs, and ours in a
checkout, are compiled on change and kept in the user's cache folder.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable

from redislint.rules import FORMAT, pages_folder
from redislint.rules.errors import PageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

class Rule:
    """One compiled rule; attributes are the page's keys."""

    __slots__ = (
        "aliases", "also_at", "also_on", "at", "catalogue", "code", "confidence", "covered_by", "cwe", "evidence", "fix",
        "message", "name", "note_when", "on", "pack", "path", "preview", "security_severity", "severity",
        "since", "summary", "tags", "when",
    )  # fmt: skip

    def __init__(self, data: dict[str, Any], pack: str) -> None:
        self.name: str = data["name"]
        self.code: str = data["code"]
        self.on: str = data["on"]
        self.also_on: list[str] = data["also-on"]
        self.also_at: str = data.get("also-at", "")
        self.when: list[Any] = data["when"]
        self.note_when: list[Any] = data["note-when"]
        self.severity: str = data["severity"]
        self.confidence: str = data["confidence"]
        self.message: str = data["message"]
        self.at: str = data["at"]
        self.aliases: list[str] = data["aliases"]
        self.covered_by: list[str] = data["covered-by"]
        self.preview: bool = data["preview"]
        self.cwe: str = data["cwe"]
        self.security_severity: str = data["security-severity"]
        self.tags: list[str] = data["tags"]
        self.fix: dict[str, Any] = data["fix"]
        self.since: str = data["since"]
        self.summary: str = data["summary"]
        self.catalogue: str = data["catalogue"]
        self.evidence: str = data["evidence"]
        self.path: str = data["path"]
        self.pack = pack

    @property
    def topic(self) -> str:
        """The folder of the page: its topic."""
        return os.path.basename(os.path.dirname(self.path))

    @property
    def file(self) -> str:
        """The page's own file."""
        return os.path.join(self.pack, self.path)

    def page_text(self) -> str:
        """The whole page, for `explain` and SARIF's help."""
        with open(self.file, encoding="utf-8") as file:
            return file.read()


class Book:
    """Rules by name, and by the kind of subject that they judge."""

    def __init__(self, rules: Iterable[Rule], modules: dict[str, list[str]] | None = None) -> None:
        self.modules = modules
        self.rules: dict[str, Rule] = {}
        self.by_kind: dict[str, list[Rule]] = {}
        self._other: dict[str, Rule] = {}
        for rule in rules:
            for taken in (rule.name, rule.code, *rule.aliases):
                other = self.find(taken)
                if other is not None:
                    raise PageError(
                        rule.file, 1, f"'{taken}' is already taken by {other.file}: take another"
                    )
            self.rules[rule.name] = rule
            for kind in (rule.on, *rule.also_on):
                self.by_kind.setdefault(kind, []).append(rule)
            self._other[rule.code.lower()] = rule
            for alias in rule.aliases:
                self._other[alias] = rule

    def load_facts(self, kinds: Iterable[str]) -> None:
        """Import the modules that compute facts of these kinds of subjects, and no others."""
        import importlib

        from redislint.plugins import entry_points

        if self.modules is None:
            from redislint.model import load_vocabulary

            load_vocabulary()
            return
        wanted = set(kinds)
        if "sentinel" in wanted:
            wanted.add("server")
        for module in {m for kind in wanted for m in self.modules.get(kind, ())}:
            importlib.import_module(module)
        for point in entry_points("redislint.facts"):
            point.load()

    def find(self, thing: str) -> Rule | None:
        """The rule of a name, alias or code, without case."""
        lower = thing.lower()
        return self.rules.get(lower) or self._other.get(lower)

    def matching(self, pattern: str) -> list[Rule]:
        """The rules that a selector means: a name, alias, code, code prefix, topic or ALL."""
        lower = pattern.lower()
        if lower == "all":
            return list(self.rules.values())
        one = self.find(lower)
        if one is not None:
            return [one]
        return [
            r
            for r in self.rules.values()
            if r.topic == lower or (r.code.lower().startswith(lower) and lower[:1].isalpha())
        ]


def load_pack(folder: str, *, installed: bool) -> dict[str, Any]:
    """The compiled form of a folder: as shipped, else from `packs`. Raises PageError.

    Only what is installed may ship it: it names modules to import, and a folder that a scanned
    repository configures must not run code.
    """
    if installed:
        try:
            with open(os.path.join(folder, "compiled.json"), "rb") as file:
                data: dict[str, Any] = json.load(file)
            if data.get("format") == FORMAT:
                return data
        except (OSError, ValueError):
            pass
    from pathlib import Path

    from redislint.rules.packs import compiled_pack

    return compiled_pack(Path(folder))


def load_book(extra: Iterable[str | os.PathLike[str]] = ()) -> Book:
    """The book of our own pack, installed packs and the folders named. Raises PageError."""
    from redislint.plugins import entry_points

    folders = [(pages_folder(), True)]
    for point in entry_points("redislint.rules"):
        found = point.load()
        folders.append((os.fspath(found()) if callable(found) else str(found), True))
    folders += [(os.fspath(folder), False) for folder in extra]
    rules: list[Rule] = []
    modules: dict[str, list[str]] = {}
    for folder, installed in folders:
        pack = load_pack(folder, installed=installed)
        rules += [Rule(entry, folder) for entry in pack["rules"]]
        for kind, names in pack["modules"].items():
            modules.setdefault(kind, []).extend(n for n in names if n not in modules.get(kind, ()))
    return Book(rules, modules)
