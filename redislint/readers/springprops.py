"""Which YAML and properties files may be Spring Boot's: `spring.redis.*` and `spring.data.redis.*`.

Most YAML that names Redis is none of Spring's: the reader proper is loaded for what passes here.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redislint.model.deployment import Problem
    from redislint.model.subject import Subject
    from redislint.readers import Context
    from redislint.source import Source

_OTHER = re.compile(
    r"(?m)^(services|kind|apiVersion|AWSTemplateFormatVersion|- hosts)['\"]?[ \t]*:"
)
NAMES = re.compile(r"(?i)^(application|bootstrap)[\w.-]*\.(ya?ml|properties)$")
"""Names of the files that Boot reads by itself."""

_BOOT = re.compile(r"(?i)spring|management\.endpoint|liveness")
_PASSWORD = re.compile(r"(?i)(redis|jedis|lettuce)[\w.\-\s:]{0,300}?(password|passwd|pass|pwd)\b")
"""An application's own keys."""


def read(source: Source, context: Context) -> Iterable[Subject | Problem]:
    """The clients and properties of a file that may be Boot's."""
    yaml = not source.path.lower().endswith(".properties")
    if yaml and _OTHER.search(source.text):
        return
    boot = _BOOT.search(source.text) is not None
    if not boot and not _PASSWORD.search(source.text):
        return
    from redislint.readers.jvm import springfiles

    named = NAMES.match(posixpath.basename(source.path)) is not None
    yield from springfiles.read(source, context, boot, named)


def embedded(source: Source, name: str) -> Iterator[Subject]:
    """The same for a file that stands inside another one, as in a ConfigMap's key `name`."""
    from redislint.readers.jvm import springfiles

    yield from springfiles.embedded(source, name)
