"""Options and defaults of client libraries by release, and which releases exist.

One module a library family; each has

    RELEASES: tuple[str, ...] or releases(package) -> tuple[str, ...]     known releases, oldest first
    def default(client, name, release) -> Value | None                  None: the option is not known
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.model.client import Client
    from redislint.model.value import Value

FAMILY = {
    "lettuce": "lettuce",
    "jedis": "jedis",
    "redisson": "redisson",
    "redis-py": "redispy",
    "valkey-py": "redispy",
    "aioredis": "redispy",
    "redis-py-cluster": "redispy",
}


def option_default(client: Client, name: str, release: str | None) -> Value | None:
    """The value of an option that nobody set, in a release (None: in every known one alike)."""
    family = FAMILY.get(client.library)
    if family is None:
        return None
    module = importlib.import_module(f"{__name__}.{family}")
    value: Value | None = module.default(client, name, release)
    return value
