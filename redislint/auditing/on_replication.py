"""Conditions on replication."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from redislint.auditing.conditions import Hit, config, diagnostic, info, size
from redislint.auditing.dumps import replica_fields
from redislint.auditing.snapshot import Snapshot

EPOCH_LIKE = 1_000_000_000
"""Before 6.2 a link that never was up has been down since the epoch."""


def master(s: Snapshot) -> str:
    """The primary's address as INFO has it."""
    return f"{s.text('master_host')}:{s.text('master_port')}"


def _never_up(s: Snapshot) -> bool:
    if s.text("master_link_status") != "down":
        return False
    since = s.number("master_link_down_since_seconds")
    return since is not None and (since == -1 or since >= EPOCH_LIKE)


def _public(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return False


def _own_hosts(s: Snapshot) -> set[str]:
    hosts = set(s.expected.hosts)
    hosts |= {node.host for node in s.nodes or ()}
    named = (s.expected.conf or {}).get("replicaof") or (s.expected.conf or {}).get("slaveof")
    if named and named.lower() != "no one":
        hosts.add(named.split()[0])
    return hosts


@diagnostic("unexpected-replica")
def unexpected_replica(s: Snapshot) -> Iterator[Hit]:
    """A replica of a host which nobody configured."""
    host = s.text("master_host")
    if not s.is_replica or s.is_sentinel or not host:
        return
    own = _own_hosts(s)
    why, confidence = "", "high"
    conf = s.expected.conf
    if s.expected.role == "primary":
        why = "and it should be a primary"
    elif host in own:
        return
    elif _public(host):
        why = "a public address"
    elif own:
        why = "which is none of your hosts"
    elif conf is not None and not s.is_cluster:
        why = f"which {s.expected.conf_name} does not name"
    elif s.config is not None and s.setting("replicaof") == "":
        why = "which its configuration does not name"
    elif _never_up(s) and not s.is_cluster and s.expected.role != "replica":
        why, confidence = "which it has never reached", "medium"
    if why:
        facts = info("master_host", "role", "master_link_status")
        yield Hit(facts, {"master": master(s), "why": why}, confidence=confidence)


@diagnostic("replica-link-down-never-up")
def never_up(s: Snapshot) -> Iterator[Hit]:
    """The link was never up."""
    if s.is_replica and _never_up(s):
        facts = info("master_link_status", "master_link_down_since_seconds", "master_host")
        yield Hit(facts, {"master": master(s)})


@diagnostic("replica-link-down")
def link_down(s: Snapshot) -> Iterator[Hit]:
    """The link is down for more than ten seconds."""
    since = s.number("master_link_down_since_seconds")
    if not s.is_replica or s.text("master_link_status") != "down" or since is None:
        return
    if 10 < since < EPOCH_LIKE:
        facts = info("master_link_status", "master_link_down_since_seconds", "master_host")
        yield Hit(facts, {"master": master(s), "seconds": f"{since:.0f}"})


@diagnostic("replica-lag")
def lag(s: Snapshot) -> Iterator[Hit]:
    """A replica is behind by time or by more than the backlog."""
    offset = s.number("master_repl_offset")
    backlog = s.number("repl_backlog_size")
    for name, value in s.info.items():
        if not re.fullmatch(r"slave\d+", name):
            continue
        parts = replica_fields(value)
        if parts.get("state") not in ("online", None):
            continue
        address = f"{parts.get('ip', '?')}:{parts.get('port', '?')}"
        seconds = int(parts["lag"]) if parts.get("lag", "").isdecimal() else 0
        theirs = int(parts["offset"]) if parts.get("offset", "").isdecimal() else None
        behind = ""
        if seconds > 10:
            behind = f"{seconds} s"
        elif offset is not None and backlog and theirs is not None and offset - theirs > backlog:
            behind = f"{size(offset - theirs)} (more than the backlog)"
        if behind:
            yield Hit(info(name, "master_repl_offset"), {"replica": address, "behind": behind})


@diagnostic("no-replica")
def no_replica(s: Snapshot) -> Iterator[Hit]:
    """A primary without replicas that should have some."""
    if s.text("role") != "master" or s.number("connected_slaves") != 0:
        return
    wanted = s.setting_number("min-replicas-to-write") or 0
    if wanted > 0:
        facts = info("connected_slaves") + config("min-replicas-to-write")
        yield Hit(facts, {"expected": f"min-replicas-to-write is {wanted}"})
    elif s.expected.replicas:
        yield Hit(info("connected_slaves"), {"expected": "replicas are expected"})


@diagnostic("good-slaves-low")
def good_replicas(s: Snapshot) -> Iterator[Hit]:
    """Writes are refused for want of good replicas."""
    good = s.number("min_slaves_good_slaves")
    wanted = s.setting_number("min-replicas-to-write") or 0
    if s.text("role") == "master" and good is not None and good < wanted:
        facts = info("min_slaves_good_slaves") + config("min-replicas-to-write")
        yield Hit(facts, {"good": f"{good:.0f}", "wanted": wanted})


@diagnostic("full-syncs")
def full_syncs(s: Snapshot) -> Iterator[Hit]:
    """More partial resynchronisations fail than work, or full ones go on now.

    The first PSYNC of a new replica always fails and is counted: one for each is no sign of need.
    """
    failed, ok = s.number("sync_partial_err") or 0, s.number("sync_partial_ok") or 0
    full = s.rise("sync_full") or 0
    if failed > max(ok, s.number("connected_slaves") or 0, 1) or full > 0:
        facts = info("sync_partial_err", "sync_partial_ok", "sync_full")
        yield Hit(facts, {"failed": f"{failed:.0f}", "ok": f"{ok:.0f}"})


@diagnostic("backlog-too-small")
def backlog(s: Snapshot) -> Iterator[Hit]:
    """The backlog covers less than a minute."""
    length = s.number("repl_backlog_size")
    rate = (s.number("instantaneous_output_repl_kbps") or 0) * 1024
    replicas = max(s.number("connected_slaves") or 1, 1)
    rate /= replicas  # the same stream goes to each replica
    if s.text("repl_backlog_active") == "1" and length and rate and length < 60 * rate:
        megabytes = max(1, round(rate * 120 / 2**20))
        facts = info("repl_backlog_size", "instantaneous_output_repl_kbps")
        yield Hit(facts, {"seconds": f"{length / rate:.0f}", "wanted": f"{megabytes}mb"})


@diagnostic("failover-state")
def failover_state(s: Snapshot) -> Iterator[Hit]:
    """A coordinated failover is under way, in both samples where there are two."""
    state = s.text("master_failover_state")
    before = (s.earlier or s.info).get("master_failover_state", "no-failover")
    if state not in ("", "no-failover") and before != "no-failover":
        yield Hit(info("master_failover_state"), {"state": state})
