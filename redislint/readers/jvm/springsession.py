"""Spring Session's indexed repository as properties or annotations choose it: it calls CONFIG."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redislint.model.value import Origin, Value

if TYPE_CHECKING:
    from redislint.model.client import Client
    from redislint.readers import Context
    from redislint.readers.jvm.springkeys import Document, Property
    from redislint.source import Source

_PREFIXES = ("spring.session.redis", "spring.session.data.redis")
_FILES = 2000
"""Sources searched at most; beyond that a bean that decides is taken to exist."""

_BEFORE = r"(?m)^[ \t]*(?:@[\w.]+(?:\([^()\n]*\))?[ \t]+)*"
_INDEXED = re.compile(_BEFORE + r"@EnableRedisIndexed(?:Http|Web)Session\b")
_PLAIN = re.compile(_BEFORE + r"@EnableRedisHttpSession\b")
_ACTION = "ConfigureRedisAction"


def mark(client: Client, documents: list[Document], context: Context, path: str) -> None:
    """Store where the indexed repository is chosen, unless something keeps it from CONFIG.

    Before Spring Session 3 (Boot 3) every repository of servlets was the indexed one.
    """
    action = _first(documents, "configure-action")
    if action is not None and (action.value or "") != "notify-keyspace-events":
        return
    chosen = _first(documents, "repository-type")
    if chosen is not None:
        if (chosen.value or "").strip().lower() == "indexed" and _code(context, path) is not None:
            client.set("session-indexed", Value(True, Origin(chosen.span)))
        return
    code = _code(context, path)
    if code is None:
        return
    store = next((f for d in documents if (f := d.get("spring.session.store-type"))), None)
    for name, pattern in (("session-indexed", _INDEXED), ("session-before-boot-3", _PLAIN)):
        found = next(((s, m) for s in code if (m := pattern.search(s.text))), None)
        if found is not None:
            source, match = found
            at = match.start() + match[0].rindex("@")
            client.set(name, Value(True, Origin(source.span(at, match.end()))))
            return
    if store is not None and (store.value or "").strip().lower() == "redis":
        client.set("session-before-boot-3", Value(True, Origin(store.span)))


def _first(documents: list[Document], name: str) -> Property | None:
    found = (d.get(f"{prefix}.{name}") for d in documents for prefix in _PREFIXES)
    return next((f for f in found if f is not None), None)


def _code(context: Context, path: str) -> list[Source] | None:
    """The module's sources about sessions; None where one may bring a ConfigureRedisAction."""
    module = path.split("src/main/resources")[0] if "src/main/resources" in path else ""
    paths = [p for end in ("java", "kt") for p in context.glob(f"{module}*.{end}")]
    if len(paths) > _FILES:
        return None
    found = []
    for name in paths:
        source = context.find(name)
        if source is None or "/test/" in name:
            continue
        if _ACTION in source.text:
            return None
        if "EnableRedis" in source.text:
            found.append(source)
    return found
