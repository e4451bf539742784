"""Every block to paste is accepted: by verify for every version, and by the real servers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from redislint import verify
from redislint.advisor.compare import compare
from redislint.advisor.throwaway import free_port
from redislint.advisor.workload import Workload
from redislint.judgement.effective import effective
from redislint.knowledge.servers import SERVERS

Make = Callable[..., Workload]


@pytest.mark.parametrize("server", SERVERS)
def test_verify_accepts_every_plan_of_every_version(workload: Make, server: str) -> None:
    for p in compare(workload(server=server, replicas=2)).plans:
        verdict = verify(p.conf.encode(), server)
        assert verdict.accepted, (p.plan.name, verdict.line, verdict.message)


@pytest.mark.parametrize("server", ["redis-6.2", "redis-8.2", "valkey-9.1"])
def test_a_block_means_what_its_plan_says(workload: Make, server: str) -> None:
    for p in compare(workload(server=server)).plans:
        found = effective(server, p.conf.encode())
        s = p.plan.settings
        assert found["save"].value == " ".join(f"{a} {b}" for a, b in s.save)
        assert found["appendonly"].value == ("yes" if s.appendonly else "no")
        assert found["min-replicas-to-write"].value == str(s.min_replicas)
        if s.appendonly:
            assert found["appendfsync"].value == s.appendfsync
            assert found["aof-use-rdb-preamble"].value == ("yes" if s.preamble else "no")
            assert found["auto-aof-rewrite-percentage"].value == str(s.rewrite_percentage)


def test_maxmemory_leaves_room_for_the_fork(workload: Make) -> None:
    c = compare(workload())
    assert c.recommended is not None
    found = effective("redis-8.2", c.recommended.conf.encode())
    assert 8 * 2**30 <= int(found["maxmemory"].value) < 16 * 2**30
    assert found["maxmemory-policy"].value == "noeviction"


def test_a_cache_evicts(workload: Make) -> None:
    c = compare(workload(workload="cache", rpo="any"))
    assert "maxmemory-policy allkeys-lru" in c.plans[0].conf


@pytest.mark.server
def test_real_servers_start_with_every_plan(
    workload: Make, real_server: tuple[str, Path], tmp_path: Path
) -> None:
    server, binary = real_server
    distinct = {p.conf.split("\n", 1)[1]: p for p in compare(workload(server=server)).plans}
    for number, (text, p) in enumerate(distinct.items()):
        conf = tmp_path / f"{number}.conf"
        conf.write_text(p.conf, encoding="utf-8")
        assert _starts(binary, conf, tmp_path / str(number)), (p.plan.name, text)


def _starts(binary: Path, conf: Path, data: Path) -> bool:
    """Whether the server answers PING with exactly this file, beside where it listens and writes."""
    import contextlib
    import subprocess
    import time

    from redislint.advisor.resp import Client

    data.mkdir()
    port = free_port()
    command = [str(binary), str(conf), "--port", str(port), "--bind", "127.0.0.1",
               "--dir", str(data), "--daemonize", "no"]  # fmt: skip
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=data
    ) as process:
        try:
            end = time.monotonic() + 20
            while process.poll() is None and time.monotonic() < end:
                with contextlib.suppress(OSError), Client(port=port, timeout=2) as client:
                    return bool(client("PING") == "PONG")
                time.sleep(0.01)
            return False
        finally:
            process.kill()
