"""The other files of the repository, as far as an evaluation needs them."""

from __future__ import annotations

import contextlib
import posixpath
import re
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from redislint.readers import Context
    from redislint.source import Source
    from redislint.syntax.jvm import ClassDef, Method, Unit

MAX_FILES = 60
"""At most so many other files are read to find beans of one application."""

_CACHE: WeakKeyDictionary[object, dict[str, Unit | None]] = WeakKeyDictionary()
_LISTS: WeakKeyDictionary[object, dict[str, list[str]]] = WeakKeyDictionary()

_LIKELY = re.compile(r"(?i)redis|lettuce|jedis|cache|session|conf|bean|application")


def parse(source: Source) -> Unit:
    """The unit of a Java or Kotlin file."""
    if source.path.lower().endswith((".kt", ".kts")):
        from redislint.syntax import kotlin

        return kotlin.parse(source)
    from redislint.syntax import java

    return java.parse(source)


def _by_name(context: Context) -> dict[str, list[str]]:
    """File name → paths of the Java and Kotlin files of the tree, listed once a run."""
    with contextlib.suppress(TypeError):
        known = _LISTS.get(context)
        if known is not None:
            return known
    found: dict[str, list[str]] = {}
    for path in sorted([*context.glob("*.java"), *context.glob("*.kt")]):
        found.setdefault(posixpath.basename(path), []).append(path)
    with contextlib.suppress(TypeError):
        _LISTS[context] = found
    return found


class Repo:
    """Finds classes and beans in the files around one unit."""

    def __init__(self, unit: Unit, context: Context) -> None:
        self.unit = unit
        self.context = context
        self._classes: dict[tuple[str, str], ClassDef | None] = {}
        self._own: dict[str, bool] = {}
        try:
            self._units = _CACHE.setdefault(context, {})
        except TypeError:
            self._units = {}

    def load(self, path: str) -> Unit | None:
        """The unit at a path, read once a run; None where it cannot be read."""
        if path == self.unit.source.path:
            return self.unit
        if path not in self._units:
            source = self.context.find(path)
            if len(self._units) > 400:
                self._units.clear()
            self._units[path] = parse(source) if source is not None else None
        return self._units[path]

    def in_package(self, name: str) -> bool:
        """Whether the unit's own folder has a file for a class of that name."""
        if name not in self._own:
            folder = posixpath.dirname(self.unit.source.path)
            self._own[name] = any(
                self.context.exists(posixpath.join(folder, name + ending))
                for ending in (".java", ".kt")
            )
        return self._own[name]

    def find_class(self, name: str, unit: Unit) -> ClassDef | None:
        """The project's class that a simple name means in a unit."""
        key = (unit.source.path, name)
        if key not in self._classes:
            self._classes[key] = None
            self._classes[key] = self._find_class(name, unit)
        return self._classes[key]

    def _find_class(self, name: str, unit: Unit) -> ClassDef | None:
        parts = name.split(".")
        found = next((c for c in unit.all_classes() if c.name == parts[0]), None)
        if found is None:
            other = self._unit_of(parts[0], unit)
            if other is not None:
                found = next((c for c in other.all_classes() if c.name == parts[0]), None)
        for part in parts[1:]:
            if found is None:
                break
            found = next((c for c in found.classes if c.name == part), found)
        return found

    def _unit_of(self, name: str, unit: Unit) -> Unit | None:
        if not re.fullmatch(r"[A-Za-z_]\w*", name):
            return None
        folder = posixpath.dirname(unit.source.path)
        for ending in (".java", ".kt"):
            path = posixpath.join(folder, name + ending)
            if self.context.exists(path):
                return self.load(path)
        full = unit.imports.get(name)
        if full is None:
            return None
        tail = full.replace(".", "/")
        for ending in (".java", ".kt"):
            for path in _by_name(self.context).get(posixpath.basename(tail) + ending, ()):
                if path.endswith(tail + ending):
                    return self.load(path)
        return None

    def module(self) -> str:
        """The folder above `src/`, or that of the file: where its siblings are looked for."""
        path = self.unit.source.path
        match = re.match(r"(.*?)(^|/)src/(main|test)/", path)
        return match[1] if match else posixpath.dirname(path)

    def siblings(self) -> list[str]:
        """Other Java and Kotlin files of the module that may hold beans, likely ones first."""
        module = self.module()
        prefix = module + "/" if module else ""
        own = self.unit.source.path
        found = [
            p
            for name, paths in _by_name(self.context).items()
            if _LIKELY.search(name)
            for p in paths
            if p.startswith(prefix) and p != own and "/test/" not in p
        ]
        return sorted(found)[:MAX_FILES]

    def beans(self, types: frozenset[str], pattern: re.Pattern[str]) -> list[tuple[Unit, Method]]:
        """Bean methods of other files that return one of these types.

        Only files whose text matches the pattern are parsed.
        """
        found: list[tuple[Unit, Method]] = []
        for path in self.siblings():
            if path not in self._units:
                source = self.context.find(path)
                if source is None or "Bean" not in source.text or not pattern.search(source.text):
                    continue
            unit = self.load(path)
            if unit is None:
                continue
            for cls in unit.all_classes():
                found += [
                    (unit, m) for m in cls.methods if m.type in types and m.annotation("Bean")
                ]
        return found
