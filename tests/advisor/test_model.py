"""Loss windows: what each fault can take, as an upper bound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redislint.advisor.model import (
    Replication,
    dead_save_points,
    everysec_window,
    fires_first,
    loss_windows,
    rdb_loss_window,
)
from redislint.advisor.settings import DEFAULT_SAVE, Persistence, of_mapping, save_points

EVERYSEC = Persistence(appendonly=True)
POINTS = st.lists(
    st.tuples(st.integers(1, 86400), st.integers(1, 100_000)), min_size=1, max_size=5
).map(tuple)


def test_save_3600_1_loses_up_to_an_hour() -> None:
    assert rdb_loss_window(((3600, 1),)) == 3600


def test_without_a_rate_a_quiet_server_waits_for_the_point_with_the_fewest_changes() -> None:
    assert rdb_loss_window(DEFAULT_SAVE) == 3600


@pytest.mark.parametrize(
    ("rate", "expected"),
    # A clock of whole seconds and a tick come on top; a busy server reaches the shorter points.
    [(0.01, 3601.1), (1, 301.1), (10, 301.1), (1000, 61.1)],
)
def test_a_busy_server_saves_more_often(rate: float, expected: float) -> None:
    assert rdb_loss_window(DEFAULT_SAVE, rate) == pytest.approx(expected)


def test_the_snapshot_itself_counts_twice() -> None:
    """Everything since the start of the last one is at risk until the next one has ended."""
    assert rdb_loss_window(((60, 1),), 1000, save_seconds=10) == pytest.approx(60 + 1 + 0.1 + 20)


def test_no_save_point_loses_everything() -> None:
    assert rdb_loss_window(()) is None


@given(POINTS, st.floats(0.001, 1e6), st.floats(0, 600))
def test_another_save_point_never_loses_more(
    points: tuple[tuple[int, int], ...], rate: float, save: float
) -> None:
    fewer, more = rdb_loss_window(points[:1], rate, save), rdb_loss_window(points, rate, save)
    assert fewer is not None
    assert more is not None
    assert more <= fewer


@given(POINTS, st.floats(0.001, 1e6))
def test_the_point_that_fires_first_alone_has_the_same_window(
    points: tuple[tuple[int, int], ...], rate: float
) -> None:
    first = fires_first(points, rate)
    assert first is not None
    alone, all_ = rdb_loss_window((first,), rate), rdb_loss_window(points, rate)
    assert alone is not None
    assert all_ is not None
    # The clock counts whole seconds, so two close points may change places.
    assert all_ <= alone <= all_ + 1.0


def test_a_point_that_another_always_beats_is_dead() -> None:
    assert dead_save_points(((900, 1), (3600, 20), (60, 1000))) == [((3600, 20), (900, 1))]


def test_nothing_on_disk_loses_everything() -> None:
    found = loss_windows(Persistence())
    assert (found.process_crash, found.power_loss, found.disk_loss) == (None, None, None)


def test_everysec_loses_nothing_to_kill_9_and_about_a_second_to_a_power_cut() -> None:
    found = loss_windows(EVERYSEC, fsync_s=0.05)
    assert found.process_crash == 0
    assert found.power_loss == pytest.approx(1.15)


def test_everysec_on_a_disk_that_stalls_loses_to_kill_9_as_well() -> None:
    found = loss_windows(EVERYSEC, fsync_s=4)
    assert found.process_crash == pytest.approx(2.1)
    assert found.power_loss == pytest.approx(8.1)


def test_a_slow_clock_adds_its_tick() -> None:
    usual, slow = loss_windows(EVERYSEC), loss_windows(of_mapping({"appendonly": "yes", "hz": "1"}))
    assert usual.power_loss is not None
    assert slow.power_loss == pytest.approx(usual.power_loss + 0.9)


def test_always_loses_nothing() -> None:
    found = loss_windows(Persistence(appendonly=True, appendfsync="always"), fsync_s=4)
    assert (found.process_crash, found.power_loss) == (0, 0)


def test_no_leaves_it_to_the_kernel() -> None:
    found = loss_windows(Persistence(appendonly=True, appendfsync="no"), fsync_s=0)
    assert (found.process_crash, found.power_loss) == (0, 35)


def test_no_fsync_on_rewrite_breaks_even_always() -> None:
    p = Persistence(appendonly=True, appendfsync="always", no_appendfsync_on_rewrite=True)
    assert loss_windows(p, fsync_s=0).power_loss == 35


def test_the_aof_decides_where_there_are_snapshots_too() -> None:
    both = Persistence(appendonly=True, save=((3600, 1),))
    assert loss_windows(both).power_loss == loss_windows(EVERYSEC).power_loss


def test_without_a_replica_a_dead_disk_takes_everything() -> None:
    assert loss_windows(EVERYSEC).disk_loss is None
    assert loss_windows(EVERYSEC, replication=Replication(1, 0.2)).disk_loss == 0.2


def test_a_cut_off_primary_is_bounded_only_by_min_replicas() -> None:
    copies = Replication(2)
    assert loss_windows(EVERYSEC, replication=copies).partition is None
    bounded = Persistence(appendonly=True, min_replicas=1, min_replicas_max_lag=10)
    assert loss_windows(bounded, replication=copies).partition == 11


def test_waitaof_loses_no_confirmed_write() -> None:
    found = loss_windows(EVERYSEC, replication=Replication(1, waitaof=True))
    assert set(found.as_dict().values()) == {0.0}


def test_wait_does_not_protect_against_a_power_cut() -> None:
    found = loss_windows(EVERYSEC, replication=Replication(1, wait=1))
    assert found.failover == 0
    assert found.power_loss is not None
    assert found.power_loss > 1


@given(st.floats(0, 10), st.floats(0, 10))
def test_a_slower_disk_never_loses_less(one: float, two: float) -> None:
    slow, fast = max(one, two), min(one, two)
    assert everysec_window(slow) >= everysec_window(fast) >= 1


def test_a_mapping_as_config_get_prints_it_will_do() -> None:
    found = loss_windows({"save": "", "appendonly": "yes", "appendfsync": "always"})
    assert (found.process_crash, found.power_loss) == (0, 0)


def test_a_mapping_without_save_has_the_default_points() -> None:
    assert of_mapping({}).save == DEFAULT_SAVE


@pytest.mark.parametrize(
    ("text", "points"),
    [("", ()), ('""', ()), ("3600 1", ((3600, 1),)), ("900 1 300 10", ((900, 1), (300, 10)))],
)
def test_save_points_are_read_as_config_get_prints_them(
    text: str, points: tuple[tuple[int, int], ...]
) -> None:
    assert save_points(text) == points


@pytest.mark.parametrize("text", ["60", "a b", "0 1", "60 -1"])
def test_other_texts_are_no_save_points(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no list|invalid literal|below 1 second"):
        save_points(text)
