"""Whom Services lead to and what probes ask, as manifests write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.checking import check
from redislint.config import Config

SET = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis}
spec:
  serviceName: redis-pods
  replicas: 3
  selector: {matchLabels: {app: redis}}
  template:
    metadata: {labels: {app: redis}}
    spec:
      initContainers:
        - name: role
          image: busybox
          command: [sh, -c, "[ $(hostname) = redis-0 ] || echo replicaof redis-0.redis-pods 6379 >> /conf/redis.conf"]
          volumeMounts: [{name: conf, mountPath: /conf}]
      containers:
        - name: redis
          image: redis:7.4.2
          command: [redis-server, /conf/redis.conf]
          volumeMounts: [{name: conf, mountPath: /conf}]
      volumes: [{name: conf, emptyDir: {}}]
---
apiVersion: v1
kind: Service
metadata: {name: redis}
spec:
  selector: {app: redis}
  ports: [{port: 6379}]
"""


def lines(tmp_path: Path, text: str, rule: str) -> list[int]:
    (tmp_path / "redis.yaml").write_text(text)
    report = check([str(tmp_path)], Config(select=["ALL"]))
    return [f.span.line for f in report.findings if f.rule.name == rule]


def test_a_service_of_a_set_whose_first_pod_is_the_primary(tmp_path: Path) -> None:
    assert lines(tmp_path, SET, "k8s-service-selects-replicas") == [27]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("selector: {app: redis}\n  ports", "clusterIP: None\n  selector: {app: redis}\n  ports"),
        ("metadata: {name: redis}\nspec:\n  selector", "metadata: {name: redis-read}\nspec:\n  selector"),
        ("replicas: 3", "replicas: 1"),
        ("{port: 6379}", "{port: 9121, name: metrics}"),
        ("      volumes: [{", "        - {name: sentinel, image: redis:7.4.2}\n      volumes: [{"),
    ],
    ids=["headless", "for reading", "one pod", "metrics", "Sentinel"],
)  # fmt: skip
def test_a_service_that_breaks_no_write(tmp_path: Path, old: str, new: str) -> None:
    assert old in SET
    assert lines(tmp_path, SET.replace(old, new), "k8s-service-selects-replicas") == []


def test_a_primary_with_a_service_of_its_own(tmp_path: Path) -> None:
    more = """\
---
apiVersion: v1
kind: Service
metadata: {name: redis-write}
spec:
  selector: {"statefulset.kubernetes.io/pod-name": redis-0}
  ports: [{port: 6379}]
"""
    assert lines(tmp_path, SET + more, "k8s-service-selects-replicas") == []


PROBE = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis}
spec:
  replicas: 3
  selector: {matchLabels: {app: redis}}
  template:
    metadata: {labels: {app: redis}}
    spec:
      containers:
        - name: redis
          image: redis:7.4.2
          livenessProbe:
            exec:
              command: [sh, -c, "%s"]
"""


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("redis-cli -h redis-master ping", True),
        ("redis-cli -a secret -h $REDIS_MASTER_HOST -p 6379 ping", True),
        ("/health/ping_liveness_local_and_master.sh 5", True),
        ("redis-cli -h $(hostname) ping", False),
        ("redis-cli -h localhost ping", False),
        ("redis-cli -h $POD_IP ping", False),
        ("redis-cli ping", False),
    ],
)
def test_whom_a_liveness_probe_asks(tmp_path: Path, command: str, found: bool) -> None:
    told = lines(tmp_path, PROBE % command, "k8s-liveness-depends-on-master")
    assert bool(told) is found


TUNED = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: redis}
spec:
  selector: {matchLabels: {app: redis}}
  template:
    metadata: {labels: {app: redis}}
    spec:
      initContainers:
        - name: first
          image: busybox
          command: [sh, -c, "%s"]
      containers:
        - name: redis
          image: redis:7.4.2
"""


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("echo never > /sys/kernel/mm/transparent_hugepage/enabled", [10]),
        ("echo never > /host-sys/kernel/mm/transparent_hugepage/enabled", [10]),
        ("sysctl -w net.core.somaxconn=1024", [10]),
        ("echo 1 > /proc/sys/vm/overcommit_memory", [10]),
        ("chown -R 999:999 /data", []),
    ],
)
def test_an_init_container_that_tunes_the_node(
    tmp_path: Path, command: str, found: list[int]
) -> None:
    assert lines(tmp_path, TUNED % command, "k8s-thp-no-node-tuning") == found
