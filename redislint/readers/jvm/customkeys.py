"""Passwords for Redis under keys of a project's own: `redis.password`, `app.cache.redis.passwd`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from redislint.model.client import Client
from redislint.model.value import Origin, Value
from redislint.readers.jvm.profiles import context
from redislint.readers.jvm.read import context_of

if TYPE_CHECKING:
    from redislint.readers.jvm.springkeys import Document
    from redislint.source import Source

_PASSWORD = re.compile(
    r"(?:^|\.)\w*(?:redis|jedis|lettuce)\w*\.(?:\w+\.)*\w*(?:password|passwd|pass|pwd)$"
    r"|(?:^|\.)\w*(?:redis|jedis)(?:password|passwd|pwd)$"
)
_HOSTS = frozenset("host hostname address addr nodes url server ip".split())
_TLS = re.compile(r"ssl|tls")
_LONGEST = 300
"""Nobody writes a longer key by hand, and the search below is slow on one."""
_BOOT = re.compile(r"spring\.(?:data\.)?redis\.(?:sentinel\.)?password$")
"""The keys that Boot reads itself; others below its prefix are the project's own."""
_SETTINGS = re.compile(
    r"(?i)(^|/)(application|bootstrap)[^/]*\.ya?ml$|/resources/[^/]*\.ya?ml$|\.properties$"
)


def find(source: Source, documents: list[Document]) -> Iterator[Client]:
    """A client of unknown make for each password that stands under such a key."""
    if not _SETTINGS.search(source.path):
        return
    for document in documents:
        for name, item in document.properties.items():
            if len(name) > _LONGEST or _BOOT.match(name) or not item.value:
                continue
            if not _PASSWORD.search(name):
                continue
            if "${" in item.value or "@" in item.value[:1]:
                continue
            made = Client(f"client of {item.key}", item.key_span, "", Value("unknown"), "")
            made.set("library", Value(None, set=False))
            made.set("framework", Value("none", set=False))
            context(made, context_of(source.within), document.profile)
            made.set("password-literal", Value(item.value, Origin(item.span)))
            made.set("password-default", Value(False, Origin(item.span)))
            _addresses(made, name.rpartition(".")[0], document)
            yield made


def _addresses(made: Client, parent: str, document: Document) -> None:
    """Hosts that stand beside the password, where nothing beside them speaks of TLS."""
    beside = {n: i for n, i in document.properties.items() if n.rpartition(".")[0] == parent}
    if any(_TLS.search(n) or "rediss://" in (i.value or "") for n, i in beside.items()):
        return
    for name, item in beside.items():
        if name.rpartition(".")[2] not in _HOSTS:
            continue
        for text in item.items or (item.value or "").split(","):
            if text.strip() and "${" not in text:
                made.hosts.append(Value(text.strip(), Origin(item.span)))
    made.set("ssl", Value(False, set=False))
