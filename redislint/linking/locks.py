"""Locks taken through Redisson: which of the module's clients may lose them at a failover."""

from __future__ import annotations

from redislint.linking.spring import module_of
from redislint.model.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.model.deployment import Deployment
    from redislint.readers import Context


def find_locks(deployment: Deployment, context: Context) -> None:
    """Store on each Redisson client a place of its module where a lock is taken."""
    taken: dict[str, Value] = {}
    for call in deployment.of("call"):
        held = call.facts.get("trap")
        if held is None or held.value != "redisson-lock-failover" or call.anchor is None:
            continue
        if call.get("context").value == "application":
            place = Value(call.get("name").value, call.get("name").origin)
            taken.setdefault(module_of(call.anchor.path), place)
    if not taken:
        return
    for client in deployment.of("client"):
        if getattr(client, "library", "") == "redisson" and client.anchor is not None:
            lock = taken.get(module_of(client.anchor.path))
            if lock is not None:
                client.set("locks", lock)
