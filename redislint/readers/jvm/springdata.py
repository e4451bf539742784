"""Spring Data Redis: connection factories and the configurations they are made of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redislint.model.client import Client
from redislint.model.value import Origin, Value
from redislint.readers.jvm.jedis import client_config
from redislint.readers.jvm.lettuce import PACKAGE, resource_facts
from redislint.readers.jvm.options import Options, argument, client_options, duration, merge, pool
from redislint.readers.jvm.values import (
    Abstract,
    Const,
    Enum,
    Thing,
    Unknown,
    each,
    fact,
    flatten,
    things,
)

if TYPE_CHECKING:
    from redislint.readers.jvm.evaluate import Evaluator

MODES = {
    "RedisClusterConfiguration": "cluster",
    "RedisSentinelConfiguration": "sentinel",
    "RedisStaticMasterReplicaConfiguration": "master-replica",
    "RedisStaticMasterSlaveConfiguration": "master-replica",
    "RedisElastiCacheConfiguration": "master-replica",
    "RedisStandaloneConfiguration": "standalone",
    "RedisSocketConfiguration": "standalone",
}
_ORDER = ("cluster", "sentinel", "master-replica", "standalone")
_CLIENT_CONFIGS = (
    "LettuceClientConfiguration",
    "LettucePoolingClientConfiguration",
    "LettuceClientConfigurationBuilder",
    "LettuceClientConfiguration.LettuceClientConfigurationBuilder",
    "LettucePoolingClientConfiguration.LettucePoolingClientConfigurationBuilder",
)
POOLS = ("GenericObjectPoolConfig", "JedisPoolConfig", "ConnectionPoolConfig")


def client(thing: Thing, e: Evaluator) -> Client | None:
    """The client that a LettuceConnectionFactory or JedisConnectionFactory makes.

    None for one that is made and thrown away, and for one in a class that is no configuration
    any more (`//@Configuration`).
    """
    if not thing.used and not thing.calls:
        return None
    if _dead(thing):
        return None
    lettuce = thing.type == "LettuceConnectionFactory"
    mode = _mode(thing)
    library, artifact = ("lettuce", PACKAGE) if lettuce else ("jedis", "redis.clients:jedis")
    made = Client(thing.type, thing.span, library, mode, artifact)
    out = Options()
    _hosts(thing, made, out)
    if lettuce:
        _lettuce(thing, out, mode.value == "cluster")
    else:
        _jedis(thing, out)
    made.facts.update(out.facts)
    made.open_why = out.open_why or thing.open_why
    made.set("framework", Value("spring-data-redis", Origin(thing.span)))
    method = thing.owner[0] if thing.owner else None
    if method is not None and method.annotation("Bean"):
        made.set("bean", Value(True, Origin(thing.span)))
    return made


def _dead(thing: Thing) -> bool:
    """Whether the class that makes it lost its annotation to a comment."""
    if not thing.owner or thing.owner[0] is None or not thing.owner[0].annotation("Bean"):
        return False
    cls = thing.owner[0].owner or thing.owner[1]
    if any(a.name not in ("Slf4j", "Log4j2", "RequiredArgsConstructor") for a in cls.annotations):
        return False
    before = cls.unit.data[max(0, cls.start - 300) : cls.start + 200].decode("utf-8", "replace")
    return bool(re.search(r"//\s*@(Configuration|Component|AutoConfiguration)\b", before))


def _mode(thing: Thing) -> Value:
    """The mode by what the first argument is: the richest where it may be one of several."""
    first = thing.args[0] if thing.args else None
    found: dict[str, Value] = {}
    unknown: Value | None = None
    for one in each(first):
        if isinstance(one, Thing) and one.type in MODES:
            found.setdefault(MODES[one.type], Value(MODES[one.type], Origin(one.span)))
        elif isinstance(one, Unknown):
            if one.type in MODES:
                mode = MODES[one.type]
                found.setdefault(mode, Value(mode, Origin(one.span or thing.span)))
            elif one.type in ("String", "") and len(thing.args) == 2:
                found.setdefault("standalone", Value("standalone", Origin(thing.span)))
            else:
                unknown = Value(None, Origin(thing.span), known=False, why=one.why)
    for mode in _ORDER:
        if mode in found:
            return found[mode]
    return unknown or Value("standalone", Origin(thing.span))


def _hosts(thing: Thing, made: Client, out: Options) -> None:
    first = thing.args[0] if thing.args else None
    names: list[Value] = []
    known = True
    for one in each(first):
        if isinstance(one, Const) and isinstance(one.value, str):
            names.append(Value(one.value, Origin(one.span)))
        elif isinstance(one, Thing) and one.type in MODES:
            known &= _nodes(one, names)
            _credentials(one, out)
            for record in one.called("setMaxRedirects"):
                out.put("max-redirects", argument(record), record.maybe)
            for record in one.called("setDatabase"):
                out.put("database", argument(record), record.maybe)
        elif isinstance(one, Unknown):
            known = False
            names.append(Value(None, Origin(one.span), known=False, why=one.why))
    names += [argument(record) for record in thing.called("setHostName")]
    for record in thing.called("setDatabase"):
        out.put("database", argument(record), record.maybe)
    for record in thing.called("setPassword"):
        _secret(record.args[0] if record.args else None, out)
    made.hosts = names
    if not names and known and made.facts["mode"].value == "standalone":
        made.hosts = [Value("localhost", Origin(thing.span), set=False)]
    if known and names and all(n.known for n in names):
        made.set("seeds", Value(len(names), Origin(thing.span)))


def _nodes(config: Thing, names: list[Value]) -> bool:
    """Add the addresses of a configuration; False when there may be others."""
    known = True
    for value in config.args[:1]:
        for one in flatten(value):
            if isinstance(one, Const) and isinstance(one.value, str):
                names += [Value(part.strip(), Origin(one.span)) for part in one.value.split(",")]
            elif isinstance(one, Unknown):
                known = False
                names.append(Value(None, Origin(one.span), known=False, why=one.why))
        if getattr(value, "more", False):
            known = False
    for record in config.calls:
        if record.name in ("setHostName", "clusterNode", "addClusterNode", "node", "sentinel"):
            named = argument(record)
            names.append(named)
            known &= named.known
        elif record.name in ("setClusterNodes", "setSentinels", "setHostName"):
            known = False
            names.append(Value(None, Origin(record.span), known=False, why="it is computed"))
    if config.type == "RedisStandaloneConfiguration" and not names:
        names.append(Value("localhost", Origin(config.span), set=False))
    return known


def _credentials(config: Thing, out: Options) -> None:
    for record in config.called("setPassword"):
        _secret(record.args[0] if record.args else None, out)


def _secret(value: Abstract | None, out: Options) -> None:
    for one in flatten(value):
        if isinstance(one, Thing) and one.type == "RedisPassword":
            one = one.args[0] if one.args else Unknown("")
        if isinstance(one, Const):
            if isinstance(one.value, str) and one.value:
                out.put("password-literal", Value(one.value, Origin(one.span)))
                out.put("password", Value(None, Origin(one.span), known=False, why="masked"))
        else:
            out.put("password", Value(None, known=False, why="it comes from outside"))


def _lettuce(thing: Thing, out: Options, cluster: bool) -> None:
    configs: list[Abstract] = []
    for index, value in enumerate(thing.args):
        for one in each(value):
            if isinstance(one, Thing) and one.type in _CLIENT_CONFIGS:
                configs.append(one)
            elif isinstance(one, Unknown) and (
                one.type in _CLIENT_CONFIGS or (index == 1 and _is_config(thing))
            ):
                out.opened(one.why)
            elif isinstance(one, Thing) and one.type in POOLS:
                pool(one, out)
    parts = []
    for config in configs:
        part = Options()
        assert isinstance(config, Thing)
        configuration(config, part, cluster)
        parts.append(part)
    whole = merge(parts)
    out.facts.update(whole.facts)
    out.opened(whole.open_why)
    if not out.open_why:
        _platform_defaults(out)
    for record in thing.calls:
        name = record.name
        if name == "setTimeout":
            out.put("command-timeout", duration(record), record.maybe)
        elif name == "setShareNativeConnection":
            out.put("share-native-connection", argument(record), record.maybe)
        elif name == "setValidateConnection":
            out.put("validate-connection", argument(record), record.maybe)
        elif name == "setShutdownTimeout":
            out.put("shutdown-timeout", duration(record), record.maybe)
        elif name == "setUseSsl":
            out.put("ssl", argument(record), record.maybe)
        elif name == "setVerifyPeer":
            out.put("verify-peer", argument(record), record.maybe)


def _is_config(thing: Thing) -> bool:
    first = thing.args[0]
    return any(
        (isinstance(o, Thing) and o.type in MODES) or (isinstance(o, Unknown) and o.type in MODES)
        for o in each(first)
    ) or all(isinstance(o, Unknown) and o.type not in ("String", "") for o in each(first))


def _platform_defaults(out: Options) -> None:
    """Spring Data Redis 2.2 and later gives TimeoutOptions.enabled() where no options are given."""
    if "options-type" not in out.facts and "timeout-options" not in out.facts:
        why = "Spring Data Redis decides it by its release"
        out.facts["timeout-options"] = Value(None, known=False, set=None, why=why)


def configuration(thing: Thing, out: Options, cluster: bool) -> None:
    """LettuceClientConfiguration and its pooling kin."""
    out.put("configuration", Value(thing.type.split(".")[0], Origin(thing.span)))
    out.put("timeout-site", Value(thing.type.split(".")[0], Origin(thing.span)))
    for record in thing.calls:
        name = record.name
        value = record.args[0] if record.args else None
        if name == "commandTimeout":
            out.put("command-timeout", duration(record), record.maybe)
        elif name == "shutdownTimeout":
            out.put("shutdown-timeout", duration(record), record.maybe)
        elif name == "clientOptions":
            part = Options()
            client_options(value, part, cluster)
            for key, held in part.facts.items():
                if key == "command-timeout" and key in out.facts and not held.known:
                    continue
                out.put(key, held, record.maybe)
            out.opened(part.open_why)
        elif name == "readFrom":
            held = Value(None, Origin(record.span), known=False, why="it is computed")
            if isinstance(value, Enum):
                held = Value(value.name, Origin(record.span))
            out.put("read-from", held, record.maybe)
        elif name == "useSsl":
            out.put("ssl", Value(True, Origin(record.span)), record.maybe)
        elif name == "disablePeerVerification":
            out.put("verify-peer", Value(False, Origin(record.span)), record.maybe)
        elif name == "verifyPeer":
            held = argument(record)
            if held.known and isinstance(held.value, str):
                held = Value(held.value != "NONE", held.origin)
            out.put("verify-peer", held, record.maybe)
        elif name == "poolConfig":
            for one in things(value, *POOLS):
                pool(one, out)
            if not things(value, *POOLS):
                out.put("pool-enabled", Value(True, Origin(record.span)))
                for key in ("pool-max-active", "pool-max-wait"):
                    out.facts[key] = fact(value, record.span)
                    out.facts[key].set = None
        elif name == "clientResources":
            for one in things(value):
                resource_facts(one, out)
    if "Pooling" in thing.type:
        out.facts.setdefault("pool-enabled", Value(True, Origin(thing.span)))
    if thing.open_why:
        out.opened(thing.open_why)


def _jedis(thing: Thing, out: Options) -> None:
    out.facts.setdefault("pool-enabled", Value(True, Origin(thing.span), set=False))
    for value in thing.args:
        for one in each(value):
            if isinstance(one, Thing) and one.type in POOLS:
                pool(one, out)
            elif isinstance(one, Thing) and "JedisClientConfiguration" in one.type:
                client_config(one, out)
            elif isinstance(one, Unknown) and one.type in (
                "JedisClientConfiguration",
                *POOLS,
            ):
                out.opened(one.why)
    for record in thing.calls:
        name = record.name
        if name == "setTimeout":
            out.put("socket-timeout", duration(record), record.maybe)
            out.put("connect-timeout", duration(record), record.maybe)
        elif name == "setUsePool":
            out.put("pool-enabled", argument(record), record.maybe)
        elif name == "setPoolConfig":
            found = things(record.args[0] if record.args else None, *POOLS)
            for one in found:
                pool(one, out)
            if not found:
                out.opened("the pool is configured elsewhere")
        elif name == "setUseSsl":
            out.put("ssl", argument(record), record.maybe)
