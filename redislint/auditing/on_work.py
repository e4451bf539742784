"""Conditions on clients, commands, errors and time."""

from __future__ import annotations

from collections.abc import Iterator

from redislint.auditing.conditions import Hit, config, diagnostic, info
from redislint.auditing.dumps import replica_fields
from redislint.auditing.snapshot import Snapshot
from redislint.knowledge.diagnostics import versions
from redislint.model.versions import key

ERRORS = (
    "READONLY MOVED CROSSSLOT NOAUTH WRONGPASS OOM MISCONF CLUSTERDOWN NOREPLICAS MASTERDOWN"
    " NOPERM LOADING BUSY DENIED NOGROUP"
).split()
SLOW = "keys flushall flushdb smembers hgetall sort lrange zrange sunion sinter hkeys hvals".split()


@diagnostic("hit-rate")
def hit_rate(s: Snapshot) -> Iterator[Hit]:
    """Most look-ups of a cache find nothing."""
    hits, misses = s.number("keyspace_hits"), s.number("keyspace_misses")
    if hits is None or misses is None or hits + misses <= 10_000:
        return
    if hits / (hits + misses) < 0.5:
        facts = info("keyspace_hits", "keyspace_misses")
        percent = f"{100 * hits / (hits + misses):.0f}"
        yield Hit(facts, {"percent": percent, "lookups": f"{hits + misses:.0f}"})


@diagnostic("fork-slow")
def fork(s: Snapshot) -> Iterator[Hit]:
    """A fork of more than 100 ms, or of more than 50 ms for each GB."""
    micros = s.number("latest_fork_usec")
    if not micros:
        return
    gigabytes = (s.number("used_memory_rss") or 0) / 2**30
    if micros > 100_000 or (gigabytes >= 0.5 and micros > 50_000 * gigabytes):
        facts = info("latest_fork_usec", "used_memory_rss")
        yield Hit(facts, {"ms": f"{micros / 1000:.0f}"})


@diagnostic("clients-many")
def many(s: Snapshot) -> Iterator[Hit]:
    """More than 80 % of maxclients are connected."""
    clients = s.number("connected_clients")
    limit = s.number("maxclients") or s.setting_number("maxclients")
    if clients and limit and clients > 0.8 * limit:
        facts = info("connected_clients", "maxclients")
        yield Hit(facts, {"clients": f"{clients:.0f}", "limit": f"{limit:.0f}"})


@diagnostic("blocked")
def blocked(s: Snapshot) -> Iterator[Hit]:
    """Most connections wait in blocking commands."""
    waiting, clients = s.number("blocked_clients"), s.number("connected_clients")
    if waiting and clients and clients >= 5 and waiting > 0.8 * clients:
        facts = info("blocked_clients", "connected_clients")
        yield Hit(facts, {"blocked": f"{waiting:.0f}", "clients": f"{clients:.0f}"})


@diagnostic("connection-churn")
def churn(s: Snapshot) -> Iterator[Hit]:
    """More than ten new connections a second since the start."""
    total, uptime = s.number("total_connections_received"), s.number("uptime_in_seconds")
    if total and uptime and uptime >= 60 and total / uptime > 10:
        facts = info("total_connections_received", "uptime_in_seconds")
        yield Hit(facts, {"rate": f"{total / uptime:.0f}"})


@diagnostic("restarted")
def restarted(s: Snapshot) -> Iterator[Hit]:
    """Started less than ten minutes ago."""
    uptime = s.number("uptime_in_seconds")
    if uptime is not None and uptime < 600:
        yield Hit(info("uptime_in_seconds"), {"seconds": f"{uptime:.0f}"})


def times(count: int) -> str:
    """How often, in words."""
    return "once" if count == 1 else f"{count} times"


@diagnostic("errorstats")
def errors(s: Snapshot) -> Iterator[Hit]:
    """Clients got errors that tell of a wrong set-up."""
    for error in ERRORS:
        if error == "OOM" and s.text("maxmemory_policy") == "noeviction":
            continue  # evicted-noeviction says it better
        count = replica_fields(s.text(f"errorstat_{error}")).get("count", "0")
        if count.isdecimal() and int(count) > 0:
            yield Hit(info(f"errorstat_{error}"), {"count": times(int(count)), "error": error})
    count = replica_fields(s.text("errorstat_NOSCRIPT")).get("count", "0")
    if count.isdecimal() and int(count) > 1000:
        # The fall-back from EVALSHA to EVAL makes one for each script.
        yield Hit(info("errorstat_NOSCRIPT"), {"count": times(int(count)), "error": "NOSCRIPT"})


@diagnostic("slow-commands")
def slow(s: Snapshot) -> Iterator[Hit]:
    """Commands over whole collections that take more than ten milliseconds."""
    for name in SLOW:
        parts = replica_fields(s.text(f"cmdstat_{name}"))
        micros, calls = parts.get("usec_per_call", "0"), parts.get("calls", "0")
        try:
            slow = float(micros) > 10_000
        except ValueError:
            continue
        if slow:
            ms = f"{float(micros) / 1000:.0f}"
            fields = {"command": name.upper(), "ms": ms, "calls": calls}
            yield Hit(info(f"cmdstat_{name}"), dict(fields))


@diagnostic("acl-denied")
def denied(s: Snapshot) -> Iterator[Hit]:
    """Log-ins fail: now, or more than ten a day."""
    count, rise = s.number("acl_access_denied_auth"), s.rise("acl_access_denied_auth")
    days = max((s.number("uptime_in_seconds") or 0) / 86400, 1)
    if count and (rise or count > 10 * days):
        when = " and more come in just now" if rise else ""
        yield Hit(info("acl_access_denied_auth"), {"count": f"{count:.0f}", "when": when})


@diagnostic("old-version")
def old_version(s: Snapshot) -> Iterator[Hit]:
    """A line without fixes, or a release with a known remote flaw."""
    if not s.version:
        return
    known = versions(s.product)
    name = "valkey_version" if s.product == "Valkey" else "redis_version"
    line = ".".join(s.version.split(".")[:2])
    why, confidence = "", "high"
    if line in known.ended or s.version.split(".")[0] in known.ended:
        why = "gets no more fixes"
    elif line in known.fixed and key(s.version) < key(known.fixed[line][0]):
        good, flaw = known.fixed[line]
        why, confidence = f"is open to {flaw}, closed in {good}", "medium"
    if why:
        fields: dict[str, object] = {"product": s.product, "version": s.version, "why": why}
        yield Hit(info(name), fields, confidence=confidence)


@diagnostic("arch32")
def arch32(s: Snapshot) -> Iterator[Hit]:
    """A 32 bit build."""
    if s.text("arch_bits") == "32":
        yield Hit(info("arch_bits"))


@diagnostic("io-threads-idle")
def io_threads(s: Snapshot) -> Iterator[Hit]:
    """I/O threads that are never active."""
    threads = s.setting_number("io-threads") or 1
    if threads > 1 and s.text("io_threads_active") == "0":
        facts = info("io_threads_active") + config("io-threads")
        yield Hit(facts, {"threads": threads})


@diagnostic("monitor")
def monitor(s: Snapshot) -> Iterator[Hit]:
    """Somebody runs MONITOR."""
    for fields, line in s.clients or ():
        if "O" in fields.get("flags", ""):
            yield Hit([("clients", line)], {"who": f"the client at {fields.get('addr', '?')}"})
