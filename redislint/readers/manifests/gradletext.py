"""Gradle scripts, Groovy and Kotlin, as text with comments blanked: strings, variables, plugins.

Build scripts are programs; what decides versions in them is nearly always literal. This reads the
literals and the names that they are assigned to, in both languages, and never runs anything.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from redislint.model.value import Value, at, unknown
from redislint.readers import Context
from redislint.source import Source, Span

_TOKEN = re.compile(
    r"""(?P<line>//[^\n]*)|(?P<block>/\*.*?(?:\*/|\Z))|(?P<long>\"\"\".*?(?:\"\"\"|\Z)|'''.*?(?:'''|\Z))"""
    r"""|(?P<string>"(?:\\.|[^"\\\n])*+"?|'(?:\\.|[^'\\\n])*+'?)""",
    re.S,
)
_ASSIGN = re.compile(
    r"""(?x)(?:\b(?:def|val|var|String|const\s+val|private\s+val)\s+)?
    (?P<name>(?<![\w.])[A-Za-z_][\w.]*+|(?:ext|extra|project|rootProject)?(?:\.ext|\.extra)?\[\s*["'][\w.-]+["']\s*\])
    (?:\s*:\s*String)?\s*
    (?:=|\bby\s+(?:extra|project\.extra)\s*\(|:(?!:))\s*
    (?P<quote>["'])(?P<value>[^"'\n]*)(?P=quote)"""
)
_SET = re.compile(r"""\bset\s*\(\s*["']([\w.-]+)["']\s*,\s*(["'])([^"'\n]*)\2\s*\)""")
_REFERENCE = re.compile(r"\$\{((?:[^}$]|\$(?!\{))+)\}|\$([A-Za-z_][\w.]*)")
_INDEX = re.compile(r"""\[\s*["']([\w.-]+)["']\s*\]""")
_PROPERTY = re.compile(
    r"""(?:\w+\.)*(?:property|findProperty|extra\.get|ext\.get|getProperty)"""
    r"""\(\s*["']([\w.-]+)["']\s*\).*"""
)
_PLAIN = re.compile(r"(?m)^[ \t]*([\w.-]+)[ \t]*[=:][ \t]*(\S[^\n]*)$")
_PREFIXES = ("rootProject.", "project.", "ext.", "extra.", "properties.", "this.")


class Script:
    """A build script: `code` is its text with comments blanked, offsets unchanged."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.code = blank_comments(source.text)
        self._variables: dict[str, tuple[str, Span]] | None = None

    @property
    def folder(self) -> str:
        """The folder that the script is in."""
        return posixpath.dirname(self.source.path)

    @property
    def variables(self) -> dict[str, tuple[str, Span]]:
        """Literals by the names they are assigned to, each with its place."""
        if self._variables is None:
            self._variables = dict(assignments(self.source, self.code))
        return self._variables

    def span(self, start: int, end: int) -> Span:
        """A span of the script."""
        return Span(self.source, start, end)


def blank_comments(text: str) -> str:
    """The text with comments replaced by blanks; strings and offsets stay."""

    def replace(match: re.Match[str]) -> str:
        if match.lastgroup in ("line", "block"):
            return re.sub(r"[^\n]", " ", match[0])
        return match[0]

    return _TOKEN.sub(replace, text)


def assignments(source: Source, code: str) -> Iterator[tuple[str, tuple[str, Span]]]:
    """Names and the literals assigned to them; keys of map literals under their own name."""
    for match in _ASSIGN.finditer(code):
        name = match["name"]
        index = _INDEX.search(name)
        key = index[1] if index else name
        span = Span(source, match.start("value"), match.end("value"))
        for prefix in _PREFIXES:
            key = key.removeprefix(prefix)
        yield key, (match["value"], span)
    for match in _SET.finditer(code):
        yield match[1], (match[3], Span(source, match.start(3), match.end(3)))


def properties(source: Source) -> dict[str, tuple[str, Span]]:
    """The entries of a .properties file."""
    found = {}
    for match in _PLAIN.finditer(source.text):
        if not match[0].lstrip().startswith(("#", "!")):
            value = match[2].rstrip(" \t")
            start = match.start(2)
            found[match[1]] = (value, Span(source, start, start + len(value)))
    return found


class Scope:
    """Where a script looks names up: itself, scripts above it, gradle.properties, buildSrc."""

    def __init__(self, script: Script, context: Context) -> None:
        self.script = script
        self.context = context
        self.scripts = [script, *self._above()]
        self._tables: list[dict[str, tuple[str, Span]]] | None = None
        self._constants: dict[str, tuple[str, Span]] | None = None

    def _above(self) -> Iterator[Script]:
        for folder in folders(self.script.folder):
            for name in (
                "build.gradle",
                "build.gradle.kts",
                "settings.gradle",
                "settings.gradle.kts",
            ):
                path = posixpath.join(folder, name)
                if path == self.script.source.path:
                    continue
                source = self.context.find(path)
                if source is not None:
                    yield Script(source)

    def tables(self) -> list[dict[str, tuple[str, Span]]]:
        """Variables of the scripts and the properties files, nearest first."""
        if self._tables is None:
            self._tables = [s.variables for s in self.scripts]
            for folder in folders(self.script.folder):
                source = self.context.find(posixpath.join(folder, "gradle.properties"))
                if source is not None:
                    self._tables.append(properties(source))
            for script in self.scripts:
                for match in re.finditer(
                    r"""apply\s*+\(?\s*from\s*[:=]\s*["']([^"'\n]+)["']""", script.code
                ):
                    self._tables += self._applied(script, match[1])
        return self._tables

    def _applied(self, script: Script, text: str) -> Iterator[dict[str, tuple[str, Span]]]:
        relative = re.sub(r"^\$\{?(rootDir|rootProject\.projectDir|projectDir)\}?/?", "", text)
        if "$" in relative or "://" in relative:
            return
        for folder in folders(script.folder):
            source = self.context.find(posixpath.join(folder, relative))
            if source is not None:
                yield Script(source).variables
                return

    def constants(self) -> dict[str, tuple[str, Span]]:
        """Constants of buildSrc, by their last name and with their object's."""
        if self._constants is None:
            self._constants = {}
            for pattern in ("*buildSrc/*.kt", "*buildSrc/*.java", "*buildSrc/*.groovy"):
                for path in self.context.glob(pattern)[:40]:
                    source = self.context.find(path)
                    if source is not None:
                        for name, found in assignments(source, blank_comments(source.text)):
                            self._constants.setdefault(name, found)
        return self._constants

    def look_up(self, name: str, depth: int = 0) -> Value | None:
        """What a variable or property holds, or None where nothing assigns it."""
        wanted = name.strip()
        indexed = _PROPERTY.fullmatch(wanted)
        if indexed:
            wanted = indexed[1]
        else:
            brackets = _INDEX.search(wanted)
            if brackets:
                wanted = brackets[1]
        for prefix in _PREFIXES:
            wanted = wanted.removeprefix(prefix)
        last = wanted.rpartition(".")[2]
        for table in self.tables():
            for key in (wanted, last):
                if key in table:
                    text, span = table[key]
                    return self.fill(text, span, depth + 1)
        if "." in wanted or wanted.isupper():
            constant = self.constants().get(last)
            if constant is not None:
                return self.fill(*constant, depth + 1)
        return None

    def fill(self, text: str, span: Span, depth: int = 0) -> Value:
        """A literal with its `$name` and `${…}` filled in."""
        match = _REFERENCE.search(text)
        if match is None:
            return at(text, span)
        if depth > 8:
            return unknown("a variable refers to itself", span)
        found = self.look_up(match[1] or match[2], depth + 1)
        if found is None:
            return unknown(f"{match[0]} is set outside of what can be read", span)
        if not found.known:
            return found
        filled = text[: match.start()] + str(found.value) + text[match.end() :]
        if _REFERENCE.search(filled):
            return self.fill(filled, span, depth + 1)
        return at(filled, found.span or span, raw=text)


def folders(folder: str) -> Iterator[str]:
    """A folder and those above it, up to the top of the tree ("")."""
    yield folder
    while folder:
        folder = posixpath.dirname(folder)
        yield folder
