"""Connections that are open when a program forks: parent and children then share one socket.

Pools notice a new process and connect anew. What holds its own connection does not: a client with
single_connection_client=True, which connects when it is made, and a subscription.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from redislint.model.subject import Subject
from redislint.readers.pyclient.build import Built
from redislint.readers.pyclient.evaluate import Evaluator
from redislint.readers.pyclient.receivers import receiver
from redislint.readers.pyclient.scopes import Scope
from redislint.readers.pyclient.things import Ref, Scalar
from redislint.readers.pyclient.uses import call_subject
from redislint.syntax.python import Node

_FORKS = re.compile(r"\b(fork|Process|Pool|ProcessPoolExecutor)\s*\(|^(from|import) celery", re.M)
_SPAWNED = re.compile(r"set_start_method\(\s*['\"](spawn|forkserver)|get_context\(\s*['\"]spawn")
_FORKING = re.compile(
    r"(os\.fork|(multiprocessing|billiard)(\.\w+)*\.(Process|Pool)"
    r"|concurrent\.futures(\.\w+)*\.ProcessPoolExecutor)$"
)
_NAMES = frozenset(("fork", "Process", "Pool", "ProcessPoolExecutor"))
_TASK = re.compile(r"@(\w+\.)*(shared_)?task\b")


def read(ev: Evaluator, found: dict[int, Built], context: str) -> Iterator[Subject]:
    """The connections of this module that are made before a fork and used behind it."""
    text = ev.module.tree.source.text
    if not _FORKS.search(text) or _SPAWNED.search(text):
        return
    forks = [(n, s) for n, s in ev.module.calls if _forks(ev, n, s)]
    workers = bool(_TASK.search(text)) and any(
        name.split(".")[0] == "celery" for name, _, _ in ev.module.imports
    )
    if not forks and not workers:
        return
    for built in found.values():
        entry = built.table.entries.get("single_connection_client")
        held = entry.thing.value if entry is not None and isinstance(entry.thing, Scalar) else None
        node: Node = built.made.node
        if held is not None and held.known and held.value and _before(node, forks, workers):
            name = _bound_to(ev, node)
            if name and _inside_function(ev, name, node):
                yield call_subject(
                    "redispy-connection-before-fork", built.client.label.rstrip("()"),
                    built.made.span, context, "single_connection_client=True", built.client,
                )  # fmt: skip
    for node, scope in ev.module.calls:
        function = node.child_by_field_name("function")
        if function is None or function.type != "attribute":
            continue
        if ev.module.text(function.child_by_field_name("attribute")) != "pubsub":
            continue
        name = _bound_to(ev, node)
        if not name or not _before(node, forks, workers):
            continue
        whose = receiver(ev, found, function.child_by_field_name("object"), scope)
        client = whose.built
        if whose.looks and _subscribed_outside(ev, name, node):
            yield call_subject(
                "redispy-connection-before-fork", ev.module.text(function)[:60],
                ev.module.tree.span(node), context, "a subscription",
                client.client if client is not None else None,
            )  # fmt: skip


def _forks(ev: Evaluator, node: Node, scope: Scope) -> bool:
    function = node.child_by_field_name("function")
    if function is None:
        return False
    last = function
    if function.type == "attribute":
        last = function.child_by_field_name("attribute") or function
    if last.type != "identifier" or ev.module.text(last) not in _NAMES:
        return False
    thing = ev.eval(function, scope)
    return isinstance(thing, Ref) and bool(_FORKING.search(thing.name))


def _function_around(node: Node) -> Node | None:
    current = node.parent
    while current is not None and current.type not in ("function_definition", "lambda"):
        current = current.parent
    return current


def _before(node: Node, forks: list[tuple[Node, Scope]], workers: bool) -> bool:
    """Whether a thing exists when the program forks: made by the module, or by the same function."""
    around = _function_around(node)
    if around is None:
        inside = [f for f, _ in forks if _function_around(f) is not None]
        later = [f for f, _ in forks if f.start_byte > node.start_byte]
        return workers or bool(inside or later)
    return any(
        (holder := _function_around(f)) is not None
        and holder.id == around.id
        and f.start_byte > node.start_byte
        for f, _ in forks
    )


def _bound_to(ev: Evaluator, node: Node) -> str:
    """The plain name that a call's result is bound to; empty for anything else."""
    parent = node.parent
    if parent is None or parent.type != "assignment":
        return ""
    left = parent.child_by_field_name("left")
    return ev.module.text(left) if left is not None and left.type == "identifier" else ""


def _inside_function(ev: Evaluator, name: str, node: Node) -> bool:
    """Whether a child may use what was made: a function names it, or the code behind os.fork."""
    if _function_around(node) is not None:
        return True
    word = re.compile(rf"\b{re.escape(name)}\b")
    functions = (s.node for s in ev.module.scopes.values() if s.kind == "function")
    return any(word.search(ev.module.text(f)) for f in functions)


def _subscribed_outside(ev: Evaluator, name: str, node: Node) -> bool:
    """Whether the subscription stands beside its making, and a function listens to it."""
    around = _function_around(node)
    if around is not None:
        return False
    beside = False
    listening = False
    for call, _ in ev.module.calls:
        function = call.child_by_field_name("function")
        if function is None or function.type != "attribute":
            continue
        held = function.child_by_field_name("object")
        if held is None or ev.module.text(held) != name:
            continue
        method = ev.module.text(function.child_by_field_name("attribute"))
        inner = _function_around(call)
        beside = beside or (inner is None and method in ("subscribe", "psubscribe"))
        listening = listening or (inner is not None and method in ("listen", "get_message"))
    return beside and listening
