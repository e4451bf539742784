"""Whose a client is: the program's, or made anew for each request or each call of a helper."""

from __future__ import annotations

import re

from redislint.readers.pyclient.evaluate import Evaluator
from redislint.readers.pyclient.names import Made
from redislint.syntax.python import Node, named

REQUEST = (
    "builds a client with a pool of its own in a function that serves one request: each request "
    "connects, authenticates and leaves the connection behind; make the client once and share it"
)
DEPENDENCY = (
    "stands in a dependency that yields it: each request makes a client, connects, authenticates "
    "and closes again; make the client once, in the lifespan, and yield that one"
)
CALL = (
    "stands in a helper that makes a client at each call, and other functions call it for their "
    "commands: each connects and authenticates anew; make the client once and share it"
)
_ROUTES = frozenset(
    "route get post put delete patch head options websocket api_route view action".split()
)
_PROBE = re.compile(r"(?i)health|ready|readiness|alive|liveness|status|ping|diagnos")
"""Names of functions that look whether Redis is there: a connection of their own is the point."""
_CLOSES = re.compile(r"\.a?close\s*\(|\.disconnect\s*\(")
_CACHED = frozenset("cache lru_cache cached_property singleton fixture asynccontextmanager".split())
_PLAIN = frozenset("staticmethod classmethod".split())


def of(ev: Evaluator, made: Made) -> str:
    """What is wrong with where a client is made; empty where the program keeps it."""
    if made.kind.role not in ("client", "cluster", "from-url") or made.base is not None:
        return ""
    if "connection_pool" in made.options.entries:
        return ""
    if _per_request(ev, made):
        return REQUEST
    if _per_dependency(ev, made):
        return DEPENDENCY
    return CALL if _per_call(ev, made) else ""


def _maker(ev: Evaluator, node: Node) -> Node | None:
    """The function whose every call makes the client, unless it keeps it somewhere or may not."""
    parent = node.parent
    while parent is not None and parent.type != "function_definition":
        if parent.type in ("lambda", "if_statement", "with_statement"):
            return None
        if parent.type == "assignment":
            left = parent.child_by_field_name("left")
            if left is not None and left.type in ("attribute", "subscript"):
                return None
        parent = parent.parent
    return None if parent is None or _global(parent) else parent


def _name(ev: Evaluator, function: Node) -> str:
    named_by = function.child_by_field_name("name")
    return ev.module.text(named_by) if named_by is not None else ""


def _per_request(ev: Evaluator, made: Made) -> bool:
    """Whether a client with a pool of its own is made in a function that serves one request."""
    function = _maker(ev, made.node)
    if function is None or _PROBE.search(_name(ev, function)):
        return False
    return not _CLOSES.search(ev.module.text(function)) and _serves(ev, function)


def _per_dependency(ev: Evaluator, made: Made) -> bool:
    """Whether FastAPI makes it anew for each request: `yield client` in a dependency that closes it."""
    holder: Node = made.node
    while holder.parent is not None and holder.parent.type not in ("function_definition", "lambda"):
        holder = holder.parent
    function = holder.parent
    if function is None or function.type != "function_definition":
        return False
    if ev.module.decorators.get(function.id) or _global(function):
        return False
    body = ev.module.text(function)
    bound = re.search(r"\byield\s+(\w+)\s*(?:$|#)", body, re.MULTILINE)
    if bound is None:
        return False
    name, held = re.escape(bound[1]), re.escape(ev.module.text(made.node)[:40])
    here = rf"\b{name}\b[^=\n]*=\s*(?:await\s+)?{held}|{held}[\s\S]*?\bas\s+{name}\s*:"
    return bool(re.search(here, body)) and _depended_on(ev, function)


def _per_call(ev: Evaluator, made: Made) -> bool:
    """Whether a helper returns a new client, and two functions or more take one for a moment."""
    function = _maker(ev, made.node)
    if function is None or not _returns(ev, function, made.node):
        return False
    decorators = {ev.module.text(d).lstrip("@") for d in ev.module.decorators.get(function.id, [])}
    name = _name(ev, function)
    if decorators - _PLAIN or not name:
        return False
    spoken = {name}
    owner = function.parent
    while owner is not None and owner.type in ("decorated_definition", "block"):
        owner = owner.parent
    if owner is not None and owner.type == "class_definition":
        spoken = {f"{whose}.{name}" for whose in ("self", "cls", _name(ev, owner))}
    takers = set()
    for call, _ in ev.module.calls:
        target = call.child_by_field_name("function")
        if target is None or ev.module.text(target) not in spoken:
            continue
        taker = _taker(ev, call)
        if taker is None:
            return False
        takers.add(taker.id)
    return len(takers) > 1


def _returns(ev: Evaluator, function: Node, node: Node) -> bool:
    body = ev.module.text(function)
    held = re.escape(ev.module.text(node))
    if re.search(rf"\breturn\s+(?:await\s+)?{held}", body):
        return True
    bound = re.search(rf"\b(\w+)\s*(?::[^=\n]+)?=\s*(?:await\s+)?{held}", body)
    return bound is not None and re.search(rf"\breturn\s+{bound[1]}\s*$", body, re.M) is not None


def _taker(ev: Evaluator, call: Node) -> Node | None:
    """The function that takes a client for itself and lets go of it; None where it may be kept."""
    holder = call.parent
    if holder is not None and holder.type == "await":
        holder = holder.parent
    if holder is None or holder.type not in ("assignment", "attribute"):
        return None
    if holder.type == "assignment":
        left = holder.child_by_field_name("left")
        if left is None or left.type != "identifier":
            return None
    function = holder.parent
    while function is not None and function.type != "function_definition":
        if function.type in ("lambda", "with_statement", "class_definition"):
            return None
        function = function.parent
    if function is None or _global(function) or _CLOSES.search(ev.module.text(function)):
        return None
    return None if _name(ev, function) in ("__init__", "main") else function


def _depended_on(ev: Evaluator, function: Node) -> bool:
    """Whether a function is a dependency of FastAPI: `Depends(it)`, or its module is about them."""
    name = _name(ev, function)
    text = ev.module.tree.source.text
    if name and re.search(rf"\bDepends\(\s*{re.escape(name)}\s*[),]", text):
        return True
    heads = {target.split(".")[0] for target, _, _ in ev.module.imports}
    return "fastapi" in heads or bool(
        re.search(r"(^|/)(deps|dependenc\w+)(\.py$|/)", ev.module.path)
    )


def _global(function: Node) -> bool:
    body = function.child_by_field_name("body")
    return any(c.type == "global_statement" for c in named(body)) if body is not None else False


def _serves(ev: Evaluator, function: Node) -> bool:
    for decorator in ev.module.decorators.get(function.id, []):
        inner = named(decorator)
        target = inner[0] if inner else None
        if target is not None and target.type == "call":
            target = target.child_by_field_name("function")
        if target is None:
            continue
        words = ev.module.text(target).split(".")
        if words[-1] in _CACHED:
            return False
        if words[-1] in _ROUTES and len(words) > 1:
            return not _PROBE.search(ev.module.text(decorator))
    named_by = function.child_by_field_name("name")
    name = ev.module.text(named_by) if named_by is not None else ""
    depends = rf"\bDepends\(\s*{re.escape(name)}\s*[),]"
    if name and re.search(depends, ev.module.tree.source.text):
        return True
    parameters = function.child_by_field_name("parameters")
    names = [ev.module.text(c) for c in named(parameters)] if parameters is not None else []
    if not {n.split(":")[0].strip() for n in names[:2]} & {"request"}:
        return False
    heads = {name.split(".")[0] for name, _, _ in ev.module.imports}
    return bool(heads & {"django", "rest_framework", "starlette", "fastapi", "aiohttp", "sanic"})
