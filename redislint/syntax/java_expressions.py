"""Java's expressions → the tree of `jvm.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redislint.syntax.jvm import ClassDef, Node, number, simple, unescape

if TYPE_CHECKING:
    from redislint.syntax.java import _Lowering


def expression(low: _Lowering, node: Any) -> Node:
    """The tree of an expression."""
    kind, start, end = node.type, node.start_byte, node.end_byte
    field = node.child_by_field_name
    if kind in ("identifier", "this", "super", "type_identifier"):
        return Node("name", start, end, name=low.text(node))
    if kind == "method_invocation":
        name = field("name")
        obj = field("object")
        return Node(
            "call",
            start,
            end,
            name=low.text(name) if name else "",
            at=name.start_byte if name else start,
            obj=low.expr(obj) if obj is not None else None,
            args=low.args(field("arguments")),
        )
    if kind in ("field_access", "scoped_identifier", "scoped_type_identifier"):
        obj, name = field("object"), field("field") or field("name")
        if obj is None or name is None:
            parts = low.text(node).split(".")
            whole = Node("name", start, end, name=parts[0])
            for part in parts[1:]:
                whole = Node("member", start, end, obj=whole, name=part)
            return whole
        return Node("member", start, end, obj=low.expr(obj), name=low.text(name))
    if kind == "string_literal":
        text = low.text(node)
        inner = text[3:-3].lstrip() if text.startswith('"""') else text[1:-1]
        return Node("lit", start, end, value=unescape(inner))
    if kind.endswith(("integer_literal", "floating_point_literal")):
        return Node("lit", start, end, value=number(low.text(node)))
    if kind in ("true", "false"):
        return Node("lit", start, end, value=kind == "true")
    if kind == "null_literal":
        return Node("lit", start, end, value=None)
    if kind == "character_literal":
        return Node("lit", start, end, value=unescape(low.text(node)[1:-1]))
    if kind == "parenthesized_expression":
        inner_node = next((c for c in node.named_children if "comment" not in c.type), None)
        return low.expr(inner_node)
    if kind == "object_creation_expression":
        type_node = field("type")
        body = next((c for c in node.children if c.type == "class_body"), None)
        made: ClassDef | None = None
        name = simple(low.text(type_node)) if type_node else ""
        if body is not None:
            made = ClassDef("", "anonymous", body.start_byte, body.end_byte, low.u)
            made.supers = [name]
            low.body(body, made)
        return Node(
            "new",
            start,
            end,
            name=name,
            type=low.text(type_node).split("<")[0] if type_node else "",
            args=low.args(field("arguments")),
            body=made,
        )
    if kind == "lambda_expression":
        return _lambda(low, node)
    if kind == "ternary_expression":
        return Node(
            "choice",
            start,
            end,
            cond=low.expr(field("condition")),
            items=[low.expr(field("consequence")), low.expr(field("alternative"))],
        )
    if kind == "assignment_expression":
        operator = field("operator")
        return Node(
            "assign",
            start,
            end,
            obj=low.expr(field("left")),
            value=low.expr(field("right")),
            name=operator.type if operator is not None else "=",
        )
    if kind == "cast_expression":
        type_node = field("type")
        return Node(
            "cast",
            start,
            end,
            name=simple(low.text(type_node)) if type_node else "",
            value=low.expr(field("value")),
        )
    if kind == "binary_expression":
        operator = field("operator")
        sign = operator.type if operator is not None else ""
        items = [low.expr(field("left")), low.expr(field("right"))]
        return Node("concat" if sign == "+" else "binary", start, end, name=sign, items=items)
    if kind == "unary_expression":
        operator, operand = field("operator"), low.expr(field("operand"))
        sign = operator.type if operator is not None else ""
        if sign == "-" and operand.kind == "lit" and isinstance(operand.value, int | float):
            return Node("lit", start, end, value=-operand.value)
        return Node("binary", start, end, name=sign, items=[operand])
    if kind == "instanceof_expression":
        right, name = field("right"), field("name")
        pattern = field("pattern")
        if pattern is not None:
            parts = list(pattern.named_children)
            right = parts[0] if parts else None
            name = parts[-1] if len(parts) > 1 else None
        return Node(
            "test",
            start,
            end,
            value=low.expr(field("left")),
            name=simple(low.text(right)) if right is not None else "",
            bind=low.text(name) if name is not None else "",
        )
    if kind == "method_reference":
        parts = [c for c in node.named_children if not c.type.endswith("arguments")]
        text = low.text(node)
        return Node(
            "ref",
            start,
            end,
            obj=low.expr(parts[0]) if parts else None,
            name=text.rsplit("::", 1)[-1].strip(),
        )
    if kind in (
        "array_creation_expression",
        "array_initializer",
        "element_value_array_initializer",
    ):
        value = field("value") if kind == "array_creation_expression" else node
        items = [low.expr(c) for c in value.named_children] if value is not None else []
        return Node("array", start, end, items=items)
    if kind == "switch_expression":
        return _switch(low, node)
    if kind == "class_literal":
        return Node("lit", start, end, value=low.text(node))
    if kind == "ERROR":
        low.u.broken.append(start)
    return Node("other", start, end, items=[low.expr(c) for c in node.named_children])


def _lambda(low: _Lowering, node: Any) -> Node:
    params_node = node.child_by_field_name("parameters")
    params: list[str] = []
    if params_node is not None:
        if params_node.type == "identifier":
            params = [low.text(params_node)]
        elif params_node.type == "inferred_parameters":
            params = [low.text(c) for c in params_node.named_children]
        else:
            params = [p.name for p in low.params(params_node)]
    body_node = node.child_by_field_name("body")
    if body_node is not None and body_node.type == "block":
        body = low.block(body_node)
    else:
        value = low.expr(body_node)
        body = Node(
            "block",
            value.start,
            value.end,
            items=[Node("return", value.start, value.end, value=value)],
        )
    return Node("lambda", node.start_byte, node.end_byte, params=params, body=body)


def _switch(low: _Lowering, node: Any) -> Node:
    """A switch: each of its groups is one way; as a statement or as an expression."""
    items: list[Node] = []
    block = node.child_by_field_name("body")
    for group in block.named_children if block is not None else ():
        inner: list[Node] = []
        for child in group.named_children:
            if child.type != "switch_label":
                inner += low.statements(child)
        if len(inner) == 1 and inner[0].kind == "do":
            items.append(inner[0].value)
        elif inner:
            items.append(Node("block", inner[0].start, inner[-1].end, items=inner))
    return Node("choice", node.start_byte, node.end_byte, items=items)
