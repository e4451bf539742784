"""Follow expressions to what they stand for, without running anything.

Names are looked up as Python does; a name that is bound in two branches to different things is
unknown. Functions of the module are entered with the arguments of their call, a few levels deep.
"""

from __future__ import annotations

from typing import Protocol

from redislint.readers.pyclient import attributes, calls
from redislint.readers.pyclient.arguments import arguments, update_of
from redislint.readers.pyclient.merge import either, perhaps
from redislint.readers.pyclient.names import Made
from redislint.readers.pyclient.scopes import Binding, Module, Scope
from redislint.readers.pyclient.things import (
    HANDED_IN,
    Class,
    Entry,
    File,
    Function,
    Ref,
    Scalar,
    Series,
    Table,
    Thing,
    known,
    unknown,
)
from redislint.source import Span
from redislint.syntax.python import Node, named, string_parts

MAX_DEPTH = 24
"""Expressions nested or chained deeper are unknown."""

MAX_STEPS = 200_000
"""Steps one file may take; past them everything is unknown."""

MAX_TEXT = 20_000
"""Longer texts are no option of a client."""

MAX_CHANGES = 200
"""A container that is changed in more places is data."""

ENVIRONMENT = frozenset(["os.environ", "os.environb"])


class Finder(Protocol):
    """Finds modules of the repository; readers give one."""

    def __call__(self, asker: Module, target: str) -> Module | None:
        """The module that an import of another one names."""

    def django(self) -> list[Module]:
        """The modules that hold the Django project's settings."""

    def dependencies(self) -> frozenset[str]:
        """The functions that modules of the repository have FastAPI call for them."""

    def takers(self, path: str, name: str) -> int:
        """How often other modules call a function of a module for a value they let go of."""


class Evaluator:
    """Follows expressions of one module; `load` finds the module of an import in the repository."""

    def __init__(self, module: Module, load: Finder) -> None:
        self.module = module
        self.load = load
        self.memo: dict[int, Thing] = {}
        self.frames: list[tuple[int, dict[str, Thing]]] = []
        """(function node id, arguments) of the functions being entered."""
        self.depth = 0
        self.steps = 0
        self.foreign: dict[str, Evaluator] = {}

    def other(self, module: Module) -> Evaluator:
        """The evaluator of another module of the repository."""
        if module is self.module:
            return self
        found = self.foreign.get(module.path)
        if found is None:
            found = Evaluator(module, self.load)
            found.foreign = self.foreign
            found.depth = self.depth
            self.foreign[module.path] = found
        return found

    def eval(self, node: Node | None, scope: Scope) -> Thing:
        """What an expression stands for."""
        if node is None:
            return unknown("is missing")
        key = node.id
        if not self.frames and key in self.memo:
            return self.memo[key]
        self.steps += 1
        if self.depth >= MAX_DEPTH or self.steps > MAX_STEPS:
            return unknown("is too deep to follow", self.module.tree.span(node))
        self.depth += 1
        if not self.frames:
            self.memo[key] = unknown("refers to itself", self.module.tree.span(node))
        try:
            method = getattr(self, "_" + node.type, None)
            thing: Thing = (
                method(node, scope)
                if method is not None
                else unknown("is computed when the program runs", self.module.tree.span(node))
            )
        finally:
            self.depth -= 1
        if not self.frames:
            self.memo[key] = thing
        return thing

    # literals

    def _span(self, node: Node) -> Span:
        return self.module.tree.span(node)

    def _integer(self, node: Node, scope: Scope) -> Thing:
        text = self.module.text(node).replace("_", "")
        try:
            return known(int(text, 0) if len(text) < 40 else 0, self._span(node))
        except ValueError:
            return unknown("is no number redislint reads", self._span(node))

    def _float(self, node: Node, scope: Scope) -> Thing:
        try:
            return known(float(self.module.text(node).replace("_", "")), self._span(node))
        except ValueError:
            return unknown("is no number redislint reads", self._span(node))

    def _true(self, node: Node, scope: Scope) -> Thing:
        return known(True, self._span(node))

    def _false(self, node: Node, scope: Scope) -> Thing:
        return known(False, self._span(node))

    def _none(self, node: Node, scope: Scope) -> Thing:
        return known(None, self._span(node))

    def _string(self, node: Node, scope: Scope) -> Thing:
        parts = string_parts(self.module.tree, node)
        out = ""
        complete = True
        for part in parts:
            if isinstance(part, str):
                out += part
                continue
            inner = self.eval(part.named_children[0] if part.named_children else None, scope)
            if isinstance(inner, Scalar) and inner.value.known:
                out += str(inner.value.value)
            else:
                complete = False
                template = inner.text if isinstance(inner, Scalar) else None
                out += template if template is not None else "\0"
        span = self._span(node)
        if len(out) > MAX_TEXT:
            return unknown("is too long to follow", span)
        if complete:
            return known(out, span)
        return unknown("holds parts that are computed", span, template=out)

    def _concatenated_string(self, node: Node, scope: Scope) -> Thing:
        return self._join([self.eval(c, scope) for c in named(node)], node)

    def _join(self, things: list[Thing], node: Node) -> Thing:
        texts = [t.text if isinstance(t, Scalar) else None for t in things]
        span = self._span(node)
        out = "".join("\0" if t is None else t for t in texts)
        if len(out) > MAX_TEXT:
            return unknown("is too long to follow", span)
        if "\0" not in out:
            return known(out, span)
        return unknown("holds parts that are computed", span, template=out)

    def _dictionary(self, node: Node, scope: Scope) -> Thing:
        table = Table(self._span(node))
        for child in named(node):
            if child.type == "pair":
                key = self.eval(child.child_by_field_name("key"), scope)
                value = child.child_by_field_name("value")
                if isinstance(key, Scalar) and key.value.known:
                    table.entries[str(key.value.value)] = Entry(
                        self.eval(value, scope), self._span(child)
                    )
                else:
                    table.open_why = "a key is computed"
            elif child.type == "dictionary_splat" and child.named_children:
                table.merge(self.eval(child.named_children[0], scope))
        return table

    def _list(self, node: Node, scope: Scope) -> Thing:
        items: list[Thing] = []
        open_why = ""
        for child in named(node):
            if child.type == "list_splat":
                inner = self.eval(child.named_children[0], scope)
                if isinstance(inner, Series):
                    items += inner.items
                    open_why = open_why or inner.open_why
                else:
                    open_why = "items come from elsewhere"
            else:
                items.append(self.eval(child, scope))
        return Series(items, self._span(node), open_why)

    _tuple = _set = _expression_list = _list

    def _list_comprehension(self, node: Node, scope: Scope) -> Thing:
        body = node.child_by_field_name("body")
        item = self.eval(body, scope)
        return Series([item], self._span(node), "items are computed")

    _generator_expression = _set_comprehension = _list_comprehension

    def _parenthesized_expression(self, node: Node, scope: Scope) -> Thing:
        inner = named(node)
        return self.eval(inner[0] if inner else None, scope)

    def _await(self, node: Node, scope: Scope) -> Thing:
        inner = named(node)
        return self.eval(inner[0] if inner else None, scope)

    _type = _await

    def _named_expression(self, node: Node, scope: Scope) -> Thing:
        return self.eval(node.child_by_field_name("value"), scope)

    def _conditional_expression(self, node: Node, scope: Scope) -> Thing:
        parts = named(node)
        if len(parts) != 3:
            return unknown("could not be read", self._span(node))
        return either(self.eval(parts[0], scope), self.eval(parts[2], scope), self._span(node))

    def _boolean_operator(self, node: Node, scope: Scope) -> Thing:
        left = self.eval(node.child_by_field_name("left"), scope)
        right = self.eval(node.child_by_field_name("right"), scope)
        operator = node.child_by_field_name("operator")
        is_or = operator is not None and operator.type == "or"
        if isinstance(left, Scalar) and left.value.known:
            return left if bool(left.value.value) == is_or else right
        if isinstance(left, (Made, Table, Series)) and is_or:
            return left if not isinstance(left, Table) or left.entries else right
        if is_or and isinstance(left, Scalar) and isinstance(right, Scalar):
            hint = right.value.value if right.value.known else right.hint
            return unknown(left.value.why, self._span(node), hint=hint, source=left.source)
        if is_or and isinstance(right, Made):
            return right
        return unknown("hangs on what happens when the program runs", self._span(node))

    def _not_operator(self, node: Node, scope: Scope) -> Thing:
        inner = self.eval(node.child_by_field_name("argument"), scope)
        if isinstance(inner, Scalar) and inner.value.known:
            return known(not inner.value.value, self._span(node))
        return unknown("hangs on what happens when the program runs", self._span(node))

    def _unary_operator(self, node: Node, scope: Scope) -> Thing:
        inner = self.eval(node.child_by_field_name("argument"), scope)
        if isinstance(inner, Scalar) and isinstance(inner.value.value, int | float):
            minus = self.module.text(node).startswith("-")
            return known(-inner.value.value if minus else inner.value.value, self._span(node))
        return unknown("is computed", self._span(node))

    def _binary_operator(self, node: Node, scope: Scope) -> Thing:
        left = self.eval(node.child_by_field_name("left"), scope)
        right = self.eval(node.child_by_field_name("right"), scope)
        operator = node.child_by_field_name("operator")
        return attributes.binary(self, left, operator.type if operator else "", right, node)

    # names

    def _identifier(self, node: Node, scope: Scope) -> Thing:
        name = self.module.text(node)
        found = scope.lookup(name)
        if found is None:
            return (
                Ref("builtins." + name)
                if name in attributes.BUILTINS
                else unknown(f"'{name}' is not set in this file", self._span(node))
            )
        return self.bound(name, found[0], found[1], node, _at_module_level(scope))

    def bound(
        self, name: str, owner: Scope, bindings: list[Binding], use: Node, local: bool
    ) -> Thing:
        """What a name stands for where it is used; `local` where that runs with the module."""
        if not bindings:  # only a `global` statement names it
            return unknown(f"'{name}' is not set in this file", self._span(use))
        usable = [b for b in bindings if not (b.handler and self._is_empty(b))] or bindings
        if owner.kind != "module" or local:
            before = [b for b in usable if b.position < use.start_byte]
            usable = before or usable
        # The last unconditional binding hides those before it.
        plain = [i for i, b in enumerate(usable) if not b.guard]
        if plain:
            usable = usable[plain[-1] :]
        real = [b for b in usable if not self._is_empty(b)]
        usable = real or usable
        things = [self._binding(name, b, owner) for b in usable[-6:]]
        thing = things[0]
        for other in things[1:]:
            thing = either(thing, other, self._span(use))
        if isinstance(thing, Table | Series) and name in owner.changes:
            thing = self._changed(name, thing, owner, use)
        elif isinstance(thing, Scalar) and any(
            change.how == "augmented" for change in owner.changes.get(name, ())
        ):
            return unknown(f"'{name}' is changed in place", self._span(use))
        return thing

    def _is_empty(self, binding: Binding) -> bool:
        return binding.kind == "value" and binding.node.type == "none"

    def _binding(self, name: str, binding: Binding, owner: Scope) -> Thing:
        if binding.kind == "value":
            return self.eval(binding.node, owner)
        if binding.kind == "import":
            return self.imported(binding.target)
        if binding.kind == "function":
            inner = owner if owner.kind == "class" else None
            owner_class = Class(self.module, inner.node, inner) if inner is not None else None
            return Function(self.module, binding.node, owner, owner_class)
        if binding.kind == "class":
            scope = self.module.scopes.get(binding.node.id)
            return Class(self.module, binding.node, scope) if scope else unknown("is a class")
        if binding.kind == "parameter":
            return self._parameter(name, binding, owner)
        return unknown(f"'{name}' is set when the program runs", self._span(binding.node))

    def _parameter(self, name: str, binding: Binding, owner: Scope) -> Thing:
        for function, frame in reversed(self.frames):
            if function == owner.node.id and name in frame:
                return frame[name]
        span = self._span(binding.node)
        hint: object = None
        if binding.node.type in ("default_parameter", "typed_default_parameter"):
            given = self.eval(binding.node.child_by_field_name("value"), owner.parent or owner)
            if isinstance(given, Scalar) and given.value.known:
                hint = given.value.value
        return unknown(f"comes in as parameter '{name}'", span, hint=hint, source="parameter")

    def imported(self, target: str) -> Thing:
        """What an imported name stands for: a package's name, or a thing of this repository."""
        head = target.lstrip(".").split(".")[0]
        if not target.startswith(".") and head in attributes.FOREIGN:
            return Ref(target)
        if self.depth < MAX_DEPTH - 4:
            module = self.load(self.module, target)
            if module is not None:
                return File(module)
            base, _, name = target.rpartition(".")
            module = self.load(self.module, base or ".") if base or target.startswith(".") else None
            if module is not None:
                return self.other(module).member(name)
        return Ref(target)

    def member(self, name: str) -> Thing:
        """What a name of this module stands for after the module has been imported."""
        bindings = self.module.top.names.get(name)
        if bindings is None:
            return unknown(f"'{name}' is not set in {self.module.path}")
        self.depth += 1
        try:
            return self.bound(name, self.module.top, bindings, self.module.tree.root, False)
        finally:
            self.depth -= 1

    def _changed(self, name: str, thing: Table | Series, owner: Scope, use: Node) -> Thing:
        """A container after `name["k"] = v`, `.update()`, `|=`, `.append()` that stand before."""
        table = (
            thing.copy()
            if isinstance(thing, Table)
            else Series(list(thing.items), thing.span, thing.open_why)
        )
        if len(owner.changes[name]) > MAX_CHANGES:
            table.open_why = "is changed in many places"
            return table
        for change in owner.changes[name]:
            how, node, scope = change.how, change.node, change.scope
            if scope is owner and node.start_byte > use.start_byte > 0:
                continue
            if isinstance(table, Series):
                table.open_why = "items are added"
                if how == "append":
                    given = arguments(self, node, scope)
                    table.items += [e.thing for e in given.positional]
                continue
            guarded = bool(change.guard) or scope is not owner
            if how == "item":
                left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
                key = self.eval(left.child_by_field_name("subscript"), scope)
                if isinstance(key, Scalar) and key.value.known:
                    value = self.eval(right, scope)
                    if guarded:
                        value = perhaps(self.module, key.value.value, value, node)
                    table.entries[str(key.value.value)] = Entry(value, self._span(node))
                else:
                    table.open_why = "a key is computed"
            elif how in ("update", "setdefault", "augmented"):
                other = update_of(self, how, node, scope)
                if guarded:
                    for key_name, entry in other.entries.items():
                        held = perhaps(self.module, key_name, entry.thing, node)
                        table.entries[key_name] = Entry(held, entry.span)
                    table.open_why = table.open_why or other.open_why
                elif how == "setdefault":
                    for key_name, entry in other.entries.items():
                        table.entries.setdefault(key_name, entry)
                else:
                    table.merge(other)
            elif how == "pop":
                given = arguments(self, node, scope)
                first = given.positional[0].thing if given.positional else None
                if isinstance(first, Scalar) and first.value.known:
                    table.entries.pop(str(first.value.value), None)
        return table

    def _attribute(self, node: Node, scope: Scope) -> Thing:
        held = node.child_by_field_name("object")
        name_node = node.child_by_field_name("attribute")
        name = self.module.text(name_node) if name_node is not None else ""
        if (
            held is not None
            and held.type == "identifier"
            and self.module.text(held) in ("self", "cls")
        ):
            owner = scope.enclosing_class()
            if owner is not None:
                return self.attribute_of_class(Class(self.module, owner.node, owner), name, node)
        return attributes.attribute(self, self.eval(held, scope), name, node)

    def attribute_of_class(self, of: Class, name: str, use: Node | None) -> Thing:
        """What `self.name` stands for in a class: set on self anywhere, in its body, or in a base."""
        found = of.scope.attributes.get(name, [])
        real = [(b, s) for b, s in found if not self._is_empty(b)] or found
        if real:
            thing = self.eval(real[0][0].node, real[0][1])
            for binding, scope in real[1:4]:
                thing = either(thing, self.eval(binding.node, scope), None)
            return thing
        bindings = of.scope.names.get(name)
        if bindings:
            return calls.got(self, self._binding(name, bindings[-1], of.scope), use)
        for base in attributes.bases(self, of):
            if isinstance(base, Class) and self.depth < MAX_DEPTH:
                self.depth += 1
                try:
                    return self.other(base.module).attribute_of_class(base, name, None)
                finally:
                    self.depth -= 1
        span = self._span(use) if use is not None else None
        return unknown(f"'{name}' is not set in this file", span)

    def _subscript(self, node: Node, scope: Scope) -> Thing:
        held = self.eval(node.child_by_field_name("value"), scope)
        keys = node.children_by_field_name("subscript")
        key = self.eval(keys[0], scope) if keys else unknown("is missing")
        span = self._span(node)
        if isinstance(key, Scalar) and key.value.known:
            if isinstance(held, Table):
                entry = held.get(str(key.value.value))
                if entry is not None:
                    return entry
            index = key.value.value
            if (
                isinstance(held, Series)
                and not held.open_why
                and isinstance(index, int)
                and -len(held.items) <= index < len(held.items)
            ):
                return held.items[index]
            if isinstance(held, Ref) and held.name in ENVIRONMENT:
                return unknown(
                    f"comes from the environment variable {key.value.value}", span,
                    source="environment",
                )  # fmt: skip
        if isinstance(held, Ref) and held.name == "sys.argv":
            return unknown("comes from the command line", span, source="argv")
        if isinstance(held, Ref) and isinstance(key, Ref | Scalar):
            return unknown("comes from elsewhere", span)
        if isinstance(held, Scalar) and held.source in HANDED_IN:
            return unknown("is a part of what is handed in", span, source="handed-in")
        return unknown("is computed when the program runs", span)

    def _call(self, node: Node, scope: Scope) -> Thing:
        return calls.call(self, node, scope)

    def _lambda(self, node: Node, scope: Scope) -> Thing:
        return Function(self.module, node, scope)


def _at_module_level(scope: Scope) -> bool:
    """Whether code of a scope runs while its module is imported."""
    current: Scope | None = scope
    while current is not None:
        if current.kind == "function":
            return False
        current = current.parent
    return True
