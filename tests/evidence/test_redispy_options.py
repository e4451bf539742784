"""The table of redis-py's options against the signatures of real releases.

Reads the installed release, and with REDISLINT_EVIDENCE=full eight more, each in a process of its
own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from redislint.knowledge.clients import redispy
from tests.evidence.releases import folder_of, installed, wanted

pytestmark = pytest.mark.slow

ASK = """
import importlib, inspect, json
CLASSES = {
    "sync.Redis": "redis.client.Redis", "asyncio.Redis": "redis.asyncio.client.Redis",
    "sync.RedisCluster": "redis.cluster.RedisCluster",
    "asyncio.RedisCluster": "redis.asyncio.cluster.RedisCluster",
}
found = {}
for name, path in CLASSES.items():
    module, _, attribute = path.rpartition(".")
    try:
        cls = getattr(importlib.import_module(module), attribute)
    except ImportError:
        continue
    found[name] = {
        p.name: p.default if isinstance(p.default, (int, float, str, type(None))) else "?"
        for p in inspect.signature(cls.__init__).parameters.values()
        if p.kind is not p.VAR_KEYWORD and p.name != "self"
    }
try:
    from redis.cluster import REDIS_ALLOWED_KEYS
    found["keywords"] = sorted(REDIS_ALLOWED_KEYS)
except ImportError:
    pass
print(json.dumps(found))
"""


def signatures(release: str) -> dict[str, Any]:
    folder = folder_of(release)
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASK],
        env={**os.environ, **({"PYTHONPATH": str(folder)} if folder else {})},
        capture_output=True,
        check=True,
        timeout=60,
    )
    found: dict[str, Any] = json.loads(run.stdout)
    return found


@pytest.fixture(scope="module", params=wanted(), ids=lambda r: r or "installed")
def real(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    release = request.param or ".".join(map(str, installed()))
    return release, signatures(request.param)


CLASSES = ("sync.Redis", "asyncio.Redis", "sync.RedisCluster", "asyncio.RedisCluster")


@pytest.mark.parametrize("name", CLASSES)
def test_every_parameter_is_known(real: tuple[str, dict[str, Any]], name: str) -> None:
    release, found = real
    if name not in found or (name == "asyncio.RedisCluster" and release < "4.4"):
        pytest.skip("this release has no such class, or one that takes any keyword")
    assert set(found[name]) - redispy.known_names(name, release) == set()


@pytest.mark.parametrize("name", CLASSES)
def test_defaults_are_those_of_the_release(real: tuple[str, dict[str, Any]], name: str) -> None:
    release, found = real
    if name not in found:
        pytest.skip("this release has no such class")
    table = {n: redispy.parameter(name, n, release) for n in redispy.data()["classes"][name]}
    wrong = {
        n: (table[n], default)
        for n, default in found[name].items()
        if n in table and default != "?" and table[n] != default and n not in UNEVEN
    }
    assert wrong == {}


UNEVEN = frozenset(["retry", "protocol", "startup_nodes", "sentinels"])
"""Parameters whose default is an object that the table describes in its own way."""


def test_keywords_that_the_sync_cluster_hands_on(real: tuple[str, dict[str, Any]]) -> None:
    release, found = real
    if "keywords" not in found:
        pytest.skip("this release has no list of keywords")
    assert set(found["keywords"]) == redispy.keywords(release)
