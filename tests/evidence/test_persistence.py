"""What rules/persistence says a crash or a restart loses, on real servers."""

from __future__ import annotations

import shutil
import signal

import pytest
import redis

from tests.evidence.conftest import Start
from tests.evidence.realserver import ENDS, MISSING, RealServer, until

pytestmark = [pytest.mark.server, pytest.mark.skipif(not ENDS, reason=MISSING)]

WITH_WAITAOF = [k for k in ENDS if k not in ("redis-6.2", "redis-7.0")]
SLOW_SAVE = ("--rdb-key-save-delay", "100000")
"""A tenth of a second for each key, so that a snapshot of a few keys takes seconds."""


def ended(server: RealServer) -> None:
    assert server.process is not None
    server.process.wait(10)


@pytest.mark.parametrize("key", ENDS)
def test_without_persistence_a_restart_starts_empty(start: Start, key: str) -> None:
    server = start("--save", "", "--appendonly", "no", key=key)
    server.client().set("session", "x")
    server.client().shutdown()
    ended(server)
    assert server.start().client().dbsize() == 0


@pytest.mark.parametrize("key", ENDS)
def test_snapshots_lose_what_came_after_the_last_one(start: Start, key: str) -> None:
    server = start("--save", "3600", "1", key=key)
    server.client().set("before", "x")
    server.client().save()
    server.client().set("after", "x")
    server.kill()
    client = server.start().client()
    assert (client.get("before"), client.get("after")) == ("x", None)


@pytest.mark.parametrize("key", ENDS)
def test_the_append_only_file_keeps_what_was_acknowledged(start: Start, key: str) -> None:
    server = start("--save", "", "--appendonly", "yes", "--appendfsync", "always", key=key)
    server.client().set("after", "x")
    server.kill()
    assert server.start().client().get("after") == "x"


@pytest.mark.parametrize("key", ENDS)
def test_switching_the_append_only_file_on_by_restart_starts_empty(start: Start, key: str) -> None:
    server = start("--save", "", key=key)
    server.client().set("old", "x")
    server.client().save()
    server.kill()
    server.arguments = ("--appendonly", "yes", "--save", "3600", "1")
    assert server.start().client().get("old") is None
    server.client().shutdown()
    ended(server)
    server.arguments = ("--appendonly", "no")
    assert server.start().client().get("old") is None, "the empty server has saved over the dump"


@pytest.mark.parametrize("key", ENDS)
def test_switching_it_on_while_running_keeps_everything(start: Start, key: str) -> None:
    server = start("--save", "", key=key)
    server.client().set("old", "x")
    server.client().config_set("appendonly", "yes")
    until(lambda: server.client().info("persistence")["aof_rewrite_in_progress"] == 0)
    server.kill()
    server.arguments = ("--appendonly", "yes")
    assert server.start().client().get("old") == "x"


@pytest.mark.parametrize("key", ENDS)
def test_without_rewriting_the_log_of_one_key_grows_with_every_write(
    start: Start, key: str
) -> None:
    for percentage, shrinks in (("0", False), ("100", True)):
        server = start(
            "--save", "", "--appendonly", "yes", "--auto-aof-rewrite-min-size", "1mb",
            "--auto-aof-rewrite-percentage", percentage, key=key,
        )  # fmt: skip
        client = server.client()
        for _ in range(30):
            client.set("key", "x" * 100_000)
        if shrinks:
            until(lambda client=client: client.info("persistence")["aof_current_size"] < 1_000_000)
        else:
            assert client.info("persistence")["aof_current_size"] > 3_000_000
            assert client.info("persistence")["aof_rewrite_in_progress"] == 0


@pytest.mark.parametrize("key", ENDS)
def test_without_preamble_the_base_of_the_log_is_three_times_as_large(
    start: Start, key: str
) -> None:
    sizes = []
    for preamble in ("yes", "no"):
        server = start(
            "--save", "", "--appendonly", "yes", "--aof-use-rdb-preamble", preamble, key=key
        )
        client = server.client()
        pipe = client.pipeline(transaction=False)
        for i in range(3000):
            pipe.set(f"key:{i}", i).hset("hash", str(i), str(i))
        pipe.execute()
        client.bgrewriteaof()

        def written(client: redis.Redis = client) -> bool:
            info = client.info("persistence")
            return info["aof_base_size"] > 10_000 and not info["aof_rewrite_in_progress"]

        until(written)
        sizes.append(client.info("persistence")["aof_base_size"])
    assert 3 < sizes[1] / sizes[0] < 4


class Waiting:
    """One connection that writes and asks by WAITAOF whether the disk has it."""

    def __init__(self, server: RealServer) -> None:
        self.connection = server.client().connection_pool.get_connection()

    def on_disk(self, milliseconds: int) -> bool:
        for words in (("SET", "order", "paid"), ("WAITAOF", "1", "0", str(milliseconds))):
            self.connection.send_command(*words)
            answer = self.connection.read_response()
        return bool(answer == [1, 0])


@pytest.mark.parametrize("key", WITH_WAITAOF)
@pytest.mark.parametrize("policy", ["always", "everysec"])
def test_no_fsync_during_a_snapshot_if_no_appendfsync_on_rewrite(
    start: Start, key: str, policy: str
) -> None:
    for withheld in ("yes", "no"):
        server = start(
            "--save", "", "--appendonly", "yes", "--appendfsync", policy,
            "--no-appendfsync-on-rewrite", withheld, *SLOW_SAVE, key=key,
        )  # fmt: skip
        client = server.client()
        client.mset({str(i): "x" for i in range(99)})
        wire = Waiting(server)
        assert wire.on_disk(3000)
        client.bgsave()
        if withheld == "yes":
            # Valkey 9.1 says 1 in its first second under everysec, fsync or not.
            until(lambda wire=wire: not wire.on_disk(300))
            assert not wire.on_disk(1200 if policy == "everysec" else 300)
        else:
            assert wire.on_disk(3000)
        assert client.info("persistence")["rdb_bgsave_in_progress"] == 1


@pytest.mark.parametrize("key", WITH_WAITAOF)
def test_with_appendfsync_no_nothing_asks_for_the_disk(start: Start, key: str) -> None:
    server = start("--save", "", "--appendonly", "yes", "--appendfsync", "no", key=key)
    assert not Waiting(server).on_disk(1500)


@pytest.mark.parametrize("key", ENDS)
def test_with_appendfsync_no_a_crash_of_the_process_alone_loses_nothing(
    start: Start, key: str
) -> None:
    server = start("--save", "", "--appendonly", "yes", "--appendfsync", "no", key=key)
    for i in range(500):
        server.client().set(f"key:{i}", "x")
    server.kill()
    assert server.start().client().dbsize() == 500


@pytest.mark.parametrize("key", ENDS)
def test_a_failed_snapshot_refuses_writes_unless_that_is_switched_off(
    start: Start, key: str
) -> None:
    for stop in ("yes", "no"):
        server = start("--save", "3600", "1", "--stop-writes-on-bgsave-error", stop, key=key)
        client = server.client()
        client.set("before", "x")
        client.save()
        dump = (server.folder / "dump.rdb").read_bytes()
        shutil.rmtree(server.folder)
        client.bgsave()
        until(lambda client=client: client.info("persistence")["rdb_last_bgsave_status"] == "err")
        if stop == "yes":
            with pytest.raises(redis.ResponseError, match="MISCONF"):
                client.set("after", "x")
            assert client.get("before") == "x", "reads go on"
            continue
        assert client.set("after", "x")
        server.kill()
        server.folder.mkdir()
        (server.folder / "dump.rdb").write_bytes(dump)
        assert server.start().client().keys() == ["before"], "back to the old dump"


@pytest.mark.parametrize("key", [k for k in ENDS if k != "redis-6.2"])
def test_nosave_at_sigterm_drops_what_came_after_the_last_snapshot(start: Start, key: str) -> None:
    for word, kept in (("nosave", None), ("default", "x")):
        server = start("--save", "3600", "1", "--shutdown-on-sigterm", word, key=key)
        server.client().set("key", "x")
        assert server.process is not None
        server.process.send_signal(signal.SIGTERM)
        ended(server)
        assert server.start().client().get("key") == kept


@pytest.mark.parametrize("key", ENDS)
def test_a_last_snapshot_that_is_cut_off_is_as_if_it_had_not_begun(start: Start, key: str) -> None:
    server = start("--save", "3600", "1", key=key)
    client = server.client()
    client.mset({str(i): "old" for i in range(50)})
    client.save()
    client.mset({str(i): "new" for i in range(50)})
    client.config_set("rdb-key-save-delay", "100000")
    assert server.process is not None
    server.process.send_signal(signal.SIGTERM)
    until(lambda: list(server.folder.glob("temp-*.rdb")))
    server.kill()
    assert set(server.start().client().mget(map(str, range(50)))) == {"old"}


@pytest.mark.parametrize("key", ENDS)
def test_a_new_folder_is_a_new_server(start: Start, key: str) -> None:
    server = start("--cluster-enabled", "yes", "--appendonly", "yes", key=key)
    client = server.client()
    client.execute_command("CLUSTER", "ADDSLOTS", 0, 1)
    name = client.execute_command("CLUSTER", "MYID")
    server.kill()
    server.start()
    assert server.client().execute_command("CLUSTER", "MYID") == name, "a restart keeps it"
    server.kill()
    shutil.rmtree(server.folder)
    server.folder.mkdir()
    server.start()
    assert server.client().execute_command("CLUSTER", "MYID") != name
    assert server.client().dbsize() == 0
