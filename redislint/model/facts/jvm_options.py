"""Options of Java clients as facts, whatever Java, Kotlin, YAML or properties call them."""

from __future__ import annotations

from redislint.model.subject import VOCABULARY, FactSpec, kind

_OPTIONS = [
    FactSpec("periodic-refresh", "bool", "the topology is read again at intervals"),
    FactSpec("refresh-period", "duration", "the interval of the periodic topology refresh"),
    FactSpec("adaptive-refresh", "bool", "errors and redirects make it read the topology again"),
    FactSpec("trigger-call", "text", "the call that turns adaptive triggers on"),
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
    FactSpec("property-prefix", "text", "the prefix of its keys: spring.redis or spring.data.redis"),
    FactSpec("profile", "text", "the Spring profile it belongs to"),
    FactSpec("development", "bool", "its profile is named for development, in a file of the application"),
    FactSpec("timeout-site", "text", "where a command timeout would be set"),
    FactSpec("asynchronous", "bool", "futures or reactive streams are used"),
    FactSpec("per-call", "bool", "a request handler makes it each time and never closes it"),
    FactSpec("locks", "text", "the call by which its users take a lock"),
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

for _spec in (
    FactSpec("ignored-host", "text", "a host or url beside nodes: it is not used"),
    FactSpec("other-pool", "text", "pool settings of a client library that is not used"),
    FactSpec("password-default", "bool", "the password is the default of a placeholder"),
    FactSpec("host-problem", "text", "why what Boot is given as a host can be none"),
    FactSpec("client-type", "text", "which library Boot is told to use"),
    FactSpec(
        "lettuce-excluded", "bool", "its build leaves lettuce-core out and nothing brings it back"
    ),
    FactSpec("commons-pool", "bool", "the build names commons-pool2, where a build was found"),
    FactSpec("url-secret-only", "bool", "the URL has one word before the @, without a colon"),
    FactSpec("ignored-keys", "list", "properties that nothing reads because of an own factory"),
    FactSpec(
        "host-elsewhere", "text", "the host in the properties, where the own factory names none"
    ),
):
    VOCABULARY["client"].setdefault(_spec.name, _spec)

kind(
    "property",
    "one property of a framework's configuration file",
    [
        FactSpec("block", "bool", "it stands for all keys under a prefix"),
        FactSpec("build-folder", "text", "what a container with the variable is built from"),
        FactSpec("prefix", "text", "the prefix without the suffix"),
        FactSpec("suffix", "text", "the canonical name below the prefix"),
        FactSpec("since", "version", "the first Boot release that reads it"),
        FactSpec("removed", "version", "the first Boot release that does not read it any more"),
        FactSpec("replaced-by", "text", "the key that took its place"),
        FactSpec("typo-of", "text", "the key that it is a slip of"),
        FactSpec(
            "foreign", "bool", "no release of Boot reads it, and it resembles none that one does"
        ),
        FactSpec("no-host", "text", "a host that has a scheme or a port in it"),
        FactSpec("shell-default", "text", "what a placeholder has after its colon, sign and all"),
        FactSpec("twin", "bool", "the keys stand under the other prefix as well"),
        FactSpec("read-by-code", "bool", "the application's own code reads it by its name"),
        FactSpec("migrator", "bool", "spring-boot-properties-migrator is on the class path"),
        FactSpec("lists-redis", "bool", "the list names redis"),
        FactSpec("context", "text", "what kind of file it is in"),
    ],
)
