"""Python requirements: one line of PEP 508, tables of poetry, Pipenv, uv and PDM."""

from __future__ import annotations

import re

from redislint.model.dependency import Dependency
from redislint.model.value import Origin, Value, at, unknown
from redislint.source import Source, Span

CLIENTS = frozenset(
    "redis valkey aioredis redis-py-cluster aredis coredis hiredis celery kombu django-redis "
    "django-valkey flask-caching channels-redis rq arq dramatiq huey walrus redis-om valkey-glide "
    "fastapi-cache2 flask-session fakeredis".split()
)
"""Projects that are Redis clients, or that decide how one is used."""

_REQUIREMENT = re.compile(
    r"""(?x)\s*(?P<name>[A-Za-z0-9][\w.-]*+)\s*+(?P<extras>\[[^\]]*\])?\s*+
    (?:@\s*(?P<url>\S+)|\(?(?P<spec>[^;#()]*+)\)?)\s*+(?:;\s*(?P<marker>[^#]*))?"""
)
_DEV_NAME = re.compile(
    r"(?i)(^|[/_.-])(dev|tests?|testing|lint|docs?|ci|typing|benchmark|e2e|local|debug|qa)([/_.-]|$)"
)


def normal(name: str) -> str:
    """A project name as PyPI compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def is_dev(name: str) -> bool:
    """Whether a group, extra or file name says that it is for development or tests."""
    return bool(_DEV_NAME.search(name))


def requirement(
    text: str, source: Source, start: int, module: str, scope: str = "compile"
) -> Dependency | None:
    """The dependency that a PEP 508 text names, if it matters; the text stands at `start`."""
    match = _REQUIREMENT.match(text)
    if match is None:
        return None
    name = normal(match["name"])
    if name not in CLIENTS:
        return None
    span = Span(source, start + match.start("name"), start + len(text.split(" #")[0].rstrip()))
    if match["url"] is not None:
        tag = re.search(r"@v?(\d+(?:\.\d+)+)(?:[#\s]|$)", match["url"])
        value = at(f"=={tag[1]}", span) if tag else unknown("it comes from a URL", span)
        return make(name, value, span, module, scope)
    spec = " ".join((match["spec"] or "").split()).strip().rstrip(",")
    return make(name, at(spec.replace(" ", ""), span), span, module, scope)


def as_extra(dependency: Dependency) -> Dependency:
    """A dependency that only an extra of a distribution asks for."""
    dependency.set("optional", Value(True, Origin(dependency.anchor)))
    return dependency


def make(name: str, value: Value, span: Span, module: str, scope: str) -> Dependency:
    """A dependency of the `pypi` ecosystem; exact pins are locked."""
    text = value.value if value.known else None
    exact = isinstance(text, str) and bool(re.fullmatch(r"={2,3}[\w.+!-]+", text))
    return Dependency("pypi", name, value, span, module, locked=exact, scope=scope)


def poetry_range(text: str) -> str:
    """A poetry or Pipenv constraint in the terms that `versions.in_specifier` knows.

    A bare version is exact in poetry; `*` allows everything.
    """
    text = text.strip()
    if text in ("", "*"):
        return ""
    parts = []
    for alternative in text.split("||" if "||" in text else "|"):
        alternative = alternative.strip()
        parts.append(f"=={alternative}" if alternative[:1].isdecimal() else alternative)
    return " || ".join(parts)


def table_entry(name: str, held: object, span: Span, module: str, scope: str) -> Dependency | None:
    """The dependency of a `name = constraint` table (poetry, Pipenv), if it matters."""
    name = normal(name)
    if name not in CLIENTS:
        return None
    if isinstance(held, str):
        return make(name, at(poetry_range(held), span), span, module, scope)
    if isinstance(held, dict):
        version = held.get("version")
        if isinstance(version, str):
            return make(name, at(poetry_range(version), span), span, module, scope)
        if any(key in held for key in ("git", "url", "path", "file")):
            tag = re.match(r"v?(\d+(\.\d+)+)$", str(held.get("tag", held.get("rev", ""))))
            value = at(f"=={tag[1]}", span) if tag else unknown("it comes from a URL", span)
            return make(name, value, span, module, scope)
        return make(name, at("", span), span, module, scope)
    if isinstance(held, list):
        ranges = [poetry_range(str(h.get("version", ""))) for h in held if isinstance(h, dict)]
        joined = "" if not ranges or "" in ranges else " || ".join(ranges)
        return make(name, at(joined, span), span, module, scope)
    return None
