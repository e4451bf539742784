"""What all frameworks share: settings by name, clients of settings, addresses."""

from __future__ import annotations

from collections.abc import Iterator

from redislint.model.client import Client
from redislint.model.facts.python_options import NAMES
from redislint.model.value import Origin, Value, at, unknown
from redislint.readers.pyclient import url as urls
from redislint.readers.pyclient.arguments import arguments
from redislint.readers.pyclient.attributes import is_settings
from redislint.readers.pyclient.build import SECRET, Built, cert_reqs_of, value_of
from redislint.readers.pyclient.context import is_ip, is_local
from redislint.readers.pyclient.evaluate import Evaluator
from redislint.readers.pyclient.names import Made
from redislint.readers.pyclient.scopes import Scope
from redislint.readers.pyclient.things import Class, Entry, Ref, Scalar, Series, Table, Thing
from redislint.source import Span
from redislint.syntax.python import Node

Settings = dict[str, Entry]
"""Settings of one place (a module, a class, `app.config`) by name."""


class Reading:
    """What the readers of frameworks work on: a module, its context, its constructed clients."""

    def __init__(self, ev: Evaluator, context: str, found: dict[int, Built]) -> None:
        self.ev = ev
        self.context = context
        self.found = found
        self._places: list[Settings] | None = None
        self._calls: dict[str, list[tuple[Node, Scope]]] | None = None

    def named(self, name: str) -> Entry | None:
        """What a module-level setting is, and where."""
        bindings = self.ev.module.top.names.get(name)
        if not bindings:
            return None
        return Entry(self.ev.member(name), self.ev.module.tree.span(bindings[-1].node))

    def every(self, name: str) -> Iterator[Entry]:
        """A module-level setting; each of its values where branches set different ones."""
        whole = self.named(name)
        if whole is None:
            return
        bindings = self.ev.module.top.names[name]
        if isinstance(whole.thing, Table) or len(bindings) < 2:
            yield whole
            return
        for binding in bindings[-6:]:
            if binding.kind == "value":
                thing = self.ev.eval(binding.node, self.ev.module.top)
                yield Entry(thing, self.ev.module.tree.span(binding.node))

    def places(self) -> list[Settings]:
        """The settings of the module, of each of its classes, and of `app.config`."""
        if self._places is None:
            ev = self.ev
            top = {n: e for n in ev.module.top.names if n.isupper() and (e := self.named(n))}
            self._places = [top]
            for scope in ev.module.scopes.values():
                if scope.kind == "class":
                    held = self._class(scope)
                    if held:
                        self._places.append(held)
            configured = self._configured()
            if configured:
                self._places.append(configured)
        return self._places

    def _class(self, scope: Scope) -> Settings:
        ev = self.ev
        found: Settings = {}
        if is_settings(ev, Class(ev.module, scope.node, scope)):
            return found  # the environment decides
        for name, bindings in scope.names.items():
            last = bindings[-1]
            wanted = name.isupper() or name.startswith(("broker_", "result_backend"))
            if wanted and last.kind == "value":
                found[name] = Entry(ev.eval(last.node, scope), ev.module.tree.span(last.node))
        return found

    def _configured(self) -> Settings:
        """`app.config["X"] = …`, `app.config.update(X=…)` and `.from_mapping(X=…)`."""
        ev = self.ev
        found: Settings = {}
        for scope in ev.module.scopes.values():
            for name, changes in scope.changes.items():
                if not name.endswith("config"):
                    continue
                for change in changes:
                    left = change.node.child_by_field_name("left")
                    right = change.node.child_by_field_name("right")
                    if change.how != "item" or left is None:
                        continue
                    key = ev.eval(left.child_by_field_name("subscript"), change.scope)
                    if isinstance(key, Scalar) and isinstance(key.value.value, str):
                        span = ev.module.tree.span(change.node)
                        found[key.value.value] = Entry(ev.eval(right, change.scope), span)
        for method in ("update", "from_mapping"):
            for node, scope in self.calls(method):
                function = node.child_by_field_name("function")
                if function is None or not ev.module.text(function).endswith("config." + method):
                    continue
                given = arguments(ev, node, scope)
                for entry in given.positional:
                    given.keywords.merge(entry.thing)
                found.update({n: e for n, e in given.keywords.entries.items() if n.isupper()})
        return found

    def calls(self, name: str) -> list[tuple[Node, Scope]]:
        """The calls of a function or method of that name."""
        if self._calls is None:
            self._calls = {}
            for node, scope in self.ev.module.calls:
                function = node.child_by_field_name("function")
                if function is not None and function.type == "attribute":
                    function = function.child_by_field_name("attribute")
                if function is not None and function.type == "identifier":
                    text = self.ev.module.text(function)
                    self._calls.setdefault(text, []).append((node, scope))
        return self._calls.get(name, [])

    def reference(self, node: Node, scope: Scope) -> str:
        """The qualified name that a call calls; empty where it is not an imported one."""
        function = node.child_by_field_name("function")
        text = self.ev.module.text(function) if function is not None else ""
        if len(text) > 120:
            return ""
        thing = self.ev.eval(function, scope)
        return thing.name if isinstance(thing, Ref) else ""

    def client(
        self, label: str, span: Span | None, framework: str, purpose: str, mode: str = "standalone"
    ) -> Client:
        """A client that settings make."""
        made = Client(label, span, "redis-py", at(mode, span), "redis")
        made.set("asyncio", Value(False))
        made.set("language", Value("python"))
        made.set("framework", Value(framework))
        made.set("context", Value(self.context))
        made.set("through", Value("settings"))
        made.set("pool", Value("plain"))
        made.set("given", Value((), set=False))
        made.set("tls-options", Value((), set=False))
        made.set("web", Value(framework in ("django", "flask", "limits")))
        made.set("start-by", Value("unknown"))
        serve(made, purpose, span)
        return made

    def built(self, thing: Thing | None) -> Client | None:
        """The client of this module that a thing is, or that is made around it (a pool)."""
        if not isinstance(thing, Made):
            return None
        direct = self.found.get(thing.call)
        if direct is not None:
            return direct.client
        around = (
            b.client
            for b in self.found.values()
            if b.pool is not None and b.pool.call == thing.call
        )
        return next(around, None)


def serve(client: Client, purpose: str, span: Span | None) -> None:
    """Say what a client is for; what was said first stays."""
    if purpose and "purpose" not in client.facts:
        client.set("purpose", Value(purpose, Origin(span)))


def text_of(thing: Thing | None) -> str:
    """A text or the name of something imported; empty for anything else."""
    if isinstance(thing, Scalar) and thing.value.known and isinstance(thing.value.value, str):
        return thing.value.value
    return thing.name if isinstance(thing, Ref) else ""


def is_redis(thing: Thing | None) -> bool:
    """Whether a URL, or the default of an unknown one, leads to Redis."""
    texts = [thing.text, thing.hint] if isinstance(thing, Scalar) else []
    if any(isinstance(t, str) and "?ssl_cert_reqs=" in t for t in texts):
        return True
    schemes = (t.split("://")[0] for t in texts if isinstance(t, str) and "://" in t)
    return any(s.removeprefix("async+").split("+")[0] in _SCHEMES for s in schemes)


_SCHEMES = frozenset("redis rediss sentinel valkey valkeys".split())


def mode_of(url: Thing | None) -> str:
    """standalone, sentinel or cluster, as the scheme of a URL says."""
    text = url.text if isinstance(url, Scalar) else None
    scheme = (text or "").split("://")[0]
    if "sentinel" in scheme:
        return "sentinel"
    return "cluster" if "cluster" in scheme else "standalone"


def store_address(client: Client, entry: Entry) -> None:
    """Store what a URL, a (host, port) pair, a table or a list of these says."""
    thing = entry.thing
    if isinstance(thing, Series) and thing.items:
        first = thing.items[0]
        text = first.text if isinstance(first, Scalar) else None
        if text is not None:
            if "://" in text or "?" in text:
                store_address(client, Entry(first, entry.span))
            elif "\0" not in text:
                _host(client, text, None, entry.span)
        elif isinstance(first, Series | Table):
            inner = first.get("address") if isinstance(first, Table) else None
            store_address(client, Entry(inner or first, entry.span))
        return
    if isinstance(thing, Table):
        inner = thing.get("address") or thing.get("host")
        if inner is not None:
            store_address(client, Entry(inner, entry.span))
        return
    text = thing.text if isinstance(thing, Scalar) else None
    if text is None:
        why = "the address is not written here"
        given = _default_address(thing)
        client.hosts.append(Value(None, Origin(entry.span), known=False, why=why, raw=given))
        client.set("ssl", unknown("the URL's scheme decides", entry.span))
        return
    _store_url(client, text, entry.span)


def _default_address(thing: Thing | None) -> str | None:
    """The host and port of a URL that applies where the environment says nothing."""
    if not (isinstance(thing, Scalar) and isinstance(thing.hint, str) and is_redis(thing)):
        return None
    url = urls.parse(thing.hint)
    return f"{url.host}:{url.port or 6379}" if url.host else None


def _store_url(client: Client, text: str, span: Span | None) -> None:
    text = text.removeprefix("async+")
    url = urls.parse(text if "://" in text or "\0" in text else f"redis://{text}")
    if url.host is not None:
        _host(client, url.host, url.port, span)
    else:
        client.hosts.append(unknown("the host is not written here", span))
    scheme = at(url.tls, span) if url.scheme else unknown("the URL's scheme decides", span)
    client.set("ssl", scheme)
    if url.db is not None:
        client.set("db", at(url.db, span))
    if url.has_password:
        client.set("password", unknown("masked", span))
        if url.password_literal:
            client.set("password-literal", at(url.password_literal, span))
    for name, raw in url.query.items():
        if name in NAMES and raw is not None:
            held = Entry(Scalar(at(urls.convert(name, raw), span)), span)
            client.set(name, cert_reqs_of(held) if name == "ssl_cert_reqs" else value_of(held))


def _host(client: Client, host: str, port: int | None, span: Span | None) -> None:
    shown = host if host.startswith("unix:") else f"{host}:{port or 6379}"
    client.hosts.append(at(shown, span))
    kind = (
        "unix" if host.startswith("unix:") else "local" if is_local(host)
        else "ip" if is_ip(host) else "name"
    )  # fmt: skip
    client.set("start-by", at(kind, span))
    client.set("endpoint", at(host, span))
    client.set("host", at(host, span))


def store_options(client: Client, table: Table, *, lower: bool = False) -> None:
    """Store the entries of a table that are options of the client."""
    for name, entry in table.entries.items():
        key = name.lower() if lower else name
        if key in SECRET:
            store_password(client, entry)
        elif key == "ssl_cert_reqs":
            client.set(key, cert_reqs_of(entry))
        elif key in NAMES and key not in ("host", "port"):
            client.set(key, value_of(entry))
    client.open_why = client.open_why or table.open_why


def store_password(client: Client, entry: Entry) -> None:
    """Store that there is a password, and its text where it stands in the file."""
    thing = entry.thing
    if isinstance(thing, Scalar) and thing.value.known and not thing.value.value:
        return
    client.set("password", unknown("masked", entry.span))
    text = text_of(thing)
    if text and isinstance(thing, Scalar):
        client.set("password-literal", at(text, entry.span))


def store_place(client: Client, table: Table, host: str = "host", port: str = "port") -> bool:
    """Store the host and port of a table; whether it names a host."""
    entry = table.entries.get(host)
    if entry is None:
        return False
    text = entry.thing.text if isinstance(entry.thing, Scalar) else None
    if text is None or "\0" in text:
        client.hosts.append(unknown("the host is not written here", entry.span))
        return True
    held = table.get(port)
    number = held.value.value if isinstance(held, Scalar) and held.value.known else None
    _host(client, text, number if isinstance(number, int) else None, entry.span)
    return True
