"""Azure's and Google's resources → ManagedCache; defaults of the providers' documentation.

https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/redis_cache
https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/redis_instance
"""

from __future__ import annotations

import re

from redislint.model.managed import ManagedCache
from redislint.model.value import Value, default, unknown
from redislint.readers.cloud.aws import Ask, boolean, integer, put
from redislint.source import Span

_AZURE = "default of Azure"
_GOOGLE = "default of Google Cloud"


def azure_cache(label: str, anchor: Span, resource: str, ask: Ask, nested: Ask) -> ManagedCache:
    """azurerm_redis_cache; `nested` asks for arguments of redis_configuration."""
    cache = ManagedCache(label, anchor, "azure", "azure-cache", resource)
    put(cache, "instance-type", ask("sku_name"))
    put(cache, "engine-version", ask("redis_version"))
    plain = ask("non_ssl_port_enabled") or ask("enable_non_ssl_port")
    put(cache, "non-tls-port", plain, boolean, False, _AZURE)
    put(cache, "minimum-tls", ask("minimum_tls_version"))
    put(cache, "public", ask("public_network_access_enabled"), boolean)
    put(cache, "shards", ask("shard_count"), integer)
    put(cache, "subnet", ask("subnet_id"))
    put(cache, "eviction-policy", nested("maxmemory_policy"), None, "volatile-lru", _AZURE)
    named = nested("authentication_enabled") or nested("enable_authentication")
    put(cache, "auth", named, boolean, True, _AZURE)
    _azure_memory(cache, ask, nested)
    backup = nested("rdb_backup_enabled") or nested("aof_backup_enabled")
    put(cache, "persistence", backup, boolean, False, _AZURE)
    cache.set("at-rest-encryption", default(True, "always so in Azure"))
    return cache


_SIZES = {
    "C": (0.25, 1, 2.5, 6, 13, 26, 53), "P": (None, 6, 13, 26, 53, 120),
}  # fmt: skip
"""Gigabytes of each capacity of a family of Azure's tiers."""


def _azure_memory(cache: ManagedCache, ask: Ask, nested: Ask) -> None:
    """The size of the cache, and what is kept of it; Azure counts megabytes."""
    family, capacity = ask("family"), ask("capacity")
    if family is not None and family.known and capacity is not None and capacity.known:
        sizes = _SIZES.get(str(family.value).upper(), ())
        number = integer(capacity).value
        size = sizes[number] if isinstance(number, int) and number < len(sizes) else None
        if size is not None:
            shown = f"{size:g} gb".replace("0.25 gb", "250 mb")
            cache.set("memory-size", Value(int(size * 1024**3), capacity.origin, raw=shown))
    for fact, name in (
        ("memory-reserved", "maxmemory_reserved"),
        ("fragments-reserved", "maxfragmentationmemory_reserved"),
    ):
        value = nested(name)
        kept = integer(value).value if value is not None else None
        if value is not None and isinstance(kept, int):
            cache.set(fact, Value(kept * 1024**2, value.origin, raw=f"{kept} mb"))


def _google_memory(cache: ManagedCache, ask: Ask, configs: Value | None) -> None:
    """The size of the instance, and the share that maxmemory-gb leaves to the data."""
    size = ask("memory_size_gb")
    table = configs.value if configs is not None and configs.known else None
    held = table.get("maxmemory-gb") if isinstance(table, dict) else None
    for fact, value in (("memory-size", size), ("memory-for-data", held)):
        if isinstance(value, Value) and value.known:
            try:
                amount = float(str(value.value))
            except ValueError:
                continue
            cache.set(fact, Value(int(amount * 1024**3), value.origin, raw=f"{amount:g} gb"))


def azure_managed(label: str, anchor: Span, resource: str, ask: Ask, nested: Ask) -> ManagedCache:
    """azurerm_managed_redis with its default_database, and azurerm_redis_enterprise_database."""
    cache = ManagedCache(label, anchor, "azure", "azure-managed-redis", resource)
    put(cache, "instance-type", ask("sku_name"))
    put(cache, "multi-az", ask("high_availability_enabled"), boolean, True, _AZURE)
    protocol = nested("client_protocol") or ask("client_protocol")
    if protocol is not None:
        known = protocol.known and isinstance(protocol.value, str)
        cache.set(
            "non-tls-port",
            Value(str(protocol.value).lower() == "plaintext", protocol.origin)
            if known
            else unknown(protocol.why, protocol.span),
        )
    put(cache, "eviction-policy", nested("eviction_policy") or ask("eviction_policy"))
    return cache


def _release(value: Value) -> Value:
    """REDIS_5_0 and VALKEY_7_2 as 5.0 and 7.2; REDIS_6_X names no release."""
    match = re.fullmatch(r"(?:REDIS|VALKEY)_(\d+)_(\d+)", str(value.value)) if value.known else None
    if match is None:
        return value if not value.known else unknown(f"{value.value} names no release", value.span)
    return Value(f"{match[1]}.{match[2]}", value.origin, raw=str(value.value))


def google_instance(label: str, anchor: Span, resource: str, ask: Ask, nested: Ask) -> ManagedCache:
    """google_redis_instance; `nested` asks for the mode of persistence_config."""
    cache = ManagedCache(label, anchor, "google", "memorystore", resource)
    put(cache, "instance-type", ask("tier"), None, "BASIC", _GOOGLE)
    put(cache, "auth", ask("auth_enabled"), boolean, False, _GOOGLE)
    mode = ask("transit_encryption_mode")
    if mode is None or (mode.known and mode.value is None):
        cache.set("transit-encryption", default(False, _GOOGLE))
    elif mode.known:
        cache.set("transit-encryption", Value(mode.value != "DISABLED", mode.origin))
    else:
        cache.set("transit-encryption", unknown(mode.why, mode.span))
    put(cache, "replicas", ask("replica_count"), integer)
    put(cache, "engine-version", ask("redis_version"), _release)
    put(cache, "eviction-policy", None, None, "volatile-lru", _GOOGLE)
    configs = ask("redis_configs")
    if configs is not None and not configs.known:
        cache.set("eviction-policy", unknown(configs.why, configs.span))
    for name in ("name", "display_name"):
        text = ask(name)
        if text is not None and text.known and text.value:
            cache.described.append(Value(str(text.value), text.origin))
    if configs is not None and configs.known and isinstance(configs.value, dict):
        policy = configs.value.get("maxmemory-policy")
        if isinstance(policy, Value):
            put(cache, "eviction-policy", policy)
    _google_memory(cache, ask, configs)
    persistence = nested("persistence_mode")
    if persistence is not None and persistence.known:
        cache.set("persistence", Value(persistence.value != "DISABLED", persistence.origin))
    return cache


def google_cluster(label: str, anchor: Span, resource: str, ask: Ask, nested: Ask) -> ManagedCache:
    """google_redis_cluster and google_memorystore_instance: sharded, in a private network."""
    cache = ManagedCache(label, anchor, "google", "memorystore-cluster", resource)
    put(cache, "engine-version", ask("engine_version"), _release)
    put(cache, "shards", ask("shard_count"), integer)
    put(cache, "replicas", ask("replica_count"), integer, 0, _GOOGLE)
    for fact, name in (
        ("auth", "authorization_mode"),
        ("transit-encryption", "transit_encryption_mode"),
    ):
        mode = ask(name)
        if mode is None or (mode.known and mode.value is None):
            cache.set(fact, default(False, _GOOGLE))
        elif mode.known:
            off = str(mode.value).endswith("DISABLED")
            cache.set(fact, Value(not off, mode.origin))
        else:
            cache.set(fact, unknown(mode.why, mode.span))
    return cache
