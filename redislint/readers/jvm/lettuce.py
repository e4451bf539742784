"""Lettuce objects → clients: RedisClient and RedisClusterClient with all that is set on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redislint.model.client import Client
from redislint.model.value import Origin, Value
from redislint.readers.jvm import uris
from redislint.readers.jvm.options import Options, client_options, duration, merge
from redislint.readers.jvm.values import Enum, Thing, Unknown, each, flatten, things

if TYPE_CHECKING:
    from redislint.readers.jvm.evaluate import Evaluator

PACKAGE = "io.lettuce:lettuce-core"
OLD_PACKAGE = "biz.paluch.redis:lettuce"


def client(thing: Thing, e: Evaluator) -> Client:
    """The client that a RedisClient or RedisClusterClient is."""
    cluster = thing.type == "RedisClusterClient"
    addresses = [a for a in thing.args if not _resources(a)]
    connections = _connections(thing, e)
    for connection in connections:
        addresses += [a for a in connection.args if things(a, "RedisURI") or isinstance(a, Unknown)]
    address = uris.read(addresses)
    mode = "cluster" if cluster else address.mode or "standalone"
    origin = Origin(thing.span)
    replica = _master_replica(thing, e)
    if replica is not None and not cluster:
        mode = "master-replica"
        if address.mode == "sentinel":
            mode = "sentinel"
    made = Client("Lettuce client", thing.span, "lettuce", Value(mode, origin), package(thing))
    out = Options()
    out.facts.update(address.out.facts)
    _options(thing, out, cluster)
    _timeouts(thing, connections, out)
    _read_from(connections + ([replica] if replica else []), out)
    for value in thing.args:
        for resources in things(value):
            if _resources(resources):
                resource_facts(resources, out)
    made.facts.update({k: v for k, v in out.facts.items() if k != "uri-timeout"})
    made.open_why = out.open_why or thing.open_why
    made.hosts = address.hosts
    if address.seeds is not None:
        made.set("seeds", Value(address.seeds, origin))
    made.set("framework", Value("none", origin))
    _uses(connections, e, made)
    site = next((t.span for t in _option_things(thing) if t.type == "TimeoutOptions"), None)
    if site is not None:
        made.set("timeout-site", Value("TimeoutOptions", Origin(site)))
    if not any(c.maker.startswith("connect") for c in connections) and not thing.calls:
        made.set("connects", Value(False, origin))
    return made


def package(thing: Thing) -> str:
    """The artifact that a client comes from: Lettuce 4 and older had another one."""
    unit = thing.owner[2] if thing.owner else None
    if unit is not None:
        old = [*unit.imports.values(), *unit.stars]
        if any(name.startswith("com.lambdaworks") for name in old):
            return OLD_PACKAGE
    return PACKAGE


def _resources(value: object) -> bool:
    return any(
        isinstance(v, Thing) and v.type in ("ClientResources", "DefaultClientResources")
        for v in (flatten(value) if not isinstance(value, Thing) else [value])  # type: ignore[arg-type]
    )


def _connections(thing: Thing, e: Evaluator) -> list[Thing]:
    return [t for t in e.all if t.type == "Connection" and t.parent is thing]


def _uses(connections: list[Thing], e: Evaluator, made: Client) -> None:
    """Which of the interfaces (sync, async, reactive) the code takes from the connections."""
    for other in e.all:
        if other.type == "Commands" and other.parent in connections:
            made.uses.add(other.maker)
            if other.maker != "sync":
                made.set("asynchronous", Value(True, Origin(other.span)))


def _option_things(thing: Thing) -> list[Thing]:
    """The parts of the options that were set: TimeoutOptions, SocketOptions and so on."""
    found: list[Thing] = []
    for record in thing.called("setOptions"):
        for options in things(record.args[0] if record.args else None):
            for part in options.calls:
                found += [t for a in part.args for t in things(a)]
    return found


def _master_replica(thing: Thing, e: Evaluator) -> Thing | None:
    for other in e.all:
        connects = other.type in ("MasterReplica", "MasterSlave") and other.maker[:7] == "connect"
        if connects and any(thing in things(a) for a in other.args):
            return other
    return None


def _options(thing: Thing, out: Options, cluster: bool) -> None:
    certain = [r for r in thing.called("setOptions") if not r.maybe]
    before: set[str] = set()
    for record in thing.called("setOptions"):
        part = Options()
        client_options(record.args[0] if record.args else None, part, cluster)
        if record.maybe and not certain:
            for name, value in part.facts.items():
                out.put(name, value, maybe=True)
        elif not record.maybe:
            for name in before - part.facts.keys():
                out.facts.pop(name, None)  # the whole options are replaced
            before = set(part.facts)
            out.facts.update(part.facts)
        else:
            merged = merge([_only(out, part), part])
            out.facts.update(merged.facts)
        out.opened(part.open_why)


def _only(out: Options, part: Options) -> Options:
    known = Options()
    known.facts = {k: v for k, v in out.facts.items() if k in part.facts}
    return known


def _timeouts(thing: Thing, connections: list[Thing], out: Options) -> None:
    """The command timeout: the options' fixed one, else the connection's, else the URI's."""
    if "command-timeout" in out.facts:
        return
    uri = out.facts.get("uri-timeout")
    if uri is not None:
        out.facts["command-timeout"] = uri
    for record in thing.called("setDefaultTimeout"):
        out.put("command-timeout", duration(record, 1.0), record.maybe)
    for connection in connections:
        for record in connection.called("setTimeout"):
            out.put("command-timeout", duration(record, 1.0), record.maybe)


def _read_from(connections: list[Thing], out: Options) -> None:
    for connection in connections:
        for record in connection.called("setReadFrom"):
            value = record.args[0] if record.args else None
            for one in each(value):
                if isinstance(one, Enum):
                    out.put("read-from", Value(one.name, Origin(record.span)), record.maybe)
                else:
                    why = one.why if isinstance(one, Unknown) else "it is computed"
                    out.put("read-from", Value(None, Origin(record.span), known=False, why=why))


def resource_facts(thing: Thing, out: Options) -> None:
    """ClientResources: reconnect delay, name resolution, customised channels."""
    for record in thing.called("nettyCustomizer"):
        why = "a NettyCustomizer may set it"
        for name in ("keep-alive", "tcp-user-timeout"):
            if name not in out.facts:
                out.facts[name] = Value(None, Origin(record.span), known=False, set=None, why=why)
    for record in thing.called("reconnectDelay"):
        out.put("reconnect-delay", Value(True, Origin(record.span)), record.maybe)
    for name in ("dnsResolver", "addressResolverGroup", "socketAddressResolver"):
        for record in thing.called(name):
            out.put("dns-resolver", Value(name, Origin(record.span)), record.maybe)
