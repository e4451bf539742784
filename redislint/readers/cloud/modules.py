"""Calls of Terraform modules: those that lie in the tree, and those that do not.

Of a module elsewhere, what the call writes is known by the names that modules share with the
resource that they wrap. What it leaves out is the module's default for the modules listed here
(checked against their variables), and unknown for all others.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

from redislint.model.managed import ManagedCache
from redislint.model.value import Origin, Value, unknown
from redislint.readers.cloud import aws
from redislint.readers.cloud.scope import Scope
from redislint.syntax.hcl import Block

_STRUCTURE = (
    "global_replication_group_id", "node_group_configuration", "replication_group_id",
    "family", "maxmemory-policy", "user_group_id", "number_cache_clusters",
)  # fmt: skip
_AWS_WORDS = (
    "transit_encryption_enabled", "at_rest_encryption_enabled", "automatic_failover_enabled",
    "multi_az_enabled", "num_cache_clusters", "number_cache_clusters", "cluster_size",
    "replicas_per_node_group", "snapshot_retention_limit", "auth_token",
)  # fmt: skip


class Module:
    """A published module: which it is, its names for arguments, its defaults."""

    def __init__(self, source: str, names: dict[str, str], defaults: dict[str, object]) -> None:
        self.source = re.compile(source)
        self.names = names
        self.defaults = defaults


_CLOUDPOSSE = Module(
    r"cloudposse/(terraform-aws-)?elasticache-redis\b",
    {
        "num_cache_clusters": "cluster_size", "node_type": "instance_type",
        "num_node_groups": "cluster_mode_num_node_groups",
        "replicas_per_node_group": "cluster_mode_replicas_per_node_group",
        "subnet_group_name": "subnets",
    },
    {
        "transit_encryption_enabled": True, "at_rest_encryption_enabled": False,
        "automatic_failover_enabled": False, "multi_az_enabled": False, "num_cache_clusters": 1,
        "snapshot_retention_limit": 0, "auth_token": None, "user_group_ids": None,
        "engine": "redis",
    },
)  # fmt: skip
_COMMUNITY = Module(
    r"terraform-aws-modules/(terraform-aws-)?elasticache\b",
    {"family": "parameter_group_family", "subnet_group_name": "subnet_ids"},
    {
        "transit_encryption_enabled": True, "at_rest_encryption_enabled": True,
        "automatic_failover_enabled": None, "multi_az_enabled": False, "num_cache_clusters": None,
        "snapshot_retention_limit": None, "auth_token": None, "user_group_ids": None,
        "engine": "redis",
    },
)  # fmt: skip
_UMOTIF = Module(
    r"umotif-public/(terraform-aws-)?elasticache-redis\b",
    {"subnet_group_name": "subnet_ids"},
    {
        "transit_encryption_enabled": True, "at_rest_encryption_enabled": True,
        "automatic_failover_enabled": True, "multi_az_enabled": False, "num_cache_clusters": 1,
        "snapshot_retention_limit": 30, "auth_token": None, "user_group_ids": None,
        "engine": "redis",
    },
)  # fmt: skip
_KNOWN = (_CLOUDPOSSE, _COMMUNITY, _UMOTIF)


def _source(block: Block) -> str:
    expression = block.attributes.get("source")
    value = expression.value(lambda _: None) if expression is not None else None
    return str(value.value) if value is not None and value.known else ""


def local_folder(block: Block, scope: Scope) -> str | None:
    """The folder of a module that is named by a path below the tree."""
    source = _source(block)
    if not source.startswith(("./", "../")):
        return None
    folder = posixpath.normpath(posixpath.join(scope.folder, source))
    folder = "" if folder == "." else folder
    return None if folder.startswith("..") or folder == scope.folder else folder


def elsewhere(block: Block, ask: aws.Ask) -> ManagedCache | None:
    """The cache that a module makes which is not in the tree; None where that is not clear."""
    source = _source(block)
    known = next((m for m in _KNOWN if m.source.search(source)), None)
    label = f"module.{block.labels[0]}"
    named = re.search(r"redis|valkey|elasticache|replication.group", f"{source} {block.labels[0]}")
    if re.search(r"memory-?db", source):
        return _memorydb(block, label, ask)
    if "memcached" in source or not named:
        return None
    if known is None and not any(name in block.attributes for name in _AWS_WORDS):
        return None
    made = _maker(known, ask)
    if made is None:
        return None
    cache = made(label, block.head, "aws_elasticache_replication_group", _ask(known, ask))
    if cache is not None:
        cache.set("module", Value(source or "a module", Origin(None, "the module's source")))
    return cache


def _maker(known: Module | None, ask: aws.Ask) -> Callable[..., ManagedCache | None] | None:
    """Which resource the call makes: a group, a single node, or something else."""
    engine = ask("engine")
    if engine is not None and engine.known and str(engine.value) == "memcached":
        return None
    serverless = ask("serverless_enabled")
    if serverless is not None and serverless.value is not False:
        return None
    group = ask("create_replication_group")
    if known is _COMMUNITY and group is not None and group.value is not True:
        return None
    return aws.replication_group


def _ask(known: Module | None, ask: aws.Ask) -> aws.Ask:
    clustered = ask("cluster_mode_enabled") or ask("cluster_mode")
    sharded = clustered is not None and not (clustered.known and not clustered.value)

    def answer(name: str) -> Value | None:
        written = ask(known.names.get(name, name)) if known else ask(name)
        if sharded and name in ("automatic_failover_enabled", "num_cache_clusters"):
            return unknown("the module decides for clusters") if name[0] == "a" else None
        if known is _CLOUDPOSSE and name in ("num_node_groups", "replicas_per_node_group"):
            return written if sharded else None
        if written is not None or name in _STRUCTURE:
            return written
        if known is None or name not in known.defaults:
            return unknown("the module decides", set=None)
        held = known.defaults[name]
        return (
            None if held is None else Value(held, Origin(None, "default of the module"), set=False)
        )

    return answer


def _memorydb(block: Block, label: str, ask: aws.Ask) -> ManagedCache:
    def answer(name: str) -> Value | None:
        written = ask(name)
        return written if written is not None else unknown("the module decides", set=None)

    return aws.memorydb(label, block.head, "aws_memorydb_cluster", answer)
