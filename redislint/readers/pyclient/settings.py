"""Settings of Django, Channels, Celery, Flask-Caching and RQ: clients without a constructor."""

from __future__ import annotations

from collections.abc import Iterator

from redislint.model.client import Client
from redislint.model.facts.python_options import NAMES
from redislint.model.subject import Subject
from redislint.model.value import Origin, Value, at, unknown
from redislint.readers.pyclient import url as urls
from redislint.readers.pyclient.arguments import arguments
from redislint.readers.pyclient.build import SECRET, value_of
from redislint.readers.pyclient.context import is_ip, is_local
from redislint.readers.pyclient.evaluate import Evaluator
from redislint.readers.pyclient.things import Entry, Ref, Scalar, Series, Table, Thing
from redislint.readers.pyclient.uses import call_subject
from redislint.source import Span

DJANGO_REDIS = "django_redis.cache.RedisCache"
DJANGO_CORE = "django.core.cache.backends.redis.RedisCache"

_IGNORED_CLIENT_KWARGS = frozenset(
    "socket_timeout socket_connect_timeout socket_keepalive health_check_interval retry "
    "retry_on_timeout retry_on_error ssl ssl_cert_reqs max_connections decode_responses".split()
)


def read(ev: Evaluator, context: str) -> list[Subject]:
    """The clients that settings of this module make, and their traps."""
    found: list[Subject] = []
    top = ev.module.top.names
    if "CACHES" in top:
        found += _caches(ev, context)
    if "CHANNEL_LAYERS" in top:
        found += _channels(ev, context)
    found += _celery(ev, context)
    found += _flask(ev, context)
    return found


def _named(ev: Evaluator, name: str) -> Entry | None:
    """What a module-level setting is, and where."""
    bindings = ev.module.top.names.get(name)
    if not bindings:
        return None
    node = bindings[-1].node
    return Entry(ev.member(name), ev.module.tree.span(node))


def _text(thing: Thing | None) -> str:
    if isinstance(thing, Scalar) and thing.value.known and isinstance(thing.value.value, str):
        return thing.value.value
    return thing.name if isinstance(thing, Ref) else ""


def _client(
    label: str, span: Span | None, mode: str, context: str, framework: str, *, asyncio: bool = False
) -> Client:
    client = Client(label, span, "redis-py", at(mode, span), "redis")
    client.set("asyncio", Value(asyncio))
    client.set("language", Value("python"))
    client.set("framework", Value(framework))
    client.set("context", Value(context))
    client.set("through", Value("settings"))
    client.set("pool", Value("plain"))
    client.set("given", Value((), set=False))
    client.set("tls-options", Value((), set=False))
    client.set("web", Value(framework in ("django", "flask")))
    client.set("start-by", Value("unknown"))
    return client


def _address(client: Client, entry: Entry) -> urls.Url | None:
    """Store what a URL or a (host, port) pair says."""
    thing = entry.thing
    if isinstance(thing, Series) and thing.items:
        first = thing.items[0]
        if isinstance(first, Scalar) and isinstance(first.value.value, str):
            if "://" in first.value.value:
                return _address(client, Entry(first, entry.span))
            _host(client, first.value.value, None, entry.span)
        elif isinstance(first, Series | Table):
            inner = first.get("address") if isinstance(first, Table) else None
            return _address(client, Entry(inner or first, entry.span))
        return None
    if isinstance(thing, Table):
        inner = thing.get("address") or thing.get("host")
        return _address(client, Entry(inner, entry.span)) if inner is not None else None
    text = thing.text if isinstance(thing, Scalar) else None
    if text is None:
        client.hosts.append(unknown("the address is not written here", entry.span))
        return None
    url = urls.parse(text if "://" in text or "\0" in text else f"redis://{text}")
    if url.host is not None:
        _host(client, url.host, url.port, entry.span)
    else:
        client.hosts.append(unknown("the host is not written here", entry.span))
    if url.tls is not None:
        client.set("ssl", at(url.tls, entry.span))
    if url.db is not None:
        client.set("db", at(url.db, entry.span))
    if url.has_password:
        client.set("password", unknown("masked", entry.span))
        if url.password_literal:
            client.set("password-literal", at(url.password_literal, entry.span))
    for name, raw in url.query.items():
        if name in NAMES and raw is not None:
            client.set(name, at(urls.convert(name, raw), entry.span))
    return url


def _host(client: Client, host: str, port: int | None, span: Span | None) -> None:
    client.hosts.append(
        at(f"{host}:{port or 6379}" if not host.startswith("unix:") else host, span)
    )
    kind = (
        "unix" if host.startswith("unix:") else "local" if is_local(host)
        else "ip" if is_ip(host) else "name"
    )  # fmt: skip
    client.set("start-by", at(kind, span))
    client.set("endpoint", at(host, span))
    client.set("host", at(host, span))


def _store(client: Client, table: Table, *, lower: bool = False) -> None:
    for name, entry in table.entries.items():
        key = name.lower() if lower else name
        if key in SECRET:
            client.set("password", unknown("masked", entry.span))
        elif key in NAMES:
            client.set(key, value_of(entry))
    client.open_why = client.open_why or table.open_why


# Django


def _caches(ev: Evaluator, context: str) -> Iterator[Subject]:
    caches = _named(ev, "CACHES")
    if caches is None or not isinstance(caches.thing, Table):
        return
    engine = _named(ev, "SESSION_ENGINE")
    alias_setting = _named(ev, "SESSION_CACHE_ALIAS")
    session_alias = _text(alias_setting.thing) if alias_setting else "default"
    sessions = "cache" in _text(engine.thing) if engine else False
    swallow = _named(ev, "DJANGO_REDIS_IGNORE_EXCEPTIONS")
    for alias, entry in caches.thing.entries.items():
        table = entry.thing
        if not isinstance(table, Table):
            continue
        backend = _text(table.get("BACKEND"))
        if backend not in (DJANGO_REDIS, DJANGO_CORE):
            continue
        options = table.get("OPTIONS")
        options = options if isinstance(options, Table) else Table()
        kind = _text(options.get("CLIENT_CLASS"))
        mode = "sentinel" if "entinel" in kind else "cluster" if "luster" in kind else "standalone"
        span = entry.span
        client = _client(f"CACHES[{alias!r}]", span, mode, context, "django")
        location = table.entries.get("LOCATION")
        if location is not None:
            _address(client, location)
        client.set("sessions", Value(sessions and alias == session_alias))
        if backend == DJANGO_CORE:
            _store(client, options)
        else:
            yield from _django_redis(client, options, context)
            held = options.entries.get("IGNORE_EXCEPTIONS")
            if held is not None:
                client.set("cache-exceptions", value_of(held))
            elif swallow is not None:
                client.set("cache-exceptions", value_of(swallow))
            else:
                client.set("cache-exceptions", Value(False, Origin(span), set=False))
        yield client


def _django_redis(client: Client, options: Table, context: str) -> Iterator[Subject]:
    for name in ("SOCKET_TIMEOUT", "SOCKET_CONNECT_TIMEOUT", "PASSWORD"):
        entry = options.entries.get(name)
        if entry is None:
            continue
        if name == "PASSWORD":
            client.set("password", unknown("masked", entry.span))
            text = _text(entry.thing)
            if text:
                client.set("password-literal", at(text, entry.span))
        else:
            client.set(name.lower(), value_of(entry))
    pool = options.entries.get("CONNECTION_POOL_KWARGS")
    if pool is not None:
        if isinstance(pool.thing, Table):
            _store(client, pool.thing)
        else:
            client.open_why = "CONNECTION_POOL_KWARGS comes from elsewhere"
    if "BlockingConnectionPool" in _text(options.get("CONNECTION_POOL_CLASS")):
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


def _channels(ev: Evaluator, context: str) -> Iterator[Subject]:
    layers = _named(ev, "CHANNEL_LAYERS")
    if layers is None or not isinstance(layers.thing, Table):
        return
    for alias, entry in layers.thing.entries.items():
        table = entry.thing
        if not isinstance(table, Table) or "channels_redis" not in _text(table.get("BACKEND")):
            continue
        client = _client(
            f"CHANNEL_LAYERS[{alias!r}]", entry.span, "standalone", context, "django", asyncio=True
        )
        client.open_why = "channels_redis sets options of its own"
        config = table.get("CONFIG")
        hosts = config.entries.get("hosts") if isinstance(config, Table) else None
        if hosts is not None:
            _address(client, hosts)
        yield client


# Celery

_BROKER = ("broker_url", "BROKER_URL", "CELERY_BROKER_URL")
_BACKEND = ("result_backend", "CELERY_RESULT_BACKEND", "RESULT_BACKEND")
_TRANSPORT = (
    "broker_transport_options",
    "BROKER_TRANSPORT_OPTIONS",
    "CELERY_BROKER_TRANSPORT_OPTIONS",
)


def _celery(ev: Evaluator, context: str) -> Iterator[Subject]:
    settings: dict[str, Entry] = {}
    for name in (*_BROKER, *_BACKEND, *_TRANSPORT):
        found = _named(ev, name)
        if found is not None:
            settings[name.lower().removeprefix("celery_")] = found
    app: Span | None = None
    if not settings and "elery" not in ev.module.tree.source.text:
        return
    for node, scope in ev.module.calls:
        function = node.child_by_field_name("function")
        text = ev.module.text(function) if function is not None else ""
        if text.split(".")[-1] == "Celery":
            thing = ev.eval(function, scope)
            if isinstance(thing, Ref) and thing.name.startswith("celery."):
                given = arguments(ev, node, scope)
                app = ev.module.tree.span(node)
                for name, key in (("broker", "broker_url"), ("backend", "result_backend")):
                    entry = given.keywords.entries.get(name)
                    if entry is not None:
                        settings.setdefault(key, entry)
        elif text.endswith(".conf.update"):
            given = arguments(ev, node, scope)
            for entry in given.positional:
                given.keywords.merge(entry.thing)
            for name, entry in given.keywords.entries.items():
                settings[name.lower().removeprefix("celery_")] = entry
    for held, changes in ev.module.top.changes.items():
        if not held.endswith(".conf"):
            continue
        for change in changes:
            how, node, scope = change.how, change.node, change.scope
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if how == "attribute" and left is not None and right is not None:
                name_node = left.child_by_field_name("attribute")
                name = ev.module.text(name_node).lower() if name_node is not None else ""
                settings[name] = Entry(ev.eval(right, scope), ev.module.tree.span(node))
    yield from _celery_clients(ev, settings, app, context)


def _is_redis(thing: Thing) -> bool:
    texts = [thing.text, thing.hint] if isinstance(thing, Scalar) else []
    return any(
        isinstance(t, str) and t.split("://")[0] in ("redis", "rediss", "sentinel", "valkey")
        and "://" in t
        for t in texts
    )  # fmt: skip


def _celery_clients(
    ev: Evaluator, settings: dict[str, Entry], app: Span | None, context: str
) -> Iterator[Subject]:
    broker = settings.get("broker_url")
    transport = settings.get("broker_transport_options")
    if broker is not None and _is_redis(broker.thing):
        sentinel = isinstance(broker.thing, Scalar) and (broker.thing.text or "").startswith(
            "sentinel"
        )
        mode = "sentinel" if sentinel else "standalone"
        client = _client("the Celery broker", broker.span, mode, context, "celery")
        client.set("celery-role", Value("broker"))
        _address(client, broker)
        table = transport.thing if transport is not None else None
        if isinstance(table, Table):
            _store(client, table)
            client.set("given", Value(tuple(table.entries)))
        elif transport is not None or app is None:
            client.open_why = "broker_transport_options are set elsewhere"
        delay = _longest_delay(ev)
        if delay is not None:
            client.set("longest-delay", delay)
        yield client
    backend = settings.get("result_backend")
    if backend is not None and _is_redis(backend.thing):
        client = _client("the Celery result backend", backend.span, "standalone", context, "celery")
        client.set("celery-role", Value("backend"))
        client.open_why = "Celery sets options of its own"
        _address(client, backend)
        yield client


def _longest_delay(ev: Evaluator) -> Value | None:
    """The longest literal countdown of a task in this file, in seconds."""
    longest: Value | None = None
    for node, scope in ev.module.calls:
        function = node.child_by_field_name("function")
        text = ev.module.text(function) if function is not None else ""
        if text.split(".")[-1] not in ("apply_async", "retry", "send_task", "set"):
            continue
        countdown = arguments(ev, node, scope).keywords.get("countdown")
        held = countdown.value.value if isinstance(countdown, Scalar) else None
        if isinstance(held, int | float) and not isinstance(held, bool):
            before = longest.value if longest is not None else None
            if not isinstance(before, int | float) or held > before:
                longest = at(held, ev.module.tree.span(node))
    return longest


# Flask-Caching


def _flask(ev: Evaluator, context: str) -> Iterator[Subject]:
    kind = _named(ev, "CACHE_TYPE")
    if kind is None or "redis" not in _text(kind.thing).lower():
        return
    mode = "cluster" if "luster" in _text(kind.thing) else "standalone"
    if "entinel" in _text(kind.thing):
        mode = "sentinel"
    client = _client("Flask-Caching", kind.span, mode, context, "flask")
    for name in ("CACHE_REDIS_URL", "CACHE_REDIS_HOST"):
        entry = _named(ev, name)
        if entry is not None:
            _address(client, entry)
            break
    options = _named(ev, "CACHE_OPTIONS")
    if options is not None and isinstance(options.thing, Table):
        _store(client, options.thing)
    elif options is not None:
        client.open_why = "CACHE_OPTIONS comes from elsewhere"
    yield client
