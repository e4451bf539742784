"""Which driver Spring Boot takes where the properties do not say so.

`spring.redis.jedis.pool` looks as if Jedis were in use. Since Boot 2.0 the starter brings Lettuce,
and Boot prefers it whenever it is there: then the numbers under `jedis` are read by nobody.
"""

from __future__ import annotations

import posixpath
import re

from redislint.knowledge.releases import JEDIS, LETTUCE, SPRING_DATA_REDIS
from redislint.model.dependency import Dependency
from redislint.model.value import Origin, Value
from redislint.model.versions import key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.linking.versions import Modules
    from redislint.model.client import Client
    from redislint.readers import Context

_WITHOUT = re.compile(r"(?is)<exclusion>(?:(?!</exclusion>).)*lettuce|exclude[^\n}]*lettuce")
_JEDIS = re.compile(r"<artifactId>\s*jedis\s*<|redis\.clients:jedis|spring-ai-[\w-]*redis")
_OTHERS = re.compile(
    r"(?i)starter-data-redis|session-data-redis|starter-redis|lettuce|redisson|<module>|project\("
)
_NAMES_LETTUCE = frozenset(
    "pool-config read-from refresh-period adaptive-refresh dynamic-refresh-sources shutdown-timeout".split()
)
"""What only the keys under `lettuce` give: then the user says which client it is."""
_POOL = (
    "pool-config pool-enabled pool-max-active pool-max-idle pool-min-idle pool-max-wait "
    "pool-eviction-interval"
).split()


def settle_driver(client: Client, modules: Modules, context: Context) -> None:
    """Correct the library of Boot's client, which the reader guessed from the names of the keys."""
    if client.get("framework").value != "spring-boot" or "client-type" in client.facts:
        return
    if _is_first(client.links.get("boot")):
        _first_boot(client)
    elif client.library == "jedis":
        _not_jedis(client, modules, context)
    elif client.library == "lettuce" and not _NAMES_LETTUCE & client.facts.keys():
        assert client.anchor is not None
        if _only_jedis(posixpath.dirname(client.anchor.path), context):
            client.library, client.package = "jedis", JEDIS
            client.set("library", Value("jedis", Origin(client.anchor)))


def _is_first(boot: object) -> bool:
    """Whether every release of Spring Boot that a build allows is of the line 1."""
    releases = boot.candidates if isinstance(boot, Dependency) else ()
    return bool(releases) and all(key(str(r)) < key("2.0.0") for r in releases)


def _first_boot(client: Client) -> None:
    """Boot 1 knows Jedis alone, and takes a timeout only if it is above zero."""
    assert client.anchor is not None
    if "command-timeout" in client.facts:
        client.set("socket-timeout", client.facts.pop("command-timeout"))
    timeout = client.facts.get("socket-timeout")
    if timeout is not None and timeout.known and timeout.value == 0:
        del client.facts["socket-timeout"]
    client.library, client.package = "jedis", JEDIS
    client.set("library", Value("jedis", Origin(client.anchor)))


def _only_jedis(folder: str, context: Context) -> bool:
    """Whether the nearest build file brings Jedis and nothing that brings Lettuce."""
    while True:
        for name in ("pom.xml", "build.gradle", "build.gradle.kts"):
            manifest = context.find(posixpath.join(folder, name))
            if manifest is not None:
                return bool(_JEDIS.search(manifest.text)) and not _OTHERS.search(manifest.text)
        if not folder:
            return False
        folder = posixpath.dirname(folder)


def _not_jedis(client: Client, modules: Modules, context: Context) -> None:
    """Turn a client that was taken for Jedis by its pool's name into the Lettuce one it is."""
    pool = client.facts.get("pool-config")
    if pool is None or pool.origin.span is None:
        return
    assert client.anchor is not None
    if not _brings_lettuce(posixpath.dirname(client.anchor.path), modules, context):
        return
    for name in _POOL:
        client.facts.pop(name, None)
    if "socket-timeout" in client.facts:
        client.set("command-timeout", client.facts.pop("socket-timeout"))
    client.set("other-pool", Value("jedis", pool.origin))
    client.library, client.package = "lettuce", LETTUCE
    client.set("library", Value("lettuce", Origin(client.anchor)))


def _brings_lettuce(folder: str, modules: Modules, context: Context) -> bool:
    """Whether the build of a folder's module has a starter that brings Lettuce.

    The starter may come through another module of the repository: then all starters there have to
    agree, for which module is meant is not known.
    """
    while True:
        for name in ("pom.xml", "build.gradle", "build.gradle.kts"):
            manifest = context.find(posixpath.join(folder, name))
            if manifest is not None and _WITHOUT.search(manifest.text):
                return False
        named = modules.by_place.get((folder, LETTUCE), [])
        if any(d.get("scope").value not in ("test", "provided") for d in named):
            return True
        if not folder:
            break
        folder = posixpath.dirname(folder)
    starters = {d.module for d in modules.by_name.get(SPRING_DATA_REDIS, []) if d.via}
    with_lettuce = {d.module for d in modules.by_name.get(LETTUCE, []) if d.via}
    return bool(starters) and starters <= with_lettuce
