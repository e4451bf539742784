# ruff: noqa: E501 - code under test is written as people write it
"""How real Java code sets the options of Lettuce: the twelve idioms, followed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redislint.model.client import Client
from redislint.readers.jvm.read import context_of
from redislint.source import Source
from redislint.syntax import java
from tests.readers.jvm import body, client, clients, fired, shown

REFRESH = ("periodic-refresh", "adaptive-refresh")


def refresh(found: Client) -> tuple[object, object]:
    return shown(found, REFRESH[0]), shown(found, REFRESH[1])


def test_options_built_inline_are_those_of_the_client(tmp_path: Path) -> None:
    found = client(
        tmp_path,
        body("""var c = RedisClusterClient.create("redis://seed:6379");
        c.setOptions(ClusterClientOptions.builder().topologyRefreshOptions(ClusterTopologyRefreshOptions.enabled()).build());"""),
    )
    assert shown(found, "mode") == "cluster"
    assert refresh(found) == (True, True)
    assert [h.value for h in found.hosts] == ["seed:6379"]


def test_a_client_without_options_has_the_defaults_of_its_release(tmp_path: Path) -> None:
    found = client(tmp_path, body('RedisClusterClient.create("redis://seed").connect();'))
    assert refresh(found) == (False, False)
    assert refresh(found.under("7.0.0.RELEASE")) == (False, True)  # type: ignore[arg-type]
    assert found.anchor is not None
    assert found.anchor.text == 'RedisClusterClient.create("redis://seed")'


def test_options_set_in_one_branch_only_are_unknown(tmp_path: Path) -> None:
    found = client(
        tmp_path,
        body("""var b = ClusterTopologyRefreshOptions.builder();
        if (cfg.period() > 0) b.enablePeriodicRefresh(Duration.ofSeconds(cfg.period()));
        if (cfg.adaptive()) b.enableAllAdaptiveRefreshTriggers();
        RedisClusterClient c = RedisClusterClient.create(uri);
        c.setOptions(ClusterClientOptions.builder().topologyRefreshOptions(b.build()).build());"""),
    )
    assert refresh(found) == ("unknown", "unknown")
    assert found.get("adaptive-refresh").why == "it is set in one branch of the code only"


def test_a_builder_made_in_both_branches_is_followed_through_both(tmp_path: Path) -> None:
    found = client(
        tmp_path,
        body("""RedisClusterClient c = tls == null ? RedisClusterClient.create(a) : RedisClusterClient.create(a);
        c.setOptions(ClusterClientOptions.builder().maxRedirects(3).build());""").replace(
            "tls == null ? RedisClusterClient.create(a) : ", ""
        ),
    )
    assert shown(found, "max-redirects") == 3


def test_options_from_a_helper_that_is_not_there_are_unknown_with_the_reason(
    tmp_path: Path,
) -> None:
    found = client(
        tmp_path,
        body("""RedisClusterClient client = RedisClusterClient.create(uri);
        client.setOptions(RedisOpts.forCluster(props.getCluster()));"""),
    )
    assert refresh(found) == ("unknown", "unknown")
    assert found.open_why == "RedisOpts.forCluster is not among the files"


def test_options_from_a_helper_in_the_repository_are_read(tmp_path: Path) -> None:
    files = {
        "src/main/java/Redis.java": body(
            "RedisClusterClient c = RedisClusterClient.create(uri); c.setOptions(RedisOpts.cluster());"
        ),
        "src/main/java/RedisOpts.java": """import io.lettuce.core.cluster.*;
        class RedisOpts { static ClusterClientOptions cluster() {
          return ClusterClientOptions.builder().topologyRefreshOptions(ClusterTopologyRefreshOptions.enabled()).build(); } }""",
    }
    (found,) = clients(tmp_path, files)
    assert refresh(found) == (True, True)


def test_spring_factory_takes_mode_and_options_from_its_arguments(tmp_path: Path) -> None:
    found = client(
        tmp_path,
        body("""ClusterClientOptions clusterOpts = ClusterClientOptions.builder()
            .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder().enableAllAdaptiveRefreshTriggers().build()).build();
        var cc = LettuceClientConfiguration.builder().clientOptions(clusterOpts).commandTimeout(Duration.ofSeconds(1)).build();
        use(new LettuceConnectionFactory(new RedisClusterConfiguration(nodes), cc));"""),
    )
    assert shown(found, "mode") == "cluster"
    assert refresh(found) == (False, True)
    assert shown(found, "command-timeout") == 1.0
    assert shown(found, "framework") == "spring-data-redis"


BEANS = """import io.lettuce.core.*;
import org.springframework.data.redis.connection.*;
import org.springframework.data.redis.connection.lettuce.*;
@Configuration class RedisConfig {
  @Bean RedisConfiguration redisCfg() { return nodes.isEmpty() ? new RedisStandaloneConfiguration() : new RedisClusterConfiguration(nodes); }
  @Bean LettuceClientConfiguration lettuce() { return LettuceClientConfiguration.builder().commandTimeout(Duration.ofMillis(700)).build(); }
  @Bean LettuceConnectionFactory f(RedisConfiguration r, LettuceClientConfiguration c) { return new LettuceConnectionFactory(r, c); }
}"""


def test_beans_of_one_class_are_one_client_and_cluster_is_the_mode_to_judge(tmp_path: Path) -> None:
    found = client(tmp_path, BEANS)
    assert shown(found, "mode") == "cluster"
    assert shown(found, "command-timeout") == 0.7


def test_a_bean_of_another_file_of_the_module_is_found(tmp_path: Path) -> None:
    files = {
        "src/main/java/a/Factory.java": """import org.springframework.data.redis.connection.*;
        import org.springframework.data.redis.connection.lettuce.*;
        @Configuration class Factory { @Bean LettuceConnectionFactory f(RedisClusterConfiguration r, LettuceClientConfiguration c) {
          return new LettuceConnectionFactory(r, c); } }""",
        "src/main/java/b/RedisOptions.java": """import org.springframework.data.redis.connection.lettuce.*;
        @Configuration class RedisOptions { @Bean LettuceClientConfiguration c() {
          return LettuceClientConfiguration.builder().commandTimeout(Duration.ofSeconds(2)).build(); } }""",
    }
    (found,) = clients(tmp_path, files)
    assert shown(found, "mode") == "cluster"
    assert shown(found, "command-timeout") == 2.0


def test_options_set_through_mutate_keep_what_they_were_made_of(tmp_path: Path) -> None:
    found = client(
        tmp_path,
        body("""ClusterClientOptions base = ClusterClientOptions.builder()
            .topologyRefreshOptions(ClusterTopologyRefreshOptions.enabled()).build();
        var tuned = base.mutate().maxRedirects(3).build();
        RedisClusterClient c = RedisClusterClient.create(uri);
        c.setOptions(tuned);"""),
    )
    assert refresh(found) == (True, True)
    assert shown(found, "max-redirects") == 3


def test_plain_options_copied_into_cluster_options_are_kept(tmp_path: Path) -> None:
    found = client(
        tmp_path,
        body("""ClientOptions plain = ClientOptions.builder().requestQueueSize(100).build();
        RedisClusterClient c = RedisClusterClient.create(uri);
        c.setOptions(ClusterClientOptions.builder(plain).maxRedirects(2).build());"""),
    )
    assert shown(found, "request-queue-size") == 100
    assert shown(found, "max-redirects") == 2


def test_static_imports_and_lombok_val_are_followed(tmp_path: Path) -> None:
    text = """import io.lettuce.core.cluster.*;
import lombok.val;
import static io.lettuce.core.cluster.ClusterTopologyRefreshOptions.builder;
class Redis { void start() {
  val refresh = builder().enablePeriodicRefresh(Duration.ofMinutes(1)).build();
  val client = RedisClusterClient.create(uri);
  client.setOptions(ClusterClientOptions.builder().topologyRefreshOptions(refresh).build());
} }"""
    found = client(tmp_path, text)
    assert shown(found, "periodic-refresh") is True
    assert shown(found, "refresh-period") == 60.0


def test_a_generic_helper_of_the_class_changes_the_builder_it_gets(tmp_path: Path) -> None:
    text = """import io.lettuce.core.*;
import io.lettuce.core.cluster.*;
class Redis {
  <B extends ClientOptions.Builder> B tune(B b) { b.requestQueueSize(10); b.autoReconnect(true); return b; }
  void start() {
    RedisClusterClient c = RedisClusterClient.create(uri);
    c.setOptions(((ClusterClientOptions.Builder) tune(ClusterClientOptions.builder())).maxRedirects(4).build());
  } }"""
    found = client(tmp_path, text)
    assert shown(found, "request-queue-size") == 10
    assert shown(found, "max-redirects") == 4


def test_constants_and_units_give_the_duration(tmp_path: Path) -> None:
    found = client(
        tmp_path,
        body(
            """RedisURI uri = RedisURI.builder().withHost("cache").withTimeout(Duration.ofSeconds(TIMEOUT * 2)).build();
        RedisClient client = RedisClient.create(uri);
        client.setOptions(ClientOptions.builder().socketOptions(SocketOptions.builder().connectTimeout(500, TimeUnit.MILLISECONDS).build()).build());""",
            fields="private static final long TIMEOUT = 3L;",
        ),
    )
    assert shown(found, "command-timeout") == 6.0
    assert shown(found, "connect-timeout") == 0.5


def test_the_url_of_a_client_gives_timeout_tls_and_host_but_no_credentials(tmp_path: Path) -> None:
    found = client(
        tmp_path,
        body(
            'RedisClient.create("rediss://user:s3cret@cache:6380/2?timeout=250ms&verifyPeer=NONE");'
        ),
    )
    assert shown(found, "command-timeout") == 0.25
    assert shown(found, "ssl") is True
    assert shown(found, "verify-peer") is False
    assert shown(found, "database") == 2
    assert shown(found, "hosts") == "cache:6380"


def test_a_field_set_in_the_constructor_and_tuned_later_is_one_client(tmp_path: Path) -> None:
    text = """import io.lettuce.core.cluster.*;
class Redis {
  private final RedisClusterClient client;
  Redis(String uri) { this.client = RedisClusterClient.create(uri); }
  @PostConstruct void tune() {
    client.setOptions(ClusterClientOptions.builder().topologyRefreshOptions(ClusterTopologyRefreshOptions.enabled()).build());
  } }"""
    assert refresh(client(tmp_path, text)) == (True, True)


def test_an_optional_hook_leaves_the_options_as_the_code_builds_them(tmp_path: Path) -> None:
    text = """import io.lettuce.core.cluster.*;
class Redis {
  @Nullable private final Configurer<ClusterClientOptions.Builder> configurer;
  Redis(Configurer<ClusterClientOptions.Builder> configurer) { this.configurer = configurer; }
  RedisClusterClient client(String uri) {
    RedisClusterClient client = RedisClusterClient.create(uri);
    var builder = ClusterClientOptions.builder().autoReconnect(true);
    if (configurer != null) { builder = configurer.configure(builder); }
    client.setOptions(builder.build());
    return client;
  } }"""
    assert refresh(client(tmp_path, text)) == (False, False)


def test_a_builder_given_to_unread_code_is_open(tmp_path: Path) -> None:
    found = client(
        tmp_path,
        body("""var builder = ClusterClientOptions.builder();
        Tuning.apply(builder);
        RedisClusterClient c = RedisClusterClient.create(uri);
        c.setOptions(builder.build());"""),
    )
    assert refresh(found) == ("unknown", "unknown")


def test_readers_survive_unfinished_methods_and_ellipses(tmp_path: Path) -> None:
    text = """RedisClusterClient client = RedisClusterClient.create(...);
client.setOptions(ClusterClientOptions.builder()
    .topologyRefreshOptions(ClusterTopologyRefreshOptions.enabled())
    .build());
void unfinished() { if (x"""
    found = client(tmp_path, text)
    assert refresh(found) == (True, True)


def test_the_place_of_an_option_is_its_call(tmp_path: Path) -> None:
    found = client(
        tmp_path,
        body(
            'RedisClient c = RedisClient.create("redis://ümlaut");\n'
            "c.setOptions(ClientOptions.builder().autoReconnect(false).build());"
        ),
    )
    span = found.get("auto-reconnect").span
    assert span is not None
    assert span.text == "autoReconnect(false)"


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    unit = java.parse(Source("A.java", text))
    for cls in [*unit.all_classes(), unit.top]:
        for method in cls.methods:
            assert method.body is None or method.body.kind == "block"


_PIECES = st.sampled_from(
    [
        "RedisClusterClient c = RedisClusterClient.create(uri);",
        "c.setOptions(ClusterClientOptions.builder().build());",
        "if (x) { c.setOptions(o); } else { return; }",
        "for (var u : uris) { list.add(RedisURI.create(u)); }",
        "try { c.connect(); } finally { c.shutdown(); }",
        "run(() -> c.setOptions(null));",
        "class A { A() { this(1); } A(int i) { self(); } void self() { self(); } }",
        "void m() { m(); n(new B()); }",
        "switch (x) { case 1: c.connect(); default: break; }",
        "Object o = y == null ? c : y;",
        "}",
        "((",
    ]
)


@given(st.lists(_PIECES, max_size=12))
def test_any_order_of_statements_is_evaluated_without_an_error(pieces: list[str]) -> None:
    from redislint.readers import java as reader

    class Nothing:
        def find(self, path: str) -> None:
            return None

        def exists(self, path: str) -> bool:
            return False

        def glob(self, pattern: str) -> list[str]:
            return []

    for found in reader.read(Source("A.java", "\n".join(pieces)), Nothing()):  # type: ignore[arg-type]
        assert found.anchor is not None


def test_deeply_nested_code_is_left_unread(tmp_path: Path) -> None:
    text = body(
        "Object o = " + "(" * 3000 + "1" + ")" * 3000 + '; RedisClient.create("redis://a");'
    )
    found = fired(tmp_path, {"src/main/java/Redis.java": text}, "internal")
    assert found == []


def test_options_set_again_replace_the_whole_options(tmp_path: Path) -> None:
    refresh = "ClusterClientOptions.builder().topologyRefreshOptions(ClusterTopologyRefreshOptions.enabled()).build()"
    text = body(
        "var c = RedisClusterClient.create(uri);\n"
        f"c.setOptions({refresh});\nc.setOptions(ClusterClientOptions.builder().maxRedirects(2).build());"
    )
    assert not client(tmp_path, text).get("periodic-refresh").is_true


@pytest.mark.parametrize(("method", "opened"), [("setOptions", True), ("shutdown", False)])
def test_a_method_of_a_client_that_is_handed_on(tmp_path: Path, method: str, opened: bool) -> None:
    text = body(f"var c = RedisClusterClient.create(uri);\nlater.ifPresent(c::{method});")
    assert bool(client(tmp_path, text).open_why) is opened


@pytest.mark.parametrize(
    ("package", "kind"),
    [
        ("com/acme/cloud/sample/shop/orders/web", "application"),
        ("com/example/demo/config", "application"),
        ("com/acme/shop/demo/config", "example"),
        ("com/acme/shop/tools/redis/examples", "example"),
    ],
)
def test_a_sample_is_what_stands_near_the_file(package: str, kind: str) -> None:
    assert context_of(f"src/main/java/{package}/Redis.java") == kind
