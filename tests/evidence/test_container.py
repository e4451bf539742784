"""What rules/container and rules/kubernetes say of starts, files and probes, without containers.

A container is a process with a folder: what the server does there it does here."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
import redis

from tests.audit.running import free_port
from tests.evidence.conftest import Start
from tests.evidence.realserver import (
    ALL,
    ENDS,
    MISSING,
    SERVERS,
    RealServer,
    run_to_end,
    until,
)

pytestmark = [pytest.mark.server, pytest.mark.skipif(not ENDS, reason=MISSING)]

LOADING_SLOWLY = ("--key-load-delay", "30000")
"""With keys of 300 kB: a server looks at its clients after each two megabytes that it loads."""


def stop(server: RealServer) -> int:
    assert server.process is not None
    server.process.send_signal(signal.SIGTERM)
    return server.process.wait(10)


@pytest.mark.parametrize("key", ENDS)
def test_the_first_process_of_a_daemon_ends_at_once_with_0(key: str, tmp_path: Path) -> None:
    pidfile = tmp_path / "server.pid"
    ended = run_to_end(
        tmp_path, "--daemonize", "yes", "--pidfile", str(pidfile), "--logfile", "/dev/null",
        "--port", str(free_port()), key=key,
    )  # fmt: skip
    try:
        assert ended.code == 0
    finally:
        until(lambda: pidfile.exists() and pidfile.read_text().strip())
        os.kill(int(pidfile.read_text()), signal.SIGKILL)


@pytest.mark.parametrize("key", ENDS)
def test_what_follows_the_server_runs_when_the_server_has_ended(
    start: Start, key: str, tmp_path: Path
) -> None:
    marker = tmp_path / "ran"
    server = start(key=key, before=("sh", "-c", f'"$@" && touch {marker}', "sh"))
    assert not marker.exists()
    with suppress(redis.ConnectionError):
        server.client().shutdown(nosave=True)
    assert server.process is not None
    server.process.wait(10)
    assert marker.exists()


@pytest.mark.parametrize("key", ENDS)
def test_a_variable_in_the_file_is_the_password_itself(
    start: Start, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_PASSWORD", "the-real-one")
    server = start(key=key, conf="requirepass ${REDIS_PASSWORD}\n")
    with pytest.raises(redis.AuthenticationError, match="invalid username-password pair"):
        server.client("default", "the-real-one").ping()
    assert server.client("default", "${REDIS_PASSWORD}").ping()


@pytest.mark.parametrize("key", ENDS)
def test_a_variable_where_a_number_belongs_ends_the_start(key: str, tmp_path: Path) -> None:
    (tmp_path / "redis.conf").write_text("maxmemory ${MAXMEMORY}\n")
    ended = run_to_end(tmp_path, "redis.conf", key=key)
    assert ended.code == 1
    assert "FATAL CONFIG FILE ERROR" in ended.text


@pytest.mark.parametrize("key", ENDS)
def test_a_file_that_the_command_does_not_name_has_no_effect(key: str, tmp_path: Path) -> None:
    (tmp_path / "redis.conf").write_text("maxmemory 1mb\n")
    server = RealServer(tmp_path, free_port(), key=key)
    server.conf = tmp_path / "none"
    try:
        client = server.start().client()
        assert client.config_get("maxmemory") == {"maxmemory": "0"}
        assert client.info("server")["config_file"] == ""
    finally:
        server.kill()


@pytest.mark.parametrize("key", ENDS)
def test_a_path_at_which_nothing_lies_ends_the_start(key: str, tmp_path: Path) -> None:
    ended = run_to_end(tmp_path, "/nowhere/redis.conf", key=key)
    assert ended.code == 1
    assert "Fatal error, can't open config file" in ended.text


@pytest.fixture(params=ENDS)
def loading(request: pytest.FixtureRequest, start: Start) -> RealServer:
    """A server that needs some seconds to load its keys, at the beginning of that."""
    server = start(key=request.param)
    pipe = server.client().pipeline(transaction=False)
    value = os.urandom(300_000)
    for i in range(100):
        pipe.set(f"key:{i}", value)
    pipe.execute()
    server.client().save()
    server.kill()
    server.arguments = LOADING_SLOWLY
    server.launch()
    until(lambda: answer(server) != "")
    return server


def answer(server: RealServer) -> str:
    """What a server says to PING; nothing if it does not listen yet."""
    try:
        return str(server.client().ping())
    except redis.BusyLoadingError as error:
        return str(error)
    except redis.ConnectionError:
        return ""


def test_a_server_that_loads_refuses_ping_and_a_kill_begins_it_anew(loading: RealServer) -> None:
    with pytest.raises(redis.BusyLoadingError):
        loading.client().get("key:1")
    assert loading.client().info("persistence")["loading"] == 1, "INFO is answered"
    loading.kill()
    loading.launch()
    until(lambda: "is loading the dataset in memory" in answer(loading))


def cli(server: RealServer, *words: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("redis-cli")
    if program is None:
        pytest.skip("no redis-cli on this machine")
    return subprocess.run(
        [program, "-p", str(server.port), *words],
        capture_output=True, text=True, timeout=10, check=False,
    )  # fmt: skip


def test_redis_cli_ends_with_0_for_loading(loading: RealServer) -> None:
    done = cli(loading, "ping")
    assert done.stdout.startswith("LOADING ")
    assert done.returncode == 0
    assert cli(loading, "-e", "ping").returncode == 1


@pytest.mark.parametrize("key", ENDS)
def test_redis_cli_ends_with_0_for_noauth(start: Start, key: str) -> None:
    done = cli(start("--requirepass", "Bd1s-long", key=key), "ping")
    assert done.stdout.startswith("NOAUTH ")
    assert done.returncode == 0


@pytest.mark.parametrize("key", ENDS)
def test_where_nothing_can_be_written_snapshots_fail_and_the_log_ends_the_start(
    start: Start, key: str, tmp_path: Path
) -> None:
    if not Path("/proc/self").exists():
        pytest.skip("no /proc on this machine, the folder in which nobody can write")
    client = start("--save", "3600", "1", "--dir", "/proc", key=key).client()
    client.set("key", "x")
    client.bgsave()
    until(lambda: client.info("persistence")["rdb_last_bgsave_status"] == "err")
    with pytest.raises(redis.ResponseError, match="MISCONF"):
        client.set("key", "y")
    port = str(free_port())
    ended = run_to_end(tmp_path, "--dir", "/proc", "--appendonly", "yes", "--port", port, key=key)
    assert ended.code == 1
    assert "append" in ended.text.splitlines()[-1].lower()


def pair(tmp_path: Path, key: str, *arguments: str) -> list[RealServer]:
    """Two servers in one folder."""
    return [RealServer(tmp_path / "data", free_port(), *arguments, key=key) for _ in range(2)]


@pytest.mark.parametrize("key", ENDS)
@pytest.mark.parametrize(
    "options", [("--appendonly", "no"), ("--appendonly", "yes", "--appendfsync", "always")]
)
def test_two_servers_in_one_folder_load_each_others_data(
    key: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    one, two = pair(tmp_path, key, *options)
    try:
        one.start()
        two.start()
        for server, name in ((one, "one"), (two, "two")):
            server.client().set(name, "x")
            if options[1] == "no":
                server.client().save()
        one.kill()
        keys = one.start().client().keys()
        assert "two" in keys
        assert ("one" in keys) is (options[1] == "yes"), "mixed in the log, lost in the dump"
    finally:
        one.kill()
        two.kill()


@pytest.mark.parametrize("key", ALL)
def test_a_second_cluster_node_in_one_folder_is_refused_or_takes_the_same_identity(
    key: str, tmp_path: Path
) -> None:
    one, two = pair(tmp_path, key, "--cluster-enabled", "yes", "--logfile", "server.log")
    try:
        name = one.start().client().execute_command("CLUSTER", "MYID")
        one.client().execute_command("CLUSTER", "ADDSLOTS", 1)  # which writes nodes.conf
        two.launch()
        if key in ("redis-6.2", "redis-7.0"):
            assert two.process is not None
            assert two.process.wait(10) == 1
            log = (tmp_path / "data" / "server.log").read_text()
            assert "is already used by a different" in log
        else:
            until(lambda: answer(two) == "True")
            assert two.client().execute_command("CLUSTER", "MYID") == name
    finally:
        one.kill()
        two.kill()


@pytest.mark.parametrize("key", ENDS)
def test_one_file_for_two_servers_gives_one_the_role_of_the_other(key: str, tmp_path: Path) -> None:
    one, two = pair(tmp_path, key, "--appendonly", "no")
    one.conf.write_text("save 3600 1\n")
    try:
        one.start()
        two.start()
        two.client().execute_command("REPLICAOF", "127.0.0.1", str(one.port))
        two.client().config_rewrite()
        assert one.client().info("replication")["role"] == "master"
        one.kill()
        one.launch()
        until(lambda: answer(one) == "True")
        assert one.client().info("replication")["role"] == "slave", "of itself, at that"
    finally:
        one.kill()
        two.kill()


@pytest.mark.skipif(len(ALL) < 2, reason="one server only on this machine")
def test_an_older_server_refuses_the_dump_of_a_newer_one(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "older"
    folder.mkdir()
    newer = start("--save", "", key="redis-8.2" if "redis-8.2" in SERVERS else max(ALL))
    newer.client().set("key", "x")
    newer.client().save()
    shutil.copy(newer.folder / "dump.rdb", folder)
    ended = run_to_end(folder, "--port", str(free_port()), key=min(ALL))
    assert ended.code == 1
    assert "Can't handle RDB format version" in ended.text


@pytest.mark.skipif(len(ALL) < 2, reason="one server only on this machine")
def test_a_newer_server_loads_the_dump_of_an_older_one(start: Start) -> None:
    older, newer = start(key=min(ALL)), start(key=max(ALL))
    older.client().set("key", "x")
    older.client().save()
    newer.kill()
    shutil.copy(older.folder / "dump.rdb", newer.folder)
    assert newer.start().client().get("key") == "x"


@pytest.mark.parametrize("key", ENDS)
def test_each_container_with_a_dump_inside_starts_with_that_old_state(
    start: Start, key: str
) -> None:
    server = start(key=key)
    server.client().set("user:1", "x")
    server.client().save()
    image = (server.folder / "dump.rdb").read_bytes()
    server.client().delete("user:1")
    server.client().save()
    server.kill()
    (server.folder / "dump.rdb").write_bytes(image)
    assert server.start().client().get("user:1") == "x", "the deleted user is back"
