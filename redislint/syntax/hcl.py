"""HCL (Terraform) → blocks and expressions with places in the file.

tree-sitter reads broken files too: what it cannot read is left out, and `broken` names the line.
Only what is plainly written is evaluated; everything that Terraform would compute is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from redislint.model.value import Value, at, unknown
from redislint.source import Source, Span

MAX_CHARACTERS = 4_000_000
_ESCAPES = {"\\n": "\n", "\\t": "\t", '\\"': '"', "\\\\": "\\", "$${": "${", "%%{": "%{"}
_DEPTH = 60

Resolve = Callable[[str], Value | None]
"""Answers a reference (`var.size`, `local.name`) with its value, or None."""


@lru_cache(maxsize=1)
def _parser() -> Any:
    import tree_sitter
    import tree_sitter_hcl

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))


class File:
    """The parsed text, and the way from bytes to code points."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.data = source.text.encode("utf-8", "replace")
        self._plain = len(self.data) == len(source.text)
        self.root: Any = _parser().parse(self.data).root_node

    def offset(self, byte: int) -> int:
        """The code point at a byte."""
        return byte if self._plain else len(self.data[:byte].decode("utf-8", "replace"))

    def span(self, node: Any) -> Span:
        """The place of a node."""
        return Span(self.source, self.offset(node.start_byte), self.offset(node.end_byte))

    def text(self, node: Any) -> str:
        """The text of a node."""
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")


class Block:
    """A block: `resource "aws_x" "name" { … }`. `attributes` map a name to its expression."""

    def __init__(self, file: File, node: Any, depth: int = 0) -> None:
        self.file = file
        self.node = node
        self.type = ""
        self.labels: list[str] = []
        self.attributes: dict[str, Expression] = {}
        self.blocks: list[Block] = []
        body = None
        for child in node.children:
            if child.type == "identifier" and not self.type:
                self.type = file.text(child)
            elif child.type in ("string_lit", "identifier"):
                self.labels.append(file.text(child).strip('"'))
            elif child.type == "body":
                body = child
        for child in body.children if body is not None else []:
            if child.type == "attribute" and len(child.children) >= 3:
                name = file.text(child.children[0])
                self.attributes[name] = Expression(file, child.children[-1], child)
            elif child.type == "block" and depth < _DEPTH:
                self.blocks.append(Block(file, child, depth + 1))

    @property
    def head(self) -> Span:
        """The block's first line, up to its brace."""
        span = self.file.span(self.node)
        text = span.text
        cut = min((i for i in (text.find("{"), text.find("\n")) if i >= 0), default=len(text))
        return Span(span.source, span.start, span.start + len(text[:cut].rstrip()))

    def children(self, kind: str) -> Iterator[Block]:
        """The nested blocks of a type, and the content of `dynamic` ones."""
        for block in self.blocks:
            if block.type == kind:
                yield block
            elif block.type == "dynamic" and block.labels[:1] == [kind]:
                yield from block.children("content")


class Expression:
    """The right side of an attribute; `whole` is the attribute itself."""

    def __init__(self, file: File, node: Any, whole: Any) -> None:
        self.file = file
        self.node = node
        self.whole = whole

    @property
    def span(self) -> Span:
        """Where the attribute stands: name and value."""
        span = self.file.span(self.whole)
        cut = span.text.find("\n")
        return span if cut < 0 else Span(span.source, span.start, span.start + cut)

    @property
    def raw(self) -> str:
        """The expression as written."""
        return self.file.text(self.node)

    def value(self, resolve: Resolve) -> Value:
        """What it is worth: text, number, bool, None, list of Value or dict of Value."""
        result = _value(self.file, self.node, resolve, 0)
        if result.known:
            return at(result.value, self.span, result.origin.note, raw=self.raw)
        return unknown(result.why or "Terraform computes it", self.span)


def blocks(file: File) -> Iterator[Block]:
    """The top-level blocks."""
    for body in file.root.children:
        if body.type == "body":
            for node in body.children:
                if node.type == "block":
                    yield Block(file, node)


def broken(file: File) -> int | None:
    """The first line (from 1) that is no HCL, or None."""
    if not file.root.has_error:
        return None
    stack = [file.root]
    while stack:
        node = stack.pop()
        if node.type == "ERROR" or node.is_missing:
            return int(node.start_point[0]) + 1
        stack += [c for c in reversed(node.children) if c.has_error or c.is_missing]
    return 1


_UNKNOWN = "Terraform computes it"


def _value(file: File, node: Any, resolve: Resolve, depth: int) -> Value:
    if depth > _DEPTH:
        return unknown(_UNKNOWN)
    kind = node.type
    children = node.named_children
    if kind == "expression":
        if len(children) == 1:
            return _value(file, children[0], resolve, depth + 1)
        if children and children[0].type == "variable_expr":
            found = resolve(file.text(node).replace(" ", ""))
            return found if found is not None else unknown(_UNKNOWN)
        return unknown(_UNKNOWN)
    if kind in ("literal_value", "template_expr", "collection_value"):
        return _value(file, children[0], resolve, depth + 1) if children else unknown(_UNKNOWN)
    if kind == "numeric_lit":
        text = file.text(node)
        try:
            return Value(float(text) if "." in text or "e" in text.lower() else int(text, 0))
        except ValueError:
            return unknown(_UNKNOWN)
    if kind == "bool_lit":
        return Value(file.text(node) == "true")
    if kind == "null_lit":
        return Value(None, set=False)
    if kind in ("string_lit", "quoted_template"):
        return _template(file, node, resolve, depth)
    if kind == "tuple":
        items = [_value(file, c, resolve, depth + 1) for c in children if c.type == "expression"]
        if any(c.type == "for_expr" for c in children):
            return unknown(_UNKNOWN)
        return Value(items)
    if kind == "object":
        return Value(dict(_elements(file, node, resolve, depth)))
    if kind == "conditional" and len(children) == 3:
        test = _value(file, children[0], resolve, depth + 1)
        left = _value(file, children[1], resolve, depth + 1)
        right = _value(file, children[2], resolve, depth + 1)
        if test.known and isinstance(test.value, bool):
            return left if test.value else right
        if left.known and right.known and left.value == right.value:
            return left
        return unknown(_UNKNOWN)
    if kind == "variable_expr":
        found = resolve(file.text(node))
        return found if found is not None else unknown(_UNKNOWN)
    return unknown(_UNKNOWN)


def _elements(file: File, node: Any, resolve: Resolve, depth: int) -> Iterator[tuple[str, Value]]:
    for element in node.named_children:
        if element.type != "object_elem":
            continue
        key = element.child_by_field_name("key")
        content = element.child_by_field_name("val")
        if key is not None and content is not None:
            yield file.text(key).strip('"'), _value(file, content, resolve, depth + 1)


def _template(file: File, node: Any, resolve: Resolve, depth: int) -> Value:
    """A quoted text; one that is nothing but `"${x}"` keeps the type of x."""
    parts: list[Value] = []
    for child in node.named_children:
        if child.type == "template_literal":
            text = file.text(child)
            for escape, plain in _ESCAPES.items():
                text = text.replace(escape, plain)
            parts.append(Value(text))
        elif child.type == "template_interpolation":
            inner = [c for c in child.named_children if c.type == "expression"]
            parts.append(_value(file, inner[0], resolve, depth + 1) if inner else unknown(_UNKNOWN))
        elif child.type == "template_directive":
            return unknown(_UNKNOWN)
    if len(parts) == 1:
        return parts[0]
    for part in parts:
        if not part.known or isinstance(part.value, list | dict):
            return unknown(_UNKNOWN)
    return Value("".join(str(p.value) for p in parts))
