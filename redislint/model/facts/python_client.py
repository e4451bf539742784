"""What options of a Python client mean together, by release.

The figures on start nodes, retries and timeouts were measured on real clusters and servers; the
rule pages that use them say how, and tests/evidence repeats the most important ones.
"""

from __future__ import annotations

from redislint.model.client import Client
from redislint.model.subject import Subject, computed
from redislint.model.value import Origin, Value, at, default, unknown
from redislint.model.versions import key

PYTHON = ("redis-py", "valkey-py", "aioredis", "redis-py-cluster")
LIVE = ("redis-py", "valkey-py")


def _release(subject: Subject) -> str | None:
    held = subject.get("version")
    return str(held.value) if held.known and held.value else None


def _is_cluster(subject: Subject) -> bool:
    mode = subject.get("mode")
    return mode.known and mode.value == "cluster"


def _before(release: str | None, limit: str) -> bool | None:
    return None if release is None else key(release) < key(limit)


@computed("client", "python", "bool", "it is a client of redis-py, valkey-py or their ancestors")
def python(subject: Subject) -> Value:
    """Whether the library is one for Python."""
    return Value(subject.get("library").value in PYTHON)


@computed(
    "client",
    "waits-for-ever",
    "bool",
    "nobody limits the wait for an answer: a peer that goes silent blocks the caller for ever",
)
def waits_for_ever(subject: Subject) -> Value:
    """True where socket_timeout was left at a default of none; None on purpose is not meant."""
    assert isinstance(subject, Client)
    held = subject.get("socket_timeout")
    if held.set:
        return at(False, held.span)
    if subject.library == "aioredis" and ".create_" in subject.label:
        return Value(False, set=False)  # aioredis 1 has no such option at all
    if subject.open_why:
        return unknown(subject.open_why)
    if not held.known and not subject.candidates and subject.version is None:
        # No manifest names a release: every one before 8.0.0 waits for ever.
        return Value(True, set=False)
    if not held.known:
        return unknown(held.why, set=False)
    return Value(held.value is None, held.origin, set=False)


@computed("client", "timeout-advice", "text", "what to write so that no call waits for ever")
def timeout_advice(subject: Subject) -> Value:
    """A phrase for messages, fitting the options that are given."""
    if subject.get("framework").value == "django":
        return default('"SOCKET_TIMEOUT": 5, "SOCKET_CONNECT_TIMEOUT": 2 in OPTIONS', "")
    if subject.get("framework").value == "celery":
        return default('{"socket_timeout": 30} in broker_transport_options', "")
    if subject.get("socket_connect_timeout").set:
        return default("socket_timeout=5 as well: the connect timeout ends with the connect", "")
    if subject.get("socket_keepalive").set:
        return default("socket_timeout=5 as well: keepalive only notices a dead machine", "")
    if subject.get("health_check_interval").set:
        return default("socket_timeout=5 as well: the health check itself waits without it", "")
    return default("socket_timeout=5, socket_connect_timeout=2", "")


@computed("client", "timeout-scope", "text", "the releases in which this client waits for ever")
def timeout_scope(subject: Subject) -> Value:
    """A phrase for messages: the release in use, or the range that the default covers."""
    release, library = _release(subject), subject.get("library").value
    if release is not None:
        return default(f"in {library} {release}", "")
    if library == "aioredis":
        return default("in every release of aioredis", "")
    return default("in valkey-py" if library == "valkey-py" else "before redis-py 8.0", "")


@computed(
    "client",
    "no-retry",
    "bool",
    "a command whose connection is lost fails at once: nothing tries it again",
)
def no_retry(subject: Subject) -> Value:
    """By release: who retries a lost connection (standalone and Sentinel clients)."""
    assert isinstance(subject, Client)
    if _is_cluster(subject) or subject.get("framework").value not in ("none", "django"):
        return Value(False)
    if subject.open_why:
        return unknown(subject.open_why)
    release = _release(subject)
    retry, errors = subject.get("retry"), subject.get("retry_on_error")
    pooled = subject.get("through").value in ("from_url", "connection_pool")
    if subject.library not in LIVE:
        return Value(True, set=False)
    early = True if subject.library == "valkey-py" else _before(release, "6.0.0")
    if errors.set or (retry.set and not retry.known) or subject.get("retry_on_timeout").is_true:
        return Value(False)
    if retry.set and retry.value is not None:
        # Before 6.0.0 a Retry object alone retried the connect only.
        return unknown("the release is unknown") if early is None else Value(early, retry.origin)
    if retry.set and retry.known:
        return Value(False)
    if pooled or early:
        return Value(True, set=False)
    if early is None:
        return unknown("the release is unknown", set=False)
    return Value(False)


def _keeping(subject: Subject) -> tuple[bool | None, str]:
    """Whether the release can keep its start nodes, and why it cannot."""
    release = _release(subject)
    asyncio = subject.get("asyncio").is_true
    library = subject.get("library").value
    if library == "valkey-py":
        if not asyncio:
            return True, ""
        old = _before(release, "6.1.0")
        return (None if old is None else not old), "upgrade to valkey 6.1 or later"
    if library != "redis-py":
        return None, ""
    if asyncio:
        old = _before(release, "6.2.0")
        broken = release is not None and key("7.2.0") <= key(release) < key("8.0.0")
        if broken:
            return True, "upgrade to redis 8.0 or later (7.2 to 7.4 fail after the first promotion)"
        return (None if old is None else not old), "upgrade to redis 8.0 or later"
    old = _before(release, "4.3.4")
    return (None if old is None else not old), "upgrade to redis 4.4 or later"


@computed(
    "client",
    "forgets-start-nodes",
    "bool",
    "after its first discovery a cluster client knows only discovered addresses, not its endpoint",
)
def forgets_start_nodes(subject: Subject) -> Value:
    """By release, interface and dynamic_startup_nodes."""
    assert isinstance(subject, Client)
    if not _is_cluster(subject):
        return Value(False)
    if subject.library == "redis-py-cluster":
        return Value(subject.get("nodemanager_follow_cluster").is_true)
    release = _release(subject)
    asyncio = subject.get("asyncio").is_true
    held = subject.get("dynamic_startup_nodes")
    if subject.library == "redis-py" and not asyncio and _before(release, "4.3.4"):
        return Value(False)
    able, _ = _keeping(subject)
    if able is False:
        return Value(True, subject.get("version").origin)
    if held.set:
        return Value(bool(held.value), held.origin) if held.known else unknown(held.why, held.span)
    if subject.open_why:
        return unknown(subject.open_why)
    return Value(True, held.origin, set=False)


@computed("client", "start-node-advice", "text", "how this client can be made to keep its endpoint")
def start_node_advice(subject: Subject) -> Value:
    """A phrase for messages: by release, interface and the addresses given."""
    assert isinstance(subject, Client)
    able, upgrade = _keeping(subject)
    start = subject.get("start-by").value
    option = "pass dynamic_startup_nodes=False"
    if start in ("ip", "local", "mixed"):
        option += " and start from a DNS name that always leads to a live node"
    elif start == "unknown":
        option += " with the cluster's DNS name as host"
    if upgrade and (able is False or "7.2" in upgrade):
        return default(f"{upgrade} and {option}", "")
    if able is None and subject.get("asyncio").is_true:
        return default(f"{option} (redis 6.2-7.1 or 8.0 and later)", "")
    return default(option, "")


@computed(
    "client",
    "starts-by-name",
    "bool",
    "it starts from the name of an endpoint, or from one host that is not written here",
)
def starts_by_name(subject: Subject) -> Value:
    """Whether dynamic_startup_nodes=False would keep something that stays alive."""
    assert isinstance(subject, Client)
    start = subject.get("start-by")
    if start.value == "name":
        return at(True, start.span)
    single = len(subject.hosts) == 1 and not subject.get("startup_nodes").set
    if start.value == "unknown" and single:
        return at(True, start.span)
    return Value(False)


@computed(
    "client",
    "pops-start-nodes",
    "bool",
    "the release removes a node that failed from the start list until none is left",
)
def pops_start_nodes(subject: Subject) -> Value:
    """redis-py 4.4.0 to 7.1.x, valkey-py in every release; needs a cluster client."""
    if not _is_cluster(subject):
        return Value(False)
    library = subject.get("library").value
    if library == "valkey-py":
        return Value(True)
    release = _release(subject)
    if library != "redis-py":
        return Value(False)
    if release is None:
        return unknown("the release is unknown", set=False)
    return Value(key("4.4.0") <= key(release) < key("7.2.0"), subject.get("version").origin)


@computed("client", "dropped-options", "list", "options given that this release throws away unsaid")
def dropped_options(subject: Subject) -> Value:
    """Keywords of a sync cluster client that are neither parameters nor handed on."""
    assert isinstance(subject, Client)
    if not _is_cluster(subject) or subject.library != "redis-py":
        return Value(())
    if subject.get("asyncio").is_true:
        return Value(())
    return _strange(subject)


@computed(
    "client", "rejected-options", "list", "options given that this release answers by TypeError"
)
def rejected_options(subject: Subject) -> Value:
    """Keywords that no parameter of the class takes and no **kwargs swallows."""
    assert isinstance(subject, Client)
    if subject.library != "redis-py" or subject.get("through").value != "constructor":
        return Value(())
    if subject.get("mode").value == "sentinel":
        return Value(())
    if _is_cluster(subject) and not subject.get("asyncio").is_true:
        return Value(())
    return _strange(subject)


_HELPERS = frozenset("url connection_class connection_pool redis_connect_func loop".split())


def _strange(subject: Client) -> Value:
    from redislint.knowledge.clients import redispy

    release = _release(subject)
    given = subject.get("given")
    names = [str(n) for n in given.value or () if n not in _HELPERS]  # type: ignore[attr-defined]
    class_name = redispy.class_of(subject)
    if release is None:
        # Without a manifest: what no release in use knows.
        ever = redispy.ever_known(class_name) if not subject.candidates else frozenset(names)
        lost = tuple(n for n in names if n not in ever)
        if not lost:
            return unknown("the release is unknown", set=False)
        return _written(subject, lost, given)
    if key(release) < key("4.2.0") and class_name.startswith("asyncio"):
        return unknown("the release has no asyncio client", set=False)
    if key(release) < key("4.4.0") and class_name == "asyncio.RedisCluster":
        return Value(())
    known = redispy.known_names(class_name, release)
    if not known:
        return Value(())
    return _written(subject, tuple(n for n in names if n not in known), given)


def _written(subject: Client, strange: tuple[str, ...], given: Value) -> Value:
    """Options with the place of the first one, where that is not the call itself."""
    written = subject.facts.get(strange[0]) if strange else None
    span, call = written.span if written is not None else None, subject.anchor
    apart = span is not None and not (
        call is not None and span.source is call.source and call.start <= span.start < call.end
    )
    return Value(strange, Origin(span) if apart else given.origin, set=bool(strange))


@computed(
    "client", "block-too-long", "bool", "a blocking call waits longer than socket_timeout allows"
)
def block_too_long(subject: Subject) -> Value:
    """Whether `longest-block` reaches the socket timeout in force."""
    block, limit = subject.get("longest-block"), subject.get("socket_timeout")
    if not block.set or not block.known:
        return Value(False)
    if not limit.known:
        return unknown(limit.why)
    if not isinstance(limit.value, int | float) or isinstance(limit.value, bool):
        return Value(False)
    if not isinstance(block.value, int | float):
        return Value(False)
    return at(block.value == 0 or block.value >= limit.value, block.span)


@computed("client", "pool-unlimited", "bool", "its connection pool has no limit in this release")
def pool_unlimited(subject: Subject) -> Value:
    """Whether nobody limits the pool: every release before 8.0.0 allows 2**31 connections."""
    assert isinstance(subject, Client)
    held = subject.get("max_connections")
    if held.set or subject.get("pool").value not in ("own", "plain"):
        return Value(False)
    if subject.open_why:
        return unknown(subject.open_why)
    early = True if subject.library != "redis-py" else _before(_release(subject), "8.0.0")
    return unknown("the release is unknown") if early is None else Value(early, set=False)
