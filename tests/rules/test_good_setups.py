# ruff: noqa: E501 - configurations stand as they are
"""Setups that documentation and charts recommend stay silent: a finding on one of these is a bug."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.checking import check
from redislint.config import Config

IMAGE = {
    "snapshots each minute": {
        "compose.yaml": """\
services:
  redis:
    image: redis:8.2
    command: redis-server --save 60 1 --loglevel warning
    volumes: ["redis-data:/data"]
volumes:
  redis-data:
""",
    },
    "a folder with the configuration": {
        "compose.yaml": """\
services:
  redis:
    image: redis:8.2
    command: redis-server /usr/local/etc/redis/redis.conf
    volumes:
      - ./conf:/usr/local/etc/redis
      - redis-data:/data
volumes:
  redis-data:
""",
        "conf/redis.conf": "appendonly yes\nmaxmemory 512mb\nmaxmemory-policy noeviction\n",
    },
    "an image with the configuration": {
        "Dockerfile": """\
FROM redis:8.2
COPY redis.conf /usr/local/etc/redis/redis.conf
CMD ["redis-server", "/usr/local/etc/redis/redis.conf"]
""",
        "redis.conf": "bind * -::*\nprotected-mode yes\nuser default off\n"
        "user app on #5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8 ~app:* &app:* "
        "+@all -@admin -@dangerous\nappendonly yes\n",
    },
    "cache without a volume": {
        "compose.yaml": """\
services:
  cache:
    image: redis:8.2-alpine
    command: ["redis-server", "--save", "", "--appendonly", "no", "--maxmemory", "256mb", "--maxmemory-policy", "allkeys-lfu"]
    mem_limit: 512m
  app:
    image: example/app:1
    environment:
      CACHE_URL: redis://cache:6379/0
""",
    },
    "password from a secret": {
        "compose.yaml": """\
services:
  redis:
    image: redis:8.2
    command: sh -c 'exec redis-server --requirepass "$$(cat /run/secrets/redis)" --appendonly yes'
    secrets: [redis]
    volumes: ["redis-data:/data"]
    healthcheck:
      test: ["CMD-SHELL", "redis-cli -a $$(cat /run/secrets/redis) --no-auth-warning ping | grep -q PONG"]
secrets:
  redis:
    file: ./redis-password.txt
volumes:
  redis-data:
""",
    },
    "valkey with extra flags": {
        "compose.yaml": """\
services:
  valkey:
    image: valkey/valkey:8.1
    environment:
      VALKEY_EXTRA_FLAGS: --save 60 1 --loglevel warning
    volumes: ["valkey-data:/data"]
volumes:
  valkey-data:
""",
    },
    "health check and order": {
        "compose.yaml": """\
services:
  redis:
    image: redis:8.2-alpine
    restart: unless-stopped
    command: redis-server --appendonly yes
    stop_grace_period: 1m
    healthcheck:
      test: ["CMD-SHELL", "redis-cli ping | grep -q PONG"]
      interval: 5s
    volumes: ["data:/data"]
  web:
    image: example/web:1
    depends_on:
      redis: { condition: service_healthy }
volumes:
  data:
""",
    },
    "primary and replica": {
        "compose.yaml": """\
services:
  primary:
    image: redis:8.2
    command: redis-server --appendonly yes --requirepass ${REDIS_PASSWORD:?} --masterauth ${REDIS_PASSWORD:?}
    volumes: ["primary:/data"]
  replica:
    image: redis:8.2
    command: redis-server --appendonly yes --replicaof primary 6379 --requirepass ${REDIS_PASSWORD:?} --masterauth ${REDIS_PASSWORD:?}
    volumes: ["replica:/data"]
volumes:
  primary:
  replica:
""",
    },
}

CHARTS = {
    "bitnami redis": {
        "values.yaml": """\
image: { registry: docker.io, repository: bitnami/redis, tag: latest }
architecture: replication
auth: { enabled: true, sentinel: true, password: "", existingSecret: "" }
commonConfiguration: |-
  appendonly yes
  save ""
master:
  count: 1
  resourcesPreset: nano
  persistence: { enabled: true, path: /data, size: 8Gi }
  service: { type: ClusterIP, ports: { redis: 6379 } }
replica:
  replicaCount: 3
  persistence: { enabled: true, path: /data, size: 8Gi }
sentinel: { enabled: false, quorum: 2 }
""",
        "Chart.yaml": "apiVersion: v2\nname: redis\nversion: 20.1.0\nappVersion: 7.4.0\n",
    },
    "valkey": {
        "values.yaml": """\
image: { registry: docker.io, repository: valkey/valkey, tag: "" }
replicaCount: 1
service: { type: ClusterIP, port: 6379 }
dataStorage: { enabled: true, requestedSize: 5Gi }
auth: { enabled: true, usersExistingSecret: valkey-users }
valkeyConfig: ""
""",
        "Chart.yaml": "apiVersion: v2\nname: valkey\nversion: 0.7.0\nappVersion: 8.1.4\n",
    },
    "operator": {
        "cluster.yaml": """\
apiVersion: redis.redis.opstreelabs.in/v1beta2
kind: RedisCluster
metadata: { name: orders }
spec:
  clusterSize: 3
  clusterVersion: v7
  persistenceEnabled: true
  kubernetesConfig:
    image: quay.io/opstree/redis:v7.2.7
    redisSecret: { name: orders-redis, key: password }
  storage:
    volumeClaimTemplate:
      spec:
        accessModes: [ReadWriteOnce]
        resources: { requests: { storage: 10Gi } }
    nodeConfVolumeClaimTemplate:
      spec:
        accessModes: [ReadWriteOnce]
        resources: { requests: { storage: 1Gi } }
""",
    },
    "stateful set": {
        "redis.yaml": """\
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: sessions }
spec:
  serviceName: sessions
  replicas: 1
  selector: { matchLabels: { app: sessions } }
  template:
    metadata: { labels: { app: sessions } }
    spec:
      terminationGracePeriodSeconds: 120
      securityContext: { runAsUser: 999, runAsNonRoot: true, fsGroup: 999 }
      containers:
        - name: redis
          image: redis:8.2
          args: ["--appendonly", "yes", "--maxmemory", "600mb", "--maxmemory-policy", "noeviction", "--requirepass", "$(REDIS_PASSWORD)"]
          env:
            - name: REDIS_PASSWORD
              valueFrom: { secretKeyRef: { name: sessions, key: password } }
          ports: [{ containerPort: 6379 }]
          resources: { requests: { cpu: "1", memory: 1Gi }, limits: { memory: 1Gi } }
          startupProbe:
            exec: { command: ["sh", "-c", "redis-cli ping | grep -q -e PONG -e NOAUTH"] }
            failureThreshold: 60
            periodSeconds: 5
          livenessProbe:
            tcpSocket: { port: 6379 }
            timeoutSeconds: 5
          volumeMounts: [{ name: data, mountPath: /data }]
  volumeClaimTemplates:
    - metadata: { name: data }
      spec:
        accessModes: [ReadWriteOnce]
        resources: { requests: { storage: 5Gi } }
""",
    },
    "elasticache": {
        "cache.tf": """\
resource "aws_elasticache_replication_group" "sessions" {
  replication_group_id       = "sessions"
  description                = "sessions"
  engine                     = "valkey"
  engine_version             = "8.0"
  node_type                  = "cache.r7g.large"
  num_cache_clusters         = 2
  automatic_failover_enabled = true
  multi_az_enabled           = true
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  auth_token                 = var.auth_token
  snapshot_retention_limit   = 7
  snapshot_window            = "03:00-04:00"
  subnet_group_name          = aws_elasticache_subnet_group.private.name
  security_group_ids         = [aws_security_group.cache.id]
}
""",
    },
}

SENTINEL = {
    "three of them": {
        "sentinel.conf": "port 26379\nrequirepass ${PW}\nsentinel sentinel-pass ${PW}\nsentinel resolve-hostnames yes\n"
        "sentinel monitor orders 10.0.0.1 6379 2\nsentinel auth-pass orders ${PW}\n"
        "sentinel down-after-milliseconds orders 10000\nsentinel failover-timeout orders 180000\n"
        "sentinel parallel-syncs orders 1\n",
    },
}

PYTHON = {
    "asyncio": """\
import os

import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff


async def connect() -> redis.Redis:
    return redis.Redis(
        host=os.environ["REDIS_HOST"],
        password=os.environ["REDIS_PASSWORD"],
        ssl=True,
        socket_timeout=2,
        socket_connect_timeout=1,
        socket_keepalive=True,
        health_check_interval=30,
        max_connections=100,
        retry=Retry(ExponentialWithJitterBackoff(), 3),
    )
""",
    "from a URL": """\
import os

import redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

client = redis.Redis.from_url(
    os.environ["REDIS_URL"],
    retry=Retry(ExponentialBackoff(), 3),
    socket_timeout=2,
    socket_connect_timeout=1,
    health_check_interval=30,
    decode_responses=True,
)


def visit(user: str) -> int:
    with client.pipeline(transaction=True) as pipe:
        pipe.incr(f"visits:{user}")
        pipe.expire(f"visits:{user}", 86400)
        count, _ = pipe.execute()
    return int(count)
""",
    "sentinel": """\
import os

from redis.sentinel import Sentinel

password = os.environ["REDIS_PASSWORD"]
sentinel = Sentinel(
    [("sentinel-1", 26379), ("sentinel-2", 26379), ("sentinel-3", 26379)],
    sentinel_kwargs={"password": password, "socket_timeout": 1},
    password=password,
    socket_timeout=2,
    socket_connect_timeout=1,
    health_check_interval=30,
)
primary = sentinel.master_for("orders")
""",
    "lock": """\
import os

import redis

client = redis.Redis(host=os.environ["REDIS_HOST"], socket_timeout=2, socket_connect_timeout=1, health_check_interval=30)


def once() -> None:
    with client.lock("report", timeout=60, blocking_timeout=5):
        print("one at a time")
""",
}

SPRING = {
    "lettuce by properties": {
        "src/main/resources/application.yml": """\
spring:
  data:
    redis:
      host: ${REDIS_HOST}
      password: ${REDIS_PASSWORD}
      ssl: { enabled: true }
      timeout: 2s
      connect-timeout: 1s
""",
    },
    "cluster by properties": {
        "src/main/resources/application.yml": """\
spring:
  data:
    redis:
      cluster:
        nodes: redis-0:6379,redis-1:6379,redis-2:6379
        max-redirects: 3
      password: ${REDIS_PASSWORD}
      timeout: 2s
      connect-timeout: 1s
      lettuce:
        cluster:
          refresh: { adaptive: true, period: 30s }
""",
    },
}

JAVA = {
    "cluster client": """\
import io.lettuce.core.*;
import io.lettuce.core.cluster.*;
import java.time.Duration;
import java.util.List;

class Cluster {
  RedisClusterClient client(List<RedisURI> nodes) {
    ClusterTopologyRefreshOptions refresh = ClusterTopologyRefreshOptions.builder()
        .enablePeriodicRefresh(Duration.ofSeconds(30))
        .enableAllAdaptiveRefreshTriggers()
        .build();
    RedisClusterClient client = RedisClusterClient.create(nodes);
    client.setOptions(ClusterClientOptions.builder()
        .topologyRefreshOptions(refresh)
        .requestQueueSize(1000)
        .socketOptions(SocketOptions.builder()
            .connectTimeout(Duration.ofSeconds(1))
            .keepAlive(SocketOptions.KeepAliveOptions.builder().enable()
                .idle(Duration.ofSeconds(30)).interval(Duration.ofSeconds(10)).count(3).build())
            .tcpUserTimeout(SocketOptions.TcpUserTimeoutOptions.builder().enable()
                .tcpUserTimeout(Duration.ofSeconds(60)).build())
            .build())
        .timeoutOptions(TimeoutOptions.enabled(Duration.ofSeconds(2)))
        .build());
    return client;
  }
}
""",
}


def found(folder: Path, files: dict[str, str]) -> list[str]:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    report = check([folder], Config())
    assert report.errors == []
    assert report.files > 0
    return [f"{f.rule.name}: {f.message}" for f in report.findings]


@pytest.mark.parametrize("name", IMAGE)
def test_a_setup_of_the_official_image_is_silent(tmp_path: Path, name: str) -> None:
    assert found(tmp_path, IMAGE[name]) == []


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_or_resource_is_silent(tmp_path: Path, name: str) -> None:
    assert found(tmp_path, CHARTS[name]) == []


@pytest.mark.parametrize("name", SENTINEL)
def test_a_sentinel_is_silent(tmp_path: Path, name: str) -> None:
    assert found(tmp_path, SENTINEL[name]) == []


@pytest.mark.parametrize("name", PYTHON)
def test_a_redis_py_client_is_silent(tmp_path: Path, name: str) -> None:
    files = {"app.py": PYTHON[name], "requirements.txt": "redis==8.1.0\n"}
    assert found(tmp_path, files) == []


@pytest.mark.parametrize("name", SPRING)
def test_a_spring_application_is_silent(tmp_path: Path, name: str) -> None:
    assert found(tmp_path, SPRING[name]) == []


@pytest.mark.parametrize("name", JAVA)
def test_a_lettuce_client_is_silent(tmp_path: Path, name: str) -> None:
    assert found(tmp_path, {"src/main/java/Redis.java": JAVA[name]}) == []
