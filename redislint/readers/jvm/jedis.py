"""Jedis objects → clients: pools, cluster clients, pooled clients and their configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redislint.model.client import Client
from redislint.model.value import Origin, Value
from redislint.readers.jvm import uris
from redislint.readers.jvm.options import Options, argument, duration, plain_seconds, pool
from redislint.readers.jvm.values import (
    Abstract,
    Const,
    Function,
    Thing,
    Unknown,
    each,
    fact,
    flatten,
    things,
)

if TYPE_CHECKING:
    from redislint.readers.jvm.evaluate import Evaluator

PACKAGE = "redis.clients:jedis"
MODES = {
    "JedisCluster": "cluster",
    "BinaryJedisCluster": "cluster",
    "jedis.RedisClusterClient": "cluster",
    "JedisSentinelPool": "sentinel",
    "JedisSentineled": "sentinel",
    "jedis.RedisSentinelClient": "sentinel",
}
_POOLS = ("GenericObjectPoolConfig", "JedisPoolConfig", "ConnectionPoolConfig")
_PLAIN = {
    "connectionTimeoutMillis": "connect-timeout",
    "socketTimeoutMillis": "socket-timeout",
    "blockingSocketTimeoutMillis": "blocking-socket-timeout",
}


def client(thing: Thing, e: Evaluator) -> Client | None:
    """The client that a Jedis object is; None for a bare connection made to be used at once."""
    if thing.type == "Jedis":
        return None
    mode = MODES.get(thing.type, "standalone")
    made = Client(
        f"{thing.type.split('.')[-1]}",
        thing.span,
        "jedis",
        Value(mode, Origin(thing.span)),
        PACKAGE,
    )
    out = Options()
    _arguments(thing, made, out, mode)
    for record in thing.calls:
        _builder(record.name, record.args, record, made, out)
    made.facts.update(out.facts)
    made.open_why = out.open_why or thing.open_why
    made.set("framework", Value("none", Origin(thing.span)))
    return made


def _arguments(thing: Thing, made: Client, out: Options, mode: str) -> None:
    numbers: list[Abstract] = []
    texts: list[Abstract] = []
    for index, value in enumerate(thing.args):
        kinds = list(each(value))
        if any(isinstance(k, Thing) and k.type in _POOLS for k in kinds):
            for one in things(value, *_POOLS):
                pool(one, out)
        elif any(isinstance(k, Thing) and "ClientConfig" in k.type for k in kinds):
            for one in things(value):
                client_config(one, out)
        elif (
            things(value, "HostAndPort")
            or (index == 0 and mode == "cluster")
            or (index == 1 and mode == "sentinel")
        ):
            _nodes(value, made)
        elif _is_truth(value, kinds):
            out.put("ssl", fact(value, value.span))
        elif any(isinstance(k, Const) and isinstance(k.value, int) for k in kinds):
            numbers.append(value)
        elif any(isinstance(k, Const) and isinstance(k.value, str) for k in kinds):
            texts.append(value)
        elif isinstance(value, Unknown):
            if "Config" in value.type or _is_pool(thing.args, index, mode):
                out.opened(value.why)
            elif value.type in ("int", "Integer", "long", "Int"):
                numbers.append(value)
            elif mode == "cluster" and not value.type and index <= 3:
                numbers.append(value)  # after the nodes come the numbers, if any
            elif value.type in ("String", "") and index <= 2:
                texts.append(value)
    out.facts.setdefault("pool-enabled", Value(True, Origin(thing.span), set=False))
    if mode == "cluster":
        _cluster_numbers(thing, numbers, out)
        _secrets(thing.args[4:5], out)  # after the nodes, two timeouts and the attempts
        return
    address = uris.read(texts[:1]) if texts and mode != "sentinel" else None
    if texts and address is not None and not address.hosts:
        made.hosts = [fact(texts[0], texts[0].span)]
    elif address is not None:
        made.hosts = address.hosts
        out.facts.update({k: v for k, v in address.out.facts.items() if k != "uri-timeout"})
    elif not thing.args and thing.maker == "new":
        made.hosts = [Value("localhost", Origin(thing.span))]
    after_port = numbers[1:] if mode == "standalone" else numbers
    if after_port:
        out.put("connect-timeout", plain_seconds(after_port[0], thing))
        second = after_port[1] if len(after_port) > 1 else after_port[0]
        positions = [thing.args.index(v) for v in after_port[:2]]
        adjacent = len(positions) > 1 and positions[1] == positions[0] + 1
        out.put("socket-timeout", plain_seconds(second if adjacent else after_port[0], thing))
    # The first text is the address, or the name of the primary.
    _secrets(texts[1:2], out)


def _secrets(values: list[Abstract], out: Options) -> None:
    for value in values:
        if isinstance(value, Const) and isinstance(value.value, str) and value.value:
            out.put("password-literal", Value(value.value, Origin(value.span)))


def _is_pool(args: list[Abstract], index: int, mode: str) -> bool:
    """Whether an argument whose type nobody knows stands where constructors take the pool's options."""
    value = args[index]
    if not isinstance(value, Unknown) or value.type:
        return False
    if mode == "sentinel":
        return index == 2
    after = [one for value in args[1:3] for one in list(each(value))[:1]]
    port = len(after) == 2 and isinstance(after[1], Const) and isinstance(after[1].value, int)
    return index == 0 and mode == "standalone" and port


def _is_truth(value: Abstract, kinds: list[Abstract]) -> bool:
    """Whether an argument is a boolean: of all constructors, it is the one that turns TLS on."""
    if isinstance(value, Unknown) and value.type in ("boolean", "Boolean"):
        return True
    return any(isinstance(k, Const) and isinstance(k.value, bool) for k in kinds)


def _nodes(value: Abstract, made: Client) -> None:
    for one in flatten(value):
        if isinstance(one, Thing) and one.type == "HostAndPort" and one.args:
            made.hosts.append(fact(one.args[0], one.span))
        elif isinstance(one, Const) and isinstance(one.value, str):
            made.hosts.append(fact(one, one.span))
        elif isinstance(one, Unknown):
            made.hosts.append(Value(None, Origin(one.span), known=False, why=one.why))
    known = made.hosts and all(h.known for h in made.hosts) and not getattr(value, "more", False)
    if known:
        made.set("seeds", Value(len(made.hosts), made.hosts[0].origin))


def _cluster_numbers(thing: Thing, numbers: list[Abstract], out: Options) -> None:
    """(timeout), (timeout, attempts), (connection timeout, socket timeout, attempts)."""
    config = any("ClientConfig" in t.type for a in thing.args for t in things(a))
    if config:
        if numbers:
            out.put("max-attempts", fact(numbers[0], numbers[0].span))
        return
    if len(numbers) >= 3:
        out.put("connect-timeout", plain_seconds(numbers[0], thing))
        out.put("socket-timeout", plain_seconds(numbers[1], thing))
        out.put("max-attempts", fact(numbers[2], numbers[2].span))
    elif numbers:
        out.put("connect-timeout", plain_seconds(numbers[0], thing))
        out.put("socket-timeout", plain_seconds(numbers[0], thing))
        if len(numbers) > 1:
            out.put("max-attempts", fact(numbers[1], numbers[1].span))


def _builder(name: str, args: list[Abstract], record: object, made: Client, out: Options) -> None:
    first = args[0] if args else None
    if name == "clientConfig":
        for one in things(first):
            client_config(one, out)
        if not things(first):
            out.opened("the configuration is made elsewhere")
    elif name == "poolConfig":
        for one in things(first, *_POOLS):
            pool(one, out)
    elif name == "maxAttempts" and first is not None:
        out.put("max-attempts", fact(first, first.span))
    elif name == "topologyRefreshPeriod" and first is not None:
        out.put("topology-refresh-period", fact(first, first.span))
    elif name == "maxTotalRetriesDuration" and first is not None:
        out.put("max-total-retries-duration", fact(first, first.span))
    elif name in ("nodes", "hostAndPort") and first is not None:
        _nodes(first, made)


def _accepts_all(verifier: list[Abstract]) -> bool:
    """`(host, session) -> true`."""
    for value in verifier:
        body = value.node.body if isinstance(value, Function) else None
        while body is not None and body.kind in ("block", "return", "do"):
            body = body.value if body.kind != "block" else (body.items[0] if body.items else None)
        if body is not None and body.kind == "lit" and body.value is True:
            return True
    return False


def client_config(thing: Thing, out: Options) -> None:
    """DefaultJedisClientConfig, and Spring's JedisClientConfiguration."""
    for method, name in _PLAIN.items():
        out.call(thing, method, name, duration)
    for record in thing.called("timeoutMillis"):
        out.put("connect-timeout", duration(record), record.maybe)
        out.put("socket-timeout", duration(record), record.maybe)
    out.call(thing, "readTimeout", "socket-timeout", duration)
    out.call(thing, "connectTimeout", "connect-timeout", duration)
    out.call(thing, "ssl", "ssl")
    out.call(thing, "database", "database")
    for record in thing.called("useSsl"):
        out.put("ssl", argument(record), record.maybe)
    for record in thing.called("hostnameVerifier"):
        out.put("hostname-verifier", Value(True, Origin(record.span)), record.maybe)
        if "NoopHostnameVerifier" in record.span.text or _accepts_all(record.args[:1]):
            out.put("verify-peer", Value(False, Origin(record.span)), record.maybe)
    for record in thing.called("password"):
        for one in each(record.args[0] if record.args else None):
            if isinstance(one, Const) and isinstance(one.value, str) and one.value:
                out.put("password-literal", Value(one.value, Origin(one.span)))
    for record in thing.called("poolConfig"):
        found = things(record.args[0] if record.args else None, *_POOLS)
        for one in found:
            pool(one, out)
        if not found:
            why = "the pool is configured elsewhere"
            for name in ("pool-max-active", "pool-max-wait"):
                out.facts[name] = Value(None, Origin(record.span), known=False, set=None, why=why)
    if thing.open_why:
        out.opened(thing.open_why)
