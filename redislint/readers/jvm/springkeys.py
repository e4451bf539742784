"""Spring Boot's configuration files → flat properties with places, by document and profile."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from redislint.knowledge.clients.spring import relaxed

if TYPE_CHECKING:
    from redislint.model.deployment import Problem
    from redislint.source import Source, Span
    from redislint.syntax.yaml import Node

DEVELOPMENT = re.compile(r"(?i)(^|[,\s&|(!-])(local|dev|develop|development|test|tests|ci|it)\b")
"""A profile of this name is nobody's production."""


class Property:
    """A property: the key as written (dotted), its text, its places; `items` of a list."""

    __slots__ = ("items", "key", "key_span", "span", "value")

    def __init__(
        self,
        key: str,
        value: str | None,
        key_span: Span,
        span: Span,
        items: list[str] | None = None,
    ) -> None:
        self.key = key
        self.value = value
        self.key_span = key_span
        self.span = span
        self.items = items

    def with_value(self, value: str | None) -> Property:
        """The same property with another text."""
        return Property(self.key, value, self.key_span, self.span, self.items)


class Document:
    """The properties of one document: relaxed key → property; its profile or ""."""

    def __init__(self) -> None:
        self.properties: dict[str, Property] = {}
        self.blocks: dict[str, Span] = {}
        """relaxed dotted prefix → where its mapping's key stands (YAML)."""
        self.profile = ""
        self.yaml = False

    def add(self, item: Property) -> None:
        """Add a property; the last of the same name wins, `name[0]` joins a list."""
        indexed = re.fullmatch(r"(.+?)\[(\d+)\]", item.key)
        name = relaxed(indexed[1] if indexed else item.key)
        if indexed:
            old = self.properties.get(name)
            if old is not None and old.items is not None:
                old.items.append(item.value or "")
                return
            item.items = [item.value or ""]
            item.key = indexed[1]
        self.properties[name] = item

    def get(self, name: str) -> Property | None:
        """The property of a canonical (kebab-case) name."""
        return self.properties.get(relaxed(name))


_PROFILE_FILE = re.compile(r"^(?:application|bootstrap)[-_]([\w.-]+?)\.(?:ya?ml|properties)$", re.I)


def profile_of(path: str) -> str:
    """The profile that a file's name names: `application-prod.yml` is prod's."""
    match = _PROFILE_FILE.match(posixpath.basename(path))
    return match[1] if match else ""


def read(source: Source, name: str = "") -> list[Document]:
    """The documents of a .properties or YAML file; `name` is that of one inside another file."""
    plain = (name or source.path).lower().endswith(".properties")
    documents = _properties(source) if plain else _yaml(source)
    named = profile_of(name or source.path)
    for document in documents:
        document.profile = named
        for name in ("spring.config.activate.on-profile", "spring.profiles"):
            found = document.get(name)
            if found is not None and (found.value or found.items):
                document.profile = found.value or ",".join(found.items or [])
    return documents


def unread(source: Source) -> list[Problem]:
    """The lines of a YAML file that could not be read; none where a template writes them."""
    from redislint.model.deployment import Problem
    from redislint.syntax.yaml import load

    stream = load(source)
    lines = [] if stream.templated else stream.unread
    return [Problem(source.path, line, why) for line, why in lines]


def _properties(source: Source) -> list[Document]:
    from redislint.syntax.properties import parse

    documents = []
    for entries in parse(source):
        document = Document()
        for entry in entries:
            document.add(Property(entry.key, entry.value, entry.key_span, entry.value_span))
        documents.append(document)
    return documents


def _yaml(source: Source) -> list[Document]:
    from redislint.syntax.yaml import Mapping, load

    documents = []
    for root in load(source).documents:
        document = Document()
        document.yaml = True
        if isinstance(root, Mapping):
            for item in _flatten(root, "", document, 0):
                document.add(item)
        documents.append(document)
    return documents


def _flatten(node: Node, prefix: str, document: Document, depth: int) -> Iterator[Property]:
    from redislint.syntax.yaml import Mapping, Scalar, Sequence

    if depth > 25 or not isinstance(node, Mapping):
        return
    for key, value in node.merged():
        name = f"{prefix}.{key.text}" if prefix else key.text
        if isinstance(value, Mapping):
            document.blocks.setdefault(relaxed(name), key.span)
            yield from _flatten(value, name, document, depth + 1)
        elif isinstance(value, Sequence):
            items = [i.text for i in value.items if isinstance(i, Scalar)]
            yield Property(name, None, key.span, value.head, items)
        elif isinstance(value, Scalar):
            empty = value.is_null
            text = None if empty else value.text
            yield Property(name, text, key.span, key.span if empty else value.span)
