"""Gradle build scripts, version catalogs and lock files → dependencies."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from redislint.knowledge.releases import BOOT, LETTUCE
from redislint.model.dependency import Dependency
from redislint.model.deployment import Problem
from redislint.model.value import Value, at, unknown
from redislint.readers import Context
from redislint.readers.manifests.catalog import Catalog, Entry
from redislint.readers.manifests.gradletext import Scope, Script, folders
from redislint.readers.manifests.jvm import (
    CLIENTS,
    MANAGED_PROPERTY,
    REDISSON_STARTERS,
    STARTERS,
    expand,
    is_boot,
    make,
    matters,
    settle,
)
from redislint.source import Source, Span

_BOOT_PLUGIN = "org.springframework.boot"
_FILLED = r"""\$\{[^}\n]{0,200}\}|[^"'@:\n$]|\$(?!\{[^}\n]{0,200}\})"""
"""One character of a version, or a `${…}`: never both, so that no text is read in two ways."""
_REST = rf"(?P<version>(?:{_FILLED})*)"
_PLUGIN = re.compile(
    r"""\bid\s*\(?\s*(["'])org\.springframework\.boot\1\s*\)?\s*\.?version\s*\(?\s*(?:(["'])(?P<text>[^"'\n]*)\2|(?P<name>[\w.]+(?:\([^)\n]*\))?))"""
)
_BOOT_COORDINATE = re.compile(
    r"""(["'])org\.springframework\.boot:(?:spring-boot-gradle-plugin|spring-boot-dependencies|spring-boot-starter-parent):"""
    rf"(?P<text>(?:{_FILLED})*)"
)
_TEST = re.compile(r"(?i)test|benchmark|jmh")
_FLOATING = re.compile(r"(\d+(?:\.\d+)*)\.\+$")
_USED = re.compile(
    r"(?i)(api|compile|provided|annotationprocessor|kapt|optional|shadow)$"
    r"|.*(implementation|api|compileonly|compile|runtimeonly)$"
)
_LOCKED = re.compile(r"(?m)^([\w.-]+:[\w.-]+):([\w.+-]+)=(\S*)$")


def read(source: Source, context: Context) -> Iterable[Dependency | Problem]:
    """The Redis clients that a script uses, that a catalog names, or that a lock file fixes."""
    name = posixpath.basename(source.path)
    if name == "gradle.lockfile":
        return _lock(source)
    if name.endswith(".toml"):
        return _catalog(source)
    return settle(_script(source, context))


def _module(path: str) -> str:
    folder = posixpath.dirname(path)
    return posixpath.dirname(folder) if posixpath.basename(folder) == "gradle" else folder


def _lock(source: Source) -> Iterator[Dependency]:
    for match in _LOCKED.finditer(source.text):
        if match[1] in CLIENTS:
            scopes = [s for s in match[3].split(",") if s]
            only_tests = bool(scopes) and all(_TEST.search(s) for s in scopes)
            span = Span(source, match.start(), match.end())
            version = at(match[2], Span(source, match.start(2), match.end(2)))
            scope = "test" if only_tests else "lock"
            yield make(match[1], version, span, _module(source.path), scope)


def _catalog(source: Source) -> Iterator[Dependency | Problem]:
    catalog = Catalog(source)
    if catalog.error is not None:
        yield Problem(source.path, *catalog.error)
        return
    module = _module(source.path)
    for entry in catalog.libraries().values():
        if entry.name in CLIENTS and entry.version is not None:
            yield make(entry.name, _range(entry.version), entry.anchor, module, "managed")
    for entry in [*catalog.plugins().values(), *catalog.libraries().values()]:
        if (entry.name == _BOOT_PLUGIN or is_boot(entry.name)) and entry.version is not None:
            yield make(BOOT, entry.version, entry.anchor, module, "managed")


class Build:
    """A script with what surrounds it: scopes, catalog, Spring Boot's release."""

    def __init__(self, source: Source, context: Context) -> None:
        self.script = Script(source)
        self.context = context
        self.scope = Scope(self.script, context)
        self._catalogs: dict[str, Catalog | None] = {}

    def catalog(self, name: str) -> Catalog | None:
        """The version catalog of a name (`libs`), from the nearest `gradle` folder above."""
        if name not in self._catalogs:
            self._catalogs[name] = None
            for folder in folders(self.script.folder):
                source = self.context.find(
                    posixpath.join(folder, "gradle", f"{name}.versions.toml")
                )
                if source is not None:
                    self._catalogs[name] = Catalog(source)
                    break
        return self._catalogs[name]

    def boot(self) -> Value | None:
        """The Spring Boot release whose versions are in force; None where there is none."""
        for script in self._scripts():
            found = self._boot_in(script)
            if found is not None:
                return found
        return None

    def _scripts(self) -> Iterator[Script]:
        yield from self.scope.scripts
        for folder in folders(self.script.folder):
            for place in ("buildSrc", "build-logic", "gradle"):
                for name in ("build.gradle", "build.gradle.kts", "dependencies.gradle"):
                    source = self.context.find(posixpath.join(folder, place, name))
                    if source is not None and source is not self.script.source:
                        yield Script(source)

    def _boot_in(self, script: Script) -> Value | None:
        plugin = _PLUGIN.search(script.code)
        if plugin and plugin["text"] is not None:
            return self.scope.fill(
                plugin["text"], script.span(plugin.start("text"), plugin.end("text"))
            )
        if plugin:
            return self.named(plugin["name"], script.span(plugin.start("name"), plugin.end("name")))
        coordinate = _BOOT_COORDINATE.search(script.code)
        if coordinate:
            span = script.span(coordinate.start("text"), coordinate.end("text"))
            return self.scope.fill(coordinate["text"], span)
        for match in re.finditer(r"\b(libs|\w+Libs)\.([\w.]+)", script.code):
            entry = self.entry(match[1], match[2])
            if entry is None or entry.version is None:
                continue
            if entry.name == _BOOT_PLUGIN or is_boot(entry.name):
                return entry.version
        return None

    def entry(self, catalog_name: str, path: str) -> Entry | None:
        """What an accessor such as `libs.lettuce.core` or `libs.plugins.spring.boot` means."""
        catalog = self.catalog(catalog_name)
        if catalog is None:
            return None
        path = path.removesuffix(".get").removesuffix(".toString")
        if path.startswith("plugins."):
            return catalog.plugins().get(path.removeprefix("plugins."))
        return catalog.libraries().get(path)

    def named(self, name: str, span: Span) -> Value:
        """A version that is a name: a variable, or `libs.versions.boot.get()`."""
        accessor = re.match(r"(libs|\w+Libs)\.versions\.([\w.]+?)(?:\.get)?(?:\(\))?$", name)
        if accessor:
            catalog = self.catalog(accessor[1])
            found = catalog.versions().get(accessor[2]) if catalog is not None else None
            return found or unknown(f"{name} is not in the version catalog", span)
        return self.scope.look_up(name) or unknown(
            f"{name} is set outside of what can be read", span
        )

    def managed(self, name: str) -> Value | None:
        """What the project's own management gives an artifact."""
        for script in self.scope.scripts:
            for match in _coordinates(name).finditer(script.code):
                if match["version"] and _configuration(script.code, match.start()) in (
                    "dependency",
                    "dependencySet",
                    "force",
                ):
                    span = script.span(match.start("version"), match.end("version"))
                    return self.scope.fill(match["version"], span)
        key = MANAGED_PROPERTY.get(name)
        if key and self._properties_override():
            for table in self.scope.tables():
                if key in table:
                    return self.scope.fill(*table[key])
        return None

    def _properties_override(self) -> bool:
        """Whether properties such as `lettuce.version` reach what Boot manages.

        They do with the dependency-management plugin; a native `platform(…)` does not read them.
        """
        codes = [script.code for script in self._scripts()]
        plugin = any(
            "io.spring.dependency-management" in c or "dependencyManagement" in c for c in codes
        )
        return plugin or not any(re.search(r"\b(enforcedP|p)latform\s*\(", c) for c in codes)


@lru_cache(maxsize=64)
def _coordinates(name: str) -> re.Pattern[str]:
    return re.compile(
        rf"""(?P<quote>["']){re.escape(name)}(?::{_REST})?(?:[:@][^"'\n]*)?(?:(?P=quote)|(?<=\}}))(?:\s*\+\s*(?P<plus>[A-Za-z_][\w.]*))?"""
    )


@lru_cache(maxsize=64)
def _mapped(name: str) -> re.Pattern[str]:
    group, _, artifact = name.partition(":")
    return re.compile(
        rf"""(?:group\s*[:=]\s*)?(["']){re.escape(group)}\1\s*,\s*(?:name\s*[:=]\s*)?(["']){re.escape(artifact)}\2"""
        r"""(?:\s*,\s*(?:version\s*[:=]\s*)?(?:(["'])(?P<version>[^"'\n]*)\3|(?P<name>[A-Za-z_][\w.]*(?:\[[^\]\n]*\])?)))?"""
    )


def _configuration(code: str, offset: int) -> str:
    """The word before a dependency: `implementation`, `testImplementation`, `dependency`."""
    line = code[max(0, code.rfind("\n", 0, offset)) : offset]
    words = re.findall(r"[A-Za-z_]\w*", re.split(r"[{;]", line)[-1])
    skip = ("platform", "enforcedPlatform", "add", "project", "api_", "strictly")
    return next((w for w in words if w not in skip), "")


def _scope(configuration: str) -> str:
    if _TEST.search(configuration):
        return "test"
    if configuration in ("dependency", "force", "dependencySet", "", "def", "val", "const", "ext"):
        return "managed"
    if re.match(r"(?i)(.*compileonly(api)?|provided|optional)$", configuration):
        return "provided"
    if configuration.startswith("runtime"):
        return "runtime"
    if configuration.startswith("developmentOnly"):
        return "dev"
    known = _USED.match(configuration)
    return "compile" if known else "managed"


def _range(version: Value) -> Value:
    """A dynamic version as a Maven range; `latest.release` floats and is unknown."""
    text = version.value if version.known else None
    if not isinstance(text, str):
        return version
    floating = _FLOATING.match(text)
    if floating:
        numbers = [int(p) for p in floating[1].split(".")]
        upper = ".".join(str(n) for n in [*numbers[:-1], numbers[-1] + 1])
        return Value(f"[{floating[1]},{upper})", version.origin, raw=text)
    if text == "+" or text.startswith("latest."):
        return unknown("it floats with every build", version.span)
    return version


def _script(source: Source, context: Context) -> Iterator[Dependency]:
    build = Build(source, context)
    code = build.script.code
    module = _module(source.path)
    excluded = _excluded(code)
    boot: list[Value | None] = []

    def spring_boot() -> Value | None:
        if not boot:
            boot.append(build.boot())
        return boot[0]

    found = sorted(_declared(build), key=lambda item: item[2].start)
    for name, version, anchor, configuration in found:
        if configuration == "exclude":
            continue
        scope = _scope(configuration)
        if scope == "managed" and (version is None or name in STARTERS | REDISSON_STARTERS):
            continue
        yield from expand(
            name,
            version if version is None else _range(version),
            spring_boot() if version is None or name in STARTERS else None,
            build.managed,
            anchor,
            module,
            scope,
            excluded,
        )
    own = build._boot_in(build.script)
    if own is not None and own.span is not None and own.span.path == source.path:
        yield make(BOOT, own, own.span, module, "managed")


def _declared(build: Build) -> Iterator[tuple[str, Value | None, Span, str]]:
    """Name, written version, line and configuration of every declaration that matters."""
    script = build.script
    code = script.code
    for name in sorted(CLIENTS | STARTERS | REDISSON_STARTERS):
        artifact = name.partition(":")[2]
        if artifact not in code:
            continue
        for match in _coordinates(name).finditer(code):
            anchor = script.source.line_span(script.source.position(match.start())[0])
            version: Value | None = None
            if match["plus"]:
                version = build.named(
                    match["plus"], script.span(match.start("plus"), match.end("plus"))
                )
            elif match["version"]:
                span = script.span(match.start("version"), match.end("version"))
                version = build.scope.fill(match["version"], span)
            else:
                version = _strictly(build, match.end())
            yield name, version, anchor, _configuration(code, match.start())
        for match in _mapped(name).finditer(code):
            anchor = script.source.line_span(script.source.position(match.start())[0])
            version = None
            if match["version"]:
                span = script.span(match.start("version"), match.end("version"))
                version = build.scope.fill(match["version"], span)
            elif match["name"]:
                version = build.named(
                    match["name"], script.span(match.start("name"), match.end("name"))
                )
            yield name, version, anchor, _configuration(code, match.start())
    for match in re.finditer(r"\b(libs|\w+Libs)\.([\w.]+)", code):
        for entry in _entries(build, match[1], match[2]):
            if matters(entry.name):
                anchor = script.source.line_span(script.source.position(match.start())[0])
                yield entry.name, entry.version, anchor, _configuration(code, match.start())


def _entries(build: Build, catalog_name: str, path: str) -> list[Entry]:
    if path.startswith("bundles."):
        catalog = build.catalog(catalog_name)
        bundles = catalog.data.get("bundles") if catalog is not None else None
        if catalog is None or not isinstance(bundles, dict):
            return []
        from redislint.readers.manifests.catalog import accessor

        wanted = path.removeprefix("bundles.")
        names: list[object] = next((v for k, v in bundles.items() if accessor(k) == wanted), [])
        libraries = catalog.libraries()
        return [libraries[accessor(str(n))] for n in names if accessor(str(n)) in libraries]
    entry = build.entry(catalog_name, path)
    return [entry] if entry is not None and not path.startswith("plugins.") else []


def _strictly(build: Build, offset: int) -> Value | None:
    """`implementation("g:a") { version { strictly("1.2") } }`."""
    block = re.compile(
        r"""\s*+\)?\s*+\{\s*version\s*\{[^}]*?\b(?:strictly|require|prefer)\s*\(?\s*(["'])([^"'\n]*)\1"""
    ).match(build.script.code, offset)
    if block is None:
        return None
    return build.scope.fill(block[2], build.script.span(block.start(2), block.end(2)))


def _excluded(code: str) -> frozenset[str]:
    """Clients that the script takes out of what starters bring."""
    out = re.search(r"""exclude\s{0,40}\(?[^)\n}]{0,200}\blettuce""", code)
    return frozenset({LETTUCE}) if out else frozenset()
