"""Several compose files that make one service: override files, layers for -f, extends, tags."""

from __future__ import annotations

from pathlib import Path

from redislint.model.container import Container
from tests.readers.trees import read

BASE = """services:
  redis:
    image: redis:7.2
    command: redis-server --appendonly yes
    environment: { A: base, B: base }
    volumes: ["data:/data"]
volumes: { data: }
"""


def services(base: Path, files: dict[str, str]) -> dict[str, Container]:
    """The containers of all files by `file service`."""
    return {
        f"{c.group} {c.names[0]}": c
        for path in files
        for c in read(base, "compose", files, path)
        if isinstance(c, Container)
    }


def test_the_override_file_lies_over_the_default_file(tmp_path: Path) -> None:
    over = """services:
  redis:
    ports: ["6379:6379"]
    environment: { B: over }
    volumes: ["./here:/data"]
"""
    found = services(tmp_path, {"compose.yaml": BASE, "compose.override.yaml": over})
    assert list(found) == ["compose.yaml redis"]
    redis = found["compose.yaml redis"]
    assert [p.host for p in redis.ports] == [6379]
    assert redis.ports[0].span is not None
    assert redis.ports[0].span.path == "compose.override.yaml"
    assert {k: v.value for k, v in redis.env.items()} == {"A": "base", "B": "over"}
    assert [(m.kind, m.target) for m in redis.mounts] == [("bind", "/data")]


def test_a_service_of_the_override_file_alone_is_read_there(tmp_path: Path) -> None:
    over = "services:\n  cache:\n    image: redis:8.2\n"
    found = services(tmp_path, {"docker-compose.yml": BASE, "docker-compose.override.yml": over})
    assert list(found) == ["docker-compose.yml redis", "docker-compose.override.yml cache"]


def test_a_service_without_an_image_is_a_layer_over_the_default_file(tmp_path: Path) -> None:
    layer = "services:\n  redis:\n    command: redis-server --requirepass $${PASSWORD}\n"
    found = services(tmp_path, {"docker-compose.yml": BASE, "docker-compose.prod.yml": layer})
    top = found["docker-compose.prod.yml redis"]
    assert top.get("tag").value == "7.2"
    assert [w.value or w.raw for w in top.argv or []][1] == "--requirepass"
    assert [m.kind for m in top.mounts] == ["volume"]
    plain = found["docker-compose.yml redis"]
    assert [w.value for w in plain.argv or []][1] == "--appendonly"


def test_a_file_with_images_of_its_own_is_no_layer(tmp_path: Path) -> None:
    other = "services:\n  redis:\n    image: redis:6.2\n"
    found = services(tmp_path, {"docker-compose.yml": BASE, "docker-compose.ci.yml": other})
    assert found["docker-compose.ci.yml redis"].argv is None


def test_override_and_reset_tags_replace_what_is_below(tmp_path: Path) -> None:
    base = BASE.replace("    environment", '    ports: ["6379:6379"]\n    environment')
    over = 'services:\n  redis:\n    ports: !override ["127.0.0.1:6380:6379"]\n    volumes: !reset []\n'
    found = services(tmp_path, {"compose.yaml": base, "compose.override.yaml": over})
    redis = found["compose.yaml redis"]
    assert [(p.host, p.scope) for p in redis.ports] == [(6380, "loopback")]
    assert redis.mounts == []


def test_extends_across_files_and_in_circles_ends(tmp_path: Path) -> None:
    one = (
        "services:\n  redis:\n    extends: { file: b.yml, service: redis }\n    image: redis:7.2\n"
    )
    two = (
        "services:\n  redis:\n    extends: { file: compose.yml, service: redis }\n    user: root\n"
    )
    found = services(tmp_path, {"compose.yml": one, "b.yml": two})
    assert found["compose.yml redis"].get("user").value == "root"


def test_an_address_from_a_variable_is_unknown(tmp_path: Path) -> None:
    text = 'services:\n  redis:\n    image: redis\n    ports: ["${ADDRESS}:6379:6379", "${PORT}:6379"]\n'
    redis = services(tmp_path, {"compose.yml": text})["compose.yml redis"]
    assert [(p.scope, p.host) for p in redis.ports] == [("unknown", 6379), ("network", None)]


UPPER = """services:
  redis:
    command: redis-server --appendonly no
"""


def test_the_environment_file_names_the_files_to_join(tmp_path: Path) -> None:
    found = services(
        tmp_path, {"a.yml": BASE, "b.yml": UPPER, ".env": "COMPOSE_FILE=a.yml:b.yml\n"}
    )
    assert list(found) == ["a.yml redis"]
    assert [w.value for w in found["a.yml redis"].argv or []][-1] == "no"


def test_an_include_of_several_files_joins_them(tmp_path: Path) -> None:
    found = services(tmp_path, {
        "compose.yaml": "include:\n  - path: [r/a.yml, r/b.yml]\nservices:\n  w: {image: web}\n",
        "r/a.yml": BASE,
        "r/b.yml": UPPER,
    })  # fmt: skip
    assert sorted(found) == ["compose.yaml w", "r/a.yml redis"]
    assert [w.value for w in found["r/a.yml redis"].argv or []][-1] == "no"


def test_a_file_that_nobody_joins_stands_alone(tmp_path: Path) -> None:
    found = services(tmp_path, {"a.yml": BASE, "b.yml": BASE, ".env": "COMPOSE_FILE=a.yml\n"})
    assert sorted(found) == ["a.yml redis", "b.yml redis"]
