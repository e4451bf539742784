"""Python text → tree-sitter nodes with places in the file; also the code cells of a notebook.

tree-sitter reads broken code too: what it cannot read becomes an ERROR node and the rest stays.
It counts UTF-8 bytes; `Tree` turns them into code points.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from redislint.source import Source, Span
from redislint.syntax import treesitter
from redislint.syntax.places import Places

MAX_CHARACTERS = 4_000_000
"""A longer module is generated code or data: it is reported as unread."""

Node = Any
"""A tree_sitter.Node: typed Any so that tree_sitter is imported only where a file is parsed."""


_TAG_LINE = re.compile(r"(?m)^[ \t]*\{%[^\n]*%\}[ \t]*$")
_HOLE = re.compile(rb"\{\{[^{}\n]*\}\}")


def _without_tags(data: bytes) -> bytes:
    """The Python of a project template (cookiecutter, copier), every byte at its place.

    Tags become blanks and expressions `{{ x }}` names of the same length; both branches of a tag
    stay. Only a file with a tag on a line of its own is taken for a template.
    """
    from redislint.syntax import templates

    # Bytes are taken for Latin-1, so that every one keeps its place.
    text = data.decode("latin-1")
    blank = templates.replace(text, templates.TAGS, lambda tag: re.sub(r"[^\n]", " ", tag))
    return _HOLE.sub(lambda m: b"_" * len(m[0]), blank.encode("latin-1"))


class Tree:
    """The syntax tree of one module and its way back to the source."""

    __slots__ = ("_places", "data", "root", "source")

    def __init__(self, source: Source) -> None:
        self.source = source
        text = source.text
        self.data = text.encode("utf-8", "replace")
        if _TAG_LINE.search(text):
            self.data = _without_tags(self.data)
        self.root: Node = treesitter.root("python", self.data)
        self._places = Places(self.data, len(text))

    def text(self, node: Node) -> str:
        """The text of a node."""
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def span(self, node: Node) -> Span:
        """The place of a node."""
        at = self._places.at
        return Span(self.source, at(node.start_byte), at(node.end_byte))


def parse(source: Source) -> Tree:
    """The tree of a module; broken code gives a tree with ERROR nodes."""
    return Tree(source)


def named(node: Node) -> list[Node]:
    """The named children of a node without comments."""
    return [child for child in node.named_children if child.type != "comment"]


_ESCAPE = re.compile(
    r"\\(?:([abfnrtv\\'\"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|\n)"
)
_SIMPLE = dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True))


def _unescape(match: re.Match[str]) -> str:
    if match[1]:
        return _SIMPLE.get(match[1], match[1])
    digits = match[2] or match[3] or match[4]
    if digits:
        return chr(min(int(digits, 16), 0x10FFFF))
    return chr(int(match[5], 8)) if match[5] else ""


def string_parts(tree: Tree, node: Node) -> list[str | Node]:
    """The content of a `string` node: texts, and the expression nodes of an f-string."""
    prefix = ""
    parts: list[str | Node] = []
    for child in node.children:
        if child.type == "string_start":
            prefix = tree.text(child).rstrip("'\"").lower()
        elif child.type == "string_content":
            at = child.start_byte
            for inner in child.named_children:
                if inner.type == "interpolation":
                    # Some grammar releases nest interpolations inside the content.
                    _add_text(parts, _cut(tree, at, inner.start_byte), prefix)
                    parts.append(inner)
                    at = inner.end_byte
            _add_text(parts, _cut(tree, at, child.end_byte), prefix)
        elif child.type == "interpolation":
            parts.append(child)
    return parts


def _cut(tree: Tree, start: int, end: int) -> str:
    return tree.data[start:end].decode("utf-8", "replace")


def _add_text(parts: list[str | Node], text: str, prefix: str) -> None:
    if not text:
        return
    if "r" not in prefix and "\\" in text:
        text = _ESCAPE.sub(_unescape, text)
    if "f" in prefix:
        text = text.replace("{{", "{").replace("}}", "}")
    if parts and isinstance(parts[-1], str):
        parts[-1] += text
    else:
        parts.append(text)


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z)|[{}\[\],:]|[^\s{}\[\],:"]+')
_JSON_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))")
_JSON_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_MAGIC = re.compile(r"(?m)^([ \t]*)[%!?]")


def notebook_code(source: Source) -> Source | None:
    """The code cells of an .ipynb file as one module whose lines point into the file.

    None where the text is no notebook. Lines with shell or magic commands become comments.
    """
    text: list[str] = []
    starts: list[int] = []
    for cell_type, strings in _cells(source.text):
        if cell_type != "code":
            continue
        content, places = _decode(source.text, strings)
        if content.lstrip().startswith("%%") and not re.match(
            r"\s*%%(time|timeit|capture|prun)\b", content
        ):
            continue
        if not content.endswith("\n"):
            content += "\n"
            places = places[: content.count("\n")]
        text.append(_MAGIC.sub(r"\1#", content))
        starts += places[: content.count("\n")]
    if not text:
        return None
    starts.append(starts[-1] if starts else 0)
    return source.embedded("".join(text), starts)


def _cells(text: str) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Of each object with a "cell_type": that type and the places of its source strings."""
    stack: list[dict[str, Any]] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in "{[":
            stack.append({"open": token, "key": "", "type": "", "strings": []})
            continue
        if not stack:
            continue
        top = stack[-1]
        if token in "}]":
            stack.pop()
            if token == "}" and top["type"]:
                yield top["type"], top["strings"]
            elif token == "]" and stack and stack[-1]["key"] == "source":
                stack[-1]["strings"] = top["strings"]
        elif token == ":":
            top["key"] = top.get("last", "")
        elif token == ",":
            if top["open"] == "{":
                top["key"] = ""
        elif token.startswith('"'):
            place = (match.start() + 1, match.end() - 1)
            if top["open"] == "[":
                top["strings"].append(place)
            elif not top["key"]:
                top["last"] = token[1:-1]
            elif top["key"] == "cell_type":
                top["type"] = token[1:-1]
            elif top["key"] == "source":
                top["strings"] = [place]


def _decode(text: str, strings: list[tuple[int, int]]) -> tuple[str, list[int]]:
    """The joined content of JSON strings, and for each of its lines where it starts in `text`."""
    out: list[str] = []
    starts: list[int] = []
    fresh = True
    for begin, end in strings:
        at = begin
        while at < end:
            if fresh:
                starts.append(at)
                fresh = False
            if text[at] != "\\":
                stop = text.find("\\", at, end)
                stop = end if stop < 0 else stop
                out.append(text[at:stop])
                at = stop
                continue
            match = _JSON_ESCAPE.match(text, at)
            if match is None:
                break
            character = chr(int(match[1], 16)) if match[1] else _JSON_SIMPLE.get(match[2], match[2])
            out.append(" " if character == "\r" else character)
            at = match.end()
            if character == "\n":
                fresh = True
    content = "".join(out)
    return content, starts
