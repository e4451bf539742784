"""A library as a manifest or lock file names it, and the releases that it still allows."""

from __future__ import annotations

from collections.abc import Iterable

from redislint.model import subject
from redislint.model.subject import FactSpec, Subject
from redislint.model.value import Origin, Value
from redislint.model.versions import in_maven_range, in_specifier, is_prerelease, key
from redislint.source import Span


class Dependency(Subject):
    """A dependency of a module.

    `ecosystem` is "maven" or "pypi", `name` is "group:artifact" or the normalised project name.
    `requirement` is the text of the version or range as resolved (known or unknown);
    `locked` is True where it is the one version that a lock file or exact pin gives.
    `module` is the folder of the manifest; `managed_by` says what decides the version
    ("spring-boot 2.7.18"), `scope` is compile, test, runtime, dev, provided (whoever runs it brings
    its own), managed (a manifest names only
    its version) or lock (the entry of a lock file). `clients` are those that it carries;
    `via` is the starter that brings it, where it is not declared itself.
    """

    kind = "dependency"

    def __init__(
        self,
        ecosystem: str,
        name: str,
        requirement: Value,
        span: Span | None,
        module: str,
        *,
        locked: bool = False,
        managed_by: str = "",
        scope: str = "compile",
    ) -> None:
        super().__init__(name, span)
        self.ecosystem = ecosystem
        self.name = name
        self.requirement = requirement
        self.module = module
        self.locked = locked
        self.managed_by = managed_by
        self.scope = scope
        self.clients: list[Subject] = []
        self.via = ""
        self.version_origin = Origin(requirement.span, requirement.origin.note)
        self.set("name", Value(name))
        self.set("ecosystem", Value(ecosystem))
        self.set("requirement", requirement)
        self.set("locked", Value(locked))
        self.set("scope", Value(scope))
        self.set("optional", Value(False))

    def allowed(self, releases: Iterable[str]) -> tuple[str, ...]:
        """The known releases that the requirement allows, oldest first.

        An exact version that is not among the known ones is itself; an unknown one allows all.
        """
        ordered = sorted(releases, key=key)
        if not self.requirement.known or not isinstance(self.requirement.value, str):
            return ()
        text = self.requirement.value
        if self.ecosystem == "maven":
            if not text.startswith(("[", "(")):
                return (text,)
            return tuple(r for r in ordered if in_maven_range(r, text) and not is_prerelease(r))
        if text and text[0].isdecimal():
            return (text,)
        if text.startswith("==") and "*" not in text and "," not in text:
            return (text.lstrip("= "),)
        return tuple(r for r in ordered if in_specifier(r, text) and not is_prerelease(r))


subject.kind(
    "dependency",
    "a library that a manifest or lock file names",
    [
        FactSpec("name", "text", "group:artifact, or the project's name on PyPI"),
        FactSpec("ecosystem", "enum", "maven or pypi", choices=("maven", "pypi")),
        FactSpec("requirement", "text", "the version or range"),
        FactSpec("locked", "bool", "exactly one version is possible"),
        FactSpec("optional", "bool", "only an extra of the distribution asks for it"),
        FactSpec("scope", "enum", "where it is used; managed: only its version is named; lock: a lock file's entry",
                 choices="compile runtime provided test dev managed lock".split()),
        FactSpec("version", "version", "the release, where it is one"),
    ],
)  # fmt: skip
