"""Boot's Redis properties → the client that Boot makes of them, and single properties to judge."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from redislint.knowledge.clients.spring import (
    BY_RELAXED,
    CACHE,
    KEYS,
    NEW,
    OLD,
    REPLACED,
    is_connection,
    is_foreign,
    relaxed,
    typo_of,
)
from redislint.model.client import Client
from redislint.model.subject import Subject
from redislint.model.value import Origin, Value
from redislint.readers.jvm import durations, uris
from redislint.readers.jvm.profiles import context
from redislint.readers.jvm.read import context_of, finish

if TYPE_CHECKING:
    from redislint.readers.jvm.springkeys import Document, Property
    from redislint.source import Source, Span

_CONNECTS = (
    "host port url password username timeout connect-timeout database ssl ssl.enabled client-name "
    "client-type cluster.nodes sentinel.master sentinel.nodes masterreplica.nodes"
).split()
_PLACEHOLDER = re.compile(
    r"\$\{([^}:$]*)(?::((?:[^{}]|\$\{[^{}]*\})*))?\}|@[\w.-]+@|#\{(?:[^}#]|#(?!\{))*\}|\{\{|[\x00\x01]"
)


class Keys:
    """The properties of a document under one prefix, by canonical suffix."""

    def __init__(self, document: Document, prefix: str) -> None:
        self.document = document
        self.prefix = prefix
        start = relaxed(prefix) + "."
        self.found: dict[str, Property] = {}
        """relaxed suffix → property."""
        for name, item in document.properties.items():
            if name.startswith(start):
                self.found[name[len(start) :]] = item

    def connects(self) -> bool:
        """Whether they say how to connect, and not only (say) `repositories.enabled`."""
        pools = any(
            k.removeprefix("redis.").startswith(("lettuce.", "jedis.", "pool.", "cluster.nodes"))
            for k in self.found
        )
        return pools or any(relaxed(k) in self.found for k in _CONNECTS)

    def decides(self) -> bool:
        """Whether they say where to connect to."""
        return any(
            self.get(k) is not None
            for k in ("host", "url", "cluster.nodes", "sentinel.master", "masterreplica.nodes")
        )

    def get(self, suffix: str) -> Property | None:
        """The property of a canonical suffix."""
        return self.found.get(relaxed(suffix))

    def anchor(self) -> Span:
        """The key of the block in YAML, the first line in properties."""
        block = self.document.blocks.get(relaxed(self.prefix))
        if block is not None:
            return block
        return min((i.key_span for i in self.found.values()), key=lambda s: (s.path, s.start))


def text_value(item: Property) -> Value:
    """The text of a property; one with a placeholder is unknown, its default kept in `raw`."""
    text = item.value if item.value is not None else ",".join(item.items or []) or None
    origin = Origin(item.span)
    if text is None:
        return Value(None, origin, set=False)
    match = _PLACEHOLDER.search(text)
    if match:
        why = f"it is filled in from {match[1]}" if match[1] else "it is filled in by the build"
        return Value(None, origin, known=False, why=why, raw=match[2])
    return Value(text, origin)


def duration(item: Property) -> Value:
    """Seconds of a duration as Boot reads it."""
    value = text_value(item)
    if not value.known or value.value is None:
        return value
    text = str(value.value).strip()
    held = durations.boot(text)
    if held is None:
        return Value(None, value.origin, known=False, why=f"'{text[:20]}' is no duration")
    return Value(held, value.origin, raw=text if durations.BOOT.fullmatch(text) else None)


def boolean(item: Property) -> Value:
    """True or false as Boot reads it."""
    value = text_value(item)
    if not value.known or value.value is None:
        return value
    held = str(value.value).strip().lower()
    if held in ("true", "on", "yes", "1"):
        return Value(True, value.origin)
    if held in ("false", "off", "no", "0"):
        return Value(False, value.origin)
    return Value(None, value.origin, known=False, why="it is neither true nor false")


def number(item: Property) -> Value:
    """A whole number."""
    value = text_value(item)
    if value.known and value.value is not None:
        held = str(value.value).strip().replace("_", "")
        if re.fullmatch(r"[+-]?\d+", held):
            return Value(int(held), value.origin)
        return Value(None, value.origin, known=False, why="it is no number")
    return value


_READ = {
    "timeout": ("command-timeout", duration),
    "connect-timeout": ("connect-timeout", duration),
    "database": ("database", number),
    "ssl": ("ssl", boolean),
    "ssl.enabled": ("ssl", boolean),
    "cluster.max-redirects": ("max-redirects", number),
    "lettuce.shutdown-timeout": ("shutdown-timeout", duration),
    "lettuce.read-from": ("read-from", text_value),
    "lettuce.cluster.refresh.adaptive": ("adaptive-refresh", boolean),
    "lettuce.cluster.refresh.dynamic-refresh-sources": ("dynamic-refresh-sources", boolean),
    "client-type": ("client-type", text_value),
}
_POOL = {
    "enabled": ("pool-enabled", boolean),
    "max-active": ("pool-max-active", number),
    "max-idle": ("pool-max-idle", number),
    "min-idle": ("pool-min-idle", number),
    "max-wait": ("pool-max-wait", duration),
    "time-between-eviction-runs": ("pool-eviction-interval", duration),
}


def client(own: Keys, below: list[Keys], source: Source) -> Client:
    """The client of a profile, merged over those without one."""
    layers = [*reversed(below), own]
    merged: dict[str, Property] = {}
    for layer in layers:
        merged.update(layer.found)
    merged = {name: _followed(item, own, below) for name, item in merged.items()}

    def get(suffix: str) -> Property | None:
        return merged.get(relaxed(suffix))

    library = _library(get, merged)
    anchor = own.anchor()
    if not own.decides():
        anchor = next((b.anchor() for b in below if b.connects() and b.decides()), anchor)
    artifact = "io.lettuce:lettuce-core" if library == "lettuce" else "redis.clients:jedis"
    profile = own.document.profile
    label = f"client of {own.prefix}" + (f" in profile {profile}" if profile else "")
    made = Client(label, anchor, library, Value("standalone", Origin(anchor)), artifact)
    _mode(made, get)
    for suffix, (name, read) in _READ.items():
        item = get(suffix)
        if item is not None:
            value = read(item)
            if value.set:
                made.set(name, value)
    period = get("lettuce.cluster.refresh.period")
    if period is not None:
        value = duration(period)
        if value.set:
            made.set("refresh-period", value)
            made.set("periodic-refresh", Value(True, value.origin))
    if library == "jedis" and "command-timeout" in made.facts:
        made.set("socket-timeout", made.facts.pop("command-timeout"))
    _pool(made, library, merged, layers)
    _password(made, get)
    made.set("framework", Value("spring-boot", Origin(anchor)))
    made.set("language", Value("yaml" if own.document.yaml else "properties"))
    made.set("property-prefix", Value(own.prefix, Origin(anchor)))
    finish(made)
    kind = context_of(source.within)
    if profile:
        made.set("profile", Value(profile, Origin(anchor)))
    context(made, kind, profile)
    return made


_KEY = re.compile(r"\$\{\s*([A-Za-z][\w-]*\.[\w.-]+)\s*\}")


def _followed(item: Property, own: Keys, below: list[Keys]) -> Property:
    """A property that stands for another one of the same application: that one's value."""
    for _ in range(4):
        match = _KEY.fullmatch(item.value or "")
        if match is None:
            break
        held = (layer.document.properties.get(relaxed(match[1])) for layer in (own, *below))
        other = next((h for h in held if h is not None and h.value is not None), None)
        if other is None:
            break
        item = item.with_value(other.value)
    return item


def _library(get: object, merged: dict[str, Property]) -> str:
    chosen = merged.get(relaxed("client-type"))
    if chosen is not None and chosen.value and chosen.value.strip().lower() in ("jedis", "lettuce"):
        return chosen.value.strip().lower()
    jedis = any(k.startswith("jedis.") for k in merged)
    lettuce = any(k.startswith("lettuce.") for k in merged)
    return "jedis" if jedis and not lettuce else "lettuce"


def _mode(made: Client, get: object) -> None:
    """Sentinel wins over cluster, cluster over master/replica, that over host and url."""
    assert callable(get)
    for suffix, mode, where in (
        ("sentinel.master", "sentinel", "sentinel.nodes"),
        ("cluster.nodes", "cluster", "cluster.nodes"),
        ("masterreplica.nodes", "master-replica", "masterreplica.nodes"),
    ):
        item = get(suffix)
        if item is None:
            continue
        value = text_value(item)
        if value.known and not value.value:
            continue  # empty: as if it were not there
        if not value.known and value.raw == "":
            made.set("mode", Value(None, value.origin, known=False, why=value.why))
            return
        made.set("mode", Value(mode, Origin(item.key_span)))
        nodes = get(where)
        if nodes is not None:
            texts = nodes.items or (nodes.value or "").split(",")
            for text in texts:
                made.hosts.append(_host(text.strip(), nodes))
            made.set("seeds", Value(len(texts), Origin(nodes.span)))
        if get("host") is not None or get("url") is not None:
            other = get("host") or get("url")
            made.set("ignored-host", Value(text_value(other).value or "host", Origin(other.span)))
        return
    url = get("url")
    if url is not None and url.value:
        address = uris.Address()
        value = text_value(url)
        if value.known:
            uris.url(str(value.value), value.origin, address)
            made.hosts = address.hosts
            made.facts.update({k: v for k, v in address.out.facts.items() if k != "uri-timeout"})
        else:
            made.hosts = [value]
        return
    host = get("host")
    if host is not None and host.value:
        made.hosts = [_host(host.value, host)]
    else:
        made.hosts = [Value("localhost", Origin(made.anchor), set=False)]


def _host(text: str, item: Property) -> Value:
    match = _PLACEHOLDER.search(text)
    if match:
        return Value(None, Origin(item.span), known=False, why="it is filled in", raw=match[2])
    return Value(text, Origin(item.span))


def _pool(made: Client, library: str, merged: dict[str, Property], layers: list[Keys]) -> None:
    section = f"{library}.pool."
    found = False
    for suffix, (name, read) in _POOL.items():
        item = merged.get(relaxed(section + suffix)) or merged.get(relaxed("pool." + suffix))
        if item is not None:
            value = read(item)
            if value.set:
                found = True
                made.set(name, value)
    if found and "pool-enabled" not in made.facts:
        made.set("pool-enabled", Value(True, Origin(made.anchor)))
    if found:
        spans = [
            layer.document.blocks.get(relaxed(f"{layer.prefix}.{library}.pool")) for layer in layers
        ]
        written = [s for s in spans if s is not None]
        place = written[-1] if written else None
        if place is None:
            place = min(
                (i.key_span for k, i in merged.items() if "pool." in k), key=lambda s: s.start
            )
        made.set("pool-config", Value("pool", Origin(place)))
    other = "jedis" if library == "lettuce" else "lettuce"
    stray = next((i for k, i in merged.items() if k.startswith(f"{other}.pool.")), None)
    if stray is not None:
        made.set("other-pool", Value(other, Origin(stray.key_span)))


def _password(made: Client, get: object) -> None:
    assert callable(get)
    for suffix in ("password", "sentinel.password"):
        item = get(suffix)
        if item is None or not item.value:
            continue
        value = text_value(item)
        held = value.value if value.known else _plain_default(value.raw)
        if isinstance(held, str) and held and "password-literal" not in made.facts:
            literal = Value(held, Origin(item.span))
            literal.set = value.known or None
            made.set("password-literal", literal)
            made.set("password-default", Value(not value.known, Origin(item.span)))
        made.set("password", Value(None, Origin(item.span), known=False, why="masked"))


def _plain_default(raw: object) -> object:
    """The default of a placeholder, without what a shell would take for an operator."""
    if isinstance(raw, str) and raw[:1] in ("?", "-"):
        return "" if raw[0] == "?" else raw[1:]
    return raw


# single properties


def properties(document: Document, source: Source) -> Iterator[Subject]:
    """The properties that rules judge: a subject for each prefix, and for each doubtful key."""
    twin = Keys(document, NEW).connects() and Keys(document, OLD).connects()
    for prefix in (OLD, NEW):
        keys = Keys(document, prefix)
        if not keys.connects():
            continue
        block = _subject(prefix, "", keys.anchor(), source)
        block.set("block", Value(True))
        block.set("twin", Value(twin))
        yield block
        yield from _doubtful(keys, source)
        yield from _never_an_address(keys, source)
        yield from _for_a_shell(keys, source)
    yield from _in_cache(document, twin, source)
    session = Keys(document, "spring.session.redis")
    if session.found:
        block = _subject("spring.session.redis", "", session.anchor(), source)
        block.set("block", Value(True))
        yield block
    for suffix in ("management.endpoint.health.group.liveness.include",):
        found = document.get(suffix)
        if found is not None:
            text = found.value or ",".join(found.items or [])
            made = _subject(found.key, text, found.span, source)
            made.set("suffix", Value("liveness"))
            listed = text.lower().replace(" ", "").split(",")
            made.set("lists-redis", Value("redis" in listed or "*" in listed))
            yield made


def _doubtful(keys: Keys, source: Source) -> Iterator[Subject]:
    """The keys of a prefix that some release does not read, or none; one for each mistake."""
    told: set[str] = set()
    for suffix, item in keys.found.items():
        known = BY_RELAXED.get(suffix)
        near = typo_of(suffix) if known is None else ""
        if known is None and not near and not is_foreign(suffix):
            continue
        if known is not None and KEYS[known] == ("1.0", ""):
            continue
        made = _subject(item.key, item.value or "", item.key_span, source)
        made.set("prefix", Value(keys.prefix))
        if near:
            mistake = "nested" if suffix.startswith("redis.") else near
            if ".pool." in near and not suffix.startswith("redis."):
                mistake = "pool of " + suffix.rpartition(".")[0]
            if mistake in told:
                continue  # one mistake: the prefix written twice, a pool's options elsewhere
            told.add(mistake)
            made.set("typo-of", Value(f"{keys.prefix}.{near}"))
        elif known is None:
            if "foreign" in told:
                continue
            told.add("foreign")
            made.set("foreign", Value(True))
        else:
            made.set("suffix", Value(known))
            since, removed = KEYS[known]
            made.set("since", Value(since))
            if removed:
                made.set("removed", Value(removed))
            if known in REPLACED:
                made.set("replaced-by", Value(f"{keys.prefix}.{REPLACED[known]}"))
        yield made


_NO_HOST = re.compile(r"(?i)\w+://|[\w.-]+:\d+$")
_SHELL = re.compile(r"\$\{[\w.]+:([-?][^{}]*)\}")
_NEGATIVE = re.compile(r"-(0|1(ms)?)?$")
"""A default below zero that people mean: no limit, not set."""
_TEXTS = ("host", "url", "password", "username", "port", "nodes", "master")


def _never_an_address(keys: Keys, source: Source) -> Iterator[Subject]:
    """A `host` with a scheme or a port in it: Boot looks up the whole text as a name."""
    item = keys.get("host")
    if item is not None and item.value and _NO_HOST.match(item.value.strip()):
        made = _subject(item.key, item.value, item.key_span, source)
        made.set("prefix", Value(keys.prefix))
        made.set("no-host", Value(item.value.strip().rsplit("@", 1)[-1], Origin(item.span)))
        yield made


def _for_a_shell(keys: Keys, source: Source) -> Iterator[Subject]:
    """The first placeholder with a default as shells write it: for Spring, `-` belongs to it."""
    for suffix, item in keys.found.items():
        match = _SHELL.search(item.value or "")
        if match is None:
            continue
        if not suffix.endswith(_TEXTS) and _NEGATIVE.match(match[1]):
            continue
        made = _subject(item.key, "", item.key_span, source)
        made.set("prefix", Value(keys.prefix))
        secret = suffix.endswith(("password", "username", "url"))
        shown = match[1][0] + "..." if secret and len(match[1]) > 1 else match[1]
        made.set("shell-default", Value(shown, Origin(item.span)))
        yield made
        return


def _in_cache(document: Document, twin: bool, source: Source) -> Iterator[Subject]:
    """The first key below `spring.cache.redis` that says where Redis is: nobody reads it there."""
    keys = Keys(document, CACHE)
    for suffix, item in keys.found.items():
        if is_connection(suffix):
            made = _subject(item.key, item.value or "", item.key_span, source)
            made.set("prefix", Value(CACHE))
            home = NEW if twin or not Keys(document, OLD).connects() else OLD
            made.set("typo-of", Value(f"{home}.{relaxed(suffix)}"))
            yield made
            return


def _subject(name: str, text: str, span: Span, source: Source) -> Subject:
    made = Subject(name, span, "property")
    made.set("name", Value(name, Origin(span)))
    if text and "password" not in name.lower():
        made.set("value", Value(text, Origin(span)))
    made.set("framework", Value("spring-boot"))
    made.set("context", Value(context_of(source.within)))
    return made
