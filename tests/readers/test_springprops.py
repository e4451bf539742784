# ruff: noqa: E501 - code under test is written as people write it
"""Spring Boot's properties: spellings, profiles, placeholders, durations, and Java beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redislint.model.client import Client
from redislint.source import Source
from redislint.syntax import properties
from tests.readers.jvm import boot_pom, clients, fired, shown

YML = "src/main/resources/application.yml"
PROPS = "src/main/resources/application.properties"


def boot(base: Path, text: str, name: str = YML) -> list[Client]:
    return clients(base, {name: text}, "springprops")


@pytest.mark.parametrize(
    "text",
    [
        "spring:\n  redis:\n    cluster:\n      nodes: a:1,b:2\n    lettuce:\n      pool:\n        max-active: 3\n",
        "spring.redis:\n  cluster.nodes:\n    - a:1\n    - b:2\n  lettuce.pool.maxActive: 3\n",
        "spring:\n  redis: {cluster: {nodes: ['a:1', 'b:2']}, lettuce: {pool: {max_active: 3}}}\n",
    ],
)
def test_every_spelling_of_yaml_is_the_same_client(tmp_path: Path, text: str) -> None:
    (found,) = boot(tmp_path, text)
    assert shown(found, "mode") == "cluster"
    assert [h.value for h in found.hosts] == ["a:1", "b:2"]
    assert shown(found, "pool-max-active") == 3


def test_indexed_keys_of_properties_are_a_list(tmp_path: Path) -> None:
    text = "spring.data.redis.cluster.nodes[0]=a:1\nspring.data.redis.cluster.nodes[1]=b:2\nspring.data.redis.timeout=2s\n"
    (found,) = boot(tmp_path, text, PROPS)
    assert [h.value for h in found.hosts] == ["a:1", "b:2"]
    assert shown(found, "command-timeout") == 2.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("5000", 5.0), ("500ms", 0.5), ("1m", 60.0), ("PT2S", 2.0), ("0", 0.0), ("10s", 10.0)],
)
def test_durations_as_boot_reads_them(tmp_path: Path, text: str, seconds: float) -> None:
    (found,) = boot(tmp_path, f"spring:\n  redis:\n    host: h\n    timeout: {text}\n")
    assert shown(found, "command-timeout") == seconds


def test_each_profile_is_a_client_merged_over_the_default(tmp_path: Path) -> None:
    text = """spring:
  redis:
    host: localhost
    timeout: 2s
---
spring:
  config:
    activate:
      on-profile: prod
  redis:
    cluster:
      nodes: a:1,b:2
"""
    first, second = boot(tmp_path, text)
    assert (shown(first, "mode"), shown(first, "local")) == ("standalone", True)
    assert (shown(second, "mode"), shown(second, "profile"), shown(second, "command-timeout")) == (
        "cluster",
        "prod",
        2.0,
    )


def test_a_profiles_file_is_merged_over_the_base_file(tmp_path: Path) -> None:
    files = {
        "src/main/resources/application-prod.yml": "spring:\n  redis:\n    host: cache\n",
        YML: "spring:\n  redis:\n    timeout: 1s\n",
    }
    (found,) = clients(tmp_path, files, "springprops")
    assert (shown(found, "command-timeout"), shown(found, "profile")) == (1.0, "prod")


def test_placeholders_are_set_but_unknown_and_their_default_secret_is_one(tmp_path: Path) -> None:
    text = "spring:\n  redis:\n    host: ${REDIS_HOST:localhost}\n    password: ${REDIS_PASSWORD:lybgeek12}\n    timeout: ${T:5s}\n"
    (found,) = boot(tmp_path, text)
    assert shown(found, "local") is False
    assert shown(found, "command-timeout") == "unknown"
    assert found.get("command-timeout").set is True
    assert fired(tmp_path, {YML: text}, "password-in-repo") == [f"password-in-repo {YML}:4"]


def test_a_password_under_a_key_that_only_looks_like_boots_is_one(tmp_path: Path) -> None:
    text = "spring:\n  redis:\n    pool:\n      host: h\n      password: s3cretOfOurs4Today\n"
    assert fired(tmp_path, {YML: text}, "password-in-repo") == [f"password-in-repo {YML}:5"]


OWN = "app:\n  redis:\n    host: %s\n    password: s3cretOfOurs4Today\n%s"


@pytest.mark.parametrize(
    ("host", "more", "told"),
    [
        ("47.98.1.20", "", 1),
        ("10.0.0.5", "", 0),
        ("${HOST}", "", 0),
        ("47.98.1.20", "    ssl: true\n", 0),
        ("rediss://47.98.1.20:6380", "", 0),
    ],
)
def test_a_public_address_under_a_key_of_ones_own(
    tmp_path: Path, host: str, more: str, told: int
) -> None:
    found = fired(tmp_path, {YML: OWN % (host, more)}, "client-plaintext")
    assert found == [f"client-plaintext-remote {YML}:3"] * told


def test_empty_nodes_mean_standalone(tmp_path: Path) -> None:
    (found,) = boot(tmp_path, "spring:\n  redis:\n    host: h\n    cluster:\n      nodes:\n")
    assert shown(found, "mode") == "standalone"


def test_sentinel_wins_over_cluster_and_host_is_ignored(tmp_path: Path) -> None:
    text = "spring:\n  redis:\n    host: h\n    sentinel: {master: main, nodes: 's1:26379'}\n    cluster: {nodes: 'a:1'}\n"
    (found,) = boot(tmp_path, text)
    assert shown(found, "mode") == "sentinel"
    assert shown(found, "ignored-host") == "h"


def test_keys_of_other_prefixes_are_not_boots(tmp_path: Path) -> None:
    assert (
        boot(tmp_path, "redis:\n  cluster:\n    nodes: a:1\nspring:\n  my:\n    redis: {host: x}\n")
        == []
    )


def test_a_redis_stack_file_or_compose_file_is_not_read(tmp_path: Path) -> None:
    assert boot(tmp_path, "services:\n  app:\n    environment:\n      spring.redis.host: x\n") == []


OLD = "spring:\n  redis:\n    host: cache\n    timeout: 1s\n"


@pytest.mark.parametrize(
    ("release", "silent"), [("2.7.18", True), ("3.0.0", False), ("3.4.1", False)]
)
def test_the_old_prefix_is_ignored_from_boot_3_on(
    tmp_path: Path, release: str, silent: bool
) -> None:
    found = fired(tmp_path, {YML: OLD, "pom.xml": boot_pom(release)}, "spring-boot-old-prefix")
    assert found == ([] if silent else [f"spring-boot-old-prefix {YML}:2"])


def test_without_a_manifest_no_prefix_is_wrong(tmp_path: Path) -> None:
    assert fired(tmp_path, {YML: OLD}, "spring-") == []


def test_the_migrator_translates_the_old_prefix(tmp_path: Path) -> None:
    more = "<dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-properties-migrator</artifactId></dependency>"
    files = {YML: OLD, "pom.xml": boot_pom("3.2.0", more)}
    assert fired(tmp_path, files, "spring-boot-old-prefix") == []


CLUSTER = "spring:\n  data:\n    redis:\n      timeout: 1s\n      cluster: {nodes: 'a:1,b:2'}\n"
CUSTOMIZER = """import org.springframework.boot.autoconfigure.data.redis.*;
import io.lettuce.core.*;
import io.lettuce.core.cluster.*;
@Configuration class RedisConfig {
  @Bean %s cz() { return %s; }
}"""


def customized(base: Path, type_name: str, code: str, text: str = CLUSTER) -> list[str]:
    files = {YML: text, "src/main/java/RedisConfig.java": CUSTOMIZER % (type_name, code)}
    return fired(base, files, "lettuce-no-topology", "spring-customizer")


def test_a_customizer_of_the_module_gives_boots_client_its_options(tmp_path: Path) -> None:
    code = "b -> b.clientOptions(ClusterClientOptions.builder().topologyRefreshOptions(ClusterTopologyRefreshOptions.enabled()).build())"
    assert customized(tmp_path, "LettuceClientConfigurationBuilderCustomizer", code) == []


def test_an_options_customizer_with_instanceof_counts(tmp_path: Path) -> None:
    code = "b -> { if (b instanceof ClusterClientOptions.Builder cb) cb.topologyRefreshOptions(ClusterTopologyRefreshOptions.enabled()); }"
    assert customized(tmp_path, "LettuceClientOptionsBuilderCustomizer", code) == []


def test_a_customizer_that_replaces_the_options_drops_boots(tmp_path: Path) -> None:
    text = CLUSTER + "      lettuce: {cluster: {refresh: {adaptive: true, period: 30s}}}\n"
    code = "b -> b.clientOptions(ClusterClientOptions.builder().maxRedirects(3).build())"
    found = customized(tmp_path, "LettuceClientConfigurationBuilderCustomizer", code, text)
    assert [f.split()[0] for f in found] == [
        "spring-customizer-replaces-options",
        "lettuce-no-topology-refresh",
    ]


FACTORY = """import org.springframework.data.redis.connection.*;
import org.springframework.data.redis.connection.lettuce.*;
@Configuration class RedisConfig {
  @Value("${spring.data.redis.cluster.nodes}") List<String> nodes;
  @Bean LettuceConnectionFactory f() { return new LettuceConnectionFactory(new RedisClusterConfiguration(nodes)); }
}"""


def test_an_own_factory_makes_the_properties_dead(tmp_path: Path) -> None:
    text = CLUSTER + "      lettuce: {cluster: {refresh: {adaptive: true, period: 30s}}}\n"
    found = fired(
        tmp_path,
        {YML: text, "src/main/java/RedisConfig.java": FACTORY},
        "lettuce-no-topology",
        "spring-property-ignored",
    )
    assert found == [
        "lettuce-no-topology-refresh src/main/java/RedisConfig.java:5",
        f"spring-property-ignored-by-bean {YML}:4",
    ]


def test_a_factory_in_a_module_that_is_not_used_changes_nothing(tmp_path: Path) -> None:
    files = {
        f"web/{YML}": CLUSTER,
        "web/pom.xml": boot_pom("3.4.0"),
        "batch/src/main/java/RedisConfig.java": FACTORY,
        "batch/pom.xml": boot_pom("3.4.0").replace("<artifactId>app<", "<artifactId>batch<"),
    }
    found = fired(tmp_path, files, "lettuce-no-topology")
    assert f"lettuce-no-topology-refresh web/{YML}:3" in found


def test_properties_with_continuations_comments_and_escapes() -> None:
    text = "# c\n! c\nspring.redis.host : a\\\n   b\nspring.redis.password=x\\u0041\\=\n#---\nkey value\n"
    first, second = properties.parse(Source("a.properties", text))
    assert [(e.key, e.value) for e in first] == [
        ("spring.redis.host", "ab"),
        ("spring.redis.password", "xA="),
    ]
    assert [(e.key, e.value) for e in second] == [("key", "value")]
    assert first[1].span.line == 5


@given(st.text(max_size=200))
def test_any_properties_text_has_places_inside_it(text: str) -> None:
    for entries in properties.parse(Source("a.properties", text)):
        for entry in entries:
            assert 0 <= entry.span.start <= entry.span.end <= len(text)
