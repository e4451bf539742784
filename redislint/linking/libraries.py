"""Which Python code belongs to a library: there its users choose the options, not its author.

A manifest says so that describes a distribution for developers, or that wants the client only as an
extra. An application may be a distribution too, so the mere fact proves nothing.
"""

from __future__ import annotations

import posixpath
import re

from redislint.model.dependency import Dependency
from redislint.model.deployment import Deployment
from redislint.model.value import Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.readers import Context

MANIFESTS = ("pyproject.toml", "setup.py", "setup.cfg")
_PLAIN = ("requirements.txt", "requirements.in", "Pipfile")
"""Manifests of something that runs, not of something that is installed."""

_DESCRIBES = {
    "pyproject.toml": re.compile(r"(?m)^\[(?:project|tool\.poetry)\]"),
    "setup.py": re.compile(r"\bsetup\s*\("),
    "setup.cfg": re.compile(r"(?m)^\[metadata\]"),
}
_BUILT = re.compile(r"(?m)^\[build-system\]")
_CLASSIFIER = re.compile(
    r"Topic :: Software Development :: (?:Libraries|Object Brokering)"
    r"|Topic :: System :: Distributed Computing|Intended Audience :: Developers"
)
_NAMED = re.compile(r"(?i)\b(?:redis|valkey)")
"""What a distribution does not ask for itself, its deployment does: then it is an application."""
_KEYWORDS = re.compile(r"(?m)^[ \t]*keywords[ \t]*=")
_CLIENTS = frozenset("redis valkey aioredis redis-py-cluster".split())


def mark_libraries(deployment: Deployment, context: Context) -> None:
    """Set the context of clients and calls in a library's code to `library`."""
    optional = _optional(deployment)
    known: dict[str, Value | None] = {}
    for subject in [*deployment.of("client"), *deployment.of("call")]:
        anchor = subject.anchor
        held = subject.facts.get("context")
        if anchor is None or held is None or held.value != "application":
            continue
        if not anchor.path.endswith((".py", ".pyi")):
            continue
        folder = posixpath.dirname(anchor.path)
        if folder not in known:
            known[folder] = _library(folder, context, optional)
        found = known[folder]
        if found is not None:
            subject.set("context", found)


def _optional(deployment: Deployment) -> dict[str, Dependency]:
    """Folder of a manifest → its client, where nothing but an extra asks for one."""
    found: dict[str, Dependency] = {}
    needed: set[str] = set()
    for dependency in deployment.of("dependency"):
        assert isinstance(dependency, Dependency)
        if dependency.name not in _CLIENTS or dependency.scope != "compile":
            continue
        if dependency.get("optional").is_true:
            found.setdefault(dependency.module, dependency)
        else:
            needed.add(dependency.module)
    return {module: d for module, d in found.items() if module not in needed}


def _library(folder: str, context: Context, optional: dict[str, Dependency]) -> Value | None:
    """Why code of a folder is a library's; None where the nearest manifest does not say so."""
    while True:
        told = _told(folder, context, optional)
        if told is not None:
            return told if told.known else None
        if not folder:
            return None
        folder = posixpath.dirname(folder)


def _told(folder: str, context: Context, optional: dict[str, Dependency]) -> Value | None:
    """What the manifests of one folder say: a library, something else (unknown), or nothing."""
    described = built = named = False
    words: re.Match[str] | None = None
    where = ""
    for name in MANIFESTS:
        source = context.find(posixpath.join(folder, name))
        if source is None or not _DESCRIBES[name].search(source.text):
            continue
        described = True
        named = named or bool(_NAMED.search(source.text))
        built = built or name != "pyproject.toml" or bool(_BUILT.search(source.text))
        match = _CLASSIFIER.search(source.text) or _KEYWORDS.search(source.text)
        if match is not None and words is None:
            words, where = match, source.path
    if not described:
        own = any(
            source is not None and _NAMED.search(source.text)
            for source in (context.find(posixpath.join(folder, name)) for name in _PLAIN)
        )
        # A project of its own within another one, such as an example with its requirements.
        return Value(None, known=False, why="has requirements of its own") if own else None
    if built and named and words is not None:
        return Value("library", Origin(None, f"{where} describes a library"))
    extra = optional.get(folder)
    if extra is not None:
        return Value("library", Origin(extra.anchor, "only an extra asks for the client"))
    return Value(None, known=False, why="no library")
