from datetime import UTC, date, datetime, timedelta

import pytest

from app.reports.network import FreePlaces, by_week, is_running_out

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def test_places_are_counted_in_weeks_from_today():
    days = [
        (TODAY, 3),
        (TODAY + timedelta(days=6), 2),
        (TODAY + timedelta(days=7), 5),
        (TODAY + timedelta(days=28), 9),
    ]
    assert by_week(days, TODAY) == (5, 5, 0, 0)


@pytest.mark.parametrize(
    ("waiting", "places", "first_in", "expected"),
    [
        (0, 0, None, False),
        (3, 3, timedelta(days=1), False),
        (4, 3, timedelta(days=1), True),
        (1, 9, timedelta(days=6), True),
        (1, 0, None, True),
    ],
)
def test_places_run_out_when_people_wait_and_too_few_are_near(waiting, places, first_in, expected):
    free = FreePlaces(((TODAY + timedelta(days=1), places),), NOW + first_in if first_in else None)
    assert is_running_out(waiting, free, TODAY, NOW) is expected
