"""What rules/jvm says of Jedis and Redisson, with the real clients on a real server."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.evidence.conftest import Start
from tests.evidence.lettuce_jars import artifact, compiled, missing
from tests.evidence.realserver import ENDS, MISSING

pytestmark = [pytest.mark.server, pytest.mark.skipif(not ENDS, reason=MISSING)]

RELEASE = "5.2.0"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    if why := missing():
        pytest.skip(why)
    packed = artifact("redis.clients", "jedis", RELEASE)
    if packed is None:
        pytest.skip(f"Jedis {RELEASE} cannot be fetched from Maven Central")
    return compiled(RELEASE, "JedisUse", tmp_path_factory.mktemp("classes"), packed)


def said(program: list[str], *words: object) -> str:
    command = [*program, *map(str, words)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    return done.stdout.strip()


def test_connections_that_are_not_closed_empty_the_pool_at_the_ninth_call(
    start: Start, program: list[str]
) -> None:
    server = start("--save", "", key=ENDS[-1])
    call, words = said(program, server.port, "unclosed").split(" ", 1)
    assert call == "9"
    assert "Could not get a resource from the pool" in words


def test_by_default_the_ninth_call_waits_without_end(start: Start, program: list[str]) -> None:
    server = start("--save", "", key=ENDS[-1])
    assert said(program, server.port, "endless") == "waiting"


def test_threads_that_share_a_connection_get_each_others_answers(
    start: Start, program: list[str]
) -> None:
    server = start("--save", "", key=ENDS[-1])
    assert said(program, server.port, "shared") == "mixed up"


def test_a_pool_for_each_call_leaves_its_connections_behind(
    start: Start, program: list[str]
) -> None:
    server = start("--save", "", key=ENDS[-1])
    clients = re.search(r"connected_clients:(\d+)", said(program, server.port, "per-call"))
    assert clients is not None
    assert int(clients[1]) > 30


def test_redisson_refuses_an_address_without_a_scheme(
    start: Start, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if why := missing():
        pytest.skip(why)
    packed = artifact("org.redisson", "redisson", "3.45.0")
    if packed is None:
        pytest.skip("Redisson 3.45.0 cannot be fetched from Maven Central")
    words = compiled("3.45.0", "RedissonUse", tmp_path_factory.mktemp("redisson"), packed)
    port = start("--save", "", key=ENDS[-1]).port
    assert said(words, f"127.0.0.1:{port}").startswith("Redis url should start with redis://")
    assert said(words, f"redis://127.0.0.1:{port}").endswith("connected")
