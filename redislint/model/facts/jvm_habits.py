"""Facts about what a Java application does beyond its client's options."""

from __future__ import annotations

import re

from redislint.model.subject import Subject, computed
from redislint.model.value import Value
from redislint.model.versions import key

_REFUSES = re.compile(r"(?i)\.cache\.amazonaws\.com|\.memorydb\.|\.redis\.cache\.windows\.net")
"""ElastiCache, MemoryDB and Azure Cache, which have no CONFIG; Redis Cloud has this use of it."""


@computed(
    "client", "session-config-host", "text", "a managed host that Spring Session sends CONFIG"
)
def session_config_host(client: Subject) -> Value:
    """Where the repository is the indexed one and the host's provider refuses CONFIG."""
    chosen = client.facts.get("session-indexed")
    if chosen is None:
        chosen = client.facts.get("session-before-boot-3")
        boot = client.get("boot-version")
        old = boot.known and boot.value and key(str(boot.value)) < key("3.0.0")
        if chosen is None or not old:
            return Value(None, set=False)
    for host in getattr(client, "hosts", ()):
        if host.known and isinstance(host.value, str) and _REFUSES.search(host.value):
            return Value(host.value.rsplit("@", 1)[-1], chosen.origin)
    return Value(None, set=False)
