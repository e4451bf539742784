"""What the pages on save points, checksums, truncated logs and quiet limits say, on real servers."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis

from tests.evidence.conftest import Start
from tests.evidence.realserver import ENDS, MISSING, RealServer, until

pytestmark = [pytest.mark.server, pytest.mark.skipif(not ENDS, reason=MISSING)]


def saved(server: RealServer) -> int:
    """Snapshots that the server has begun since it started: its changes go back to 0 at each."""
    return int(server.client().info("persistence")["rdb_last_save_time"])


def stop(server: RealServer) -> None:
    server.kill()


@pytest.mark.parametrize("key", ENDS)
@pytest.mark.parametrize(
    ("lines", "expected"),
    [('save 900 1\nsave ""\n', ""), ('save ""\nsave 900 1\n', "900 1")],
)
def test_an_empty_save_takes_back_what_stands_above_it(
    start: Start, key: str, lines: str, expected: str
) -> None:
    server = start(key=key, conf=lines)
    assert server.client().config_get("save")["save"] == expected


@pytest.mark.parametrize("key", ENDS)
def test_the_earlier_point_with_fewer_changes_decides_alone(start: Start, key: str) -> None:
    server = start(key=key, conf="save 1 1\nsave 3600 20\n")
    server.client().set("one", "change")
    until(lambda: (server.folder / "dump.rdb").exists(), 10)


@pytest.mark.parametrize("key", ENDS)
def test_a_save_point_of_a_second_forks_again_and_again(start: Start, key: str) -> None:
    server = start(key=key, conf="save 1 1\n")
    client = server.client()
    times: set[int] = set()

    def third() -> bool:
        client.incr("n")
        times.add(saved(server))
        return len(times) >= 3

    until(third, 20)


def truncated(start: Start, key: str, choice: str) -> RealServer:
    """A server whose append-only file ends in the middle of a command, not started again yet."""
    server = start("--appendonly", "yes", "--aof-load-truncated", choice, key=key)
    client = server.client()
    client.set("first", "x")
    client.set("last", "y" * 100)
    until(lambda: client.info("persistence")["aof_rewrite_in_progress"] == 0, 10)
    stop(server)
    logs = [*server.folder.glob("appendonlydir/*.incr.aof"), *server.folder.glob("appendonly.aof")]
    log: Path = max(logs, key=lambda p: p.stat().st_size)
    log.write_bytes(log.read_bytes()[:-20])
    return server


@pytest.mark.parametrize("key", ENDS)
def test_a_truncated_log_loses_its_last_command_by_default(start: Start, key: str) -> None:
    server = truncated(start, key, "yes").start()
    assert (server.client().get("first"), server.client().get("last")) == ("x", None)


@pytest.mark.parametrize("key", ENDS)
def test_a_truncated_log_stops_the_start_where_that_is_wished(start: Start, key: str) -> None:
    server = truncated(start, key, "no")
    server.launch()
    assert server.process is not None
    assert server.process.wait(10) != 0
    assert "Unexpected end of file" in (server.folder / "log").read_text()


def damaged(start: Start, key: str, checksum: str) -> RealServer:
    """A server whose snapshot has one letter of a value changed, not started again yet."""
    server = start("--rdbchecksum", checksum, "--save", "", key=key)
    server.client().set("greeting", "hello")
    server.client().save()
    stop(server)
    dump = server.folder / "dump.rdb"
    dump.write_bytes(dump.read_bytes().replace(b"hello", b"jello"))
    return server


@pytest.mark.parametrize("key", ENDS)
def test_without_checksum_a_damaged_snapshot_is_loaded(start: Start, key: str) -> None:
    assert damaged(start, key, "no").start().client().get("greeting") == "jello"


@pytest.mark.parametrize("key", ENDS)
def test_with_checksum_a_damaged_snapshot_is_refused(start: Start, key: str) -> None:
    server = damaged(start, key, "yes")
    server.launch()
    assert server.process is not None
    assert server.process.wait(10) != 0
    assert "RDB checksum" in (server.folder / "log").read_text()


@pytest.mark.parametrize("key", ENDS)
def test_without_compression_a_snapshot_of_text_is_several_times_as_large(
    start: Start, key: str
) -> None:
    server = start("--save", "", key=key)
    client = server.client()
    client.set("page", "all work and no play " * 1000)
    sizes = {}
    for choice in ("no", "yes"):
        client.config_set("rdbcompression", choice)
        client.save()
        sizes[choice] = (server.folder / "dump.rdb").stat().st_size
    assert sizes["no"] > 5 * sizes["yes"]


@pytest.mark.parametrize("key", ENDS)
def test_below_the_minimum_a_log_is_not_rewritten_however_often_it_has_doubled(
    start: Start, key: str
) -> None:
    sizes = {}
    for minimum in ("64mb", "64kb"):
        server = start("--appendonly", "yes", "--auto-aof-rewrite-min-size", minimum, key=key)
        client = server.client()
        for _ in range(40):
            client.set("one", "x" * 20_000)
        if minimum == "64kb":
            until(lambda c=client: c.info("persistence")["aof_current_size"] < 200_000, 15)
        sizes[minimum] = client.info("persistence")["aof_current_size"]
    assert sizes["64mb"] > 10 * 20_000
    assert sizes["64kb"] < sizes["64mb"] / 2


@pytest.mark.parametrize("key", ENDS)
def test_a_full_server_that_evicts_nothing_refuses_writes(start: Start, key: str) -> None:
    server = start("--maxmemory", "5mb", key=key)
    client = server.client()

    def fill(count: int) -> int:
        refused = 0
        for n in range(count):
            try:
                client.set(f"k{n}", "x" * 10_000)
            except redis.exceptions.OutOfMemoryError:
                refused += 1
        return refused

    assert fill(800) > 100
    assert client.get("k0") == "x" * 10_000
    client.config_set("maxmemory-policy", "allkeys-lru")
    assert fill(800) == 0


@pytest.mark.parametrize("key", ENDS)
def test_the_default_user_of_an_acl_file_wins_over_requirepass(
    start: Start, key: str, tmp_path: Path
) -> None:
    users = tmp_path / "users.acl"
    users.write_text("user default on nopass ~* &* +@all\n")
    server = start(key=key, conf=f"requirepass secret\naclfile {users}\n")
    client = server.client()
    client.set("anyone", "may")
    assert client.get("anyone") == "may"


@pytest.mark.parametrize("key", ENDS)
def test_an_acl_file_without_a_line_for_default_opens_it_in_spite_of_requirepass(
    start: Start, key: str, tmp_path: Path
) -> None:
    users = tmp_path / "users.acl"
    users.write_text("user app on >secret ~app:* +@read\n")
    server = start(key=key, conf=f"requirepass secret\naclfile {users}\n")
    assert server.client().ping()
