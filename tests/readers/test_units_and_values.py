"""systemd units, Ansible files and chart values → containers, passwords and traps."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.checking import check
from redislint.config import Config
from redislint.model.container import Container
from tests.readers.trees import linked, read


def test_a_unit_is_a_server_on_the_host(tmp_path: Path) -> None:
    text = (
        "[Unit]\nAfter=network.target\n[Service]\nExecStart=/usr/bin/redis-server \\\n"
        "  --appendonly yes\nRestart=always\nLimitNOFILE=65535\nMemoryMax=2G\nTimeoutStopSec=5min\n"
    )
    found = read(tmp_path, "systemd", {"redis.service": text})
    assert len(found) == 1
    unit = found[0]
    assert isinstance(unit, Container)
    assert [v.value for v in unit.entrypoint or []] == [
        "/usr/bin/redis-server",
        "--appendonly",
        "yes",
    ]
    assert unit.get("restarts").value is True
    assert unit.get("ulimit-nofile").value == 65535
    assert unit.get("memory-limit").value == 2 * 1024**3
    assert unit.get("stop-grace").value == 300
    assert unit.get("network-mode").value == "host"


def test_a_unit_of_something_else_is_none(tmp_path: Path) -> None:
    text = "[Service]\nExecStart=/usr/bin/app\nAfter=redis-server.service\n"
    assert read(tmp_path, "systemd", {"app.service": text}) == []


def test_a_task_starts_a_container(tmp_path: Path) -> None:
    text = """\
- hosts: cache
  tasks:
    - block:
        - community.docker.docker_container:
            name: redis
            image: redis:7.2
            command: redis-server --appendonly yes
            published_ports: ["127.0.0.1:6379:6379", "6380:6380"]
            volumes: ["data:/data"]
"""
    found = read(tmp_path, "ansible", {"site.yml": text})
    assert len(found) == 1
    container = found[0]
    assert [(p.container, p.scope) for p in container.ports] == [
        (6379, "loopback"),
        (6380, "network"),
    ]
    assert [(m.kind, m.target) for m in container.mounts] == [("volume", "/data")]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("kX7wYw0cGJf2mQv9", ["password-in-repo"]),
        ('"{{ vault_redis }}"', []),
        ("!vault abc", []),
        ("<your-password>", []),
    ],
)
def test_variables_hold_passwords_only_where_they_are_literal(
    tmp_path: Path, value: str, expected: list[str]
) -> None:
    folder = tmp_path / "group_vars"
    folder.mkdir()
    (folder / "all.yml").write_text(f"redis_password: {value}\n")
    report = check([str(tmp_path)], Config(select=["password-in-repo"]))
    assert [f.rule.name for f in report.findings] == expected


VALUES = """\
redis:
  architecture: replication
  auth:
    enabled: false
  master:
    persistence:
      enabled: false
    resourcesPreset: nano
    service:
      type: LoadBalancer
"""


def traps(tmp_path: Path, text: str) -> list[tuple[str, int]]:
    found = read(tmp_path, "helm", {"values.yaml": text})
    return [(str(s.get("trap").value), s.anchor.line) for s in found]


def test_values_of_a_chart_below_its_key(tmp_path: Path) -> None:
    assert traps(tmp_path, VALUES) == [
        ("allow-empty-password", 4),
        ("k8s-persistence-disabled", 7),
        ("k8s-service-loadbalancer", 10),
        ("k8s-nano-preset", 8),
    ]


def test_a_chart_that_is_not_installed_has_no_traps(tmp_path: Path) -> None:
    assert traps(tmp_path, VALUES.replace("redis:\n", "redis:\n  enabled: false\n")) == []


def test_the_defaults_of_a_redis_chart_itself_are_left_to_its_users(tmp_path: Path) -> None:
    files = {"values.yaml": VALUES, "Chart.yaml": "name: redis\nversion: 1.0.0\n"}
    assert read(tmp_path, "helm", files) == []


def test_names_of_secret_keys_are_no_passwords(tmp_path: Path) -> None:
    text = "redis:\n  secretKeys:\n    REDIS_PASSWORD: redis_password\n"
    assert read(tmp_path, "helm", {"values.yaml": text}) == []


RELEASE = """\
architecture: replication
auth: {enabled: true}
image: {tag: 7.2.4}
master:
  resources: {limits: {memory: 1Gi}}
replica: {replicaCount: 2}
sentinel: {enabled: true, quorum: 3}
commonConfiguration: |-
  maxmemory 600mb
  maxmemory-policy allkeys-lru
"""


def test_the_server_that_a_charts_values_ask_for(tmp_path: Path) -> None:
    deployment = linked(tmp_path, "helm", {"redis-values.yaml": RELEASE}, [])
    server = deployment.of("server")[0]
    assert server.get("version").value == "7.2"
    assert server.get("maxmemory").value == 600 * 2**20
    assert server.get("maxmemory").span.line == 9
    assert server.get("appendonly").known is False
    assert server.links["container"].get("memory-limit").value == 2**30
    group = deployment.of("sentinel-group")[0]
    assert (group.get("size").value, group.get("quorum").value) == (2, 3)


HA = """\
replicas: 2
auth: false
redis:
  masterGroupName: mymaster
  config:
    maxmemory: 100mb
    save: "900 1"
  resources: {limits: {memory: 200Mi}}
sentinel: {quorum: 2}
persistentVolume: {enabled: false}
"""


def test_redis_ha_keeps_its_settings_in_a_table(tmp_path: Path) -> None:
    deployment = linked(tmp_path, "helm", {"values.yaml": HA}, [])
    server = deployment.of("server")[0]
    assert server.get("maxmemory").value == 100 * 2**20
    assert server.get("save").value == ((900, 1),)
    assert deployment.of("sentinel-group")[0].get("size").value == 2
    assert sorted(r.get("trap").value for r in deployment.of("resource")) == [
        "allow-empty-password",
        "k8s-persistence-disabled",
    ]


def test_a_cluster_charts_own_configuration(tmp_path: Path) -> None:
    text = 'usePassword: true\ncluster: {nodes: 6}\nredis:\n  configmap: "maxmemory 1q"\n'
    server = linked(tmp_path, "helm", {"values.yaml": text}, []).of("server")[0]
    assert [(s.name, s.args) for s in server.settings] == [("maxmemory", ("1q",))]
    assert server.settings[0].span.column == 15


def test_a_configuration_that_a_task_writes(tmp_path: Path) -> None:
    (tmp_path / "site.yml").write_text(
        "- hosts: redis\n  tasks:\n    - copy:\n        dest: /etc/redis/redis.conf\n"
        "        content: |\n          bind 0.0.0.0\n          maxmemory 1q\n"
    )
    report = check([str(tmp_path)], Config(select=["bad-memory-unit"]))
    assert [(f.span.line, f.span.column) for f in report.findings] == [(7, 11)]
