"""Who binds which name: scopes of a module, collected in one walk over its tree."""

from __future__ import annotations

from collections.abc import Callable

from redislint.syntax.python import Node, Tree, named

_SKIP = frozenset(
    "string comment integer float true false none pass_statement identifier "
    "break_statement continue_statement ellipsis".split()
)


class Binding:
    """One place that binds a name.

    `kind` is import, value, function, class, parameter or other. `node` is the value, definition or
    parameter; `target` an import's qualified name. `guard` is the branch it stands in (an id; 0 for
    none), `handler` says whether that is an except clause.
    """

    __slots__ = ("guard", "handler", "kind", "node", "position", "scope", "target")

    def __init__(
        self, kind: str, node: Node, position: int, guard: int, handler: bool, target: str = ""
    ) -> None:
        self.kind = kind
        self.node = node
        self.position = position
        self.guard = guard
        self.handler = handler
        self.target = target


class Change:
    """A statement that changes a container in place; `how` is item, update, pop, augmented, …"""

    __slots__ = ("guard", "how", "node", "scope")

    def __init__(self, how: str, node: Node, scope: Scope, guard: int) -> None:
        self.how = how
        self.node = node
        self.scope = scope
        self.guard = guard


class Scope:
    """A module, class or function: names bound in it, and attributes set on `self` in a class."""

    __slots__ = ("attributes", "changes", "kind", "names", "node", "owner", "parent")

    def __init__(self, kind: str, node: Node, parent: Scope | None) -> None:
        self.kind = kind
        self.node = node
        self.parent = parent
        self.names: dict[str, list[Binding]] = {}
        self.attributes: dict[str, list[tuple[Binding, Scope]]] = {}
        self.changes: dict[str, list[Change]] = {}
        self.owner: Scope | None = parent if parent is not None and parent.kind == "class" else None

    def lookup(self, name: str) -> tuple[Scope, list[Binding]] | None:
        """The scope that binds a name seen from here, as Python looks it up."""
        scope: Scope | None = self
        first = True
        while scope is not None:
            if (first or scope.kind != "class") and name in scope.names:
                return scope, scope.names[name]
            first = False
            scope = scope.parent
        return None

    def enclosing_class(self) -> Scope | None:
        """The class whose method this is in, or None."""
        scope: Scope | None = self
        while scope is not None:
            if scope.kind == "class":
                return scope
            scope = scope.parent
        return None


class Module:
    """One module: its tree, scopes, calls and statements of interest."""

    def __init__(self, path: str, tree: Tree) -> None:
        self.path = path
        self.tree = tree
        self.top = Scope("module", tree.root, None)
        self.calls: list[tuple[Node, Scope]] = []
        self.imports: list[tuple[str, Node, int]] = []
        """(qualified name, statement, branch) of every import, in the order of the text."""
        self.awaited: set[int] = set()
        """Node ids of calls that are awaited."""
        self.scopes: dict[int, Scope] = {tree.root.id: self.top}
        """Scope of each function and class definition, by node id."""
        self.decorators: dict[int, list[Node]] = {}
        self.bodies: dict[int, object] = {}
        self.dependencies: frozenset[str] | None = None
        self.calls_by_name: dict[str, list[Node]] | None = None
        """What `bodies` has found so far."""
        _Collector(self).run()

    def text(self, node: Node) -> str:
        """The text of a node."""
        return self.tree.text(node)


MAX_NESTING = 200
"""Levels of syntax below which nothing is read."""

_Visit = tuple[Node, str, Scope, int, bool, int]
"""A node to visit: its kind, scope, branch, whether that is an except clause, and its depth."""


class _Collector:
    def __init__(self, module: Module) -> None:
        self.module = module
        self.text = module.tree.text
        self.actions: dict[str, Callable[[Node, Scope, int, bool], None] | None] = {}
        """What is done with nodes of a kind: the method of that name, where there is one."""

    def run(self) -> None:
        # An explicit stack, and no deeper than people nest: hostile input must not exhaust Python.
        root, actions = self.module.tree.root, self.actions
        stack: list[_Visit] = [(root, root.type, self.module.top, 0, False, 0)]
        while stack:
            node, kind, scope, guard, handler, depth = stack.pop()
            if depth > MAX_NESTING:
                continue
            depth += 1
            if kind in ("function_definition", "lambda"):
                inner = self._function(node, scope, guard, handler)
                body = node.child_by_field_name("body")
                if body is not None:
                    stack.append((body, body.type, inner, 0, False, depth))
                parameters = node.child_by_field_name("parameters")
                if parameters is not None:
                    stack.append((parameters, parameters.type, scope, guard, handler, depth))
                continue
            if kind == "class_definition":
                inner = Scope("class", node, scope)
                self.module.scopes[node.id] = inner
                self._bind(scope, node.child_by_field_name("name"), "class", node, guard, handler)
                body = node.child_by_field_name("body")
                if body is not None:
                    stack.append((body, body.type, inner, 0, False, depth))
                continue
            if kind not in actions:
                actions[kind] = getattr(self, "_" + kind, None)
            action = actions[kind]
            if action is not None:
                action(node, scope, guard, handler)
            if kind in ("if_statement", "try_statement", "while_statement", "for_statement",
                        "match_statement"):  # fmt: skip
                self._branches(node, scope, depth, stack)
                continue
            for child in reversed(node.named_children):
                kind = child.type
                if kind not in _SKIP:
                    stack.append((child, kind, scope, guard, handler, depth))

    def _branches(self, node: Node, scope: Scope, depth: int, stack: list[_Visit]) -> None:
        for child in reversed(node.named_children):
            kind = child.type
            if kind in _SKIP:
                continue
            in_handler = kind in ("except_clause", "except_group_clause")
            inside = kind in (
                "block", "elif_clause", "else_clause", "except_clause", "except_group_clause",
                "case_clause",
            )  # fmt: skip
            guard = child.start_byte + 1 if inside else 0
            stack.append((child, kind, scope, guard, in_handler, depth))

    def _bind(
        self, scope: Scope, name: Node | None, kind: str, node: Node, guard: int, handler: bool,
        target: str = "",
    ) -> None:  # fmt: skip
        if name is None:
            return
        binding = Binding(kind, node, name.start_byte, guard, handler, target)
        scope.names.setdefault(self.text(name), []).append(binding)

    def _function(self, node: Node, scope: Scope, guard: int, handler: bool) -> Scope:
        inner = Scope("function", node, scope)
        self.module.scopes[node.id] = inner
        self._bind(scope, node.child_by_field_name("name"), "function", node, guard, handler)
        parameters = node.child_by_field_name("parameters")
        for child in named(parameters) if parameters is not None else []:
            name = child
            if child.type in ("default_parameter", "typed_default_parameter"):
                name = child.child_by_field_name("name")
            elif child.type == "typed_parameter":
                name = child.named_children[0]
            if name is not None and name.type in ("list_splat_pattern", "dictionary_splat_pattern"):
                name = name.named_children[0] if name.named_children else None
            if name is not None and name.type == "identifier":
                self._bind(inner, name, "parameter", child, 0, False)
        return inner

    def _decorated_definition(self, node: Node, scope: Scope, guard: int, handler: bool) -> None:
        definition = node.child_by_field_name("definition")
        if definition is not None:
            self.module.decorators[definition.id] = [
                c for c in node.named_children if c.type == "decorator"
            ]

    def _await(self, node: Node, scope: Scope, guard: int, handler: bool) -> None:
        self.module.awaited.update(child.id for child in node.named_children)

    def _call(self, node: Node, scope: Scope, guard: int, handler: bool) -> None:
        self.module.calls.append((node, scope))
        function = node.child_by_field_name("function")
        if function is not None and function.type == "attribute":
            name = function.child_by_field_name("attribute")
            held = function.child_by_field_name("object")
            if name is not None and held is not None and held.type == "identifier":
                method = self.text(name)
                if method in ("update", "setdefault", "pop", "append", "extend"):
                    self._change(scope, self.text(held), method, node, guard)

    def _change(self, scope: Scope, name: str, how: str, node: Node, guard: int) -> None:
        found = scope.lookup(name)
        changes = (found[0] if found else scope).changes
        changes.setdefault(name, []).append(Change(how, node, scope, guard))

    def _assignment(self, node: Node, scope: Scope, guard: int, handler: bool) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None:
            return
        if left.type == "subscript":
            held = left.child_by_field_name("value")
            if held is not None and right is not None and held.type in ("identifier", "attribute"):
                self._change(scope, self.text(held), "item", node, guard)
            return
        if right is None:
            if node.child_by_field_name("type") is not None and scope.kind == "class":
                self._bind(scope, left, "other", node, guard, handler)
            return
        self._target(left, right, scope, guard, handler)

    def _target(self, left: Node, right: Node, scope: Scope, guard: int, handler: bool) -> None:
        if left.type == "identifier":
            self._bind(scope, left, "value", right, guard, handler)
        elif left.type == "attribute":
            held = left.child_by_field_name("object")
            name = left.child_by_field_name("attribute")
            owner = scope.enclosing_class()
            if held is None or name is None:
                return
            if (
                owner is not None
                and held.type == "identifier"
                and self.text(held) in ("self", "cls")
            ):
                binding = Binding("value", right, left.start_byte, guard, handler)
                owner.attributes.setdefault(self.text(name), []).append((binding, scope))
            else:
                self._change(scope, self.text(held), "attribute", left.parent, guard)
        elif left.type in ("pattern_list", "tuple_pattern", "list_pattern"):
            targets = named(left)
            values = named(right) if right.type in ("expression_list", "tuple", "list") else []
            for index, target in enumerate(targets):
                if len(values) == len(targets):
                    self._target(target, values[index], scope, guard, handler)
                elif target.type == "identifier":
                    self._bind(scope, target, "other", right, guard, handler)

    def _augmented_assignment(self, node: Node, scope: Scope, guard: int, handler: bool) -> None:
        left = node.child_by_field_name("left")
        if left is not None and left.type == "identifier":
            self._change(scope, self.text(left), "augmented", node, guard)

    def _named_expression(self, node: Node, scope: Scope, guard: int, handler: bool) -> None:
        value = node.child_by_field_name("value")
        if value is not None:
            self._bind(scope, node.child_by_field_name("name"), "value", value, guard, handler)

    def _for_statement(self, node: Node, scope: Scope, guard: int, handler: bool) -> None:
        left = node.child_by_field_name("left")
        if left is not None:
            for name in [left, *named(left)]:
                if name.type == "identifier":
                    self._bind(scope, name, "other", node, guard, handler)

    def _as_pattern(self, node: Node, scope: Scope, guard: int, handler: bool) -> None:
        children = named(node)
        if len(children) < 2 or children[-1].type != "as_pattern_target":
            return
        name = children[-1].named_children[0] if children[-1].named_children else None
        if name is not None and name.type == "identifier":
            self._bind(scope, name, "value", children[0], guard, handler)

    def _global_statement(self, node: Node, scope: Scope, guard: int, handler: bool) -> None:
        # Later bindings in this function are the module's: share one list.
        for name in named(node):
            text = self.text(name)
            shared = self.module.top.names.setdefault(text, [])
            shared += scope.names.get(text, [])
            scope.names[text] = shared

    def _import_statement(self, node: Node, scope: Scope, guard: int, handler: bool) -> None:
        for child in named(node):
            if child.type == "dotted_name":
                full = self.text(child)
                head = child.named_children[0]
                self.module.imports.append((full, node, guard))
                self._bind(scope, head, "import", node, guard, handler, self.text(head))
            elif child.type == "aliased_import":
                full = self.text(child.child_by_field_name("name"))
                self.module.imports.append((full, node, guard))
                alias = child.child_by_field_name("alias")
                self._bind(scope, alias, "import", node, guard, handler, full)

    def _import_from_statement(self, node: Node, scope: Scope, guard: int, handler: bool) -> None:
        origin = node.child_by_field_name("module_name")
        if origin is None:
            return
        base = self.text(origin)
        prefix = base if base.endswith(".") else base + "."
        for child in node.children_by_field_name("name"):
            if child.type == "dotted_name":
                full = prefix + self.text(child)
                self._bind(scope, child, "import", node, guard, handler, full)
            else:
                full = prefix + self.text(child.child_by_field_name("name"))
                alias = child.child_by_field_name("alias")
                self._bind(scope, alias, "import", node, guard, handler, full)
            self.module.imports.append((full, node, guard))
