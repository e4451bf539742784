# ruff: noqa: E501 - code under test is written as people write it
"""What of Spring's properties is really used: by Boot, by the code, by which driver, inside what file."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.checking import check
from redislint.config import Config
from tests.readers.jvm import OTHERS, boot_pom, clients, findings, fired, shown

YML = "src/main/resources/application.yml"
CONFIG = "src/main/java/RedisConfig.java"
JEDIS_POOL = "spring:\n  redis:\n    host: cache.internal\n    timeout: 1s\n    jedis:\n      pool:\n        max-active: 20\n"
JEDIS = "<dependency><groupId>redis.clients</groupId><artifactId>jedis</artifactId></dependency>"
FACTORY = (
    OTHERS
    + """import org.springframework.data.redis.connection.lettuce.*;
@Configuration class RedisConfig {
  @Bean LettuceConnectionFactory factory() { %s }
}"""
)


def test_a_jedis_pool_is_idle_where_the_starter_brings_lettuce(tmp_path: Path) -> None:
    files = {YML: JEDIS_POOL, "pom.xml": boot_pom("2.4.1")}
    assert fired(tmp_path, files, "spring-jedis-pool") == [
        f"spring-jedis-pool-ignored-with-lettuce {YML}:6"
    ]


def test_lettuce_named_beside_the_starter_is_the_driver_too(tmp_path: Path) -> None:
    lettuce = "<dependency><groupId>io.lettuce</groupId><artifactId>lettuce-core</artifactId><version>6.2.6.RELEASE</version></dependency>"
    files = {YML: JEDIS_POOL, "pom.xml": boot_pom("2.4.1", lettuce)}
    assert len(fired(tmp_path, files, "spring-jedis-pool")) == 1


BOOT_1 = "spring:\n  redis:\n    host: cache.internal\n    timeout: 0\n    pool:\n      max-active: 20\n      max-wait: 500\n"


@pytest.mark.parametrize(
    ("boot", "expected"),
    [("1.5.9.RELEASE", []), ("2.7.18", [f"spring-redis-timeout-zero {YML}:4"])],
)
def test_boot_1_knows_jedis_alone_and_passes_over_a_timeout_of_zero(
    tmp_path: Path, boot: str, expected: list[str]
) -> None:
    files = {YML: BOOT_1, "pom.xml": boot_pom(boot)}
    topics = ("spring-redis-timeout-zero", "lettuce-default-timeout")
    assert fired(tmp_path, files, *topics) == expected


def test_the_pool_of_boot_1_is_that_of_jedis(tmp_path: Path) -> None:
    files = {YML: BOOT_1, "pom.xml": boot_pom("1.5.9.RELEASE")}
    assert fired(tmp_path, files, "spring-pool-without-commons-pool") == []


def test_lettuce_wins_over_jedis_beside_it(tmp_path: Path) -> None:
    files = {YML: JEDIS_POOL, "pom.xml": boot_pom("2.4.1", JEDIS)}
    assert len(fired(tmp_path, files, "spring-jedis-pool")) == 1


@pytest.mark.parametrize(
    "manifest",
    [
        boot_pom("1.5.9.RELEASE"),
        boot_pom("2.4.1", JEDIS).replace(
            "<artifactId>spring-boot-starter-data-redis</artifactId>",
            "<artifactId>spring-boot-starter-data-redis</artifactId><exclusions><exclusion>"
            "<groupId>io.lettuce</groupId><artifactId>lettuce-core</artifactId></exclusion></exclusions>",
        ),
    ],
    ids=["Boot 1", "Lettuce excluded"],
)
def test_a_jedis_pool_is_used_where_jedis_is_the_driver(tmp_path: Path, manifest: str) -> None:
    assert fired(tmp_path, {YML: JEDIS_POOL, "pom.xml": manifest}, "spring-jedis-pool") == []


def test_jedis_is_the_driver_where_nothing_brings_lettuce(tmp_path: Path) -> None:
    manifest = boot_pom("3.2.0").replace("spring-boot-starter-data-redis", "spring-ai-redis-store")
    files = {YML: "spring:\n  data:\n    redis:\n      url: ${REDIS_URL}\n", "pom.xml": manifest}
    assert fired(tmp_path, files, "spring-redis-timeout") == []


@pytest.mark.parametrize(
    "made",
    [
        "return new LettuceConnectionFactory();",
        "return new LettuceConnectionFactory(new RedisStandaloneConfiguration());",
    ],
)
def test_a_factory_without_a_host_does_not_get_the_properties_host(
    tmp_path: Path, made: str
) -> None:
    text = "spring:\n  data:\n    redis:\n      host: ${REDIS_HOST}\n"
    found = fired(tmp_path, {YML: text, CONFIG: FACTORY % made}, "spring-localhost")
    assert found == [f"spring-localhost-default {CONFIG}:8"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_localhost_by_default_or_by_name_is_the_same(tmp_path: Path, host: str) -> None:
    text = f"spring:\n  data:\n    redis:\n      host: {host}\n"
    files = {YML: text, CONFIG: FACTORY % "return new LettuceConnectionFactory();"}
    assert fired(tmp_path, files, "spring-localhost") == []


def test_a_password_stands_in_the_file_though_boot_makes_no_client(tmp_path: Path) -> None:
    text = "spring:\n  redis:\n    host: cache.internal\n    password: kX7wYw0cGJf2mQv9\n"
    made = '@Value("${spring.redis.password}") String p; '
    code = (FACTORY % 'return new LettuceConnectionFactory("cache.internal", 6379);').replace(
        "  @Bean", "  " + made + "\n  @Bean"
    )
    assert fired(tmp_path, {YML: text, CONFIG: code}, "password", "spring-") == [
        f"password-in-repo {YML}:4"
    ]


OLD = "spring:\n  redis:\n    host: cache.internal\n    timeout: 1s\n    pool:\n      max-idle: 3\n"


@pytest.mark.parametrize(
    "code",
    [
        'class C { @Value("${spring.redis.pool.max-idle}") int idle; }',
        '@ConfigurationProperties(prefix = "spring.redis") class C { int x; }',
        'class C { int idle(Environment env) { return env.getProperty("spring.redis.pool.maxIdle"); } }',
    ],
)
def test_keys_that_the_code_reads_are_not_unknown(tmp_path: Path, code: str) -> None:
    files = {YML: OLD, "pom.xml": boot_pom("2.1.5.RELEASE"), CONFIG: code}
    assert fired(tmp_path, files, "spring-property-unknown") == []


def test_keys_that_nobody_reads_are(tmp_path: Path) -> None:
    files = {YML: OLD, "pom.xml": boot_pom("2.1.5.RELEASE"), CONFIG: "class C {}"}
    assert fired(tmp_path, files, "spring-property-unknown") == [f"spring-property-unknown {YML}:6"]


def test_the_prefix_written_twice_is_one_mistake(tmp_path: Path) -> None:
    text = "spring:\n  redis:\n    redis:\n      cluster:\n        nodes: a:1,b:2\n      lettuce: {pool: {max-idle: 3}}\n"
    assert fired(tmp_path, {YML: text}, "spring-property") == [f"spring-property-unknown {YML}:5"]


CONFIG_MAP = """apiVersion: v1
kind: ConfigMap
metadata: {name: app}
data:
  LOG: debug
  %s: |
%s
"""


def test_a_yaml_file_in_a_config_map_is_read_at_its_own_place(tmp_path: Path) -> None:
    inner = "    spring:\n      redis:\n        host: cache.internal\n        timeout: 0"
    files = {"k8s/app.yaml": CONFIG_MAP % ("application.yml", inner)}
    assert fired(tmp_path, files, "spring-redis") == ["spring-redis-timeout-zero k8s/app.yaml:10"]


def test_a_properties_file_in_a_config_map_is_read_too(tmp_path: Path) -> None:
    inner = "    spring.data.redis.cluster.nodes=a:1,b:2\n    spring.data.redis.host=cache.internal\n    spring.data.redis.timeout=1s"
    files = {"k8s/app.yaml": CONFIG_MAP % ("application-prod.properties", inner)}
    assert fired(tmp_path, files, "spring-host") == ["spring-host-and-cluster k8s/app.yaml:8"]
    (found,) = clients(tmp_path, files, "kubernetes")
    assert shown(found, "profile") == "prod"


def test_other_keys_of_a_config_map_are_no_properties(tmp_path: Path) -> None:
    inner = "    spring.redis.host=cache.internal\n    spring.redis.timeout=0"
    files = {"k8s/app.yaml": CONFIG_MAP % ("notes.txt", inner)}
    assert clients(tmp_path, files, "kubernetes") == []


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("src/main/resources/redis.properties", "redis.host=10.0.0.2\nredis.password = Abc@1234x\n", 2),
        ("conf/app.properties", "app.cache.redis.master.passwd=Abc@1234x\n", 1),
        (YML, "app:\n  redis:\n    host: 10.0.0.2\n    password: Abc@1234x\n", 4),
    ],
)  # fmt: skip
def test_a_password_under_a_key_of_ones_own_is_one_too(
    tmp_path: Path, name: str, text: str, line: int
) -> None:
    assert fired(tmp_path, {name: text}, "password-in-repo") == [f"password-in-repo {name}:{line}"]


@pytest.mark.parametrize(
    "text",
    [
        "redis.password=${REDIS_PASSWORD}\n",
        "redis.password=\n",
        "redis.password=@redis.password@\n",
        "spring.datasource.password=Abc@1234x\nredis.host=a\n",
        "redis.password-encoder=bcrypt\n",
        "spring.data.redis.password=${REDIS_PASSWORD:-}\n",
    ],
)
def test_what_is_no_password_for_redis_is_not_taken_for_one(tmp_path: Path, text: str) -> None:
    assert fired(tmp_path, {"src/main/resources/app.properties": text}, "password-in-repo") == []


def test_a_password_for_a_public_server_counts_in_tests_too(tmp_path: Path) -> None:
    code = (
        OTHERS
        + 'class T { JedisPool p = new JedisPool(new JedisPoolConfig(), "%s", 6379, 3000, "Yubin0616x"); }'
    )
    name = "src/test/java/T.java"
    assert fired(tmp_path, {name: code % "cache.qiyubing.cn"}, "password") == [
        f"password-in-repo {name}:6"
    ]
    assert fired(tmp_path, {name: code % "localhost"}, "password") == []
    assert fired(tmp_path, {name: code % "redis.example.com"}, "password") == []


LEAK = (
    OTHERS
    + """class S { JedisPool jedisPool;
  String f(String k) {
    Jedis jedis = jedisPool.getResource();
    String v = jedis.get(k);
    if (v == null) { return "";%s }
    jedis.close();
    return v;
  }
}"""
)


def test_a_return_before_close_leaks_the_connection(tmp_path: Path) -> None:
    assert fired(tmp_path, {"S.java": LEAK % ""}, "jedis-not") == ["jedis-not-closed S.java:8"]


@pytest.mark.parametrize(
    "body",
    [
        "Jedis j = jedisPool.getResource(); try { if (j.exists(k)) { return k; } return null; } finally { j.close(); }",
        "try (Jedis j = jedisPool.getResource()) { if (j.exists(k)) { return k; } return null; }",
        "Jedis j = jedisPool.getResource(); try { j.get(k); } catch (Exception e) { log(e); } j.close(); return k;",
        "Jedis j = jedisPool.getResource(); jedisPool.returnResource(j); return k;",
    ],
)
def test_connections_that_are_closed_on_every_way_are_fine(tmp_path: Path, body: str) -> None:
    code = OTHERS + f"class S {{ JedisPool jedisPool; String f(String k) {{ {body} }} }}"
    assert fired(tmp_path, {"S.java": code}, "jedis-not") == []


@pytest.mark.parametrize(
    "body",
    [
        "Jedis j = jedisPool.getResource(); String v = j.get(k); j.close(); return v;",
        "Jedis j = jedisPool.getResource(); j.get(k); if (j != null) { jedisPool.returnResource(j); } return k;",
        "Jedis j = null; try { j = jedisPool.getResource(); j.get(k); j.close(); } catch (Exception e) { } return k;",
    ],
)
def test_a_close_that_an_error_skips_is_noted(tmp_path: Path, body: str) -> None:
    code = OTHERS + f"class S {{ JedisPool jedisPool; String f(String k) {{ {body} }} }}"
    (finding,) = [f for f in findings(tmp_path, {"S.java": code}) if "jedis-not" in f.rule.name]
    assert finding.severity == "note"
    assert "when a command fails" in finding.message


def test_a_serializer_that_the_caller_chooses_is_no_choice(tmp_path: Path) -> None:
    code = """import org.springframework.data.redis.serializer.RedisSerializer;
class B {
  RedisSerializer<?> of(Kind kind) {
    return switch (kind) { case java -> RedisSerializer.java(); case json -> RedisSerializer.json(); };
  }
  RedisSerializer<Object> fixed() { return RedisSerializer.java(); }
}"""
    assert fired(tmp_path, {"B.java": code}, "java-des") == ["java-deserialization-redis B.java:6"]


POOL = "spring:\n  redis:\n    host: cache.internal\n    timeout: 1s\n    lettuce:\n      pool:\n        max-wait: 500ms\n"
CHILD = """<project><parent><groupId>a</groupId><artifactId>all</artifactId><version>1</version></parent>
<artifactId>web</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId>
<artifactId>spring-boot-starter-data-redis</artifactId></dependency>%s</dependencies></project>"""
ROOT = """<project><parent><groupId>org.springframework.boot</groupId>
<artifactId>spring-boot-starter-parent</artifactId><version>2.7.5</version><relativePath/></parent>
<groupId>a</groupId><artifactId>all</artifactId><modules><module>web</module><module>cache</module></modules></project>"""


@pytest.mark.parametrize(
    ("files", "count"),
    [
        ({"web/pom.xml": CHILD % "", "pom.xml": ROOT}, 1),
        # The parent is not here, or a sister module may bring commons-pool2.
        ({"web/pom.xml": CHILD % ""}, 0),
        ({"web/pom.xml": CHILD % "<dependency><groupId>a</groupId><artifactId>cache</artifactId></dependency>",
          "pom.xml": ROOT}, 0),
    ],
)  # fmt: skip
def test_a_module_whose_parents_are_all_here_lacks_commons_pool(
    tmp_path: Path, files: dict[str, str], count: int
) -> None:
    found = fired(tmp_path, {**files, f"web/{YML}": POOL}, "spring-pool-without-commons-pool")
    assert len(found) == count


def test_a_property_that_the_bean_reads_on_its_own_is_not_ignored(tmp_path: Path) -> None:
    code = """import org.springframework.data.redis.connection.*;
import org.springframework.data.redis.connection.jedis.*;
@Configuration class RedisConfig {
  @Value("${spring.redis.jedis.pool.max-wait}") long wait;
  @Bean JedisConnectionFactory factory() {
    return new JedisConnectionFactory(new RedisStandaloneConfiguration("cache.internal", 6379));
  }
}"""
    yml = "spring:\n  redis:\n    host: cache.internal\n    jedis:\n      pool:\n        max-wait: 500\n"
    files = {YML: yml, CONFIG: code, "pom.xml": boot_pom("2.7.5", JEDIS)}
    assert fired(tmp_path, files, "spring-property-ignored-by-bean") == []


@pytest.mark.parametrize(
    ("name", "host", "expected"),
    [
        ("application-dev.yml", "127.0.0.1", ["note"]),
        ("application-dev.yml", "91.198.174.192", ["warning"]),
        ("application-prod.yml", "127.0.0.1", ["warning"]),
        ("application-test.yml", "127.0.0.1", []),
    ],
)
def test_a_password_in_a_profile_for_development_is_only_a_note(
    tmp_path: Path, name: str, host: str, expected: list[str]
) -> None:
    path = tmp_path / "src/main/resources" / name
    path.parent.mkdir(parents=True)
    path.write_text(f"spring:\n  redis:\n    host: {host}\n    password: kX7wYw0cGJf2mQv9\n")
    found = check([str(tmp_path)], Config()).findings
    assert [f.severity for f in found if f.rule.name == "password-in-repo"] == expected


OWN_POOL = """import org.springframework.data.redis.connection.*;
import org.springframework.data.redis.connection.jedis.*;
@Configuration class RedisConfig {
  @Value("${spring.redis.host}") String host;
  %s
  @Bean JedisConnectionFactory factory() { return new JedisConnectionFactory(new RedisStandaloneConfiguration(host)); }
}"""


@pytest.mark.parametrize(
    ("field", "timeout", "told"),
    [
        ('@Value("${spring.redis.timeout}") int timeout;', "0", True),
        ('@Value("${spring.redis.timeout}") int timeout;', "2000", False),
        ("", "0", False),
    ],
)
def test_a_timeout_of_zero_that_the_code_reads_itself_counts(
    tmp_path: Path, field: str, timeout: str, told: bool
) -> None:
    name = "src/main/resources/application-pro.yml"
    text = f"spring:\n  redis:\n    host: cache.internal\n    timeout: {timeout}\n    jedis: {{pool: {{max-idle: 9}}}}\n"
    files = {name: text, CONFIG: OWN_POOL % field, "pom.xml": boot_pom("2.4.1")}
    found = fired(tmp_path, files, "spring-redis-timeout-zero")
    assert found == ([f"spring-redis-timeout-zero {name}:4"] if told else [])
