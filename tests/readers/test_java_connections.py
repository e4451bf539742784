# ruff: noqa: E501 - code under test is written as people write it
"""Connections and clients that code opens each time, keeps for all, or never gives back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readers.jvm import fired

JEDIS = "import redis.clients.jedis.*;\n"
LETTUCE = "import io.lettuce.core.*;\n"
TOPICS = (
    "jedis-shared",
    "jedis-client-per",
    "lettuce-client-per",
    "jedis-not",
)


def found(base: Path, text: str, name: str = "src/main/java/Store.java") -> list[str]:
    return [f.replace(f" {name}", "") for f in fired(base, {name: text}, *TOPICS)]


@pytest.mark.parametrize(
    ("method", "told"),
    [
        ("String get(String k) {\n Jedis j = new Jedis(host); return j.get(k); }", True),
        ("String get(String k) {\n Jedis j = new Jedis(host); String v = j.get(k); j.close(); return v; }", False),
        ("Jedis open() {\n Jedis j = new Jedis(host); j.auth(p); return j; }", False),
        ("void get(String k) {\n try (Jedis j = new Jedis(host)) { j.get(k); } }", False),
        ("void hear(JedisPubSub s) {\n Jedis j = new Jedis(host); j.subscribe(s, c); }", False),
        ("Store() {\n Jedis j = new Jedis(host); j.ping(); }", False),
    ],
)  # fmt: skip
def test_a_connection_of_its_own_for_each_call(tmp_path: Path, method: str, told: bool) -> None:
    text = f"{JEDIS}class Store {{\n{method}\n}}"
    assert found(tmp_path, text) == (["jedis-not-closed:4"] if told else [])


def test_a_program_that_ends_closes_by_ending(tmp_path: Path) -> None:
    text = f"{JEDIS}class Store {{\n public static void main(String[] a) {{ show(); }}\n static void show() {{ Jedis j = new Jedis(); j.ping(); }}\n}}"
    assert found(tmp_path, text) == []


@pytest.mark.parametrize(
    ("head", "body", "line"),
    [
        ("@Service class Store {", "private Jedis j;\n@PostConstruct void up() {\n j = new Jedis(host); }", 5),
        ("@Component class Store {", "private final Jedis j;\nStore() {\n this.j = new Jedis(host); }", 5),
        ("class Store {", "static Jedis j;\nstatic {\n j = pool.getResource(); }", 5),
        ("class Store {", "private Jedis j;\nStore() {\n this.j = new Jedis(host); }", 0),
        ("@Service class Store {", "private Jedis j;\nvoid each() {\n j = new Jedis(host); }", 0),
    ],
)  # fmt: skip
def test_a_connection_that_all_threads_get(tmp_path: Path, head: str, body: str, line: int) -> None:
    assert found(tmp_path, f"{JEDIS}{head}\n{body}\n}}") == (
        [f"jedis-shared-between-threads:{line}"] if line else []
    )


def test_a_kotlin_object_is_one_for_all(tmp_path: Path) -> None:
    text = (
        'import redis.clients.jedis.Jedis\nobject Store {\n  private val jedis = Jedis("cache")\n}'
    )
    name = "src/main/kotlin/Store.kt"
    assert found(tmp_path, text, name) == ["jedis-shared-between-threads:3"]


@pytest.mark.parametrize(
    ("method", "line"),
    [
        ("StatefulRedisConnection<String, String> getConnection(RedisURI u) {\n RedisClient c = RedisClient.create(u);\n return c.connect(); }", 4),
        ("void publish(String m) {\n RedisClient c = RedisClient.create(URI);\n c.connect().sync().publish(T, m);\n c.shutdown(); }", 0),
        ("RedisClient getClient() {\n RedisClient c = RedisClient.create(URI);\n c.connect();\n return c; }", 0),
        ("void get() {\n if (client == null) client = RedisClient.create(URI);\n client.connect(); }", 0),
        ("StatefulRedisConnection<String, String> connection() {\n RedisClient c = RedisClient.create(URI);\n return c.connect(); }", 0),
    ],
)  # fmt: skip
def test_a_lettuce_client_that_is_forgotten(tmp_path: Path, method: str, line: int) -> None:
    text = f"{LETTUCE}class Store {{\n{method}\n}}"
    assert found(tmp_path, text) == ([f"lettuce-client-per-request:{line}"] if line else [])


@pytest.mark.parametrize(
    ("method", "line"),
    [
        ("void save(String k) {\n JedisPool p = new JedisPool(C, host);\n try (Jedis j = p.getResource()) { j.set(k, k); } }", 4),
        ("void save(String k) {\n JedisPool p = new JedisPool(C, host);\n Jedis j = p.getResource(); j.set(k, k); j.close(); }", 4),
        ("void save(String k) {\n try (JedisPool p = new JedisPool(C, host); Jedis j = p.getResource()) { j.set(k, k); } }", 0),
        ("void save(String k) {\n UnifiedJedis j = new UnifiedJedis(U);\n j.set(k, k); }", 4),
        ("void save(String k) {\n JedisPooled j = new JedisPooled(host, 1);\n j.set(k, k);\n j.close(); }", 0),
    ],
)  # fmt: skip
def test_a_pool_for_each_call(tmp_path: Path, method: str, line: int) -> None:
    text = f"{JEDIS}class Store {{\n{method}\n}}"
    told = [f for f in found(tmp_path, text) if "per-request" in f]
    assert told == ([f"jedis-client-per-request:{line}"] if line else [])
