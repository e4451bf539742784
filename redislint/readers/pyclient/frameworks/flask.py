"""Flask's extensions: Flask-Redis, Flask-Caching, Flask-Session, Flask-Limiter, Flask-SocketIO."""

from __future__ import annotations

from collections.abc import Iterator

from redislint.model.client import Client
from redislint.model.subject import Subject
from redislint.model.value import Value, unknown
from redislint.readers.pyclient.arguments import arguments
from redislint.readers.pyclient.frameworks.common import (
    Reading,
    Settings,
    is_redis,
    mode_of,
    serve,
    store_address,
    store_options,
    store_password,
    store_place,
    text_of,
)
from redislint.readers.pyclient.things import Arguments, Entry, Table
from redislint.syntax.python import Node


def read(reading: Reading) -> Iterator[Subject]:
    """The clients that extensions of Flask make, and what others are for."""
    for place in reading.places():
        yield from _caching(reading, place)
        _session(reading, place)
        yield from _limits(reading, place)
    for node, scope in reading.calls("Cache"):
        if reading.reference(node, scope).startswith("flask_caching"):
            config = arguments(reading.ev, node, scope).keywords.get("config")
            if isinstance(config, Table):
                yield from _caching(reading, config.entries)
    for name in ("FlaskRedis", "Redis"):
        for node, scope in reading.calls(name):
            if reading.reference(node, scope).startswith("flask_redis."):
                yield _redis(reading, arguments(reading.ev, node, scope), node)
    for node, scope in reading.calls("SocketIO"):
        if reading.reference(node, scope).startswith("flask_socketio"):
            given = arguments(reading.ev, node, scope).keywords.entries.get("message_queue")
            if given is not None and is_redis(given.thing):
                span = reading.ev.module.tree.span(node)
                client = reading.client("Flask-SocketIO", span, "flask", "pubsub")
                client.open_why = "python-socketio sets options of its own"
                store_address(client, given)
                yield client


def _redis(reading: Reading, given: Arguments, node: Node) -> Client:
    """Flask-Redis: `from_url` of the setting REDIS_URL with the keywords of the call."""
    span = reading.ev.module.tree.span(node)
    client = reading.client("FlaskRedis()", span, "flask", "")
    prefix = given.keywords.get("config_prefix")
    setting = f"{text_of(prefix) or 'REDIS'}_URL"
    url = next((p[setting] for p in reading.places() if setting in p), None)
    if url is not None:
        store_address(client, url)
    else:
        client.hosts.append(unknown(f"the setting {setting} decides", span))
        client.set("ssl", unknown(f"the setting {setting} decides", span))
    own = Table(span)
    own.merge(given.keywords)
    own.entries = {k: v for k, v in own.entries.items() if k not in _OWN}
    store_options(client, own)
    return client


_OWN = ("app", "strict", "config_prefix")
"""Keywords of Flask-Redis itself."""


def _caching(reading: Reading, settings: Settings) -> Iterator[Subject]:
    kind = settings.get("CACHE_TYPE")
    name = text_of(kind.thing) if kind is not None else ""
    if kind is None or "redis" not in name.lower():
        return
    mode = "cluster" if "luster" in name else "sentinel" if "entinel" in name else "standalone"
    client = reading.client("Flask-Caching", kind.span, "flask", "cache", mode)
    url = settings.get("CACHE_REDIS_URL")
    host = settings.get("CACHE_REDIS_HOST")
    if url is not None:
        store_address(client, url)
    elif host is not None:
        if (made := reading.built(host.thing)) is not None:
            serve(made, "cache", kind.span)
            return
        table = Table()
        table.entries = {"host": host}
        if "CACHE_REDIS_PORT" in settings:
            table.entries["port"] = settings["CACHE_REDIS_PORT"]
        store_place(client, table)
    if "CACHE_REDIS_PASSWORD" in settings:
        store_password(client, settings["CACHE_REDIS_PASSWORD"])
    options = settings.get("CACHE_OPTIONS")
    if options is not None and isinstance(options.thing, Table):
        store_options(client, options.thing)
    elif options is not None:
        client.open_why = "CACHE_OPTIONS comes from elsewhere"
    yield client


def _session(reading: Reading, settings: Settings) -> None:
    """Flask-Session keeps its sessions in a client that the program makes."""
    held = settings.get("SESSION_REDIS")
    client = reading.built(held.thing) if held is not None else None
    if held is not None and client is not None:
        serve(client, "session", held.span)
        client.set("sessions", Value(True))


_LIMITS = ("RATELIMIT_STORAGE_URI", "RATELIMIT_STORAGE_URL")


def _limits(reading: Reading, settings: Settings) -> Iterator[Subject]:
    for name in _LIMITS:
        url = settings.get(name)
        if url is not None and is_redis(url.thing):
            yield limiter(reading, url, settings.get("RATELIMIT_STORAGE_OPTIONS"), "Flask-Limiter")
            return


def limiter(reading: Reading, url: Entry, options: Entry | None, label: str) -> Subject:
    """The client that `limits` makes of a storage URI; its options go to the client as they are."""
    client = reading.client(label, url.span, "limits", "rate-limiter", mode_of(url.thing))
    store_address(client, url)
    if options is not None and isinstance(options.thing, Table):
        store_options(client, options.thing)
    elif options is not None:
        client.open_why = "the storage options come from elsewhere"
    return client
