"""Habits around a client that hurt whatever its options: locks given back blindly, pickles."""

from __future__ import annotations

import re
from collections.abc import Iterator

from redislint.model.subject import Subject
from redislint.model.value import at
from redislint.readers.pyclient import pickles
from redislint.readers.pyclient.arguments import arguments
from redislint.readers.pyclient.build import Built
from redislint.readers.pyclient.evaluate import Evaluator
from redislint.readers.pyclient.names import Made
from redislint.readers.pyclient.receivers import receiver
from redislint.readers.pyclient.scopes import Scope
from redislint.readers.pyclient.things import Instance, Ref, Scalar, Series, Thing
from redislint.readers.pyclient.uses import LOCK, call_subject
from redislint.syntax.python import Node, named

_LOADS = re.compile(r"^(c?[Pp]ickle|dill|cloudpickle|joblib)\.loads$")
_DUMPS = re.compile(r"^(c?[Pp]ickle|dill|cloudpickle|joblib)\.dumps?$")
_PICKLES = re.compile(r"[Pp]ickle|dill|joblib|\beval\(")
_PAIRED = re.compile(
    r"(?i)^_*(try|acquire|take|get|obtain|set|claim|release|unset|del|delete|free|drop)_?\w*lock"
    r"|^_*(un)?lock(_\w+)?$"
)
"""Functions that take a lock or give it back, by their names."""
_SENDING = frozenset("submit map starmap apply apply_async map_async imap imap_unordered".split())
_PROCESSES = frozenset(
    "concurrent.futures.ProcessPoolExecutor multiprocessing.Pool multiprocessing.pool.Pool".split()
)


def read(ev: Evaluator, found: dict[int, Built], context: str) -> Iterator[Subject]:
    """The traps of this module."""
    yield from _Hazards(ev, found, context).run()


class _Hazards:
    def __init__(self, ev: Evaluator, found: dict[int, Built], context: str) -> None:
        self.ev = ev
        self.module = ev.module
        self.found = found
        self.context = context
        self.taken: list[tuple[Node, Scope, str]] = []
        self.given_back: list[tuple[Node, Scope, str, str]] = []

    def run(self) -> Iterator[Subject]:
        picked = bool(_PICKLES.search(self.module.tree.source.text))
        for node, scope in self.module.calls:
            function = node.child_by_field_name("function")
            if function is None:
                continue
            text = self.module.text(function)
            if picked and len(text) < 40 and (_LOADS.match(text) or text in ("loads", "eval")):
                yield from self._unpickled(node, scope, text)
            if picked and len(text) < 40 and _DUMPS.match(text):
                yield from self._sent(node, scope, text, 1)
            if function.type != "attribute":
                continue
            name = self.module.text(function.child_by_field_name("attribute"))
            if name in _SENDING and self._to_processes(function, scope):
                yield from self._sent(node, scope, name, 9)
            elif name in ("set", "setnx"):
                self._take(name, node, function, scope)
            elif name == "delete":
                self._give_back(node, function, scope)
        yield from self._blind()

    def _trap(self, rule: str, name: str, node: Node, detail: str = "") -> Subject:
        return call_subject(rule, name, self.module.tree.span(node), self.context, detail)

    # locks

    def _key(self, node: Node) -> str:
        listing = node.child_by_field_name("arguments")
        words = named(listing) if listing is not None else []
        first: Node | None = words[0] if words else None
        if first is not None and first.type == "keyword_argument":
            first = first.child_by_field_name("value")
        return " ".join(self.module.text(first).split()) if first is not None else ""

    def _take(self, name: str, node: Node, function: Node, scope: Scope) -> None:
        """Remember a lock that is taken with an expiry: it may be somebody else's when it ends."""
        key = self._key(node)
        if not key or not self._locks(key, scope):
            return
        if name == "set":
            words = arguments(self.ev, node, scope).keywords
            nx = words.get("nx")
            if not (isinstance(nx, Scalar) and nx.value.known and nx.value.value is True):
                return
            if not {"ex", "px", "exat", "pxat"} & set(words.entries):
                return
        if self._is_client(function, scope):
            self.taken.append((node, scope, key))

    def _give_back(self, node: Node, function: Node, scope: Scope) -> None:
        key = self._key(node)
        if key and self._locks(key, scope) and self._is_client(function, scope):
            name = self.module.text(function.child_by_field_name("object"))
            self.given_back.append((node, scope, key, name))

    def _locks(self, key: str, scope: Scope) -> bool:
        """Whether a key, or the function around, is about a lock."""
        if LOCK.search(key):
            return True
        function = _function(scope)
        name = function.node.child_by_field_name("name") if function is not None else None
        return name is not None and bool(re.search(r"(?i)lock", self.module.text(name)))

    def _is_client(self, function: Node, scope: Scope) -> bool:
        held = function.child_by_field_name("object")
        return receiver(self.ev, self.found, held, scope).looks

    def _blind(self) -> Iterator[Subject]:
        """Deletes of a lock of this function, class or pair of functions that no script guards."""
        for node, scope, key, name in self.given_back:
            place = self._home(scope)
            around = self.module.text(_home(scope).node)
            if re.search(r"\beval(sha)?\(|register_script|\.watch\(|WATCH", around):
                continue
            if any(self._home(s) is place and k == key for _, s, k in self.taken):
                yield self._trap("lock-release-without-token", f"{name}.delete", node, key)

    def _home(self, scope: Scope) -> Scope:
        """Where a lock is taken and given back: functions named after locks are pairs of a module."""
        place = _home(scope)
        if place.kind != "function" or place.parent is None or place.parent.kind != "module":
            return place
        named_by = place.node.child_by_field_name("name")
        text = self.module.text(named_by) if named_by is not None else ""
        return place.parent if _PAIRED.search(text) else place

    # pickles

    def _unpickled(self, node: Node, scope: Scope, text: str) -> Iterator[Subject]:
        listing = node.child_by_field_name("arguments")
        words = named(listing) if listing is not None else []
        if not words:
            return
        if text == "loads" and not self._imported(scope):
            return
        if text == "eval" and scope.lookup("eval"):
            return
        held = pickles.origin(self.ev, self.found, words[0], scope)
        if held is None:
            return
        client = held.built.client if held.built is not None else None
        recoded = re.search(r"\.encode\(|b64|fromhex", self.module.text(words[0]))
        if client is not None and not recoded and "binary-use" not in client.facts:
            client.set("binary-use", at(text, self.module.tree.span(node)))
        yield self._trap("pickle-redis", text, node, f"{text}() of a value from Redis")

    def _imported(self, scope: Scope) -> bool:
        bound = scope.lookup("loads")
        target = bound[1][-1].target if bound else ""
        return bool(_LOADS.match(target))

    def _to_processes(self, function: Node, scope: Scope) -> bool:
        held = self.ev.eval(function.child_by_field_name("object"), scope)
        return (
            isinstance(held, Instance) and isinstance(held.of, Ref) and held.of.name in _PROCESSES
        )

    def _sent(self, node: Node, scope: Scope, name: str, most: int) -> Iterator[Subject]:
        """A client among what is pickled on its way."""
        given = arguments(self.ev, node, scope)
        things: list[Thing] = [e.thing for e in given.positional[:most]]
        things += [e.thing for e in given.keywords.entries.values()]
        for thing in things:
            for item in thing.items if isinstance(thing, Series) else [thing]:
                if isinstance(item, Made) and (item.is_client or "pool" in item.kind.role):
                    yield self._trap("redispy-client-pickled", name, node, item.kind.name)
                    return


def _function(scope: Scope) -> Scope | None:
    current: Scope | None = scope
    while current is not None and current.kind != "function":
        current = current.parent
    return current


def _home(scope: Scope) -> Scope:
    """The class, or the function, that a piece of code belongs to."""
    return scope.enclosing_class() or _function(scope) or scope
