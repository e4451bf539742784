"""What clients make of the Sentinels that watch their server."""

from __future__ import annotations

from redislint.model.client import Client
from redislint.model.subject import FactSpec, computed, kind
from redislint.model.value import Value, default

kind("client", "a client of Redis made by code or by a framework's properties", [
    FactSpec("watched-names", "text", "the masters that the repository's Sentinels watch"),
])  # fmt: skip


@computed(
    "client",
    "unknown-master",
    "text",
    "the master that it asks for, which no Sentinel here watches",
)
def unknown_master(client: Client) -> Value:
    """The link stage knows the names that are watched."""
    return default(None, "no Sentinel is here, or it watches that name")
