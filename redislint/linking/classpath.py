"""What a module's build files say is on its class path, and only where they leave no question open.

A project's own modules and parents outside the tree may bring anything.
"""

from __future__ import annotations

import posixpath
import re

from redislint.model.value import Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.model.client import Client
    from redislint.readers import Context
    from redislint.source import Source

_EXCLUDED = re.compile(
    r"(?is)<exclusion>(?:(?!</exclusion>).)*?lettuce-core.*?</exclusion>"
    r"|exclude[ (][^\n}]*lettuce-core[^\n]*"
)
_POOLS = re.compile(r"redisson|jedis|session-data|starter-cache-redis|dbcp2|fastdfs")
_BRINGS_LETTUCE = re.compile(
    r"lettuce|data-redis-reactive|jetcache|<module>|project\(|libs\.|bundle"
)


def commons_pool(client: Client, module: str, context: Context) -> None:
    """Say whether commons-pool2 is there, for a client of Boot's that has a pool."""
    if "pool-config" not in client.facts and "other-pool" not in client.facts:
        return
    texts = [s.text for s in _manifests(module, context)]
    if not texts or "starter-data-redis" not in texts[0] or "project(" in texts[0]:
        return
    together = "\n".join(texts)
    if re.search(r"libs\.|bundle", together) or not _all_here(texts) or _POOLS.search(together):
        return
    client.set("commons-pool", Value("commons-pool2" in together, set=False))


def lettuce(client: Client, module: str, context: Context) -> None:
    """Mark a factory for Lettuce in a module whose build leaves Lettuce out of the starter."""
    if client.library != "lettuce":
        return
    sources = _manifests(module, context)
    found = _EXCLUDED.search(sources[0].text) if sources else None
    if found is None or not _all_here([s.text for s in sources]):
        return
    rest = [re.sub(r"(?s)<!--.*?-->|//[^\n]*", "", _EXCLUDED.sub("", s.text)) for s in sources]
    if not any(_BRINGS_LETTUCE.search(text) for text in rest):
        client.set("lettuce-excluded", Value(True, Origin(sources[0].span(*found.span()))))


def _manifests(module: str, context: Context) -> list[Source]:
    """The build files of a module and of the folders above it."""
    found = []
    folder = module
    while True:
        for name in ("pom.xml", "build.gradle", "build.gradle.kts"):
            source = context.find(posixpath.join(folder, name))
            if source is not None:
                found.append(source)
        if not folder:
            return found
        folder = posixpath.dirname(folder)


def _all_here(texts: list[str]) -> bool:
    """Whether build files, a module's first, need no parent and no module that they do not show."""
    poms = [re.sub(r"(?s)<!--.*?-->", "", t) for t in texts if "<project" in t]
    parents = [re.search(r"(?s)<parent>.*?</parent>", pom) for pom in poms]
    for index, parent in enumerate(parents):
        if parent is None or "spring-boot-starter-parent" in parent[0]:
            continue
        wanted = re.search(r"<artifactId>\s*([\w.-]+)", parent[0])
        above = re.sub(r"(?s)<parent>.*?</parent>", "", "".join(poms[index + 1 : index + 2]))
        named = re.search(r"<artifactId>\s*([\w.-]+)", above)
        if wanted is None or named is None or wanted[1] != named[1]:
            return False
    modules = {posixpath.basename(m) for m in re.findall(r"<module>\s*([^<\s]+)", "\n".join(poms))}
    needed = re.findall(r"(?s)<dependency>.*?<artifactId>\s*([\w.${}-]+)", poms[0] if poms else "")
    return not modules.intersection(needed)
