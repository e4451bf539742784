"""`advise --from`: a running server is asked with INFO and CONFIG GET, and with nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from redislint.advisor.live import observe, understand
from redislint.advisor.throwaway import Throwaway
from redislint.advisor.writer import Writer

Run = Callable[..., Result]


@pytest.fixture
def running(real_server: tuple[str, Path], tmp_path: Path) -> Iterator[Throwaway]:
    with Throwaway(real_server[1], tmp_path / "data", {"appendonly": "yes"}) as server:
        server.wait()
        yield server


@pytest.mark.server
def test_size_rate_and_settings_come_from_the_server(running: Throwaway) -> None:
    writer = Writer(running.client(), 500, 1000)
    writer.start()
    try:
        seen = observe(f"redis://127.0.0.1:{running.port}", sample_s=1.0)
    finally:
        writer.stop()
    assert float(str(seen.options["write-rate"])) == pytest.approx(500, rel=0.3)
    assert seen.values["appendonly"] == "yes"
    assert seen.values["save"] == ""


@pytest.mark.server
def test_only_reading_commands_are_sent(running: Throwaway) -> None:
    with running.client() as client:
        client("CONFIG", "RESETSTAT")
        observe(f"redis://127.0.0.1:{running.port}", sample_s=0)
        stats = client.info("commandstats")
    calls = {name.removeprefix("cmdstat_").partition("|")[0] for name in stats if "cmdstat" in name}
    assert calls <= {"info", "config"}
    assert not {name for name in stats if "|set" in name or "|rewrite" in name}


@pytest.mark.server
def test_the_answer_says_what_it_loses_today(running: Throwaway, run_advise: Run) -> None:
    with running.client() as client:
        client.pipeline(("SET", f"key:{n}", "x" * 100) for n in range(2000))
    result = run_advise("--from", f"redis://127.0.0.1:{running.port}", "--format", "json")
    document = json.loads(result.stdout)
    assert document["today"]["source"] == f"redis://127.0.0.1:{running.port}"
    assert document["today"]["loss_s"]["process_crash"] == 0


@pytest.mark.server
def test_a_password_is_asked_for_and_never_shown(
    real_server: tuple[str, Path], tmp_path: Path, run_advise: Run
) -> None:
    with Throwaway(real_server[1], tmp_path / "data", {"requirepass": "hunter2"}) as server:
        server.wait()
        result = run_advise("--from", f"redis://127.0.0.1:{server.port}")
        assert "wants a password" in result.stderr
        result = run_advise("--from", f"redis://:wrong-hunter3@127.0.0.1:{server.port}")
        assert result.exit_code == 2
        assert "hunter3" not in result.output + result.stderr
        result = run_advise("--from", f"redis://:hunter2@127.0.0.1:{server.port}")
        assert "hunter2" not in result.output + result.stderr
        assert "recommended: " in result.stdout


def test_a_listener_that_is_no_redis_ends_in_one_line(run_advise: Run) -> None:
    import socket
    import threading

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def answer() -> None:
            peer, _ = listener.accept()
            with peer:
                peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        result = run_advise("--from", f"redis://127.0.0.1:{listener.getsockname()[1]}")
    assert result.exit_code == 2
    assert result.stderr.endswith("cannot be read: this is no RESP\n")


def test_a_known_fork_time_replaces_the_average() -> None:
    info = {
        "redis_version": "7.2.4", "used_memory": str(2**30), "used_memory_rss": str(2 * 2**30),
        "latest_fork_usec": "400000", "db0": "keys=1000000,expires=0", "connected_slaves": "2",
        "rdb_changes_since_last_save": "100",
    }  # fmt: skip
    later = {**info, "rdb_changes_since_last_save": "350"}
    seen = understand("redis://x:6379", info, later, {}, 1.0)
    assert seen.machine.fork_s_per_gb == pytest.approx(0.2)
    assert seen.machine.frag == 2
    assert seen.options["write-rate"] == "250.000"
    assert seen.options["replicas"] == "2"
    assert seen.options["server"] == "redis-7.2.4"


def test_an_idle_server_is_reckoned_from_its_last_snapshot() -> None:
    info = {
        "used_memory": "9000000", "rdb_changes_since_last_save": "600",
        "uptime_in_seconds": "90000", "rdb_last_save_time": "1000",
        "server_time_usec": "1060000000",
    }  # fmt: skip
    seen = understand("redis://x", info, info, {}, 1.0)
    assert float(str(seen.options["write-rate"])) == 10
    assert seen.notes["write-rate"] == (
        "10 writes/s: 600 changes in 60 s since the last snapshot or start,"
        " none in the 1 s of the sample"
    )


def test_a_maxmemory_that_fits_is_left_to_its_owner(tmp_path: Path, run_advise: Run) -> None:
    conf = tmp_path / "redis.conf"
    conf.write_text("maxmemory 2gb\nappendonly yes\n", encoding="utf-8")
    block = run_advise(str(conf), "--memory-limit", "8gb", "--format", "conf").stdout
    assert "# maxmemory 2 GB stays: a fork fits within 8 GB\n" in block
    assert "\nmaxmemory" not in block
    conf.write_text("maxmemory 2gb\n", encoding="utf-8")
    words = ("--data-size", "1gb", "--memory-limit", "2gb", "--format", "conf")
    assert "\nmaxmemory 1" in run_advise(str(conf), *words).stdout
