"""Which reminders a visit gets: the table of times, and what holds for every table."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.appointments.reminders import QUIET_AFTER_BOOKING, planned

START = datetime(2026, 11, 27, 2, 20, tzinfo=UTC)
USUAL = [4320, 1440, 120]


def before(**length):
    return START - timedelta(**length)


@pytest.mark.parametrize(
    ("booked", "expected"),
    [
        (before(days=9), [4320, 1440, 120]),
        (before(days=3, hours=1), [4320, 1440, 120]),
        (before(days=3, minutes=59), [1440, 120]),  # too soon after the confirmation
        (before(days=1, hours=2), [1440, 120]),
        (before(hours=24), [120]),
        (before(hours=3), [120]),
        (before(hours=2, minutes=59), []),
        (before(hours=2), []),
        (before(minutes=5), []),
    ],
)
def test_reminders_that_are_due_already_or_at_once_are_left_out(booked, expected):
    assert [r.minutes_before for r in planned(START, USUAL, now=booked)] == expected


def test_each_reminder_is_of_no_use_once_the_next_is_due():
    three, one, hours = planned(START, USUAL, now=before(days=9))
    assert (three.send_at, three.expires_at) == (before(days=3), before(days=1))
    assert (one.send_at, one.expires_at) == (before(days=1), before(hours=2))
    assert (hours.send_at, hours.expires_at) == (before(hours=2), START)


def test_a_worker_that_was_down_for_26_hours_sends_one_reminder_and_not_two():
    back = before(hours=1)  # down since before the one-day reminder was due
    still_useful = [r for r in planned(START, USUAL, now=before(days=9)) if r.send_at <= back < r.expires_at]
    assert [r.minutes_before for r in still_useful] == [120]


@pytest.mark.parametrize("minutes", [[], [0], [-5]])
def test_a_service_may_have_no_reminders(minutes):
    assert planned(START, minutes, now=before(days=9)) == []


def test_the_order_in_the_service_and_repeats_do_not_matter():
    assert planned(START, [120, 4320, 1440, 120], now=before(days=9)) == planned(
        START, USUAL, now=before(days=9)
    )


@given(
    st.lists(st.integers(-100, 20_000), max_size=6),
    st.timedeltas(timedelta(minutes=0), timedelta(days=30)),
)
def test_reminders_are_in_order_never_overlap_and_end_by_the_start(minutes, ahead):
    now = START - ahead
    plan = planned(START, minutes, now=now)
    for reminder in plan:
        assert now + QUIET_AFTER_BOOKING <= reminder.send_at < reminder.expires_at <= START
    for one, two in itertools.pairwise(plan):
        assert one.expires_at == two.send_at
