"""A workload is checked before anything is computed: contradictions name the two that clash."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from redislint.advisor.units import AdvisorError
from redislint.advisor.workload import OPTIONS, Workload, build

Make = Callable[..., Workload]


def test_the_contract_is_understood(workload: Make) -> None:
    work = workload()
    assert work.data_bytes == 8 * 2**30
    assert work.memory_limit == 16 * 2**30
    assert (work.write_rate, work.value_size, work.replicas) == (5000, 512, 1)
    assert (work.rpo_s, work.rto_s) == (1, 60)
    assert work.purpose.name == "queue"
    assert work.disk.name == "gp3"


def test_what_nobody_said_is_listed_as_assumed() -> None:
    work = build({"data-size": "1gb", "workload": "session"})
    assert "write rate 1000 writes/s (--write-rate)" in work.assumed
    assert "RPO 60 s, usual for a session store (--rpo)" in work.assumed
    assert any(line.startswith("disk gp3") for line in work.assumed)


def test_what_was_said_is_not_listed(workload: Make) -> None:
    assert not any("rpo" in line or "disk" in line for line in workload().assumed)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data_size": None}, "--data-size is missing: how much data is there, as 8gb?"),
        (
            {"data_size": "20gb"},
            "--data-size 20 GB is above --memory-limit 16 GB: Redis keeps all data in memory;"
            " shard it, or give more memory",
        ),
        (
            {"rpo": "0s", "disk": "none"},
            "--rpo 0s and --disk none exclude each other: without a disk a restart loses everything;"
            " give a disk, or say how much may be lost",
        ),
        (
            {"replicas": "0", "disk": "none"},
            "--rpo 1 s and --disk none exclude each other: without a disk and without replicas a"
            " restart loses everything; give one of the two",
        ),
        (
            {"rto": "0s"},
            "--rto 0s and a restart exclude each other: loading takes time; allow some, or give"
            " --replicas and --failover-time",
        ),
        (
            {"replicas": "0", "failover_time": "20s"},
            "--failover-time 20 s and --replicas 0 exclude each other: there is nothing to fail over to",
        ),
        (
            {"value_size": "100mb", "data_size": "64mb"},
            "--value-size 100 MB is above --data-size 64 MB: not one value would fit",
        ),
        ({"disk": "floppy"}, "--disk 'floppy' is none of "),
        ({"workload": "pets"}, "--workload 'pets' is none of cache, session, queue, "),
        ({"write_rate": "-5"}, "--write-rate -5 is negative: write 5000 or 300/min"),
        ({"rpo": "1"}, "--rpo 1 has no unit: write 1s or 1ms"),
        ({"disk_throughput": "250"}, "--disk-throughput 250 has no unit: write 250mb/s or 250gb/s"),
        ({"clients": "0"}, "--clients 0: nobody would write"),
        ({"save": ""}, "--save '' is no save point: write seconds and changes, as '300 1'"),
        ({"save": "60"}, "--save '60' is no save point: write seconds and changes, as '300 1'"),
        ({"server": "mysql"}, "--server 'mysql' is no known server: write "),
        ({"replicas": "many"}, "--replicas 'many' is no whole number"),
        (
            {"write_rate": "1m", "value_size": "1mb"},
            "--write-rate 1000000 writes/s of --value-size",
        ),
        (
            {"disk": "none", "rpo": "any", "fsync_latency": "2ms"},
            "--disk none and --disk-throughput or --fsync-latency exclude each other:"
            " leave one of them out",
        ),
    ],
)
def test_contradictions_and_nonsense_are_refused(
    workload: Make, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(AdvisorError) as refused:
        workload(**changes)
    assert str(refused.value).startswith(message)
    assert "\n" not in str(refused.value)


def test_an_unknown_key_names_its_neighbour() -> None:
    with pytest.raises(AdvisorError, match="unknown key 'data_size': did you mean 'data-size'"):
        build({"data_size": "1gb"})


@pytest.mark.parametrize("name", ["session store", "Session_Store", "session-store", "sessions"])
def test_a_use_may_be_written_as_people_write_it(workload: Make, name: str) -> None:
    assert workload(workload=name).purpose.name == "session"


@pytest.mark.parametrize(
    ("server", "note"),
    [
        ("redis-99", "redis-99 is not known yet: redis-8.2 answers for it (--server)"),
        ("redis-7.2.4", None),
        ("valkey", None),
        ("redis-7", None),
    ],
)
def test_a_server_that_nobody_knows_yet_is_named(
    workload: Make, server: str, note: str | None
) -> None:
    notes = [line for line in workload(server=server).assumed if "--server" in line]
    assert notes == ([note] if note else [])


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("value", ["", "nonsense", "-1", {}, [], True, "\x00", "9" * 400])
def test_no_value_of_any_option_ends_in_a_traceback(name: str, value: object) -> None:
    try:
        build({"data-size": "1gb", name: value})
    except AdvisorError as refused:
        assert len(str(refused)) < 400  # noqa: PT017
