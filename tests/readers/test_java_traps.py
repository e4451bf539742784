# ruff: noqa: E501 - code under test is written as people write it
"""Code on which naive checkers are wrong: what must not be reported, and what is looked through."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readers.jvm import OTHERS, body, client, clients, fired, pom, shown

NAME = "src/main/java/Redis.java"
BARE = body(
    'RedisClusterClient client = RedisClusterClient.create("redis://seed"); client.connect();'
)
TOPOLOGY = "lettuce-no-topology-refresh"


def test_a_release_from_7_on_needs_no_call(tmp_path: Path) -> None:
    assert fired(tmp_path, {NAME: BARE, "pom.xml": pom("7.0.0.RELEASE")}, TOPOLOGY) == []


@pytest.mark.parametrize("release", ["4.5.0.Final", "5.1.1.RELEASE", "6.8.2.RELEASE"])
def test_an_older_release_does(tmp_path: Path, release: str) -> None:
    found = fired(tmp_path, {NAME: BARE, "pom.xml": pom(release)}, TOPOLOGY)
    assert found == [f"{TOPOLOGY} {NAME}:9"]


def test_triggers_switched_off_in_7_are_reported_again(tmp_path: Path) -> None:
    text = body("""RedisClusterClient c = RedisClusterClient.create("redis://seed");
    c.setOptions(ClusterClientOptions.builder().topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
        .disableAllAdaptiveRefreshTriggers().build()).build());""")
    assert len(fired(tmp_path, {NAME: text, "pom.xml": pom("7.1.0.RELEASE")}, TOPOLOGY)) == 1


@pytest.mark.parametrize(
    ("argument", "mode"),
    [
        ('new RedisStandaloneConfiguration("prod.cache.amazonaws.com")', "standalone"),
        ('new RedisSentinelConfiguration("main", nodes)', "sentinel"),
        ('"cache", 6379', "standalone"),
        ("", "standalone"),
    ],
)
def test_standalone_and_sentinel_need_no_refresh(tmp_path: Path, argument: str, mode: str) -> None:
    text = body(f"use(new LettuceConnectionFactory({argument}));")
    assert shown(client(tmp_path, text), "mode") == mode
    assert fired(tmp_path, {NAME: text}, TOPOLOGY) == []


def test_a_cluster_configuration_given_to_jedis_is_no_lettuce(tmp_path: Path) -> None:
    text = body(
        "use(new JedisConnectionFactory(new RedisClusterConfiguration(nodes), new JedisPoolConfig()));",
        OTHERS,
    )
    found = client(tmp_path, text)
    assert (found.library, shown(found, "mode")) == ("jedis", "cluster")
    assert fired(tmp_path, {NAME: text}, TOPOLOGY) == []


def test_commented_out_code_makes_no_client(tmp_path: Path) -> None:
    text = body("// RedisClusterClient.create(uri);\n/* RedisClusterClient.create(uri); */")
    assert clients(tmp_path, {NAME: text}) == []


def test_a_class_whose_annotation_is_commented_out_makes_no_bean(tmp_path: Path) -> None:
    text = """import org.springframework.data.redis.connection.*;
import org.springframework.data.redis.connection.lettuce.*;
//@Configuration
public class RedisConfig {
    @Bean LettuceConnectionFactory f(List<String> n) { return new LettuceConnectionFactory(new RedisClusterConfiguration(n)); }
}"""
    assert clients(tmp_path, {NAME: text}) == []


def test_an_own_class_of_the_same_name_is_not_the_librarys(tmp_path: Path) -> None:
    own = "package shop;\nimport java.util.List;\nclass A { Object c = RedisClusterClient.create(uri); }"
    files = {
        "src/main/java/shop/A.java": own,
        "src/main/java/shop/RedisClusterClient.java": "package shop; class RedisClusterClient {}",
    }
    assert clients(tmp_path, files) == []


def test_a_full_name_beside_an_own_class_is_the_librarys(tmp_path: Path) -> None:
    text = """package shop;
class RedisClient { static Object make(String uri) { return io.lettuce.core.RedisClient.create(uri); } }"""
    assert client(tmp_path, text, "src/main/java/shop/RedisClient.java").library == "lettuce"


def test_options_set_later_in_another_method_count(tmp_path: Path) -> None:
    text = """import io.lettuce.core.cluster.*;
class Redis {
  RedisClusterClient start(String uri) { RedisClusterClient c = RedisClusterClient.create(uri); tune(c); return c; }
  private void tune(RedisClusterClient c) {
    c.setOptions(ClusterClientOptions.builder().topologyRefreshOptions(ClusterTopologyRefreshOptions.enabled()).build()); }
}"""
    assert shown(client(tmp_path, text), "adaptive-refresh") is True


@pytest.mark.parametrize(
    "name", ["src/test/java/RedisTest.java", "src/jmh/java/RedisBenchmark.java"]
)
def test_tests_and_benchmarks_are_not_scolded(tmp_path: Path, name: str) -> None:
    assert fired(tmp_path, {name: BARE}, "lettuce-") == []


def test_a_period_that_nothing_switches_on_is_not_in_effect(tmp_path: Path) -> None:
    text = body("""RedisClusterClient c = RedisClusterClient.create("redis://seed");
    c.setOptions(ClusterClientOptions.builder().topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
        .refreshPeriod(Duration.ofSeconds(30)).build()).build());""")
    found = client(tmp_path, text)
    assert (shown(found, "periodic-refresh"), shown(found, "refresh-period")) == (False, 30.0)
    assert TOPOLOGY in " ".join(fired(tmp_path, {NAME: text}))


def test_enable_periodic_refresh_false_is_off(tmp_path: Path) -> None:
    text = body("""RedisClusterClient c = RedisClusterClient.create("redis://seed");
    c.setOptions(ClusterClientOptions.builder().topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
        .enablePeriodicRefresh(false).build()).build());""")
    assert shown(client(tmp_path, text), "periodic-refresh") is False


def test_the_last_of_enable_and_disable_counts(tmp_path: Path) -> None:
    text = body("""RedisClusterClient c = RedisClusterClient.create("redis://seed");
    c.setOptions(ClusterClientOptions.builder().topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
        .disableAllAdaptiveRefreshTriggers().enableAllAdaptiveRefreshTriggers().build()).build());""")
    assert shown(client(tmp_path, text), "adaptive-refresh") is True


def test_a_factory_that_is_thrown_away_makes_no_client(tmp_path: Path) -> None:
    text = """import org.springframework.data.redis.connection.*;
import org.springframework.data.redis.connection.lettuce.*;
@Configuration class C { @Bean RedisClusterConfiguration cfg(List<String> n) {
  RedisClusterConfiguration cfg = new RedisClusterConfiguration(n);
  new LettuceConnectionFactory(cfg);
  return cfg; } }"""
    assert clients(tmp_path, {NAME: text}) == []


def test_plain_client_options_on_a_cluster_leave_refresh_off(tmp_path: Path) -> None:
    text = body("""use(new LettuceConnectionFactory(new RedisClusterConfiguration(nodes),
        LettuceClientConfiguration.builder().clientOptions(ClientOptions.builder().build()).build()));""")
    found = client(tmp_path, text)
    assert shown(found, "options-type") == "ClientOptions"
    assert len(fired(tmp_path, {NAME: text}, TOPOLOGY)) == 1


def test_a_suppression_with_a_reason_silences_it(tmp_path: Path) -> None:
    text = BARE.replace(
        "RedisClusterClient client =",
        f"// redislint: ignore[{TOPOLOGY}] runs for seconds\nRedisClusterClient client =",
    )
    assert fired(tmp_path, {NAME: text}, TOPOLOGY) == []


def test_connection_timeout_is_no_command_timeout(tmp_path: Path) -> None:
    text = body("""RedisClient c = RedisClient.create("redis://cache");
    c.setOptions(ClientOptions.builder().timeoutOptions(TimeoutOptions.builder().connectionTimeout().build()).build());""")
    found = client(tmp_path, text)
    assert (shown(found, "timeout-options"), shown(found, "command-timeout")) == (True, 60.0)


def test_a_password_in_code_is_reported_and_never_shown(tmp_path: Path) -> None:
    text = body('RedisClient.create("redis://:hunter2hunter@cache:6379?timeout=1s");')
    assert fired(tmp_path, {NAME: text}, "password-in-repo") == [f"password-in-repo {NAME}:9"]


LOCKED = """import org.springframework.data.redis.core.StringRedisTemplate;
class S {
  StringRedisTemplate redisTemplate;
  void run(String lockKey, String me) {
    if (!redisTemplate.opsForValue().setIfAbsent(lockKey, me, Duration.ofSeconds(9))) return;
    try { work(); } finally { %s }
  }
}"""


def test_a_lock_given_back_without_asking_whose_it_is(tmp_path: Path) -> None:
    found = fired(tmp_path, {"S.java": LOCKED % "redisTemplate.delete(lockKey);"}, "lock-release")
    assert found == ["lock-release-without-token S.java:6"]


@pytest.mark.parametrize(
    "release",
    [
        "if (me.equals(redisTemplate.opsForValue().get(lockKey))) { redisTemplate.delete(lockKey); }",
        "redisTemplate.execute(SCRIPT, List.of(lockKey), me);",
        "redisTemplate.delete(resultKey);",
    ],
)
def test_a_lock_given_back_by_its_token_is_fine(tmp_path: Path, release: str) -> None:
    assert fired(tmp_path, {"S.java": LOCKED % release}, "lock-release") == []


STREAM = "class S { StringRedisTemplate redis; Jedis jedis; void f() { %s } }"


@pytest.mark.parametrize(
    ("call", "count"),
    [
        ("redis.opsForStream().add(record);", 1),
        ('jedis.xadd("events", StreamEntryID.NEW_ENTRY, fields);', 1),
        ("redis.opsForStream().add(record, XAddOptions.maxlen(1000));", 0),
        ("redis.opsForStream().add(record); redis.opsForStream().trim(key, 1000);", 0),
        ('jedis.xadd("events", fields, XAddParams.xAddParams().maxLen(1000));', 0),
        ("redis.opsForSet().add(key, value); streams.add(record);", 0),
    ],
)
def test_a_stream_that_nothing_limits(tmp_path: Path, call: str, count: int) -> None:
    text = OTHERS + STREAM % call
    assert len(fired(tmp_path, {NAME: text}, "stream-without-maxlen")) == count


@pytest.mark.parametrize(
    ("folder", "count"),
    [
        ("src/main/java/com/example/demo", 1),
        ("src/main/java/com/example/test/payments", 1),
        ("src/main/java/com/acme/shop/examples", 0),
        ("examples/src/main/java/com/acme/shop", 0),
        ("src/test/java/com/acme/shop", 0),
    ],
)
def test_the_head_of_a_package_makes_no_example(tmp_path: Path, folder: str, count: int) -> None:
    text = OTHERS + STREAM % "redis.opsForStream().add(record);"
    assert len(fired(tmp_path, {f"{folder}/S.java": text}, "stream-without-maxlen")) == count


@pytest.mark.parametrize(
    ("annotation", "told"),
    [
        ('@Profile("dev")', False),
        ('@Profile({"local", "test"})', False),
        ('@Profile("!dev")', True),
        ('@Profile({"dev", "prod"})', True),
        ('@Profile("prod")', True),
        ("", True),
    ],
)
def test_a_profile_of_developers_is_nobodys_production(
    tmp_path: Path, annotation: str, told: bool
) -> None:
    text = BARE.replace("class Redis", f"{annotation}\nclass Redis")
    assert bool(fired(tmp_path, {NAME: text}, TOPOLOGY)) is told
