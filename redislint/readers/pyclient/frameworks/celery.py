"""Celery and Kombu: the broker and the result backend, by settings, app.conf or the app's call."""

from __future__ import annotations

import re
from collections.abc import Iterator

from redislint.model.client import Client
from redislint.model.subject import Subject
from redislint.model.value import Value, at
from redislint.readers.pyclient.arguments import arguments
from redislint.readers.pyclient.build import cert_reqs_of
from redislint.readers.pyclient.frameworks.common import (
    Reading,
    is_redis,
    mode_of,
    store_address,
    store_options,
)
from redislint.readers.pyclient.things import Entry, Scalar, Series, Table, unknown
from redislint.readers.pyclient.uses import call_subject
from redislint.source import Span

_OLD = {
    "broker_url": "broker_url", "broker_use_ssl": "broker_use_ssl",
    "broker_transport_options": "broker_transport_options", "result_backend": "result_backend",
    "redis_backend_use_ssl": "redis_backend_use_ssl", "accept_content": "accept_content",
    "task_acks_late": "task_acks_late", "acks_late": "task_acks_late",
    "task_time_limit": "task_time_limit", "task_soft_time_limit": "task_soft_time_limit",
}  # fmt: skip
"""Settings that matter, in the names in force; the old upper-case ones only differ in case."""
_ROLES = {
    "broker": ("the Celery broker", "queue"), "backend": ("the Celery result backend", "results"),
}  # fmt: skip
"""What a client is called and what it is for, by the part that it plays."""


def read(reading: Reading) -> Iterator[Subject]:
    """The clients that Celery makes here."""
    app: Span | None = None
    source = reading.ev.module.tree.source.text
    settings = _of_module(reading)
    if settings or "elery" in source:
        app = _of_app(reading, settings)
    yield from _clients(reading, settings, app)
    for place in reading.places()[1:]:
        held = {_OLD[_plain(n)]: e for n, e in place.items() if _plain(n) in _OLD}
        yield from _clients(reading, held, None)
    if "kombu" in source:
        yield from _kombu(reading)


def _plain(name: str) -> str:
    return name.lower().removeprefix("celery_")


def _of_module(reading: Reading) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for name in reading.ev.module.top.names:
        key = _OLD.get(_plain(name))
        if key is not None and (name.isupper() or name.islower()):
            entry = reading.named(name)
            if entry is not None:
                found[key] = entry
    return found


def _of_app(reading: Reading, settings: dict[str, Entry]) -> Span | None:
    """Add what `Celery(…)`, `app.conf.update(…)` and `app.conf.x = …` say; where the app is made."""
    ev = reading.ev
    app: Span | None = None
    for node, scope in reading.calls("Celery"):
        if not reading.reference(node, scope).startswith("celery."):
            continue
        given = arguments(ev, node, scope)
        app = ev.module.tree.span(node)
        for name, key in (("broker", "broker_url"), ("backend", "result_backend")):
            entry = given.keywords.entries.get(name)
            if entry is not None:
                settings.setdefault(key, entry)
        # Any further keyword is a setting too.
        settings.update({n: e for n, e in given.keywords.entries.items() if n in _OLD})
    for node, scope in reading.calls("update"):
        function = node.child_by_field_name("function")
        if function is None or not ev.module.text(function).endswith(".conf.update"):
            continue
        given = arguments(ev, node, scope)
        for entry in given.positional:
            given.keywords.merge(entry.thing)
        for name, entry in given.keywords.entries.items():
            settings[_plain(name)] = entry
        if given.keywords.open_why:
            settings.setdefault(
                "broker_transport_options",
                Entry(unknown(given.keywords.open_why), ev.module.tree.span(node)),
            )
    for name, entry in _configured(reading):
        # The client of a URL that stands in another file is read there.
        key = _OLD.get(_plain(name), "")
        if key not in ("", "broker_url", "result_backend"):
            settings.setdefault(key, entry)
    for held, changes in ev.module.top.changes.items():
        if not held.endswith(".conf"):
            continue
        for change in changes:
            left = change.node.child_by_field_name("left")
            right = change.node.child_by_field_name("right")
            if left is None or right is None:
                continue
            if change.how == "attribute":
                name_node = left.child_by_field_name("attribute")
                name = ev.module.text(name_node) if name_node is not None else ""
            else:
                key_thing = ev.eval(left.child_by_field_name("subscript"), change.scope)
                name = str(key_thing.value.value) if isinstance(key_thing, Scalar) else ""
            span = ev.module.tree.span(change.node)
            settings[_plain(name)] = Entry(ev.eval(right, change.scope), span)
    return app


def _clients(reading: Reading, settings: dict[str, Entry], app: Span | None) -> Iterator[Subject]:
    broker = settings.get("broker_url")
    transport = settings.get("broker_transport_options")
    told: set[object] = set()
    if broker is not None and is_redis(broker.thing):
        yield from _pickles(reading, settings.get("accept_content"))
        mode = mode_of(broker.thing)
        client = reading.client("the Celery broker", broker.span, "celery", "queue", mode)
        client.set("celery-role", Value("broker"))
        store_address(client, broker)
        table = transport.thing if transport is not None else None
        if isinstance(table, Table):
            store_options(client, table)
            client.set("given", Value(tuple(table.entries)))
        elif transport is not None or (app is None and not _is_whole(reading)):
            client.open_why = "broker_transport_options are set elsewhere"
        _tls(client, settings.get("broker_use_ssl"), told)
        delay = _longest_delay(reading) or _delay_elsewhere(reading)
        if delay is not None:
            client.set("longest-delay", delay)
        task = _longest_task(settings)
        if task is not None and (delay is None or not _over(delay, client)):
            client.set("longest-delay", task)
            client.set("delays-by-running", Value(True, task.origin))
        yield client
    elif broker is None or _unknown(broker):
        yield from _elsewhere(reading, "broker", settings.get("broker_use_ssl"), told)
    backend = settings.get("result_backend")
    if backend is not None and is_redis(backend.thing):
        client = reading.client(
            "the Celery result backend", backend.span, "celery", "results", mode_of(backend.thing)
        )
        client.set("celery-role", Value("backend"))
        client.open_why = "Celery sets options of its own"
        store_address(client, backend)
        _tls(client, settings.get("redis_backend_use_ssl"), told)
        yield client
    elif backend is None or _unknown(backend):
        yield from _elsewhere(reading, "backend", settings.get("redis_backend_use_ssl"), told)


def _over(delay: Value, client: Client) -> bool:
    """Whether a delay alone is too long."""
    limit = client.facts.get("visibility_timeout")
    held = limit.value if limit is not None and limit.known else 3600
    return isinstance(delay.value, int | float) and (
        not isinstance(held, int | float) or delay.value > held
    )


def _pickles(reading: Reading, entry: Entry | None) -> Iterator[Subject]:
    """Workers that unpickle what they find in their queue."""
    items = entry.thing.items if entry is not None and isinstance(entry.thing, Series) else []
    for item in items:
        text = item.text if isinstance(item, Scalar) else None
        if text not in ("pickle", "application/x-python-serialize") or entry is None:
            continue
        span = entry.span or reading.ev.module.tree.span(reading.ev.module.tree.root)
        detail = "accept_content lets pickle in from the Redis broker"
        yield call_subject("pickle-redis", "accept_content", span, reading.context, detail)
        return


def _configured(reading: Reading) -> Iterator[tuple[str, Entry]]:
    if not reading.calls("config_from_object"):
        return iter(())
    from redislint.readers.pyclient.frameworks import celeryconf

    return celeryconf.configured(reading)


def _is_whole(reading: Reading) -> bool:
    from redislint.readers.pyclient.frameworks import celeryconf

    return celeryconf.is_whole(reading)


def _delay_elsewhere(reading: Reading) -> Value | None:
    from redislint.readers.pyclient.frameworks import celeryconf

    return celeryconf.delay_elsewhere(reading)


def _unknown(entry: Entry) -> bool:
    """Whether a URL comes from outside and nothing tells its scheme."""
    return not (isinstance(entry.thing, Scalar) and (entry.thing.text or entry.thing.hint))


def _elsewhere(
    reading: Reading, role: str, entry: Entry | None, told: set[object]
) -> Iterator[Subject]:
    """A client whose address is told elsewhere, where its TLS options have the names of redis-py."""
    table = entry.thing if entry is not None else None
    if entry is None or not isinstance(table, Table) or "ssl_cert_reqs" not in table.entries:
        return
    label, purpose = _ROLES[role]
    client = reading.client(label, entry.span, "celery", purpose, "unknown")
    client.set("celery-role", Value(role))
    client.open_why = "its address and options are set elsewhere"
    _tls(client, entry, told)
    yield client


def _tls(client: Client, entry: Entry | None, told: set[object]) -> None:
    """Store what broker_use_ssl or redis_backend_use_ssl says; what both share is said once."""
    table = entry.thing if entry is not None else None
    held = table.entries.get("ssl_cert_reqs") if isinstance(table, Table) else None
    if entry is None or not isinstance(table, Table):
        return
    client.set("ssl", at(True, entry.span))
    if held is None or (held.span is not None and held.span.key in told):
        return
    if held.span is not None:
        told.add(held.span.key)
    client.set("ssl_cert_reqs", cert_reqs_of(held))


def _kombu(reading: Reading) -> Iterator[Subject]:
    """`kombu.Connection("redis://…", transport_options={…})`."""
    ev = reading.ev
    for name in ("Connection", "BrokerConnection"):
        for node, scope in reading.calls(name):
            if not reading.reference(node, scope).startswith("kombu"):
                continue
            given = arguments(ev, node, scope)
            url = given.positional[0] if given.positional else None
            url = url or given.keywords.entries.get("hostname")
            if url is None or not is_redis(url.thing):
                continue
            span = ev.module.tree.span(node)
            client = reading.client(
                "kombu.Connection()", span, "celery", "queue", mode_of(url.thing)
            )
            client.open_why = "Kombu sets options of its own"
            store_address(client, url)
            table = given.keywords.get("transport_options")
            if isinstance(table, Table):
                store_options(client, table)
            _tls(client, given.keywords.entries.get("ssl"), set())
            yield client


_SPAN = re.compile(
    r"timedelta\(((?:\s*(?:weeks|days|hours|minutes|seconds)\s*=\s*\d{1,6}\s*,?)+)\)"
)
_UNITS = {"weeks": 604800, "days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}


def _longest_delay(reading: Reading) -> Value | None:
    """The longest literal countdown or eta of a task in this file, in seconds."""
    ev = reading.ev
    longest: Value | None = None
    for name in ("apply_async", "retry", "send_task", "set"):
        for node, scope in reading.calls(name):
            words = arguments(ev, node, scope).keywords.entries
            countdown = words["countdown"].thing if "countdown" in words else None
            held = countdown.value.value if isinstance(countdown, Scalar) else None
            for entry in (words.get("countdown"), words.get("eta")):
                match = _SPAN.search(entry.span.text) if entry is not None and entry.span else None
                if match is not None:
                    parts = re.findall(r"(\w+)\s*=\s*(\d+)", match[1])
                    held = sum(_UNITS[unit] * int(count) for unit, count in parts)
            if isinstance(held, int | float) and not isinstance(held, bool):
                before = longest.value if longest is not None else None
                if not isinstance(before, int | float) or held > before:
                    longest = at(held, ev.module.tree.span(node))
    return longest


def _longest_task(settings: dict[str, Entry]) -> Value | None:
    """How long a task may run before a worker that acknowledges late gives an answer."""
    late = settings.get("task_acks_late") or settings.get("acks_late")
    if late is None or not (isinstance(late.thing, Scalar) and late.thing.value.value is True):
        return None
    for name in ("task_time_limit", "task_soft_time_limit"):
        entry = settings.get(name)
        held = entry.thing.value.value if entry and isinstance(entry.thing, Scalar) else None
        if entry is not None and isinstance(held, int | float) and not isinstance(held, bool):
            return at(held, entry.span)
    return None
