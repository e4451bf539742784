"""Sizes, durations and rates are read as written, or refused with a way out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redislint.advisor import units
from redislint.advisor.units import AdvisorError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8gb", 8 * 2**30),
        ("8g", 8 * 10**9),
        ("1.5 GB", 3 * 2**29),
        ("512mb", 512 * 2**20),
        ("4k", 4000),
        ("64b", 64),
        ("2GiB", 2 * 2**30),
    ],
)
def test_a_size_means_what_redis_conf_means(text: str, expected: int) -> None:
    assert units.parse_size("--data-size", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("500ms", 0.5),
        ("60s", 60),
        ("5m", 300),
        ("5min", 300),
        ("1h", 3600),
        ("0", 0),
        ("2d", 172800),
    ],
)
def test_a_duration_has_a_unit(text: str, expected: float) -> None:
    assert units.parse_duration("--rpo", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("5000", 5000), ("5k", 5000), ("5k/s", 5000), ("300/min", 5), ("1.5m", 1_500_000), ("0", 0)],
)
def test_a_rate_is_per_second_unless_it_says_otherwise(text: str, expected: float) -> None:
    assert units.parse_rate("--write-rate", text) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("parse", "text", "message"),
    [
        (units.parse_size, "8", "--x 8 has no unit: write 8mb or 8gb"),
        (units.parse_size, "-1gb", "--x -1gb is negative: write 512mb or 8gb"),
        (
            units.parse_size,
            "8 apples",
            "--x 8 apples: 'apples' is no unit of size: write kb, mb, gb",
        ),
        (units.parse_size, "5000tb", "--x 5000tb is more than a pebibyte: check the unit"),
        (units.parse_size, "big", "--x 'big' is no number with a unit: write 512mb or 8gb"),
        (units.parse_size, "1e999gb", "--x '1e999gb' is beyond all measure: write 512mb or 8gb"),
        (units.parse_duration, "5", "--x 5 has no unit: write 5s or 5ms"),
        (units.parse_duration, "400d", "--x 400d is longer than a year: check the unit"),
        (units.parse_rate, "-5", "--x -5 is negative: write 5000 or 300/min"),
        (units.parse_share, "0", "--x 0 is no share: write more than 0% and up to 100%"),
        (units.parse_share, "120%", "--x 120% is no share: write more than 0% and up to 100%"),
    ],
)
def test_nonsense_is_refused_with_a_way_out(parse: object, text: str, message: str) -> None:
    assert callable(parse)
    with pytest.raises(AdvisorError) as refused:
        parse("--x", text)
    assert str(refused.value) == message


@given(st.text(max_size=60))
def test_no_text_does_anything_but_parse_or_be_refused_in_one_line(text: str) -> None:
    for parse in (units.parse_size, units.parse_duration, units.parse_rate, units.parse_share):
        try:
            value = parse("--x", text)
        except AdvisorError as refused:
            assert len(str(refused)) < 200  # noqa: PT017
        else:
            assert value >= 0


@given(st.integers(min_value=1, max_value=2**50))
def test_a_shown_size_is_within_one_percent_of_the_size(amount: int) -> None:
    shown = units.size(amount).replace("kB", "kb").replace(" ", "")
    assert units.parse_size("x", shown) == pytest.approx(amount, rel=0.01, abs=1)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(None, "everything"), (0, "0 s"), (0.002, "2 ms"), (1.36, "1.36 s"), (60, "60 s"),
     (3600, "60 min"), (86400, "24 h"), (0.0001, "100 µs")],
)  # fmt: skip
def test_a_shown_duration_has_its_unit(seconds: float | None, shown: str) -> None:
    assert units.duration(seconds) == shown


@pytest.mark.parametrize(("value", "expected"), [(1.38, "1.4"), (15.2, "15"), (1583.0, "1600")])
def test_a_factor_is_written_out(value: float, expected: str) -> None:
    assert units.factor(value) == expected
