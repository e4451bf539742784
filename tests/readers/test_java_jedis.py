"""Jedis and Redisson clients, and traps in the use of any client."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.masking import masked_line
from tests.readers.jvm import OTHERS, body, client, findings, fired, read, shown

NAME = "src/main/java/Redis.java"


def test_numbers_of_a_jedis_pool_are_milliseconds(tmp_path: Path) -> None:
    text = body(
        """JedisPoolConfig config = new JedisPoolConfig();
    config.setMaxTotal(64);
    config.setMaxWaitMillis(500);
    use(new JedisPool(config, host, 6379, 1500));""",
        OTHERS,
    )
    found = client(tmp_path, text)
    assert found.library == "jedis"
    assert [
        shown(found, n)
        for n in ("pool-max-active", "pool-max-wait", "connect-timeout", "socket-timeout")
    ] == [64, 0.5, 1.5, 1.5]


def test_jedis_cluster_tells_its_timeouts_and_attempts_apart(tmp_path: Path) -> None:
    found = client(tmp_path, body("use(new JedisCluster(nodes, 1000, 3000, 7, config));", OTHERS))
    assert shown(found, "mode") == "cluster"
    assert [shown(found, n) for n in ("connect-timeout", "socket-timeout", "max-attempts")] == [
        1.0,
        3.0,
        7,
    ]


def test_the_boolean_of_a_jedis_constructor_is_tls(tmp_path: Path) -> None:
    fields = "static final boolean TLS = true;"
    text = body('use(new JedisPool(config, "cache", 6380, 1000, KEY, TLS));', OTHERS, fields)
    found = client(tmp_path, text)
    assert [shown(found, n) for n in ("ssl", "connect-timeout")] == [True, 1.0]


def test_numbers_of_a_jedis_cluster_that_come_from_elsewhere_are_no_defaults(
    tmp_path: Path,
) -> None:
    made = (
        "use(new JedisCluster(nodes, p.connect(), p.read(), p.attempts(), p.password(), config));"
    )
    found = client(tmp_path, body(made, OTHERS))
    assert [shown(found, n) for n in ("socket-timeout", "max-attempts")] == ["unknown", "unknown"]


def test_a_jedis_client_config_is_read(tmp_path: Path) -> None:
    found = client(
        tmp_path,
        body(
            """JedisClientConfig config = DefaultJedisClientConfig.builder()
        .connectionTimeoutMillis(300).socketTimeoutMillis(700).ssl(true).build();
    use(new JedisPooled(new HostAndPort("cache", 6379), config));""",
            OTHERS,
        ),
    )
    assert [shown(found, n) for n in ("connect-timeout", "socket-timeout", "ssl")] == [
        0.3,
        0.7,
        True,
    ]
    assert [h.value for h in found.hosts] == ["cache"]


def test_jedis_twins_of_lettuces_names_are_jedis(tmp_path: Path) -> None:
    text = """import redis.clients.jedis.RedisClusterClient;
class C { Object c = RedisClusterClient.builder().nodes(nodes).build(); }"""
    assert client(tmp_path, text).library == "jedis"


def test_defaults_of_jedis_and_its_own_pool(tmp_path: Path) -> None:
    found = client(tmp_path, body("use(new JedisPool(new JedisPoolConfig(), host, 6379));", OTHERS))
    assert [
        shown(found, n)
        for n in ("pool-max-active", "pool-max-wait", "socket-timeout", "pool-test-while-idle")
    ] == [8, -1.0, 2.0, True]


def test_redisson_sections_give_mode_and_options(tmp_path: Path) -> None:
    found = client(
        tmp_path,
        body(
            """Config config = new Config();
    config.useClusterServers().addNodeAddress("redis://a:6379", "redis://b:6379").setScanInterval(2000)
        .setRetryAttempts(0).setReadMode(ReadMode.MASTER);
    Redisson.create(config);""",
            OTHERS,
        ),
    )
    assert (found.library, shown(found, "mode")) == ("redisson", "cluster")
    assert [shown(found, n) for n in ("scan-interval", "retry-attempts", "read-mode")] == [
        2.0,
        0,
        "MASTER",
    ]


def test_redisson_defaults_follow_its_release(tmp_path: Path) -> None:
    found = client(
        tmp_path,
        body(
            """Config config = new Config();
    config.useSingleServer().setAddress(address);
    Redisson.create(config);""",
            OTHERS,
        ),
    )
    assert shown(found, "ping-connection-interval") == "unknown"
    assert found.under("3.13.5").get("ping-connection-interval").value == 0.0
    assert found.under("3.20.0").get("ping-connection-interval").value == 30.0


def test_redissons_own_file_is_a_client(tmp_path: Path) -> None:
    text = """clusterServersConfig:
  nodeAddresses:
  - "redis://10.0.0.1:7000"
  - "redis://10.0.0.2:7000"
  scanInterval: 60000
  password: ${PW}
  readMode: "SLAVE"
"""
    (found,) = read(tmp_path, "redissonconf", {"src/main/resources/redisson.yaml": text})
    assert shown(found, "mode") == "cluster"
    assert shown(found, "scan-interval") == 60.0
    assert [h.value for h in found.hosts] == ["redis://10.0.0.1:7000", "redis://10.0.0.2:7000"]
    assert found.get("scan-interval").span.line == 5


TRAPS = {
    "jedis-not-closed": "Jedis j = pool.getResource(); j.get(key);",
    "keys-command-on-cluster-or-large": 'for (String k : redisTemplate.keys("user:*")) { drop(k); }',
    "lock-without-ttl": 'redisTemplate.opsForValue().setIfAbsent("lock:" + id, token);',
    "java-deserialization-redis": "use(new JdkSerializationRedisSerializer());",
}
FIELDS = "private JedisPool pool; private StringRedisTemplate redisTemplate;"
IMPORTS = (
    OTHERS
    + "import org.springframework.data.redis.core.*;\nimport org.springframework.data.redis.serializer.*;\n"
)


@pytest.mark.parametrize("trap", sorted(TRAPS))
def test_a_trap_is_reported_at_its_line(tmp_path: Path, trap: str) -> None:
    text = body(TRAPS[trap], IMPORTS, FIELDS)
    line = 1 + text.split(TRAPS[trap])[0].count("\n")
    assert fired(tmp_path, {NAME: text}, trap) == [f"{trap} {NAME}:{line}"]


FINE = {
    "jedis-not-closed": [
        "try (Jedis j = pool.getResource()) { j.get(key); }",
        "Jedis j = pool.getResource(); try { j.get(key); } finally { j.close(); }",
        "Jedis j = pool.getResource(); hand(j);",
    ],
    "keys-command-on-cluster-or-large": ["map.keys(x);", "redisTemplate.scan(options);"],
    "lock-without-ttl": [
        'redisTemplate.opsForValue().setIfAbsent("lock:" + id, token, Duration.ofSeconds(30));',
        'redisTemplate.opsForValue().setIfAbsent("seen:" + id, "1");',
    ],
    "java-deserialization-redis": ["use(new StringRedisSerializer());"],
}


@pytest.mark.parametrize(("trap", "code"), [(t, c) for t, codes in FINE.items() for c in codes])
def test_what_is_right_is_not_reported(tmp_path: Path, trap: str, code: str) -> None:
    assert fired(tmp_path, {NAME: body(code, IMPORTS, FIELDS)}, trap) == []


def test_keys_of_different_slots_in_one_command_are_counted(tmp_path: Path) -> None:
    text = body(
        'cluster.sunion("{user}:a", "{user}:b"); cluster.sunion("a", "b");',
        OTHERS,
        "private JedisCluster cluster;",
    )
    found = fired(tmp_path, {NAME: text}, "cluster-crossslot")
    assert found == [f"cluster-crossslot {NAME}:10"]


CLUSTER = "c.useClusterServers().addNodeAddress(A, B).setScanInterval(900);"
CONFIGS = {
    "a bean": f"@Bean Config redisson() {{ Config c = new Config(); {CLUSTER} return c; }}",
    "a helper": f"Config make(boolean on) {{ Config c = new Config(); if (on) {CLUSTER} return c; }}",
    "a field": f"static Config MADE = make();\nstatic Config make() {{ Config c = new Config(); {CLUSTER} return c; }}",
}


@pytest.mark.parametrize("how", CONFIGS)
def test_a_configuration_that_is_handed_on_is_a_client(tmp_path: Path, how: str) -> None:
    held = 'static final String A = "redis://10.0.0.1:6379", B = "redis://10.0.0.2:6379";\n'
    found = client(tmp_path, f"{OTHERS}class Redis {{\n{held}{CONFIGS[how]}\n}}\n")
    assert (found.library, shown(found, "mode")) == ("redisson", "cluster")
    assert [h.value for h in found.hosts] == ["redis://10.0.0.1:6379", "redis://10.0.0.2:6379"]


def test_a_configuration_that_is_passed_makes_one_client(tmp_path: Path) -> None:
    text = """class Redis {
      Config settings() { Config c = new Config(); c.useSingleServer().setAddress("redis://a:1"); return c; }
      Object start() { return Redisson.create(settings()); }
    }"""
    found = client(tmp_path, OTHERS + text)
    assert found.anchor is not None
    assert found.anchor.text == "Redisson.create(settings())"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("Config c = new Config(); c.useSingleServer().setAddress(a); return Redisson.create();", 1),
        ("Config c = new Config(); c.useSingleServer().setAddress(a); return Redisson.create(c);", 0),
        ("Config c = new Config(); c.setThreads(4); return Redisson.create();", 0),
        ("Config c = new Config(); c.useSingleServer().setAddress(a); keep(c); return Redisson.create();", 0),
        ("return Redisson.create();", 0),
    ],
)  # fmt: skip
def test_a_configuration_that_is_left_out_is_told(tmp_path: Path, body: str, told: int) -> None:
    text = f"{OTHERS}class Redis {{\n Object start(String a) {{ {body} }}\n}}\n"
    assert (
        len(fired(tmp_path, {"src/main/java/Redis.java": text}, "redisson-config-unused")) == told
    )


SENTINELS = """import java.util.HashSet;
import java.util.Set;
import redis.clients.jedis.*;

class Redis {
    void start() {
        Set<String> sentinels = new HashSet<>();
        sentinels.add("10.0.0.1:26379");%s
        use(new JedisSentinelPool("mymaster", sentinels, config, 2000, "Xk39dkQ"));
    }
}
"""


def test_one_sentinel_in_a_set_is_told_at_its_address(tmp_path: Path) -> None:
    found = fired(tmp_path, {NAME: SENTINELS % ""}, "sentinel-client")
    assert found == [f"sentinel-client-single-address {NAME}:8"]


@pytest.mark.parametrize("more", ['"10.0.0.2:26379"', "args[0]"])
def test_several_sentinels_or_unknown_ones_are_fine(tmp_path: Path, more: str) -> None:
    text = SENTINELS % f"\n        sentinels.add({more});"
    assert fired(tmp_path, {NAME: text}, "sentinel-client") == []


def test_a_copy_of_a_list_that_nobody_knows_may_hold_more(tmp_path: Path) -> None:
    text = SENTINELS.replace("new HashSet<>()", "new HashSet<>(given)") % ""
    assert fired(tmp_path, {NAME: text}, "sentinel-client") == []


@pytest.mark.parametrize(
    "made",
    [
        'new JedisSentinelPool("mymaster", sentinels, config, 2000, "Xk39dkQ")',
        'new JedisCluster(nodes, 2000, 2000, 5, "Xk39dkQ", config)',
        'new JedisPool(config, "redis.internal", 6379, 2000, "Xk39dkQ")',
    ],
)
def test_a_password_among_the_arguments_is_told_and_not_shown(tmp_path: Path, made: str) -> None:
    (found,) = [
        f
        for f in findings(tmp_path, {NAME: body(f"use({made});", OTHERS)})
        if f.rule.name == "password-in-repo"
    ]
    assert masked_line(found.span)[0].strip() == f"use({made});".replace("Xk39dkQ", "****")


def test_the_name_of_a_cluster_client_is_no_password(tmp_path: Path) -> None:
    made = 'new JedisCluster(nodes, 2000, 2000, 5, given, "orders", config)'
    assert fired(tmp_path, {NAME: body(f"use({made});", OTHERS)}, "password") == []
