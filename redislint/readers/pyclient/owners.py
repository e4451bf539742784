"""Whose a client is: the program's, or made anew for each request or each call of a helper."""

from __future__ import annotations

import re

from redislint.readers.pyclient import bodies
from redislint.readers.pyclient.evaluate import Evaluator
from redislint.readers.pyclient.names import Made
from redislint.readers.pyclient.things import Thing
from redislint.syntax.python import Node, named

REQUEST = (
    "builds a client with a pool of its own in a function that serves one request: each request "
    "connects, authenticates and leaves the connection behind; make the client once and share it"
)
DEPENDENCY = (
    "stands in a dependency that yields it: each request makes a client, connects, authenticates "
    "and closes again; make the client once, in the lifespan, and yield that one"
)
RETURNED = (
    "stands in a dependency that makes it anew: each request connects, authenticates and leaves the "
    "connection behind; make the client once, in the lifespan, and hand out that one"
)
EVENT = (
    "stands in the function that Lambda calls for each event: each one connects, authenticates and "
    "leaves the connection behind; make the client outside of the handler, where it is kept"
)
CALL = (
    "stands in a helper that makes a client at each call, and other functions call it for their "
    "commands: each connects and authenticates anew; make the client once and share it"
)
_ROUTES = frozenset(
    "route get post put delete patch head options websocket api_route view action message "
    "callback_query message_handler".split()
)
_VERBS = frozenset("get post put delete patch head options dispatch".split())
_VIEWS = re.compile(
    r"\b(APIView|MethodView|Resource|HTTPEndpoint|RequestHandler|\w*ViewSet|View)\b"
)
_PROBE = re.compile(r"(?i)health|ready|readiness|alive|liveness|status|ping|diagnos")
"""Names of functions that look whether Redis is there: a connection of their own is the point."""
_CACHED = frozenset("cache lru_cache cached_property singleton fixture asynccontextmanager".split())
_PLAIN = frozenset("staticmethod classmethod".split())


def of(ev: Evaluator, made: Made) -> str:
    """What is wrong with where a client is made; empty where the program keeps it."""
    if made.kind.role not in ("client", "cluster", "from-url") or made.base is not None:
        return ""
    pool = made.options.get("connection_pool")
    if pool is not None and not _made_beside(made, pool):
        return ""
    if _per_request(ev, made):
        return REQUEST
    if _per_event(ev, made):
        return EVENT
    if _per_dependency(ev, made):
        return DEPENDENCY
    if _returned_to_requests(ev, made):
        return RETURNED
    return CALL if _per_call(ev, made) else ""


def _made_beside(made: Made, pool: Thing) -> bool:
    """Whether a pool is made by every call of the function that makes its client."""
    if not isinstance(pool, Made) or pool.span.source is not made.span.source:
        return False
    places = []
    for node in (made.node, pool.node):
        holder: Node | None = getattr(node, "parent", None)
        while holder is not None and holder.type != "function_definition":
            holder = holder.parent
        places.append(holder)
    return places[0] is not None and places[1] is not None and places[0].id == places[1].id


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
    return None if parent is None or bodies.of(ev.module, parent).sets_global else parent


def _per_request(ev: Evaluator, made: Made) -> bool:
    """Whether a client with a pool of its own is made in a function that serves one request."""
    function = _maker(ev, made.node)
    if function is None:
        return False
    body = bodies.of(ev.module, function)
    return not _PROBE.search(body.name) and not body.closes and _serves(ev, function)


def _per_event(ev: Evaluator, made: Made) -> bool:
    """Whether it is made in the handler of a function of AWS Lambda."""
    function = _maker(ev, made.node)
    if function is None:
        return False
    body = bodies.of(ev.module, function)
    parameters = function.child_by_field_name("parameters")
    if "handler" not in body.name.lower() or body.closes or parameters is None:
        return False
    names = [re.split(r"\W", ev.module.text(c))[0] for c in named(parameters)]
    return len(names) == 2 and names[0] == "event" and names[1] in ("context", "_context", "_")


def _returned_to_requests(ev: Evaluator, made: Made) -> bool:
    """Whether a dependency of FastAPI returns a new client."""
    function = _maker(ev, made.node)
    if function is None or not _returns(ev, function, made.node):
        return False
    name = bodies.of(ev.module, function).name
    return not ev.module.decorators.get(function.id) and name in ev.load.dependencies()


def _per_dependency(ev: Evaluator, made: Made) -> bool:
    """Whether FastAPI makes it anew for each request: `yield client` in a dependency that closes it."""
    holder: Node = made.node
    while holder.parent is not None and holder.parent.type not in ("function_definition", "lambda"):
        holder = holder.parent
    function = holder.parent
    if function is None or function.type != "function_definition":
        return False
    body = bodies.of(ev.module, function)
    if ev.module.decorators.get(function.id) or body.sets_global or not body.yielded:
        return False
    name, held = re.escape(body.yielded), re.escape(ev.module.text(made.node)[:40])
    here = rf"\b{name}\b[^=\n]*=\s*(?:await\s+)?{held}|{held}[\s\S]*?\bas\s+{name}\s*:"
    return bool(re.search(here, body.text)) and _depended_on(ev, function, body.name)


def _per_call(ev: Evaluator, made: Made) -> bool:
    """Whether a helper returns a new client, and two functions or more take one for a moment."""
    function = _maker(ev, made.node)
    if function is None or not _returns(ev, function, made.node):
        return False
    decorators = {ev.module.text(d).lstrip("@") for d in ev.module.decorators.get(function.id, [])}
    name = bodies.of(ev.module, function).name
    if decorators - _PLAIN or not name:
        return False
    spoken = {name}
    owner = function.parent
    while owner is not None and owner.type in ("decorated_definition", "block"):
        owner = owner.parent
    if owner is not None and owner.type == "class_definition":
        whose_class = owner.child_by_field_name("name")
        words = ("self", "cls", ev.module.text(whose_class) if whose_class is not None else "")
        spoken = {f"{whose}.{name}" for whose in words}
    takers = set()
    for word in spoken:
        for call in bodies.calls_of(ev.module, word):
            taker = _taker(ev, call)
            if taker is None:
                return False
            takers.add(taker.id)
    if len(takers) < 2 and spoken == {name}:
        return len(takers) + ev.load.takers(ev.module.path, name) > 1
    return len(takers) > 1


def _returns(ev: Evaluator, function: Node, node: Node) -> bool:
    body = bodies.of(ev.module, function)
    if not body.returned:
        return False
    if body.returns(ev.module.text(node)):
        return True
    before = ev.module.tree.data[max(function.start_byte, node.start_byte - 200) : node.start_byte]
    bound = _BOUND.search(before.decode("utf-8", "replace"))
    return bound is not None and body.returns_name(bound[1])


_BOUND = re.compile(r"\b(\w+)\s*(?::[^=\n]+)?=\s*(?:await\s+)?$")


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
    if function is None:
        return None
    body = bodies.of(ev.module, function)
    return (
        None if body.sets_global or body.closes or body.name in ("__init__", "main") else function
    )


def _depended_on(ev: Evaluator, function: Node, name: str) -> bool:
    """Whether a function is a dependency of FastAPI: `Depends(it)`, or its module is about them.

    An asynchronous generator `get_…` that nothing decorates is of no use to anybody else.
    """
    if name.startswith("get_") and function.children and function.children[0].type == "async":
        return True
    if name in bodies.dependencies(ev.module) or name in ev.load.dependencies():
        return True
    heads = {target.split(".")[0] for target, _, _ in ev.module.imports}
    return "fastapi" in heads or bool(
        re.search(r"(^|/)(deps|dependenc\w+)(\.py$|/)", ev.module.path)
    )


def _in_view(ev: Evaluator, function: Node) -> bool:
    """Whether a function is a method of a class whose objects answer requests."""
    owner = function.parent
    while owner is not None and owner.type in ("block", "decorated_definition"):
        owner = owner.parent
    if owner is None or owner.type != "class_definition":
        return False
    bases = owner.child_by_field_name("superclasses")
    return bases is not None and bool(_VIEWS.search(ev.module.text(bases)))


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
    name = bodies.of(ev.module, function).name
    if name in bodies.dependencies(ev.module) or (name in _VERBS and _in_view(ev, function)):
        return True
    parameters = function.child_by_field_name("parameters")
    names = [ev.module.text(c) for c in named(parameters)] if parameters is not None else []
    if not {n.split(":")[0].strip() for n in names[:2]} & {"request"}:
        return False
    heads = {name.split(".")[0] for name, _, _ in ev.module.imports}
    return bool(heads & {"django", "rest_framework", "starlette", "fastapi", "aiohttp", "sanic"})
