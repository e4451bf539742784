"""XML → elements with spans, by expat; what stands before an error is kept.

Declared encodings are ignored (the text is decoded already). Entities that a document defines are
an error: nothing that this project reads needs them, and they can grow without bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from redislint.source import Source, Span

_CONFLICT = re.compile(r"(?m)^(<{7}|={7}|>{7}|\|{7})(?![<=>|]).*$")
_MAX_DEPTH = 200


class Element:
    """An element: local name, children, text with its span, span of its start tag."""

    __slots__ = ("attributes", "children", "name", "parts", "source", "start")

    def __init__(self, source: Source, name: str, start: int, attributes: dict[str, str]) -> None:
        self.source = source
        self.name = name
        self.start = start
        self.attributes = attributes
        self.children: list[Element] = []
        self.parts: list[tuple[str, int]] = []

    def __repr__(self) -> str:
        return f"<{self.name}>"

    @property
    def text(self) -> str:
        """The text directly inside, without blanks around it."""
        return "".join(part for part, _ in self.parts).strip()

    @property
    def span(self) -> Span:
        """The start tag, or `<name>text` where there is text on one line."""
        line_end = self.source.span(self.start).end
        return Span(self.source, self.start, max(self.start + 1, line_end))

    @property
    def text_span(self) -> Span:
        """Where the text stands; the start tag where there is none."""
        for part, offset in self.parts:
            stripped = part.strip()
            if stripped:
                begin = offset + len(part) - len(part.lstrip())
                return Span(self.source, begin, begin + len(stripped))
        return self.span

    def child(self, *names: str) -> Element | None:
        """The first child along a path of names."""
        found: Element | None = self
        for name in names:
            assert found is not None
            found = next((c for c in found.children if c.name == name), None)
            if found is None:
                return None
        return found

    def all(self, *names: str) -> Iterator[Element]:
        """Every element along a path of names."""
        if not names:
            yield self
            return
        for child in self.children:
            if child.name == names[0]:
                yield from child.all(*names[1:])

    def value(self, name: str) -> str:
        """The text of a child; empty where there is none."""
        found = self.child(name)
        return found.text if found is not None else ""


class _Offsets:
    """Byte offsets → character offsets, for offsets that only grow."""

    def __init__(self, data: bytes, ascii_only: bool) -> None:
        self.data = data
        self.ascii_only = ascii_only
        self.byte = 0
        self.character = 0

    def at(self, offset: int) -> int:
        if self.ascii_only:
            return offset
        if offset < self.byte:
            return len(self.data[:offset].decode("utf-8", errors="ignore"))
        piece = self.data[self.byte : offset].decode("utf-8", errors="ignore")
        self.character += len(piece)
        self.byte = offset
        return self.character


def parse(source: Source) -> tuple[Element | None, tuple[int, str] | None]:
    """The root element, and line and reason of the first error, if there is one.

    The lines of merge-conflict markers are skipped where the document cannot be read with them.
    """
    root, error = _parse(source, source.text)
    if error is not None and _CONFLICT.search(source.text):
        blanked = _CONFLICT.sub(lambda m: " " * len(m[0]), source.text)
        again, _ = _parse(source, blanked)
        return (again or root), (error[0], "holds merge-conflict markers: resolve them")
    return root, error


def _parse(source: Source, text: str) -> tuple[Element | None, tuple[int, str] | None]:
    from xml.parsers import expat

    # A leading blank before the declaration is an error to expat; Maven refuses it too, but the
    # rest can be read. Surrogates cannot be encoded.
    lead = len(text) - len(text.lstrip())
    data = text[lead:].encode("utf-8", errors="replace")
    offsets = _Offsets(data, len(data) == len(text) - lead)
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = False
    root: list[Element] = []
    stack: list[Element] = []

    def here() -> int:
        return lead + offsets.at(parser.CurrentByteIndex)

    def opened(name: str, attributes: dict[str, str]) -> None:
        if len(stack) >= _MAX_DEPTH:
            raise ValueError("is nested too deeply")
        element = Element(source, name.rpartition(":")[2], here(), attributes)
        if stack:
            stack[-1].children.append(element)
        elif not root:
            root.append(element)
        stack.append(element)

    def closed(_: str) -> None:
        stack.pop()

    def characters(content: str) -> None:
        if stack and content.strip():
            stack[-1].parts.append((content, here()))

    def entity(*_: object) -> None:
        raise ValueError("defines entities, which are not expanded")

    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.CharacterDataHandler = characters
    parser.EntityDeclHandler = entity
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        return (root[0] if root else None), (error.lineno, expat.ErrorString(error.code))
    except ValueError as error:
        return (root[0] if root else None), (parser.CurrentLineNumber, str(error))
    return (root[0] if root else None), None
