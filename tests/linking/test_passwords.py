"""Passwords that compose files hand to clients: told where nothing else tells them, and once."""

from __future__ import annotations

from pathlib import Path

from redislint.model.container import Container
from tests.readers.trees import linked

LONG = "kX7wYw0cGJf2mQv9Zt4RrB1s"


def told(base: Path, text: str, **others: str) -> list[str]:
    """The labels of the services whose password is told."""
    files = {"compose.yml": text, **{f"compose.{name}.yml": of for name, of in others.items()}}
    deployment = linked(base, "compose", files, [])
    containers = [s for s in deployment.subjects if isinstance(s, Container)]
    return [c.label for c in containers if c.get("password-in-file").value]


def test_the_same_password_of_two_services_is_told_at_the_first(tmp_path: Path) -> None:
    text = f"""services:
  web: {{ image: web, environment: {{ REDIS_PASSWORD: {LONG} }} }}
  worker: {{ image: worker, environment: {{ REDIS_PASSWORD: {LONG} }} }}
"""
    assert told(tmp_path, text) == ["service web"]


def test_the_line_of_the_server_tells_it_already(tmp_path: Path) -> None:
    text = f"""services:
  redis: {{ image: "redis:8.2", command: "redis-server --requirepass {LONG}" }}
  web: {{ image: web, environment: {{ REDIS_PASSWORD: {LONG} }} }}
"""
    assert told(tmp_path, text) == []


def test_where_the_server_asks_for_none_it_protects_nothing(tmp_path: Path) -> None:
    text = f"""services:
  redis: {{ image: "redis:8.2" }}
  web: {{ image: web, environment: {{ REDIS_PASSWORD: {LONG} }} }}
"""
    assert told(tmp_path, text) == []


def test_a_server_of_an_unknown_image_is_told_by_its_variable(tmp_path: Path) -> None:
    text = f"""services:
  redis: {{ image: "corp.example/our-redis:3", ports: ["6379:6379"],
           environment: {{ REDIS_PASSWORD: {LONG} }} }}
"""
    assert told(tmp_path, text) == ["service redis"]


def test_a_variable_of_the_environment_is_none(tmp_path: Path) -> None:
    text = """services:
  web: { image: web, environment: { REDIS_PASSWORD: "${REDIS_PASSWORD:-letmein}" } }
"""
    assert told(tmp_path, text) == []


def test_production_is_told_though_a_test_setup_is_given_the_same(tmp_path: Path) -> None:
    text = f"""services:
  NAME: {{ image: web, environment: {{ REDIS_PASSWORD: {LONG} }} }}
"""
    assert told(tmp_path, text.replace("NAME", "shop"), ci=text.replace("NAME", "web")) == [
        "service shop"
    ]


def test_a_server_of_another_file_settles_nothing_here(tmp_path: Path) -> None:
    text = f"""services:
  web: {{ image: web, environment: {{ REDIS_PASSWORD: {LONG} }} }}
"""
    test = """services:
  redis: { image: "redis:8.2" }
"""
    assert told(tmp_path, text, test=test) == ["service web"]
