"""One module → its subjects: the order in which everything of this package is asked."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from redislint.model.subject import Subject
from redislint.readers.pyclient import settings, traps, uses
from redislint.readers.pyclient.build import Built, build
from redislint.readers.pyclient.context import context_of
from redislint.readers.pyclient.evaluate import Evaluator
from redislint.readers.pyclient.names import PACKAGES, Made
from redislint.readers.pyclient.scopes import Module, Scope
from redislint.readers.pyclient.things import Function, Scalar, Thing
from redislint.source import Source
from redislint.syntax.python import Node, parse

if TYPE_CHECKING:
    from redislint.readers import Context

MAX_IMPORTED = 24
"""Modules of the repository that one module's names may lead to."""


_MENTIONS = re.compile(r"(?i)redis|valkey|cluster|host")
"""A module without any of these has nothing to say about a client."""


class Loader:
    """Finds modules of the repository by import name; every module once."""

    def __init__(self, context: Context, module: Module) -> None:
        self.context = context
        self.modules: dict[str, Module | None] = {module.path: module}
        self._settings: list[Module] | None = None
        self._found: dict[tuple[str, str], Module | None] = {}

    def __call__(self, asker: Module, target: str) -> Module | None:
        """The module that an import of another one names; None where it is not in the repository."""
        key = (asker.path, target)
        if key not in self._found:
            self._found[key] = self._search(asker, target)
        return self._found[key]

    def _search(self, asker: Module, target: str) -> Module | None:
        folder = posixpath.dirname(asker.path)
        dots = len(target) - len(target.lstrip("."))
        parts = [p for p in target.lstrip(".").split(".") if p]
        bases: list[str] = []
        if dots:
            for _ in range(dots - 1):
                folder = posixpath.dirname(folder)
            bases = [folder]
        else:
            while True:
                bases.append(folder)
                if not folder:
                    break
                folder = posixpath.dirname(folder)
            bases.append("src")
        for base in bases:
            stem = posixpath.join(base, *parts) if parts else base
            for path in (stem + ".py", posixpath.join(stem, "__init__.py")):
                found = self._load(path)
                if found is not None:
                    return found
        return None

    def django(self) -> list[Module]:
        """The settings modules of the repository, defaults and base first."""
        if self._settings is None:
            paths = [p for p in self.context.glob("*settings*.py") if "test" not in p.lower()]
            order = ("base", "defaults", "common", "settings", "__init__", "production", "prod")
            stems = {p: posixpath.basename(p).removesuffix(".py") for p in paths}
            paths = [p for p in paths if stems[p] in order]
            paths.sort(key=lambda p: (order.index(stems[p]), p))
            found = [self._load(p) for p in paths[:8]]
            self._settings = [m for m in found if m is not None]
        return self._settings

    def _load(self, path: str) -> Module | None:
        if path in self.modules:
            return self.modules[path]
        if len(self.modules) > MAX_IMPORTED * 8:
            return None
        read = sum(1 for m in self.modules.values() if m is not None)
        source = self.context.find(path) if read <= MAX_IMPORTED and path.strip("/.py") else None
        module = None
        if source is not None and len(source.text) < 400_000 and _MENTIONS.search(source.text):
            module = Module(path, parse(source))
        self.modules[path] = module
        return module


def read_module(source: Source, context: Context) -> list[Subject]:
    """Every subject of a module."""
    module = Module(source.path, parse(source))
    evaluator = Evaluator(module, Loader(context, module))
    kind = context_of(source.path, [name for name, _ in module.imports])
    found: dict[int, Built] = {}
    made = _constructions(evaluator)
    consumed = _consumed(made)
    for item in made:
        if item.call in consumed or item.call in found:
            continue
        found[item.call] = build(item, kind, label(evaluator, item))
    subjects: list[Subject] = [b.client for b in found.values()]
    subjects += settings.read(evaluator, kind)
    subjects += traps.of_module(evaluator, kind)
    for built in found.values():
        subjects += traps.of_client(evaluator, built, kind)
    subjects += uses.read(evaluator, found, kind)
    return subjects


def label(evaluator: Evaluator, made: Made) -> str:
    """How users call the construction: the text of its callee and the name it is bound to."""
    node: Node = made.node
    function = node.child_by_field_name("function")
    text = evaluator.module.text(function) if function is not None else made.kind.name
    text = " ".join(text.split())
    return f"{text}()" if len(text) <= 60 else f"{made.kind.name}()"


def _constructions(evaluator: Evaluator) -> list[Made]:
    """Every client, pool and Sentinel that the module makes, in the order of the text.

    A factory whose parameters decide the options is read once for each of its calls here.
    """
    found: dict[int, Made] = {}
    factories: dict[int, list[Made]] = {}
    calls_of: dict[int, list[Made]] = {}
    for node, scope in evaluator.module.calls:
        if not _may_construct(evaluator, node, scope):
            continue
        thing = evaluator.eval(node, scope)
        if not isinstance(thing, Made) or thing.span.source is not evaluator.module.tree.source:
            continue
        if thing.kind.role in ("retry", "node", "backoff", "class"):
            continue
        if thing.call == node.id:
            found[node.id] = thing
            function = _function_of(scope)
            if function is not None and _hangs_on_parameters(thing):
                factories.setdefault(function.node.id, []).append(thing)
            continue
        function_thing = evaluator.eval(node.child_by_field_name("function"), scope)
        if isinstance(function_thing, Function) and function_thing.module is evaluator.module:
            calls_of.setdefault(function_thing.node.id, []).append(_moved(thing, node, evaluator))
    for function_id, made in factories.items():
        called = calls_of.get(function_id, [])
        if called:
            for item in made:
                found.pop(item.call, None)
            for item in called:
                found[item.call] = item
    return sorted(found.values(), key=lambda m: m.span.start)


def _may_construct(evaluator: Evaluator, node: Node, scope: Scope) -> bool:
    """Whether a call can make a client here: what is imported from elsewhere makes it there."""
    root = node.child_by_field_name("function")
    while root is not None and root.type in ("attribute", "call", "subscript"):
        field = {"attribute": "object", "call": "function", "subscript": "value"}[root.type]
        root = root.child_by_field_name(field)
    if root is None or root.type != "identifier":
        return root is not None and root.type not in ("string", "concatenated_string")
    found = scope.lookup(evaluator.module.text(root))
    if found is None:
        return evaluator.module.text(root) in ("self", "cls")
    return any(b.kind != "import" or b.target.split(".")[0] in _MAKERS for b in found[1])


_MAKERS = frozenset([*PACKAGES, "functools", "dependency_injector"])


def _moved(made: Made, node: Node, evaluator: Evaluator) -> Made:
    """The construction inside a factory as if it stood at the factory's call."""
    other = Made(made.kind, node.id, evaluator.module.tree.span(node))
    other.node = node
    other.options = made.options
    other.url = made.url
    other.base = made.base
    other.through = made.through
    other.open_why = made.open_why
    other.missed = made.missed
    return other


def _function_of(scope: Scope) -> Scope | None:
    current: Scope | None = scope
    while current is not None and current.kind != "function":
        current = current.parent
    return current


def _hangs_on_parameters(made: Made) -> bool:
    things: list[Thing] = [e.thing for e in made.options.entries.values()]
    if made.url is not None:
        things.append(made.url.thing)
    if any(isinstance(t, Scalar) and t.source == "parameter" for t in things):
        return True
    return "parameter" in made.open_why


def _consumed(made: list[Made]) -> set[int]:
    """Pools and Sentinels that another construction uses: they are no client of their own."""
    used: set[int] = set()
    for item in made:
        entry = item.options.entries.get("connection_pool")
        if entry is not None and isinstance(entry.thing, Made):
            used.add(entry.thing.call)
        if item.base is not None:
            used.add(item.base.call)
    return used
