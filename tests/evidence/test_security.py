"""What rules/security says of servers without a password, on real servers."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import redis
from redis.exceptions import NoPermissionError

from tests.audit.running import free_port
from tests.evidence.conftest import Start
from tests.evidence.realserver import (
    ALL,
    ENDS,
    MISSING,
    SERVERS,
    RealServer,
    own_address,
    run_to_end,
)

pytestmark = [pytest.mark.server, pytest.mark.skipif(not ENDS, reason=MISSING)]

FROM_7 = [k for k in ENDS if k != "redis-6.2"]
LOOKED_FOR = "Error loading the extension. Please check the server logs."
OPEN = ("--bind", "0.0.0.0", "--protected-mode", "no")


@pytest.fixture
def elsewhere() -> str:
    """The address under which the server sees a client that is not on loopback."""
    address = own_address()
    if address is None:
        pytest.skip("this machine has no address but loopback")
    return address


@pytest.mark.parametrize("key", ENDS)
def test_without_a_password_a_client_writes_files_where_it_likes(
    start: Start, key: str, tmp_path: Path
) -> None:
    changes = [] if key == "redis-6.2" else ["--enable-protected-configs", "yes"]
    server = start("--protected-mode", "no", *changes, key=key)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    client = server.client()
    client.config_set("dir", str(elsewhere))
    client.config_set("dbfilename", "left-by-a-stranger")
    client.set("line", "any text")
    client.save()
    assert b"any text" in (elsewhere / "left-by-a-stranger").read_bytes()


@pytest.mark.parametrize("key", FROM_7)
def test_from_7_0_on_the_folder_of_files_is_protected_by_default(start: Start, key: str) -> None:
    server = start("--protected-mode", "no", key=key)
    with pytest.raises(redis.ResponseError, match="can't set protected config"):
        server.client().config_set("dbfilename", "left-by-a-stranger")


@pytest.mark.parametrize("key", ENDS)
def test_an_empty_requirepass_lets_everybody_in(start: Start, key: str) -> None:
    assert start("--requirepass", "", key=key).client().ping()


@pytest.mark.parametrize("key", ENDS)
def test_a_password_refuses_every_command(start: Start, key: str) -> None:
    server = start("--requirepass", "Bd1s-long-and-random", key=key)
    with pytest.raises(redis.AuthenticationError, match="Authentication required"):
        server.client().execute_command("REPLICAOF", "127.0.0.1", "1")


@pytest.mark.parametrize("key", ENDS)
def test_wrong_passwords_are_answered_at_once_and_for_ever(start: Start, key: str) -> None:
    server = start("--requirepass", "Bd1s-long-and-random", key=key)
    with socket.create_connection(("127.0.0.1", server.port), 10) as wire:
        answers = wire.makefile("rb")
        begin = time.monotonic()
        for attempt in range(2000):
            wire.sendall(f"AUTH guess{attempt}\r\n".encode())
            assert answers.readline().startswith(b"-WRONGPASS")
    assert time.monotonic() - begin < 20, "a lock-out or delay: the page would be wrong"


@pytest.mark.parametrize("key", ENDS)
@pytest.mark.parametrize("order", [0, 1])
def test_nopass_on_the_default_user_undoes_requirepass(
    start: Start, key: str, order: int, tmp_path: Path
) -> None:
    lines = ["requirepass Bd1s-long-and-random", "user default on nopass ~* &* +@all"]
    conf = "\n".join(lines if order else lines[::-1]) + "\n"
    port = free_port()
    server = RealServer(tmp_path / "nopass", port, "--save", "", key=key, conf=conf)
    try:
        assert server.start().client().ping()
    finally:
        server.kill()


@pytest.mark.parametrize("key", ENDS)
def test_without_protected_mode_other_hosts_have_every_command(
    start: Start, key: str, elsewhere: str
) -> None:
    server = start(*OPEN, "--save", "", key=key)
    client = server.client(host=elsewhere)
    client.set("key", "x")
    assert client.flushall()
    assert client.dbsize() == 0
    assert client.execute_command("REPLICAOF", "127.0.0.1", "1")
    with pytest.raises(redis.ReadOnlyError):
        server.client().set("key", "x")


@pytest.mark.parametrize("key", ENDS)
def test_a_password_keeps_other_hosts_out_without_protected_mode(
    start: Start, key: str, elsewhere: str
) -> None:
    server = start(*OPEN, "--requirepass", "Bd1s-long-and-random", key=key)
    with pytest.raises(redis.AuthenticationError, match="Authentication required"):
        server.client(host=elsewhere).flushall()


@pytest.mark.parametrize("key", ALL)
def test_protected_mode_refuses_other_hosts_and_up_to_6_2_an_explicit_bind_lets_them_in(
    start: Start, key: str, elsewhere: str
) -> None:
    server = start("--bind", "0.0.0.0", "--protected-mode", "yes", key=key)
    assert server.client().ping(), "loopback is never refused"
    if key == "redis-6.2":
        assert server.client(host=elsewhere).flushall()
        return
    with socket.create_connection((elsewhere, server.port), 10) as wire:
        answers = wire.makefile("rb")
        assert re.match(rb"-DENIED .*protected mode is enabled", answers.readline())
        assert answers.read() == b"", "and the connection is closed before any command"
    server.client().config_set("requirepass", "Bd1s-long-and-random")
    assert server.client("default", "Bd1s-long-and-random", host=elsewhere).ping()


@pytest.mark.parametrize("key", ENDS)
def test_users_restrict_nobody_while_the_default_user_is_open(start: Start, key: str) -> None:
    server = start(key=key, conf="user app on >secret ~app:* +@read\n")
    with pytest.raises(NoPermissionError):
        server.client("app", "secret").flushall()
    assert server.client().flushall(), "by not logging in"


@pytest.mark.parametrize("key", ENDS)
def test_with_the_default_user_off_nobody_gets_in_without_a_name(start: Start, key: str) -> None:
    server = start(key=key, conf="user default off\nuser app on >secret ~app:* +@read\n")
    with pytest.raises(redis.AuthenticationError, match="Authentication required"):
        server.client().flushall()


@pytest.mark.parametrize("key", ENDS)
def test_any_password_is_right_for_a_nopass_user(start: Start, key: str) -> None:
    server = start(key=key, conf="user default off\nuser app on nopass ~* +@all\n")
    assert server.client("app", "what you like").flushall()


@pytest.mark.parametrize("key", ENDS)
def test_the_hash_in_the_file_logs_in_like_the_password(start: Start, key: str) -> None:
    written = "user app on >secret ~* +@all\n"
    digest = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"
    for line in (written, f"user app on #{digest} ~* +@all\n"):
        server = start(key=key, conf=line)
        listed = next(u for u in server.client("app", "secret").acl_list() if "app" in u)
        assert f"#{digest}" in listed
        assert ">secret" not in listed
        with pytest.raises(redis.AuthenticationError):
            server.client("app", digest).ping()


@pytest.mark.parametrize("key", ALL)
def test_channels_are_open_to_users_up_to_6_2_and_with_allchannels(start: Start, key: str) -> None:
    user = "user app on >secret ~app:* +@all\n"
    subscribe = ("SUBSCRIBE", "other:events")
    for line, is_open in (
        ("", key == "redis-6.2"),
        ("acl-pubsub-default allchannels\n", True),
        ("acl-pubsub-default resetchannels\n", False),
    ):
        client = start(key=key, conf=line + user).client("app", "secret")
        if is_open:
            assert client.execute_command(*subscribe) == ["subscribe", "other:events", 1]
        else:
            with pytest.raises(NoPermissionError):
                client.execute_command(*subscribe)


@pytest.mark.parametrize("key", ENDS)
def test_an_application_with_all_commands_owns_the_server(start: Start, key: str) -> None:
    for rules, owns in (("+@all", True), ("+@all -@admin -@dangerous +info", False)):
        server = start("--save", "", key=key, conf=f"user app on >secret ~app:* &* {rules}\n")
        client = server.client("app", "secret")
        assert client.set("app:1", "x")
        assert client.info("server")
        for command in (("CONFIG", "SET", "maxmemory", "0"), ("FLUSHALL",),
                        ("REPLICAOF", "127.0.0.1", "1")):  # fmt: skip
            if owns:
                assert client.execute_command(*command)
            else:
                with pytest.raises(NoPermissionError):
                    client.execute_command(*command)


@pytest.mark.parametrize("key", [k for k in ALL if k == "redis-7.0"])
def test_a_subcommand_that_a_version_does_not_know_ends_its_start(key: str, tmp_path: Path) -> None:
    (tmp_path / "redis.conf").write_text("user app on >secret +@all -@admin +client|setinfo\n")
    ended = run_to_end(tmp_path, "redis.conf", "--port", str(free_port()), key=key)
    assert ended.code == 1
    assert "Unknown command or category name in ACL" in ended.text


@pytest.mark.parametrize("key", FROM_7)
def test_from_7_0_on_yes_gives_back_to_everybody_what_local_keeps_on_the_machine(
    start: Start, key: str, elsewhere: str
) -> None:
    commands = {
        "enable-debug-command": ("DEBUG", "SLEEP", "0"),
        "enable-module-command": ("MODULE", "LOAD", "/nowhere.so"),
        "enable-protected-configs": ("CONFIG", "SET", "dbfilename", "other.rdb"),
    }

    def answer(client: redis.Redis, name: str) -> str:
        try:
            return str(client.execute_command(*commands[name]))
        except redis.ResponseError as error:
            return str(error)

    def allowed(client: redis.Redis, name: str) -> bool:
        return answer(client, name) in ("OK", LOOKED_FOR)

    for value, near, far in (("no", False, False), ("local", True, False), ("yes", True, True)):
        words = [word for name in commands for word in (f"--{name}", value)]
        server = start(*OPEN, *words, key=key)
        for name in commands:
            assert allowed(server.client(), name) is near
            assert allowed(server.client(host=elsewhere), name) is far


@pytest.mark.parametrize("key", FROM_7)
def test_a_debug_command_ends_the_server(start: Start, key: str) -> None:
    server = start("--enable-debug-command", "yes", key=key)
    with pytest.raises(redis.ConnectionError):
        server.client().execute_command("DEBUG", "SEGFAULT")
    assert server.process is not None
    assert server.process.wait(10) != 0


@pytest.mark.parametrize("key", ENDS)
def test_a_renamed_command_is_unknown_and_its_log_needs_the_line_for_ever(
    start: Start, key: str
) -> None:
    server = start(
        "--save", "", "--appendonly", "yes", key=key,
        conf="rename-command CONFIG b840fc\nrename-command SET store\n",
    )  # fmt: skip
    client = server.client()
    with pytest.raises(redis.ResponseError, match=r"(?i)unknown command .CONFIG"):
        client.config_get("port")
    assert client.execute_command("b840fc", "GET", "port")
    assert client.execute_command("store", "key", "x")
    server.kill()
    assert server.start().client().get("key") == "x"
    server.kill()
    ended = run_to_end(
        server.folder,
        "--port",
        str(free_port()),
        "--appendonly",
        "yes",
        "--dir",
        str(server.folder),
        key=key,
    )
    assert ended.code == 1
    assert re.search(r"(?i)unknown command 'store'", ended.text)


@pytest.mark.parametrize("key", ENDS)
def test_the_server_wipes_a_password_from_its_own_arguments_and_a_shell_does_not(
    start: Start, key: str, tmp_path: Path
) -> None:
    def shown(pid: int) -> bytes:
        return Path(f"/proc/{pid}/cmdline").read_bytes()

    if not Path("/proc/self/cmdline").exists():
        pytest.skip("no /proc on this machine")
    server = start("--requirepass", "Bd1s-long-and-random", key=key)
    assert server.process is not None
    assert b"Bd1s" not in shown(server.process.pid)
    assert b"redis-server" in shown(server.process.pid) or b"valkey" in shown(server.process.pid)
    binary = shlex.quote(str(SERVERS[key]))
    shell = subprocess.Popen(
        ["sh", "-c", f"{binary} --port 0 --unixsocket s --requirepass Bd1s-long-and-random; true"],
        stdout=subprocess.PIPE,
        cwd=tmp_path,
        start_new_session=True,
    )
    try:
        assert shell.stdout is not None
        assert shell.stdout.readline(), "the server runs below the shell"
        assert b"Bd1s-long-and-random" in shown(shell.pid)
    finally:
        os.killpg(shell.pid, signal.SIGKILL)
        shell.communicate(timeout=10)


KNOCK = """
import os, socket, sys
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
with socket.socket(socket.AF_UNIX) as wire:
    wire.connect(sys.argv[1])
    wire.sendall(b"FLUSHALL\\r\\n")
    print(wire.recv(99))
"""


@pytest.mark.parametrize("key", ENDS)
def test_every_local_user_has_every_command_by_a_socket_with_777(start: Start, key: str) -> None:
    with tempfile.TemporaryDirectory() as name:  # short enough for a socket, open to others
        os.chmod(name, 0o755)
        for mode, answer in (("777", "+OK"), ("770", "Permission denied")):
            path = Path(name) / f"{mode}.sock"
            start(
                "--unixsocket", str(path), "--unixsocketperm", mode, "--protected-mode", "yes",
                key=key,
            )  # fmt: skip
            done = subprocess.run(
                [sys.executable, "-I", "-c", KNOCK, str(path)],
                capture_output=True, text=True, timeout=10, cwd="/", check=False,
            )  # fmt: skip
            assert path.stat().st_mode & 0o777 == int(mode, 8)
            if os.getuid() == 0 or mode == "777":  # only root can be somebody else here
                assert answer in done.stdout + done.stderr
