"""HCL values as the tree that yaml.py makes of JSON, for readers of JSON documents inside HCL."""

from __future__ import annotations

from typing import Any

from redislint.model.value import Value
from redislint.source import Source, Span
from redislint.syntax import hclvalue, yaml
from redislint.syntax.hcl import Expression, File, Resolve
from redislint.syntax.yaml import HOLE, Mapping, Node, Scalar, Sequence

_DEPTH = 60


class _Mark:
    __slots__ = ("index",)

    def __init__(self, index: int) -> None:
        self.index = index


class _Raw:
    """What Node reads of a node of PyYAML."""

    __slots__ = ("end_mark", "id", "start_mark", "style", "tag", "value")

    def __init__(self, kind: str, tag: str, value: Any, span: Span) -> None:
        self.id = kind
        self.tag = f"tag:yaml.org,2002:{tag}"
        self.value = value
        self.start_mark = _Mark(span.start)
        self.end_mark = _Mark(span.end)
        self.style = '"' if kind == "scalar" else None


def scalar(value: Value, span: Span) -> Scalar:
    """A scalar; of an unknown value only its place is known."""
    held = value.value
    if not value.known or isinstance(held, list | dict):
        return Scalar(_Raw("scalar", "str", HOLE, span), span.source)
    if held is None:
        return Scalar(_Raw("scalar", "null", "", span), span.source)
    text = str(held).lower() if isinstance(held, bool) else str(held)
    return Scalar(_Raw("scalar", "str", text, span), span.source)


def sequence(items: list[Any], span: Span) -> Sequence:
    """A list of nodes."""
    return Sequence(_Raw("sequence", "seq", [item._raw for item in items], span), span.source)


def mapping(pairs: list[tuple[str, Any]], span: Span) -> Mapping:
    """A mapping of keys to nodes; a key stands where its value does."""
    raw = [(scalar(Value(key), node.span)._raw, node._raw) for key, node in pairs]
    return Mapping(_Raw("mapping", "map", raw, span), span.source)


def tree(expression: Expression, resolve: Resolve) -> Node | None:
    """The tree of `jsonencode([…])` or of JSON in a text; None for what is computed elsewhere."""
    if not hasattr(expression, "file"):
        return None
    file, node = expression.file, expression.node
    while node.type in ("expression", "template_expr", "literal_value", "collection_value") and (
        len(node.named_children) == 1
    ):
        node = node.named_children[0]
    if node.type == "function_call":
        name, arguments = hclvalue.call(file, node)
        return _node(file, arguments[0], resolve, 0) if name == "jsonencode" and arguments else None
    if node.type == "heredoc_template":
        return _heredoc(file, node)
    return None


def _heredoc(file: File, node: Any) -> Node | None:
    span = file.span(node)
    text = span.source.text
    start = text.find("\n", span.start) + 1
    end = text.rfind("\n", start, span.end)
    if start <= 0 or end < start:
        return None
    inner = Source(f"{span.source.path}.json", text[start : end + 1])
    documents = yaml.load(inner).documents
    if not documents:
        return None
    moved = _moved(documents[0]._raw, start, 0)
    whole = Span(span.source, start, end + 1)
    return sequence([], whole) if moved is None else yaml.wrap(moved, span.source)


def _moved(raw: Any, offset: int, depth: int) -> _Raw | None:
    """A node of the text at its place in the file around it."""
    if depth > _DEPTH:
        return None
    value = raw.value
    if raw.id == "sequence":
        value = [_moved(item, offset, depth + 1) for item in value]
        value = [item for item in value if item is not None]
    elif raw.id == "mapping":
        moved = [(_moved(k, offset, depth + 1), _moved(v, offset, depth + 1)) for k, v in value]
        value = [(k, v) for k, v in moved if k is not None and v is not None]
    found = _Raw(raw.id, "str", value, Span(Source("", ""), 0, 0))
    found.tag, found.style = raw.tag, getattr(raw, "style", None)
    found.start_mark = _Mark(raw.start_mark.index + offset)
    found.end_mark = _Mark(raw.end_mark.index + offset)
    return found


def _node(file: File, node: Any, resolve: Resolve, depth: int) -> Node:
    span = file.span(node)
    inner = node
    while inner.type in ("expression", "collection_value") and len(inner.named_children) == 1:
        inner = inner.named_children[0]
    if depth < _DEPTH and inner.type == "tuple":
        items = [c for c in inner.named_children if c.type == "expression"]
        return sequence([_node(file, c, resolve, depth + 1) for c in items], span)
    if depth < _DEPTH and inner.type == "object":
        pairs = []
        for key, content in hclvalue.elements(file, inner):
            name = file.text(key).strip('"')
            pairs.append((name, _node(file, content, resolve, depth + 1)))
        return mapping(pairs, span)
    return scalar(hclvalue.value(file, node, resolve, depth), span)
