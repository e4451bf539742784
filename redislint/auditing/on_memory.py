"""Conditions on memory, eviction and the allocator."""

from __future__ import annotations

import re
from collections.abc import Iterator

from redislint.auditing.conditions import Hit, config, diagnostic, info, size
from redislint.auditing.dumps import replica_fields
from redislint.auditing.snapshot import Snapshot

MB = 2**20
QUEUES = (
    (r"bull:", "BullMQ jobs"),
    (r"_kombu|celery", "Celery messages"),
    (r"queues?:|queue$|resque:|sidekiq|rq:", "queues"),
    (r"spring:session:|sess(ion)?[:_]|PHPREDIS_SESSION:|laravel_session", "sessions"),
)


@diagnostic("maxmemory-zero")
def unlimited(s: Snapshot) -> Iterator[Hit]:
    """No limit is set."""
    if s.is_sentinel:
        return
    if s.number("maxmemory") == 0:
        yield Hit(info("maxmemory", "total_system_memory"))
    elif "maxmemory" not in s.info and s.setting("maxmemory") == "0":
        yield Hit([("config", "maxmemory")])


@diagnostic("memory-near-max")
def near_max(s: Snapshot) -> Iterator[Hit]:
    """More than 90 % of maxmemory are in use, with a policy that cannot simply evict."""
    used, limit = s.number("used_memory"), s.number("maxmemory")
    if not used or not limit or used <= 0.9 * limit:
        return
    policy = s.text("maxmemory_policy")
    facts = info("used_memory", "maxmemory", "maxmemory_policy")
    fields: dict[str, object] = {"percent": f"{100 * used / limit:.0f}"}
    if policy.startswith("allkeys"):
        # A full cache is what a cache should be.
        fields["next"] = f"from now on each write evicts a key ({policy})"
        yield Hit(facts, fields, severity="note")
    elif policy.startswith("volatile"):
        fields["next"] = f"{policy} evicts keys with a time to live, then writes are refused"
        yield Hit(facts, fields)
    else:
        fields["next"] = "soon writes are refused with OOM"
        yield Hit(facts, fields)


@diagnostic("rss-near-limit")
def near_limit(s: Snapshot) -> Iterator[Hit]:
    """The process, or maxmemory, is near what the container or host has."""
    rss, limit = s.number("used_memory_rss"), s.expected.memory
    most, total = s.number("maxmemory"), s.number("total_system_memory")
    if limit and rss and rss > 0.8 * limit:
        what = f"the process holds {size(rss)} of {size(limit)}"
        yield Hit(info("used_memory_rss"), {"what": what})
    elif limit and most and most > 0.75 * limit:
        what = f"maxmemory is {size(most)} of {size(limit)}"
        yield Hit(info("maxmemory"), {"what": what})
    elif most and total and most > 0.75 * total:
        what = f"maxmemory is {size(most)} of the host's {size(total)}"
        yield Hit(info("maxmemory", "total_system_memory"), {"what": what})


@diagnostic("fragmentation-high")
def fragmented(s: Snapshot) -> Iterator[Hit]:
    """High fragmentation that amounts to something."""
    ratio, waste = s.number("mem_fragmentation_ratio"), s.number("mem_fragmentation_bytes")
    if ratio and waste and ratio > 1.5 and waste > 100 * MB:
        facts = info("mem_fragmentation_ratio", "mem_fragmentation_bytes")
        yield Hit(facts, {"waste": size(waste), "ratio": f"{ratio:.2f}"})


@diagnostic("fragmentation-low")
def swapped(s: Snapshot) -> Iterator[Hit]:
    """Less in memory than there is data: swap."""
    ratio, used = s.number("mem_fragmentation_ratio"), s.number("used_memory")
    if ratio and used and ratio < 1.0 and used > 100 * MB:
        # Just below one is normal for a server that freed or never touched pages.
        severity = "" if ratio < 0.9 else "note"
        facts = info("mem_fragmentation_ratio", "used_memory", "used_memory_rss")
        yield Hit(facts, {"ratio": f"{100 * ratio:.0f} %"}, severity=severity)


@diagnostic("allocator-frag")
def allocator(s: Snapshot) -> Iterator[Hit]:
    """Fragmentation inside the allocator."""
    ratio, waste = s.number("allocator_frag_ratio"), s.number("allocator_frag_bytes")
    if ratio and waste and ratio > 1.1 and waste > 10 * MB:
        facts = info("allocator_frag_ratio", "allocator_frag_bytes")
        yield Hit(facts, {"waste": size(waste), "ratio": f"{ratio:.2f}"})


@diagnostic("peak")
def peak(s: Snapshot) -> Iterator[Hit]:
    """A former peak well above today's use."""
    most, used = s.number("used_memory_peak"), s.number("used_memory")
    if most and used and most > 1.5 * used and most - used > 10 * MB:
        facts = info("used_memory_peak", "used_memory")
        yield Hit(facts, {"peak": size(most), "used": size(used)})


@diagnostic("client-buffers")
def buffers(s: Snapshot) -> Iterator[Hit]:
    """Large buffers per client or per replica."""
    normal, clients = s.number("mem_clients_normal"), s.number("connected_clients")
    if normal and clients and normal / clients > 200 * 1024 and normal > MB:
        facts = info("mem_clients_normal", "connected_clients")
        yield Hit(facts, {"who": "clients", "size": size(normal / clients)})
    theirs, replicas = s.number("mem_clients_slaves"), s.number("connected_slaves")
    if theirs and replicas and theirs / replicas > 10 * MB:
        facts = info("mem_clients_slaves", "connected_slaves")
        yield Hit(facts, {"who": "replicas", "size": size(theirs / replicas)})


@diagnostic("script-cache")
def scripts(s: Snapshot) -> Iterator[Hit]:
    """Many cached scripts."""
    count = s.number("number_of_cached_scripts")
    if count and count > 1000:
        yield Hit(info("number_of_cached_scripts"), {"count": f"{count:.0f}"})


@diagnostic("evicted-queue")
def evicted(s: Snapshot) -> Iterator[Hit]:
    """Keys were evicted from a server that holds queues or sessions."""
    count = s.number("evicted_keys")
    if not count:
        return
    for pattern, what in QUEUES:
        if any(re.match(pattern, key) for key in s.keys):
            facts = info("evicted_keys", "maxmemory_policy")
            yield Hit(facts, {"count": f"{count:.0f}", "what": what}, confidence="medium")
            return
    blocking = [c for c in ("blpop", "brpop", "bzpopmin", "xreadgroup") if f"cmdstat_{c}" in s.info]
    if blocking:
        facts = info("evicted_keys", "maxmemory_policy", f"cmdstat_{blocking[0]}")
        what = f"a queue ({blocking[0].upper()} is used)"
        yield Hit(facts, {"count": f"{count:.0f}", "what": what}, confidence="medium")


@diagnostic("evicted-noeviction")
def refused(s: Snapshot) -> Iterator[Hit]:
    """Writes were refused for lack of memory."""
    count = replica_fields(s.text("errorstat_OOM")).get("count", "0")
    if s.text("maxmemory_policy") == "noeviction" and count not in ("", "0"):
        yield Hit(info("errorstat_OOM", "maxmemory_policy", "maxmemory"), {"count": count})


@diagnostic("no-ttl")
def nothing_to_evict(s: Snapshot) -> Iterator[Hit]:
    """A volatile policy and hardly a key with a time to live."""
    policy = s.text("maxmemory_policy") or s.setting("maxmemory-policy") or ""
    if not policy.startswith("volatile") or s.number("maxmemory") == 0:
        return
    keys = expires = 0
    for name, value in s.info.items():
        if re.fullmatch(r"db\d+", name):
            parts = replica_fields(value)
            keys += int(parts.get("keys", "0") or 0)
            expires += int(parts.get("expires", "0") or 0)
    if keys >= 10 and expires / keys < 0.05:
        first = next(n for n in s.info if re.fullmatch(r"db\d+", n))
        facts = info(first, "maxmemory_policy")
        yield Hit(facts, {"percent": f"{100 * expires / keys:.0f}", "policy": policy})


@diagnostic("allocator-libc")
def libc(s: Snapshot) -> Iterator[Hit]:
    """libc's allocator with a lot of data."""
    used = s.number("used_memory")
    if s.text("mem_allocator").startswith("libc") and used and used > 1024 * MB:
        yield Hit(info("mem_allocator", "used_memory"), {"used": size(used)})


@diagnostic("lazyfree-pending")
def lazyfree(s: Snapshot) -> Iterator[Hit]:
    """Many objects wait to be freed."""
    count = s.number("lazyfree_pending_objects")
    if count and count > 100_000:
        yield Hit(info("lazyfree_pending_objects"), {"count": f"{count:.0f}"})


@diagnostic("thp-live")
def huge_pages(s: Snapshot) -> Iterator[Hit]:
    """Huge pages in the server's memory (a field that `--smaps` adds)."""
    amount = s.number("anon_huge_pages")
    if amount:
        yield Hit(info("anon_huge_pages"), {"size": size(amount)})


@diagnostic("multi-db")
def databases(s: Snapshot) -> Iterator[Hit]:
    """Several databases hold keys."""
    found = [n for n in s.info if re.fullmatch(r"db\d+", n)]
    if len(found) > 1:
        yield Hit(info(*found), {"databases": ", ".join(n[2:] for n in found)})


@diagnostic("rejected")
def rejected(s: Snapshot) -> Iterator[Hit]:
    """Connections were refused."""
    count = s.number("rejected_connections")
    if count:
        facts = info("rejected_connections", "maxclients") + config("maxclients")
        yield Hit(facts[:2], {"count": f"{count:.0f}"})
