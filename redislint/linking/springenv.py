"""Boot's Redis properties given as environment variables: SPRING_REDIS_HOST and its kin.

Only where the container is built from a folder of the repository is its release of Boot known.
"""

from __future__ import annotations

import posixpath
import re

from redislint.model.container import Container
from redislint.model.subject import Subject
from redislint.model.value import Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.model.deployment import Deployment
    from redislint.readers import Context

_OLD = re.compile(r"SPRING_REDIS_(HOST|URL|CLUSTER_NODES|SENTINEL_MASTER)$")
_NEW = re.compile(r"SPRING_DATA_REDIS_(HOST|URL|CLUSTER_NODES|SENTINEL_MASTER)$")


def find_names(deployment: Deployment, context: Context) -> None:
    """Add a property for the block that such variables of a container make."""
    for container in deployment.of("container"):
        if not isinstance(container, Container) or container.anchor is None:
            continue
        names = {p: [n for n in container.env if p.match(n)] for p in (_OLD, _NEW)}
        if not names[_OLD] and not names[_NEW]:
            continue
        path = container.build or container.anchor.path
        if container.build is None and "ockerfile" not in posixpath.basename(path):
            continue
        for pattern, prefix in ((_OLD, "spring.redis"), (_NEW, "spring.data.redis")):
            if not names[pattern] or _told_in_files(posixpath.dirname(path), context):
                continue
            span = container.env[names[pattern][0]].span or container.anchor
            made = Subject(names[pattern][0], span, "property")
            made.set("name", Value(prefix, Origin(span)))
            made.set("block", Value(True))
            made.set("twin", Value(bool(names[_OLD] and names[_NEW])))
            made.set("framework", Value("spring-boot"))
            made.set("build-folder", Value(path))
            made.set("context", Value("application"))
            deployment.subjects.append(made)


def _told_in_files(folder: str, context: Context) -> bool:
    """Whether the module's own files say where Redis is, or use the variable as a placeholder."""
    pattern = posixpath.join(folder, "src/main/resources/*")
    for path in context.glob(pattern)[:40]:
        if path.endswith((".yml", ".yaml", ".properties")):
            source = context.find(path)
            if source is not None and re.search(r"(?i)SPRING_(DATA_)?REDIS|redis", source.text):
                return True
    return False
