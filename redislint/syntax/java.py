"""Java → the tree of `jvm.py`. Broken snippets give what can be read from them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from redislint.syntax import treesitter
from redislint.syntax.jvm import Annotation, ClassDef, Field, Method, Node, Param, Unit, simple

if TYPE_CHECKING:
    from redislint.source import Source

MAX_DEPTH = 150
"""Deeper nesting than this is generated code: left unread rather than a stack overflow."""

_CLASS_TYPES = {
    "class_declaration": "class",
    "interface_declaration": "interface",
    "enum_declaration": "enum",
    "record_declaration": "record",
    "annotation_type_declaration": "annotation",
}


def parse(source: Source) -> Unit:
    """The unit of a Java file."""
    unit = Unit(source, "java")
    _Lowering(unit).unit(treesitter.root("java", unit.data))
    return unit


class _Lowering:
    def __init__(self, unit: Unit) -> None:
        self.u = unit
        self.depth = 0

    def text(self, node: Any) -> str:
        return self.u.data[node.start_byte : node.end_byte].decode("utf-8", "surrogatepass")

    # declarations

    def unit(self, root: Any) -> None:
        statements: list[Any] = []
        for child in root.children:
            self.top_level(child, statements)
        if statements:
            self.loose(statements, self.u.top)

    def top_level(self, node: Any, statements: list[Any]) -> None:
        kind = node.type
        if kind == "package_declaration":
            self.u.package = self.text(node).removeprefix("package").strip(" ;\n")
        elif kind == "import_declaration":
            self.imports(self.text(node))
        elif kind in _CLASS_TYPES:
            self.u.classes.append(self.cls(node, None))
        elif kind in ("method_declaration", "constructor_declaration", "field_declaration"):
            self.member(node, self.u.top, statements)
        elif kind == "ERROR":
            self.u.broken.append(node.start_byte)
            for child in node.children:
                self.top_level(child, statements)
        elif node.is_named and kind not in ("line_comment", "block_comment"):
            statements.append(node)

    def loose(self, nodes: list[Any], owner: ClassDef) -> None:
        """Statements outside a method, as in a pasted fragment: a method of their own."""

        def lower() -> Node:
            items = [s for n in nodes for s in self.statements(n)]
            return Node("block", nodes[0].start_byte, nodes[-1].end_byte, items=items)

        method = Method("<loose>", "", [], [], lower, nodes[0].start_byte, nodes[-1].end_byte)
        method.owner = owner
        owner.methods.append(method)

    def imports(self, text: str) -> None:
        match = re.match(r"import\s++(static\s++)?([\w.\s]++)(\*\s*)?;", text)
        if not match:
            return
        name = "".join(match[2].split()).rstrip(".")
        if match[3]:
            self.u.stars.append(name)
        else:
            self.u.imports[name.rsplit(".", 1)[-1]] = name

    def cls(self, node: Any, outer: ClassDef | None) -> ClassDef:
        name_node = node.child_by_field_name("name")
        name = self.text(name_node) if name_node else ""
        cls = ClassDef(name, _CLASS_TYPES[node.type], node.start_byte, node.end_byte, self.u)
        cls.outer = outer
        cls.annotations, cls.flags = self.modifiers(node)
        for field in ("superclass", "interfaces"):
            part = node.child_by_field_name(field)
            if part is not None:
                cls.supers += [simple(self.text(t)) for t in self.types(part)]
        if node.type == "record_declaration":
            cls.arguments = self.params(node.child_by_field_name("parameters"))
        body = node.child_by_field_name("body")
        if body is not None:
            self.body(body, cls)
        return cls

    def types(self, node: Any) -> list[Any]:
        found = []
        for child in node.children:
            if child.type in ("type_identifier", "generic_type", "scoped_type_identifier"):
                found.append(child)
            elif child.type in ("type_list", "interface_type_list"):
                found += self.types(child)
        return found

    def body(self, body: Any, cls: ClassDef) -> None:
        statements: list[Any] = []
        self.depth += 1
        if self.depth < MAX_DEPTH:
            for child in body.children:
                self.member(child, cls, statements)
        self.depth -= 1
        if statements:
            self.loose(statements, cls)

    def member(self, node: Any, cls: ClassDef, statements: list[Any]) -> None:
        kind = node.type
        if kind == "method_declaration":
            cls.methods.append(self.method(node, cls))
        elif kind == "constructor_declaration" or kind == "compact_constructor_declaration":
            method = self.method(node, cls)
            method.constructor = True
            cls.methods.append(method)
        elif kind == "field_declaration":
            self.fields(node, cls)
        elif kind in _CLASS_TYPES:
            cls.classes.append(self.cls(node, cls))
        elif kind in ("static_initializer", "block"):
            block = (
                node
                if kind == "block"
                else next((c for c in node.children if c.type == "block"), node)
            )
            method = Method(
                "<init>", "", [], [], lambda: self.block(block), node.start_byte, node.end_byte
            )
            method.owner = cls
            cls.initializers.append(method)
        elif kind == "enum_body_declarations":
            for child in node.children:
                self.member(child, cls, statements)
        elif kind == "ERROR":
            self.u.broken.append(node.start_byte)
            for child in node.children:
                self.member(child, cls, statements)
        elif node.is_named and kind.endswith(("statement", "local_variable_declaration")):
            statements.append(node)

    def modifiers(self, node: Any) -> tuple[list[Annotation], set[str]]:
        annotations: list[Annotation] = []
        flags: set[str] = set()
        for child in node.named_children:
            if child.type != "modifiers":
                if child.is_extra:  # a comment
                    continue
                break  # they come first
            for part in child.children:
                if part.type in ("annotation", "marker_annotation"):
                    annotations.append(self.annotation(part))
                else:
                    flags.add(part.type)
        return annotations, flags

    def annotation(self, node: Any) -> Annotation:
        name = node.child_by_field_name("name")
        args: list[tuple[str, Node]] = []
        arguments = node.child_by_field_name("arguments")
        for child in arguments.named_children if arguments is not None else ():
            if child.type == "element_value_pair":
                key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
                if key is not None and value is not None:
                    args.append((self.text(key), self.expr(value)))
            elif child.type != "line_comment":
                args.append(("", self.expr(child)))
        return Annotation(simple(self.text(name)) if name else "", args, node.start_byte)

    def params(self, node: Any) -> list[Param]:
        found = []
        for child in node.named_children if node is not None else ():
            if child.type in ("formal_parameter", "spread_parameter"):
                name = child.child_by_field_name("name")
                type_node = child.child_by_field_name("type")
                annotations, _ = self.modifiers(child)
                found.append(
                    Param(
                        self.text(name) if name else "",
                        simple(self.text(type_node)) if type_node else "",
                        annotations,
                    )
                )
        return found

    def method(self, node: Any, cls: ClassDef) -> Method:
        name = node.child_by_field_name("name")
        type_node = node.child_by_field_name("type")
        body = node.child_by_field_name("body")
        annotations, flags = self.modifiers(node)
        method = Method(
            self.text(name) if name else "",
            simple(self.text(type_node)) if type_node else "",
            lambda: self.params(node.child_by_field_name("parameters")),
            annotations,
            lambda: self.block(body) if body is not None else None,
            node.start_byte,
            node.end_byte,
        )
        method.flags = flags
        method.owner = cls
        return method

    def fields(self, node: Any, cls: ClassDef) -> None:
        annotations, flags = self.modifiers(node)
        type_node = node.child_by_field_name("type")
        for child in node.children:
            if child.type == "variable_declarator":
                name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
                if name is None:
                    continue
                cls.fields[self.text(name)] = Field(
                    self.text(name),
                    simple(self.text(type_node)) if type_node else "",
                    annotations,
                    self.expr(value) if value is not None else None,
                    "static" in flags,
                )

    # statements

    def block(self, node: Any) -> Node:
        items = [s for child in node.children for s in self.statements(child)]
        return Node("block", node.start_byte, node.end_byte, items=items)

    def statements(self, node: Any) -> list[Node]:
        """The statements that a node stands for; recursion is bounded."""
        if not node.is_named or self.depth > MAX_DEPTH:
            return []
        self.depth += 1
        try:
            return self._statements(node)
        finally:
            self.depth -= 1

    def _statements(self, node: Any) -> list[Node]:
        kind, start, end = node.type, node.start_byte, node.end_byte
        field = node.child_by_field_name
        if kind in ("line_comment", "block_comment"):
            return []
        if kind == "local_variable_declaration" or kind == "field_declaration":
            type_node = field("type")
            type_name = simple(self.text(type_node)) if type_node else ""
            found = []
            for child in node.children:
                if child.type == "variable_declarator":
                    name, value = (
                        child.child_by_field_name("name"),
                        child.child_by_field_name("value"),
                    )
                    if name is not None:
                        found.append(
                            Node(
                                "local",
                                child.start_byte,
                                child.end_byte,
                                name=self.text(name),
                                type=type_name,
                                value=self.expr(value) if value is not None else None,
                            )
                        )
            return found
        if kind == "expression_statement":
            return [
                Node("do", start, end, value=self.expr(c))
                for c in node.named_children
                if c.type not in ("line_comment", "block_comment")
            ]
        if kind == "if_statement":
            then, other = field("consequence"), field("alternative")
            return [
                Node(
                    "if",
                    start,
                    end,
                    cond=self.expr(field("condition")),
                    body=self.one(then),
                    other=self.one(other) if other is not None else None,
                )
            ]
        if kind == "return_statement" or kind == "yield_statement":
            value = next((c for c in node.named_children if not c.type.endswith("comment")), None)
            return [Node("return", start, end, value=self.expr(value) if value else None)]
        if kind == "block":
            return [self.block(node)]
        if kind in ("for_statement", "while_statement", "do_statement"):
            items = [s for c in node.named_children for s in self.statements(c)]
            return [Node("loop", start, end, items=items)]
        if kind == "enhanced_for_statement":
            name, value, body = field("name"), field("value"), field("body")
            return [
                Node(
                    "loop",
                    start,
                    end,
                    bind=self.text(name) if name else "",
                    value=self.expr(value) if value else None,
                    items=[self.one(body)] if body is not None else [],
                )
            ]
        if kind in ("try_statement", "try_with_resources_statement"):
            first = [
                Node(
                    "local",
                    r.start_byte,
                    r.end_byte,
                    name=self.text(r.child_by_field_name("name")),
                    type="resource",
                    value=self.expr(r.child_by_field_name("value")),
                )
                for spec in node.children
                if spec.type == "resource_specification"
                for r in spec.named_children
                if r.child_by_field_name("name") is not None
                and r.child_by_field_name("value") is not None
            ]
            body = field("body")
            whole = self.block(body) if body is not None else Node("block", start, end)
            whole.items = first + whole.items
            rest = []
            for child in node.named_children:
                if child.type in ("catch_clause", "finally_clause"):
                    rest += [self.block(c) for c in child.children if c.type == "block"]
            return [Node("try", start, end, body=whole, items=rest)]
        if kind in ("synchronized_statement", "labeled_statement"):
            return [s for c in node.named_children for s in self.statements(c)]
        if kind == "throw_statement":
            return [Node("throw", start, end, value=self.expr(c)) for c in node.named_children[:1]]
        if kind == "ERROR":
            self.u.broken.append(start)
            return [s for c in node.named_children for s in self.statements(c)]
        if kind in _CLASS_TYPES or kind in ("break_statement", "continue_statement"):
            return []
        return [Node("do", start, end, value=self.expr(node))]

    def one(self, node: Any) -> Node:
        items = self.statements(node) if node is not None else []
        if len(items) == 1 and items[0].kind == "block":
            return items[0]
        start, end = (node.start_byte, node.end_byte) if node is not None else (0, 0)
        return Node("block", start, end, items=items)

    # expressions

    def expr(self, node: Any) -> Node:
        """The expression of a node; recursion is bounded."""
        if node is None or self.depth > MAX_DEPTH:
            start = node.start_byte if node is not None else 0
            return Node("other", start, start)
        self.depth += 1
        try:
            from redislint.syntax.java_expressions import expression

            return expression(self, node)
        finally:
            self.depth -= 1

    def args(self, node: Any) -> list[tuple[str, Node]]:
        return [
            ("", self.expr(c))
            for c in (node.named_children if node is not None else ())
            if not c.type.endswith("comment")
        ]
