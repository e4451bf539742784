"""Settings of the JVM that stand beside the code: how long it keeps the addresses of names.

`-Dsun.net.inetaddr.ttl` is read by the JVM; `networkaddress.cache.ttl` is a security property, which
counts in java.security and does nothing as `-D`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from redislint.model.subject import Subject
from redislint.model.value import Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.model.deployment import Deployment
    from redislint.readers import Context
    from redislint.source import Source

_LIBRARIES = frozenset(("lettuce", "jedis", "redisson"))
_NAMES = (
    "Dockerfile docker/Dockerfile src/main/docker/Dockerfile src/main/docker/Dockerfile.jvm Procfile "
    "docker-compose.yml docker-compose.yaml compose.yaml compose.yml docker-compose.prod.yml .env "
    "start.sh run.sh entrypoint.sh docker-entrypoint.sh bin/start.sh scripts/start.sh java.security "
    "docker/entrypoint.sh jvm.options .jvmopts"
).split()
"""Where a JVM is started, in the folder of a module and in those above: listing a whole tree for
this would cost more than all the rest of a small run."""
_HOLDERS = ("container", "server")
"""Subjects whose files are looked through as well: they were read anyway."""

_SYSTEM = re.compile(r"-Dsun\.net\.inetaddr\.ttl=(-\d+)")
_SECURITY = re.compile(r"(?<![-.\w])networkaddress\.cache\.ttl[ \t]*=[ \t]*(-\d+)")
_VOID = re.compile(r"-Dnetworkaddress\.cache\.ttl=(-?\d+)")


def find_flags(deployment: Deployment, context: Context) -> None:
    """Add a trap for each place that tells the JVM of a Redis client how long addresses hold."""
    held = [c for c in deployment.of("client") if getattr(c, "library", "") in _LIBRARIES]
    own = [c for c in held if c.anchor is not None and c.get("context").value == "application"]
    sources: dict[str, Source] = {}
    for folder in dict.fromkeys(f for c in own if c.anchor for f in _folders(c.anchor.path)):
        for name in _NAMES:
            source = context.find(posixpath.join(folder, name))
            if source is not None:
                sources[source.path] = source
    for subject in deployment.subjects if own else ():
        if subject.kind in _HOLDERS and subject.anchor is not None:
            source = subject.anchor.source.root
            sources[source.path] = source
    for source in sources.values():
        deployment.subjects.extend(_places(source) if "ddr" in source.text else ())


def _folders(path: str) -> Iterator[str]:
    """The folder of a module and those above it, nearest first."""
    match = re.match(r"(.*?)(?:^|/)src/(?:main|test)/", path)
    folder = match[1] if match else posixpath.dirname(path)
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""


def _places(source: Source) -> Iterator[Subject]:
    for pattern, trap in (
        (_SYSTEM, "jvm-dns-cache-forever"),
        (_SECURITY, "jvm-dns-cache-forever"),
        (_VOID, "jvm-dns-ttl-ignored"),
    ):
        for match in pattern.finditer(source.text):
            line = source.text[source.text.rfind("\n", 0, match.start()) + 1 : match.start()]
            if line.lstrip().startswith(("#", "//", "REM ")):
                continue
            span = source.span(match.start(), match.end())
            made = Subject("the JVM's options", span, "call")
            made.set("name", Value(match[0].split("=")[0].strip(), Origin(span)))
            made.set("trap", Value(trap, Origin(span)))
            made.set("detail", Value(match[0], Origin(span)))
            made.set("context", Value("application"))
            yield made
            break
