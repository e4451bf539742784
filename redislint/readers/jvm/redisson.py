"""Redisson: `Redisson.create(config)` with the section of the configuration that it uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from redislint.model.client import Client
from redislint.model.value import Origin, Value
from redislint.readers.jvm.options import Options
from redislint.readers.jvm.values import Const, Record, Thing, Unknown, each, fact, flatten

if TYPE_CHECKING:
    from redislint.readers.jvm.evaluate import Evaluator

PACKAGE = "org.redisson:redisson"
SECTIONS = {
    "useClusterServers": "cluster",
    "useSingleServer": "standalone",
    "useSentinelServers": "sentinel",
    "useMasterSlaveServers": "master-replica",
    "useReplicatedServers": "master-replica",
    "useElasticacheServers": "master-replica",
}
YAML_SECTIONS = {
    "clusterServersConfig": "cluster",
    "singleServerConfig": "standalone",
    "sentinelServersConfig": "sentinel",
    "masterSlaveServersConfig": "master-replica",
    "replicatedServersConfig": "master-replica",
    "elasticacheServersConfig": "master-replica",
}
NAMES = {
    "scanInterval": "scan-interval",
    "checkSlotsCoverage": "check-slots-coverage",
    "dnsMonitoringInterval": "dns-monitoring-interval",
    "dnsMonitoring": "dns-monitoring",
    "pingConnectionInterval": "ping-connection-interval",
    "keepAlive": "keep-alive",
    "tcpKeepAlive": "keep-alive",
    "tcpUserTimeout": "tcp-user-timeout",
    "tcpNoDelay": "tcp-no-delay",
    "connectTimeout": "connect-timeout",
    "timeout": "command-timeout",
    "retryAttempts": "retry-attempts",
    "retryInterval": "retry-interval",
    "idleConnectionTimeout": "idle-connection-timeout",
    "readMode": "read-mode",
    "subscriptionMode": "subscription-mode",
    "masterConnectionPoolSize": "pool-max-active",
    "connectionPoolSize": "pool-max-active",
    "slaveConnectionPoolSize": "replica-pool-size",
    "monitorIPChanges": "monitor-ip-changes",
    "checkSentinelsList": "check-sentinels-list",
    "database": "database",
    "sslEnableEndpointIdentification": "verify-peer",
    "sslVerificationMode": "ssl-verification-mode",
}
_MILLIS = frozenset(
    "scanInterval dnsMonitoringInterval pingConnectionInterval tcpUserTimeout connectTimeout "
    "timeout retryInterval idleConnectionTimeout".split()
)
_ADDRESSES = frozenset(
    "addNodeAddress setAddress addSentinelAddress setMasterAddress addSlaveAddress "
    "nodeAddresses address sentinelAddresses masterAddress slaveAddresses".split()
)


def client(thing: Thing, e: Evaluator) -> Client | None:
    """The client that Redisson.create makes, or a Config that is handed to whoever makes it.

    None where the configuration is a file of its own.
    """
    if thing.type != "Config" and not thing.maker.startswith("create"):
        return None
    out = Options()
    mode = Value("standalone", Origin(thing.span))
    made = Client("Redisson client", thing.span, "redisson", mode, PACKAGE)
    found: dict[str, tuple[Thing, Record]] = {}
    for value in [thing] if thing.type == "Config" else thing.args:
        for config in each(value):
            if isinstance(config, Thing):
                if config.maker.startswith("from"):
                    return None
                for record in config.calls:
                    if record.name in SECTIONS and isinstance(record.result, Thing):
                        found[record.name] = (record.result, record)
                    else:
                        option(record, out)
                if config.open_why:
                    out.opened(config.open_why)
            elif isinstance(config, Unknown):
                out.opened(config.why)
                mode = Value(None, Origin(thing.span), known=False, why=config.why)
    chosen = next((n for n in SECTIONS if n in found), None)
    if chosen is not None:
        mode = _section(*found[chosen], made, out)
    elif not thing.args:
        made.hosts = [Value("127.0.0.1", Origin(thing.span))]
    elif mode.known:
        mode = Value(None, Origin(thing.span), known=False, why="its mode is set elsewhere")
        out.opened("the configuration is made elsewhere")
    if made.hosts and all(h.known for h in made.hosts):
        made.set("seeds", Value(len(made.hosts), made.hosts[0].origin))
    made.set("mode", mode)
    made.facts.update(out.facts)
    made.open_why = out.open_why or thing.open_why
    made.set("framework", Value("none", Origin(thing.span)))
    return made


def _section(section: Thing, record: Record, made: Client, out: Options) -> Value:
    """Read what is set on a section of the configuration; its mode."""
    for call in section.calls:
        if call.name in _ADDRESSES:
            for value in call.args:
                for address in flatten(value):
                    made.hosts.append(fact(address, call.span))
        elif call.name == "setPassword":
            _secret(call, out)
        else:
            option(call, out)
    if section.open_why:
        out.opened(section.open_why)
    return Value(SECTIONS[record.name], Origin(record.span))


def configured(config: Thing) -> bool:
    """Whether a Config says how to connect."""
    return any(record.name in SECTIONS for record in config.calls)


def not_passed(e: Evaluator) -> Iterator[Thing]:
    """The configurations that say how to connect and reach no Redisson.create() that was seen.

    A method may have been evaluated more than once: a place in the code is what counts.
    """
    passed = {
        (config.span.path, config.span.start)
        for made in e.made
        if made.type == "Redisson"
        for value in made.args
        for config in each(value)
        if config.span is not None
    }
    for thing in e.all:
        if thing.type != "Config" or thing.span is None or not configured(thing):
            continue
        if (thing.span.path, thing.span.start) not in passed:
            yield thing


def unused(e: Evaluator) -> Iterator[tuple[Thing, Thing]]:
    """Each Redisson.create() without a configuration, with the one that its method built."""
    for made in e.made:
        if made.type != "Redisson" or made.args or made.maker != "create" or not made.owner:
            continue
        for config in not_passed(e):
            same = config.owner and config.owner[0] is made.owner[0] is not None
            if same and not config.used and not config.open_why:
                yield made, config
                break


def _secret(record: Record, out: Options) -> None:
    for one in each(record.args[0] if record.args else None):
        if isinstance(one, Const):
            if isinstance(one.value, str) and one.value:
                out.put("password-literal", Value(one.value, Origin(one.span)))
        else:
            out.put("password", Value(None, known=False, why="it comes from outside"))


def option(record: Record, out: Options) -> None:
    """One setter of a section."""
    bare = record.name.removeprefix("set")
    bare = bare[:1].lower() + bare[1:]
    name = NAMES.get(bare)
    if name is None or not record.args:
        return
    first = record.args[0]
    value = fact(first, record.span)
    out.put(name, scaled(bare, value), record.maybe)


def scaled(name: str, value: Value) -> Value:
    """Milliseconds as seconds; -1 stays -1."""
    held = value.value
    if value.known and name in _MILLIS and isinstance(held, int | float):
        return Value(held / 1000 if held > 0 else float(held), value.origin, raw=value.raw)
    return value
