"""ElastiCache and MemoryDB resources → ManagedCache.

Defaults are those of the AWS API, which both languages leave in place where nothing is written.
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html
https://docs.aws.amazon.com/memorydb/latest/APIReference/API_CreateCluster.html
"""

from __future__ import annotations

import re
from collections.abc import Callable

from redislint.model.managed import ManagedCache
from redislint.model.value import Origin, Value, default, unknown
from redislint.source import Span
from redislint.syntax.hcl import Given

Ask = Callable[[str], Value | None]
"""The value of an argument by its Terraform name; None where it is not written."""

# Terraform's name of an argument → CloudFormation's, where it is not its CamelCase.
CLOUDFORMATION = {
    "num_cache_clusters": "NumCacheClusters",
    "number_cache_clusters": "",
    "node_type": "CacheNodeType",
    "subnet_group_name": "CacheSubnetGroupName",
    "parameter_group_name": "CacheParameterGroupName",
    "automatic_failover_enabled": "AutomaticFailoverEnabled",
    "multi_az_enabled": "MultiAZEnabled",
    "maintenance_window": "PreferredMaintenanceWindow",
    "apply_immediately": "",
    "description": "ReplicationGroupDescription",
    "replication_group_description": "",
    "cluster_id": "ClusterName",
    "tls_enabled": "TLSEnabled",
    "acl_name": "ACLName",
}
MEMORYDB = {
    "node_type": "NodeType",
    "subnet_group_name": "SubnetGroupName",
    "parameter_group_name": "ParameterGroupName",
    "maintenance_window": "MaintenanceWindow",
}


def cloudformation_name(name: str, *, memorydb: bool = False) -> str:
    """CloudFormation's name of a Terraform argument; empty where it has none."""
    table = {**CLOUDFORMATION, **MEMORYDB} if memorydb else CLOUDFORMATION
    return table.get(name, "".join(part.capitalize() for part in name.split("_")))


def boolean(value: Value) -> Value:
    """true, "true" and "yes" as True; unknown for what is neither true nor false."""
    if not value.known or isinstance(value.value, bool):
        return value
    text = str(value.value).strip().lower()
    if text in ("true", "yes", "1", "false", "no", "0"):
        return Value(text in ("true", "yes", "1"), value.origin, raw=value.raw)
    return unknown("is neither true nor false", value.span)


def integer(value: Value) -> Value:
    """A whole number, also one in quotes."""
    if not value.known or isinstance(value.value, int):
        return value
    text = str(value.value).strip()
    if re.fullmatch(r"\d+(\.0+)?", text):
        return Value(int(float(text)), value.origin, raw=value.raw)
    return unknown("is no number", value.span)


def put(
    cache: ManagedCache,
    fact: str,
    value: Value | None,
    kind: Callable[[Value], Value] | None = None,
    absent: object = None,
    note: str = "default of AWS",
) -> None:
    """Store an argument as a fact; where it is not written or null, the provider's default."""
    if value is None or (value.known and value.value is None):
        if absent is not None:
            # Who calls a module without the argument is where it would be written.
            place = value.span if value is not None and isinstance(value.origin, Given) else None
            cache.set(fact, Value(absent, Origin(place, note), set=place is not None))
        return
    cache.set(fact, kind(value) if kind is not None else value)


def version(value: Value) -> Value:
    """An engine version; `6.x` names no minor version, so only what is older is known."""
    if value.known:
        text = str(value.value)
        if not re.match(r"\d+(\.\d+)*$", text):
            major = re.match(r"(\d+)\.x$", text)
            if major is None or major[1] == "6":
                return unknown(f"{text} leaves the version to AWS", value.span)
            return Value(f"{major[1]}.0", value.origin, raw=text)
        return Value(text, value.origin, raw=text)
    return value


def _version_of_group(ask: Ask) -> Value | None:
    """The version that a parameter group is for: `redis5.0`, `default.redis5.0.cluster.on`."""
    for name in ("family", "parameter_group_name"):
        value = ask(name)
        text = str(value.value) if value is not None and value.known else ""
        match = re.search(r"(?:^|[._])(redis|valkey)(\d+)(\.\d+)?(\.x)?(?:$|\.)", text)
        if value is not None and match and (name == "family" or text.startswith("default.")):
            if match[4]:
                return None
            return Value(match[2] + (match[3] or ".0"), value.origin, raw=text)
    return None


def _common(cache: ManagedCache, ask: Ask) -> None:
    written = ask("engine_version")
    if written is None or (written.known and written.value is None):
        written = _version_of_group(ask)
    put(cache, "engine-version", written, version)
    policy, group = ask("maxmemory-policy"), ask("parameter_group_name")
    plain = group is None or (group.known and str(group.value or "default.").startswith("default."))
    read = ask("family")
    if policy is not None or plain or (read is not None and read.set is not None):
        lru = None if cache.get("service").value == "memorydb" else "volatile-lru"
        put(cache, "eviction-policy", policy, None, lru)
    else:
        cache.set("eviction-policy", unknown("the parameter group is not known", set=None))
    for name in (
        "description",
        "replication_group_description",
        "replication_group_id",
        "cluster_id",
    ):
        text = ask(name)
        if text is not None and text.known and text.value:
            cache.described.append(Value(str(text.value), text.origin))
    put(cache, "instance-type", ask("node_type"))
    put(cache, "parameter-group", ask("parameter_group_name"))
    put(cache, "subnet", ask("subnet_group_name"))
    put(cache, "maintenance-window", ask("maintenance_window"))
    put(cache, "snapshot-retention", ask("snapshot_retention_limit"), integer, 0)
    put(cache, "auto-minor-upgrade", ask("auto_minor_version_upgrade"), boolean, True)
    put(cache, "apply-immediately", ask("apply_immediately"), boolean)
    put(cache, "cmk", ask("kms_key_id") or ask("kms_key_arn"))


def replication_group(label: str, anchor: Span, resource: str, ask: Ask) -> ManagedCache:
    """aws_elasticache_replication_group, AWS::ElastiCache::ReplicationGroup."""
    cache = ManagedCache(label, anchor, "aws", "elasticache", resource)
    put(cache, "engine", ask("engine"), None, "redis")
    engine = cache.get("engine")
    _common(cache, ask)
    secondary = ask("global_replication_group_id")
    if secondary is not None and secondary.known and secondary.value is None:
        secondary = None
    for fact, name in (
        ("transit-encryption", "transit_encryption_enabled"),
        ("at-rest-encryption", "at_rest_encryption_enabled"),
    ):
        value = ask(name)
        nothing = value is None or (value.known and value.value is None)
        if nothing and (secondary is not None or not engine.known):
            cache.set(fact, unknown("the engine or the global datastore decides", set=False))
        else:
            # Only disks differ: Valkey's are encrypted unless somebody says otherwise.
            by_engine = fact == "at-rest-encryption" and engine.value == "valkey"
            put(cache, fact, value, boolean, by_engine)
    for fact, name in (
        ("automatic-failover", "automatic_failover_enabled"),
        ("multi-az", "multi_az_enabled"),
    ):
        put(cache, fact, ask(name), boolean, False)
    failover, group = cache.get("automatic-failover"), cache.get("parameter-group")
    if failover.set is False and ".cluster.on" in str(group.value):
        # Cluster mode does not go without: what AWS makes of silence is not documented.
        cache.set("automatic-failover", unknown("cluster mode needs it", set=False))
    _replicas(cache, ask, secondary is not None)
    _auth(cache, ask)
    return cache


def _replicas(cache: ManagedCache, ask: Ask, secondary: bool) -> None:
    shards = ask("num_node_groups")
    per_shard = ask("replicas_per_node_group")
    nodes = ask("num_cache_clusters") or ask("number_cache_clusters")
    shards, per_shard, nodes = (
        None if v is not None and v.known and v.value is None else v
        for v in (shards, per_shard, nodes)
    )
    groups = ask("node_group_configuration")
    if shards is not None:
        cache.set("shards", integer(shards))
        cache.set("cluster-mode", Value(True, shards.origin))
    if groups is not None or (secondary and nodes is None and per_shard is None):
        cache.set("replicas", unknown("each node group has its own number", set=None))
    elif per_shard is not None:
        cache.set("replicas", integer(per_shard))
    elif nodes is not None:
        count = integer(nodes)
        cache.set("nodes", count)
        if count.known and isinstance(count.value, int):
            count = Value(max(count.value - 1, 0), count.origin, raw=count.raw)
        cache.set("replicas", count)
    elif shards is None:
        cache.set("replicas", default(0, "default of AWS: one node"))
    else:
        cache.set("replicas", unknown("the number of replicas is not written", set=False))


def _auth(cache: ManagedCache, ask: Ask) -> None:
    token, users = ask("auth_token"), ask("user_group_ids") or ask("user_group_id")
    if token is not None and token.set is not None and not _empty(token):
        cache.set("auth", Value(True, token.origin))
        cache.set("auth-token", token)
        return
    if users is not None and users.set is not None and not _empty(users):
        cache.set("auth", Value(True, users.origin))
        return
    if any(v is not None and not v.known and v.set is None for v in (token, users)):
        cache.set("auth", unknown("the module decides", set=None))
        return
    place = next((v.span for v in (token, users) if v and isinstance(v.origin, Given)), None)
    why = "neither token nor user group"
    cache.set("auth", Value(False, Origin(place, why), set=place is not None))


def _empty(value: Value) -> bool:
    return value.known and value.value in (None, [], "")


def single(label: str, anchor: Span, resource: str, ask: Ask) -> ManagedCache | None:
    """aws_elasticache_cluster, AWS::ElastiCache::CacheCluster; None for Memcached and members."""
    if ask("replication_group_id") is not None:
        return None
    engine = ask("engine")
    if engine is None or not engine.known or str(engine.value).lower() not in ("redis", "valkey"):
        return None
    cache = ManagedCache(label, anchor, "aws", "elasticache", resource)
    cache.set("engine", engine)
    _common(cache, ask)
    nodes = ask("num_cache_nodes")
    put(cache, "nodes", nodes, integer, 1)
    cache.set("replicas", Value(0, Origin(nodes.span if nodes else None, "it has one node")))
    cache.set("single-node-resource", Value(True))
    return cache


def serverless(label: str, anchor: Span, resource: str, ask: Ask) -> ManagedCache | None:
    """aws_elasticache_serverless_cache: always encrypted, always replicated."""
    engine = ask("engine")
    if engine is None or not engine.known or str(engine.value).lower() not in ("redis", "valkey"):
        return None
    cache = ManagedCache(label, anchor, "aws", "elasticache-serverless", resource)
    cache.set("engine", engine)
    for fact in ("transit-encryption", "at-rest-encryption", "automatic-failover", "multi-az"):
        cache.set(fact, default(True, "always so without servers"))
    put(cache, "snapshot-retention", ask("snapshot_retention_limit"), integer, 0)
    _auth(cache, ask)
    return cache


def memorydb(label: str, anchor: Span, resource: str, ask: Ask) -> ManagedCache:
    """aws_memorydb_cluster, AWS::MemoryDB::Cluster: always encrypted on disk, always durable."""
    cache = ManagedCache(label, anchor, "aws", "memorydb", resource)
    put(cache, "engine", ask("engine"), None, "redis")
    _common(cache, ask)
    cache.set("at-rest-encryption", default(True, "always so for MemoryDB"))
    put(cache, "transit-encryption", ask("tls_enabled"), boolean, True)
    put(cache, "shards", ask("num_shards"), integer, 1)
    put(cache, "replicas", ask("num_replicas_per_shard"), integer, 1)
    acl = ask("acl_name")
    if acl is not None:
        cache.set("acl", acl)
        if acl.known:
            cache.set("auth", Value(acl.value != "open-access", acl.origin))
        else:
            cache.set("auth", unknown(acl.why, acl.span))
    return cache
