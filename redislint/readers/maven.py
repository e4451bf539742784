"""pom.xml → dependencies, with the versions that properties, parents and Spring Boot give them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from redislint.knowledge.releases import BOOT
from redislint.model.dependency import Dependency
from redislint.model.deployment import Problem
from redislint.model.value import Value
from redislint.readers import Context
from redislint.readers.manifests.jvm import CLIENTS, expand, is_boot, make, matters, settle
from redislint.readers.manifests.pom import Pom, build
from redislint.source import Source, Span
from redislint.syntax.xml import Element, parse

_SCOPES = {"": "compile", "compile": "compile", "provided": "provided", "system": "compile",
           "runtime": "runtime", "test": "test"}  # fmt: skip


def read(source: Source, context: Context) -> Iterable[Dependency | Problem]:
    """The Redis clients that a pom.xml depends on or manages; a Problem where XML is broken."""
    root, error = parse(source)
    if error is not None:
        line, reason = error
        yield Problem(source.path, line, f"XML cannot be read from here on: {reason}")
    if root is None or root.name != "project":
        return
    pom = build(source, root, context)
    module = posixpath.dirname(source.path)
    boot = pom.boot(context)
    found = [*_used(pom, boot, module, context), *_managed(pom, module)]
    if boot is not None and boot.span is not None and boot.span.path == source.path:
        found.append(make(BOOT, boot, boot.span, module, "managed"))
    yield from settle(found)


def _used(pom: Pom, boot: Value | None, module: str, context: Context) -> Iterator[Dependency]:
    for element, _ in pom.dependencies():
        name = pom.name_of(element)
        if not matters(name):
            continue
        version = element.child("version")
        written = pom.text(version.text, version) if version is not None else None
        found = expand(
            name,
            written,
            boot,
            lambda wanted: pom.managed(wanted, context),
            _anchor(element),
            module,
            _scope(element),
            frozenset(
                f"{e.value('groupId')}:{e.value('artifactId')}"
                for e in element.all("exclusions", "exclusion")
            ),
            _why(pom),
        )
        for dependency in found:
            ignored = pom.ignored_override(dependency.name) if dependency.managed_by else None
            if ignored is not None:
                dependency.set("ignored-override", ignored)
            yield dependency


def _managed(pom: Pom, module: str) -> Iterator[Dependency]:
    for element in pom.management():
        version = element.child("version")
        name = pom.name_of(element)
        if version is not None and name in CLIENTS:
            value = pom.text(version.text, version)
            yield make(name, value, _anchor(element), module, "managed")


def _scope(element: Element) -> str:
    scope = _SCOPES.get(element.value("scope"), "compile")
    optional = scope == "compile" and element.value("optional") == "true"
    return "provided" if optional else scope


def _why(pom: Pom) -> str:
    parent = pom.outer_parent()
    if parent is not None and not is_boot(pom.name_of(parent)):
        return f"managed by {parent.value('artifactId')}, which is not in the repository"
    return "no version is named, and nothing in the repository manages it"


def _anchor(element: Element) -> Span:
    """The artifact's line: where a reader looks, and where the fix goes."""
    artifact = element.child("artifactId")
    return artifact.span if artifact is not None else element.span
