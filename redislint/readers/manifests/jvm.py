"""JVM libraries that decide which Redis client runs, and what Spring Boot's starters bring in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from redislint.knowledge.releases import (
    BOOT,
    JEDIS,
    LETTUCE,
    OLD_LETTUCE,
    REDISSON,
    SPRING_DATA_REDIS,
    boot_manages,
)
from redislint.model.dependency import Dependency
from redislint.model.value import Origin, Value, unknown
from redislint.source import Span

CLIENTS = frozenset({LETTUCE, OLD_LETTUCE, JEDIS, REDISSON, SPRING_DATA_REDIS})

STARTERS = frozenset(
    f"org.springframework.boot:{name}"
    for name in (
        "spring-boot-starter-data-redis",
        "spring-boot-starter-data-redis-reactive",
        "spring-boot-starter-redis",
        "spring-boot-starter-session-data-redis",
    )
)
"""Starters that bring a client: Jedis before Boot 2.0, Lettuce since."""

REDISSON_STARTERS = frozenset(
    {"org.redisson:redisson-spring-boot-starter", "org.redisson:redisson-all"}
)
"""Artifacts that are released together with Redisson, under its version."""

_BOOT_ARTIFACTS = frozenset(
    f"org.springframework.boot:{name}"
    for name in (
        "spring-boot-starter-parent",
        "spring-boot-dependencies",
        "spring-boot-gradle-plugin",
        "spring-boot",
    )
)

MANAGED_PROPERTY = {
    LETTUCE: "lettuce.version",
    JEDIS: "jedis.version",
}
"""Properties by which a project overrides what Spring Boot manages."""


def is_boot(name: str) -> bool:
    """Whether an artifact's version is the version of Spring Boot."""
    return name in _BOOT_ARTIFACTS


def matters(name: str) -> bool:
    """Whether a dependency on this group:artifact says something about the Redis client."""
    return name in CLIENTS or name in STARTERS or name in REDISSON_STARTERS


Find = Callable[[str], Value | None]
"""The version that a project's own management gives an artifact; None where it gives none."""


def expand(
    name: str,
    version: Value | None,
    boot: Value | None,
    find: Find,
    span: Span,
    module: str,
    scope: str,
    excluded: frozenset[str] = frozenset(),
    why: str = "no version is named, and what manages it was not found",
) -> Iterator[Dependency]:
    """The dependencies that one declared dependency amounts to.

    A client is itself. A starter is the client and Spring Data Redis that its Boot release brings.
    `version` is the one written, `boot` that of Spring Boot where it manages versions, `find` the
    project's own management.
    """
    if name in STARTERS:
        release = boot or version or find(name)
        yield from _of_starter(name, release, find, span, module, scope, excluded, why)
        return
    package = REDISSON if name in REDISSON_STARTERS else name
    found = version if version is not None else find(name)
    if found is not None:
        yield make(package, found, span, module, scope)
        return
    yield _managed(package, boot, span, module, scope, why)


def make(name: str, version: Value, span: Span, module: str, scope: str) -> Dependency:
    """A dependency with the version that stands in a manifest."""
    text = version.value if version.known else None
    if isinstance(text, str) and not text[:1].isdecimal() and text[:1] not in ("[", "("):
        version = unknown(f"{text or 'an empty version'} names no release", version.span)
        text = None
    exact = isinstance(text, str) and not text.startswith(("[", "("))
    return Dependency("maven", name, version, span, module, locked=exact, scope=scope)


def _managed(
    package: str, boot: Value | None, span: Span, module: str, scope: str, why: str
) -> Dependency:
    if boot is None:
        return make(package, unknown(why), span, module, scope)
    if not boot.known or not isinstance(boot.value, str):
        return make(package, unknown(boot.why), span, module, scope)
    managed = boot_manages(boot.value, package)
    if managed is None:
        reason = f"Spring Boot {boot.value} is not known to manage it"
        return make(package, unknown(reason), span, module, scope)
    label = f"spring-boot {boot.value.removesuffix('.RELEASE')}"
    value = Value(managed, Origin(boot.span, f"managed by {label}"))
    return Dependency(
        "maven", package, value, span, module, locked=True, managed_by=label, scope=scope
    )


def _of_starter(
    name: str,
    boot: Value | None,
    find: Find,
    span: Span,
    module: str,
    scope: str,
    excluded: frozenset[str],
    why: str,
) -> Iterator[Dependency]:
    old = boot is not None and boot.known and str(boot.value).startswith("1.")
    client = JEDIS if old else LETTUCE
    for package in (client, SPRING_DATA_REDIS):
        if package in excluded or package.partition(":")[0] + ":*" in excluded:
            continue
        own = find(package)
        if own is not None:
            found = make(package, own, span, module, scope)
        else:
            found = _managed(package, boot, span, module, scope, why)
        found.via = name
        yield found
    if boot is not None:
        yield make(BOOT, boot, boot.span or span, module, "managed")


def settle(found: Iterable[Dependency]) -> list[Dependency]:
    """One dependency per package: a client's own declaration before what a starter brings.

    What only names a version (scope managed) stays beside the uses. Spring Boot is kept once.
    """
    kept: list[Dependency] = []
    ordered = list(found)
    own = {(d.name, d.scope) for d in ordered if not d.via}
    seen: set[tuple[str, str, str]] = set()
    for dependency in ordered:
        if dependency.via and any(
            (dependency.name, s) in own for s in ("compile", "runtime", "provided")
        ):
            continue
        place = "" if dependency.via or dependency.name == BOOT else repr(dependency.anchor)
        group = "managed" if dependency.name == BOOT else dependency.scope
        if (dependency.name, group, place) in seen:
            continue
        seen.add((dependency.name, group, place))
        kept.append(dependency)
    return kept
