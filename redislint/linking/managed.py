"""Managed caches of the repository → its clients: an address where the service gives a name."""

from __future__ import annotations

import re

from redislint.model.client import Client
from redislint.model.deployment import Deployment
from redislint.model.managed import ManagedCache
from redislint.model.value import Origin, Value
from redislint.readers import Context

_PRIVATE = re.compile(r"(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.[\d.]+")


def mark_addresses(deployment: Deployment, context: Context) -> None:
    """Tell clients with a private address of the cache beside them; Google gives addresses itself."""
    caches = [
        c
        for c in deployment.of("managed-cache")
        if isinstance(c, ManagedCache) and c.get("provider").value in ("aws", "azure")
    ]
    started = [s for s in deployment.of("server") if s.links.get("container") is not None]
    if not caches or started:
        return  # the address may be of a server that the files start
    for client in deployment.of("client"):
        for host in client.hosts if isinstance(client, Client) else []:
            text = str(host.value).rpartition("//")[2].rpartition("@")[2].partition(":")[0]
            if host.known and host.span is not None and _PRIVATE.fullmatch(text):
                client.links.setdefault("managed", caches[0])
                client.set("managed-address", Value(text, Origin(host.span)))
                break
