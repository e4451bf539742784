"""What an HCL expression is worth, as far as it is plainly written.

Literals, references, conditions, comparisons and a few functions are evaluated; all that Terraform
would compute from elsewhere is unknown. Logic is Kleene's, as everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from redislint.model.value import Value, unknown

if TYPE_CHECKING:
    from redislint.syntax.hcl import File

Resolve = Callable[[str], Value | None]
_ESCAPES = {"\\n": "\n", "\\t": "\t", '\\"': '"', "\\\\": "\\", "$${": "${", "%%{": "%{"}
_DEPTH = 60
_UNKNOWN = "Terraform computes it"


def value(file: File, node: Any, resolve: Resolve, depth: int) -> Value:
    """The value of a node: text, number, bool, None, list of Value or dict of Value."""
    if depth > _DEPTH:
        return unknown(_UNKNOWN)
    kind = node.type
    children = node.named_children
    if kind == "expression":
        if len(children) == 1:
            return value(file, children[0], resolve, depth + 1)
        return _reference(file, node, resolve)
    if kind in ("literal_value", "template_expr", "collection_value", "operation"):
        return value(file, children[0], resolve, depth + 1) if children else unknown(_UNKNOWN)
    if kind == "numeric_lit":
        text = file.text(node)
        try:
            return Value(float(text) if "." in text or "e" in text.lower() else int(text, 0))
        except ValueError:
            return unknown(_UNKNOWN)
    if kind == "bool_lit":
        return Value(file.text(node) == "true")
    if kind == "null_lit":
        return Value(None, set=False)
    if kind in ("string_lit", "quoted_template"):
        return _template(file, node, resolve, depth)
    if kind == "tuple":
        if any(c.type == "for_expr" for c in children):
            return unknown(_UNKNOWN)
        return Value(
            [value(file, c, resolve, depth + 1) for c in children if c.type == "expression"]
        )
    if kind == "object":
        return Value(dict(_elements(file, node, resolve, depth)))
    if kind == "conditional" and len(children) == 3:
        return _conditional(*(value(file, c, resolve, depth + 1) for c in children))
    if kind == "variable_expr":
        return _reference(file, node, resolve)
    if kind in ("binary_operation", "unary_operation"):
        return _operation(file, node, resolve, depth)
    if kind == "function_call":
        return _call(file, node, resolve, depth)
    return unknown(_UNKNOWN)


def _reference(file: File, node: Any, resolve: Resolve) -> Value:
    """`var.x`, also `var.x["y"]`, which is `var.x.y`, and the first of `resource.x[0]`."""
    if not node.children or (
        node.type == "expression" and node.children[0].type != "variable_expr"
    ):
        return unknown(_UNKNOWN)
    text = re.sub(r"\s+", "", file.text(node))
    text = re.sub(r'\["([\w-]+)"\]', r".\1", text).replace("[0]", "")
    found = resolve(text)
    return found if found is not None else unknown(_UNKNOWN)


def _conditional(test: Value, left: Value, right: Value) -> Value:
    if test.known and isinstance(test.value, bool):
        return left if test.value else right
    if left.known and right.known and left.value == right.value and not _composed(left):
        return left
    return unknown(test.why or _UNKNOWN)


def _composed(one: Value) -> bool:
    return isinstance(one.value, list | dict)


def _operands(file: File, node: Any, resolve: Resolve, depth: int) -> tuple[list[Value], str]:
    """The operands of an operation and its operator; a reference is several nodes in a row."""
    values: list[Value] = []
    operator = ""
    run: list[Any] = []

    def flush() -> None:
        if not run:
            return
        if run[0].type == "variable_expr":
            start, end = run[0].start_byte, run[-1].end_byte
            text = re.sub(r"\s+", "", file.data[start:end].decode("utf-8", "replace"))
            text = re.sub(r'\["([\w-]+)"\]', r".\1", text).replace("[0]", "")
            found = resolve(text)
            values.append(found if found is not None else unknown(_UNKNOWN))
        elif len(run) == 1:
            values.append(value(file, run[0], resolve, depth + 1))
        else:
            values.append(unknown(_UNKNOWN))
        run.clear()

    for child in node.children:
        if child.is_named:
            run.append(child)
        elif child.type not in "()":
            flush()
            operator = child.type
    flush()
    return values, operator


def _operation(file: File, node: Any, resolve: Resolve, depth: int) -> Value:
    values, operator = _operands(file, node, resolve, depth)
    if node.type == "unary_operation" and len(values) == 1:
        (only,) = values
        if only.known and operator == "!" and isinstance(only.value, bool):
            return Value(not only.value)
        if only.known and operator == "-" and isinstance(only.value, int | float):
            return Value(-only.value)
        return unknown(only.why or _UNKNOWN)
    if len(values) != 2:
        return unknown(_UNKNOWN)
    left, right = values
    if operator in ("&&", "||"):
        decides = operator == "||"
        if any(v.known and v.value is decides for v in values):
            return Value(decides)
        if all(v.known and isinstance(v.value, bool) for v in values):
            return Value(not decides)
        return unknown(left.why or right.why or _UNKNOWN)
    if not (left.known and right.known) or _composed(left) or _composed(right):
        return unknown(left.why or right.why or _UNKNOWN)
    return _compared(operator, left.value, right.value)


def _compared(operator: str, left: Any, right: Any) -> Value:
    if operator in ("==", "!="):
        same = left == right and isinstance(left, bool) == isinstance(right, bool)
        return Value(same == (operator == "=="))
    numbers = [n for n in (left, right) if isinstance(n, int | float) and not isinstance(n, bool)]
    if len(numbers) != 2:
        return unknown(_UNKNOWN)
    answers: dict[str, Callable[[], Any]] = {
        ">": lambda: left > right,
        "<": lambda: left < right,
        ">=": lambda: left >= right,
        "<=": lambda: left <= right,
        "+": lambda: left + right,
        "-": lambda: left - right,
        "*": lambda: left * right if abs(left) < 1e9 and abs(right) < 1e9 else None,
    }
    answer = answers[operator]() if operator in answers else None
    return unknown(_UNKNOWN) if answer is None else Value(answer)


def _call(file: File, node: Any, resolve: Resolve, depth: int) -> Value:
    """Functions that give back an argument, or turn it into another type."""
    name, arguments = call(file, node)
    values = (value(file, a, resolve, depth + 1) for a in arguments)
    if name in ("try", "coalesce"):
        for one in values:
            if not one.known:
                return unknown(one.why)
            if name == "try" or one.value not in (None, ""):
                return one
        return unknown(_UNKNOWN)
    given = list(values) if len(arguments) <= 2 else []
    if len(given) != 1 or not given[0].known:
        return unknown(given[0].why if given else _UNKNOWN)
    held = given[0].value
    if name in (
        "tostring",
        "lower",
        "upper",
        "trimspace",
        "jsonencode",
        "sensitive",
        "nonsensitive",
    ):
        if name.endswith("sensitive"):
            return given[0]
        if isinstance(held, str):
            return Value({"lower": held.lower(), "upper": held.upper()}.get(name, held.strip()))
        return Value(str(held).lower()) if isinstance(held, bool | int) else unknown(_UNKNOWN)
    if name == "tobool" and held in (True, False, "true", "false"):
        return Value(held in (True, "true"))
    if name == "tonumber" and re.fullmatch(r"-?\d+", str(held)):
        return Value(int(str(held)))
    if name in ("tolist", "toset") and isinstance(held, list):
        return given[0]
    if name == "length" and isinstance(held, list | dict | str):
        return Value(len(held))
    return unknown(_UNKNOWN)


def call(file: File, node: Any) -> tuple[str, list[Any]]:
    """The name and the arguments of a function_call node."""
    name, arguments = "", []
    for child in node.named_children:
        if child.type == "identifier":
            name = file.text(child)
        elif child.type == "function_arguments":
            arguments = [c for c in child.named_children if c.type == "expression"]
    return name, arguments


def elements(file: File, node: Any) -> Iterator[tuple[Any, Any]]:
    """The nodes of key and value of an object's elements."""
    for element in node.named_children:
        if element.type == "object_elem":
            key = element.child_by_field_name("key")
            content = element.child_by_field_name("val")
            if key is not None and content is not None:
                yield key, content


def _elements(file: File, node: Any, resolve: Resolve, depth: int) -> Iterator[tuple[str, Value]]:
    for key, content in elements(file, node):
        yield file.text(key).strip('"'), value(file, content, resolve, depth + 1)


def _template(file: File, node: Any, resolve: Resolve, depth: int) -> Value:
    """A quoted text; one that is nothing but `"${x}"` keeps the type of x."""
    parts: list[Value] = []
    for child in node.named_children:
        if child.type == "template_literal":
            text = file.text(child)
            for escape, plain in _ESCAPES.items():
                text = text.replace(escape, plain)
            parts.append(Value(text))
        elif child.type == "template_interpolation":
            inner = [c for c in child.named_children if c.type == "expression"]
            parts.append(value(file, inner[0], resolve, depth + 1) if inner else unknown(_UNKNOWN))
        elif child.type == "template_directive":
            return unknown(_UNKNOWN)
    if len(parts) == 1:
        return parts[0]
    for part in parts:
        if not part.known or isinstance(part.value, list | dict):
            return unknown(_UNKNOWN)
    return Value("".join(str(p.value) for p in parts))
