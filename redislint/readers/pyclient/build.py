"""A construction → a Client subject with its options as facts."""

from __future__ import annotations

from typing import Any

from redislint.model.client import Client
from redislint.model.facts.python_options import NAMES
from redislint.model.value import Origin, Value, at, unknown
from redislint.readers.pyclient import url as urls
from redislint.readers.pyclient.context import is_ip, is_local
from redislint.readers.pyclient.merge import same
from redislint.readers.pyclient.names import DISTRIBUTION, Made
from redislint.readers.pyclient.things import HANDED_IN, Entry, Ref, Scalar, Series, Table, Thing
from redislint.source import Span

SECRET = frozenset("password sentinel_password ssl_password credential_provider".split())

POOL_OPTIONS = frozenset(
    "host port db password username socket_timeout socket_connect_timeout socket_keepalive "
    "socket_keepalive_options retry_on_timeout retry_on_error retry health_check_interval "
    "max_connections decode_responses encoding ssl ssl_keyfile ssl_certfile ssl_cert_reqs "
    "ssl_ca_certs ssl_ca_path ssl_ca_data ssl_check_hostname client_name credential_provider "
    "protocol unix_socket_path".split()
)
"""Options that do nothing beside connection_pool=."""

TLS_OPTIONS = frozenset(
    "ssl_keyfile ssl_certfile ssl_cert_reqs ssl_ca_certs ssl_ca_path ssl_ca_data "
    "ssl_check_hostname ssl_min_version ssl_ciphers ssl_password".split()
)


TIMEOUTS = ("socket_timeout", "socket_connect_timeout", "timeout")


class Built:
    """A client subject and what traps need to know of its construction.

    `ignored` are the options that connection_pool= makes void, `url` the parsed URL.
    """

    __slots__ = ("client", "ignored", "made", "pool", "table", "url")

    def __init__(self, client: Client, made: Made) -> None:
        self.client = client
        self.made = made
        self.ignored: list[tuple[str, Span | None]] = []
        self.pool: Made | None = None
        self.url: urls.Url | None = None
        self.table = Table()


def build(made: Made, context: str, label: str) -> Built:
    """The client of a construction."""
    kind = made.kind
    own = made.options
    pool = _pool_of(made)
    mode = "cluster" if kind.role == "cluster" else "standalone"
    if kind.role in ("sentinel", "sentinel-pool") or made.base is not None:
        mode = "sentinel"
    anchor = made.span
    if isinstance(pool, Made):
        anchor = pool.span
        if pool.kind.role == "sentinel-pool":
            mode = "sentinel"
    client = Client(label, anchor, kind.library, at(mode, made.span), DISTRIBUTION[kind.library])
    built = Built(client, made)
    table = Table(made.span)
    if made.base is not None:
        for name, entry in made.base.options.entries.items():
            if name not in ("sentinels", "min_other_sentinels", "sentinel_kwargs"):
                table.entries[name] = entry
        table.open_why = made.base.open_why
    if pool is not None:
        built.ignored = [
            (name, entry.span)
            for name, entry in own.entries.items()
            if name in POOL_OPTIONS and not _repeats(name, entry, pool)
        ]
        if isinstance(pool, Made):
            built.pool = pool
            table.entries.update(pool.options.entries)
            table.open_why = table.open_why or pool.open_why
        else:
            table.open_why = "the connection pool is made elsewhere"
        for name, entry in own.entries.items():
            if name not in POOL_OPTIONS and name != "connection_pool":
                table.entries[name] = entry
    else:
        table.merge(own)
    client.open_why = table.open_why or made.open_why
    if made.missed:
        client.open_why = client.open_why or "some positional arguments were not understood"
    built.table = table
    _read_url(built, made if not isinstance(pool, Made) else pool)
    _store_options(client, table)
    _common(built, context, pool)
    _addresses(built)
    if context == "application" and _from_command_line(built):
        # A tool that somebody starts by hand and can stop again.
        client.set("context", Value("example"))
    return built


_ALIKE = frozenset("host port db decode_responses encoding".split())
"""Options that are said twice as a rule: beside a pool that was not read they are taken for that."""


def _repeats(name: str, entry: Entry, pool: Thing) -> bool:
    """Whether an option beside connection_pool= says what the pool was told."""
    if not isinstance(pool, Made):
        return name in _ALIKE
    held = pool.options.get(name)
    if held is None and name in _ALIKE and (pool.url is not None or pool.open_why):
        # A URL that is not written here may say it.
        return name != "decode_responses"
    return held is not None and same(held, entry.thing)


def _handed_in(built: Built) -> bool:
    """Whether the caller decides where it connects to, and no default stands in for that."""
    url = built.made.url or (built.pool.url if built.pool is not None else None)
    for thing in (url.thing if url is not None else None, built.table.get("host")):
        if isinstance(thing, Scalar) and thing.source in HANDED_IN and thing.hint is None:
            return True
    return False


def _from_command_line(built: Built) -> bool:
    things = [built.table.get("host"), built.table.get("port")]
    url = built.made.url
    things.append(url.thing if url is not None else None)
    return any(isinstance(t, Scalar) and t.source == "argv" for t in things)


def _pool_of(made: Made) -> Thing | None:
    entry = made.options.entries.get("connection_pool")
    if entry is None or (isinstance(entry.thing, Scalar) and entry.thing.is_none):
        return None
    return entry.thing


def value_of(entry: Entry) -> Value:
    """The model's value of an option."""
    thing = entry.thing
    if isinstance(thing, Scalar):
        held = thing.value
        if held.known:
            return Value(held.value, Origin(entry.span))
        why = held.why
        if thing.hint is not None and "default" not in why and not isinstance(thing.hint, bool):
            why += " (with a default)"
        return Value(None, Origin(entry.span), known=False, why=why)
    if isinstance(thing, Made):
        text = thing.kind.name
        count = retries_of(thing)
        if thing.kind.role == "retry" and count is not None:
            text = f"{text}(…, {count})"
        return Value(text, Origin(entry.span))
    if isinstance(thing, Ref):
        return Value(thing.name, Origin(entry.span))
    if isinstance(thing, Series) and not thing.open_why:
        return Value(tuple(_name(item) for item in thing.items), Origin(entry.span))
    if isinstance(thing, Table):
        return Value("{…}", Origin(entry.span))
    return unknown("is an object that could not be read", entry.span)


def _name(thing: Thing) -> str:
    if isinstance(thing, Ref):
        return thing.name.rsplit(".", 1)[-1]
    if isinstance(thing, Scalar) and thing.value.known:
        return str(thing.value.value)
    return "…"


def retries_of(made: Made) -> int | None:
    """The number of retries of a Retry object, or None."""
    entry = made.options.entries.get("retries")
    if entry is not None and isinstance(entry.thing, Scalar):
        held = entry.thing.value.value
        return held if isinstance(held, int) else None
    return None


def _read_url(built: Built, made: Made) -> None:
    entry = made.url
    if made.through == "from_url" and entry is None:
        built.client.open_why = built.client.open_why or "the URL is not given here"
        return
    if entry is None:
        return
    thing = entry.thing
    text = thing.text if isinstance(thing, Scalar) else None
    if text is None:
        hint = thing.hint if isinstance(thing, Scalar) else None
        built.table.open_why = built.table.open_why or ""
        why = thing.value.why if isinstance(thing, Scalar) else "is computed"
        for name in ("host", "port", "db", "ssl", "password", "username"):
            built.table.entries.setdefault(
                name, Entry(_unknown_of(f"the URL {why}", entry.span, hint), entry.span)
            )
        built.url = None
        return
    parsed = urls.parse(text)
    built.url = parsed
    _judge_url(built, text, entry, thing)
    add = built.table.entries
    for name, held in (("host", parsed.host), ("port", parsed.port), ("db", parsed.db)):
        if held is not None:
            add[name] = Entry(_known_of(held, entry.span), entry.span)
        elif name != "db":
            add.setdefault(
                name,
                Entry(_unknown_of("is a part of the URL that is computed", entry.span), entry.span),
            )
    if parsed.tls is not None:
        add["ssl"] = Entry(_known_of(parsed.tls, entry.span), entry.span)
    else:
        add.setdefault(
            "ssl", Entry(_unknown_of("the URL's scheme decides", entry.span), entry.span)
        )
    if parsed.has_password:
        add["password"] = Entry(_known_of(parsed.password_literal or "\0", entry.span), entry.span)
    elif parsed.has_password is None:
        add.setdefault(
            "password", Entry(_unknown_of("may be a part of the URL", entry.span), entry.span)
        )
    for name, raw in parsed.query.items():
        thing = (
            _unknown_of("is computed", entry.span)
            if raw is None
            else _known_of(urls.convert(name, raw), entry.span)
        )
        add[name] = Entry(thing, entry.span)


def _judge_url(built: Built, text: str, entry: Entry, thing: Thing) -> None:
    """What is wrong with the URL itself, whatever its options."""
    span = thing.value.span if isinstance(thing, Scalar) else None
    if built.made.options.entries.get("password") is None and urls.user_only(
        text, span.text if span is not None else ""
    ):
        built.client.set("url-user-only", Value(True, Origin(entry.span)))
    why = urls.refused(text) if built.client.library == "redis-py" else ""
    if why:
        built.client.set("url-refused", Value(why, Origin(entry.span)))


def _known_of(held: object, span: Span | None) -> Scalar:
    return Scalar(Value(held, Origin(span)))


def _unknown_of(why: str, span: Span | None, hint: object = None, source: str = "") -> Scalar:
    return Scalar(Value(None, Origin(span), known=False, why=why), hint=hint, source=source)


def _store_options(client: Client, table: Table) -> None:
    for name, entry in table.entries.items():
        if name in SECRET or name == "password":
            thing = entry.thing
            if isinstance(thing, Scalar) and thing.is_none:
                continue
            client.set(
                "password",
                Value(None, Origin(entry.span), known=False, set=True, why="masked"),
            )
            held = thing.value.value if isinstance(thing, Scalar) and thing.value.known else None
            if name == "password" and isinstance(held, str) and held.strip("\0"):
                client.set("password-literal", at(held, entry.span))
        elif name == "startup_nodes":
            if isinstance(entry.thing, Series) and not entry.thing.open_why:
                client.set(name, Value(len(entry.thing.items), Origin(entry.span)))
            else:
                client.set(name, unknown("the start nodes come from elsewhere", entry.span))
        elif name == "ssl_cert_reqs":
            client.set(name, cert_reqs_of(entry))
        elif name in NAMES and not (name in TIMEOUTS and _left_out(entry)):
            client.set(name, value_of(entry))
        if name in TIMEOUTS:
            _meant_default(client, name, entry)
        if name == "retry" and isinstance(entry.thing, Made):
            retry = entry.thing
            count = retries_of(retry)
            if count is not None:
                client.set("retry-count", Value(count, Origin(entry.span)))
            else:
                client.set("retry-count", unknown("the number of retries is computed", entry.span))
            client.set("retry-asyncio", Value(retry.kind.asyncio, Origin(entry.span)))


def _left_out(entry: Entry) -> bool:
    """Whether a None is the default of a parameter that the caller did not give."""
    thing = entry.thing
    return isinstance(thing, Scalar) and thing.is_none and thing.source == "default"


def _meant_default(client: Client, name: str, entry: Entry) -> None:
    """Remember the default that a timeout has where nobody sets it: its unit shows there too."""
    thing = entry.thing
    hint = thing.hint if isinstance(thing, Scalar) and not thing.value.known else None
    if isinstance(hint, int | float) and not isinstance(hint, bool):
        client.set("default-" + name, at(hint, entry.span))


def cert_reqs_of(entry: Entry) -> Value:
    """Whether certificates are checked: none, optional or required, however it is written.

    A default of none counts: it holds wherever nobody sets the variable.
    """
    thing = entry.thing
    if isinstance(thing, Ref):
        return Value(_requirement(thing.name.rsplit(".", 1)[-1]), Origin(entry.span))
    if isinstance(thing, Scalar) and thing.value.known:
        return Value(_requirement(thing.value.value), Origin(entry.span))
    if (
        isinstance(thing, Scalar)
        and isinstance(thing.hint, str)
        and thing.source in ("environment", "settings", "condition")
    ):
        meant = _requirement(thing.hint)
        if meant == "none":
            return Value(meant, Origin(entry.span))
    return value_of(entry)


def _requirement(held: object) -> str:
    text = "none" if held is None else str(held).removeprefix("CERT_").lower()
    return {"0": "none", "1": "optional", "2": "required", "false": "none"}.get(text, text)


def _common(built: Built, context: str, pool: Thing | None) -> None:
    client, made = built.client, built.made
    span = made.span
    client.set("asyncio", Value(made.kind.asyncio, Origin(span)))
    client.set("language", Value("python"))
    client.set("framework", Value("none"))
    client.set("context", Value(context))
    client.set("handed-in", Value(_handed_in(built), Origin(span)))
    client.set("class-name", Value(made.kind.name, Origin(span)))
    through = made.through or ("connection_pool" if pool is not None else "constructor")
    if made.kind.role in ("pool", "blocking-pool"):
        through = "connection_pool"
    if pool is not None:
        through = "connection_pool"
    client.set("through", Value(through, Origin(span)))
    pool_kind = "own"
    target = pool if pool is not None else made
    if isinstance(target, Made):
        pool_kind = {"pool": "plain", "blocking-pool": "blocking", "sentinel-pool": "sentinel"}.get(
            target.kind.role, "own"
        )
    elif pool is not None:
        pool_kind = "unknown"
    client.set("pool", Value(pool_kind, Origin(span)))
    given = tuple(
        name
        for name, entry in built.table.entries.items()
        if not (isinstance(entry.thing, Scalar) and entry.thing.source == "condition")
    )
    client.set("given", Value(given, Origin(span)))
    tls = [(n, e) for n, e in built.table.entries.items() if n in TLS_OPTIONS]
    tls = [
        (n, e)
        for n, e in tls
        if not (isinstance(e.thing, Scalar) and e.thing.is_none and n != "ssl_cert_reqs")
    ]
    client.set(
        "tls-options",
        Value(
            tuple(n for n, _ in tls), Origin(tls[0][1].span) if tls else Origin(span), set=bool(tls)
        ),
    )
    base = made.base or (made if made.kind.role == "sentinel" else None)
    if base is not None:
        entry = base.options.entries.get("sentinels")
        if entry is not None and isinstance(entry.thing, Series) and not entry.thing.open_why:
            client.set("sentinels", Value(len(entry.thing.items), Origin(entry.span)))
        else:
            client.set("sentinels", unknown("the Sentinels come from elsewhere", span))
        extra = base.options.entries.get("sentinel_kwargs")
        has = extra is not None and not (isinstance(extra.thing, Scalar) and extra.thing.is_none)
        _dropped_timeout(client, base)
        client.set("sentinel-credentials", Value(has, Origin(extra.span if extra else span)))


def _dropped_timeout(client: Client, base: Made) -> None:
    """Whether sentinel_kwargs takes the socket_timeout away that the Sentinels would have got."""
    extra = base.options.entries.get("sentinel_kwargs")
    own = base.options.entries.get("socket_timeout")
    if extra is None or not isinstance(extra.thing, Table) or extra.thing.open_why or own is None:
        return
    if isinstance(own.thing, Scalar) and own.thing.is_none:
        return
    if "socket_timeout" not in extra.thing.entries:
        client.set("sentinel-timeout-dropped", Value(True, Origin(extra.span)))


def _hosts(built: Built) -> list[tuple[str | None, Any, Span | None]]:
    """(host or None, port, place) of every address that the client is given."""
    table, made = built.table, built.made
    found: list[tuple[str | None, Any, Span | None]] = []

    def pair(host: Thing | None, port: Thing | None, span: Span | None) -> None:
        text = host.text if isinstance(host, Scalar) else None
        if text is not None and "\0" in text:
            text = None
        number = port.value.value if isinstance(port, Scalar) and port.value.known else None
        found.append((text, 6379 if port is None else number, span))

    base = made.base or made
    series = base.options.entries.get("sentinels") if base.kind.role == "sentinel" else None
    series = series or table.entries.get("startup_nodes")
    if series is not None and isinstance(series.thing, Series):
        for item in series.thing.items:
            if isinstance(item, Made):
                pair(_thing(item.options, "host"), _thing(item.options, "port"), item.span)
            elif isinstance(item, Table):
                pair(_thing(item, "host"), _thing(item, "port"), item.span or series.span)
            elif isinstance(item, Series) and item.items:
                pair(item.items[0], item.items[1] if len(item.items) > 1 else None, item.span)
            else:
                found.append((None, None, series.span))
        if series.thing.open_why:
            found.append((None, None, series.span))
    elif series is not None:
        found.append((None, None, series.span))
    socket = table.entries.get("unix_socket_path")
    if socket is not None and not (isinstance(socket.thing, Scalar) and socket.thing.is_none):
        text = socket.thing.text if isinstance(socket.thing, Scalar) else None
        found.append((f"unix:{text}" if text else "unix:", None, socket.span))
    elif "host" in table.entries:
        entry = table.entries["host"]
        pair(entry.thing, _thing(table, "port"), entry.span)
    elif (
        not found
        and not built.client.open_why
        and made.kind.role in ("client", "pool", "blocking-pool")
    ):
        found.append(("localhost", 6379, None))
    return found


def _thing(table: Table, name: str) -> Thing | None:
    return table.get(name)


def _addresses(built: Built) -> None:
    client = built.client
    found = _hosts(built)
    kinds: set[str] = set()
    for host, port, span in found:
        if host is None:
            kinds.add("unknown")
            client.hosts.append(unknown("the host is not written here", span))
            continue
        kinds.add(
            "unix" if host.startswith("unix:") else "local" if is_local(host)
            else "ip" if is_ip(host) else "name"
        )  # fmt: skip
        shown = f"{host}:{port}" if port is not None and not host.startswith("unix:") else host
        client.hosts.append(Value(shown, Origin(span)))
        if kinds == {"name"} or "endpoint" not in client.facts:
            client.set("endpoint", Value(host, Origin(span)))
    kind = kinds.pop() if len(kinds) == 1 else "mixed" if kinds else "unknown"
    if kind == "local" and client.open_why and not found[0][2]:
        kind = "unknown"
    client.set("start-by", Value(kind, Origin(found[0][2] if found else client.anchor)))
