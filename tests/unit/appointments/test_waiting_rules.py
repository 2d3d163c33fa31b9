"""The numbers of the waiting list, as tables."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from app.appointments.waitlist.rules import WaitingWish, is_quiet, kept_until, may_be_asked, suits
from app.settings import WaitingRules
from tests.factories import at

RULES = WaitingRules()
HAIKOU = ZoneInfo("Asia/Shanghai")
NOW = at("2026-11-24", "10:00")


def there(day, clock):
    return at(day, clock).astimezone(HAIKOU)


@pytest.mark.parametrize(
    ("away", "kept"),
    [
        (timedelta(hours=72), timedelta(hours=2)),
        (timedelta(hours=48, minutes=1), timedelta(hours=2)),
        (timedelta(hours=48), timedelta(minutes=45)),
        (timedelta(hours=4), timedelta(minutes=45)),
        (timedelta(hours=3, minutes=59), None),
        (timedelta(minutes=-1), None),
    ],
)
def test_the_further_the_longer_it_is_kept(away, kept):
    assert kept_until(NOW + away, RULES, now=NOW) == (NOW + kept if kept else None)


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [("19:59", False), ("20:00", True), ("23:59", True), ("00:00", True), ("07:59", True), ("08:00", False)],
)
def test_nobody_is_woken(clock, quiet):
    assert is_quiet(at("2026-11-24", clock), HAIKOU, RULES) is quiet


def test_quiet_hours_may_lie_within_a_day():
    noon = WaitingRules(quiet_from_hour=12, quiet_until_hour=14)
    clocks = ("11:59", "12:00", "13:59", "14:00")
    assert [is_quiet(at("2026-11-24", c), HAIKOU, noon) for c in clocks] == [False, True, True, False]


@pytest.mark.parametrize(
    ("wish", "good"),
    [
        (WaitingWish(), True),
        (WaitingWish(from_day=date(2026, 11, 26)), False),
        (WaitingWish(from_day=date(2026, 11, 25), until_day=date(2026, 11, 25)), True),
        (WaitingWish(until_day=date(2026, 11, 24)), False),
        (WaitingWish(afternoon=False), True),
        (WaitingWish(morning=False), False),
    ],
)
def test_a_time_must_be_what_the_person_asked_for(wish, good):
    assert suits(wish, there("2026-11-25", "11:40"), before=None) is good


def test_noon_is_afternoon():
    assert suits(WaitingWish(morning=False), there("2026-11-25", "12:00"), before=None)


def test_only_an_earlier_time_is_of_use():
    visit = at("2026-11-25", "10:00")
    assert suits(WaitingWish(), there("2026-11-25", "09:40"), before=visit)
    assert not suits(WaitingWish(), there("2026-11-25", "10:00"), before=visit)


@pytest.mark.parametrize(
    ("minutes_ago", "may"),
    [([], True), ([59], False), ([60], True), ([60, 120, 180], False), ([60, 120, 24 * 60], True)],
)
def test_a_person_is_asked_only_now_and_then(minutes_ago, may):
    asked: list[datetime] = [NOW - timedelta(minutes=m) for m in minutes_ago]
    assert may_be_asked(asked, RULES, now=NOW) is may


@pytest.mark.parametrize("wrong", [{"most_waiting": 0}, {"quiet_from_hour": 24}, {"unknown": 1},
                                   {"least_notice_minutes": 30}])  # fmt: skip
def test_numbers_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValidationError):
        WaitingRules(**wrong)
