"""Which release of its library each client runs: from the manifests and locks of its module.

A module is a folder with a manifest. A client belongs to the nearest one upwards that names its
library; what is nearer wins, so every module of a repository keeps its own release. Where no
folder above names it, the release counts if the whole repository agrees on one.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from redislint.knowledge.releases import BOOT, JEDIS, LETTUCE, OLD_LETTUCE, releases
from redislint.linking.drivers import settle_driver
from redislint.model.client import Client
from redislint.model.dependency import Dependency
from redislint.model.deployment import Deployment
from redislint.model.subject import Subject
from redislint.model.value import Origin, Value
from redislint.model.versions import key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.readers import Context

ALSO = {LETTUCE: (OLD_LETTUCE,)}
"""Packages under which a library was published before."""

_RANK = {"compile": 0, "runtime": 1, "provided": 2, "managed": 3, "lock": 2, "dev": 4, "test": 5}


def resolve_versions(deployment: Deployment, context: Context) -> None:
    """Give every dependency its possible releases and every client its dependency."""
    found = [d for d in deployment.of("dependency") if isinstance(d, Dependency)]
    for dependency in found:
        _candidates(dependency)
    _apply_locks(found)
    _mark_duplicates(found)
    modules = Modules(found)
    boots: dict[str, Dependency | None] = {}
    for subject in [*deployment.of("client"), *deployment.of("property")]:
        if subject.anchor is not None and _is_spring(subject):
            built = subject.facts.get("build-folder")
            path = str(built.value) if built is not None else subject.anchor.path
            boot = boot_of(path, modules, context, boots)
            if boot is not None:
                subject.links["boot"] = boot
    for client in deployment.of("client"):
        if isinstance(client, Client) and client.anchor is not None:
            settle_driver(client, modules, context)
            _tie(client, modules, client.anchor.path)
    for dependency in found:
        if dependency.via and not dependency.clients and _jedis_in_use(dependency, modules):
            dependency.set("unused", Value(True))


class Modules:
    """Dependencies by the folder of their manifest and their name."""

    def __init__(self, found: list[Dependency]) -> None:
        self.by_place: dict[tuple[str, str], list[Dependency]] = {}
        self.by_name: dict[str, list[Dependency]] = {}
        for dependency in found:
            self.by_place.setdefault((dependency.module, dependency.name), []).append(dependency)
            self.by_name.setdefault(dependency.name, []).append(dependency)

    def decides(self, path: str, package: str) -> Dependency | None:
        """The dependency whose release a file's code runs with, or None."""
        for folder in _upwards(posixpath.dirname(path)):
            for name in (package, *ALSO.get(package, ())):
                group = self.by_place.get((folder, name))
                if group:
                    return min(group, key=_preference)
        for name in (package, *ALSO.get(package, ())):
            group = [d for d in self.by_name.get(name, []) if d.scope != "test"]
            if group and len({d.candidates for d in group}) == 1:
                return min(group, key=_preference)
        return None


def _preference(dependency: Dependency) -> tuple[bool, int, int]:
    """A known release before none, uses before mere management, narrow before wide."""
    return (
        not dependency.candidates,
        _RANK.get(dependency.scope, 3),
        len(dependency.candidates),
    )


def _upwards(folder: str) -> Iterator[str]:
    yield folder
    while folder:
        folder = posixpath.dirname(folder)
        yield folder


def _candidates(dependency: Dependency) -> None:
    known = releases(dependency.name)
    dependency.candidates = dependency.allowed(known)
    if dependency.via:
        dependency.set("via", Value(dependency.via, Origin(dependency.anchor)))
    if dependency.managed_by:
        dependency.set("managed-by", Value(dependency.managed_by, dependency.requirement.origin))


def _apply_locks(found: list[Dependency]) -> None:
    """Where a lock file fixes a library, a range in the manifest beside or below it means that.

    Manifests of one module narrow each other: a range in setup.py and a pin in requirements.txt.
    """
    locks: dict[tuple[str, str], list[Dependency]] = {}
    uses: dict[tuple[str, str], list[Dependency]] = {}
    for dependency in found:
        place = (dependency.module, dependency.name)
        if dependency.scope == "lock":
            locks.setdefault(place, []).append(dependency)
        elif dependency.scope in ("compile", "runtime") and dependency.candidates:
            uses.setdefault(place, []).append(dependency)
    for dependency in found:
        if dependency.scope in ("lock", "managed"):
            continue
        lock = _lock_for(dependency, locks)
        if lock:
            _narrow(dependency, lock)
        if lock or dependency.locked:
            continue
        beside = uses.get((dependency.module, dependency.name), [])
        for other in beside:
            if other is not dependency and other.locked:
                _narrow(dependency, [other])


def _lock_for(
    dependency: Dependency, locks: dict[tuple[str, str], list[Dependency]]
) -> list[Dependency]:
    for folder in _upwards(dependency.module):
        found = locks.get((folder, dependency.name))
        if found:
            return found
    return []


def _narrow(dependency: Dependency, by: list[Dependency]) -> None:
    fixed = sorted({v for d in by for v in d.candidates}, key=key)
    inside = [v for v in fixed if not dependency.candidates or v in dependency.candidates]
    if not inside and dependency.candidates:
        # A lock that does not match the range is stale or ahead of the table of releases.
        inside = [v for v in fixed if key(v) > key(dependency.candidates[-1])]
    if inside:
        dependency.candidates = tuple(inside)
        span = by[0].requirement.span
        dependency.version_origin = Origin(span, "locked" if by[0].scope == "lock" else "pinned")


def _mark_duplicates(found: list[Dependency]) -> None:
    """Every release is decided at one place; the rest repeat it and are not judged again."""
    best: dict[tuple[str, object], Dependency] = {}
    for dependency in sorted(found, key=_order):
        span = dependency.version_origin.span
        place = span.key if span is not None else id(dependency)
        first = best.setdefault((dependency.name, place), dependency)
        dependency.set("duplicate", Value(first is not dependency))


def _order(dependency: Dependency) -> tuple[int, bool, str, int]:
    span, anchor = dependency.version_origin.span, dependency.anchor
    elsewhere = span is None or anchor is None or span.path != anchor.path
    return (
        _RANK.get(dependency.scope, 3),
        elsewhere,
        anchor.path if anchor is not None else "",
        anchor.start if anchor is not None else 0,
    )


def _tie(client: Client, modules: Modules, path: str) -> None:
    dependency = modules.decides(path, client.package)
    if dependency is None:
        return
    client.links["dependency"] = dependency
    client.candidates = _usable(client, dependency)
    client.version_origin = dependency.version_origin
    for carrier in modules.by_place[dependency.module, dependency.name]:
        carrier.clients.append(client)


def _usable(client: Client, dependency: Dependency) -> tuple[str, ...]:
    """The releases that this code can run with: its class is there, and nobody froze an old one."""
    found = dependency.candidates
    if client.library != "redis-py" or len(found) < 2:
        return found
    from redislint.knowledge.clients import redispy

    first = redispy.FIRST.get(redispy.class_of(client), "0")
    if found[-1] == releases("redis")[-1]:
        first = max(first, redispy.CURRENT_FROM, key=key)
    return tuple(r for r in found if key(r) >= key(first)) or found


def _jedis_in_use(dependency: Dependency, modules: Modules) -> bool:
    """Whether the module's Spring code connects through Jedis, so that a starter's Lettuce idles."""
    beside = modules.by_place.get((dependency.module, JEDIS), [])
    return dependency.name == LETTUCE and any(_is_spring(c) for d in beside for c in d.clients)


def _is_spring(subject: Subject) -> bool:
    framework = subject.get("framework").value
    language = subject.get("language").value
    return (isinstance(framework, str) and framework.startswith("spring")) or language in (
        "java",
        "kotlin",
        "properties",
    )


def boot_of(
    path: str, modules: Modules, context: Context, cache: dict[str, Dependency | None]
) -> Dependency | None:
    """The Spring Boot release of a file's module; manifests that never mention Redis are asked too."""
    folder = posixpath.dirname(path)
    if folder not in cache:
        cache[folder] = _boot_near(folder, modules, context)
    return cache[folder]


def _boot_near(folder: str, modules: Modules, context: Context) -> Dependency | None:
    for place in _upwards(folder):
        group = modules.by_place.get((place, BOOT))
        if group:
            return min(group, key=_preference)
        for name in ("pom.xml", "build.gradle", "build.gradle.kts"):
            source = context.find(posixpath.join(place, name))
            if source is None:
                continue
            value = _boot_in(name, source.path, context)
            if value is not None:
                found = Dependency("maven", BOOT, value, value.span, place, scope="managed")
                _candidates(found)
                return found
    return None


def _boot_in(name: str, path: str, context: Context) -> Value | None:
    if name == "pom.xml":
        from redislint.readers.manifests.pom import load

        pom = load(path, context)
        return pom.boot(context) if pom is not None else None
    from redislint.readers.gradle import Build

    source = context.find(path)
    return Build(source, context).boot() if source is not None else None
