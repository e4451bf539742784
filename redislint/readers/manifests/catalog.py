"""Gradle version catalogs (`gradle/libs.versions.toml`): libraries and plugins by accessor."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from redislint.model.value import Value, at, unknown
from redislint.source import Source, Span


class Entry:
    """A library or plugin: `name` is group:artifact or the plugin's id, `anchor` its line."""

    __slots__ = ("anchor", "name", "version")

    def __init__(self, name: str, version: Value | None, anchor: Span) -> None:
        self.name = name
        self.version = version
        self.anchor = anchor


class Catalog:
    """A version catalog. `error` is the reason why it could not be read, with its line."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.error: tuple[int | None, str] | None = None
        self.data: dict[str, Any] = {}
        try:
            self.data = tomllib.loads(source.text)
        except (tomllib.TOMLDecodeError, RecursionError) as failure:
            line = re.search(r"line (\d+)", str(failure))
            self.error = (int(line[1]) if line else None, "is no valid TOML")

    def libraries(self) -> dict[str, Entry]:
        """Libraries by accessor: `libs.lettuce.core` is "lettuce.core"."""
        return dict(self._entries("libraries", "module"))

    def plugins(self) -> dict[str, Entry]:
        """Plugins by accessor."""
        return dict(self._entries("plugins", "id"))

    def versions(self) -> dict[str, Value]:
        """The named versions, by accessor."""
        table = self.data.get("versions")
        names = table if isinstance(table, dict) else {}
        return {accessor(k): self._version(k) for k in names}

    def _entries(self, section: str, key: str) -> list[tuple[str, Entry]]:
        table = self.data.get(section)
        found = []
        for alias, entry in (table if isinstance(table, dict) else {}).items():
            anchor = self._line(section, alias)
            name, version = self._read(entry, key, anchor)
            if name:
                found.append((accessor(alias), Entry(name, version, anchor)))
        return found

    def _read(self, entry: object, key: str, anchor: Span) -> tuple[str, Value | None]:
        if isinstance(entry, str):
            name, _, text = entry.rpartition(":")
            if entry.count(":") == 1 and key == "module":
                return entry, None
            return name, at(text, anchor)
        if not isinstance(entry, dict):
            return "", None
        held = entry.get(key)
        name = held if isinstance(held, str) else ""
        if not name and "group" in entry:
            name = f"{entry.get('group')}:{entry.get('name')}"
        version = entry.get("version")
        if isinstance(version, dict) and isinstance(version.get("ref"), str):
            return name, self._version(version["ref"])
        found = _rich(version)
        return name, None if found is None else at(found, anchor)

    def _version(self, alias: str) -> Value:
        table = self.data.get("versions")
        held = table.get(alias) if isinstance(table, dict) else None
        span = self._line("versions", alias)
        text = _rich(held)
        if text is None:
            return unknown(f"the catalog has no version {alias}", span)
        quoted = re.search(re.escape(text), span.text)
        if quoted:
            span = Span(self.source, span.start + quoted.start(), span.start + quoted.end())
        return at(text, span)

    def _line(self, section: str, alias: str) -> Span:
        """The line of a key in a section; the section's or the file's first one as a fallback."""
        text = self.source.text
        head = re.search(rf"(?m)^[ \t]*\[[\"']?{section}[\"']?\][^\n]*$", text)
        begin = head.end() if head else 0
        after = re.compile(r"(?m)^[ \t]*\[[\w.\"'-]+\]").search(text, begin)
        end = after.start() if after else len(text)
        key = re.compile(rf"(?m)^[ \t]*[\"']?{re.escape(alias)}[\"']?[ \t]*(?:\.[\w.]+[ \t]*)?=")
        match = key.search(text, begin, end)
        start = match.start() + len(match[0]) - len(match[0].lstrip()) if match else begin
        return self.source.span(start)


def _rich(version: object) -> str | None:
    if isinstance(version, str):
        return version
    if isinstance(version, dict):
        for key in ("strictly", "require", "prefer"):
            if isinstance(version.get(key), str):
                return str(version[key])
    return None


def accessor(alias: str) -> str:
    """`spring-boot_starter` as scripts write it: `spring.boot.starter`."""
    return re.sub(r"[-_]", ".", alias)
