"""Constructors of other packages that lead to Redis: queues, limiters, caches, sessions.

Each says where it connects to, or takes a client that the program made; and each says what for.
"""

from __future__ import annotations

from collections.abc import Iterator

from redislint.model.subject import Subject
from redislint.model.value import Value
from redislint.readers.pyclient.arguments import arguments
from redislint.readers.pyclient.frameworks.common import (
    Reading,
    is_redis,
    serve,
    store_address,
    store_options,
    store_place,
    text_of,
)
from redislint.readers.pyclient.frameworks.flask import limiter
from redislint.readers.pyclient.scopes import Scope
from redislint.readers.pyclient.things import Arguments, Entry, Scalar, Table
from redislint.syntax.python import Node

# (name called, beginning of its qualified name, purpose, whether its options reach the client
# unchanged: then what is missing there is missing)
MAKERS: tuple[tuple[str, str, str, bool], ...] = (
    ("RedisBroker", "dramatiq.", "queue", True),
    ("RedisBackend", "dramatiq.results", "results", True),
    ("RedisBackend", "dramatiq.rate_limits", "rate-limiter", True),
    ("RedisSettings", "arq", "queue", False),
    ("from_dsn", "arq", "queue", False),
    ("RedisHuey", "huey", "queue", True),
    ("PriorityRedisHuey", "huey", "queue", True),
    ("RedisExpireHuey", "huey", "queue", True),
    ("PriorityRedisExpireHuey", "huey", "queue", True),
    ("ListQueueBroker", "taskiq_redis", "queue", False),
    ("PubSubBroker", "taskiq_redis", "queue", False),
    ("RedisStreamBroker", "taskiq_redis", "queue", False),
    ("RedisAsyncResultBackend", "taskiq_redis", "results", False),
    ("RedisManager", "socketio", "pubsub", False),
    ("AsyncRedisManager", "socketio", "pubsub", False),
    ("RedisCache", "aiocache", "cache", False),
    ("ValkeyCache", "aiocache", "cache", False),
)
"""Constructors that make a client of their own."""

TAKERS: tuple[tuple[str, str, str], ...] = (
    ("Queue", "rq", "queue"),
    ("Worker", "rq", "queue"),
    ("SimpleWorker", "rq", "queue"),
    ("Connection", "rq", "queue"),
    ("Scheduler", "rq_scheduler", "queue"),
    ("RedisBroker", "dramatiq.", "queue"),
    ("RedisBackend", "fastapi_cache", "cache"),
    ("init", "fastapi_limiter", "rate-limiter"),
    ("RedisStorage", "aiogram", "session"),
    ("RedisJobStore", "apscheduler", "queue"),
)
"""Calls that are given a client, by keyword or position."""

_GIVEN = ("connection", "client", "redis", "redis_client", "connection_pool", "host")


def read(reading: Reading) -> Iterator[Subject]:
    """The clients that these packages make; what they are given is told its purpose."""
    for name, package, purpose in TAKERS:
        for node, scope in reading.calls(name):
            if reading.reference(node, scope).startswith(package):
                _give(reading, arguments(reading.ev, node, scope), purpose, node)
    seen: set[int] = set()
    for name, package, purpose, plain in MAKERS:
        for node, scope in reading.calls(name):
            if node.id not in seen and reading.reference(node, scope).startswith(package):
                seen.add(node.id)
                yield from _make(reading, node, scope, name, purpose, plain)
    yield from _limiters(reading)
    yield from _settings(reading)


def _give(reading: Reading, given: Arguments, purpose: str, node: Node) -> bool:
    """Tell a client that it is handed to a package; whether there was one."""
    span = reading.ev.module.tree.span(node)
    things = [given.keywords.get(n) for n in _GIVEN] + [e.thing for e in given.positional[:2]]
    clients = [c for t in things if (c := reading.built(t)) is not None]
    for client in clients:
        serve(client, purpose, span)
    return bool(clients)


def _make(
    reading: Reading, node: Node, scope: Scope, name: str, purpose: str, plain: bool
) -> Iterator[Subject]:
    given = arguments(reading.ev, node, scope)
    if _give(reading, given, purpose, node):
        return
    if any(n in given.keywords.entries for n in ("client", "connection_pool")):
        return
    span = reading.ev.module.tree.span(node)
    package = reading.reference(node, scope).split(".")[0]
    client = reading.client(f"{name}()", span, package.removesuffix("_redis"), purpose)
    if not plain:
        client.open_why = "the package sets options of its own"
    elif "Huey" in name:
        client.open_why = "Huey sets options of its own"
    url = given.keywords.entries.get("url") or given.keywords.entries.get("dsn")
    first = given.positional[0] if given.positional else None
    if url is None and first is not None and (name == "from_dsn" or is_redis(first.thing)):
        url = first
    if url is not None:
        store_address(client, url)
    elif (
        not store_place(client, given.keywords)
        and not store_place(client, given.keywords, "endpoint")
        and first is not None
    ):
        client.open_why = client.open_why or "its address is not read"
    store_options(client, given.keywords)
    client.open_why = client.open_why or given.open_why
    if not client.hosts and not client.open_why.startswith("its"):
        store_address(client, Entry(Scalar(Value("localhost")), span))
    yield client


_LIMITER_PACKAGES = ("flask_limiter", "slowapi", "limits")


def _limiters(reading: Reading) -> Iterator[Subject]:
    """Flask-Limiter, slowapi and limits: `storage_uri`, `storage_options`."""
    for name in ("Limiter", "storage_from_string"):
        for node, scope in reading.calls(name):
            if not reading.reference(node, scope).startswith(_LIMITER_PACKAGES):
                continue
            given = arguments(reading.ev, node, scope)
            url = given.keywords.entries.get("storage_uri")
            if name == "storage_from_string" and given.positional:
                url = given.positional[0]
            if url is None or not is_redis(url.thing):
                continue
            options = given.keywords.entries.get("storage_options")
            if name == "storage_from_string":
                options = Entry(given.keywords, url.span)
            yield limiter(reading, url, options, f"{name}()")


def _settings(reading: Reading) -> Iterator[Subject]:
    """Queues that Django's settings name: Dramatiq and Huey."""
    for setting, key, purpose in (
        ("DRAMATIQ_BROKER", "BROKER", "queue"),
        ("DRAMATIQ_RESULT_BACKEND", "BACKEND", "results"),
    ):
        for entry in reading.every(setting):
            table = entry.thing
            if not isinstance(table, Table) or "redis" not in text_of(table.get(key)).lower():
                continue
            options = table.get("OPTIONS") or table.get("BACKEND_OPTIONS")
            if isinstance(options, Table):
                yield from _table(reading, setting, entry, options, purpose)
    for entry in reading.every("HUEY"):
        table = entry.thing
        if not isinstance(table, Table):
            continue
        kind = text_of(table.get("huey_class")) or "huey.RedisHuey"
        held = table.get("connection")
        if "Redis" in kind:
            options = held if isinstance(held, Table) else Table()
            if "url" in table.entries:
                options = options.copy()
                options.entries["url"] = table.entries["url"]
            for found in _table(reading, "HUEY", entry, options, "queue"):
                found.open_why = "Huey sets options of its own"  # type: ignore[attr-defined]
                yield found


def _table(
    reading: Reading, label: str, entry: Entry, options: Table, purpose: str
) -> Iterator[Subject]:
    pool = options.get("connection_pool") or options.get("client")
    made = reading.built(pool)
    if made is not None:
        serve(made, purpose, entry.span)
    if pool is not None:
        return
    client = reading.client(label, entry.span, "django", purpose)
    url = options.entries.get("url")
    if url is not None:
        store_address(client, url)
    elif not store_place(client, options):
        store_address(client, Entry(Scalar(Value("localhost")), entry.span))
    store_options(client, options)
    yield client
