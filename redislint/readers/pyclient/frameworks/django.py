"""Django: CACHES, CHANNEL_LAYERS, RQ_QUEUES, SESSION_REDIS, and the queues that settings name."""

from __future__ import annotations

from collections.abc import Iterator

from redislint.model.client import Client
from redislint.model.subject import Subject
from redislint.model.value import Origin, Value
from redislint.readers.pyclient.build import value_of
from redislint.readers.pyclient.frameworks.common import (
    Reading,
    store_address,
    store_options,
    store_password,
    store_place,
    text_of,
)
from redislint.readers.pyclient.things import Entry, Scalar, Table
from redislint.readers.pyclient.uses import call_subject
from redislint.source import Span

DJANGO_REDIS = "django_redis.cache.RedisCache"
DJANGO_CORE = "django.core.cache.backends.redis.RedisCache"
LIBRARY = {
    DJANGO_REDIS: ("redis-py", "redis"),
    DJANGO_CORE: ("redis-py", "redis"),
    "django_valkey.cache.ValkeyCache": ("valkey-py", "valkey"),
}
"""Backends of caches -> the client library they use, and its project."""

_IGNORED_CLIENT_KWARGS = frozenset(
    "socket_timeout socket_connect_timeout socket_keepalive health_check_interval retry "
    "retry_on_timeout retry_on_error ssl ssl_cert_reqs max_connections decode_responses".split()
)


def read(reading: Reading) -> Iterator[Subject]:
    """The clients that Django's settings make, and their traps."""
    for entry in reading.every("CACHES"):
        yield from _caches(reading, entry)
    for entry in reading.every("CHANNEL_LAYERS"):
        yield from _channels(reading, entry)
    for entry in reading.every("RQ_QUEUES"):
        yield from _rq(reading, entry)
    for entry in reading.every("SESSION_REDIS"):
        yield from _sessions(reading, entry)


def _caches(reading: Reading, caches: Entry) -> Iterator[Subject]:
    if not isinstance(caches.thing, Table):
        return
    engine = reading.named("SESSION_ENGINE")
    alias_setting = reading.named("SESSION_CACHE_ALIAS")
    session_alias = text_of(alias_setting.thing) if alias_setting else "default"
    sessions = "cache" in text_of(engine.thing) if engine else False
    swallow = reading.named("DJANGO_REDIS_IGNORE_EXCEPTIONS")
    for alias, entry in caches.thing.entries.items():
        table = entry.thing
        backend = text_of(table.get("BACKEND")) if isinstance(table, Table) else ""
        if not isinstance(table, Table) or backend not in LIBRARY:
            continue
        options = table.get("OPTIONS")
        options = options if isinstance(options, Table) else Table()
        kind = text_of(options.get("CLIENT_CLASS"))
        mode = "sentinel" if "entinel" in kind else "cluster" if "luster" in kind else "standalone"
        own = sessions and alias == session_alias
        client = reading.client(
            f"CACHES[{alias!r}]", entry.span, "django", "session" if own else "cache", mode
        )
        client.library, client.package = LIBRARY[backend]
        client.set("library", Value(client.library, Origin(entry.span)))
        location = table.entries.get("LOCATION")
        if location is not None:
            store_address(client, location)
        client.set("sessions", Value(own))
        yield from _endless(client, table, own, reading.context)
        yield from _foreign_options(client, options, backend, reading.context)
        if backend == DJANGO_CORE:
            store_options(client, options)
        else:
            yield from _django_redis(client, options, reading.context)
            held = options.entries.get("IGNORE_EXCEPTIONS") or swallow
            client.set(
                "cache-exceptions",
                value_of(held) if held is not None else Value(False, Origin(entry.span), set=False),
            )
        yield client


def _endless(client: Client, table: Table, sessions: bool, context: str) -> Iterator[Subject]:
    """`"TIMEOUT": None`: no entry of the cache ever expires. Sessions bring an end of their own."""
    entry = table.entries.get("TIMEOUT")
    endless = entry is not None and isinstance(entry.thing, Scalar) and entry.thing.is_none
    if entry is None or not endless or sessions or entry.span is None:
        return
    if client.get("start-by").value not in ("local", "unix"):
        how = "set TIMEOUT to a number of seconds"
        yield call_subject("keys-without-ttl-cache", client.label, entry.span, context, how, client)


def _foreign_options(
    client: Client, options: Table, backend: str, context: str
) -> Iterator[Subject]:
    """Options of the other backend: Django's own writes them small, django-redis in capitals."""
    if backend == DJANGO_CORE:
        rule, strange = (
            "django-core-cache-foreign-options",
            [n for n in options.entries if n.isupper()],
        )
    else:
        rule, strange = (
            "django-redis-lowercase-options",
            [n for n in options.entries if n in _IGNORED_CLIENT_KWARGS or n == "password"],
        )
    span = options.entries[strange[0]].span if strange else None
    if span is not None:
        yield call_subject(rule, client.label, span, context, ", ".join(strange), client)


def _django_redis(client: Client, options: Table, context: str) -> Iterator[Subject]:
    for name in ("SOCKET_TIMEOUT", "SOCKET_CONNECT_TIMEOUT", "PASSWORD"):
        entry = options.entries.get(name)
        if entry is None:
            continue
        if name == "PASSWORD":
            store_password(client, entry)
        else:
            client.set(name.lower(), value_of(entry))
    pool = options.entries.get("CONNECTION_POOL_KWARGS")
    if pool is not None:
        if isinstance(pool.thing, Table):
            store_options(client, pool.thing)
        else:
            client.open_why = "CONNECTION_POOL_KWARGS comes from elsewhere"
    if "BlockingConnectionPool" in text_of(options.get("CONNECTION_POOL_CLASS")):
        client.set("pool", Value("blocking"))
    client.open_why = client.open_why or options.open_why
    void = options.get("REDIS_CLIENT_KWARGS")
    if isinstance(void, Table):
        names = [n for n in void.entries if n in _IGNORED_CLIENT_KWARGS]
        if names:
            span = void.entries[names[0]].span or client.anchor
            assert span is not None
            yield call_subject(
                "django-redis-client-kwargs-ignored", "REDIS_CLIENT_KWARGS", span, context,
                ", ".join(names), client,
            )  # fmt: skip


def _channels(reading: Reading, layers: Entry) -> Iterator[Subject]:
    if not isinstance(layers.thing, Table):
        return
    for alias, entry in layers.thing.entries.items():
        table = entry.thing
        if not isinstance(table, Table) or "channels_redis" not in text_of(table.get("BACKEND")):
            continue
        client = reading.client(f"CHANNEL_LAYERS[{alias!r}]", entry.span, "django", "pubsub")
        client.set("asyncio", Value(True))
        client.open_why = "channels_redis sets options of its own"
        config = table.get("CONFIG")
        hosts = config.entries.get("hosts") if isinstance(config, Table) else None
        if hosts is not None:
            store_address(client, hosts)
            for item in getattr(hosts.thing, "items", [])[:1]:
                if isinstance(item, Table):
                    store_options(client, item)
        yield client


def _rq(reading: Reading, queues: Entry) -> Iterator[Subject]:
    """django-rq: every queue is a client; queues of one address are one."""
    if not isinstance(queues.thing, Table):
        return
    seen: set[object] = set()
    for name, entry in queues.thing.entries.items():
        table = entry.thing
        if not isinstance(table, Table) or "USE_REDIS_CACHE" in table.entries:
            continue
        mode = "sentinel" if "SENTINELS" in table.entries else "standalone"
        client = reading.client(f"RQ_QUEUES[{name!r}]", entry.span, "django", "queue", mode)
        # RQ's workers wait for jobs on their connections and set timeouts of their own.
        client.open_why = "RQ sets options of its own"
        url = table.entries.get("URL")
        if url is not None:
            store_address(client, url)
        elif not store_place(client, table, "HOST", "PORT") and mode == "standalone":
            client.open_why = table.open_why or "its address is set elsewhere"
        for key in ("PASSWORD", "DB", "SSL", "SSL_CERT_REQS", "SOCKET_TIMEOUT"):
            held = table.entries.get(key)
            if held is not None:
                one = Table()
                one.entries[key.lower()] = held
                store_options(client, one)
        for key in ("REDIS_CLIENT_KWARGS", "CONNECTION_KWARGS"):
            more = table.get(key)
            if isinstance(more, Table):
                store_options(client, more)
        known = client.hosts[0].value if client.hosts and client.hosts[0].known else id(client)
        if (known, client.get("db").value) not in seen:
            seen.add((known, client.get("db").value))
            yield client


def _sessions(reading: Reading, sessions: Entry) -> Iterator[Subject]:
    """django-redis-sessions: a table of host, port, url, socket_timeout."""
    if not isinstance(sessions.thing, Table):
        return
    client = _session_client(reading, sessions.span)
    url = sessions.thing.entries.get("url")
    if url is not None:
        store_address(client, url)
    else:
        store_place(client, sessions.thing)
    store_options(client, sessions.thing)
    yield client


def _session_client(reading: Reading, span: Span | None) -> Client:
    client = reading.client("SESSION_REDIS", span, "django", "session")
    client.set("sessions", Value(True))
    return client
