"""Kotlin → the tree of `jvm.py`. Broken snippets give what can be read from them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from redislint.syntax import treesitter
from redislint.syntax.java import MAX_DEPTH
from redislint.syntax.jvm import (
    Annotation,
    ClassDef,
    Field,
    Method,
    Node,
    Param,
    Unit,
    simple,
    unescape,
)

if TYPE_CHECKING:
    from redislint.source import Source

_CLASSES = frozenset(("class_declaration", "object_declaration", "companion_object"))
_IGNORED = frozenset(("line_comment", "block_comment", "multiline_comment", "shebang"))
_TYPES = frozenset(("user_type", "nullable_type", "function_type", "non_nullable_type"))


def parse(source: Source) -> Unit:
    """The unit of a Kotlin file."""
    unit = Unit(source, "kotlin")
    _Lowering(unit).unit(treesitter.root("kotlin", unit.data))
    return unit


def _named(node: Any) -> list[Any]:
    return [c for c in node.named_children if c.type not in _IGNORED] if node is not None else []


def _first(node: Any, *types: str) -> Any:
    return next((c for c in node.children if c.type in types), None) if node is not None else None


class _Lowering:
    def __init__(self, unit: Unit) -> None:
        self.u = unit
        self.depth = 0

    def text(self, node: Any) -> str:
        return self.u.data[node.start_byte : node.end_byte].decode("utf-8", "surrogatepass")

    # declarations

    def unit(self, root: Any) -> None:
        loose: list[Any] = []
        for child in root.children:
            self.top_level(child, loose)
        if loose:
            self.loose(loose, self.u.top)

    def top_level(self, node: Any, loose: list[Any]) -> None:
        kind = node.type
        if kind == "package_header":
            self.u.package = self.text(node).removeprefix("package").strip()
        elif kind == "import":
            self.imports(self.text(node))
        elif kind == "ERROR":
            self.u.broken.append(node.start_byte)
            for child in node.children:
                self.top_level(child, loose)
        elif kind in _CLASSES or kind in ("function_declaration", "property_declaration"):
            self.member(node, self.u.top, loose)
        elif node.is_named and kind not in _IGNORED and kind != "file_annotation":
            loose.append(node)

    def imports(self, text: str) -> None:
        match = re.match(r"import\s+([\w.`]+?)(\.\*)?(?:\s+as\s+(\w+))?\s*;?\s*$", text)
        if not match:
            return
        name = match[1].replace("`", "")
        if match[2]:
            self.u.stars.append(name)
        else:
            self.u.imports[match[3] or name.rsplit(".", 1)[-1]] = name

    def loose(self, nodes: list[Any], owner: ClassDef) -> None:
        def lower() -> Node:
            items = [s for n in nodes for s in self.statements(n)]
            return Node("block", nodes[0].start_byte, nodes[-1].end_byte, items=items)

        method = Method("<loose>", "", [], [], lower, nodes[0].start_byte, nodes[-1].end_byte)
        method.owner = owner
        owner.methods.append(method)

    def modifiers(self, node: Any) -> tuple[list[Annotation], set[str]]:
        annotations: list[Annotation] = []
        flags: set[str] = set()
        for part in node.children:
            if part.type not in ("modifiers", "parameter_modifiers"):
                continue
            for child in part.children:
                if child.type == "annotation":
                    annotations += self.annotations(child)
                elif child.is_named:
                    flags.add(self.text(child))
        return annotations, flags

    def annotations(self, node: Any) -> list[Annotation]:
        found = []
        for child in node.children:
            if child.type == "user_type":
                found.append(Annotation(simple(self.text(child)), [], node.start_byte))
            elif child.type == "constructor_invocation":
                name = _first(child, "user_type")
                args = self.args(_first(child, "value_arguments"))
                found.append(
                    Annotation(simple(self.text(name)) if name else "", args, node.start_byte)
                )
        return found

    def cls(self, node: Any, outer: ClassDef | None) -> ClassDef:
        name_node = node.child_by_field_name("name") or _first(node, "identifier")
        kind = "object" if node.type != "class_declaration" else "class"
        if any(c.type == "interface" for c in node.children):
            kind = "interface"
        name = self.text(name_node) if name_node is not None else "Companion"
        cls = ClassDef(name, kind, node.start_byte, node.end_byte, self.u)
        cls.outer = outer
        cls.annotations, cls.flags = self.modifiers(node)
        cls.supers = self.supers(node)
        parameters = _first(_first(node, "primary_constructor"), "class_parameters")
        cls.arguments = self.params(parameters, "class_parameter")
        self.body(_first(node, "class_body", "enum_class_body"), cls)
        return cls

    def supers(self, node: Any) -> list[str]:
        found = []
        for spec in _named(_first(node, "delegation_specifiers")):
            for child in spec.children:
                part = child
                if child.type in ("constructor_invocation", "explicit_delegation"):
                    part = _first(child, "user_type")
                if part is not None and part.type == "user_type":
                    found.append(simple(self.text(part)))
        return found

    def body(self, body: Any, cls: ClassDef) -> None:
        if body is None or self.depth > MAX_DEPTH:
            return
        self.depth += 1
        loose: list[Any] = []
        for child in body.children:
            self.member(child, cls, loose)
        self.depth -= 1
        if loose:
            self.loose(loose, cls)

    def member(self, node: Any, cls: ClassDef, loose: list[Any]) -> None:
        kind = node.type
        if kind == "function_declaration":
            cls.methods.append(self.function(node, cls))
        elif kind == "secondary_constructor":
            method = self.function(node, cls)
            method.constructor = True
            cls.methods.append(method)
        elif kind == "property_declaration":
            self.property(node, cls)
        elif kind == "companion_object":
            companion = self.cls(node, cls)
            cls.companion = companion
            cls.classes.append(companion)
        elif kind in _CLASSES:
            made = self.cls(node, cls if cls is not self.u.top else None)
            (self.u.classes if cls is self.u.top else cls.classes).append(made)
        elif kind == "anonymous_initializer":
            block = _first(node, "block") or node
            method = Method(
                "<init>", "", [], [], lambda: self.block(block), node.start_byte, node.end_byte
            )
            method.owner = cls
            cls.initializers.append(method)
        elif kind == "ERROR":
            self.u.broken.append(node.start_byte)
            for child in node.children:
                self.member(child, cls, loose)
        elif node.is_named and (kind.endswith("expression") or kind == "assignment"):
            loose.append(node)

    def params(self, node: Any, kind: str) -> list[Param]:
        found: list[Param] = []
        pending: list[Annotation] = []
        for child in _named(node):
            if child.type == "parameter_modifiers":
                for part in child.children:
                    if part.type == "annotation":
                        pending += self.annotations(part)
            elif child.type == kind:
                name = _first(child, "identifier")
                type_node = _first(child, *_TYPES)
                annotations, _ = self.modifiers(child)
                default = self.default(child)
                found.append(
                    Param(
                        self.text(name) if name is not None else "",
                        simple(self.text(type_node)) if type_node is not None else "",
                        pending + annotations,
                        default,
                    )
                )
                pending = []
            elif found and child.type not in _TYPES:
                found[-1].default = self.expr(child)
        return found

    def default(self, node: Any) -> Node | None:
        after = False
        for child in node.children:
            if child.type == "=":
                after = True
            elif after and child.is_named and child.type not in _IGNORED:
                return self.expr(child)
        return None

    def function(self, node: Any, cls: ClassDef) -> Method:
        name = node.child_by_field_name("name")
        body = _first(node, "function_body") or (
            _first(node, "block") if node.type == "secondary_constructor" else None
        )
        annotations, flags = self.modifiers(node)
        after = False
        type_name = ""
        for child in node.children:
            if child.type == "function_value_parameters":
                after = True
            elif after and child.type in _TYPES:
                type_name = simple(self.text(child))
        method = Method(
            self.text(name) if name is not None else "",
            type_name or self.guessed(body),
            lambda: self.params(_first(node, "function_value_parameters"), "parameter"),
            annotations,
            lambda: self.function_body(body),
            node.start_byte,
            node.end_byte,
        )
        method.flags = flags
        method.owner = cls
        return method

    def guessed(self, body: Any) -> str:
        """The type of `fun f() = Type(…)`, `= Type { … }` and `= Type.builder()….build()`."""
        value = _named(body)[0] if body is not None and _named(body) else None
        if value is None or value.type == "block":
            return "" if value is None else "Unit"
        called: list[str] = []
        while value is not None and value.type in ("call_expression", "navigation_expression"):
            head = value.named_children[0] if value.named_children else None
            if value.type == "navigation_expression" and len(value.named_children) > 1:
                called.append(self.text(value.named_children[-1]).lstrip("?."))
            value = head
        if value is None or value.type != "identifier":
            return ""
        text = self.text(value)
        makes = not called or (called[-1] == "builder" and called[0] == "build")
        makes = makes or (len(called) == 1 and called[0] in ("create", "enabled"))
        return text if text[:1].isupper() and makes else ""

    def function_body(self, body: Any) -> Node | None:
        inner = _named(body)
        if body is None or not inner:
            return None if body is None else Node("block", body.start_byte, body.end_byte)
        if body.type == "block":
            return self.block(body)
        if inner[0].type == "block":
            return self.block(inner[0])
        value = self.expr(inner[-1])
        result = Node("return", value.start, value.end, value=value)
        return Node("block", value.start, value.end, items=[result])

    def property(self, node: Any, cls: ClassDef) -> None:
        for name, type_name, value in self.declared(node):
            annotations, flags = self.modifiers(node)
            static = cls.kind in ("object", "file") or "const" in flags
            cls.fields[name] = Field(name, type_name, annotations, value, static)

    def declared(self, node: Any) -> list[tuple[str, str, Node | None]]:
        """(name, type, value) of each name that a property declaration declares."""
        names: list[tuple[str, str]] = []
        value: Node | None = None
        for child in _named(node):
            if child.type == "variable_declaration":
                names.append(self.variable(child))
            elif child.type == "multi_variable_declaration":
                names += [
                    self.variable(v) for v in _named(child) if v.type == "variable_declaration"
                ]
            elif child.type == "property_delegate":
                value = self.delegate(child)
            elif child.type == "getter":
                body = _first(child, "function_body")
                lowered = self.function_body(body)
                if lowered is not None and value is None and len(lowered.items) == 1:
                    value = lowered.items[0].value
            elif child.type not in ("modifiers", "type_parameters", "setter", *_TYPES):
                value = self.expr(child)
        if len(names) > 1 and value is not None:
            value = Node("other", value.start, value.end, items=[value])
        return [(n, t, value) for n, t in names]

    def variable(self, node: Any) -> tuple[str, str]:
        name, type_node = _first(node, "identifier"), _first(node, *_TYPES)
        return (
            self.text(name) if name is not None else "",
            simple(self.text(type_node)) if type_node is not None else "",
        )

    def delegate(self, node: Any) -> Node | None:
        """`by lazy { value }` is the value; other delegates are what they are."""
        inner = _named(node)
        value = self.expr(inner[0]) if inner else None
        if value is not None and value.kind == "call" and value.name == "lazy" and value.args:
            body = value.args[-1][1]
            if body.kind == "lambda":
                return Node("call", value.start, value.end, name="run", args=[("", body)])
        return value

    # statements

    def block(self, node: Any) -> Node:
        items = [s for child in node.children for s in self.statements(child)]
        return Node("block", node.start_byte, node.end_byte, items=items)

    def statements(self, node: Any) -> list[Node]:
        if not node.is_named or node.type in _IGNORED or self.depth > MAX_DEPTH:
            return []
        self.depth += 1
        try:
            return self._statements(node)
        finally:
            self.depth -= 1

    def _statements(self, node: Any) -> list[Node]:
        kind, start, end = node.type, node.start_byte, node.end_byte
        if kind == "property_declaration":
            return [
                Node("local", start, end, name=n, type=t, value=v)
                for n, t, v in self.declared(node)
            ]
        if kind == "return_expression":
            inner = _named(node)
            return [Node("return", start, end, value=self.expr(inner[-1]) if inner else None)]
        if kind == "throw_expression":
            inner = _named(node)
            return [Node("throw", start, end, value=self.expr(inner[0]) if inner else None)]
        if kind in ("for_statement", "while_statement", "do_while_statement"):
            return [self.loop(node)]
        if kind == "ERROR":
            self.u.broken.append(start)
            return [s for c in node.named_children for s in self.statements(c)]
        if kind in _CLASSES or kind == "function_declaration":
            return []
        lowered = self.expr(node)
        if lowered.kind in ("if", "try", "block"):
            return [lowered]
        return [Node("do", start, end, value=lowered)]

    def loop(self, node: Any) -> Node:
        bind, value = "", None
        items: list[Node] = []
        for child in _named(node):
            if child.type == "variable_declaration":
                bind = self.variable(child)[0]
            elif child.type == "block":
                items.append(self.block(child))
            elif value is None and node.type == "for_statement":
                value = self.expr(child)
            else:
                items += self.statements(child)
        return Node("loop", node.start_byte, node.end_byte, bind=bind, value=value, items=items)

    # expressions

    def expr(self, node: Any) -> Node:
        """The expression of a node; recursion is bounded."""
        if node is None or self.depth > MAX_DEPTH:
            start = node.start_byte if node is not None else 0
            return Node("other", start, start)
        self.depth += 1
        try:
            from redislint.syntax.kotlin_expressions import expression

            return expression(self, node)
        finally:
            self.depth -= 1

    def args(self, node: Any) -> list[tuple[str, Node]]:
        found = []
        for child in _named(node):
            if child.type != "value_argument":
                continue
            inner = _named(child)
            named = any(c.type == "=" for c in child.children) and len(inner) > 1
            if inner:
                found.append((self.text(inner[0]) if named else "", self.expr(inner[-1])))
        return found

    def anonymous(self, node: Any) -> ClassDef:
        """The class of an `object : Type { … }` expression."""
        cls = ClassDef("", "anonymous", node.start_byte, node.end_byte, self.u)
        cls.supers = self.supers(node)
        self.body(_first(node, "class_body"), cls)
        return cls

    def string(self, node: Any) -> Node:
        """A string with its templates: a literal, or texts and values joined."""
        start, end = node.start_byte, node.end_byte
        pieces: list[Node] = []
        text = ""
        for child in node.children:
            if child.type == "string_content":
                text += self.text(child)
            elif child.type == "escape_sequence":
                text += unescape(self.text(child)).replace("$", "\x01")
            elif child.type == "interpolation":
                self.flush(text, pieces, child.start_byte)
                text = ""
                inner = _named(child)
                pieces.append(
                    self.expr(inner[0]) if inner else Node("other", child.start_byte, end)
                )
        self.flush(text, pieces, end)
        if all(p.kind == "lit" for p in pieces):
            return Node("lit", start, end, value="".join(p.value for p in pieces))
        return Node("concat", start, end, name="+", items=pieces)

    def flush(self, text: str, pieces: list[Node], at: int) -> None:
        """Split `$name` templates out of a text."""
        position = 0
        for match in re.finditer(r"\$([A-Za-z_]\w*)", text):
            if match.start() > position:
                part = text[position : match.start()].replace("\x01", "$")
                pieces.append(Node("lit", at, at, value=part))
            pieces.append(Node("name", at, at, name=match[1]))
            position = match.end()
        if position < len(text):
            pieces.append(Node("lit", at, at, value=text[position:].replace("\x01", "$")))
