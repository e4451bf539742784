"""Java's expressions → the tree of `jvm.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redislint.syntax.jvm import ClassDef, Node, number, simple, unescape

if TYPE_CHECKING:
    from collections.abc import Callable

    from redislint.syntax.java import _Lowering


def expression(low: _Lowering, node: Any) -> Node:
    """The tree of an expression."""
    lower = _LOWER.get(node.type)
    if lower is not None:
        return lower(low, node)
    if node.type == "ERROR":
        low.u.broken.append(node.start_byte)
    items = [low.expr(c) for c in node.named_children]
    return Node("other", node.start_byte, node.end_byte, items=items)


def _name(low: _Lowering, node: Any) -> Node:
    """A plain name, `this` and `super`."""
    return Node("name", node.start_byte, node.end_byte, name=low.text(node))


def _call(low: _Lowering, node: Any) -> Node:
    """A call, with or without an object."""
    field = node.child_by_field_name
    name = field("name")
    obj = field("object")
    return Node(
        "call",
        node.start_byte,
        node.end_byte,
        name=low.text(name) if name else "",
        at=name.start_byte if name else node.start_byte,
        obj=low.expr(obj) if obj is not None else None,
        args=low.args(field("arguments")),
    )


def _member(low: _Lowering, node: Any) -> Node:
    """A dotted name."""
    field = node.child_by_field_name
    obj, name = field("object"), field("field") or field("name")
    if obj is None or name is None:
        parts = low.text(node).split(".")
        whole = Node("name", node.start_byte, node.end_byte, name=parts[0])
        for part in parts[1:]:
            whole = Node("member", node.start_byte, node.end_byte, obj=whole, name=part)
        return whole
    return Node("member", node.start_byte, node.end_byte, obj=low.expr(obj), name=low.text(name))


def _string(low: _Lowering, node: Any) -> Node:
    """A string, text blocks too."""
    text = low.text(node)
    inner = text[3:-3].lstrip() if text.startswith('"""') else text[1:-1]
    return Node("lit", node.start_byte, node.end_byte, value=unescape(inner))


def _number(low: _Lowering, node: Any) -> Node:
    """A number."""
    return Node("lit", node.start_byte, node.end_byte, value=number(low.text(node)))


def _boolean(low: _Lowering, node: Any) -> Node:
    """`true` or `false`."""
    return Node("lit", node.start_byte, node.end_byte, value=node.type == "true")


def _null(low: _Lowering, node: Any) -> Node:
    """`null`."""
    return Node("lit", node.start_byte, node.end_byte, value=None)


def _character(low: _Lowering, node: Any) -> Node:
    """A character."""
    return Node("lit", node.start_byte, node.end_byte, value=unescape(low.text(node)[1:-1]))


def _inner(low: _Lowering, node: Any) -> Node:
    """What stands in brackets."""
    inner_node = next((c for c in node.named_children if "comment" not in c.type), None)
    return low.expr(inner_node)


def _new(low: _Lowering, node: Any) -> Node:
    """`new T(…)`, with the body of an anonymous class."""
    field = node.child_by_field_name
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
        node.start_byte,
        node.end_byte,
        name=name,
        type=low.text(type_node).split("<")[0] if type_node else "",
        args=low.args(field("arguments")),
        body=made,
    )


def _choice(low: _Lowering, node: Any) -> Node:
    """`a ? b : c`."""
    field = node.child_by_field_name
    return Node(
        "choice",
        node.start_byte,
        node.end_byte,
        cond=low.expr(field("condition")),
        items=[low.expr(field("consequence")), low.expr(field("alternative"))],
    )


def _assignment(low: _Lowering, node: Any) -> Node:
    """`a = b` and `a += b`."""
    field = node.child_by_field_name
    operator = field("operator")
    return Node(
        "assign",
        node.start_byte,
        node.end_byte,
        obj=low.expr(field("left")),
        value=low.expr(field("right")),
        name=operator.type if operator is not None else "=",
    )


def _cast(low: _Lowering, node: Any) -> Node:
    """`(T) a`."""
    field = node.child_by_field_name
    type_node = field("type")
    return Node(
        "cast",
        node.start_byte,
        node.end_byte,
        name=simple(low.text(type_node)) if type_node else "",
        value=low.expr(field("value")),
    )


def _binary(low: _Lowering, node: Any) -> Node:
    """Two operands; `+` may join texts."""
    field = node.child_by_field_name
    operator = field("operator")
    sign = operator.type if operator is not None else ""
    items = [low.expr(field("left")), low.expr(field("right"))]
    return Node(
        "concat" if sign == "+" else "binary",
        node.start_byte,
        node.end_byte,
        name=sign,
        items=items,
    )


def _unary(low: _Lowering, node: Any) -> Node:
    """One operand; a negative number is a number."""
    field = node.child_by_field_name
    operator, operand = field("operator"), low.expr(field("operand"))
    sign = operator.type if operator is not None else ""
    if sign == "-" and operand.kind == "lit" and isinstance(operand.value, int | float):
        return Node("lit", node.start_byte, node.end_byte, value=-operand.value)
    return Node("binary", node.start_byte, node.end_byte, name=sign, items=[operand])


def _test(low: _Lowering, node: Any) -> Node:
    """`a instanceof T t`."""
    field = node.child_by_field_name
    right, name = field("right"), field("name")
    pattern = field("pattern")
    if pattern is not None:
        parts = list(pattern.named_children)
        right = parts[0] if parts else None
        name = parts[-1] if len(parts) > 1 else None
    return Node(
        "test",
        node.start_byte,
        node.end_byte,
        value=low.expr(field("left")),
        name=simple(low.text(right)) if right is not None else "",
        bind=low.text(name) if name is not None else "",
    )


def _reference(low: _Lowering, node: Any) -> Node:
    """`T::name`."""
    parts = [c for c in node.named_children if not c.type.endswith("arguments")]
    text = low.text(node)
    return Node(
        "ref",
        node.start_byte,
        node.end_byte,
        obj=low.expr(parts[0]) if parts else None,
        name=text.rsplit("::", 1)[-1].strip(),
    )


def _array(low: _Lowering, node: Any) -> Node:
    """An array with its elements."""
    field = node.child_by_field_name
    value = field("value") if node.type == "array_creation_expression" else node
    items = [low.expr(c) for c in value.named_children] if value is not None else []
    return Node("array", node.start_byte, node.end_byte, items=items)


def _class(low: _Lowering, node: Any) -> Node:
    """`T.class`."""
    return Node("lit", node.start_byte, node.end_byte, value=low.text(node))


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


_LOWER: dict[str, Callable[[_Lowering, Any], Node]] = {
    "identifier": _name,
    "this": _name,
    "super": _name,
    "type_identifier": _name,
    "method_invocation": _call,
    "field_access": _member,
    "scoped_identifier": _member,
    "scoped_type_identifier": _member,
    "string_literal": _string,
    "decimal_integer_literal": _number,
    "hex_integer_literal": _number,
    "octal_integer_literal": _number,
    "binary_integer_literal": _number,
    "decimal_floating_point_literal": _number,
    "hex_floating_point_literal": _number,
    "true": _boolean,
    "false": _boolean,
    "null_literal": _null,
    "character_literal": _character,
    "parenthesized_expression": _inner,
    "object_creation_expression": _new,
    "lambda_expression": _lambda,
    "ternary_expression": _choice,
    "assignment_expression": _assignment,
    "cast_expression": _cast,
    "binary_expression": _binary,
    "unary_expression": _unary,
    "instanceof_expression": _test,
    "method_reference": _reference,
    "array_creation_expression": _array,
    "array_initializer": _array,
    "element_value_array_initializer": _array,
    "switch_expression": _switch,
    "class_literal": _class,
}
"""How a node of each kind becomes one of ours."""
