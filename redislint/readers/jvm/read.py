"""One Java or Kotlin file → the clients and traps in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from redislint.model.client import Client
from redislint.model.value import Origin, Value
from redislint.readers.jvm.repo import Repo, parse

if TYPE_CHECKING:
    from redislint.model.subject import Subject
    from redislint.readers import Context
    from redislint.readers.jvm.evaluate import Evaluator
    from redislint.readers.jvm.values import Thing
    from redislint.source import Source
    from redislint.syntax.jvm import Unit

MAKES = re.compile(
    r"\b(RedisClient|RedisClusterClient|LettuceConnectionFactory|JedisConnectionFactory|Redisson|"
    r"JedisPool|JedisCluster|JedisPooled|JedisSentinelPool|JedisSentineled|UnifiedJedis|Jedis|"
    r"RedisSentinelClient|BinaryJedisCluster|LettuceClientConfigurationBuilderCustomizer|"
    r"LettuceClientOptionsBuilderCustomizer|ClientOptionsBuilderCustomizer|"
    r"use(?:Cluster|Single|Sentinel|MasterSlave|Replicated|Elasticache)Servers?)\b"
)
"""Without one of these names no client is made in a file."""

_TEST = re.compile(
    r"(^|/)(test|tests|it|integration-?test\w*|functionalTest|androidTest|testFixtures|jmh|benchmarks?)/"
    r"|(^|/)[^/]*(Tests?|IT|Spec|Benchmark|TestCase|TestConfig\w*)\.(java|kts?)$"
    r"|(^|/)(Test|Mock|Fake)[A-Z]\w*\.(java|kt)$"
)
_EXAMPLE = re.compile(r"(?i)(^|/)(samples?|examples?|demos?|docs?|snippets|tutorials?|quickstart)/")


_OWNER = re.compile(
    r"(^|/)(src/main/(?:java|kotlin)/)(?:(?:[^/]+/){4,9}(?=(?:[^/]+/){2})|(?:[^/]+/){1,3})"
)
"""The head of a package: com/example/demo, which generators write, says nothing of the code; nor
does com/acme/sample/shop/orders/web, whose owner calls a whole product a sample."""


def context_of(path: str) -> str:
    """What kind of file a path is: test, example or application."""
    path = _OWNER.sub(r"\1\2", path)
    if _TEST.search(path):
        return "test"
    return "example" if _EXAMPLE.search(path) else "application"


def read(source: Source, context: Context, language: str) -> Iterator[Subject]:
    """The subjects of a file."""
    from redislint.readers.jvm import traps

    if not MAKES.search(source.text) and not traps.MENTION.search(source.text):
        return
    unit = parse(source)
    kind = Value(context_of(source.within), Origin(None, "by its path"))
    clients: list[Client] = []
    if MAKES.search(source.text):
        from redislint.readers.jvm.evaluate import Evaluator

        evaluator = Evaluator(unit, Repo(unit, context))
        evaluator.run()
        clients = list(make(evaluator, unit, language, kind))
        yield from clients
        from redislint.readers.jvm import customizers

        yield from customizers.find(evaluator, kind)
        if any(thing.type == "Config" for thing in evaluator.all):
            yield from _idle_configs(evaluator, unit, kind)
    for call in traps.find(unit, clients):
        call.set("context", kind)
        yield call


def make(e: Evaluator, unit: Unit, language: str, kind: Value) -> Iterator[Client]:
    """The clients made in the unit, each place once, by the evaluation that saw most of it."""
    from redislint.readers.jvm import percall

    best: dict[tuple[int, int], Thing] = {}
    for thing in [*e.made, *_handed_on(e)]:
        if thing.span is None or thing.span.source is not unit.source:
            continue
        place = (thing.span.start, thing.span.end)
        if place not in best or _weight(thing) > _weight(best[place]):
            best[place] = thing
    for thing in best.values():
        client = interpret(thing, e)
        if client is not None:
            if percall.each_time(thing):
                client.set("per-call", Value(True, Origin(thing.span)))
            client.set("language", Value(language))
            client.set("context", kind)
            finish(client)
            profile = _profile(thing)
            if profile:
                from redislint.readers.jvm.profiles import context

                context(client, str(kind.value), profile)
            yield client


def _profile(thing: Thing) -> str:
    """The profiles of Spring that an object is made in, where all of them are developers'."""
    from redislint.readers.jvm.walk import nodes

    method, cls = (thing.owner[0], thing.owner[1]) if thing.owner else (None, None)
    found: list[str] = []
    for place in (method, cls):
        for annotation in place.annotations if place is not None else ():
            for _, argument in annotation.args if annotation.name == "Profile" else ():
                found += [n.value for n in nodes(argument) if isinstance(n.value, str)]
    mine = all(re.fullmatch(r"(?i)local|dev|develop|development|test|ci", text) for text in found)
    return ",".join(found) if mine else ""


def _handed_on(e: Evaluator) -> Iterator[Thing]:
    """The configurations of Redisson that a method returns for others to use."""
    if any(thing.type == "Config" for thing in e.all):
        from redislint.readers.jvm import redisson

        yield from (config for config in redisson.not_passed(e) if config.used)


def _idle_configs(e: Evaluator, unit: Unit, kind: Value) -> Iterator[Subject]:
    """Calls of Redisson.create() that leave out the configuration built for them."""
    from redislint.model.subject import Subject as Call
    from redislint.readers.jvm import redisson

    seen: set[int] = set()
    for made, config in redisson.unused(e):
        if made.span is None or made.span.source is not unit.source or made.span.start in seen:
            continue
        seen.add(made.span.start)
        call = Call("Redisson.create()", made.span, "call")
        call.set("name", Value("create", Origin(made.span)))
        call.set("trap", Value("redisson-config-unused", Origin(made.span)))
        call.set("detail", Value("Config", Origin(config.span)))
        call.set("language", Value(unit.language))
        call.set("context", kind)
        yield call


def finish(client: Client) -> None:
    """Facts that rules of every language use: the address by name."""
    for host in client.hosts:
        if host.known and isinstance(host.value, str) and host.value:
            name = host.value.rsplit("@", 1)[-1].rsplit("/", 1)[-1].split(":")[0]
            client.set("host", Value(name, host.origin, set=host.set))
            client.set("endpoint", Value(name, host.origin, set=host.set))
            break


def _weight(thing: Thing) -> tuple[int, int]:
    known = sum(type(a).__name__ != "Unknown" for a in thing.args)
    return (sum(c.name != "connect" for c in thing.calls), known)


def interpret(thing: Thing, e: Evaluator) -> Client | None:
    """The client that a recorded object is."""
    from redislint.readers.jvm import jedis, lettuce, redisson, springdata

    readers: dict[str, Any] = {
        "RedisClient": lettuce.client,
        "RedisClusterClient": lettuce.client,
        "LettuceConnectionFactory": springdata.client,
        "JedisConnectionFactory": springdata.client,
        "Redisson": redisson.client,
        "Config": redisson.client,
    }
    made: Client | None = readers.get(thing.type, jedis.client)(thing, e)
    return made
