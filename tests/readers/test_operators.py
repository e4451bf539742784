"""Custom resources of operators, and releases of charts, as they decide about servers."""

from __future__ import annotations

from pathlib import Path

from redislint.checking import check
from redislint.config import Config
from redislint.model.server import Server
from redislint.model.subject import Subject
from redislint.understand import understand


def subjects(base: Path, text: str) -> list[Subject]:
    """Everything that one manifest makes."""
    (base / "cr.yaml").write_text(text)
    return understand([str(base)]).deployment.subjects


def server(base: Path, text: str) -> Server:
    """The one server of a manifest."""
    found = [s for s in subjects(base, text) if isinstance(s, Server)]
    assert len(found) == 1
    return found[0]


def names(base: Path, text: str) -> set[str]:
    """The findings of a manifest."""
    (base / "cr.yaml").write_text(text)
    return {f.rule.name for f in check([str(base)], Config()).findings}


OT = """\
apiVersion: redis.redis.opstreelabs.in/v1beta2
kind: Redis
metadata:
  name: orders
spec:
  kubernetesConfig:
    image: quay.io/opstree/redis:v6.0.9
    redisSecret: {name: s, key: p}
    resources:
      limits: {memory: 1Gi}
  redisConfig:
    dynamicConfig: ["maxmemory 1gb", "appendonly yes"]
"""


def test_the_resource_of_ot_container_kit_is_a_server(tmp_path: Path) -> None:
    found = server(tmp_path, OT)
    assert found.get("end-of-life").value == "2022-04"
    assert found.get("maxmemory").value == 1024**3
    assert found.get("auth").value is True
    assert found.get("memory-limit").value == 1024**3


def test_what_the_operator_adds_is_unknown(tmp_path: Path) -> None:
    found = server(tmp_path, OT.replace("    redisSecret: {name: s, key: p}\n", ""))
    assert not found.get("auth").known
    assert not found.get("save").known


def test_a_failover_with_two_sentinels_has_no_majority(tmp_path: Path) -> None:
    text = (
        "apiVersion: databases.spotahome.com/v1\nkind: RedisFailover\nmetadata: {name: r}\n"
        "spec:\n  sentinel: {replicas: 2}\n  redis: {replicas: 3}\n"
    )
    assert "sentinel-fewer-than-three" in names(tmp_path, text)
    assert "sentinel-fewer-than-three" not in names(tmp_path, text.replace("2}", "3}"))


def test_the_settings_of_a_failover_are_those_of_the_server(tmp_path: Path) -> None:
    text = (
        "apiVersion: databases.spotahome.com/v1\nkind: RedisFailover\nmetadata: {name: r}\n"
        "spec:\n  sentinel: {replicas: 3}\n  redis:\n    image: redis:7.2\n    replicas: 3\n"
        '    customConfig: ["timeout 60", "tcp-keepalive 0"]\n'
    )
    assert server(tmp_path, text).get("tcp-keepalive").value == 0
    assert "tcp-keepalive-off" in names(tmp_path, text)


def test_a_table_of_settings_is_read(tmp_path: Path) -> None:
    text = (
        "apiVersion: redis.kun/v1alpha1\nkind: DistributedRedisCluster\nmetadata: {name: r}\n"
        "spec:\n  image: redis:5.0.4-alpine\n  masterSize: 3\n  config:\n    appendonly: 'yes'\n"
    )
    found = server(tmp_path, text)
    assert found.get("appendonly").value is True
    assert found.get("cluster-enabled").value is True
    assert "eol-version" in names(tmp_path, text)


def test_a_version_is_an_image_of_kubedb(tmp_path: Path) -> None:
    text = (
        "apiVersion: kubedb.com/v1\nkind: Redis\nmetadata: {name: r}\n"
        "spec: {version: 6.0.20, storageType: Durable}\n"
    )
    assert server(tmp_path, text).get("end-of-life").value == "2022-04"


def test_definitions_and_users_are_no_servers(tmp_path: Path) -> None:
    text = (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
        "metadata: {name: redis.x.y}\nspec: {names: {kind: Redis}}\n---\n"
        "apiVersion: x.io/v1\nkind: RedisUser\nmetadata: {name: u}\nspec: {image: redis:5.0}\n"
    )
    assert not [s for s in subjects(tmp_path, text) if isinstance(s, Server)]


RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: redis}
spec:
  chart:
    spec: {chart: redis, version: 19.x}
  values:
    architecture: standalone
    auth:
      enabled: false
"""


def test_the_values_of_a_release_are_read(tmp_path: Path) -> None:
    found = names(tmp_path, RELEASE)
    assert "allow-empty-password" in found
    assert names(tmp_path, RELEASE.replace("enabled: false", "existingSecret: s")) == set()


def test_values_that_are_a_text_are_read_at_their_line(tmp_path: Path) -> None:
    text = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: redis}\nspec:\n"
        "  source:\n    chart: valkey\n    helm:\n      values: |\n        auth:\n"
        "          enabled: false\n"
    )
    (tmp_path / "cr.yaml").write_text(text)
    found = check([str(tmp_path)], Config()).findings
    assert [(f.rule.name, f.span and f.span.line) for f in found] == [("allow-empty-password", 10)]


def test_the_size_of_a_cluster_counts_primaries_and_each_has_a_follower(tmp_path: Path) -> None:
    text = (
        "apiVersion: redis.redis.opstreelabs.in/v1beta2\nkind: RedisCluster\nmetadata: {name: r}\n"
        "spec:\n  clusterSize: 3\n  kubernetesConfig: {image: 'quay.io/opstree/redis:v7.2.7'}\n"
    )
    assert "cluster-no-replicas" not in names(tmp_path, text)
    assert "cluster-no-replicas" in names(tmp_path, text + "  redisFollower: {replicas: 0}\n")


ENTERPRISE = """\
apiVersion: app.redislabs.com/v1alpha1
kind: RedisEnterpriseDatabase
metadata: {name: orders}
spec:
  memorySize: 1GB
  shardCount: 2
  replication: false
  persistence: disabled
  tlsMode: disabled
  evictionPolicy: noeviction
"""


def test_a_database_of_redis_enterprise(tmp_path: Path) -> None:
    (tmp_path / "db.yaml").write_text(ENTERPRISE)
    found = understand([tmp_path]).deployment.of("managed-cache")[0]
    assert found.label == "RedisEnterpriseDatabase orders"
    wanted = {"shards": 2, "replicas": 0, "persistence": False, "transit-encryption": False}
    assert {name: found.get(name).value for name in wanted} == wanted
    place = found.get("persistence").span
    assert place is not None
    assert place.line == 8


def test_an_operator_publishes_the_bus_port_of_its_cluster_itself(tmp_path: Path) -> None:
    text = """\
apiVersion: redis.redis.opstreelabs.in/v1beta2
kind: RedisCluster
metadata:
  name: orders
spec:
  clusterSize: 3
  kubernetesConfig:
    image: quay.io/opstree/redis:v7.0.12
    service:
      serviceType: NodePort
"""
    assert not names(tmp_path, text) & {"cluster-bus-port-closed", "cluster-nat-no-announce"}


LEADER = """\
apiVersion: redis.redis.opstreelabs.in/v1beta1
kind: RedisCluster
metadata: {name: orders}
spec:
  clusterSize: 3
  redisLeader:
    redisConfig:
      maxmemory: "2gb"
      additionalRedisConfig: more
    resources:
      limits: {memory: 2Gi}
"""


def test_settings_and_limits_of_the_leaders_are_read(tmp_path: Path) -> None:
    found = server(tmp_path, LEADER)
    limit = found.get("maxmemory")
    assert limit.value == 2 * 1024**3
    assert limit.span is not None
    assert limit.span.line == 8
    assert found.links["container"].get("memory-limit").value == 2 * 1024**3
