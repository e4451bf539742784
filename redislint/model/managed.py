"""A Redis that a cloud provider runs."""

from __future__ import annotations

from redislint.model import subject
from redislint.model.subject import FactSpec, Subject
from redislint.model.value import Value
from redislint.source import Span


class ManagedCache(Subject):
    """A resource such as aws_elasticache_replication_group; its arguments are facts.

    `provider`: aws, azure, google, upstash, aiven, redis-enterprise. `service`: elasticache, elasticache-serverless, memorydb,
    azure-cache, azure-managed-redis, memorystore. `resource`: the resource's type as written.
    Facts have the vocabulary's names whatever the language calls the argument.
    """

    kind = "managed-cache"

    def __init__(
        self, label: str, anchor: Span | None, provider: str, service: str, resource: str
    ) -> None:
        super().__init__(label, anchor)
        self.described: list[Value] = []
        """Its names and descriptions, which may say what it is for."""
        self.set("provider", Value(provider))
        self.set("service", Value(service))
        self.set("resource", Value(resource))


subject.kind(
    "managed-cache",
    "a Redis or Valkey that a cloud provider runs, as Terraform or CloudFormation declares it",
    [
        FactSpec(
            "provider",
            "enum",
            "the provider",
            choices=("aws", "azure", "google", "upstash", "aiven", "redis-enterprise"),
        ),
        FactSpec(
            "service",
            "text",
            "elasticache, memorydb, azure-cache, azure-managed-redis, memorystore",
        ),
        FactSpec("resource", "text", "the resource's type as written"),
        FactSpec("engine", "text", "redis, valkey or memcached"),
        FactSpec("engine-version", "version", "the engine's version"),
        FactSpec("cluster-mode", "bool", "cluster mode is enabled"),
        FactSpec("shards", "int", "number of shards or node groups"),
        FactSpec("replicas", "int", "replicas of each shard"),
        FactSpec("nodes", "int", "number of nodes where the resource counts nodes"),
        FactSpec("automatic-failover", "bool", "a replica is promoted by itself"),
        FactSpec("multi-az", "bool", "nodes are spread over zones"),
        FactSpec("transit-encryption", "bool", "connections are encrypted"),
        FactSpec("at-rest-encryption", "bool", "disks are encrypted"),
        FactSpec("cmk", "text", "the customer's own key"),
        FactSpec("auth", "bool", "a token, user group, ACL or access keys are required"),
        FactSpec("acl", "text", "the name of the ACL"),
        FactSpec("snapshot-retention", "int", "days that snapshots are kept"),
        FactSpec("maintenance-window", "text", "the maintenance window"),
        FactSpec("auto-minor-upgrade", "bool", "minor versions are installed by themselves"),
        FactSpec("parameter-group", "text", "the parameter group"),
        FactSpec("eviction-policy", "text", "maxmemory-policy as the provider is told"),
        FactSpec("instance-type", "text", "node type, SKU or tier"),
        FactSpec("public", "bool", "reachable from the internet as far as the file tells"),
        FactSpec("apply-immediately", "bool", "changes are applied at once"),
        FactSpec("non-tls-port", "bool", "the port without TLS is open"),
        FactSpec("minimum-tls", "version", "the oldest TLS version accepted"),
        FactSpec("persistence", "bool", "RDB or AOF persistence is on"),
        FactSpec("subnet", "text", "the subnet group or private network"),
    ],
)
