"""Conditions on clusters and Sentinels."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from redislint.auditing.conditions import Hit, diagnostic, info
from redislint.auditing.dumps import ClusterNode, as_int, replica_fields
from redislint.auditing.snapshot import Snapshot

SLOTS = 16384


def _number(s: Snapshot, name: str) -> int | None:
    return as_int((s.cluster_info or {}).get(name))


@diagnostic("cluster-fail")
def failed(s: Snapshot) -> Iterator[Hit]:
    """The cluster is down as this node sees it."""
    if (s.cluster_info or {}).get("cluster_state") == "fail":
        yield Hit([("cluster", "cluster_state")])


@diagnostic("slots-uncovered")
def uncovered(s: Snapshot) -> Iterator[Hit]:
    """Slots without an owner, or with one that is down."""
    assigned, ok = _number(s, "cluster_slots_assigned"), _number(s, "cluster_slots_ok")
    if assigned is not None and assigned < SLOTS:
        fields: dict[str, object] = {"missing": SLOTS - assigned, "what": "have no owner"}
        yield Hit([("cluster", "cluster_slots_assigned")], fields)
    elif ok is not None and ok < SLOTS:
        fields = {"missing": SLOTS - ok, "what": "are not served"}
        yield Hit([("cluster", "cluster_slots_ok")], fields)


@diagnostic("slots-pfail")
def suspected(s: Snapshot) -> Iterator[Hit]:
    """A node is suspected."""
    count = _number(s, "cluster_slots_pfail")
    if count:
        yield Hit([("cluster", "cluster_slots_pfail")], {"count": count})


@diagnostic("cluster-size")
def too_small(s: Snapshot) -> Iterator[Hit]:
    """Fewer than three primaries serve slots."""
    count = _number(s, "cluster_size")
    if count is not None and count < 3:
        yield Hit([("cluster", "cluster_size")], {"count": count})


@diagnostic("cluster-nodes-dead")
def dead(s: Snapshot) -> Iterator[Hit]:
    """Nodes in the list that are gone."""
    for node in s.nodes or ():
        bad = [flag for flag in ("noaddr", "fail", "handshake") if flag in node.flags]
        if bad:
            fields: dict[str, object] = {
                "node": node.address or "without address",
                "id": node.id,
                "state": " and ".join(bad),
            }
            yield Hit([("nodes", node.line)], fields)


@diagnostic("cluster-private-announce")
def unreachable(s: Snapshot) -> Iterator[Hit]:
    """Announced addresses that cannot be what clients need."""
    alive = [n for n in s.nodes or () if not n.flags & {"fail", "noaddr", "handshake"}]
    loopback = [node for node in alive if _is_loopback(node.host)]
    for node in alive:
        address = f"{node.host}:{node.port}"
        why = ""
        if loopback and len(loopback) < len(alive) and node in loopback:
            why = "a loopback address, while others are not"
        elif s.reachable.get(address) is False:
            why = "which cannot be opened from here"
        if why:
            yield Hit([("nodes", node.line)], {"node": address, "why": why})


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@diagnostic("cluster-master-no-replica")
def lonely(s: Snapshot) -> Iterator[Hit]:
    """A primary with slots and without a replica."""
    nodes = s.nodes or []
    served = {n.master for n in nodes if n.flags & {"slave", "replica"} and "fail" not in n.flags}
    for node in nodes:
        if _serves(node) and node.id not in served:
            fields: dict[str, object] = {"node": node.address, "slots": node.slots}
            yield Hit([("nodes", node.line)], fields)


def _serves(node: ClusterNode) -> bool:
    return bool(node.flags & {"master", "primary"}) and node.slots > 0 and "fail" not in node.flags


@diagnostic("sentinel-quorum")
def sentinel_quorum(s: Snapshot) -> Iterator[Hit]:
    """A master that is not well, or that fewer than three Sentinels watch."""
    for name, value in s.info.items():
        if not re.fullmatch(r"master\d+", name):
            continue
        parts = replica_fields(value)
        if "sentinels" not in parts:
            continue
        problems = []
        if parts.get("status", "ok") != "ok":
            problems.append(f"its status is {parts['status']}")
        count = as_int(parts["sentinels"])
        if count is not None and count < 3:
            watch = "Sentinel watches" if count == 1 else "Sentinels watch"
            problems.append(f"{count} {watch} it")
        if problems:
            fields: dict[str, object] = {
                "name": parts.get("name", "?"),
                "what": " and ".join(problems),
            }
            yield Hit(info(name), fields)


@diagnostic("sentinel-tilt")
def tilt(s: Snapshot) -> Iterator[Hit]:
    """TILT mode."""
    if s.text("sentinel_tilt") == "1":
        yield Hit(info("sentinel_tilt"))
