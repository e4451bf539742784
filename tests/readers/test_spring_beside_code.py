# ruff: noqa: E501 - code under test is written as people write it
"""What properties, annotations and start files say beside the code, and what the code takes of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readers.jvm import LETTUCE, OTHERS, boot_pom, clients, fired, shown

YML = "src/main/resources/application.yml"
CONFIG = "src/main/java/RedisConfig.java"
VALUES = (
    OTHERS
    + """import org.springframework.data.redis.connection.lettuce.*;
import java.time.Duration;
@Configuration class RedisConfig {
  @Value("${cache.timeout%s}") private long timeout;
  @Value("${cache.host}") private String host;
  @Bean LettuceConnectionFactory factory() {
    var config = LettuceClientConfiguration.builder().commandTimeout(Duration.ofMillis(timeout)).build();
    return new LettuceConnectionFactory(new RedisStandaloneConfiguration(host, 6379), config);
  }
}"""
)
PROPERTIES = "src/main/resources/application.properties"


@pytest.mark.parametrize(
    ("default", "properties", "seconds"),
    [
        ("", "cache.timeout=1500\ncache.host=h\n", 1.5),
        (":900", "cache.timeOut=1500\n", 1.5),
        ("", "cache.timeout=${cache.default}\ncache.default=700\n", 0.7),
        ("", "cache.timeout=${CACHE_TIMEOUT:700}\n", "unknown"),
        (":900", "cache.host=h\n", "unknown"),
    ],
)
def test_a_number_that_code_takes_from_the_properties(
    tmp_path: Path, default: str, properties: str, seconds: object
) -> None:
    (found,) = clients(tmp_path, {CONFIG: VALUES % default, PROPERTIES: properties})
    assert shown(found, "command-timeout") == seconds
    assert not found.hosts[0].known, "a host of the properties is the developer's"


def test_a_number_that_a_profile_changes_is_unknown(tmp_path: Path) -> None:
    other = "src/main/resources/application-prod.properties"
    files = {CONFIG: VALUES % "", PROPERTIES: "cache.timeout=0\n", other: "cache.timeout=900\n"}
    (found,) = clients(tmp_path, files)
    assert shown(found, "command-timeout") == "unknown"


BOUND = """import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
@ConfigurationProperties(%s"shop.cache")
public class CacheProperties {
  private Duration timeout;
  private Pool pool;
  public Duration getTimeout() { return timeout; }
  public Pool getPool() { return pool; }
  public static class Pool { private int maxTotal = 8; public int getMaxTotal() { return maxTotal; } }
}"""


@pytest.mark.parametrize("how", ["", "prefix = "])
def test_a_class_that_properties_fill(tmp_path: Path, how: str) -> None:
    code = (
        OTHERS
        + """import org.springframework.data.redis.connection.lettuce.*;
@Configuration class RedisConfig {
  @Bean LettuceConnectionFactory factory(CacheProperties p) {
    GenericObjectPoolConfig<?> pool = new GenericObjectPoolConfig<>();
    pool.setMaxTotal(p.getPool().getMaxTotal());
    var config = LettucePoolingClientConfiguration.builder().poolConfig(pool).commandTimeout(p.getTimeout()).build();
    return new LettuceConnectionFactory(new RedisStandaloneConfiguration("h", 6379), config);
  }
}"""
    )
    text = "shop:\n  cache:\n    timeout: 2s\n    pool:\n      max-total: 300\n"
    files = {CONFIG: code, YML: text, "src/main/java/CacheProperties.java": BOUND % how}
    (found,) = clients(tmp_path, files)
    assert (shown(found, "command-timeout"), shown(found, "pool-max-active")) == (2.0, 300)


def test_a_property_that_stands_for_another_one(tmp_path: Path) -> None:
    text = "wait: {redis: 0}\nspring:\n  redis:\n    host: h.internal\n    timeout: ${wait.redis}\n"
    files = {YML: text, "pom.xml": boot_pom("2.7.18")}
    assert fired(tmp_path, files, "spring-redis-timeout-zero") == [
        f"spring-redis-timeout-zero {YML}:5"
    ]


def test_redisson_inside_springs_yaml(tmp_path: Path) -> None:
    text = (
        "spring:\n  redis:\n    redisson:\n      config: |\n        singleServerConfig:\n"
        "          address: redis://h.internal:6379\n          pingConnectionInterval: 0\n"
    )
    assert fired(tmp_path, {YML: text}, "redisson-ping-off") == [f"redisson-ping-off {YML}:7"]


SESSION = (
    "spring:\n  %s:\n    host: shop.abc123.ng.0001.euw1.cache.amazonaws.com\n    timeout: 1s\n"
)


@pytest.mark.parametrize(
    ("boot", "prefix", "annotation", "told"),
    [
        ("2.7.18", "redis", "EnableRedisHttpSession", True),
        ("3.2.0", "data.redis", "EnableRedisHttpSession", False),
        ("3.2.0", "data.redis", "EnableRedisIndexedHttpSession", True),
        ("2.7.18", "redis", "EnableRedisWebSession", False),
    ],
)
def test_sessions_by_annotation(
    tmp_path: Path, boot: str, prefix: str, annotation: str, told: bool
) -> None:
    files = {
        YML: SESSION % prefix,
        "pom.xml": boot_pom(boot),
        "src/main/java/Sessions.java": f'@Configuration @{annotation}(redisNamespace = "x")\nclass Sessions {{}}\n',
    }
    assert bool(fired(tmp_path, files, "spring-session-config")) is told


@pytest.mark.parametrize(
    ("properties", "code", "told"),
    [
        ("spring.cache.type=redis\n", "@EnableCaching class A {}", True),
        (
            "spring.cache.type=redis\nspring.cache.redis.timeToLive=1h\n",
            "@EnableCaching class A {}",
            False,
        ),
        ("spring.cache.type=redis\n", "class A {}", False),
        ("spring.cache.type=caffeine\n", "@EnableCaching class A {}", False),
        (
            "spring.cache.type=redis\n",
            "@EnableCaching class A { @Bean RedisCacheConfiguration c() {} }",
            False,
        ),
    ],
)
def test_a_cache_of_properties_alone_without_an_end(
    tmp_path: Path, properties: str, code: str, told: bool
) -> None:
    files = {PROPERTIES: properties + "spring.redis.host=h\n", "src/main/java/A.java": code}
    assert bool(fired(tmp_path, files, "keys-without-ttl-cache")) is told


JEDIS_CODE = 'import redis.clients.jedis.*;\nclass A { JedisPooled c = new JedisPooled("primary.internal", 6379); }\n'


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "Dockerfile",
            "FROM x\nCMD java -Dsun.net.inetaddr.ttl=-1 -jar a.jar\n",
            ["jvm-dns-cache-forever Dockerfile:2"],
        ),
        ("Dockerfile", "FROM x\n# java -Dsun.net.inetaddr.ttl=-1\n", []),
        (
            "Dockerfile",
            "FROM x\nRUN echo networkaddress.cache.ttl=-1 >> java.security\n",
            ["jvm-dns-cache-forever Dockerfile:2"],
        ),
        (
            "start.sh",
            "java -Dnetworkaddress.cache.ttl=5 -jar a.jar\n",
            ["jvm-dns-ttl-ignored start.sh:1"],
        ),
        ("start.sh", "java -Dsun.net.inetaddr.ttl=5 -jar a.jar\n", []),
    ],
)
def test_what_the_jvm_is_told_about_addresses(
    tmp_path: Path, name: str, text: str, expected: list[str]
) -> None:
    files = {"src/main/java/A.java": JEDIS_CODE, name: text}
    assert fired(tmp_path, files, "jvm-dns") == expected


@pytest.mark.parametrize(
    ("method", "told"),
    [
        (
            'public String get(String k) { RedisClient c = RedisClient.create("redis://h"); return c.connect().sync().get(k); }',
            True,
        ),
        (
            '@Override public String get(String k) { RedisClient c = RedisClient.create("redis://h"); return c.connect().sync().get(k); }',
            True,
        ),
        (
            'public void get(String k) { RedisClient c = RedisClient.create("redis://h"); c.connect().sync().get(k); c.shutdown(); }',
            False,
        ),
        (
            'public RedisClient make() { RedisClient c = RedisClient.create("redis://h"); c.connect(); return c; }',
            False,
        ),
        (
            '@PostConstruct public void load() { RedisClient c = RedisClient.create("redis://h"); c.connect(); }',
            False,
        ),
    ],
)
def test_a_service_that_makes_a_client_for_each_call(
    tmp_path: Path, method: str, told: bool
) -> None:
    code = f"import io.lettuce.core.*;\n@Service class Store {{ {method} }}\n"
    found = fired(tmp_path, {"src/main/java/Store.java": code}, "lettuce-client-per-request")
    assert bool(found) is told


def test_a_kotlin_class_that_properties_fill(tmp_path: Path) -> None:
    code = """import org.springframework.data.redis.connection.*
import org.springframework.data.redis.connection.lettuce.*
@Configuration
class RedisConfig {
  @Bean
  fun factory(props: RedisProps) = LettuceConnectionFactory(
    RedisStandaloneConfiguration(props.host),
    LettuceClientConfiguration.builder().commandTimeout(Duration.ofMillis(props.timeout)).build(),
  )
}
"""
    props = '@ConfigurationProperties(prefix = "app.redis")\ndata class RedisProps(val host: String, val timeout: Long)\n'
    files = {
        "src/main/kotlin/RedisConfig.kt": code,
        "src/main/kotlin/RedisProps.kt": props,
        YML: "app:\n  redis:\n    timeout: 750\n",
    }
    found = clients(tmp_path, files, "kotlin")
    assert [shown(c, "command-timeout") for c in found] == [0.75]


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("connection-timeout", True),
        ("connectionTimeout", True),
        ("lettuce.pool.maxTotal", True),
        ("connect-timeout", False),
        ("retry-count", True),
        ("redisson.file", False),
    ],
)
def test_keys_that_are_called_otherwise_elsewhere(tmp_path: Path, key: str, told: bool) -> None:
    files = {
        PROPERTIES: f"spring.data.redis.host=h\nspring.data.redis.{key}=5\n",
        "pom.xml": boot_pom("3.2.0"),
    }
    assert bool(fired(tmp_path, files, "spring-property-unknown")) is told


@pytest.mark.parametrize(("number", "told"), [("3", True), ("0", False), ("${DB:3}", False)])
def test_boot_drops_a_database_beside_nodes(tmp_path: Path, number: str, told: bool) -> None:
    text = f"spring.data.redis.cluster.nodes=a:1,b:2\nspring.data.redis.database={number}\n"
    assert bool(fired(tmp_path, {PROPERTIES: text}, "cluster-multiple-databases")) is told


@pytest.mark.parametrize(
    ("verifier", "told"),
    [
        ("(host, session) -> true", True),
        ("(host, session) -> { return true; }", True),
        ("NoopHostnameVerifier.INSTANCE", True),
        ('(host, session) -> host.endsWith(".internal")', False),
        ("verifier", False),
    ],
)
def test_a_verifier_of_host_names_that_accepts_all(
    tmp_path: Path, verifier: str, told: bool
) -> None:
    code = (
        "import redis.clients.jedis.*;\nclass A { void f(HostnameVerifier verifier) {\n"
        'var c = new JedisPooled(new HostAndPort("a.internal", 6379), DefaultJedisClientConfig.builder()'
        f'.ssl(true).hostnameVerifier({verifier}).build()); c.get("k"); }} }}\n'
    )
    assert bool(fired(tmp_path, {"src/main/java/A.java": code}, "jvm-tls")) is told


NODES = "spring:\n  redis:\n    cluster:\n      nodes: a.internal:6379,b.internal:6379\n"
REFRESH = (
    "spring.redis.timeout=2s\nspring.redis.lettuce.cluster.refresh.adaptive=true\n"
    "spring.redis.lettuce.cluster.refresh.period=30s\n"
)


def test_yaml_and_properties_side_by_side_are_one_client(tmp_path: Path) -> None:
    files = {YML: NODES, PROPERTIES: REFRESH, "pom.xml": boot_pom("2.7.18")}
    topics = ("lettuce-no-topology-refresh", "spring-redis-timeout", "lettuce-default-timeout")
    assert fired(tmp_path, files, *topics) == []


@pytest.mark.parametrize(("yaml", "properties", "told"), [("0", "3s", False), ("3s", "0", True)])
def test_properties_win_over_yaml(tmp_path: Path, yaml: str, properties: str, told: bool) -> None:
    files = {
        YML: f"spring:\n  redis:\n    host: a.internal\n    timeout: {yaml}\n",
        PROPERTIES: f"spring.redis.timeout={properties}\n",
        "pom.xml": boot_pom("2.7.18"),
    }
    assert bool(fired(tmp_path, files, "spring-redis-timeout-zero")) is told


CUSTOMIZED = "ClusterClientOptions.builder().topologyRefreshOptions(ClusterTopologyRefreshOptions.enabled()).build()"
KOTLIN = "src/main/kotlin/RedisConfig.kt"


@pytest.mark.parametrize(
    ("path", "bean"),
    [
        (
            KOTLIN,
            "@Bean fun c() = LettuceClientConfigurationBuilderCustomizer { it.clientOptions(%s) }",
        ),
        (
            KOTLIN,
            "@Bean fun c(): LettuceClientConfigurationBuilderCustomizer {\n"
            "return LettuceClientConfigurationBuilderCustomizer { b -> b.clientOptions(%s) } }",
        ),
        (
            CONFIG,
            "@Bean LettuceClientConfigurationBuilderCustomizer c() { return this::tune; }\n"
            "void tune(LettuceClientConfiguration.LettuceClientConfigurationBuilder b) { b.clientOptions(%s); }",
        ),
    ],
)
def test_customizers_made_of_a_lambda_or_a_method(tmp_path: Path, path: str, bean: str) -> None:
    files = {
        YML: NODES,
        "pom.xml": boot_pom("2.7.18"),
        path: "import io.lettuce.core.cluster.*\n" * path.endswith("kt")
        + "@Configuration class RedisConfig {\n"
        + bean % CUSTOMIZED
        + "\n}\n",
    }
    assert fired(tmp_path, files, "lettuce-no-topology-refresh") == []


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("maxRedirects(3)", True),
        ("topologyRefreshOptions(ClusterTopologyRefreshOptions.enabled())", False),
    ],
)
def test_beans_whose_type_only_their_body_tells(tmp_path: Path, options: str, told: bool) -> None:
    code = f"""import org.springframework.data.redis.connection.*
import org.springframework.data.redis.connection.lettuce.*
import io.lettuce.core.cluster.*
@Configuration
class RedisConfig {{
  @Bean fun options() = ClusterClientOptions.builder().{options}.build()
  @Bean fun lettuce(o: ClusterClientOptions) = LettuceClientConfiguration.builder().clientOptions(o).build()
  @Bean fun factory(p: P, c: LettuceClientConfiguration) = LettuceConnectionFactory(RedisClusterConfiguration(p.nodes), c)
}}
"""
    files = {KOTLIN: code, "pom.xml": boot_pom("2.7.18")}
    assert bool(fired(tmp_path, files, "lettuce-no-topology-refresh")) is told


@pytest.mark.parametrize(
    ("code", "told"),
    [("", 1), ("if (p.isSsl()) { use(LettuceClientConfiguration.builder().useSsl()); }", 0)],
)
def test_tls_that_the_bean_never_reads(tmp_path: Path, code: str, told: int) -> None:
    bean = f"""{LETTUCE}
@Configuration
class RedisConfig {{
  @Bean RedisConnectionFactory factory(Settings p) {{
    {code}
    return new LettuceConnectionFactory(new RedisStandaloneConfiguration(p.getHost(), 6379));
  }}
}}
"""
    yml = "spring:\n  data:\n    redis:\n      host: ${HOST}\n      ssl:\n        enabled: true\n"
    files = {"src/main/java/RedisConfig.java": bean, "src/main/resources/application.yml": yml}
    found = fired(tmp_path, files, "spring-property-ignored")
    assert found == ["spring-property-ignored-by-bean src/main/resources/application.yml:6"] * told
