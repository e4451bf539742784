"""Addresses in variables and commands → connections."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.linking.connections import addresses
from redislint.understand import understand


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("redis://cache", [("cache", 6379, False, None)]),
        ("rediss://u:p@cache:6380/2", [("cache", 6380, True, 2)]),
        ("cache:7000", [("cache", 7000, None, None)]),
        ("cache", [("cache", None, None, None)]),
        ("a:26379,b:26379", [("a", 26379, None, None), ("b", 26379, None, None)]),
        ("http://cache:80", []),
        ("10.0.0.1:6379", []),
    ],
)
def test_addresses(text: str, found: list[tuple[object, ...]]) -> None:
    assert [(a.host, a.port, a.tls, a.database) for a in addresses(text)] == found


COMPOSE = """\
services:
  app:
    image: shop/app:1
    environment:
      REDIS_HOST: cache
      REDIS_PORT: "7000"
  exporter:
    image: oliver006/redis_exporter:v1
    command: ["--redis.addr=redis://cache:6379"]
  cache:
    image: redis:7.2
"""


def test_a_port_beside_the_host_and_a_url_in_a_command(tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text(COMPOSE)
    deployment = understand([tmp_path]).deployment
    told = {c.get("source").value: c.get("port").value for c in deployment.of("connection")}
    assert told == {"service app": 7000, "service exporter": 6379}
    assert {(a.source.label, a.text) for a in deployment.arrows if "connects" in a.text} == {
        ("service app", "connects by REDIS_HOST"),
        ("service exporter", "connects by its command"),
    }
