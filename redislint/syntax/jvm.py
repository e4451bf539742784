"""A small syntax tree that Java and Kotlin share: what an evaluator of client code needs.

`java.py` and `kotlin.py` build it from tree-sitter's trees, bodies only when they are asked for.
Offsets are in bytes of the UTF-8 text; `Unit.span` turns them into spans of the source.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from redislint.source import Source, Span
from redislint.syntax.places import Places


class Node:
    """An expression or statement at `start` to `end`.

    kind       parts
    lit        value (str, int, float, bool or None)
    name       name
    member     obj, name
    call       obj or None, name, args; `at` is where the name begins
    new        name (type), args, body (ClassDef or None)
    lambda     params, body
    choice     cond or None, items: one of them is the value
    concat     items: texts joined
    binary     name (operator), items
    assign     obj (target), value, name (operator)
    cast       name (type), value
    test       value, name (type), bind (name bound by a pattern, or "")
    ref        obj, name: a method reference
    array      items
    local      name, type, value
    do         value
    if         cond, body, other
    return     value or None
    loop       items (bodies and heads), bind (name), value (what is iterated)
    try        body, items (catch and finally blocks)
    block      items
    throw      value
    other      items
    """

    __slots__ = (
        "args",
        "at",
        "bind",
        "body",
        "cond",
        "end",
        "items",
        "kind",
        "name",
        "obj",
        "other",
        "params",
        "start",
        "type",
        "value",
    )

    def __init__(self, kind: str, start: int, end: int, **parts: Any) -> None:
        self.kind = kind
        self.start = start
        self.end = end
        self.at = start
        self.name = ""
        self.type = ""
        self.bind = ""
        self.obj: Node | None = None
        self.value: Any = None
        self.cond: Node | None = None
        self.other: Node | None = None
        self.args: list[tuple[str, Node]] = []
        self.items: list[Node] = []
        self.params: list[str] = []
        self.body: Any = None
        for key, part in parts.items():
            setattr(self, key, part)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name or self.value!r} {self.start}>"


class Annotation:
    """An annotation: simple name and arguments (name or "", node)."""

    __slots__ = ("args", "name", "start")

    def __init__(self, name: str, args: list[tuple[str, Node]], start: int) -> None:
        self.name = name
        self.args = args
        self.start = start

    def text(self, *names: str) -> str | None:
        """The literal text of an argument of one of these names ("" is the positional one)."""
        for name, node in self.args:
            if name in names and node.kind == "lit" and isinstance(node.value, str):
                return node.value
        return None


class Param:
    """A parameter: name, simple type, annotations, default."""

    __slots__ = ("annotations", "default", "name", "property", "type")

    def __init__(
        self,
        name: str,
        type: str,
        annotations: list[Annotation],
        default: Node | None = None,
        property: bool = False,
    ) -> None:
        self.name = name
        self.type = type
        self.annotations = annotations
        self.default = default
        self.property = property


class Field:
    """A field or property of a class, or of the file (Kotlin)."""

    __slots__ = ("annotations", "name", "static", "type", "value")

    def __init__(
        self, name: str, type: str, annotations: list[Annotation], value: Node | None, static: bool
    ) -> None:
        self.name = name
        self.type = type
        self.annotations = annotations
        self.value = value
        self.static = static


class Method:
    """A method, constructor or function; parameters and body are read when first asked for."""

    __slots__ = (
        "_body",
        "_lower",
        "_params",
        "annotations",
        "constructor",
        "end",
        "flags",
        "name",
        "owner",
        "start",
        "type",
    )

    def __init__(
        self,
        name: str,
        type: str,
        params: list[Param] | Callable[[], list[Param]],
        annotations: list[Annotation],
        lower: Callable[[], Node | None],
        start: int,
        end: int,
    ) -> None:
        self.name = name
        self.type = type
        self._params = params
        self.annotations = annotations
        self._lower: Callable[[], Node | None] | None = lower
        self._body: Node | None = None
        self.start = start
        self.end = end
        self.flags: set[str] = set()
        self.constructor = False
        self.owner: ClassDef | None = None

    @property
    def params(self) -> list[Param]:
        """The parameters in order."""
        if callable(self._params):
            self._params = self._params()
        return self._params

    @property
    def body(self) -> Node | None:
        """The body as a block, None where there is none."""
        if self._lower is not None:
            self._body = self._lower()
            self._lower = None
        return self._body

    def annotation(self, *names: str) -> Annotation | None:
        """The first annotation of one of these simple names."""
        return next((a for a in self.annotations if a.name in names), None)


class ClassDef:
    """A class, interface, enum, record or object."""

    __slots__ = (
        "annotations",
        "arguments",
        "classes",
        "companion",
        "end",
        "fields",
        "flags",
        "initializers",
        "kind",
        "methods",
        "name",
        "outer",
        "start",
        "supers",
        "unit",
    )

    def __init__(self, name: str, kind: str, start: int, end: int, unit: Unit) -> None:
        self.name = name
        self.kind = kind
        self.start = start
        self.end = end
        self.unit = unit
        self.supers: list[str] = []
        self.annotations: list[Annotation] = []
        self.flags: set[str] = set()
        self.fields: dict[str, Field] = {}
        self.methods: list[Method] = []
        self.initializers: list[Method] = []
        self.classes: list[ClassDef] = []
        self.companion: ClassDef | None = None
        self.arguments: list[Param] = []
        self.outer: ClassDef | None = None

    def annotation(self, *names: str) -> Annotation | None:
        """The first annotation of one of these simple names."""
        return next((a for a in self.annotations if a.name in names), None)

    def named(self, name: str) -> list[Method]:
        """The methods of that name."""
        return [m for m in self.methods if m.name == name]


class Unit:
    """A file: package, imports, classes, top-level functions."""

    def __init__(self, source: Source, language: str) -> None:
        self.source = source
        self.language = language
        self.data = source.text.encode("utf-8", "surrogatepass")
        self._places = Places(self.data, len(source.text))
        self.package = ""
        self.imports: dict[str, str] = {}
        """simple name -> full name; static imports too."""
        self.stars: list[str] = []
        self.classes: list[ClassDef] = []
        self.top = ClassDef("", "file", 0, len(self.data), self)
        self.broken: list[int] = []
        """Offsets at which the parser met what it does not know."""

    def span(self, start: int, end: int) -> Span:
        """The span of a stretch of bytes."""
        return Span(self.source, self._places.at(start), self._places.at(end))

    def all_classes(self) -> list[ClassDef]:
        """Every class of the file, nested ones too, outermost first."""
        found: list[ClassDef] = []
        queue = list(self.classes)
        while queue:
            cls = queue.pop(0)
            found.append(cls)
            queue.extend(cls.classes)
        return found


def simple(type_text: str) -> str:
    """The simple name of a type as written: without package, generics, arrays, `?`, `final`.

    A nested type keeps its owner when that is a class: `ClientOptions.Builder`.
    """
    text = type_text.split("<", 1)[0].strip().rstrip("?[] .")
    parts = text.split(".")
    while len(parts) > 1 and parts[0][:1].islower():
        parts.pop(0)
    return ".".join(parts)


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "f": "\f", "s": " "}


def unescape(text: str) -> str:
    """The value of a string literal's inside."""

    def one(match: re.Match[str]) -> str:
        code = match[1]
        if code[0] == "u":
            return chr(int(code[-4:], 16))
        return _ESCAPES.get(code, code)

    return re.sub(r"\\(u+[0-9a-fA-F]{4}|.)", one, text, flags=re.S)


def number(text: str) -> int | float | None:
    """The value of a number literal of Java or Kotlin."""
    clean = (
        text.replace("_", "").rstrip("lLfFdDuU")
        if "x" not in text.lower()
        else (text.replace("_", "").rstrip("lL"))
    )
    try:
        return int(clean, 0) if not re.fullmatch(r"0\d+", clean) else int(clean, 8)
    except ValueError:
        pass
    try:
        return float(clean)
    except ValueError:
        return None
