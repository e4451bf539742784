"""An address in a client beside a managed cache."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.checking import check
from redislint.config import Config

CACHE = 'resource "%s" "shop" {\n  name = "shop"\n}\n'
CLIENT = 'import redis\n\nclient = redis.Redis(host="%s", socket_timeout=2)\n'


def told(tmp_path: Path, resource: str, host: str) -> list[tuple[str, int]]:
    (tmp_path / "cache.tf").write_text(CACHE % resource)
    (tmp_path / "shop.py").write_text(CLIENT % host)
    report = check([str(tmp_path)], Config(select=["managed-direct-ip"]))
    return [(f.span.path.rpartition("/")[2], f.span.line) for f in report.findings]


def test_a_private_address_beside_a_cache_that_has_a_name(tmp_path: Path) -> None:
    found = told(tmp_path, "aws_elasticache_replication_group", "10.0.3.17")
    assert found == [("shop.py", 3)]


@pytest.mark.parametrize(
    ("resource", "host"),
    [
        ("aws_elasticache_replication_group", "shop.x1.ng.0001.euw1.cache.amazonaws.com"),
        ("aws_elasticache_replication_group", "127.0.0.1"),
        ("google_redis_instance", "10.0.3.17"),
    ],
)
def test_a_name_a_loopback_or_a_service_of_addresses(
    tmp_path: Path, resource: str, host: str
) -> None:
    assert told(tmp_path, resource, host) == []


def test_a_server_of_the_files_may_have_the_address(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services:\n  redis:\n    image: redis:7.4.2\n")
    assert told(tmp_path, "aws_elasticache_replication_group", "10.0.3.17") == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('reader = redis.Redis(host="shop-002.x.0001.euw1.cache.amazonaws.com")', "ec-single-reader-node"),
        ('client = redis.Redis(host="shop-001.x.0001.euw1.cache.amazonaws.com")', "ec-node-endpoint-in-client"),
    ],
)  # fmt: skip
def test_a_node_is_told_once_by_what_it_is_for(tmp_path: Path, text: str, rule: str) -> None:
    (tmp_path / "shop.py").write_text(f"import redis\n\n{text}\n")
    both = ["ec-single-reader-node", "ec-node-endpoint-in-client"]
    report = check([str(tmp_path)], Config(select=both))
    assert [f.rule.name for f in report.findings] == [rule]
