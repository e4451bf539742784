"""The drill on real servers: promises hold, lies are found, and nothing stays behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from redislint.advisor import drill
from redislint.advisor.drill import KEPT, Order, run
from redislint.advisor.powercut import Guard
from redislint.advisor.throwaway import Throwaway, folder
from redislint.advisor.units import AdvisorError

Run = Callable[..., Result]
Server = tuple[str, Path]
pytestmark = pytest.mark.server


def power_cut_works(binary: Path) -> None:
    """Skip, with the reason, where this machine cannot simulate one."""
    with folder() as place:
        guard = Guard()
        try:
            with Throwaway(binary, place / "data", {}, launch=guard.launch) as server:
                server.wait()
        except AdvisorError as error:
            pytest.skip(str(error))
        finally:
            guard.close()


def order(server: Server, rate: float = 2000, seconds: float = 2.5, **values: str) -> Order:
    named = {name.replace("_", "-"): value for name, value in values.items()}
    return Order(server[1], server[0], {"save": "", **named}, rate, 100, seconds)


def test_kill_9_takes_nothing_from_the_aof(real_server: Server) -> None:
    outcome = run(order(real_server, appendonly="yes"), "process_crash")
    assert outcome.promised_s == 0
    assert (outcome.lost, outcome.kept) == (0, True)
    assert outcome.acknowledged > 1000


def test_kill_9_takes_everything_where_nothing_is_written(real_server: Server) -> None:
    outcome = run(order(real_server), "process_crash")
    assert outcome.promised_s is None
    assert outcome.lost == outcome.acknowledged > 1000


def test_a_power_cut_takes_about_a_second_from_everysec(real_server: Server) -> None:
    power_cut_works(real_server[1])
    outcome = run(order(real_server, appendonly="yes"), "power_loss")
    assert outcome.promised_s == pytest.approx(1.15, abs=0.5)
    assert outcome.kept
    assert 0 < outcome.lost < outcome.acknowledged


def test_a_power_cut_takes_nothing_from_always(real_server: Server) -> None:
    power_cut_works(real_server[1])
    outcome = run(order(real_server, appendonly="yes", appendfsync="always"), "power_loss")
    assert (outcome.promised_s, outcome.lost) == (0, 0)


def test_a_power_cut_takes_everything_unsynced_from_no(real_server: Server) -> None:
    power_cut_works(real_server[1])
    outcome = run(order(real_server, appendonly="yes", appendfsync="no"), "power_loss")
    assert outcome.lost == outcome.acknowledged


def test_snapshots_keep_what_is_older_than_their_window(real_server: Server) -> None:
    outcome = run(order(real_server, seconds=5.5, save="1 1"), "process_crash")
    assert outcome.promised_s == pytest.approx(2.5, abs=0.2)
    assert outcome.kept
    assert 0 < outcome.lost < outcome.acknowledged


def test_a_promoted_replica_has_nearly_everything(real_server: Server) -> None:
    outcome = run(order(real_server, appendonly="yes"), "failover")
    assert outcome.promised_s == 1
    assert outcome.kept


def test_a_broken_promise_is_found(
    real_server: Server, monkeypatch: pytest.MonkeyPatch, run_drill: Run
) -> None:
    """A model that promised nothing lost for snapshots would be caught."""
    monkeypatch.setattr(drill, "promise", lambda *_, **__: 0.0)
    outcome = run(order(real_server, seconds=1), "process_crash")
    assert not outcome.kept


def test_the_command_prints_promise_against_outcome(
    real_server: Server, run_drill: Run, tmp_path: Path
) -> None:
    (tmp_path / "redis.conf").write_text(
        "port 6379\nrequirepass hunter2\nappendonly yes\n", encoding="utf-8"
    )
    result = run_drill("redis.conf", "--server", real_server[0], "--duration", "1s",
                       "--failover", "--format", "json")  # fmt: skip
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["kept"] is True
    assert [fault["fault"] for fault in document["faults"]] == ["process_crash", "failover"]
    for fault in document["faults"]:
        assert {"promised_s", "lost_s", "acknowledged", "lost", "kept"} <= set(fault)
    assert "hunter2" not in result.output


def test_a_confirmed_write_survives_a_failover(real_server: Server) -> None:
    base = order(real_server, rate=500, appendonly="yes")
    outcome = run(
        Order(base.binary, base.server, base.values, 500, 100, 2, confirm="wait"), "failover"
    )
    assert (outcome.promised_s, outcome.lost) == (0, 0)
    assert outcome.acknowledged > 100


def test_nothing_is_left_behind(real_server: Server, tmp_path: Path) -> None:
    base = order(real_server, seconds=0.5, appendonly="yes")
    run(Order(base.binary, base.server, base.values, 1000, 100, 0.5, where=tmp_path), "failover")
    assert list(tmp_path.iterdir()) == []


ENDINGS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT]


def _hears_signals() -> None:
    """What runs in the background or under nohup hands ignored signals down to its children."""
    for number in ENDINGS:
        signal.signal(number, signal.SIG_DFL)


@pytest.fixture
def drilling(real_server: Server, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A drill in the middle of its writes, and its server's port."""
    words = [sys.executable, "-m", "redislint", "drill", "--dir", str(tmp_path), "--duration", "60s",
             "--server", real_server[0]]  # fmt: skip
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=_hears_signals
    ) as process:
        end = time.monotonic() + 30
        while not list(tmp_path.glob("*/data.conf")) and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(0.5)
        conf = next(tmp_path.glob("*/data.conf")).read_text()
        yield process, int(conf.partition("\nport ")[2].split()[0])


@pytest.mark.parametrize("number", ENDINGS)
def test_ended_from_outside_it_still_cleans_up(
    drilling: tuple[subprocess.Popen[bytes], int], number: int, tmp_path: Path
) -> None:
    process, port = drilling
    process.send_signal(number)
    assert process.wait(30) == 2
    assert list(tmp_path.iterdir()) == []
    assert refuses(port)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_even_killed_it_leaves_no_server(drilling: tuple[subprocess.Popen[bytes], int]) -> None:
    process, port = drilling
    assert not refuses(port)
    process.kill()
    process.wait()
    end = time.monotonic() + 5
    while not refuses(port) and time.monotonic() < end:
        time.sleep(0.05)
    assert refuses(port)


def refuses(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_nothing_that_could_reach_out_is_taken_over() -> None:
    for name in ("port", "bind", "requirepass", "masterauth", "replicaof", "loadmodule", "include",
                 "aclfile", "dir", "logfile", "unixsocket", "rename-command", "maxmemory"):  # fmt: skip
        assert name not in KEPT


def test_file_names_cannot_leave_the_folder(real_server: Server) -> None:
    base = order(real_server, appendonly="yes", dbfilename="../../x", appendfilename="a/b")
    found = drill.server_settings(base)
    assert "dbfilename" not in found
    assert "appendfilename" not in found


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--write-rate", "0"], "--write-rate 0: a drill writes 0.1 to 100000/s"),
        (["--duration", "10"], "--duration 10 has no unit"),
        (["--duration", "1d"], "--duration 1d: a drill takes 500ms to 1h"),
        (["--server", "redis-2.8"], "there is no redis-2.8 on this machine, only "),
        (["--dir", "nowhere"], "--dir nowhere: is no folder"),
        (["missing.conf"], "missing.conf: "),
    ],
)
def test_bad_input_ends_with_one_line_and_status_2(
    run_drill: Run, real_server: Server, words: list[str], message: str
) -> None:
    result = run_drill(*words)
    assert result.exit_code == 2
    assert message in result.stderr


def test_without_a_server_it_says_how_to_get_one(
    run_drill: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("redislint.advisor.servers.available", dict)
    result = run_drill()
    assert result.exit_code == 2
    assert "pip install 'redislint[drill]'" in result.stderr


@pytest.mark.slow
def test_a_slow_snapshot_counts_twice(real_server: Server) -> None:
    """Between the start of one snapshot and the end of the next lie both, and the save point."""
    from redislint.advisor.model import rdb_loss_window

    slow = {"rdb-key-save-delay": "1000"}
    with folder() as place, Throwaway(
        real_server[1], place / "data", slow, save=((3, 1),)
    ) as server:  # fmt: skip
        server.wait()
        with server.client() as client:
            client.pipeline(("SET", f"k{n}", "x") for n in range(1500))
            starts, ends = _snapshots(client, 16)
    longest = max(end - start for start, end in zip(starts, ends, strict=False))
    windows = [ends[n + 1] - starts[n] for n in range(len(ends) - 1)]
    bound = rdb_loss_window(((3, 1),), 1000, longest)
    assert bound is not None
    assert max(windows) <= bound
    assert max(windows) > 3 + longest, "one snapshot alone would not be a bound"


def _snapshots(client: object, seconds: float) -> tuple[list[float], list[float]]:
    from redislint.advisor.resp import Client

    assert isinstance(client, Client)
    starts: list[float] = []
    ends: list[float] = []
    before = "0"
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        client("SET", "k1", os.urandom(4))
        now = client.info("persistence")["rdb_bgsave_in_progress"]
        if now != before:
            (starts if now == "1" else ends).append(time.monotonic())
            before = now
        time.sleep(0.01)
    return starts, ends


def test_the_temporary_folder_is_the_default_place() -> None:
    with folder() as place:
        assert place.parent == Path(tempfile.gettempdir())
    assert not place.exists()
