"""Security groups and parameter groups → resources with the trap that they set."""

from __future__ import annotations

import re

from redislint.knowledge.parameters import UNSUPPORTED, misspelt, refused
from redislint.model.subject import Subject
from redislint.model.value import Value, at
from redislint.source import Span

EVERYWHERE = ("0.0.0.0/0", "::/0")
_PORTS = (6379, 6380, 26379)


def trap(kind: str, name: str, span: Span, rule: str, detail: str) -> Subject:
    """A resource about which one rule has something to say."""
    resource = Subject(f"{kind} {name}", span, "resource")
    resource.set("type", Value(kind))
    resource.set("name", Value(name))
    resource.set("trap", at(rule, span))
    resource.set("detail", at(detail, span))
    return resource


def opened(
    kind: str,
    name: str,
    span: Span,
    first: Value | None,
    last: Value | None,
    ranges: list[Value],
    protocol: Value | None = None,
) -> Subject | None:
    """An ingress rule that lets the whole internet reach a port of Redis, and says so.

    A rule for all ports is left alone unless its name says that it is for Redis: it may well be
    for something that is meant to be public. For all protocols the ports do not count.
    """
    everywhere = next((r for r in ranges if r.known and r.value in EVERYWHERE), None)
    if protocol is not None and protocol.known and str(protocol.value).lower() in ("-1", "all"):
        first, last = Value(0, protocol.origin), Value(65535, protocol.origin)
    if everywhere is None or first is None or last is None or not (first.known and last.known):
        return None
    try:
        low, high = int(str(first.value)), int(str(last.value))
    except ValueError:
        return None
    covered = next((p for p in _PORTS if low <= p <= high), None)
    named = re.search(r"(?i)redis|valkey|elasticache|memorydb|cache", name)
    if covered is None or (low != high and not named):
        return None
    place = everywhere.span or first.span or span
    return trap(
        kind, name, place, "ec-security-group-open", f"port {covered} to {everywhere.value}"
    )


def parameter(kind: str, group: str, name: Value, value: Value) -> Subject | None:
    """A parameter that the service does not take, or that does not do what it seems to."""
    if not name.known or name.span is None:
        return None
    word = str(name.value).lower()
    text = str(value.value).lower() if value.known else ""
    if word == "appendonly" and text in ("yes", "1", "true"):
        return trap(kind, group, name.span, "ec-aof-ignored", "appendonly yes")
    if word in UNSUPPORTED:
        detail = f"{word}, which is no parameter of the service or one that it sets itself"
        return trap(kind, group, name.span, "ec-parameter-unsupported", detail)
    wrong = misspelt(word) or (refused(word, str(value.value)) if value.known else "")
    if wrong:
        span = name.span if wrong.startswith(f"{word}, ") else value.span or name.span
        return trap(kind, group, span, "ec-parameter-unsupported", wrong)
    if word == "reserved-memory-percent" and text.isdecimal() and int(text) < 25:
        return trap(kind, group, name.span, "ec-reserved-memory", f"{int(text)} %")
    return None


_FAMILIES = {
    "redis2": ("redis2.6", "redis2.8"), "redis3": ("redis3.2",), "redis4": ("redis4.0",),
    "redis5": ("redis5.0",), "redis6": ("redis6.x",), "redis7": ("redis7",),
    "valkey7": ("valkey7",), "valkey8": ("valkey8",),
}  # fmt: skip
"""The families that ElastiCache's CreateCacheParameterGroup takes, by their major release."""

_LISTED = ("redis6.0", "redis6.2")
"""Families that ElastiCache shows for old releases; whether it still takes them is not known."""


def family(kind: str, group: str, name: Value | None) -> Subject | None:
    """A family that no parameter group can have; a major release that is not listed may be new."""
    if name is None or not name.known or name.span is None:
        return None
    word = str(name.value).strip().lower()
    match = re.match(r"(?:redis|valkey)\d+", word)
    known = _FAMILIES.get(match[0]) if match else None
    if known is None or word in known or word in _LISTED:
        return None
    detail = f"{word}, which is none; the name is {' or '.join(known)}"
    return trap(kind, group, name.span, "ec-parameter-family-unknown", detail)
