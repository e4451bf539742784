"""The choice: right for each use, with reasons, and honest about what it breaks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redislint.advisor.compare import compare, within
from redislint.advisor.reasons import reasons
from redislint.advisor.workload import Workload, build

Make = Callable[..., Workload]


def chosen(**options: object) -> str | None:
    c = compare(build({k.replace("_", "-"): v for k, v in options.items()}))
    return c.recommended.plan.name if c.recommended else None


def test_the_contract_is_answered_with_everysec_and_the_replica(workload: Make) -> None:
    c = compare(workload())
    assert c.recommended is not None
    assert c.recommended.plan.name == "aof-everysec+replica"
    assert c.recommended.loss.process_crash == 0


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"workload": "cache"}, "none"),
        ({"workload": "cache", "replicas": 2}, "none+replica"),
        ({"workload": "primary", "data-size": "2kb", "value-size": 10}, "rdb+aof-everysec"),
        ({"workload": "cache", "rpo": "1h", "write-rate": "5000"}, "rdb"),
        ({"workload": "session"}, "aof-everysec"),
        ({"workload": "queue", "replicas": 2}, "aof-everysec+replica+min-replicas"),
        ({"workload": "primary"}, "rdb+aof-everysec"),
        ({"workload": "primary", "rpo": "0s", "disk": "nvme"}, "rdb+aof-always"),
        ({"workload": "queue", "rpo": "100ms", "disk": "nvme"}, "aof-always"),
    ],
)
def test_each_use_gets_what_fits_it(options: dict[str, object], name: str) -> None:
    assert chosen(**{"data-size": "1gb", **options}) == name


def test_every_plan_is_compared_with_and_without_replicas(workload: Make) -> None:
    names = {p.plan.name for p in compare(workload()).plans}
    bases = ("none", "rdb", "aof-no", "aof-everysec", "aof-always", "rdb+aof-everysec")
    for base in bases:
        extras = ("", "+replica", "+replica+min-replicas", "+replica+wait")
        assert {base + extra for extra in extras} <= names
    assert {"aof-everysec-plain", "aof-everysec+replica+waitaof"} <= names


def test_a_plan_without_the_replicas_for_it_says_so(workload: Make) -> None:
    c = compare(workload(replicas="0"))
    plan = next(p for p in c.plans if p.plan.name == "aof-everysec+replica")
    assert plan.breaks[0] == "replicas: needs 1, there are 0"


def test_a_limit_of_memory_that_fork_breaks_is_named(workload: Make) -> None:
    c = compare(workload(memory_limit="8200mb"))
    assert c.recommended is None
    broken = next(p for p in c.plans if p.plan.name == "aof-everysec+replica")
    assert any(
        b.startswith("memory: ") and b.endswith("the limit is 8.01 GB") for b in broken.breaks
    )
    assert any(line.startswith("way out: a memory limit of ") for line in reasons(c))


def test_always_with_more_writes_than_the_disk_can_sync_is_impossible(workload: Make) -> None:
    c = compare(workload(disk="hdd", clients="10", rpo="any"))
    always = next(p for p in c.plans if p.plan.name == "aof-always")
    assert always.breaks == (
        "fsync: 10 clients and 15 ms an fsync give 667 writes/s, wanted are 5000 writes/s",
    )


def test_waitaof_needs_a_server_that_has_it(workload: Make) -> None:
    c = compare(workload(server="redis-7.0"))
    plan = next(p for p in c.plans if p.plan.name == "aof-everysec+replica+waitaof")
    assert plan.breaks == ("server: redis-7.0 has no WAITAOF (from 7.2)",)


def test_rewrites_become_more_frequent_where_the_restart_would_take_too_long(
    workload: Make,
) -> None:
    tight, loose = compare(workload()), compare(workload(rto="10m"))
    assert tight.recommended is not None
    assert loose.recommended is not None
    assert tight.recommended.plan.settings.rewrite_percentage < 100
    assert tight.recommended.restart_s <= 60 < loose.recommended.restart_s
    assert any("auto-aof-rewrite-percentage" in line for line in reasons(tight))


def test_the_save_point_is_computed_from_the_tolerated_loss(workload: Make) -> None:
    c = compare(workload(rpo="30m"))
    rdb = next(p for p in c.plans if p.plan.name == "rdb")
    assert rdb.loss.power_loss is not None
    assert rdb.loss.power_loss <= 1800
    assert rdb.plan.settings.save == ((1200, 1),)


def test_the_reasons_weigh_the_choice_against_the_next_best(workload: Make) -> None:
    c = compare(workload())
    assert c.next_best is not None
    lines = [line for line in reasons(c) if line.startswith("against the next best, ")]
    assert len(lines) == 1
    assert c.next_best.plan.name in lines[0]
    assert "gains" in lines[0]
    assert "costs" in lines[0]


def test_always_on_storage_over_the_network_comes_with_its_story(workload: Make) -> None:
    c = compare(workload(disk="efs", rpo="0s", write_rate="100"))
    assert c.recommended is not None
    assert c.recommended.plan.base == "aof-always"
    assert any("the main thread waits for the network" in line for line in reasons(c))


@pytest.mark.parametrize(
    ("window", "wish", "kept"),
    [(1.2, 1, True), (1.6, 1, False), (0.9, 0.5, False), (0, 0, True), (None, 1e6, False)],
)
def test_whole_seconds_are_compared_in_whole_seconds(
    window: float | None, wish: float, kept: bool
) -> None:
    assert within(window, wish) is kept


@settings(max_examples=60, deadline=None)
@given(
    st.integers(2**20, 2**40), st.floats(0, 1e5), st.integers(1, 2**16),
    st.sampled_from(["nvme", "gp3", "efs", "hdd", "none"]), st.integers(0, 5),
    st.sampled_from(["cache", "session", "queue", "primary"]),
)  # fmt: skip
def test_no_recommendation_ever_breaks_a_limit(
    data: int, rate: float, value: int, disk: str, replicas: int, purpose: str
) -> None:
    from redislint.advisor.units import AdvisorError

    options: dict[str, object] = {
        "data-size": f"{data}b", "write-rate": f"{rate:.3f}", "value-size": value, "disk": disk,
        "replicas": replicas, "workload": purpose,
    }  # fmt: skip
    try:
        c = compare(build(options))
    except AdvisorError:
        return
    assert c.recommended is None or c.recommended.breaks == ()
    assert reasons(c)
    for p in c.plans:
        assert p.memory_peak >= c.work.data_bytes
        assert p.restart_s >= 0
        assert all(w is None or w >= 0 for w in p.loss.as_dict().values())


def test_with_an_automatic_failover_its_time_counts_for_the_restart(workload: Make) -> None:
    c = compare(workload(data_size="15gb", memory_limit="32gb", failover_time="20s"))
    assert c.recommended is not None
    assert c.recommended.restart_s > 60


def test_a_rival_is_measured_as_it_could_be_had_here(workload: Make) -> None:
    c = compare(workload(disk="efs", rpo="1s", replicas="0", write_rate="500"))
    assert any(
        line.startswith("not aof-everysec: rpo: kill -9 loses up to 2.1 s") for line in reasons(c)
    )


@pytest.mark.parametrize(
    ("options", "way_out"),
    [
        ({"disk": "none", "workload": "session", "rpo": "5s"}, "a disk (--disk gp3)"),
        ({"disk_size": "10gb"}, "a disk of 10.2 GB, or smaller shards"),
        ({"disk": "hdd", "rpo": "0s", "write_rate": "9000", "server": "redis-7.0"},
         "a faster disk (--disk nvme)"),
    ],
)  # fmt: skip
def test_the_way_out_is_the_disk_that_is_missing(
    workload: Make, options: dict[str, object], way_out: str
) -> None:
    c = compare(workload(**options))
    assert c.recommended is None
    ways = [line for line in reasons(c) if line.startswith("way out") and "disk" in line]
    assert len(ways) == 1
    assert ways[0].startswith(f"way out: {way_out}")


def test_a_small_set_of_data_may_fill_the_memory_that_is_there(workload: Make) -> None:
    c = compare(workload(data_size="1mb", memory_limit="64mb", write_rate="1", value_size="100"))
    assert c.recommended is not None
    limit = next(line for line in c.recommended.conf.splitlines() if line.startswith("maxmemory "))
    assert 30 <= int(limit.split()[1].removesuffix("mb")) <= 44


def test_who_relies_on_a_failover_reads_what_it_rests_on(workload: Make) -> None:
    c = compare(workload(rpo="0s", rto="20s", replicas="2", failover_time="20s"))
    text = "\n".join(reasons(c))
    assert "a replica takes over within 20 s, a restart takes about" in text
    assert "a power cut of the primary alone loses nothing" in text
    assert "WAIT 1 keeps a write on one replica" in text
