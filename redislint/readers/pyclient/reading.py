"""One module → its subjects: the order in which everything of this package is asked."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from redislint.model.subject import Subject
from redislint.readers.pyclient import bodies, hazards, settings, traps, uses
from redislint.readers.pyclient.build import Built, build
from redislint.readers.pyclient.context import context_of
from redislint.readers.pyclient.evaluate import Evaluator
from redislint.readers.pyclient.names import CONSTRUCTORS, Made
from redislint.readers.pyclient.scopes import Module, Scope
from redislint.readers.pyclient.things import Function, Scalar, Thing
from redislint.source import Source
from redislint.syntax.python import Node, parse

if TYPE_CHECKING:
    from redislint.readers import Context

MAX_IMPORTED = 24
"""Modules of the repository that one module's names may lead to."""


_MENTIONS = re.compile(r"(?i)redis|valkey|cluster|host|broker_")
"""A module without any of these has nothing to say about a client."""


_OWN_CONNECTION = re.compile(r"single_connection_client|\.pubsub\(")
"""Without one of these nothing holds a connection of its own through a fork."""


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
                above = posixpath.dirname(folder)
                if above == folder or len(bases) > 30:
                    break
                folder = above
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

    def dependencies(self) -> frozenset[str]:
        """The functions that modules of the repository have FastAPI call for them."""
        return bodies.dependencies_of_all(self.context)

    def takers(self, path: str, name: str) -> int:
        """How often other modules call a function of a module for a value they let go of."""
        stem = path.rsplit("/", 1)[-1].removesuffix(".py")
        return bodies.takers_of_all(self.context).get((stem, name), 0)

    def _load(self, path: str) -> Module | None:
        if path in self.modules:
            return self.modules[path]
        if len(self.modules) > MAX_IMPORTED * 8:
            return None
        read = sum(1 for m in self.modules.values() if m is not None)
        source = self.context.find(path) if read <= MAX_IMPORTED and path.strip("/.py") else None
        module = None
        if source is not None and len(source.text) < 400_000 and _MENTIONS.search(source.text):
            module = _parsed(source)
        self.modules[path] = module
        return module


_recent: dict[int, tuple[Source, Module]] = {}
"""Modules that others import, by the identity of their source: parsed once for many readers."""


def _parsed(source: Source) -> Module:
    held = _recent.pop(id(source), None)
    if held is None or held[0] is not source:
        held = (source, Module(source.path, parse(source)))
        while len(_recent) >= 40:
            _recent.pop(next(iter(_recent)))
    _recent[id(source)] = held
    return held[1]


def read_module(source: Source, context: Context) -> list[Subject]:
    """Every subject of a module."""
    module = Module(source.path, parse(source))
    evaluator = Evaluator(module, Loader(context, module))
    kind = context_of(source.within, [name for name, _, _ in module.imports])
    found: dict[int, Built] = {}
    made = _constructions(evaluator)
    consumed = _consumed(made)
    for item in made:
        if item.call in consumed or item.call in found:
            continue
        found[item.call] = build(item, kind, label(evaluator, item))
    subjects: list[Subject] = [b.client for b in found.values()]
    subjects += settings.read(evaluator, kind, found)
    subjects += traps.of_module(evaluator, kind)
    for built in found.values():
        subjects += traps.of_client(evaluator, built, kind)
    subjects += uses.read(evaluator, found, kind)
    subjects += hazards.read(evaluator, found, kind)
    if _OWN_CONNECTION.search(source.text):
        from redislint.readers.pyclient import forks

        subjects += forks.read(evaluator, found, kind)
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
    calls_of: dict[int, list[tuple[Made, Node]]] = {}
    makers = _makers(evaluator.module)
    for node, scope in evaluator.module.calls:
        if _callee(evaluator.module, node) not in makers:
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
            calls_of.setdefault(function_thing.node.id, []).append((thing, node))
    for function_id, made in factories.items():
        called = calls_of.get(function_id, [])
        if called and not any(_takes_options(item) for item in made):
            # The options stand in the factory: what is wrong with them is said there, once.
            if len(called) == 1 and called[0][0].call in found:
                found[called[0][0].call] = called[0][0]
            continue
        if called:
            for item in made:
                found.pop(item.call, None)
            for thing, node in called:
                moved = _moved(thing, node, evaluator)
                found[moved.call] = moved
    return sorted(found.values(), key=lambda m: m.span.start)


def _makers(module: Module) -> set[str]:
    """Names whose call may make a client here: constructors, and what leads to one in this file.

    Functions around a constructor, classes derived from a client, aliases and partials count; what
    is imported from elsewhere makes its clients there.
    """
    names = {*CONSTRUCTORS, "from_url", "master_for", "slave_for"}
    aliases: list[tuple[str, str]] = []
    for scope in module.scopes.values():
        for name, bindings in scope.names.items():
            for binding in bindings:
                if binding.kind == "import" and binding.target.rsplit(".", 1)[-1] in names:
                    names.add(name)
                elif binding.kind == "value" and binding.node.type in _ALIASING:
                    aliases.append((name, module.text(binding.node)))
                elif binding.kind == "class":
                    bases = binding.node.child_by_field_name("superclasses")
                    aliases.append((name, module.text(bases) if bases is not None else ""))
    if any(target.startswith("dependency_injector") for target, _, _ in module.imports):
        names |= {"Singleton", "Factory", "Resource", "ThreadSafeSingleton"}
    called = [(_callee(module, node), scope) for node, scope in module.calls]
    for _ in range(4):
        before = len(names)
        for name, text in aliases:
            if name not in names and any(word in names for word in _WORD.findall(text[:400])):
                names.add(name)
        for callee, scope in called:
            function = _function_of(scope)
            if callee in names and function is not None and function.node.type != "lambda":
                own = module.text(function.node.child_by_field_name("name"))
                if own != "__init__":
                    names.add(own)
        if len(names) == before:
            break
    return names


_WORD = re.compile(r"\w+")
_ALIASING = frozenset(
    "identifier attribute call conditional_expression boolean_operator lambda".split()
)


def _callee(module: Module, node: Node) -> str:
    """The last name of what a call calls."""
    function = node.child_by_field_name("function")
    if function is not None and function.type == "attribute":
        function = function.child_by_field_name("attribute")
    if function is None or function.type != "identifier":
        return ""
    return module.text(function)


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


_PLACE = frozenset(
    "host port db username password ssl decode_responses encoding client_name startup_nodes "
    "service_name connection_pool unix_socket_path".split()
)
"""Options that say where a client connects to and what it hands out, not how it behaves."""


def _takes_options(made: Made) -> bool:
    """Whether callers of the factory around a construction may set options of behaviour."""
    if "parameter" in made.open_why:
        return True
    return any(
        isinstance(entry.thing, Scalar) and entry.thing.source == "parameter"
        for name, entry in made.options.entries.items()
        if name not in _PLACE
    )


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
