"""The booking window and the party, at their edges."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.appointments.availability.policy import PartyTooLarge, ServiceRules, booking_window, check_party

HAIKOU, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
RULES = ServiceRules(timedelta(minutes=60), timedelta(days=30), 2)
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # 09:00 in Haikou


@pytest.mark.parametrize(
    ("moment", "bookable"),
    [
        (NOW + timedelta(minutes=60), True),
        (NOW + timedelta(minutes=60) - timedelta(seconds=1), False),
        (datetime(2026, 12, 24, 15, 59, 59, tzinfo=UTC), True),  # 24 December 23:59:59 in Haikou
        (datetime(2026, 12, 24, 16, 0, tzinfo=UTC), False),
        (NOW - timedelta(days=1), False),
    ],
)
def test_the_window_opens_after_the_notice_and_ends_with_the_last_day(moment, bookable):
    assert (moment in booking_window(RULES, HAIKOU, now=NOW)) is bookable


def test_the_last_day_is_a_day_of_the_stations_clock_across_a_clock_change():
    rules = ServiceRules(timedelta(0), timedelta(days=1), 1)
    now = datetime(2026, 10, 24, 10, tzinfo=UTC)
    # 25 October ends an hour later: Berlin goes back to winter time on it.
    assert booking_window(rules, BERLIN, now=now).end == datetime(2026, 10, 25, 23, tzinfo=UTC)


@given(
    st.integers(0, 60 * 24 * 60),
    st.integers(0, 90),
    st.timedeltas(timedelta(0), timedelta(days=1500)).map(lambda past: NOW + past),
)
def test_a_window_never_ends_before_it_starts(lead, horizon, now):
    rules = ServiceRules(timedelta(minutes=lead), timedelta(days=horizon), 1)
    window = booking_window(rules, HAIKOU, now=now)
    assert now <= window.start <= window.end


@pytest.mark.parametrize(("size", "fits"), [(0, False), (1, True), (2, True), (3, False), (-1, False)])
def test_a_party_has_one_person_to_as_many_as_the_service_takes(size, fits):
    if fits:
        check_party(size, RULES)
    else:
        with pytest.raises(PartyTooLarge):
            check_party(size, RULES)
