"""HCL (Terraform) → blocks and expressions with places in the file.

tree-sitter reads broken files too: what it cannot read is left out, and `broken` names the line.
Only what is plainly written is evaluated; everything that Terraform would compute is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from redislint.model.value import Origin, Value, at, unknown
from redislint.source import Source, Span
from redislint.syntax import hclvalue, treesitter
from redislint.syntax.places import Places

MAX_CHARACTERS = 4_000_000
_DEPTH = 60
_WIDE = re.compile(rb"\s{500,}")

Resolve = Callable[[str], Value | None]
"""Answers a reference (`var.size`, `local.name`) with its value, or None."""


def _comment(blanks: re.Match[bytes]) -> bytes:
    """A comment as long as these blanks: the parser's time grows with the square of theirs."""
    end = b"\n" if b"\n" in blanks[0] else b" "
    return b"/*" + b"*" * (len(blanks[0]) - 5) + b"*/" + end


class Given(Origin):
    """Who calls a module says so, or leaves it at the module's default: the place is the call's."""

    __slots__ = ()


class File:
    """The parsed text, and the way from bytes to code points."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.data = source.text.encode("utf-8", "replace")
        self._places = Places(self.data, len(source.text))
        self.root: Any = treesitter.root("hcl", _WIDE.sub(_comment, self.data))

    def span(self, node: Any) -> Span:
        """The place of a node."""
        place = self._places.at
        return Span(self.source, place(node.start_byte), place(node.end_byte))

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
        result = hclvalue.value(self.file, self.node, resolve, 0)
        if result.known and isinstance(result.origin, Given):
            return Value(result.value, result.origin, raw=self.raw)
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


def attributes(file: File) -> Iterator[Expression]:
    """The values of the top-level attributes, as of a .tfvars file."""
    for body in file.root.children:
        for node in body.children if body.type == "body" else []:
            if node.type == "attribute" and len(node.children) >= 3:
                yield Expression(file, node.children[-1], node)


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
