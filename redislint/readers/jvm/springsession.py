"""Spring Session's indexed repository as properties choose it, and whether it calls CONFIG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redislint.model.value import Origin, Value

if TYPE_CHECKING:
    from redislint.model.client import Client
    from redislint.readers import Context
    from redislint.readers.jvm.springkeys import Document, Property

_PREFIXES = ("spring.session.redis", "spring.session.data.redis")
_FILES = 2000
"""Sources searched for a bean at most; beyond that one is taken to exist."""


def mark(client: Client, documents: list[Document], context: Context, path: str) -> None:
    """Store where the indexed repository is chosen, unless something keeps it from CONFIG."""
    chosen = _first(documents, "repository-type")
    if chosen is None or (chosen.value or "").strip().lower() != "indexed":
        return
    action = _first(documents, "configure-action")
    if action is not None and (action.value or "") != "notify-keyspace-events":
        return
    if not _bean(context, path):
        client.set("session-indexed", Value(True, Origin(chosen.span)))


def _first(documents: list[Document], name: str) -> Property | None:
    found = (d.get(f"{prefix}.{name}") for d in documents for prefix in _PREFIXES)
    return next((f for f in found if f is not None), None)


def _bean(context: Context, path: str) -> bool:
    """Whether code of the module brings a ConfigureRedisAction, or may."""
    module = path.split("src/main/resources")[0] if "src/main/resources" in path else ""
    paths = [p for end in ("java", "kt") for p in context.glob(f"{module}*.{end}")]
    if len(paths) > _FILES:
        return True
    sources = (context.find(p) for p in paths)
    return any(s is not None and "ConfigureRedisAction" in s.text for s in sources)
