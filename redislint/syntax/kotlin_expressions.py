"""Kotlin's expressions → the tree of `jvm.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redislint.syntax.jvm import Node, number, simple, unescape

if TYPE_CHECKING:
    from redislint.syntax.kotlin import _Lowering

_IGNORED = frozenset(("line_comment", "block_comment", "multiline_comment"))


_WORDS = {"true": True, "false": False, "null": None}


def _named(node: Any) -> list[Any]:
    return [c for c in node.named_children if c.type not in _IGNORED]


def expression(low: _Lowering, node: Any) -> Node:
    """The tree of an expression."""
    kind, start, end = node.type, node.start_byte, node.end_byte
    if kind in ("identifier", "this_expression", "super_expression", "simple_identifier"):
        word = low.text(node).split("@")[0]
        if word in _WORDS:
            # The grammar takes these literals for names.
            return Node("lit", start, end, value=_WORDS[word])
        return Node("name", start, end, name=word)
    if kind == "call_expression":
        return _call(low, node)
    if kind == "navigation_expression":
        parts = _named(node)
        if len(parts) < 2:
            return low.expr(parts[0]) if parts else Node("other", start, end)
        return Node("member", start, end, obj=low.expr(parts[0]), name=low.text(parts[-1]))
    if kind in ("string_literal", "multiline_string_literal", "line_string_literal"):
        return low.string(node)
    if kind in ("number_literal", "float_literal", "long_literal", "hex_literal"):
        return Node("lit", start, end, value=number(low.text(node)))
    if kind in ("boolean_literal", "null", "null_literal"):
        return Node("lit", start, end, value=_WORDS.get(low.text(node)))
    if kind == "character_literal":
        return Node("lit", start, end, value=unescape(low.text(node)[1:-1]))
    if kind == "parenthesized_expression":
        inner = _named(node)
        return low.expr(inner[0]) if inner else Node("other", start, end)
    if kind in ("annotated_lambda", "lambda_literal", "anonymous_function"):
        return _lambda(low, node)
    if kind == "if_expression":
        return _if(low, node)
    if kind == "when_expression":
        return _when(low, node)
    if kind == "try_expression":
        return _try(low, node)
    if kind == "block":
        return low.block(node)
    if kind == "assignment":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        sign = next((c.type for c in node.children if c.type.endswith("=")), "=")
        return Node("assign", start, end, obj=low.expr(left), value=low.expr(right), name=sign)
    if kind == "binary_expression":
        return _binary(low, node)
    if kind == "unary_expression":
        return _unary(low, node)
    if kind == "as_expression":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        name = simple(low.text(right)) if right is not None else ""
        return Node("cast", start, end, name=name, value=low.expr(left))
    if kind in ("is_expression", "type_test"):
        parts = _named(node)
        name = simple(low.text(parts[-1])) if parts else ""
        return Node("test", start, end, value=low.expr(parts[0]), name=name)
    if kind == "object_literal":
        cls = low.anonymous(node)
        name = cls.supers[0] if cls.supers else ""
        return Node("new", start, end, name=name, type=name, body=cls)
    if kind == "callable_reference":
        parts = _named(node)
        return Node(
            "ref",
            start,
            end,
            obj=low.expr(parts[0]) if len(parts) > 1 else None,
            name=low.text(node).rsplit("::", 1)[-1],
        )
    if kind == "collection_literal":
        return Node("array", start, end, items=[low.expr(c) for c in _named(node)])
    if kind in ("return_expression", "throw_expression"):
        found = low.statements(node)
        return Node("block", start, end, items=found)
    if kind in ("spread_expression", "labeled_expression"):
        inner = _named(node)
        return low.expr(inner[-1]) if inner else Node("other", start, end)
    if kind == "ERROR":
        low.u.broken.append(start)
    return Node("other", start, end, items=[low.expr(c) for c in _named(node)])


def _call(low: _Lowering, node: Any) -> Node:
    start, end = node.start_byte, node.end_byte
    parts = _named(node)
    head = parts[0] if parts else None
    args: list[tuple[str, Node]] = []
    trailing: list[Node] = []
    for part in parts[1:]:
        if part.type == "value_arguments":
            args = low.args(part)
        elif part.type in ("annotated_lambda", "lambda_literal"):
            trailing.append(low.expr(part))
    if head is not None and head.type == "call_expression" and trailing and not args:
        # `Type(args) { … }`: the lambda is one more argument.
        inner = low.expr(head)
        if inner.kind == "call":
            inner.args = [*inner.args, *(("", t) for t in trailing)]
            inner.end = end
            return inner
    args = [*args, *(("", t) for t in trailing)]
    if head is None:
        return Node("other", start, end)
    if head.type == "navigation_expression":
        inside = _named(head)
        name = inside[-1]
        return Node(
            "call",
            start,
            end,
            obj=low.expr(inside[0]),
            name=low.text(name),
            at=name.start_byte,
            args=args,
        )
    if head.type in ("identifier", "simple_identifier", "this_expression", "super_expression"):
        return Node("call", start, end, name=low.text(head), at=head.start_byte, args=args)
    return Node("call", start, end, obj=low.expr(head), name="invoke", at=start, args=args)


def _lambda(low: _Lowering, node: Any) -> Node:
    literal = node
    if node.type == "annotated_lambda":
        literal = next((c for c in node.children if c.type == "lambda_literal"), node)
    params: list[str] = []
    items: list[Node] = []
    for child in literal.children:
        if child.type == "lambda_parameters":
            params = [low.variable(v)[0] for v in _named(child) if v.type == "variable_declaration"]
        else:
            items += low.statements(child)
    if items and items[-1].kind in ("do", "if", "try"):
        # The last expression of a lambda is its value.
        last = items[-1]
        value = last.value if last.kind == "do" else last
        if not (value is not None and value.kind == "assign"):
            items[-1] = Node("return", last.start, last.end, value=value)
    body = Node("block", literal.start_byte, literal.end_byte, items=items)
    return Node("lambda", node.start_byte, node.end_byte, params=params, body=body)


def _if(low: _Lowering, node: Any) -> Node:
    condition = node.child_by_field_name("condition")
    branches = [
        c for c in _named(node) if condition is None or c.start_byte != condition.start_byte
    ]
    return Node(
        "if",
        node.start_byte,
        node.end_byte,
        cond=low.expr(condition),
        body=_branch(low, branches[0]) if branches else Node("block", node.end_byte, node.end_byte),
        other=_branch(low, branches[1]) if len(branches) > 1 else None,
    )


def _branch(low: _Lowering, node: Any) -> Node:
    if node.type == "block":
        return low.block(node)
    return Node("block", node.start_byte, node.end_byte, items=low.statements(node))


def _when(low: _Lowering, node: Any) -> Node:
    items = []
    for entry in _named(node):
        if entry.type != "when_entry":
            continue
        inner = _named(entry)
        if inner:
            items.append(_branch(low, inner[-1]))
    return Node("choice", node.start_byte, node.end_byte, items=items)


def _try(low: _Lowering, node: Any) -> Node:
    body: Node | None = None
    rest = []
    for child in _named(node):
        if child.type == "block" and body is None:
            body = low.block(child)
        elif child.type in ("catch_block", "finally_block"):
            rest += [low.block(c) for c in child.children if c.type == "block"]
    start, end = node.start_byte, node.end_byte
    return Node("try", start, end, body=body or Node("block", start, end), items=rest)


def _binary(low: _Lowering, node: Any) -> Node:
    start, end = node.start_byte, node.end_byte
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node.child_by_field_name("operator")
    sign = operator.type if operator is not None else ""
    if not sign:
        sign = next((c.type for c in node.children if not c.is_named), "")
    if left is None or right is None:
        return Node("other", start, end, items=[low.expr(c) for c in _named(node)])
    items = [low.expr(left), low.expr(right)]
    if sign == "?:":
        return Node("choice", start, end, items=items)
    if sign == "+":
        return Node("concat", start, end, name=sign, items=items)
    if sign in ("===", "!=="):
        sign = sign[:-1]
    return Node("binary", start, end, name=sign, items=items)


def _unary(low: _Lowering, node: Any) -> Node:
    start, end = node.start_byte, node.end_byte
    operand = node.child_by_field_name("argument") or (_named(node)[0] if _named(node) else None)
    inner = low.expr(operand)
    sign = next((c.type for c in node.children if not c.is_named), "")
    if sign == "!!":
        return inner
    if sign == "-" and inner.kind == "lit" and isinstance(inner.value, int | float):
        return Node("lit", start, end, value=-inner.value)
    return Node("binary", start, end, name=sign, items=[inner])
