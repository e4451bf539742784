"""Spring Boot's properties: `spring.redis.*` and `spring.data.redis.*` in YAML and properties files.

Each profile gives a client of its own, merged over the default one.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from redislint.knowledge.clients.spring import NEW, OLD, relaxed
from redislint.readers.jvm import customkeys, springkeys, springsession
from redislint.readers.jvm.springclient import Keys, client, properties

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.model.client import Client
    from redislint.model.deployment import Problem
    from redislint.model.subject import Subject
    from redislint.readers import Context
    from redislint.source import Source

_SESSIONS = re.compile(r"(?i)indexed|\.cache\.amazonaws\.|memorydb|redis\.cache\.windows")
"""Without one of these no session repository calls CONFIG on a service that refuses it."""

_CACHE = re.compile(r"(?i)cache[.:]")


def read(source: Source, context: Context, boot: bool, named: bool) -> Iterable[Subject | Problem]:
    """The clients that Boot makes of a file, and the properties that rules judge one by one.

    `boot` says that the file speaks of Spring at all, `named` that Boot reads it by its name.
    """
    documents = springkeys.read(source)
    yield from customkeys.find(source, documents)
    if not boot:
        return
    if named and not source.path.lower().endswith(".properties"):
        yield from springkeys.unread(source)
    if _CACHE.search(source.text):
        from redislint.readers.jvm import springcache

        yield from springcache.find(source, documents, context)
    for document in documents:
        yield from properties(document, source)
    yield from _clients(source, context, documents)


def embedded(source: Source, name: str) -> Iterator[Subject]:
    """The same for a file that stands inside another one, as in a ConfigMap's key `name`."""
    documents = springkeys.read(source, name)
    base = [d for d in documents if not d.profile]
    for document in documents:
        yield from properties(document, source)
        yield from _of_document(document, base, source)


def _clients(
    source: Source, context: Context, documents: list[springkeys.Document]
) -> Iterator[Subject]:
    base = _base(source, context, documents)
    stronger = _twin(source, context, ("application.properties",))
    for document in documents:
        if not document.profile and _is_merged(document, stronger):
            continue  # Boot merges both files into one client: it is read with the other one
        for made in _of_document(document, base, source):
            if _SESSIONS.search(source.text):
                springsession.mark(made, [document, *base], context, source.path)
            yield made


def _is_merged(document: springkeys.Document, stronger: list[springkeys.Document]) -> bool:
    """Whether a .properties file beside a YAML one says how to connect as well."""
    return any(
        Keys(document, prefix).connects() and Keys(other, prefix).connects()
        for other in stronger
        for prefix in (OLD, NEW)
    )


def _twin(source: Source, context: Context, names: tuple[str, ...]) -> list[springkeys.Document]:
    """The documents without a profile of files of these names beside an application file."""
    folder, name = posixpath.split(source.path)
    if name not in ("application.yml", "application.yaml", "application.properties"):
        return []
    found = []
    for other in names:
        held = context.find(posixpath.join(folder, other)) if other != name else None
        if held is not None and "redis" in held.text:
            found += [d for d in springkeys.read(held) if not d.profile]
    return found


def _of_document(
    document: springkeys.Document, base: list[springkeys.Document], source: Source
) -> Iterator[Client]:
    plain = not document.yaml
    for prefix in (OLD, NEW):
        own = Keys(document, prefix)
        if not own.connects():
            continue
        merged = document.profile or plain
        below = [Keys(b, prefix) for b in base if b is not document] if merged else []
        yield client(own, below, source)


def _base(
    source: Source, context: Context, documents: list[springkeys.Document]
) -> list[springkeys.Document]:
    """The documents without a profile that every profile is merged over."""
    found = [d for d in documents if not d.profile]
    if springkeys.profile_of(source.path):
        folder = posixpath.dirname(source.path)
        for name in ("application.properties", "application.yml", "application.yaml"):
            other = context.find(posixpath.join(folder, name))
            if other is not None and relaxed("redis") in relaxed(other.text):
                found += [d for d in springkeys.read(other) if not d.profile]
    elif not source.path.endswith(".properties"):
        found = _twin(source, context, ("application.properties",)) + found
    else:
        found += _twin(source, context, ("application.yml", "application.yaml"))
    return found
