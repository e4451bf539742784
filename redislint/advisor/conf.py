"""The block to paste into redis.conf: only names that the chosen server knows."""

from __future__ import annotations

from redislint.advisor.plans import Plan
from redislint.advisor.units import size
from redislint.advisor.workload import Workload
from redislint.knowledge.directives import table


def block(plan: Plan, work: Workload, maxmemory: int | None) -> str:
    """Lines of configuration for `work.server`, each accepted by it; ends with a newline.

    `maxmemory` in bytes, None to leave it out. What clients have to do (WAIT) is a comment.
    """
    known = table(work.server)
    p = plan.settings
    lines = [f"# {plan.name}: {plan.summary} ({work.server})"]
    if p.save:
        lines += [f"save {seconds} {changes}" for seconds, changes in p.save]
        lines.append("stop-writes-on-bgsave-error yes")
    else:
        lines.append('save ""')
    lines.append(f"appendonly {'yes' if p.appendonly else 'no'}")
    if p.appendonly:
        lines += [
            f"appendfsync {p.appendfsync}",
            "no-appendfsync-on-rewrite no",
            f"auto-aof-rewrite-percentage {p.rewrite_percentage}",
            f"auto-aof-rewrite-min-size {p.rewrite_min_size // 2**20}mb",
        ]
        if "aof-use-rdb-preamble" in known:
            lines.append(f"aof-use-rdb-preamble {'yes' if p.preamble else 'no'}")
    if p.min_replicas:
        word = "replicas" if "min-replicas-to-write" in known else "slaves"
        lines += [
            f"min-{word}-to-write {p.min_replicas}",
            f"min-{word}-max-lag {p.min_replicas_max_lag}",
        ]
    if plan.replication.replicas and "repl-backlog-size" in known:
        lines.append(f"repl-backlog-size {backlog_bytes(work) // 2**20}mb")
    if maxmemory is not None and work.own_maxmemory and work.own_maxmemory <= maxmemory:
        room = size(work.memory_limit or 0)
        lines.append(f"# maxmemory {size(work.own_maxmemory)} stays: a fork fits within {room}")
    elif maxmemory is not None:
        lines += [
            f"# leaves room for the fork within {size(work.memory_limit or 0)}",
            f"maxmemory {maxmemory // 2**20}mb",
            f"maxmemory-policy {_policy(work)}",
        ]
    if plan.replication.waitaof:
        lines.append("# the client sends after each write that counts: WAITAOF 1 1 1000")
    elif plan.replication.wait:
        lines.append("# the client sends after each write that counts: WAIT 1 1000")
    if p.appendonly:
        lines.append(
            "# on a running server with data: CONFIG SET appendonly yes first, then this file;"
        )
        lines.append("# a restart with the file alone would start empty")
    return "\n".join(lines) + "\n"


def backlog_bytes(work: Workload) -> int:
    """Replication backlog for a minute of writes, in whole MB: at least 1 MB, at most 512 MB."""
    need = work.write_rate * (work.value_size + work.key_size + 30) * 60
    step = 2**20
    return int(min(512 * step, max(step, -(-need // step) * step)))


def _policy(work: Workload) -> str:
    known = table(work.server)["maxmemory-policy"].enum
    wanted = work.purpose.eviction
    return wanted if not known or wanted in known else "noeviction"
