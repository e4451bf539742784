"""What a workload's pods share, and which of their files the server reads or may write."""

from __future__ import annotations

from pathlib import Path

from redislint.checking import check
from redislint.config import Config

WORKLOAD = """\
apiVersion: apps/v1
kind: {kind}
metadata: {{name: orders}}
spec:
  {copies}
  selector: {{matchLabels: {{app: orders}}}}
  template:
    metadata: {{labels: {{app: orders}}}}
    spec:
      containers:
        - name: redis
          image: {image}
          {command}
          volumeMounts:
            - {{name: data, mountPath: {place}}}
            {mount}
      volumes:
        - name: data
          persistentVolumeClaim: {{claimName: orders}}
        - name: conf
          configMap: {{name: orders}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: orders}}
data:
  redis.conf: |
    maxmemory 1gb
    appendonly yes
"""


def rules(tmp_path: Path, text: str) -> set[str]:
    (tmp_path / "orders.yaml").write_text(text)
    return {f.rule.name for f in check([str(tmp_path)], Config(select=["ALL"])).findings}


def workload(
    kind: str = "Deployment",
    copies: str = "replicas: 1",
    image: str = "redis:7.4.2",
    command: str = "",
    place: str = "/data",
    mount: str = "",
) -> str:
    return WORKLOAD.format(
        kind=kind, copies=copies, image=image, command=command, place=place, mount=mount
    )


def test_a_claim_hangs_at_an_update_whatever_the_configuration_says(tmp_path: Path) -> None:
    text = workload(command='command: ["redis-server", "/etc/elsewhere.conf"]')
    assert "k8s-deployment-rollingupdate-rwo" in rules(tmp_path, text)


def test_a_folder_of_its_own_in_the_claim_is_not_shared(tmp_path: Path) -> None:
    text = workload(kind="StatefulSet", copies="replicas: 3")
    assert "k8s-deployment-with-persistence" in rules(tmp_path, text)
    own = text.replace("mountPath: /data}", "mountPath: /data, subPathExpr: $(POD_NAME)}")
    assert "k8s-deployment-with-persistence" not in rules(tmp_path, own)


def test_the_stack_reads_its_own_file_only(tmp_path: Path) -> None:
    image = "redis/redis-stack-server:7.4.0-v0"
    name = "mountPath: /usr/local/etc/redis/redis.conf, subPath: redis.conf"
    other = workload(image=image, mount=f"- {{name: conf, {name}}}")
    assert "conf-not-passed-to-server" in rules(tmp_path, other)
    read = other.replace("/usr/local/etc/redis/redis.conf", "/redis-stack.conf")
    assert "conf-not-passed-to-server" not in rules(tmp_path, read)


def test_a_script_may_name_the_file(tmp_path: Path) -> None:
    mount = "- {name: conf, mountPath: /etc/redis}"
    text = workload(command='command: ["sh", "/scripts/start.sh"]', mount=mount)
    assert "conf-not-passed-to-server" not in rules(tmp_path, text)


def test_the_folders_of_somebodys_own_image_are_not_known(tmp_path: Path) -> None:
    for image in ("kubernetes/redis:v1", "registry.k8s.io/redis:e2e"):
        assert "dir-mismatch-mount" not in rules(
            tmp_path, workload(image=image, place="/redis-master-data")
        )


SENTINEL = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: watch}
spec:
  replicas: 3
  selector: {matchLabels: {app: watch}}
  template:
    metadata: {labels: {app: watch}}
    spec:
      initContainers:
        - name: copy
          image: redis:7.4.2
          command: [sh, -c, "cp /etc/redis/sentinel.conf /data/sentinel.conf"]
          volumeMounts: &mounts
            - {name: conf, mountPath: /etc/redis}
            - {name: data, mountPath: /data}
      containers:
        - name: sentinel
          image: redis:7.4.2
          command: [redis-sentinel, /data/sentinel.conf]
          volumeMounts: *mounts
      volumes:
        - {name: conf, configMap: {name: watch}}
        - {name: data, emptyDir: {}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: watch}
data:
  sentinel.conf: |
    sentinel monitor orders 10.0.0.4 6379 2
"""


def test_a_copied_file_can_be_written(tmp_path: Path) -> None:
    assert "sentinel-conf-read-only" not in rules(tmp_path, SENTINEL)
    mounted = SENTINEL.replace("/data/sentinel.conf]", "/etc/redis/sentinel.conf]")
    assert "sentinel-conf-read-only" in rules(tmp_path, mounted)
