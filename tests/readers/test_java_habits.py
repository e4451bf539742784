"""Habits of Java and Kotlin code: what is seen as one, and what is not."""

from __future__ import annotations

import pytest

from redislint.readers.jvm import traps
from redislint.readers.jvm.repo import parse
from redislint.source import Source

LETTUCE = "import io.lettuce.core.api.StatefulRedisConnection;\n"
FIELD = "private final StatefulRedisConnection<String, String> shared;\n"


def found(text: str) -> list[tuple[str, str]]:
    """Rule and detail of each trap in a Java file."""
    unit = parse(Source("src/main/java/C.java", text))
    return [(str(t.get("trap").value), str(t.get("detail").value)) for t in traps.find(unit, [])]


def test_a_local_stands_for_the_field_that_it_was_made_of() -> None:
    text = (
        LETTUCE
        + "class C {"
        + FIELD
        + "void wait1() { var c = this.shared.sync(); c.brpop(5, k); }"
        "void read() { shared.async().get(k); } }"
    )
    ((name, detail),) = found(text)
    assert name == "lettuce-blocking-on-shared-connection"
    assert "the same connection shared" in detail


@pytest.mark.parametrize(
    "other",
    [
        "",
        "void stop() { shared.close(); }",
        "void read(StatefulRedisConnection<String, String> shared) { shared.sync().get(k); }",
    ],
)
def test_a_connection_that_only_waits_is_not_shared(other: str) -> None:
    text = (
        LETTUCE + "class C {" + FIELD + "void wait1() { shared.sync().brpop(5, k); }" + other + "}"
    )
    assert found(text) == []


@pytest.mark.parametrize(("value", "seen"), [("-1", 1), ("0", 0), ("60", 0)])
def test_only_a_negative_dns_time_is_endless(value: str, seen: int) -> None:
    text = (
        "import redis.clients.jedis.JedisPooled;\nclass C { static { "
        f'java.security.Security.setProperty("networkaddress.cache.ttl", "{value}"); }} }}'
    )
    assert len(found(text)) == seen


@pytest.mark.parametrize(
    ("statement", "channel"),
    [
        (
            'c.addMessageListener(l, new PatternTopic("__keyevent@*__:expired"));',
            "__keyevent@*__:expired",
        ),
        ('jedis.psubscribe(listener, "__keyspace@0__:*");', "__keyspace@0__:*"),
        ('c.addMessageListener(l, new PatternTopic("orders.*"));', ""),
        (
            'jedis.configSet("notify-keyspace-events", "Ex"); jedis.psubscribe(l, "__keyevent@0__:expired");',
            "",
        ),
        (
            'new KeyExpirationEventMessageListener(c); c.add(new PatternTopic("__keyevent@*__:expired"));',
            "",
        ),
    ],
)
def test_listeners_to_keyspace_events(statement: str, channel: str) -> None:
    expected = [("notify-keyspace-missing", channel)] if channel else []
    assert (
        found(f"import redis.clients.jedis.*;\nclass C {{ void f() {{ {statement} }} }}")
        == expected
    )


@pytest.mark.parametrize(
    ("code", "locks"),
    [
        ("private RedissonClient redisson; void f() { redisson.getLock(k).lock(); }", True),
        ("void f(RedissonClient client) { client.getFairLock(k).lock(); }", True),
        ("private RedissonClient redisson; void f() { redisson.getFencedLock(k).lock(); }", False),
        ("private LockRegistry redissonless; void f(Locks l) { l.getLock(k).lock(); }", False),
    ],
)
def test_locks_of_redisson(code: str, locks: bool) -> None:
    traps_found = found(f"import org.redisson.api.*;\nclass C {{ {code} }}")
    assert [t for t, _ in traps_found] == ["redisson-lock-failover"] * locks


def test_a_transaction_belongs_to_the_connection_not_to_the_thread() -> None:
    text = (
        LETTUCE
        + "class C {"
        + FIELD
        + "void place() { shared.sync().multi(); shared.sync().exec(); }"
        "void read() { shared.sync().get(k); } }"
    )
    ((name, detail),) = found(text)
    assert name == "lettuce-blocking-on-shared-connection"
    assert "opens a transaction on the connection shared" in detail


@pytest.mark.parametrize(
    ("statement", "waits"),
    [
        ("c.async().get(k).thenAccept(v -> c.sync().set(o, v));", True),
        ("c.async().get(k).thenAccept(v -> c.async().set(o, v).get());", True),
        ("c.reactive().get(k).subscribe(v -> c.reactive().set(o, v).block());", True),
        ("c.async().get(k).thenCompose(v -> c.async().set(o, v));", False),
        ("p.addListener(new RedisPubSubAdapter<K, V>() { void message(K a, V b) { c.sync().get(b); } });", True),
        ("p.addListener(new RedisPubSubAdapter<K, V>() { void message(K a, V b) { c.async().get(b); } });", False),
    ],
)  # fmt: skip
def test_who_waits_on_the_event_loop(statement: str, waits: bool) -> None:
    text = (
        LETTUCE
        + f"class C {{ StatefulRedisConnection<String, String> c; void go() {{ {statement} }} }}"
    )
    assert [n for n, _ in found(text)] == ["lettuce-blocking-in-event-loop"] * waits


def test_a_listener_of_its_own_class_runs_on_the_event_loop_too() -> None:
    text = (
        LETTUCE + "class Hears extends RedisPubSubAdapter<String, String> {" + FIELD
        + "public void message(String a, String b) { shared.sync().get(b); } }"
    )  # fmt: skip
    assert ("lettuce-blocking-in-event-loop", "a listener") in found(text)


def test_a_wrapper_that_passes_commands_on_decides_nothing() -> None:
    text = (
        LETTUCE + "class Traced {" + FIELD + "Object blpop(long s, String k) { return shared.sync().blpop(s, k); }"
        "Object get(String k) { return shared.sync().get(k); } }"
    )  # fmt: skip
    assert found(text) == []
