"""ECS task definitions, as registered and as described."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redislint.discover import Tree
from redislint.model.container import Container
from redislint.readers import ecs
from redislint.source import Source
from tests.readers.trees import read

REDIS = {"name": "redis", "image": "redis:7.2"}


def task(base: Path, container: dict[str, Any], **top: Any) -> Container:
    text = json.dumps({"containerDefinitions": [{**REDIS, **container}], **top}, indent=1)
    (found,) = read(base, "ecs", {"task.json": text})
    assert isinstance(found, Container)
    return found


def test_name_image_and_command(tmp_path: Path) -> None:
    found = task(tmp_path, {"command": ["redis-server", "--save", ""]})
    assert (found.label, found.facts["tag"].value) == ("container redis", "7.2")
    assert [w.value for w in found.argv or []] == ["redis-server", "--save", ""]


@pytest.mark.parametrize(
    ("volume", "kind"),
    [
        ({"efsVolumeConfiguration": {"fileSystemId": "fs-1"}}, "network"),
        ({"host": {"sourcePath": "/srv/redis"}}, "hostpath"),
        ({"host": {}}, "anonymous"),
        ({}, "anonymous"),
        ({"dockerVolumeConfiguration": {"scope": "shared"}}, "volume"),
    ],
)
def test_kinds_of_volumes(tmp_path: Path, volume: dict[str, Any], kind: str) -> None:
    points = {"mountPoints": [{"sourceVolume": "d", "containerPath": "/data"}]}
    (mount,) = task(tmp_path, points, volumes=[{"name": "d", **volume}]).mounts
    assert (mount.kind, mount.target) == (kind, "/data")


def test_a_port_is_open_in_the_network(tmp_path: Path) -> None:
    (port,) = task(
        tmp_path, {"portMappings": [{"containerPort": 6379}]}, networkMode="awsvpc"
    ).ports
    assert (port.container, port.host, port.scope) == (6379, None, "network")


def test_the_tasks_memory_counts_where_the_container_has_none(tmp_path: Path) -> None:
    assert task(tmp_path, {}, memory="512").facts["memory-limit"].value == 512 * 1024**2
    found = task(tmp_path, {"memory": 256}, memory="512")
    assert found.facts["memory-limit"].value == 256 * 1024**2


def test_a_secret_is_a_variable_of_unknown_value(tmp_path: Path) -> None:
    found = task(
        tmp_path,
        {
            "environment": [{"name": "A", "value": "x"}],
            "secrets": [{"name": "B", "valueFrom": "arn:aws:ssm:x"}],
        },
    )
    assert found.env["A"].value == "x"
    assert not found.env["B"].known


def test_the_answer_of_describe_is_read_too(tmp_path: Path) -> None:
    text = json.dumps({"taskDefinition": {"containerDefinitions": [REDIS]}})
    (found,) = read(tmp_path, "ecs", {"task.json": text})
    assert found.label == "container redis"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["name", "image", "command", "memory", "volumes", "host", "mountPoints", "value"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(_JSON, st.text(max_size=10))
def test_any_json_is_read_without_an_error(value: Any, tail: str) -> None:
    text = json.dumps({"containerDefinitions": [value], "volumes": value}) + tail
    list(ecs.read(Source("task.json", text), Tree("tests/readers")))


def test_a_list_of_containers_is_a_task(tmp_path: Path) -> None:
    text = '[{"name": "redis", "image": "redis:${tag}", "cpu": ${cpu}, "essential": true}]'
    (found,) = read(tmp_path, "ecs", {"redis.json.tpl": text})
    assert isinstance(found, Container)
    assert found.facts["image-name"].value == "redis"
    assert not found.facts["tag"].known


def test_a_list_of_other_things_is_none(tmp_path: Path) -> None:
    text = '[{"name": "redis", "image": "redis.png", "alt": "portMappings"}]'
    assert list(read(tmp_path, "ecs", {"pictures.json": text})) == []
