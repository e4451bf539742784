"""Addresses in variables and commands → connections."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.checking import check
from redislint.config import Config
from redislint.linking.connections import addresses, of_name
from redislint.model.server import Server
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
        ("10.0.0.1:6379", [("10.0.0.1", 6379, None, None)]),
        ("6379", []),
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


SENTINELS = """\
services:
  main:
    image: redis:7.2
    networks: {back: {ipv4_address: 10.5.0.10}}
  watcher:
    image: redis:7.2
    command: sh -c "cp /etc/redis/sentinel.conf /data/sentinel.conf && redis-sentinel /data/sentinel.conf"
    volumes: ["./sentinel.conf:/etc/redis/sentinel.conf:ro"]
    networks: [back]
networks:
  back: {ipam: {config: [{subnet: 10.5.0.0/16}]}}
"""


def test_a_sentinel_that_starts_from_a_copy_watches_an_address(tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text(SENTINELS)
    (tmp_path / "sentinel.conf").write_text("sentinel monitor orders 10.5.0.10 6379 2\n")
    deployment = understand([tmp_path]).deployment
    (watches,) = [a for a in deployment.arrows if a.text == "watches"]
    assert (watches.source.label, watches.target.label) == ("service watcher", "service main")


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("cache", True),
        ("cache.shop.svc.cluster.local", True),
        ("store-0.cache", True),
        ("store-0.cache.shop.svc", True),
        ("cache.example.com", False),
    ],
)
def test_long_names_of_kubernetes(host: str, found: bool) -> None:
    server = Server("cache", None)
    assert of_name({"cache": [server]}, host) == ([server] if found else [])


WRONG_PORT = {
    "compose.yml": "services:\n  cache:\n    image: redis:7.2\n    ports: ['6380:6379']\n",
    "app/store.py": "import redis\n\nstore = redis.Redis(host='cache', port=6380)\n",
}


def _messages(folder: Path, files: dict[str, str], name: str) -> list[str]:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    report = check([str(folder)], Config(select=[name]))
    return [f.message for f in report.findings]


def test_a_message_names_the_other_end_of_the_connection(tmp_path: Path) -> None:
    assert _messages(tmp_path, WRONG_PORT, "wrong-port") == [
        "redis.Redis() connects to port 6380, but service cache listens on 6379 there: "
        "connections are refused; write 6379"
    ]


def test_an_example_in_the_documentation_is_no_client_of_the_deployment(tmp_path: Path) -> None:
    files = {
        "compose.yml": WRONG_PORT["compose.yml"],
        "docs/start.py": WRONG_PORT["app/store.py"],
    }
    assert _messages(tmp_path, files, "wrong-port") == []


TOLD = """\
services:
  cache:
    image: redis:7.2
    command: redis-server --appendonly yes
  web:
    build: .
    environment:
      REDIS_HOST: cache
      CACHE_URL: redis://cache:6379/1
"""
CODE = """\
import os
import redis

one = redis.Redis(host=os.environ["REDIS_HOST"])
two = redis.from_url(os.getenv("CACHE_URL", "redis://localhost:6379/0"))
other = redis.Redis(host=os.environ["NOBODY_SETS_IT"])
"""


def test_a_client_whose_host_is_a_variable_that_a_container_sets(tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text(TOLD)
    (tmp_path / "app.py").write_text(CODE)
    deployment = understand([tmp_path]).deployment
    assert [
        (a.source.label, a.target.label, a.text, a.span.line if a.span else None)
        for a in deployment.arrows
        if a.source.kind == "client"
    ] == [
        ("redis.Redis()", "service cache", "connects by REDIS_HOST", 8),
        ("redis.from_url()", "service cache", "connects by CACHE_URL", 9),
    ]


def test_a_variable_that_two_containers_set_differently_says_nothing(tmp_path: Path) -> None:
    second = TOLD + "  jobs:\n    image: redis:7.2\n  worker:\n    build: .\n"
    second += "    environment: {REDIS_HOST: jobs, CACHE_URL: 'redis://jobs:6379/1'}\n"
    (tmp_path / "compose.yml").write_text(second)
    (tmp_path / "app.py").write_text(CODE)
    deployment = understand([tmp_path]).deployment
    assert [a for a in deployment.arrows if a.source.kind == "client"] == []


BITNAMI = "services:\n  cache:\n    image: bitnami/redis:7.2\n    ports: ['6379:6379']\n"


@pytest.mark.parametrize(
    ("environment", "count"),
    [("", 0), ("    environment: [ALLOW_EMPTY_PASSWORD=yes]\n", 1)],
)
def test_bitnamis_image_is_open_only_where_it_is_told_to_be(
    tmp_path: Path, environment: str, count: int
) -> None:
    files = {"compose.yml": BITNAMI + environment}
    assert len(_messages(tmp_path, files, "implicit-replication-exposed-server")) == count
