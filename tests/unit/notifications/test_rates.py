"""A bucket that fills evenly, whatever the clock does."""

from datetime import timedelta

import pytest

from app.notifications.delivery.rates import filled, most


@pytest.mark.parametrize(
    ("tokens", "per_minute", "seconds", "then"),
    [
        (0, 60, 1, 1),
        (0, 60, 0.5, 0.5),
        (0, 60, 3600, 10),  # ten seconds' worth, not an hour's
        (3, 60, -3600, 3),  # the clock was set back
        (0, 1, 60, 1),
        (0, 1, 30, 0.5),
        (-2, 60, 1, -1),
    ],
)
def test_it_fills_with_time_and_never_over_its_brim(tokens, per_minute, seconds, then) -> None:
    assert filled(tokens, per_minute, timedelta(seconds=seconds)) == then


def test_the_slowest_rate_still_lets_one_through() -> None:
    assert most(0.1) == 1
