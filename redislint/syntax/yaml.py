"""YAML and JSON → a light tree with spans, for files that are not always YAML yet.

Templates (Helm, Jinja, ERB) are blanked to placeholders of the same length before parsing, so
every offset stays true; a scalar that holds a placeholder is `templated` and its text unknown.
Aliases share nodes (never copied, so no bomb), duplicate keys are kept, custom tags survive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from redislint.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HOLE = "\ue001"
"""Stands for each character that a template will compute."""

_DEPTH = 150
_RETRIES = 12


class Node:
    """A node of the tree. `text`, `items` and `get` answer for every kind, empty where senseless."""

    __slots__ = ("_raw", "source")

    def __init__(self, raw: Any, source: Source) -> None:
        self._raw = raw
        self.source = source

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.span})"

    @property
    def span(self) -> Span:
        """Where the node stands; a block's trailing blank lines are not part of it."""
        start, end = self._raw.start_mark.index, self._raw.end_mark.index
        text = self.source.text
        while end > start + 1 and end <= len(text) and text[end - 1] in " \t\r\n":
            end -= 1
        return Span(self.source, start, min(end, len(text)))

    @property
    def head(self) -> Span:
        """The first line of the node."""
        span = self.span
        cut = self.source.text.find("\n", span.start, span.end)
        return span if cut < 0 else Span(self.source, span.start, cut)

    @property
    def tag(self) -> str:
        """A custom tag as written (`!Ref`), or the resolved core tag's last word (`str`, `int`)."""
        tag = str(self._raw.tag or "")
        return tag.rpartition(":")[2] if tag.startswith("tag:yaml.org") else tag

    @property
    def line(self) -> int:
        """First line, from 1."""
        return self.span.line


class Scalar(Node):
    """A scalar: `text` is its value as a string."""

    __slots__ = ()

    @property
    def text(self) -> str:
        """The value as written, unquoted; placeholders are put back as the template's text."""
        value = str(self._raw.value)
        return (
            self.source.text[self.span.start : self.span.end].strip("\"'")
            if HOLE in value
            else value
        )

    @property
    def templated(self) -> bool:
        """Whether a template computes a part of it."""
        return HOLE in str(self._raw.value)

    @property
    def is_null(self) -> bool:
        """Whether it is empty, `~` or `null`."""
        return self.tag == "null"

    @property
    def style(self) -> str:
        """`|`, `>`, `'`, `"` or empty for a plain scalar."""
        return str(self._raw.style or "")

    def embedded(self) -> Source:
        """The text as a source of its own whose places are those of this file."""
        span = Span(self.source, self._raw.start_mark.index, self._raw.end_mark.index)
        if self.style in ("|", ">"):
            return _block(self.source, span)
        offset = span.start + (1 if self.style in ("'", '"') else 0)
        lines = self.text.split("\n")
        return self.source.embedded(self.text, [offset] * len(lines))


class Sequence(Node):
    """A list."""

    __slots__ = ()

    @property
    def items(self) -> list[Node]:
        """Its elements."""
        return [wrap(item, self.source) for item in self._raw.value]


class Mapping(Node):
    """A mapping: pairs in order, duplicates kept; `get` sees merged keys (`<<`) too."""

    __slots__ = ()

    @property
    def pairs(self) -> list[tuple[Scalar, Node]]:
        """Its own pairs whose key is a scalar."""
        return [
            (Scalar(key, self.source), wrap(value, self.source))
            for key, value in self._raw.value
            if key.id == "scalar"
        ]

    def merged(self) -> list[tuple[Scalar, Node]]:
        """Its pairs with those of `<<` behind its own, each key once (the last of duplicates)."""
        found: dict[str, tuple[Scalar, Node]] = {}
        stack: list[tuple[Mapping, int]] = [(self, 0)]
        seen: set[int] = set()
        while stack:
            mapping, depth = stack.pop(0)
            if id(mapping._raw) in seen or depth > 20:
                continue
            seen.add(id(mapping._raw))
            own: dict[str, tuple[Scalar, Node]] = {}
            for key, value in mapping.pairs:
                if key.text == "<<" and key.style == "":
                    targets = value.items if isinstance(value, Sequence) else [value]
                    stack += [(t, depth + 1) for t in targets if isinstance(t, Mapping)]
                else:
                    own[key.text] = (key, value)
            for name, pair in own.items():
                found.setdefault(name, pair)
        return list(found.values())

    def texts(self) -> dict[str, str]:
        """The texts of its scalars by key, merged ones too; kept, for selectors are asked often."""
        held = _TEXTS.get(id(self._raw))
        if held is not None and held[0] is self._raw:
            return held[1]
        if len(_TEXTS) > 10_000:
            _TEXTS.clear()
        texts = {key.text: value.text for key, value in self.merged() if isinstance(value, Scalar)}
        _TEXTS[id(self._raw)] = (self._raw, texts)
        return texts

    def under(self, name: str) -> Mapping:
        """A mapping whose only key is that name and whose value is this one."""
        raw = self._raw
        key = type(raw.value[0][0])("tag:yaml.org,2002:str", name, raw.start_mark, raw.start_mark)
        pairs = [(key, raw)]
        return Mapping(type(raw)(raw.tag, pairs, raw.start_mark, raw.end_mark), self.source)

    def get(self, *path: str) -> Node | None:
        """The node at a path of keys, or None."""
        node: Node = self
        for name in path:
            if not isinstance(node, Mapping):
                return None
            pair = node.pair(name)
            if pair is None:
                return None
            node = pair[1]
        return node

    def pair(self, name: str) -> tuple[Scalar, Node] | None:
        """Key and value of a name, or None."""
        last = None
        merges = False
        for key, value in self._raw.value:  # asked for so often that no other pair is wrapped
            if key.id == "scalar":
                text = key.value if HOLE not in key.value else Scalar(key, self.source).text
                if text == name:
                    last = Scalar(key, self.source), wrap(value, self.source)
                merges = merges or text == "<<"
        if last is None and merges:
            return next((p for p in self.merged() if p[0].text == name), None)
        return last

    def text(self, *path: str) -> str | None:
        """The text of the scalar at a path; None where there is none or a template computes it."""
        node = self.get(*path)
        if isinstance(node, Scalar) and not node.templated and not node.is_null:
            return node.text
        return None


def wrap(raw: Any, source: Source) -> Node:
    """The node of our tree for one of the parser's."""
    if raw.id == "mapping":
        return Mapping(raw, source)
    if raw.id == "sequence":
        return Sequence(raw, source)
    return Scalar(raw, source)


class Stream:
    """The documents of a file, and the lines that could not be read (line from 1, why)."""

    def __init__(self) -> None:
        self.documents: list[Node] = []
        self.unread: list[tuple[int, str]] = []
        self.templated = False


_CACHE: dict[int, tuple[Source, Stream]] = {}
_TEXTS: dict[int, tuple[Any, dict[str, str]]] = {}


def load(source: Source) -> Stream:
    """The documents of a source; parsed once however many readers ask."""
    cached = _CACHE.get(id(source))
    if cached is not None and cached[0] is source:
        return cached[1]
    stream = _load(source)
    if len(_CACHE) > 64:
        _CACHE.clear()
    _CACHE[id(source)] = (source, stream)
    return stream


def _load(source: Source) -> Stream:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    stream = Stream()
    text = source.text
    if "{{" in text or "{%" in text or "<%" in text:
        from redislint.syntax.yaml_text import blank_templates

        blanked = blank_templates(text, HOLE)
        stream.templated = blanked != text
        text = blanked
    if source.path.endswith((".json", ".json5")) or text.lstrip()[:1] in ("{", "["):
        text = _SURROGATES.sub(r"\\ufffd", text.replace("\t", " "))
        if "${" in text:
            text = _HOLES.sub(lambda m: HOLE * len(m[0]), text)
    if ": @" in text or "- @" in text:
        text = _FILTERED.sub(lambda m: HOLE * len(m[0]), text)
    text = _CONTROLS.sub(" ", text)
    if depth(text) > _DEPTH:
        stream.unread.append((1, f"is nested deeper than {_DEPTH} levels: not read"))
        return stream
    for _ in range(_RETRIES):
        documents: list[Node] = []
        try:
            for raw in yaml.compose_all(text, loader):
                if raw is not None:
                    documents.append(wrap(raw, source))  # noqa: PERF401
        except yaml.YAMLError as error:
            from redislint.syntax.yaml_text import reason, repair

            stream.documents = documents
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            context = str(getattr(error, "context", "") or "")
            if "flow" in context or "quoted" in context:
                mark = getattr(error, "context_mark", None) or mark  # where it was opened
            line = mark.line + 1 if mark is not None else 1
            repaired = repair(text, line)
            if repaired is None or repaired == text:
                stream.unread.append((line, reason(error)))
                return stream
            if repaired.count("\t") == text.count("\t") and not stream.unread:
                stream.unread.append((line, reason(error)))
            text = repaired
            continue
        except RecursionError:
            stream.unread.append((1, "is nested too deeply: not read"))
            return stream
        stream.documents = documents
        return stream
    return stream


_SURROGATES = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
"""Halves of a character beyond the first 65,536 in JSON; YAML has no such escape."""
_HOLES = re.compile(r"(?<=[:,\[ \t\n])\$\{[^{}\"\n]*\}(?=[ \t]*[,\]}\n])")
"""`"cpu": ${cpu}` of JSON that Terraform's templatefile() fills in: a value, but no JSON yet."""
_FILTERED = re.compile(r"(?<=[:-] )@[\w.-]+@")
"""`name: @project.artifactId@`, which Maven fills in before Spring Boot reads it."""
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")


def depth(text: str) -> int:
    """An upper bound of how deeply a text nests (flow brackets, and `- - -` on one line)."""
    level = deepest = 0
    for match in _BRACKETS.finditer(text):
        if match[0] in "[{":
            level += 1
            deepest = max(deepest, level)
        else:
            level = max(0, level - 1)
    chain = max((len(m[0]) // 2 for m in _CHAIN.finditer(text)), default=0)
    indents = {len(m[0]) for m in _INDENT.finditer(text)} if len(text) > 20_000 else set()
    return max(deepest, chain, len(indents) // 2)


_BRACKETS = re.compile(r"[\[\]{}]")
_CHAIN = re.compile(r"(?:[-?] ){40,}")
_INDENT = re.compile(r"(?m)^ *(?=\S)")


def _block(source: Source, span: Span) -> Source:
    """The lines of a block scalar without their indentation, each with its place."""
    text = source.text
    cursor = text.find("\n", span.start)
    if cursor < 0:
        return source.embedded("", [span.start])
    cursor += 1
    lines: list[str] = []
    starts: list[int] = []
    indent: int | None = None
    given = re.match(r"[|>][+-]?([1-9])", text[span.start : span.start + 4])
    while cursor < span.end or (cursor == span.end and not lines):
        end = text.find("\n", cursor)
        end = len(text) if end < 0 else end
        line = text[cursor:end].rstrip("\r")
        if line.strip():
            own = len(line) - len(line.lstrip(" "))
            if indent is None:
                indent = own
            elif own < indent and not given:
                break
            indent = min(indent, own)
        lines.append(line)
        starts.append(cursor)
        if end >= len(text):
            break
        cursor = end + 1
    width = indent or 0
    while lines and not lines[-1].strip():
        lines.pop()
        starts.pop()
    cut = [line[width:] if len(line) >= width else "" for line in lines]
    places = [start + min(width, len(line)) for start, line in zip(starts, lines, strict=True)]
    return source.embedded("\n".join(cut) + ("\n" if cut else ""), places or [span.start])


def walk(node: Node, limit: int = 200_000) -> Iterator[Node]:
    """Every node below, itself first, each once however often aliases name it."""
    stack = [node]
    seen: set[int] = set()
    while stack and len(seen) < limit:
        current = stack.pop()
        if id(current._raw) in seen:
            continue
        seen.add(id(current._raw))
        yield current
        if isinstance(current, Mapping):
            stack += [value for _, value in reversed(current.pairs)]
        elif isinstance(current, Sequence):
            stack += reversed(current.items)


def plain(node: Node | None, budget: list[int] | None = None) -> Any:
    """Plain Python data of a small tree: dict, list, str; None for null; templates stay text."""
    budget = budget if budget is not None else [20_000]
    budget[0] -= 1
    if node is None or budget[0] < 0:
        return None
    if isinstance(node, Mapping):
        return {k.text: plain(v, budget) for k, v in node.merged()}
    if isinstance(node, Sequence):
        return [plain(item, budget) for item in node.items]
    assert isinstance(node, Scalar)
    return None if node.is_null else node.text
