"""Boot's cache on Redis, made of properties alone: entries without an end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from redislint.model.subject import Subject
from redislint.model.value import Origin, Value
from redislint.readers.jvm.read import context_of
from redislint.readers.jvm.springkeys import DEVELOPMENT

if TYPE_CHECKING:
    from redislint.readers import Context
    from redislint.readers.jvm.springkeys import Document
    from redislint.source import Source

_USES = re.compile(r"@(EnableCaching|Cacheable)\b")
_OWN = re.compile(r"RedisCache(Configuration|Manager|Writer)|CacheManager\b")
"""With one of these the code says how long entries live, or may."""
_FILES = 2000


def find(source: Source, documents: list[Document], context: Context) -> Iterator[Subject]:
    """`spring.cache.type: redis` without a time to live, where nothing but properties decides."""
    base = [d for d in documents if not d.profile]
    for document in documents:
        kind = document.get("spring.cache.type")
        if kind is None or (kind.value or "").strip().lower() != "redis":
            continue
        if document.profile and DEVELOPMENT.search(document.profile):
            continue
        if any(_ends(d) for d in (document, *base)) or not _cached(context, source.path):
            continue
        made = Subject("spring.cache.type", kind.key_span, "call")
        made.set("name", Value("spring.cache.type: redis", Origin(kind.key_span)))
        made.set("trap", Value("keys-without-ttl-cache", Origin(kind.key_span)))
        made.set("detail", Value("set spring.cache.redis.time-to-live"))
        made.set("language", Value("yaml" if document.yaml else "properties"))
        made.set("context", Value(context_of(source.within)))
        yield made


def _ends(document: Document) -> bool:
    """Whether a time to live is set that is not 0, which is none."""
    item = document.get("spring.cache.redis.time-to-live")
    return item is not None and (item.value or "0").strip() not in ("0", "0s", "0ms", "PT0S")


def _cached(context: Context, path: str) -> bool:
    """Whether code of the module caches by annotations and configures no cache of its own."""
    module = path.split("src/main/resources")[0] if "src/main/resources" in path else ""
    paths = [p for end in ("java", "kt") for p in context.glob(f"{module}*.{end}")]
    if len(paths) > _FILES:
        return False
    used = False
    for name in paths:
        source = context.find(name)
        if source is None or "/test/" in name or "ach" not in source.text:
            continue
        if _OWN.search(source.text):
            return False
        used = used or _USES.search(source.text) is not None
    return used
