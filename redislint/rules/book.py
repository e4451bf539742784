"""The rule book: compiled pages of all packs, indexed by the subject that they judge.

A pack is a folder of pages. The wheel carries its own pack compiled; other packs, and ours in a
checkout, are compiled on change and kept in the user's cache folder.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redislint.rules.errors import PageError

if TYPE_CHECKING:
    from redislint.rules.pages import Page

FORMAT = 5
"""Raised when the compiled form changes, so that old caches are not read."""


class Rule:
    """One compiled rule; attributes are the page's keys."""

    __slots__ = (
        "aliases", "also_on", "at", "catalogue", "code", "confidence", "covered_by", "cwe", "evidence", "fix",
        "message", "name", "on", "pack", "path", "preview", "security_severity", "severity",
        "since", "summary", "tags", "when",
    )  # fmt: skip

    def __init__(self, data: dict[str, Any], pack: str) -> None:
        self.name: str = data["name"]
        self.code: str = data["code"]
        self.on: str = data["on"]
        self.also_on: list[str] = data["also-on"]
        self.when: list[Any] = data["when"]
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
        return Path(self.path).parent.name

    def page_text(self) -> str:
        """The whole page, for `explain` and SARIF's help."""
        return Path(self.pack, self.path).read_text(encoding="utf-8")


class Book:
    """Rules by name, and by the kind of subject that they judge."""

    def __init__(self, rules: Iterable[Rule], modules: dict[str, list[str]] | None = None) -> None:
        self.modules = modules
        self.rules: dict[str, Rule] = {}
        self.by_kind: dict[str, list[Rule]] = {}
        self._other: dict[str, Rule] = {}
        for rule in rules:
            for taken in (rule.name, rule.code.lower(), *rule.aliases):
                other = self.find(taken)
                if other is not None:
                    place = str(Path(other.pack, other.path))
                    raise PageError(
                        str(Path(rule.pack, rule.path)), 1, f"'{taken}' is already taken by {place}"
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


def builtin_folder() -> Path:
    """Where our own pages are: inside the wheel, or beside the package in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "_rules"
    return inside if inside.is_dir() else package.parent / "rules"


def pages_in(folder: Path) -> list[Path]:
    """The pages below a folder, sorted; names that begin with `_` or README are none."""
    found = []
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith((".", "_")))
        found += [
            Path(top, n)
            for n in sorted(names)
            if n.endswith(".md") and not n.startswith(("_", ".", "README"))
        ]
    return found


def load_page(path: Path, shown: str) -> Page:
    """Read and parse one page. Raises PageError."""
    from redislint.rules.pages import parse_page

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PageError(shown, 1, f"cannot be read: {error}") from None
    return parse_page(shown, text)


def compile_pack(folder: Path) -> dict[str, Any]:
    """Compile every page of a folder. Raises PageError with file, line and reason.

    The result has "format", "rules", and "modules": kind of subject → modules that compute facts
    of it, so that a check imports what its subjects need.
    """
    from redislint.model import load_vocabulary
    from redislint.rules.pages import compile_page

    load_vocabulary()
    compiled = []
    for path in pages_in(folder):
        relative = path.relative_to(folder).as_posix()
        try:
            compiled.append(compile_page(load_page(path, relative)))
        except PageError as error:
            raise PageError(str(folder / error.path), error.line, error.message) from None
    return {"format": FORMAT, "rules": compiled, "modules": _fact_modules()}


def _fact_modules() -> dict[str, list[str]]:
    from redislint.model.subject import FUNCTIONS, VOCABULARY

    return {
        kind: sorted(
            {
                spec.compute.__module__
                for spec in (*VOCABULARY[kind].values(), *FUNCTIONS[kind].values())
                if spec.compute is not None
            }
        )
        for kind in VOCABULARY
    }


def _signature(folder: Path) -> str:
    """Changes when a page, the vocabulary or the compiler changes."""
    import hashlib

    digest = hashlib.blake2b(f"{FORMAT}".encode(), digest_size=12)
    package = Path(__file__).resolve().parent.parent
    roots = (folder, package / "model", package / "rules", package / "knowledge")
    for root in roots:
        for top, folders, names in os.walk(root):
            folders[:] = sorted(f for f in folders if f != "__pycache__")
            for name in sorted(names):
                if name.endswith((".md", ".py", ".json", ".toml")):
                    status = os.stat(os.path.join(top, name))
                    digest.update(f"{top}/{name}:{status.st_mtime_ns}:{status.st_size};".encode())
    return digest.hexdigest()


def cache_folder() -> Path:
    """The user's cache folder for redislint."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base, "redislint")


def load_pack(folder: Path) -> dict[str, Any]:
    """The compiled form of a folder, made anew where it is not fresh. Raises PageError."""
    shipped = folder / "compiled.json"
    if shipped.is_file():
        data: dict[str, Any] = json.loads(shipped.read_bytes())
        if data.get("format") == FORMAT:
            return data
    if not folder.is_dir():
        raise PageError(str(folder), 1, "no such folder of rules")
    cached = cache_folder() / f"rules-{_signature(folder)}.json"
    try:
        found: dict[str, Any] = json.loads(cached.read_bytes())
        return found
    except (OSError, ValueError):
        compiled = compile_pack(folder)
    try:
        cached.parent.mkdir(parents=True, exist_ok=True)
        for old in cached.parent.glob("rules-*.json"):
            if len(list(cached.parent.glob("rules-*.json"))) > 20:
                old.unlink(missing_ok=True)
        scratch = cached.with_suffix(f".{os.getpid()}")
        scratch.write_text(json.dumps(compiled, separators=(",", ":")), encoding="utf-8")
        scratch.replace(cached)
    except OSError:
        pass  # no cache: the next run compiles again
    return compiled


def load_book(extra: Iterable[Path] = ()) -> Book:
    """The book of our own pack, installed packs and the folders named. Raises PageError."""
    from redislint.plugins import entry_points

    folders = [builtin_folder()]
    for point in entry_points("redislint.rules"):
        found = point.load()
        folders.append(Path(found() if callable(found) else str(found)))
    folders += extra
    rules: list[Rule] = []
    modules: dict[str, list[str]] = {}
    for folder in folders:
        pack = load_pack(folder)
        rules += [Rule(entry, str(folder)) for entry in pack["rules"]]
        for kind, names in pack["modules"].items():
            modules.setdefault(kind, []).extend(n for n in names if n not in modules.get(kind, ()))
    return Book(rules, modules)
