# ruff: noqa: E501 - code under test is written as people write it
"""Templates and caches of Spring: how values are written, and whether entries end."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.checking import check
from redislint.config import Config
from tests.readers.jvm import fired

HEAD = "import org.springframework.data.redis.core.*;\nimport org.springframework.data.redis.cache.*;\n"
TEMPLATE = "@Bean RedisTemplate<String, Order> orders(RedisConnectionFactory f) {\n RedisTemplate<String, Order> t = new RedisTemplate<>();\n t.setConnectionFactory(f);\n %s\n return t;\n}"


@pytest.mark.parametrize(
    ("statements", "severity"),
    [
        ("", ["warning"]),
        ("t.setKeySerializer(K);", ["note"]),
        ("t.setKeySerializer(K); t.setHashKeySerializer(K);", ["note"]),
        ("t.setKeySerializer(K); t.setValueSerializer(V);", []),
        ("t.setDefaultSerializer(V);", []),
        ("t.setKeySerializer(K); prepare(t);", []),
    ],
)
def test_a_template_without_a_serializer_for_values(
    tmp_path: Path, statements: str, severity: list[str]
) -> None:
    (tmp_path / "C.java").write_text(f"{HEAD}class C {{\n{TEMPLATE % statements}\n}}")
    found = check([str(tmp_path)], Config()).findings
    told = [f for f in found if f.rule.name == "java-deserialization-redis"]
    assert [f.severity for f in told] == severity


ENDLESS = {
    "a name for the settings": "RedisCacheManager caches(RedisConnectionFactory f) {\n RedisCacheConfiguration c = RedisCacheConfiguration.defaultCacheConfig();\n return RedisCacheManager.builder(f).cacheDefaults(c).build();\n}",
    "settings changed further on": "RedisCacheManager caches(RedisConnectionFactory f) {\n var c = RedisCacheConfiguration.defaultCacheConfig(); var d = c.disableCachingNullValues();\n return RedisCacheManager.builder(f).cacheDefaults(d).build();\n}",
    "a writer and settings": "RedisCacheManager caches(RedisCacheWriter w) {\n RedisCacheConfiguration c = RedisCacheConfiguration.defaultCacheConfig();\n return new RedisCacheManager(w, c);\n}",
    "a bean of settings": "@Bean RedisCacheConfiguration settings() {\n RedisCacheConfiguration c = RedisCacheConfiguration.defaultCacheConfig().disableCachingNullValues();\n return c;\n}",
}


@pytest.mark.parametrize("how", ENDLESS)
def test_entries_without_an_end(tmp_path: Path, how: str) -> None:
    text = f"{HEAD}class C {{\n{ENDLESS[how]}\n}}"
    assert fired(tmp_path, {"C.java": text}, "keys-without") == ["keys-without-ttl-cache C.java:6"]
    ending = text.replace("defaultCacheConfig()", "defaultCacheConfig().entryTtl(T)")
    assert fired(tmp_path, {"C.java": ending}, "keys-without") == []
