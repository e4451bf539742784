"""Kleene's three-valued logic over compiled conditions.

`truth` answers True, False or None (unknown), with the facts that decided it: they become the
"because" lines of a finding.
"""

from __future__ import annotations

import operator
from collections.abc import Callable

from redislint.model.subject import Subject
from redislint.model.value import Value, unknown
from redislint.model.versions import key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Reason = tuple[str, Value]
Outcome = tuple[bool | None, list[Reason]]

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITH: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def fetch(name: str, subject: Subject) -> Value:
    """The value of a dotted name; through a link that does not exist it is absent."""
    value = subject.get(name)
    if value.value is not None or "." not in name or value.set is not False:
        return value
    head, _, rest = name.partition(".")
    target = subject.links.get(head)
    return fetch(rest, target) if target is not None else value


def evaluate(node: list[Any], subject: Subject) -> tuple[Value, list[Reason]]:
    """The value of an operand, and the facts it was made of."""
    tag = node[0]
    if tag == "name":
        if node[1] in subject.links:
            return Value(True), []
        value = fetch(node[1], subject)
        return value, [(node[1], value)]
    if tag == "lit":
        return Value(node[2]), []
    if tag == "call":
        value = subject.call(node[1], node[2])
        return value, [(f"{node[1]}({', '.join(node[2])})", value)]
    if tag == "arith":
        left, left_reasons = evaluate(node[2], subject)
        right, right_reasons = evaluate(node[3], subject)
        reasons = left_reasons + right_reasons
        if not (left.known and right.known):
            return unknown("part of a sum is unknown"), reasons
        try:
            return Value(_ARITH[node[1]](left.value, right.value)), reasons
        except (TypeError, ZeroDivisionError, ValueError):
            return Value(None, set=False), reasons
    result, reasons = truth(node, subject)
    return (unknown("unknown") if result is None else Value(result)), reasons


def _equal(left: object, right: object) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        if left.lower() == right.lower():
            return True
        return left[:1].isdecimal() and right[:1].isdecimal() and key(left) == key(right)
    if isinstance(left, bool) != isinstance(right, bool) and isinstance(left, str | bool):
        words = {True: ("yes", "true", "on", "1"), False: ("no", "false", "off", "0")}
        if isinstance(left, bool):
            return str(right).lower() in words[left]
        return isinstance(right, bool) and left.lower() in words[right]
    if isinstance(left, list | tuple | frozenset | set) and isinstance(right, str):
        return any(_equal(item, right) for item in left)
    if isinstance(left, str) and isinstance(right, int | float):
        return left[:1].isdecimal() and key(left) == key(str(right))
    return left == right


def _ordered(op: str, left: object, right: object) -> bool:
    if left is None or right is None:
        return False
    if isinstance(left, str) or isinstance(right, str):
        return _ORDER[op](key(str(left)), key(str(right)))
    try:
        return _ORDER[op](left, right)
    except TypeError:
        return False


def _compare(node: list[Any], subject: Subject) -> Outcome:
    _, op, first, second = node
    left, why = evaluate(first, subject)
    if second[0] == "lit":
        known, wanted = left.known, second[2]
    else:
        right, more = evaluate(second, subject)
        known, wanted = left.known and right.known, right.value
        why = why + more
    if not known:
        return None, why
    if op == "==":
        return _equal(left.value, wanted), why
    if op == "!=":
        return not _equal(left.value, wanted), why
    return _ordered(op, left.value, wanted), why


def _is_true(value: Value) -> bool | None:
    """Whether a fact that stands alone holds."""
    if not value.known:
        return None
    held = value.value
    if isinstance(held, str):
        return bool(held) and held.lower() not in ("no", "false", "off")
    return bool(held)


def truth(node: list[Any], subject: Subject) -> Outcome:
    """Whether a condition holds for a subject, and why."""
    tag = node[0]
    if tag == "name":
        name = node[1]
        if name in subject.links:
            return True, []
        value = fetch(name, subject)
        return _is_true(value), [(name, value)]
    if tag == "and":
        reasons: list[Reason] = []
        result: bool | None = True
        for part in node[1]:
            outcome, why = truth(part, subject)
            if outcome is False:
                return False, why
            if outcome is None:
                result = None
            reasons += why
        return result, reasons
    if tag == "or":
        undecided: list[Reason] = []
        falses: list[Reason] = []
        seen_unknown = False
        for part in node[1]:
            outcome, why = truth(part, subject)
            if outcome:
                return True, why
            if outcome is None:
                seen_unknown = True
                undecided += why
            else:
                falses += why
        return (None, undecided) if seen_unknown else (False, falses)
    if tag == "not":
        outcome, why = truth(node[1], subject)
        return (None if outcome is None else not outcome), why
    if tag == "cmp":
        return _compare(node, subject)
    if tag == "in":
        left, why = evaluate(node[1], subject)
        if not left.known:
            return None, why
        options = [evaluate(option, subject)[0] for option in node[2]]
        if any(o.known and _equal(left.value, o.value) for o in options):
            return True, why
        return (False if all(o.known for o in options) else None), why
    if tag in ("set", "default"):
        operand = node[1]
        if operand[0] == "name" and operand[1] in subject.links:
            return tag == "set", []
        value, why = evaluate(operand, subject)
        if value.set is None:
            return None, why
        return value.set if tag == "set" else not value.set, why
    value, why = evaluate(node, subject)
    return _is_true(value), why
