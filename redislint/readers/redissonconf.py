"""Redisson's own configuration files (YAML or JSON), and those embedded in Spring's YAML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from redislint.model.client import Client
from redislint.model.setting import PLACEHOLDER
from redislint.model.value import Origin, Value
from redislint.readers.jvm.read import context_of, finish
from redislint.readers.jvm.redisson import NAMES, PACKAGE, YAML_SECTIONS, scaled

if TYPE_CHECKING:
    from redislint.model.subject import Subject
    from redislint.readers import Context
    from redislint.source import Source
    from redislint.syntax.yaml import Mapping, Node, Scalar

_ADDRESSES = ("nodeAddresses", "address", "sentinelAddresses", "masterAddress", "slaveAddresses")


def read(source: Source, context: Context) -> Iterable[Subject]:
    """A client for each section that the file configures."""
    from redislint.syntax.yaml import Mapping, Scalar, load, walk

    for root in load(source).documents:
        for node in walk(root):
            if isinstance(node, Mapping):
                yield from _sections(node, source)
            elif isinstance(node, Scalar) and _holds(node):
                for inner in load(node.embedded()).documents:
                    if isinstance(inner, Mapping):
                        yield from _sections(inner, source)


def _holds(node: Scalar) -> bool:
    """Whether a text is Redisson's configuration, as under Spring's key redisson.config."""
    return "\n" in node.text and any(section in node.text for section in YAML_SECTIONS)


def _sections(node: Mapping, source: Source) -> Iterator[Client]:
    from redislint.syntax.yaml import Mapping

    for key, value in node.pairs:
        mode = YAML_SECTIONS.get(key.text)
        if mode is not None and isinstance(value, Mapping):
            yield _client(key, value, node, mode, source)


def _client(key: Scalar, section: Mapping, whole: Mapping, mode: str, source: Source) -> Client:
    origin = Origin(key.span)
    made = Client("Redisson client", key.span, "redisson", Value(mode, origin), PACKAGE)
    for layer in (whole, section):
        for name, value in layer.pairs:
            _option(made, name.text, value)
    made.set("framework", Value("none", origin))
    made.set("language", Value("yaml", origin))
    made.set("context", Value(context_of(source.within)))
    finish(made)
    return made


def _option(made: Client, name: str, node: Node) -> None:
    from redislint.syntax.yaml import Scalar, Sequence

    if name in _ADDRESSES:
        items = node.items if isinstance(node, Sequence) else [node]
        for item in items:
            if isinstance(item, Scalar):
                made.hosts.append(_text(item))
        return
    if not isinstance(node, Scalar) or node.is_null:
        return
    if name == "password":
        value = _text(node)
        if value.known and value.value:
            made.set("password-literal", value)
        made.set("password", Value(None, value.origin, known=False, why="masked"))
        return
    fact = NAMES.get(name)
    if fact is not None:
        made.set(fact, scaled(name, _typed(node)))


def _text(node: Scalar) -> Value:
    if node.templated or PLACEHOLDER.search(node.text):
        return Value(None, Origin(node.span), known=False, why="it is filled in from outside")
    return Value(node.text, Origin(node.span))


def _typed(node: Scalar) -> Value:
    value = _text(node)
    if not value.known:
        return value
    text = str(value.value)
    if node.tag == "int" or text.lstrip("-").isdecimal():
        return Value(int(text.replace("_", "")), value.origin)
    if text.lower() in ("true", "false"):
        return Value(text.lower() == "true", value.origin)
    return value
