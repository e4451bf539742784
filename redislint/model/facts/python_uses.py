"""What Python clients are used for, and what their addresses are, as named facts."""

from __future__ import annotations

import re

from redislint.model.client import Client
from redislint.model.subject import Subject, computed
from redislint.model.value import Value, at, unknown
from redislint.model.versions import key

VISIBILITY_TIMEOUT = 3600.0
"""Celery's default visibility_timeout of a Redis broker, in seconds (Celery's documentation)."""

_CLUSTER_ENDPOINT = re.compile(
    r"(?i)(^|\.)clustercfg\.[\w.-]+\.(cache|memorydb)\.[\w.-]*amazonaws\."
)
_PUBLIC = re.compile(
    r"(?i)^(master|replica|clustercfg)\.[\w.-]+\.cache\.amazonaws\.com(\.cn)?$"
    r"|\.(serverless\.[\w-]+\.cache\.amazonaws\.com(\.cn)?|memorydb\.[\w-]+\.amazonaws\.com|"
    r"redis\.cache\.windows\.net|redis\.azure\.net|redislabs\.com|redis-cloud\.com|upstash\.io|"
    r"ondigitalocean\.com|aivencloud\.com)$"
)
"""Names of managed services. ElastiCache puts the role in front where TLS is on; a cluster without
(`name.….ng.0001.…`) answers plain text only."""

_SERVICE = re.compile(
    r"(?i)\.cache\.[\w.-]*amazonaws\.com(\.cn)?$|\.memorydb\.[\w.-]*amazonaws\.com(\.cn)?$"
    r"|\.redis\.cache\.windows\.net$|\.redis\.azure\.net$"
)
"""Services that take the commands of an administrator from their users, by their documentation."""

_NODE = re.compile(r"(?i)^(?![\w.-]*\.ng\.)[\w-]+-\d{3}\.[\w.-]*cache\.amazonaws\.")
"""`group-001.…`, `group-0001-002.…`; `group.….ng.0001.…` is the primary endpoint, and a cluster of
one node, `name.….0001.…`, has no other."""
_TLS_ONLY = re.compile(r"(?i)\.serverless\.[\w-]+\.cache\.amazonaws\.com|\.upstash\.io$")


def _host_names(client: Subject) -> list[Value]:
    return [h for h in getattr(client, "hosts", []) if h.known and isinstance(h.value, str)]


def _bare(host: Value) -> str:
    """The name or address alone, of a URL as well."""
    text = re.sub(r"^\w[\w+]*://", "", str(host.value)).rsplit("@", 1)[-1].split("/")[0]
    return text.rsplit(":", 1)[0]


def _matching(client: Subject, pattern: re.Pattern[str]) -> Value:
    for host in _host_names(client):
        name = _bare(host)
        if pattern.search(name):
            return at(True, host.span)
    return Value(False)


@computed(
    "client", "cluster-endpoint", "bool", "it connects to the configuration endpoint of a cluster"
)
def cluster_endpoint(client: Subject) -> Value:
    """Whether a host is the configuration endpoint of ElastiCache or MemoryDB in cluster mode."""
    return _matching(client, _CLUSTER_ENDPOINT)


@computed("client", "managed-endpoint", "bool", "it connects to ElastiCache, MemoryDB or Azure")
def managed_endpoint(client: Subject) -> Value:
    """Whether a host is the name that one of these services gives."""
    return _matching(client, _SERVICE)


@computed(
    "client",
    "public-endpoint",
    "bool",
    "it connects to a managed service by its name, or to a public address",
)
def public_endpoint(client: Subject) -> Value:
    """Whether a host is the name of a managed cache, or an address that the whole world can reach."""
    found = _matching(client, _PUBLIC)
    if found.value:
        return found
    from ipaddress import ip_address

    for host in _host_names(client):
        name = _bare(host).strip("[]")
        try:
            if ip_address(name).is_global:
                return at(True, host.span)
        except ValueError:
            continue
    return Value(False)


@computed(
    "client", "cluster-database", "int", "the number of a database that a cluster does not have"
)
def cluster_database(client: Subject) -> Value:
    """A number above 0 on a cluster client: redis-py's, or one that Spring does not hand on."""
    if client.get("mode").value != "cluster":
        return Value(None, set=False)
    spring = client.get("framework").value in ("spring-boot", "spring-data-redis")
    held = client.facts.get("database" if spring else "db")
    number = held.value if held is not None and held.known else None
    if held is None or not isinstance(number, int) or isinstance(number, bool) or number < 1:
        return Value(None, set=False)
    return Value(number, held.origin)


@computed("client", "cluster-database-effect", "text", "what becomes of `cluster-database`")
def cluster_database_effect(client: Subject) -> Value:
    """A phrase for messages: who refuses the number, or drops it."""
    if client.get("framework").value in ("spring-boot", "spring-data-redis"):
        return Value("and Spring drops the number: all keys share one space")
    return Value("the client refuses to be built")


@computed("client", "tls-only-endpoint", "bool", "its endpoint accepts nothing but TLS")
def tls_only_endpoint(client: Subject) -> Value:
    """Whether a host belongs to a service that never speaks plain text."""
    return _matching(client, _TLS_ONLY)


@computed(
    "client", "certificate-unchecked", "bool", "where it uses TLS, it accepts any certificate"
)
def certificate_unchecked(client: Subject) -> Value:
    """ssl_cert_reqs says none, and nothing says that the connection is plain."""
    held, ssl = client.get("ssl_cert_reqs"), client.get("ssl")
    if not held.set or (ssl.known and not ssl.value):
        return Value(False)
    if not held.known:
        return unknown(held.why, held.span)
    return at(held.value == "none", held.span)


@computed("client", "node-endpoint", "bool", "it connects to one node of a managed cache by name")
def node_endpoint(client: Subject) -> Value:
    """Whether a host is a single ElastiCache node instead of the primary or configuration endpoint."""
    return _matching(client, _NODE)


_READER = re.compile(
    r"(?i)(?:^|[^a-z])(?:read(?:er|only|s)?|replicas?|slaves?|secondar\w+|ro)(?:[^a-z]|$)"
)


@computed("client", "reader-node", "bool", "its node of a managed cache is meant for reading")
def reader_node(client: Subject) -> Value:
    """A node's endpoint in a variable, key or option that is called after reading."""
    node = node_endpoint(client)
    place = node.span or client.anchor
    if not node.value or place is None:
        return Value(False)
    source, start = place.source, place.start
    begin = source.text.rfind("\n", 0, start) + 1
    before = source.text[begin:start]
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", f"{client.label} {before}")
    return at(bool(_READER.search(words)), place)


@computed(
    "client",
    "delay-exceeds-visibility",
    "bool",
    "a Celery task waits longer than a task may be out",
)
def delay_exceeds_visibility(client: Subject) -> Value:
    """Whether `longest-delay` is above visibility_timeout, or above its default of an hour."""
    assert isinstance(client, Client)
    delay, limit = client.get("longest-delay"), client.get("visibility_timeout")
    if not delay.set or not isinstance(delay.value, int | float):
        return Value(False)
    if not limit.known:
        return unknown(limit.why)
    held = limit.value if isinstance(limit.value, int | float) else VISIBILITY_TIMEOUT
    return at(delay.value > held, delay.span)


@computed("client", "delay-phrase", "text", "what takes as long as `longest-delay`")
def delay_phrase(client: Subject) -> Value:
    """A phrase for messages: a task that waits, or one that runs and is acknowledged late."""
    if client.get("delays-by-running").is_true:
        return Value("acks_late acknowledges a task at its end, and it may run for")
    return Value("a task is delayed by")


@computed("client", "celery-unguarded", "bool", "a Celery broker connection without any guard")
def celery_unguarded(client: Subject) -> Value:
    """No timeout, keepalive or retry among the broker's transport options."""
    assert isinstance(client, Client)
    if client.get("celery-role").value != "broker":
        return Value(False)
    if client.open_why:
        return unknown(client.open_why)
    given = client.facts["given"].value if "given" in client.facts else ()
    names = {str(n) for n in given} if isinstance(given, tuple) else set()
    guards = {"socket_timeout", "socket_keepalive", "retry_on_timeout", "health_check_interval"}
    return Value(not names & guards, set=False)


@computed("client", "option-folly", "text", "options of this client that do not do what they say")
def option_folly(client: Subject) -> Value:
    """The options that the release drops or rejects, as one text."""
    for name in ("rejected-options", "dropped-options"):
        held = client.get(name)
        if held.known and held.value:
            return at(", ".join(str(v) for v in held.value), held.span)  # type: ignore[attr-defined]
        if not held.known:
            return unknown(held.why, set=False)
    return Value("", set=False)


@computed("client", "option-scope", "text", "the releases that do nothing with `option-folly`")
def option_scope(client: Subject) -> Value:
    """A phrase for messages: the release in use, or all of them."""
    held = client.get("version")
    return Value(
        f"redis-py {held.value}" if held.known and held.value else "any redis-py since 4.4"
    )


_TIMEOUTS = ("socket_timeout", "socket_connect_timeout", "timeout")


@computed(
    "client", "huge-timeout", "duration", "a timeout so long that it was meant in milliseconds"
)
def huge_timeout(client: Subject) -> Value:
    """The largest of the timeouts where it is 500 seconds or more; absent otherwise."""
    for name in _TIMEOUTS:
        if name == "timeout" and client.get("pool").value != "blocking":
            continue
        for held in (client.facts.get(name), client.facts.get("default-" + name)):
            if held is None or not held.known or isinstance(held.value, bool):
                continue
            if isinstance(held.value, int | float) and held.value >= 500:
                return at(held.value, held.span)
    return Value(None, set=False)


@computed(
    "client", "endless-pool-wait", "bool", "callers wait without limit for a pooled connection"
)
def endless_pool_wait(client: Subject) -> Value:
    """BlockingConnectionPool(timeout=None)."""
    held = client.facts.get("timeout")
    if client.get("pool").value != "blocking" or held is None or not held.known:
        return Value(False)
    return at(held.value is None, held.span)


@computed(
    "client", "transaction-refused", "bool", "it asks for a transaction that its release refuses"
)
def transaction_refused(client: Subject) -> Value:
    """Cluster transactions came with 6.1.0 (sync) and 6.2.0 (asyncio); read in the sources."""
    call, release = client.get("transaction-call"), client.get("version")
    if not call.set:
        return Value(False)
    if client.get("library").value != "redis-py":
        return Value(True, call.origin)
    if not release.known or not release.value:
        return unknown("the release is unknown", call.span)
    first = "6.2.0" if client.get("asyncio").is_true else "6.1.0"
    return at(key(str(release.value)) < key(first), call.span)
