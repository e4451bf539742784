"""Manifests → containers: what a pod, its Services and its ConfigMaps say."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redislint.checking import check
from redislint.config import Config
from redislint.model.container import Container
from redislint.model.server import Server
from redislint.readers import kubernetes
from redislint.readers.k8s.pods import quantity
from redislint.source import Source
from redislint.understand import understand

POD = """\
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: orders
spec:
  replicas: 2
  selector: {matchLabels: {app: orders}}
  template:
    metadata:
      labels: {app: orders}
    spec:
      terminationGracePeriodSeconds: 90
      containers:
        - name: redis
          image: redis:7.2.5
          command: ["redis-server", "/etc/redis/redis.conf"]
          resources:
            limits: {memory: 512Mi, cpu: 500m}
          livenessProbe:
            exec:
              command: ["sh", "-c", "redis-cli ping | grep PONG"]
            initialDelaySeconds: 10
            periodSeconds: 5
          volumeMounts:
            - {name: conf, mountPath: /etc/redis}
            - {name: data, mountPath: /data}
      volumes:
        - name: conf
          configMap: {name: redis}
  volumeClaimTemplates:
    - metadata: {name: data}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: redis
data:
  redis.conf: |
    appendonly yes

    maxmemory 300mb
---
apiVersion: v1
kind: Service
metadata:
  name: orders-redis
spec:
  type: LoadBalancer
  selector: {app: orders}
  ports: [{port: 6379}]
"""


class Nothing:
    """A repository of one file."""

    def find(self, path: str) -> Source | None:
        return None

    def exists(self, path: str) -> bool:
        return False

    def glob(self, pattern: str) -> list[str]:
        return []


@pytest.fixture
def server(tmp_path: Path) -> Server:
    (tmp_path / "redis.yaml").write_text(POD)
    servers = understand([tmp_path]).deployment.of("server")
    assert len(servers) == 1
    found = servers[0]
    assert isinstance(found, Server)
    return found


def container(server: Server) -> Container:
    found = server.links["container"]
    assert isinstance(found, Container)
    return found


def test_configuration_comes_from_the_config_map_at_its_true_line(server: Server) -> None:
    limit = server.get("maxmemory")
    assert limit.value == 300 * 1024**2
    assert limit.span is not None
    assert (limit.span.line, limit.span.column) == (41, 5)


def test_limits_are_read_in_the_units_of_kubernetes(server: Server) -> None:
    assert container(server).get("memory-limit").value == 512 * 1024**2
    assert container(server).get("cpu-limit").value == 0.5


def test_a_claim_template_keeps_the_data(server: Server) -> None:
    assert server.get("data-volume").value == "claim"
    assert server.get("data-survives").value is True


def test_a_load_balancer_reaches_the_internet(server: Server) -> None:
    assert server.get("exposed").value == "internet"
    assert "orders-redis" in container(server).names


def test_probe_times_add_up(server: Server) -> None:
    assert container(server).get("liveness-kill-after").value == 10 + 5 * 3
    assert container(server).get("liveness-timeout").value == 1
    assert server.get("strict-liveness").value is True


def test_copies_that_do_not_replicate_are_counted(server: Server) -> None:
    assert server.get("independent-copies").value == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("512Mi", 512 * 1024**2),
        ("1G", 10**9),
        ("250m", 0.25),
        ("2", 2),
        ("much", None),
        ("1Qi", None),
    ],
)
def test_quantities(text: str, expected: float | None) -> None:
    assert quantity(text) == expected


def names(tmp_path: Path, text: str, file: str = "app.yaml") -> list[tuple[str, int]]:
    (tmp_path / file).write_text(text)
    report = check([str(tmp_path)], Config(select=["ALL"]))
    return [(f.rule.name, f.span.line) for f in report.findings]


PASSWORD = """\
kind: Deployment
metadata: {name: shop}
spec:
  template:
    spec:
      containers:
        - name: shop
          image: shop:1
          env:
            - name: REDIS_PASSWORD
              value: %s
"""


def test_a_literal_password_in_the_environment_is_reported(tmp_path: Path) -> None:
    assert ("k8s-password-in-configmap", 11) in names(tmp_path, PASSWORD % "kX7wYw0cGJf2mQv9")


@pytest.mark.parametrize("value", ["$(REDIS_SECRET)", '"{{ .Values.password }}"', "<password>"])
def test_a_password_filled_in_elsewhere_is_not(tmp_path: Path, value: str) -> None:
    assert names(tmp_path, PASSWORD % value) == []


def test_what_a_template_leaves_open_is_not_judged(tmp_path: Path) -> None:
    text = """\
{{- if .Values.redis.enabled }}
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ include "x.fullname" . }}
spec:
  replicas: {{ .Values.replicas }}
  template:
    spec:
      containers:
        - name: redis
          image: "{{ .Values.image }}:{{ .Values.tag }}"
          command: ["redis-server", "--appendonly", "yes", "--save", "60 1"]
          {{- with .Values.mounts }}
          volumeMounts: {{- toYaml . | nindent 12 }}
          {{- end }}
{{- end }}
"""
    assert names(tmp_path, text, "redis.yaml") == []


def test_an_empty_dir_behind_a_condition_may_be_a_claim(tmp_path: Path) -> None:
    text = POD.split("---")[0].replace("configMap: {name: redis}", "emptyDir: {}")
    assert "{{" not in text
    text = text.replace(
        "  volumeClaimTemplates:", "  {{- if .Values.claim }}\n  volumeClaimTemplates:"
    )
    text = text.replace("- metadata: {name: data}", "- metadata: {name: data}\n  {{- end }}")
    assert "dir-not-on-volume" not in [name for name, _ in names(tmp_path, text, "redis.yaml")]


def test_an_internal_load_balancer_is_left_alone(tmp_path: Path) -> None:
    text = POD.split("---")[2]
    assert ("k8s-service-loadbalancer", 7) in names(tmp_path, text, "service.yaml")
    inside = text.replace(
        "  name: orders-redis",
        "  name: orders-redis\n  annotations:\n    cloud.google.com/load-balancer-type: Internal",
    )
    assert names(tmp_path, inside, "service.yaml") == []


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=" \n-:{}[]\"'abckind|>&*!ConfigMapdata.redis", max_size=200))
def test_no_text_stops_the_reader(text: str) -> None:
    for item in kubernetes.read(Source("x.yaml", "kind: ConfigMap\n" + text), Nothing()):
        assert item is not None


SHORT = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: example-redis-config}
data:
  redis-config: |
    maxmemory 2mib
    maxmemory-policy allkeys-lru
  redis.conf: "maxmemory 3q"
  master.conf: |
    port 80
"""


def test_a_short_configuration_is_known_by_the_name_of_its_key(tmp_path: Path) -> None:
    (tmp_path / "cm.yaml").write_text(SHORT)
    report = check([str(tmp_path)], Config(select=["bad-memory-unit"]))
    assert [(f.span.line, f.span.column) for f in report.findings] == [(6, 5), (8, 16)]


CHART = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-redis
spec:
  replicas: 1
%s
  selector: {matchLabels: {app: redis}}
  template:
    metadata: {labels: {app: redis}}
    spec:
      containers:
        - name: redis
          image: redis:7.2
          args: ["--appendonly", "yes"]
          volumeMounts: [{name: d, mountPath: /data}]
      volumes:
        - name: d
          persistentVolumeClaim: {claimName: redis-data}
"""


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("  minReadySeconds: {{ .Values.ready }}", True),
        (
            "  {{- with .Values.strategy }}\n  strategy: {{- toYaml . | nindent 4 }}\n  {{- end }}",
            False,
        ),
        ('  {{- include "redis.strategy" . | nindent 2 }}', False),
    ],
)
def test_a_template_leaves_open_only_what_it_may_write(
    tmp_path: Path, line: str, found: bool
) -> None:
    told = [name for name, _ in names(tmp_path, CHART % line, "redis.yaml")]
    assert ("k8s-deployment-rollingupdate-rwo" in told) is found


COPIED = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: redis-cfg}
data:
  redis.conf: |
    protected-mode no
    maxmemory 200mb
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis}
spec:
  template:
    spec:
      initContainers:
        - name: config
          image: busybox
          command: [sh, -c, "cp /tmp/redis/redis.conf /etc/redis/redis.conf%s"]
          volumeMounts: [{name: run, mountPath: /etc/redis}, {name: cfg, mountPath: /tmp/redis}]
      containers:
        - name: redis
          image: redis:7.2
          args: [/conf/redis.conf]
          volumeMounts: [{name: run, mountPath: /conf}]
      volumes: [{name: run, emptyDir: {}}, {name: cfg, configMap: {name: redis-cfg}}]
"""


@pytest.mark.parametrize(
    ("more", "complete"), [("", True), (" && echo port 1 >> /etc/redis/redis.conf", False)]
)
def test_a_configuration_that_an_init_container_copies(
    tmp_path: Path, more: str, complete: bool
) -> None:
    (tmp_path / "redis.yaml").write_text(COPIED % more)
    servers = understand([tmp_path]).deployment.of("server")
    assert [s.label for s in servers] == ["container redis"]
    assert [(s.name, s.span.line if s.span else 0) for s in servers[0].settings] == [
        ("protected-mode", 6),
        ("maxmemory", 7),
    ]
    assert servers[0].complete is complete
