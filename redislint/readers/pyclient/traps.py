"""Traps in how a program makes its clients, seen without knowing the release."""

from __future__ import annotations

from collections.abc import Callable

from redislint.model.subject import Subject
from redislint.model.value import Origin, Value, at
from redislint.readers.pyclient import owners
from redislint.readers.pyclient import url as urls
from redislint.readers.pyclient.build import Built
from redislint.readers.pyclient.evaluate import Evaluator
from redislint.readers.pyclient.scopes import Scope
from redislint.readers.pyclient.things import Series, Table
from redislint.readers.pyclient.uses import call_subject
from redislint.source import Span
from redislint.syntax.python import Node

ABANDONED = {
    "aioredis": "aioredis-abandoned-package",
    "rediscluster": "redispy-cluster-abandoned-package",
}

_EXITS = frozenset("return_statement raise_statement continue_statement break_statement".split())
_WEB = frozenset(
    "flask fastapi django starlette aiohttp sanic tornado quart bottle falcon uvicorn litestar "
    "rest_framework".split()
)


def of_module(ev: Evaluator, context: str) -> list[Subject]:
    """Abandoned packages, and transactions that watch nothing."""
    found: list[Subject] = []
    seen: set[str] = set()
    for name, node, guard in ev.module.imports:
        head = name.split(".")[0]
        rule = ABANDONED.get(head)
        if rule is not None and head not in seen and not (guard and _fall_back(node)):
            seen.add(head)
            found.append(call_subject(rule, head, ev.module.tree.span(node), context, head))
    found += _unwatched(ev, context)
    return found


def _fall_back(node: Node) -> bool:
    """Whether an import in a branch stands in for what is not installed, and is no choice of a function."""
    above = node.parent
    while above is not None:
        if above.type in ("try_statement", "except_clause"):
            return True
        if above.type in ("function_definition", "lambda"):
            return False
        above = above.parent
    return True


def _unwatched(ev: Evaluator, context: str) -> list[Subject]:
    """`pipe.unwatch()` on the way to `pipe.multi()`: nothing is watched when it executes."""
    multi: dict[tuple[int, str], int] = {}
    watch: dict[tuple[int, str], list[int]] = {}
    release: list[tuple[Node, Scope, str]] = []
    for node, scope in ev.module.calls:
        function = node.child_by_field_name("function")
        if function is None or function.type != "attribute":
            continue
        name_node = function.child_by_field_name("attribute")
        held = function.child_by_field_name("object")
        if name_node is None or held is None:
            continue
        name = ev.module.text(name_node)
        key = (scope.node.id, ev.module.text(held))
        if name == "multi":
            multi[key] = max(multi.get(key, 0), node.start_byte)
        elif name == "watch":
            watch.setdefault(key, []).append(node.start_byte)
        elif name == "unwatch":
            release.append((node, scope, key[1]))
    found = []
    for node, scope, held_text in release:
        key = (scope.node.id, held_text)
        end = multi.get(key, 0)
        again = any(node.start_byte < w < end for w in watch.get(key, []))
        if end > node.start_byte and not again and not _leaves(node):
            span = ev.module.tree.span(node)
            found.append(
                call_subject("watch-released-before-multi", "unwatch", span, context, held_text)
            )
    return found


def _leaves(node: Node) -> bool:
    """Whether the block that a call stands in ends by leaving before what follows it."""
    statement = node
    while statement.parent is not None and statement.parent.type not in ("block", "module"):
        statement = statement.parent
    sibling = statement.next_named_sibling
    while sibling is not None:
        if sibling.type in _EXITS:
            return True
        sibling = sibling.next_named_sibling
    return False


def of_client(ev: Evaluator, built: Built, context: str) -> list[Subject]:
    """Traps of one construction."""
    client, made = built.client, built.made
    span = made.span
    found: list[Subject] = []

    def trap(rule: str, detail: str, where: Span | None = None) -> None:
        place = where or span
        found.append(call_subject(rule, client.label.rstrip("()"), place, context, detail, client))

    ignored = [(n, s) for n, s in built.ignored]
    if ignored:
        first = ignored[0][1]
        near = first is not None and first.source is span.source
        near = near and first is not None and span.start <= first.start < span.end
        trap(
            "redispy-retry-ignored-with-pool",
            ", ".join(n for n, _ in ignored),
            first if near else span,
        )
    _startup_dicts(built, trap)
    _url_texts(built)
    wrong = owners.of(ev, made)
    if wrong:
        trap("redispy-client-per-request", wrong)
        found[-1].set("debatable", Value(wrong != owners.REQUEST))
    heads = {name.lstrip(".").split(".")[0] for name, _, _ in ev.module.imports}
    client.set("web", Value(bool(heads & _WEB)))
    return found


def _startup_dicts(built: Built, trap: Callable[[str, str, Span | None], None]) -> None:
    if built.client.library not in ("redis-py", "valkey-py"):
        return
    entry = built.table.entries.get("startup_nodes")
    if entry is None or not isinstance(entry.thing, Series):
        return
    if any(isinstance(item, Table) for item in entry.thing.items):
        trap("redispy-cluster-startup-dicts", "", entry.span)


_CLUSTER_OWN = frozenset(
    "dynamic_startup_nodes reinitialize_steps read_from_replicas require_full_coverage "
    "cluster_error_retry_attempts load_balancing_strategy".split()
)
_NUMBERS = frozenset(
    "reinitialize_steps cluster_error_retry_attempts connection_error_retry_attempts "
    "socket_read_size".split()
)


def _url_texts(built: Built) -> None:
    """Query arguments that stay texts ("False" then means true), or that a cluster never sees."""
    if built.url is None:
        return
    groups: dict[str, list[str]] = {}
    sync_cluster = built.made.kind.role == "cluster" and not built.made.kind.asyncio
    for name, raw in built.url.query.items():
        effect = "" if raw is None else _text_effect(name, raw, sync_cluster)
        if not effect:
            continue
        groups.setdefault(effect, []).append(f"{name}={raw}")
        if name in ("decode_responses", "single_connection_client", "read_from_replicas"):
            entry = built.table.entries[name]
            built.client.set(name, Value(True, Origin(entry.span)))
    url = built.made.url or (built.pool.url if built.pool is not None else None)
    if groups and url is not None:
        effect, names = next(iter(groups.items()))
        built.client.set("url-text", at(tuple(names), url.span))
        built.client.set("url-text-effect", at(effect, url.span))


def _text_effect(name: str, raw: str, sync_cluster: bool) -> str:
    """What becomes of a query argument that is not what it looks like; empty for a good one."""
    if sync_cluster and name in _CLUSTER_OWN:
        return "is dropped: a cluster client takes it as a keyword only"
    if name == "retry_on_error":
        return "becomes a list of single letters"
    if name in urls.CONVERTED or name in ("db", "ssl_cert_reqs", "protocol"):
        return ""
    if raw.lower() in ("false", "no", "0", "off", "none"):
        return "stays a text that counts as true"
    return "stays a text where a number is needed" if name in _NUMBERS else ""
