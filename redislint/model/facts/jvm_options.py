"""Options of Java clients as facts, whatever Java, Kotlin, YAML or properties call them."""

from __future__ import annotations

from redislint.model.subject import VOCABULARY, FactSpec, Subject, computed, kind
from redislint.model.value import Value

_OPTIONS = [
    FactSpec("periodic-refresh", "bool", "the topology is read again at intervals"),
    FactSpec("refresh-period", "duration", "the interval of the periodic topology refresh"),
    FactSpec("adaptive-refresh", "bool", "errors and redirects make it read the topology again"),
    FactSpec("adaptive-triggers", "list", "the adaptive triggers, where only some are on"),
    FactSpec("adaptive-refresh-timeout", "duration", "the least time between adaptive refreshes"),
    FactSpec("dynamic-refresh-sources", "bool", "every node found is asked, not the seeds only"),
    FactSpec("close-stale-connections", "bool", "connections to nodes that left are closed"),
    FactSpec("validate-cluster-node-membership", "bool", "redirects to unknown nodes are refused"),
    FactSpec("node-filter", "bool", "nodes are filtered by their flags"),
    FactSpec("max-redirects", "int", "how many redirects a command follows"),
    FactSpec("command-timeout", "duration", "how long a caller waits for a command"),
    FactSpec("timeout-options", "bool", "asynchronous commands time out too"),
    FactSpec("connect-timeout", "duration", "how long connecting may take"),
    FactSpec("socket-timeout", "duration", "how long a read from the socket may take"),
    FactSpec("blocking-socket-timeout", "duration", "the read timeout of blocking commands"),
    FactSpec("keep-alive", "bool", "TCP keep-alive is on"),
    FactSpec("keep-alive-idle", "duration", "idle time before the first keep-alive probe"),
    FactSpec("keep-alive-interval", "duration", "time between keep-alive probes"),
    FactSpec("tcp-user-timeout", "duration", "how long sent data may stay unacknowledged"),
    FactSpec("tcp-no-delay", "bool", "Nagle's algorithm is off"),
    FactSpec("auto-reconnect", "bool", "a lost connection is made again"),
    FactSpec("disconnected-behavior", "text", "what happens to commands while disconnected"),
    FactSpec("request-queue-size", "int", "how many commands may wait on a connection"),
    FactSpec("ping-before-activate", "bool", "a connection is tried before it is used"),
    FactSpec("protocol-version", "text", "RESP2 or RESP3"),
    FactSpec("publish-on-scheduler", "bool", "signals leave the event loop"),
    FactSpec("suspend-reconnect", "bool", "a protocol failure ends reconnecting"),
    FactSpec("cancel-commands-on-reconnect-failure", "bool", "queued commands fail then"),
    FactSpec("replay-filter", "bool", "commands are filtered before they are repeated"),
    FactSpec("options-type", "text", "ClientOptions or ClusterClientOptions"),
    FactSpec("configuration", "text", "the class of the client configuration, at its place"),
    FactSpec("read-from", "text", "which nodes answer reads"),
    FactSpec("read-mode", "text", "Redisson: which nodes answer reads"),
    FactSpec("subscription-mode", "text", "Redisson: which nodes carry subscriptions"),
    FactSpec("ssl", "bool", "the connection is encrypted"),
    FactSpec("verify-peer", "bool", "the server's certificate is checked"),
    FactSpec("ssl-verification-mode", "text", "Redisson: how certificates are checked"),
    FactSpec("hostname-verifier", "bool", "an own check of host names is set"),
    FactSpec("database", "int", "the database number"),
    FactSpec("password", "text", "the password", secret=True),
    FactSpec("password-literal", "text", "a password written into the file", secret=True),
    FactSpec("pool-enabled", "bool", "connections come from a pool"),
    FactSpec("pool-config", "text", "the class of the pool's configuration"),
    FactSpec("pool-max-active", "int", "the most connections in the pool; negative: no limit"),
    FactSpec("pool-max-idle", "int", "the most idle connections in the pool"),
    FactSpec("pool-min-idle", "int", "idle connections that are kept ready"),
    FactSpec("pool-max-wait", "duration", "how long a thread waits for a connection; negative: for ever"),
    FactSpec("pool-eviction-interval", "duration", "how often idle connections are looked at"),
    FactSpec("pool-test-on-borrow", "bool", "a connection is tried before it is handed out"),
    FactSpec("pool-test-while-idle", "bool", "idle connections are tried"),
    FactSpec("pool-block", "bool", "threads wait when the pool is empty"),
    FactSpec("replica-pool-size", "int", "Redisson: connections to each replica"),
    FactSpec("shutdown-timeout", "duration", "how long closing waits for commands"),
    FactSpec("share-native-connection", "bool", "threads share one connection"),
    FactSpec("validate-connection", "bool", "the shared connection is tried each time"),
    FactSpec("max-attempts", "int", "how often a cluster command is tried"),
    FactSpec("max-total-retries-duration", "duration", "how long a cluster command is tried"),
    FactSpec("topology-refresh-period", "duration", "Jedis: interval of the topology refresh"),
    FactSpec("retry-attempts", "int", "how often a command is tried again"),
    FactSpec("retry-interval", "duration", "time between attempts"),
    FactSpec("scan-interval", "duration", "Redisson: interval of the topology scan"),
    FactSpec("check-slots-coverage", "bool", "Redisson: starting needs every slot"),
    FactSpec("dns-monitoring-interval", "duration", "Redisson: how often names are resolved again"),
    FactSpec("dns-monitoring", "bool", "Redisson: names are resolved again"),
    FactSpec("ping-connection-interval", "duration", "Redisson: how often connections are tried"),
    FactSpec("idle-connection-timeout", "duration", "idle connections are closed after this time"),
    FactSpec("monitor-ip-changes", "bool", "Redisson: addresses behind names are watched"),
    FactSpec("check-sentinels-list", "bool", "Redisson: the list of Sentinels is checked"),
    FactSpec("reconnect-delay", "bool", "an own delay between reconnects is set"),
    FactSpec("dns-resolver", "text", "an own resolver is set: which setter"),
    FactSpec("seeds", "int", "how many addresses the code names"),
    FactSpec("bean", "bool", "it is a bean that replaces Spring Boot's own"),
    FactSpec("connects", "bool", "a connection is made in the code that was read"),
]  # fmt: skip

for _spec in _OPTIONS:
    VOCABULARY.setdefault("client", {}).setdefault(_spec.name, _spec)

kind(
    "spring-customizer",
    "a bean that changes the client that Spring Boot makes; merged into that client",
    [
        *_OPTIONS,
        FactSpec("replaces-options", "bool", "it gives whole client options, dropping Boot's"),
        FactSpec("open", "text", "why more may be set than was seen"),
        FactSpec("context", "text", "what kind of file it is in"),
    ],
)

_LOOPBACK = (
    "localhost",
    "127.",
    "::1",
    "0.0.0.0",
    "host.docker.internal",
    "redis://localhost",
    "redis://127.",
)


@computed("client", "local", "bool", "it connects to this machine only, as on a developer's")
def local(client: Subject) -> Value:
    """True where every address is written out and is a loopback one."""
    hosts = list(getattr(client, "hosts", []))
    if not hosts:
        return Value(False, set=False)
    named = [h for h in hosts if h.known and isinstance(h.value, str)]
    if len(named) != len(hosts):
        return Value(False, set=False)
    inside = all(str(h.value).lower().startswith(_LOOPBACK) for h in named)
    return Value(inside, named[0].origin, set=False)
