"""Recorded option objects → facts: what a chain of builder calls amounts to."""

from __future__ import annotations

from collections.abc import Callable

from redislint.model.value import Origin, Value
from redislint.readers.jvm.values import (
    Abstract,
    Alternatives,
    Const,
    Enum,
    Record,
    Seconds,
    Thing,
    Unknown,
    each,
    fact,
    seconds_of,
)

Facts = dict[str, Value]

BRANCH = "it is set in one branch of the code only"


class Options:
    """Facts that option objects give, and why others may be set where nothing was seen."""

    def __init__(self) -> None:
        self.facts: Facts = {}
        self.open_why = ""

    def put(self, name: str, value: Value, maybe: bool = False) -> None:
        """Set a fact; `maybe` when the code sets it only sometimes."""
        if maybe:
            old = self.facts.get(name)
            if old is not None and old.known and value.known and old.value == value.value:
                return
            value = Value(None, value.origin, known=False, set=None, why=BRANCH)
        self.facts[name] = value

    def call(
        self,
        thing: Thing,
        name: str,
        fact_name: str,
        convert: Callable[[Record], Value] | None = None,
    ) -> None:
        """Set a fact from the last call of a name, if there is one."""
        for record in thing.called(name):
            value = convert(record) if convert else argument(record)
            self.put(fact_name, value, record.maybe)

    def opened(self, why: str) -> None:
        """Anything not seen may be set."""
        self.open_why = self.open_why or why


def argument(record: Record, index: int = 0) -> Value:
    """The fact that an argument of a call gives; the call's place is its place."""
    if len(record.args) <= index:
        return Value(True, Origin(record.span))
    return fact(record.args[index], record.span)


def truth(record: Record) -> Value:
    """An option that is on by `name()` or by `name(true)`."""
    return argument(record)


def duration(record: Record, factor: float = 1e-3) -> Value:
    """Seconds of a call with a Duration, with a number and a TimeUnit, or with a bare number.

    A bare number is counted in `factor` seconds: milliseconds unless told otherwise.
    """
    if not record.args:
        return Value(None, Origin(record.span), known=False, why="it is not a constant")
    return fact(seconds_of(record.args, factor), record.span)


def merge(parts: list[Options]) -> Options:
    """One of several sets of options: a fact is known where all of them agree."""
    whole = Options()
    if not parts:
        return whole
    for part in parts:
        whole.opened(part.open_why)
    for name in {n for p in parts for n in p.facts}:
        values = [p.facts.get(name) for p in parts]
        first = next(v for v in values if v is not None)
        if all(v is not None and v.known and v.value == first.value for v in values):
            whole.facts[name] = first
        else:
            why = first.why or "it differs between the branches of the code"
            some_absent = any(v is None for v in values)
            whole.facts[name] = Value(
                None, first.origin, known=False, set=None if some_absent else True, why=why
            )
    return whole


def topology(value: Abstract | None, out: Options) -> None:
    """ClusterTopologyRefreshOptions."""
    parts = []
    for one in each(value):
        part = Options()
        parts.append(part)
        if not isinstance(one, Thing):
            why = one.why if isinstance(one, Unknown) else "the refresh options are made elsewhere"
            for name in ("periodic-refresh", "adaptive-refresh", "refresh-period"):
                part.facts[name] = Value(None, known=False, set=None, why=why)
            continue
        _topology(one, part)
    out.facts.update(merge(parts).facts)


def _topology(thing: Thing, out: Options) -> None:
    if thing.maker == "enabled":
        out.put("periodic-refresh", Value(True, Origin(thing.span)))
        out.put("adaptive-refresh", Value(True, Origin(thing.span)))
        if thing.args:
            out.put("refresh-period", fact(seconds_of(thing.args), thing.span))
    triggers: list[str] = []
    for record in thing.calls:
        name = record.name
        if name == "enablePeriodicRefresh":
            first = record.args[0] if record.args else None
            if isinstance(first, Const) and isinstance(first.value, bool):
                out.put("periodic-refresh", argument(record), record.maybe)
                continue
            if _may_be_flag(first):
                out.put("periodic-refresh", argument(record))
                continue
            out.put("periodic-refresh", Value(True, Origin(record.span)), record.maybe)
            if record.args:
                out.put("refresh-period", duration(record), record.maybe)
        elif name == "refreshPeriod":
            out.put("refresh-period", duration(record), record.maybe)
        elif name == "enableAllAdaptiveRefreshTriggers":
            out.put("adaptive-refresh", Value(True, Origin(record.span)), record.maybe)
            out.facts.pop("adaptive-triggers", None)
        elif name == "enableAdaptiveRefreshTrigger":
            out.put("adaptive-refresh", Value(True, Origin(record.span)), record.maybe)
            triggers += [a.name for a in record.args if isinstance(a, Enum)]
            if len(set(triggers)) < 5 and all(isinstance(a, Enum) for a in record.args):
                out.put("adaptive-triggers", Value(sorted(set(triggers)), Origin(record.span)))
        elif name == "disableAllAdaptiveRefreshTriggers":
            out.put("adaptive-refresh", Value(False, Origin(record.span)), record.maybe)
    asked = thing.called("enableAllAdaptiveRefreshTriggers", "enableAdaptiveRefreshTrigger")
    if asked and not any(c.name.startswith("disable") for c in thing.calls) and not thing.open_why:
        out.put("trigger-call", Value(f"{asked[0].name}()", Origin(asked[0].span)))
    out.call(thing, "adaptiveRefreshTriggersTimeout", "adaptive-refresh-timeout", duration)
    out.call(thing, "dynamicRefreshSources", "dynamic-refresh-sources")
    out.call(thing, "closeStaleConnections", "close-stale-connections")
    if thing.open_why:
        for name in ("periodic-refresh", "adaptive-refresh", "refresh-period"):
            if not (name in out.facts and out.facts[name].is_true):
                out.facts[name] = Value(None, known=False, set=None, why=thing.open_why)


def _may_be_flag(value: Abstract | None) -> bool:
    if isinstance(value, Unknown):
        return value.type in ("boolean", "Boolean")
    return isinstance(value, Alternatives) and all(
        isinstance(v, Const) and isinstance(v.value, bool) for v in value.items
    )


def timeouts(value: Abstract | None, out: Options) -> None:
    """TimeoutOptions."""
    parts = []
    for one in each(value):
        part = Options()
        parts.append(part)
        if not isinstance(one, Thing):
            why = one.why if isinstance(one, Unknown) else "the timeout options are made elsewhere"
            part.facts["timeout-options"] = Value(None, known=False, why=why)
            part.facts["command-timeout"] = Value(None, known=False, set=None, why=why)
            continue
        on = one.maker == "enabled"
        part.put("timeout-options", Value(on, Origin(one.span)))
        if on and one.args:
            part.put("command-timeout", fact(seconds_of(one.args), one.span))
        for record in one.calls:
            if record.name in ("fixedTimeout", "connectionTimeout", "timeoutSource"):
                part.put("timeout-options", Value(True, Origin(record.span)), record.maybe)
            if record.name == "fixedTimeout":
                part.put("command-timeout", duration(record), record.maybe)
            elif record.name == "timeoutSource":
                why = "a timeout source decides it for each command"
                part.put("command-timeout", Value(None, Origin(record.span), known=False, why=why))
            elif record.name == "timeoutCommands":
                part.put("timeout-options", argument(record), record.maybe)
        if one.open_why:
            part.facts["command-timeout"] = Value(None, known=False, set=None, why=one.open_why)
    out.facts.update(merge(parts).facts)


def sockets(value: Abstract | None, out: Options) -> None:
    """SocketOptions."""
    parts = []
    for one in each(value):
        part = Options()
        parts.append(part)
        if not isinstance(one, Thing):
            why = one.why if isinstance(one, Unknown) else "the socket options are made elsewhere"
            for name in ("connect-timeout", "keep-alive", "tcp-user-timeout"):
                part.facts[name] = Value(None, known=False, set=None, why=why)
            continue
        part.call(one, "connectTimeout", "connect-timeout", duration)
        part.call(one, "tcpNoDelay", "tcp-no-delay")
        for record in one.called("keepAlive"):
            part.put("keep-alive", _switch(record), record.maybe)
            for inner in each(record.args[0] if record.args else None):
                if isinstance(inner, Thing):
                    part.call(inner, "idle", "keep-alive-idle", duration)
                    part.call(inner, "interval", "keep-alive-interval", duration)
        for record in one.called("tcpUserTimeout"):
            for inner in each(record.args[0] if record.args else None):
                if isinstance(inner, Thing) and inner.called("enable"):
                    part.call(inner, "tcpUserTimeout", "tcp-user-timeout", duration)
                    part.facts.setdefault("tcp-user-timeout", Value(7875.0, Origin(record.span)))
                elif not isinstance(inner, Thing):
                    part.put("tcp-user-timeout", argument(record), record.maybe)
        if one.open_why:
            for name in ("connect-timeout", "keep-alive", "tcp-user-timeout"):
                part.facts[name] = Value(None, known=False, set=None, why=one.open_why)
    out.facts.update(merge(parts).facts)


def _switch(record: Record) -> Value:
    """`keepAlive(true)`, or with KeepAliveOptions: on where they are enabled."""
    first = record.args[0] if record.args else None
    if isinstance(first, Thing):
        if first.called("enable"):
            return Value(True, Origin(record.span))
        if first.called("disable"):
            return Value(False, Origin(record.span))
        why = "the release decides whether KeepAliveOptions are on without enable()"
        return Value(None, Origin(record.span), known=False, why=why)
    return argument(record)


_PLAIN = {
    "autoReconnect": "auto-reconnect",
    "disconnectedBehavior": "disconnected-behavior",
    "requestQueueSize": "request-queue-size",
    "pingBeforeActivateConnection": "ping-before-activate",
    "protocolVersion": "protocol-version",
    "publishOnScheduler": "publish-on-scheduler",
    "suspendReconnectOnProtocolFailure": "suspend-reconnect",
    "cancelCommandsOnReconnectFailure": "cancel-commands-on-reconnect-failure",
    "validateClusterNodeMembership": "validate-cluster-node-membership",
    "maxRedirects": "max-redirects",
    "refreshClusterView": "periodic-refresh",
}


def client_options(value: Abstract | None, out: Options, cluster: bool) -> None:
    """ClientOptions and ClusterClientOptions, whichever of several apply."""
    parts = []
    choices = list(each(value))
    if cluster and len(choices) > 1:
        plain = [c for c in choices if isinstance(c, Thing) and c.type == "ClientOptions"]
        if len(plain) < len(choices):
            choices = [c for c in choices if c not in plain]
    for one in choices:
        part = Options()
        parts.append(part)
        if isinstance(one, Thing):
            _client_options(one, part)
        elif not (isinstance(one, Const) and one.value is None):
            part.opened(one.why if isinstance(one, Unknown) else "the options are made elsewhere")
    whole = merge(parts)
    out.facts.update(whole.facts)
    out.opened(whole.open_why)


def _client_options(thing: Thing, out: Options) -> None:
    out.put("options-type", Value(thing.type, Origin(thing.span)))
    for method, name in _PLAIN.items():
        out.call(thing, method, name)
    out.call(thing, "refreshPeriod", "refresh-period", duration)
    for record in thing.called("nodeFilter"):
        out.put("node-filter", Value(True, Origin(record.span)))
    for record in thing.called("replayFilter"):
        out.put("replay-filter", Value(True, Origin(record.span)))
    for name, read in (
        ("topologyRefreshOptions", topology),
        ("timeoutOptions", timeouts),
        ("socketOptions", sockets),
    ):
        for record in thing.called(name):
            if record.maybe:
                part = Options()
                read(record.args[0] if record.args else None, part)
                for key, value in part.facts.items():
                    out.put(key, value, maybe=True)
                continue
            read(record.args[0] if record.args else None, out)
    if thing.open_why:
        out.opened(thing.open_why)


def pool(thing: Thing, out: Options) -> None:
    """GenericObjectPoolConfig, JedisPoolConfig, ConnectionPoolConfig."""
    out.put("pool-enabled", Value(True, Origin(thing.span)))
    out.put("pool-config", Value(thing.type, Origin(thing.span)))
    for method, name in (
        ("setMaxTotal", "pool-max-active"),
        ("setMaxActive", "pool-max-active"),
        ("setMaxIdle", "pool-max-idle"),
        ("setMinIdle", "pool-min-idle"),
        ("setTestOnBorrow", "pool-test-on-borrow"),
        ("setTestWhileIdle", "pool-test-while-idle"),
        ("setBlockWhenExhausted", "pool-block"),
    ):
        out.call(thing, method, name)
    for method in ("setMaxWait", "setMaxWaitMillis"):
        out.call(thing, method, "pool-max-wait", duration)
    for method in ("setTimeBetweenEvictionRuns", "setTimeBetweenEvictionRunsMillis"):
        out.call(thing, method, "pool-eviction-interval", duration)
    if thing.open_why:
        for name in ("pool-max-active", "pool-max-wait", "pool-max-idle", "pool-min-idle"):
            out.facts[name] = Value(None, known=False, set=None, why=thing.open_why)


def plain_seconds(value: Abstract, span_of: Thing) -> Value:
    """A bare number of milliseconds, as old constructors take it."""
    if isinstance(value, Const) and isinstance(value.value, int | float):
        held = value.value if isinstance(value.value, Seconds) else value.value / 1000
        return Value(float(held), Origin(value.span or span_of.span))
    return fact(value, span_of.span)
