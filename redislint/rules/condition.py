"""The condition language: text → a small tree of lists, checked against the vocabulary.

The tree is plain lists so that compiled pages are JSON and a check needs no grammar:

    ["name", "appendonly"]            ["call", "published", ["port"]]
    ["lit", "size", 104857600, "100mb"]
    ["cmp", "==", a, b]               ["in", a, [b, …]]
    ["set", a]  ["default", a]        ["not", a]  ["and", [a, …]]  ["or", [a, …]]
    ["arith", "+", a, b]
"""

from __future__ import annotations

import re
from functools import lru_cache

from redislint.model.subject import FUNCTIONS, VOCABULARY, FactSpec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Node = list[Any]


_SIZE = {
    "b": 1, "k": 1000, "kb": 1024, "m": 10**6, "mb": 1024**2,
    "g": 10**9, "gb": 1024**3, "t": 10**12, "tb": 1024**4,
}  # fmt: skip
_TIME = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}

BOOLEANS = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}


class ConditionError(ValueError):
    """A condition that cannot be understood; `offset` is where in its text."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.offset = offset


def literal(text: str) -> Node | None:
    """A literal as Redis users write them, or None for a word."""
    lower = text.lower()
    if match := re.fullmatch(r"(-?\d+(?:\.\d+)?)(us|ms|s|min|h|d)", lower):
        return ["lit", "duration", float(match[1]) * _TIME[match[2]], text]
    if match := re.fullmatch(r"(-?\d+(?:\.\d+)?)(b|kb?|mb?|gb?|tb?)", lower):
        return ["lit", "size", int(float(match[1]) * _SIZE[match[2]]), text]
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)%", lower):
        return ["lit", "percent", float(match[1]), text]
    if re.fullmatch(r"-?\d+", lower):
        return ["lit", "number", int(lower), text]
    if re.fullmatch(r"-?\d+\.\d+", lower):
        return ["lit", "number", float(lower), text]
    if re.fullmatch(r"\d+(\.\d+){2,}+([.-]?\w++)*+|\d+(\.\d+)++[.-]?[a-z]\w*", lower):
        return ["lit", "version", text, text]
    return None


@lru_cache(maxsize=1)
def _grammar() -> Any:
    """The pyparsing grammar, built on first use: importing and building it is what costs."""
    import pyparsing as pp

    pp.ParserElement.enable_packrat()
    # A name may begin with a keyword's letters: set-max-listpack-entries.
    letters = pp.alphanums + "_-."
    keyword = {k: pp.Keyword(k, ident_chars=letters) for k in ("and", "or", "not", "in", "is", "set", "default")}
    reserved = pp.MatchFirst(list(keyword.values()))
    expression = pp.Forward()

    text = pp.QuotedString('"', esc_char="\\") | pp.QuotedString("'", esc_char="\\")
    text = text.copy().set_parse_action(lambda s, p, t: [["lit", "text", t[0], t[0]]])
    number = pp.Regex(r"-?\d[\w.%+]*(?:-[A-Za-z][\w.]*)?")

    def read_number(string: str, place: int, tokens: Any) -> Any:
        node = literal(tokens[0])
        if node is None:
            raise pp.ParseFatalException(string, place, f"'{tokens[0]}' is no literal")
        return [node]

    number.set_parse_action(read_number)
    word = ~reserved + pp.Regex(r"[A-Za-z_][\w]*(?:[.-][A-Za-z0-9_]+)*")
    plain = pp.Regex(r"[A-Za-z_][\w]*(?:[.-][A-Za-z0-9_]+)*")
    # The place is taken by the inner expression: the outer one's is before the blanks.
    name = ~reserved + plain.set_parse_action(lambda s, p, t: [["word", t[0], p]])
    argument = pp.Regex(r"[^\s(),]+") | pp.QuotedString('"')
    call = (
        word
        + pp.Suppress("(")
        + pp.Group(pp.Optional(pp.DelimitedList(argument)))
        + pp.Suppress(")")
    )
    call = call.set_parse_action(lambda s, p, t: [["call", t[0], list(t[1]), p]])
    atom = text | number | call | name | pp.Suppress("(") + expression + pp.Suppress(")")

    def fold(string: str, place: int, tokens: Any) -> Any:
        items = list(tokens)
        node = items[0]
        for op, right in zip(items[1::2], items[2::2], strict=True):
            node = ["arith", op, node, right]
        return [node]

    product = (atom + (pp.one_of("* /") + atom)[...]).set_parse_action(fold)
    total = (product + (pp.one_of("+ -") + product)[...]).set_parse_action(fold)
    options = pp.Suppress("(") + pp.Group(pp.DelimitedList(atom)) + pp.Suppress(")")

    def compare(string: str, place: int, tokens: Any) -> Any:
        items = list(tokens)
        if len(items) == 1:
            return [items[0]]
        left, op = items[0], items[1]
        if op == "is":
            negated, what = "not" in items, items[-1]
            node: Node = [what, left]
            return [["not", node] if negated else node]
        if op == "in":
            return [["in", left, list(items[2])]]
        if op == "not":
            return [["not", ["in", left, list(items[3])]]]
        return [["cmp", op, left, items[2]]]

    comparison = total + pp.Optional(
        (pp.one_of("== != <= >= < >") + total)
        | (keyword["is"] + pp.Optional(keyword["not"]) + (keyword["set"] | keyword["default"]))
        | (keyword["in"] + options)
        | (keyword["not"] + keyword["in"] + options)
    )
    comparison.set_parse_action(compare)
    negation = pp.Forward()
    negation <<= (pp.Suppress(keyword["not"]) + negation).set_parse_action(
        lambda s, p, t: [["not", t[0]]]
    ) | comparison

    def chain(op: str) -> Any:
        def act(string: str, place: int, tokens: Any) -> Any:
            items = list(tokens)
            return [items[0] if len(items) == 1 else [op, items]]

        return act

    conjunction = (negation + (pp.Suppress(keyword["and"]) + negation)[...]).set_parse_action(
        chain("and")
    )
    expression <<= (conjunction + (pp.Suppress(keyword["or"]) + conjunction)[...]).set_parse_action(
        chain("or")
    )
    return expression


def compile_condition(text: str, kind: str) -> Node:
    """The checked tree of a condition on subjects of a kind. Raises ConditionError."""
    import pyparsing as pp

    if kind not in VOCABULARY:
        raise ConditionError(f"unknown subject '{kind}': one of {', '.join(sorted(VOCABULARY))}")
    if len(text) > 4000:
        raise ConditionError("a condition may have 4000 characters: split it or name a fact")
    try:
        tree = _grammar().parse_string(text, parse_all=True)[0]
    except pp.ParseBaseException as error:
        near = text[error.loc : error.loc + 20].split("\n")[0]
        problem = error.msg if "literal" in str(error.msg) else f"cannot be read at '{near}'"
        raise ConditionError(problem, error.loc) from None
    except RecursionError:
        raise ConditionError("is nested too deeply") from None
    return _resolve(tree, kind)


def lookup(name: str, kind: str) -> FactSpec | None:
    """The vocabulary entry of a dotted name seen from a kind, or None."""
    current, parts = kind, name.split(".")
    for index, part in enumerate(parts):
        table = VOCABULARY.get(current, {})
        rest = ".".join(parts[index:])
        if rest in table:
            return table[rest]
        spec = table.get(part)
        if spec is None or spec.type != "subject":
            return None
        current = spec.target
    return table.get(parts[-1])


def _nearest(name: str, kind: str) -> str:
    import difflib

    table = VOCABULARY.get(kind, {})
    close = difflib.get_close_matches(name, table, n=1)
    return f": did you mean '{close[0]}'?" if close else ""


def _resolve(node: Node, kind: str, expected: FactSpec | None = None) -> Node:
    tag = node[0]
    if tag == "word":
        name, place = node[1], node[2]
        spec = lookup(name, kind)
        if spec is not None and expected is None:
            return ["name", name]
        if expected is not None:
            return _word_literal(name, place, expected, spec)
        if name.lower() in BOOLEANS:
            return ["lit", "bool", BOOLEANS[name.lower()], name]
        raise ConditionError(f"unknown fact '{name}' of {kind}{_nearest(name, kind)}", place)
    if tag == "lit":
        return node
    if tag == "call":
        if node[1] not in FUNCTIONS.get(kind, {}) and not _inherited(node[1], kind):
            known = ", ".join(sorted(FUNCTIONS.get(kind, {}))) or "none"
            raise ConditionError(f"unknown function '{node[1]}' of {kind}: it has {known}", node[3])
        return ["call", node[1], node[2]]
    if tag in ("and", "or"):
        return [tag, [_resolve(n, kind) for n in node[1]]]
    if tag == "not":
        return ["not", _resolve(node[1], kind)]
    if tag in ("set", "default"):
        return [tag, _resolve(node[1], kind)]
    if tag == "arith":
        return ["arith", node[1], _resolve(node[2], kind), _resolve(node[3], kind)]
    if tag == "in":
        left = _resolve(node[1], kind)
        spec = _spec_of(left, kind)
        return ["in", left, [_resolve(n, kind, spec) for n in node[2]]]
    left = _resolve(node[2], kind)
    return ["cmp", node[1], left, _resolve(node[3], kind, _spec_of(left, kind))]


def _inherited(name: str, kind: str) -> bool:
    return kind == "sentinel" and name in FUNCTIONS["server"]


def _spec_of(node: Node, kind: str) -> FactSpec | None:
    if node[0] == "name":
        return lookup(node[1], kind)
    if node[0] == "call":
        return FUNCTIONS[kind].get(node[1]) or FUNCTIONS["server"].get(node[1])
    return None


def _word_literal(name: str, place: int, expected: FactSpec, own: FactSpec | None) -> Node:
    """A bare word on the right of a comparison: a choice, a boolean, a fact, else a text."""
    lower = name.lower()
    if expected.choices:
        if lower in (c.lower() for c in expected.choices):
            return ["lit", "text", lower, name]
        if own is None:
            raise ConditionError(
                f"'{expected.name}' is never '{name}': one of {', '.join(expected.choices)}", place
            )
    if expected.type == "bool" and lower in BOOLEANS:
        return ["lit", "bool", BOOLEANS[lower], name]
    if own is not None:
        return ["name", name]
    if expected.type in ("text", "enum", "list", "version"):
        return ["lit", "text", name, name]
    raise ConditionError(
        f"'{name}' is neither a fact nor a literal; '{expected.name}' is a {expected.type}", place
    )


def names_in(node: Node) -> set[str]:
    """Every fact that a compiled condition asks for."""
    found: set[str] = set()
    stack = [node]
    while stack:
        current = stack.pop()
        if current and current[0] == "name":
            found.add(current[1])
        for part in current[1:]:
            if isinstance(part, list) and part and isinstance(part[0], list):
                stack.extend(part)
            elif isinstance(part, list) and part and isinstance(part[0], str):
                stack.append(part)
    return found
