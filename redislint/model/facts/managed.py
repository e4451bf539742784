"""What managed caches show beyond their own arguments."""

from __future__ import annotations

import re

from redislint.knowledge.parameters import refused
from redislint.model.facts.environment import of_path
from redislint.model.facts.secrets import is_dummy, is_literal, is_weak
from redislint.model.managed import ManagedCache
from redislint.model.subject import FactSpec, Subject, computed, kind
from redislint.model.value import Origin, Value, default

kind("managed-cache", "a Redis or Valkey that a cloud provider runs, as Terraform or CloudFormation declares it", [
    FactSpec("auth-token", "text", "the token that clients must present", secret=True),
    FactSpec("module", "text", "the source of the module that makes it, where it is not in the tree"),
    FactSpec("memory-size", "size", "the memory that is paid for"),
    FactSpec("memory-reserved", "size", "memory that is kept from the data for writes and failover"),
    FactSpec("fragments-reserved", "size", "memory that is kept from the data for fragmentation"),
    FactSpec("memory-for-data", "size", "the memory that the data may take, where it is written"),
    FactSpec("single-node-resource", "bool", "the resource's type allows one node only"),
])  # fmt: skip


def _named(cache: ManagedCache) -> tuple[str, str, str]:
    path = cache.anchor.source.root.within if cache.anchor else ""
    return (*of_path(path), path)


@computed("managed-cache", "environment", "enum", "where it runs, as far as names show",
          choices="production development test example unknown".split())  # fmt: skip
def environment(cache: ManagedCache) -> Value:
    """From the path; a resource in an account is real, also where a test or example makes it."""
    name, word, path = _named(cache)
    if name in ("unknown", "test", "example"):
        return default("unknown", "no name says where it runs")
    return Value(name, Origin(None, f"'{word}' in the path {path}"))


@computed("managed-cache", "production", "bool", "nothing says that it is for development or tests")
def production(cache: ManagedCache) -> Value:
    """Neither a development nor a test nor an example setup by its names, or as configured."""
    told = cache.facts.get("environment")
    if told is not None:
        return Value(told.value in ("production", "unknown"), told.origin)
    name, word, path = _named(cache)
    if name == "unknown":
        return default(True, "nothing says otherwise")
    return Value(name == "production", Origin(None, f"'{word}' in the path {path}"))


_QUEUE = re.compile(
    r"(?i)(?:^|[^a-z])(queues?|celery|sidekiq|bull(?:mq)?|resque|broker|jobs?|background)(?:$|[^a-z])"
)


@computed("managed-cache", "purpose", "enum", "what the data is for, as far as names show",
          choices="queue unknown".split())  # fmt: skip
def purpose(cache: ManagedCache) -> Value:
    """From its label, its identifier and its description."""
    for text in (Value(cache.label, Origin(cache.anchor)), *cache.described):
        match = _QUEUE.search(str(text.value))
        if match:
            return Value("queue", Origin(text.span, f"its name or description says {match[1]}"))
    return default("unknown", "nothing says what it is for")


@computed("managed-cache", "password-in-file", "bool", "the token stands in a file")
def password_in_file(cache: ManagedCache) -> Value:
    """A literal token that is no stand-in."""
    token = cache.facts.get("auth-token")
    if token is None or not token.known:
        return default(False, "no token is written")
    text = str(token.value)
    return Value(is_literal(text) and not is_dummy(text), token.origin)


@computed("managed-cache", "password-weak", "bool", "the token is guessed within seconds")
def password_weak(cache: ManagedCache) -> Value:
    """A literal token that is short or well known."""
    token = cache.facts.get("auth-token")
    if token is None or not token.known or not is_literal(str(token.value)):
        return default(False, "no token is written")
    return Value(is_weak(str(token.value)), token.origin)


@computed("managed-cache", "burstable", "bool", "its node type earns and spends CPU credits")
def burstable(cache: ManagedCache) -> Value:
    """cache.t3.small, db.t4g.small."""
    kind_ = cache.get("instance-type")
    if not kind_.known or kind_.value is None:
        return Value(None, kind_.origin, known=kind_.known, set=kind_.set, why=kind_.why)
    text = str(kind_.value)
    return Value(text.startswith(("cache.t", "db.t")), kind_.origin)


@computed("managed-cache", "basic-tier", "bool", "its tier is one node without replica")
def basic_tier(cache: ManagedCache) -> Value:
    """Azure's Basic and Google's BASIC."""
    tier = cache.get("instance-type")
    if not tier.known or tier.value is None:
        return Value(None, tier.origin, known=tier.known, set=tier.set, why=tier.why)
    return Value(str(tier.value).upper() == "BASIC", tier.origin, set=tier.set)


@computed("managed-cache", "low-reserve", "text", "memory kept from the data, and how little it is")
def low_reserve(cache: ManagedCache) -> Value:
    """Less than a tenth of Azure's cache; of the smallest where the size is not known."""
    if cache.get("service").value != "azure-cache" or cache.get("basic-tier").value:
        return default(None, "nothing can be reserved")
    size = cache.facts.get("memory-size")
    whole = size.value if size is not None and isinstance(size.value, int) else 250 * 1024**2
    for fact in ("memory-reserved", "fragments-reserved"):
        kept = cache.facts.get(fact)
        if kept is not None and isinstance(kept.value, int) and kept.value * 10 < whole:
            of = f" of {size.raw}" if size is not None and size.raw else ""
            what = "for writes" if fact == "memory-reserved" else "for fragmentation"
            return Value(f"{kept.raw}{of} {what}", kept.origin)
    return default(None, "a tenth or more, or what Azure reserves by itself")


@computed("managed-cache", "data-fills-memory", "text", "how the data may take all memory")
def data_fills_memory(cache: ManagedCache) -> Value:
    """maxmemory-gb at the size of the instance, or none where snapshots are taken."""
    size, share = cache.facts.get("memory-size"), cache.facts.get("memory-for-data")
    if cache.get("service").value != "memorystore" or size is None or not size.known:
        return default(None, "the size is not known")
    if share is not None and isinstance(share.value, int) and isinstance(size.value, int):
        if share.value >= size.value:
            return Value(f"maxmemory-gb is {share.raw}, all that there is", share.origin)
        return default(None, "some memory is kept")
    policy = cache.get("eviction-policy")
    if cache.get("persistence").is_true and (policy.known or not policy.set):
        kept = cache.get("persistence")
        return Value("snapshots are taken and maxmemory-gb is not written", kept.origin)
    return default(None, "nothing copies pages but a failover")


@computed("managed-cache", "refused-parameter", "text", "a value that no engine takes")
def refused_parameter(cache: ManagedCache) -> Value:
    """The eviction policy of Azure's and Google's caches; AWS has parameter groups."""
    policy = cache.facts.get("eviction-policy")
    if cache.get("service").value not in ("azure-cache", "memorystore") or policy is None:
        return default(None, "its policy has other names")
    if not policy.known or policy.span is None or not isinstance(policy.value, str):
        return default(None, "no policy is written")
    wrong = refused("maxmemory-policy", policy.value)
    return Value(wrong, policy.origin) if wrong else default(None, "an engine knows it")


@computed("resource", "refused-parameter", "text", "a parameter or value that the service refuses")
def resource_refused(resource: Subject) -> Value:
    """Of a parameter group."""
    if resource.get("trap").value != "ec-parameter-unsupported":
        return default(None, "it is taken")
    return resource.get("detail")
