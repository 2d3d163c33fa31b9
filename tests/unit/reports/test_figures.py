from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reports.figures import (
    Period,
    change_percent,
    grouped,
    half_year,
    last_full_half,
    level,
    middle,
    nine_of_ten,
    ranked,
    share_percent,
    told_share,
)


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (432, 355, Decimal("21.69")),
        (355, 432, Decimal("-17.82")),
        (10, 10, Decimal("0.00")),
        (0, 4, Decimal("-100.00")),
        (5, 0, None),
    ],
)
def test_a_change_is_told_in_hundredths_of_a_per_cent(now, before, expected):
    assert change_percent(now, before) == expected


@pytest.mark.parametrize(
    ("part", "whole", "expected"), [(0, 0, None), (1, 8, 13), (1, 2, 50), (3, 3, 100), (0, 5, 0)]
)
def test_a_share_is_rounded_half_up(part, whole, expected):
    assert share_percent(part, whole) == expected


def test_the_year_before_a_leap_day_ends_on_the_28th():
    assert Period(date(2028, 2, 29), date(2028, 2, 29)).year_before == Period(
        date(2027, 2, 28), date(2027, 2, 28)
    )


def test_a_half_year_and_the_newest_that_is_over():
    assert half_year(2023, 1) == Period(date(2023, 1, 1), date(2023, 6, 30))
    assert half_year(2023, 2).months == [(2023, month) for month in range(7, 13)]
    assert last_full_half(date(2026, 11, 24)) == (2026, 1)
    assert last_full_half(date(2026, 6, 30)) == (2025, 2)


def test_middles_of_nothing_are_nothing():
    assert (middle([]), nine_of_ten([])) == (None, None)
    assert (middle([3, 1, 2, 9]), nine_of_ten(range(1, 11))) == (2, 9)


def test_the_most_frequent_comes_first():
    assert ranked(["ru", "en", "ru", "zh"]) == [("ru", 2), ("en", 1), ("zh", 1)]


@given(st.lists(st.integers(-5, 100)), st.lists(st.integers(0, 50), unique=True).map(sorted))
def test_every_number_is_in_one_group(numbers, edges):
    counts = grouped(numbers, edges)
    assert len(counts) == len(edges) + 1
    assert sum(counts) == len(numbers)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_level_never_leaves_the_scale(part, whole):
    found = level(part, whole, 6)
    assert 0 <= found <= 5
    assert (found == 0) == (part == 0 or whole == 0)


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [(8, 10, (8, 10)), (1, 1, (1, 1)), (98, 99, (98, 99)), (80, 100, (80, 100)), (805, 1000, (81, 100))],
)
def test_a_share_of_few_is_told_by_their_number(part, whole, told):
    assert told_share(part, whole) == told


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2026, 6, 30), date(2026, 12, 31)), (date(2026, 7, 1), date(2026, 7, 1)),
        (date(2026, 12, 31), date(2026, 12, 31)), (date(2027, 5, 1), date(2026, 12, 31)),
    ],
)  # fmt: skip
def test_a_period_that_runs_ends_today(today, last):
    assert half_year(2026, 2).until(today) == Period(date(2026, 7, 1), last)
