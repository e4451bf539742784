# ruff: noqa: E501 - code under test is written as people write it
"""Kotlin's ways to say the same: apply, named arguments, properties, templates, lazy."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redislint.source import Source
from redislint.syntax import kotlin
from tests.readers.jvm import client, clients, fired, shown

NAME = "src/main/kotlin/Redis.kt"
IMPORTS = "import io.lettuce.core.*\nimport io.lettuce.core.cluster.*\n"
SPRING = "import org.springframework.data.redis.connection.*\nimport org.springframework.data.redis.connection.lettuce.*\n"


def test_nested_apply_blocks_build_the_options(tmp_path: Path) -> None:
    text = (
        IMPORTS
        + """val client = RedisClusterClient.create("redis://seed").apply {
    setOptions(ClusterClientOptions.builder().apply {
        topologyRefreshOptions(ClusterTopologyRefreshOptions.builder().apply { enablePeriodicRefresh() }.build())
    }.build())
}"""
    )
    found = client(tmp_path, text, NAME)
    assert shown(found, "periodic-refresh") is True
    assert shown(found, "adaptive-refresh") is False


def test_an_assignment_is_a_setter(tmp_path: Path) -> None:
    text = (
        IMPORTS
        + """fun make() = RedisClient.create(RedisURI.create("cache", 6379).also { it.timeout = Duration.ofSeconds(5) })"""
    )
    assert shown(client(tmp_path, text, NAME), "command-timeout") == 5.0


def test_a_default_argument_is_one_of_the_possible_values(tmp_path: Path) -> None:
    text = (
        IMPORTS
        + """class Redis(uri: String, private val options: ClusterClientOptions = ClusterClientOptions.create()) {
    val client = RedisClusterClient.create(uri).apply { setOptions(options) }
}"""
    )
    found = client(tmp_path, text, NAME)
    assert shown(found, "adaptive-refresh") == "unknown"


def test_string_templates_keep_what_is_known(tmp_path: Path) -> None:
    text = (
        IMPORTS
        + """class C(val host: String) { val c by lazy { RedisClient.create("rediss://$host:6379?timeout=2s") } }"""
    )
    found = client(tmp_path, text, NAME)
    assert (shown(found, "ssl"), shown(found, "command-timeout")) == (True, 2.0)
    assert [h.known for h in found.hosts] == [False]


def test_durations_of_kotlin_are_read(tmp_path: Path) -> None:
    text = (
        IMPORTS
        + """fun c() = RedisClient.create(RedisURI.builder().withHost("a").withTimeout(500.milliseconds.toJavaDuration()).build())"""
    )
    assert shown(client(tmp_path, text, NAME), "command-timeout") == 0.5


def test_beans_and_named_arguments_of_spring(tmp_path: Path) -> None:
    text = (
        SPRING
        + """@Configuration
class RedisConfig(@Value("\\${redis.host}") private val host: String) {
    @Bean
    fun clientConfig(): LettuceClientConfiguration = LettuceClientConfiguration.builder().commandTimeout(Duration.ofSeconds(1)).build()

    @Bean
    fun factory(config: LettuceClientConfiguration) =
        LettuceConnectionFactory(RedisClusterConfiguration(listOf("a:6379", "b:6379")).apply { setMaxRedirects(2) }, config)
}"""
    )
    found = client(tmp_path, text, NAME)
    assert [shown(found, n) for n in ("mode", "command-timeout", "max-redirects")] == [
        "cluster",
        1.0,
        2,
    ]
    assert [h.value for h in found.hosts] == ["a:6379", "b:6379"]


def test_when_and_elvis_give_alternatives(tmp_path: Path) -> None:
    text = (
        IMPORTS
        + """fun c(mode: String, given: ClientOptions?) {
    val client = RedisClient.create("redis://a")
    client.options = given ?: ClientOptions.builder().autoReconnect(false).build()
}"""
    )
    found = client(tmp_path, text, NAME)
    assert shown(found, "auto-reconnect") == "unknown"


def test_a_companion_object_does_not_confuse_it(tmp_path: Path) -> None:
    text = (
        IMPORTS
        + """class C {
    companion object {
        private const val T = 3L
    }
    fun c() = RedisClient.create(RedisURI.Builder.redis("a").withTimeout(Duration.ofSeconds(T)).build())
    fun other() = unknownName
}"""
    )
    assert shown(client(tmp_path, text, NAME), "command-timeout") == 3.0


def test_the_same_rule_speaks_in_kotlins_idiom(tmp_path: Path) -> None:
    text = IMPORTS + 'val client = RedisClusterClient.create("redis://seed")\n'
    assert fired(tmp_path, {NAME: text}, "lettuce-no-topology") == [
        f"lettuce-no-topology-refresh {NAME}:3"
    ]


def test_comments_and_own_classes_make_no_client(tmp_path: Path) -> None:
    text = "package shop\nimport com.acme.RedisClusterClient\n// RedisClusterClient.create(a)\nval c = RedisClusterClient.create(uri)\n"
    assert clients(tmp_path, {NAME: text}, "kotlin") == []


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    unit = kotlin.parse(Source("A.kt", text))
    for cls in [*unit.all_classes(), unit.top]:
        for method in cls.methods:
            assert method.body is None or method.body.kind == "block"


def test_true_false_and_null_are_values_not_names(tmp_path: Path) -> None:
    text = (
        IMPORTS
        + """val client = RedisClient.create("redis://cache").apply { setOptions(ClientOptions.builder().autoReconnect(false).build()) }"""
    )
    assert shown(client(tmp_path, text, NAME), "auto-reconnect") is False


@pytest.mark.parametrize(("call", "kept"), [("withRefresh()", True), ("withLimit()", False)])
def test_extension_functions_of_the_file(tmp_path: Path, call: str, kept: bool) -> None:
    text = f"""import io.lettuce.core.cluster.*
private fun ClusterClientOptions.Builder.withRefresh() = topologyRefreshOptions(ClusterTopologyRefreshOptions.enabled())
private fun ClusterClientOptions.Builder.withLimit(): ClusterClientOptions.Builder = maxRedirects(3)
fun make(uri: String) = RedisClusterClient.create(uri).also {{
    it.setOptions(ClusterClientOptions.builder().{call}.build())
}}
"""
    found = client(tmp_path, text, "src/main/kotlin/Redis.kt")
    assert found.get("periodic-refresh").is_true is kept


def test_extension_functions_of_the_class_are_followed_too(tmp_path: Path) -> None:
    text = """import io.lettuce.core.*
class Redis {
    fun start(p: Settings) = RedisClient.create(RedisURI.builder().withHost(p.host).shared(p).build())
    private fun RedisURI.Builder.shared(p: Settings): RedisURI.Builder { withTimeout(Duration.ofSeconds(5)); return this }
}
"""
    found = client(tmp_path, text, "src/main/kotlin/Redis.kt")
    assert shown(found, "command-timeout") == 5.0
