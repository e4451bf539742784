"""`docker run` in scripts and Podman's units: the same containers in the engine's own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from redislint.checking import check
from redislint.config import Config
from redislint.model.container import Container
from tests.readers.trees import read


def one(base: Path, reader: str, path: str, text: str) -> Container:
    """The one container of a file."""
    found = [c for c in read(base, reader, {path: text}, path) if isinstance(c, Container)]
    assert len(found) == 1
    return found[0]


SCRIPT = """\
#!/bin/bash
set -e
sudo docker run -d --name cache -p 6379:6379 \\
    -v "$PWD/conf:/etc/redis" -v data:/data -m 512m --restart=always \\
    redis:7.2 redis-server /etc/redis/redis.conf --maxmemory 1gb
"""


def test_the_options_of_a_run(tmp_path: Path) -> None:
    found = one(tmp_path, "shellrun", "s/start.sh", SCRIPT)
    assert (found.get("tag").value, found.names) == ("7.2", ("cache",))
    assert [(p.container, p.host, p.scope) for p in found.ports] == [(6379, 6379, "network")]
    assert [(m.kind, m.target, m.file) for m in found.mounts] == [
        ("bind", "/etc/redis", "s/conf"),
        ("volume", "/data", None),
    ]
    assert found.get("memory-limit").value == 512 * 1024**2
    assert found.get("restarts").value is True
    assert [w.value for w in found.argv or []][:2] == ["redis-server", "/etc/redis/redis.conf"]


@pytest.mark.parametrize(
    "options", ["-dp 6379:6379", "-d -p=6379:6379", "--publish 6379:6379", "--publish=6379:6379"]
)
def test_the_ways_to_publish_a_port(tmp_path: Path, options: str) -> None:
    found = one(tmp_path, "shellrun", "s.sh", f"docker run {options} redis:7.2\n")
    assert [p.container for p in found.ports] == [6379]


def test_a_container_that_is_thrown_away_is_a_test(tmp_path: Path) -> None:
    found = one(tmp_path, "shellrun", "s.sh", "docker run --rm -it -p 6379:6379 redis:7.2\n")
    assert found.get("environment").value == "test"


@pytest.mark.parametrize(
    "line",
    [
        "docker run -d nginx # not redis",
        "docker exec redis redis-cli ping",
        'docker run -d "$IMAGE" redis',
        "docker run",
        "docker run -p",
        "echo docker run redis",
        "docker run -d oliver006/redis_exporter",
    ],
)
def test_what_starts_no_server(tmp_path: Path, line: str) -> None:
    assert not list(read(tmp_path, "shellrun", {"s.sh": f"{line}\n"}, "s.sh"))


def test_an_open_port_of_a_run_is_reported_at_the_option(tmp_path: Path) -> None:
    (tmp_path / "start.sh").write_text("docker run -d --name r -p 6379:6379 redis:7.2\n")
    found = [
        f for f in check([str(tmp_path)], Config()).findings
        if f.rule.name == "implicit-replication-exposed-server"
    ]  # fmt: skip
    assert [f.span.line for f in found if f.span] == [1]


UNIT = """\
[Unit]
Description=cache

[Container]
Image=docker.io/library/redis:6.0
Exec=redis-server --appendonly yes --requirepass "$REDIS_PASSWORD"
PublishPort=127.0.0.1:6379:6379
Volume=%h/redis:/data:Z
Environment=A=1 B=two
Secret=pw,type=env,target=REDIS_PASSWORD

[Service]
Restart=always
MemoryMax=256M
"""


def test_a_unit_of_podman(tmp_path: Path) -> None:
    found = one(tmp_path, "quadlet", "q/redis.container", UNIT)
    assert found.get("image-name").value == "redis"
    assert [(p.container, p.scope) for p in found.ports] == [(6379, "loopback")]
    assert [(m.kind, m.target) for m in found.mounts] == [("bind", "/data")]
    assert found.get("memory-limit").value == 256 * 1024**2
    assert found.env["B"].value == "two"
    assert not found.env["REDIS_PASSWORD"].known


def test_a_unit_is_judged_like_any_container(tmp_path: Path) -> None:
    (tmp_path / "redis.container").write_text(UNIT)
    assert {f.rule.name for f in check([str(tmp_path)], Config()).findings} >= {"eol-version"}


def test_a_unit_without_an_image_is_nothing(tmp_path: Path) -> None:
    assert not list(
        read(tmp_path, "quadlet", {"redis.container": "[Container]\n"}, "redis.container")
    )
