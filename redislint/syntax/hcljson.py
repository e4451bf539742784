"""Terraform's JSON syntax (.tf.json) → the blocks that hcl.py makes of HCL."""

from __future__ import annotations

from collections.abc import Iterator

from redislint.model.value import Value, at, unknown
from redislint.source import Source, Span
from redislint.syntax import hcl, yaml
from redislint.syntax.hcl import Resolve
from redislint.syntax.yaml import Mapping, Node, Scalar, Sequence

_LABELS = {"resource": 2, "data": 2, "variable": 1, "module": 1, "output": 1, "provider": 1}


class JsonExpression(hcl.Expression):
    """The value of a property; `"${…}"` in a text is an HCL template."""

    def __init__(self, key: Scalar, node: Node) -> None:
        self.key = key
        self.held = node

    @property
    def span(self) -> Span:
        """The property's line: name and the value's first line."""
        start = self.key.span
        whole = Span(start.source, start.start, max(self.held.head.end, start.end))
        return start if "\n" in whole.text else whole

    @property
    def raw(self) -> str:
        """The value as written."""
        return self.held.span.text

    def value(self, resolve: Resolve) -> Value:
        """What it is worth."""
        found = _value(self.held, resolve)
        if found.known and isinstance(found.origin, hcl.Given):
            return Value(found.value, found.origin, raw=self.raw)
        if found.known:
            return at(found.value, self.span, found.origin.note, raw=self.raw)
        return unknown(found.why, self.span)


def _value(node: Node, resolve: Resolve) -> Value:
    if isinstance(node, Mapping):
        return Value({k.text: _value(v, resolve) for k, v in node.pairs})
    if isinstance(node, Sequence):
        return Value([_value(item, resolve) for item in node.items])
    assert isinstance(node, Scalar)
    if node.templated:
        return unknown("a template fills it in")
    if node.tag in ("null", "bool", "int"):
        text = node.text.lower()
        if node.tag == "int" and text.lstrip("-").isdecimal():
            return Value(int(text))
        return Value(None, set=False) if node.tag == "null" else Value(text == "true")
    if "${" not in node.text and "%{" not in node.text:
        return Value(node.text)
    if '"' in node.text.replace('\\"', "") or "\n" in node.text:
        return unknown("Terraform computes it")
    file = hcl.File(Source("", f'x = "{node.text}"\n'))
    for expression in hcl.attributes(file):
        return expression.value(resolve)
    return unknown("Terraform computes it")


class JsonBlock(hcl.Block):
    """A block; objects in it are attributes and nested blocks alike, since JSON does not tell."""

    def __init__(self, kind: str, labels: list[str], key: Scalar, body: Mapping) -> None:
        self.type = kind
        self.labels = labels
        self.key = key
        self.attributes: dict[str, hcl.Expression] = {}
        self.blocks: list[hcl.Block] = []
        for name, node in body.pairs:
            self.attributes[name.text] = JsonExpression(name, node)
            for inner in _mappings(node):
                self.blocks.append(JsonBlock(name.text, [], name, inner))

    @property
    def head(self) -> Span:
        """The block's name."""
        return self.key.span


def _mappings(node: Node) -> list[Mapping]:
    items = node.items if isinstance(node, Sequence) else [node]
    return [item for item in items if isinstance(item, Mapping)]


def blocks(source: Source) -> tuple[list[hcl.Block], int | None]:
    """The top-level blocks, and the first line that is no JSON."""
    stream = yaml.load(source)
    found: list[hcl.Block] = []
    for document in stream.documents:
        for top in _mappings(document):
            for key, node in top.pairs:
                for body in _mappings(node):
                    found += _below(key.text, [], key, body, _LABELS.get(key.text, 0))
    return found, stream.unread[0][0] if stream.unread else None


def _below(
    kind: str, labels: list[str], key: Scalar, body: Mapping, depth: int
) -> Iterator[hcl.Block]:
    if depth == 0:
        yield JsonBlock(kind, labels, key, body)
        return
    for name, node in body.pairs:
        for inner in _mappings(node):
            yield from _below(kind, [*labels, name.text], name, inner, depth - 1)
