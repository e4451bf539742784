# ruff: noqa: E501 - code under test is written as people write it
"""Keys below Spring's Redis prefixes that nobody reads, and values that do not mean what they seem to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readers.jvm import fired

YML = "src/main/resources/application.yml"
TOPICS = ("spring-property-unknown", "spring-placeholder", "redis-url-malformed")
HEAD = "spring:\n  data:\n    redis:\n      host: cache.internal\n      timeout: 2s\n"


def found(base: Path, text: str, **more: str) -> list[str]:
    files = {YML: text, **{f"src/main/java/{n}.java": t for n, t in more.items()}}
    return [f.replace(YML, "") for f in fired(base, files, *TOPICS)]


@pytest.mark.parametrize(
    ("keys", "lines"),
    [
        ("      max-active: 50\n      max-idle: 8\n      max-wait: 500\n", [6]),
        ("      lettuce:\n        max-active: 50\n", [7]),
        ("      cluster:\n        max-total: 50\n", [7]),
        ("      commandTimeout: 5s\n", [6]),
        ("      post: 6380\n", [6]),
        ("      reconnect: always\n      bulk: 7\n", [6]),
        ("      jedis:\n        pool:\n          max-total: 9\n", [8]),
        ("      redisson:\n        file: classpath:redisson.yaml\n", []),
        ("      om:\n        spring: {enabled: true}\n", []),
        ("      orders:\n        host: other.internal\n        max-active: 5\n", []),
        ("      client-name: shop\n", []),
    ],
)
def test_a_key_that_no_release_reads_is_told_once_a_mistake(
    tmp_path: Path, keys: str, lines: list[int]
) -> None:
    assert found(tmp_path, HEAD + keys) == [f"spring-property-unknown :{n}" for n in lines]


@pytest.mark.parametrize(
    "code",
    [
        '@Component class Pool { @Value("${spring.data.redis.max-active}") int most; }',
        '@ConfigurationProperties(prefix = "spring.data.redis") class Keys { int maxActive; }',
        '@Configuration @ConditionalOnProperty(prefix = "spring.data.redis.max-active", name = "x") class Pool {}',
    ],
)
def test_a_key_that_the_application_reads_is_its_own(tmp_path: Path, code: str) -> None:
    assert found(tmp_path, HEAD + "      max-active: 50\n", RedisPool=code) == []


def test_code_in_a_comment_reads_nothing(tmp_path: Path) -> None:
    code = 'class Pool {\n  // @Value("${spring.data.redis.max-active}")\n  int most;\n}'
    text = HEAD + "      max-active: 50\n"
    assert found(tmp_path, text, RedisPool=code) == ["spring-property-unknown :6"]


def test_the_prefix_of_the_cache_says_nothing_of_where_redis_is(tmp_path: Path) -> None:
    text = "spring:\n  cache:\n    redis:\n      time-to-live: 10m\n      host: cache.internal\n      port: 6379\n  data:\n    redis:\n      timeout: 2s\n"
    assert found(tmp_path, text) == ["spring-property-unknown :5"]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("host: ${REDIS_HOST:-cache}", True),
        ("port: ${REDIS_PORT:-6379}", True),
        ("password: ${REDIS_PASSWORD:?required}", True),
        ("password: ${REDIS_PASSWORD:-}", True),
        ("host: ${REDIS_HOST:cache}", False),
        ("password: ${REDIS_PASSWORD:}", False),
        ("database: ${REDIS_DB:-0}", False),
        ("lettuce: {pool: {max-wait: '${REDIS_WAIT:-1ms}'}}", False),
    ],
)
def test_a_default_as_shells_write_it_starts_with_its_sign(
    tmp_path: Path, value: str, told: bool
) -> None:
    text = f"spring:\n  data:\n    redis:\n      timeout: 2s\n      {value}\n"
    assert found(tmp_path, text) == (["spring-placeholder-shell-default :5"] if told else [])


def test_the_message_of_a_shell_is_no_password(tmp_path: Path) -> None:
    text = HEAD + "      password: ${REDIS_PASSWORD:?required}\n"
    assert fired(tmp_path, {YML: text}, "password-in-repo", "requirepass-weak") == []


@pytest.mark.parametrize("host", ["redis://cache.internal", "cache.internal:6380", "rediss://c:1"])
def test_a_host_is_a_name_alone(tmp_path: Path, host: str) -> None:
    text = f"spring:\n  data:\n    redis:\n      host: {host}\n      timeout: 2s\n"
    assert found(tmp_path, text) == ["redis-url-malformed :4"]


@pytest.mark.parametrize("host", ["cache.internal", "10.0.0.7", "${REDIS_HOST}", "'::1'"])
def test_a_name_an_address_and_a_placeholder_are_hosts(tmp_path: Path, host: str) -> None:
    text = f"spring:\n  data:\n    redis:\n      host: {host}\n      timeout: 2s\n"
    assert found(tmp_path, text) == []


@pytest.mark.parametrize(
    ("listed", "told"), [("livenessState,redis", True), ("'*'", True), ("livenessState", False)]
)
def test_a_liveness_group_that_has_redis_in_it(tmp_path: Path, listed: str, told: bool) -> None:
    text = f"management: {{endpoint: {{health: {{group: {{liveness: {{include: {listed}}}}}}}}}}}\n{HEAD}".replace(
        "include: livenessState,redis", "include: 'livenessState,redis'"
    )
    assert bool(fired(tmp_path, {YML: text}, "spring-health")) is told
