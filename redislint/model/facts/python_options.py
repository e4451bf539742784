"""Options of the Python clients as facts of a client, under their Python names."""

from __future__ import annotations

from redislint.model.subject import VOCABULARY, FactSpec

_OPTIONS = (
    ("host", "text", "the host name or address it is given"),
    ("port", "int", "the port"),
    ("db", "int", "the database number"),
    ("ssl", "bool", "TLS is on"),
    ("username", "text", "the ACL user"),
    ("socket_timeout", "duration", "longest wait for an answer; none waits for ever"),
    ("socket_connect_timeout", "duration", "longest wait for a connection"),
    ("socket_keepalive", "bool", "TCP keepalive is on"),
    ("socket_keepalive_options", "text", "TCP keepalive times"),
    ("health_check_interval", "duration", "idle time after which a connection is tried with PING"),
    ("retry", "text", "the Retry object"),
    ("retry_on_timeout", "bool", "a command that timed out is tried again"),
    ("retry_on_error", "list", "exceptions after which a command is tried again"),
    ("max_connections", "int", "the limit of the connection pool"),
    ("timeout", "duration", "longest wait for a free connection of a blocking pool"),
    ("single_connection_client", "bool", "one connection for the whole client"),
    ("decode_responses", "bool", "answers are decoded to text"),
    ("encoding", "text", "the encoding of texts"),
    ("protocol", "int", "the RESP version"),
    ("client_name", "text", "the name it gives itself"),
    (
        "ssl_cert_reqs",
        "text",
        "whether the server's certificate is checked: required, optional, none",
    ),
    ("ssl_check_hostname", "bool", "whether the certificate must be for the host's name"),
    ("ssl_ca_certs", "text", "the file of trusted certificates"),
    ("ssl_certfile", "text", "the client's certificate"),
    ("ssl_keyfile", "text", "the client's key"),
    ("reinitialize_steps", "int", "MOVED answers after which the slot table is read anew"),
    ("cluster_error_retry_attempts", "int", "attempts of a command after a cluster error"),
    ("connection_error_retry_attempts", "int", "attempts after a connection error"),
    ("dynamic_startup_nodes", "bool", "the start nodes are replaced by those discovered"),
    ("require_full_coverage", "bool", "every slot must be covered before the client starts"),
    ("read_from_replicas", "bool", "reads may go to replicas"),
    ("load_balancing_strategy", "text", "how reads are spread over nodes"),
    ("address_remap", "text", "a function that rewrites addresses"),
    ("startup_nodes", "int", "how many start nodes are given"),
    ("skip_full_coverage_check", "bool", "an option of redis-py-cluster"),
    ("nodemanager_follow_cluster", "bool", "an option of redis-py-cluster"),
    ("cluster_down_retry_attempts", "int", "an option of redis-py-cluster"),
    ("min_other_sentinels", "int", "how many Sentinels must know each other"),
    ("service_name", "text", "the name of the Sentinel's master"),
    ("visibility_timeout", "duration", "Celery: time after which a task counts as lost"),
)

_FACTS = (
    ("password", "text", "the password", True),
    ("class-name", "text", "the class that is constructed, as written in its package", False),
    ("through", "enum", "how it is made", False),
    ("given", "list", "the options that are given, by name", False),
    ("start-by", "enum", "what the addresses it starts from are", False),
    ("sentinels", "int", "how many Sentinels it is given", False),
    ("sentinel-credentials", "bool", "the Sentinels get credentials of their own", False),
    (
        "sentinel-timeout-dropped",
        "bool",
        "sentinel_kwargs takes the timeout away that the Sentinels would get",
        False,
    ),
    ("pool", "enum", "the pool that is built or passed in", False),
    ("retry-count", "int", "how often its Retry object tries again", False),
    ("retry-asyncio", "bool", "its Retry object is the asyncio one", False),
    ("tls-options", "list", "the options given that only matter with TLS", False),
    ("url-user-only", "bool", "its URL names a user where a password was meant", False),
    ("url-refused", "text", "why the client refuses its URL", False),
    ("default-socket_timeout", "duration", "what socket_timeout is if nobody sets it", False),
    ("default-socket_connect_timeout", "duration", "the same for socket_connect_timeout", False),
    ("default-timeout", "duration", "the same for a blocking pool's timeout", False),
    ("url-text", "list", "options of the URL that are not taken as what they look like", False),
    ("url-text-effect", "text", "what becomes of these options of the URL", False),
    (
        "longest-block",
        "duration",
        "longest wait of a blocking command called on it; 0 is for ever",
        False,
    ),
    ("block-call", "text", "that call", False),
    ("transaction-call", "text", "a call that asks a cluster client for a transaction", False),
    ("binary-use", "text", "a call that stores or reads binary values", False),
    ("celery-role", "enum", "what Celery uses it for", False),
    ("cache-exceptions", "bool", "django-redis: errors of the cache are swallowed", False),
    ("sessions", "bool", "sessions are stored through it", False),
    ("longest-delay", "duration", "the longest countdown of a Celery task in the file", False),
    (
        "delays-by-running",
        "bool",
        "that is the time a task may run before it is acknowledged",
        False,
    ),
    ("purpose", "enum", "what its framework or its user keeps there", False),
    ("handed-in", "bool", "whoever calls decides where it connects to", False),
    ("web", "bool", "the file is part of a web service", False),
    ("endpoint", "text", "the host, where one is known by name", False),
)
_CHOICES = {
    "through": (
        "constructor",
        "from_url",
        "connection_pool",
        "master_for",
        "slave_for",
        "settings",
    ),
    "start-by": ("name", "ip", "local", "unix", "unknown", "mixed"),
    "pool": ("own", "blocking", "plain", "sentinel", "unknown"),
    "celery-role": ("broker", "backend"),
    "purpose": ("cache", "session", "queue", "results", "rate-limiter", "pubsub"),
}


def _register() -> None:
    table = VOCABULARY.setdefault("client", {})
    for name, kind, doc in _OPTIONS:
        table.setdefault(name, FactSpec(name, kind, doc, unit="s" if kind == "duration" else ""))
    for name, kind, doc, secret in _FACTS:
        spec = FactSpec(name, kind, doc, choices=_CHOICES.get(name, ()), secret=secret)
        table.setdefault(name, spec)


_register()

NAMES = frozenset(name for name, _, _ in _OPTIONS)
"""Options that a reader stores as facts of their own."""
