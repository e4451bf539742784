# ruff: noqa: E501 - configurations stand on one line each
"""Good production configurations stay silent: a finding on one of these is a bug."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.checking import check
from redislint.config import Config
from redislint.knowledge.directives import table
from redislint.knowledge.servers import SERVERS

CONF = {
    "loopback": "bind 127.0.0.1 -::1\nport 6379\nappendonly yes\n",
    "password from outside": "bind 0.0.0.0\nrequirepass ${REDIS_PASSWORD}\nappendonly yes\nmaxmemory 2gb\n",
    "acl": "user default off\nuser app on +@all -@dangerous ~* >${APP_PASSWORD}\nappendonly yes\nbind 0.0.0.0\n",
    "cache": "bind 127.0.0.1\nmaxmemory 1gb\nmaxmemory-policy allkeys-lru\nsave \"\"\nappendonly no\n",
    "unix socket": "port 0\nunixsocket /run/redis/redis.sock\nunixsocketperm 770\nappendonly yes\n",
    "tls": "port 0\ntls-port 6379\ntls-cert-file /tls/cert.pem\ntls-key-file /tls/key.pem\ntls-ca-cert-file /tls/ca.pem\n"
    "requirepass ${REDIS_PASSWORD}\nappendonly yes\n",
    "replica": "bind 127.0.0.1\nreplicaof primary.internal 6379\nmasterauth ${REDIS_PASSWORD}\nrequirepass ${REDIS_PASSWORD}\n"
    "appendonly yes\n",
    "durable": "bind 127.0.0.1\nappendonly yes\nappendfsync everysec\nmin-replicas-to-write 1\nmin-replicas-max-lag 10\n",
    "helm template": "{{- if .Values.aof }}\nappendonly yes\n{{- end }}\nport {{ .Values.port }}\nrequirepass {{ .Values.password }}\n",
}  # fmt: skip

COMPOSE = {
    "internal": "services:\n  redis:\n    image: redis:8.2\n    command: redis-server --appendonly yes\n    volumes: ['data:/data']\nvolumes: { data: }\n",
    "loopback port": "services:\n  redis:\n    image: redis:8.2-alpine\n    ports: ['127.0.0.1:6379:6379']\n",
    "password": "services:\n  redis:\n    image: redis:8.2\n    command: ['redis-server', '--requirepass', '${REDIS_PASSWORD:?}', '--appendonly', 'yes']\n"
    "    ports: ['6379:6379']\n    volumes: ['data:/data']\nvolumes: { data: }\n",
    "valkey": "services:\n  valkey:\n    image: valkey/valkey:8.1\n    command: valkey-server --appendonly yes\n    volumes: ['data:/data']\nvolumes: { data: }\n",
    "limits": "services:\n  cache:\n    image: redis:8.2\n    command: redis-server --maxmemory 600mb --maxmemory-policy allkeys-lru --save ''\n"
    "    deploy: { resources: { limits: { memory: 1g } } }\n",
}  # fmt: skip

PYTHON = {
    "client": "import os\nimport redis\nfrom redis.backoff import ExponentialBackoff\nfrom redis.retry import Retry\n\n"
    "client = redis.Redis(host=os.environ['REDIS_HOST'], password=os.environ['REDIS_PASSWORD'], socket_timeout=2,\n"
    "    socket_connect_timeout=1, retry=Retry(ExponentialBackoff(), 3), health_check_interval=30)\n",
    "pool": "import redis\nfrom redis.backoff import ExponentialBackoff\nfrom redis.retry import Retry\n\npool = redis.ConnectionPool(host='cache', max_connections=50, socket_timeout=2, socket_connect_timeout=1,\n"
    "    health_check_interval=30, retry=Retry(ExponentialBackoff(), 3))\nclient = redis.Redis(connection_pool=pool)\n",
}  # fmt: skip

JAVA = {
    "standalone": "import io.lettuce.core.*;\nimport java.time.Duration;\n\nclass RedisConfig {\n  RedisClient client() {\n"
    '    RedisClient client = RedisClient.create(RedisURI.builder().withHost("cache").withTimeout(Duration.ofSeconds(2)).build());\n'
    "    client.setOptions(ClientOptions.builder().requestQueueSize(1000)\n"
    "        .socketOptions(SocketOptions.builder().connectTimeout(Duration.ofSeconds(1)).keepAlive(true).build())\n"
    "        .timeoutOptions(TimeoutOptions.enabled(Duration.ofSeconds(2)))\n"
    "        .build());\n    return client;\n  }\n}\n",
}  # fmt: skip

DOCKERFILE = {
    "password on the command line": (
        "FROM redis:8.2\nCOPY redis.conf /redis.conf\n"
        "CMD [\"sh\", \"-c\", \"exec redis-server /redis.conf --requirepass \\\"$REDIS_PASSWORD\\\"\"]\n",
        "appendonly yes\nmaxmemory 1gb\n",
    ),
}  # fmt: skip


def found(folder: Path, files: dict[str, str]) -> list[str]:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    report = check([folder], Config())
    assert report.errors == []
    return [f"{f.rule.name}: {f.message}" for f in report.findings]


@pytest.mark.parametrize("name", CONF)
def test_a_good_redis_conf_is_silent(tmp_path: Path, name: str) -> None:
    assert found(tmp_path, {"redis.conf": CONF[name]}) == []


@pytest.mark.parametrize("name", COMPOSE)
def test_a_good_compose_file_is_silent(tmp_path: Path, name: str) -> None:
    assert found(tmp_path, {"compose.yaml": COMPOSE[name]}) == []


@pytest.mark.parametrize("name", PYTHON)
def test_a_good_python_client_is_silent(tmp_path: Path, name: str) -> None:
    assert found(tmp_path, {"app.py": PYTHON[name], "requirements.txt": "redis==8.1.0\n"}) == []


@pytest.mark.parametrize("name", JAVA)
def test_a_good_java_client_is_silent(tmp_path: Path, name: str) -> None:
    assert found(tmp_path, {"src/main/java/RedisConfig.java": JAVA[name]}) == []


@pytest.mark.parametrize("name", DOCKERFILE)
def test_a_good_image_is_silent(tmp_path: Path, name: str) -> None:
    dockerfile, conf = DOCKERFILE[name]
    assert found(tmp_path, {"Dockerfile": dockerfile, "redis.conf": conf}) == []


@pytest.mark.parametrize("server", SERVERS)
def test_every_default_of_a_version_written_out_is_silent(tmp_path: Path, server: str) -> None:
    """The stock configuration in effect: each one-word default of that version, on loopback."""
    skipped = ("port", "bind", "dir", "appendonly", "save", "logfile", "pidfile", "syslog-ident")
    # Defaults of old versions that rules advise against, and later versions changed.
    skipped += ("tcp-keepalive", "aof-use-rdb-preamble")
    lines = ["bind 127.0.0.1", "port 6379", "appendonly yes"]
    for name, directive in sorted(table(server).items()):
        plain = directive.kind in ("bool", "int", "enum", "memory")
        visible = not directive.flags & {"hidden", "debug", "tls"}
        if (
            name == directive.name
            and name not in skipped
            and plain
            and visible
            and directive.default
        ):
            lines.append(f"{name} {directive.default}")
    config = Config(servers=[server], ignore=["eol-version"])
    (tmp_path / "redis.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    report = check([tmp_path], config)
    assert [f"{f.rule.name}: {f.message}" for f in report.findings] == []
