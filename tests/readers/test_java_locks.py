# ruff: noqa: E501 - code under test is written as people write it
"""Locks of SET NX in Java and Kotlin: which have no end, and which anybody gives back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readers.jvm import fired

HEAD = "import redis.clients.jedis.*;\nimport org.springframework.data.redis.core.*;\n"
ENDLESS = {
    "the key is made of the prefix of locks": 'String k = LOCK_PREFIX + id; redis.opsForValue().setIfAbsent(k, "1");',
    "the key comes from a function of locks": 'redis.opsForValue().setIfAbsent(lockKeyOf(id), "1");',
    "a bound key": 'redis.boundValueOps("lock:" + id).setIfAbsent("1");',
    "parameters of Jedis without an end": 'jedis.set("lock:" + id, token, SetParams.setParams().nx());',
    "NX as a text": 'jedis.set("lock:" + id, token, "NX");',
    "on a connection": "redis.execute((RedisCallback<Boolean>) connection -> connection.setNX(lockKey, value));",
    "the end comes in a second command": "if (jedis.setnx(id, token) == 1) { jedis.expire(id, 30); }",
}
ENDING = {
    "parameters with an end": 'jedis.set("lock:" + id, token, SetParams.setParams().nx().px(9000));',
    "an end in the same call": 'redis.opsForValue().setIfAbsent("lock:" + id, "1", Duration.ofSeconds(9));',
    "a value that stays": 'redis.opsForValue().setIfAbsent("user:blocked:" + id, "1");',
    "a mark of a locked account": 'redis.opsForValue().setIfAbsent("login:locked:" + id, "1");',
    "another key gets an end": "jedis.setnx(id, token); jedis.expire(token, 30);",
    "a counter with a first value": "if (jedis.setnx(id, token) == 1) { jedis.expire(id, 30); } else { jedis.incrBy(id, 1); }",
    "the value is the deadline": "if (jedis.setnx(lockKey, deadline) == 0) { jedis.getSet(lockKey, deadline); }",
}


def service(statements: str) -> str:
    return f"{HEAD}class Orders {{\n  StringRedisTemplate redis;\n  Jedis jedis;\n  void run(String id, String token) {{\n    {statements}\n  }}\n}}\n"


@pytest.mark.parametrize("how", ENDLESS)
def test_a_lock_that_never_ends_by_itself(tmp_path: Path, how: str) -> None:
    found = fired(tmp_path, {"Orders.java": service(ENDLESS[how])}, "lock-without-ttl")
    assert found == ["lock-without-ttl Orders.java:7"]


@pytest.mark.parametrize("how", ENDING)
def test_what_ends_or_is_no_lock(tmp_path: Path, how: str) -> None:
    assert fired(tmp_path, {"Orders.java": service(ENDING[how])}, "lock-without-ttl") == []


def test_a_class_of_locks_has_keys_of_locks(tmp_path: Path) -> None:
    text = f'{HEAD}class RedisLock {{\n boolean take(StringRedisTemplate t, String key) {{\n return t.opsForValue().setIfAbsent(key, "1");\n }}\n}}'
    assert fired(tmp_path, {"L.java": text}, "lock-without-ttl") == ["lock-without-ttl L.java:5"]


PAIR = """import org.springframework.data.redis.core.StringRedisTemplate
class Shops(private val redis: StringRedisTemplate) {
  fun tryLock(key: String) = redis.opsForValue().setIfAbsent(key, "1", Duration.ofSeconds(9))
  fun %s(key: String) { %s }
}"""


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        ("unlock", "redis.delete(key)", True),
        ("releaseLock", 'redis.delete("lock:" + key)', True),
        ("delLock", "redis.delete(key)", True),
        ("evict", "redis.delete(key)", False),
        ("unlock", "redis.execute(SCRIPT, listOf(key), token)", False),
        ("unlock", "if (redis.opsForValue().get(key).equals(token)) redis.delete(key)", False),
    ],
)
def test_an_unlock_that_asks_nobody(tmp_path: Path, name: str, body: str, told: bool) -> None:
    found = fired(tmp_path, {"Shops.kt": PAIR % (name, body)}, "lock-release")
    assert found == (["lock-release-without-token Shops.kt:4"] if told else [])


def test_a_helper_takes_the_lock_that_finally_gives_back(tmp_path: Path) -> None:
    text = service(
        'String lockKey = "lock:" + id;\n if (!tryLock(lockKey)) return;\n try { work(); } finally { redis.delete(lockKey); }'
    )
    assert fired(tmp_path, {"Orders.java": text}, "lock-release") == [
        "lock-release-without-token Orders.java:9"
    ]


@pytest.mark.parametrize(
    ("field", "call", "told"),
    [
        ("ReactiveRedisOperations<String, Order> ops;", 'ops.keys("order:*")', True),
        ("RedisKeyCommands<String, String> ops;", 'ops.keys("order:*")', True),
        ("RedisTemplate<String, String> ops;", 'ops.execute((RedisCallback<Object>) connection -> connection.keys(p))', True),
        ("HashOperations<String, String, String> ops;", 'ops.keys("order:7")', False),
        ("java.sql.Statement ops;", "ops.apply(connection -> connection.keys(p))", False),
    ],
)  # fmt: skip
def test_keys_by_whatever_type_leads_to_redis(
    tmp_path: Path, field: str, call: str, told: bool
) -> None:
    text = f"import org.springframework.data.redis.core.HashOperations;\nclass Orders {{\n  {field}\n  void list(String p) {{\n    {call};\n  }}\n}}"
    found = fired(tmp_path, {"Orders.java": text}, "keys-command")
    assert found == (["keys-command-on-cluster-or-large Orders.java:5"] if told else [])
