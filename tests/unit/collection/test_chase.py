"""When people are reminded: counted in working days of the station, the last due step only."""

from dataclasses import dataclass
from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from app.collection.chase import call_is_due, latest_due
from app.interval import Interval
from app.localtext import LocalText
from app.stations.hours.opening_hours import ClosedInterval, DatedPeriod, Plan, WeeklyPeriod, WorkCalendar
from app.stations.hours.working_days import working_day_after, working_days_of
from tests.factories import at

HAIKOU = ZoneInfo("Asia/Shanghai")
NATIONAL_DAY = {date(2026, 10, day): LocalText("National Day") for day in range(1, 8)}
CALENDAR = WorkCalendar(frozenset({2026}), NATIONAL_DAY, {date(2026, 10, 10): 4})
WEEK = tuple(WeeklyPeriod(weekday, time(9), time(12)) for weekday in range(5))


@dataclass(frozen=True)
class Step:
    position: int
    kind: str
    after_days: int
    again_days: int | None = None
    channels: str = "email sms"


STEPS = (Step(1, "message", 3), Step(2, "message", 8), Step(3, "message", 13), Step(4, "call", 18, 5))


def plan(**parts) -> Plan:
    return Plan(**{"timezone": HAIKOU, "weekly": WEEK, "calendar": CALENDAR, **parts})


@pytest.mark.parametrize(
    ("since", "count", "expected"),
    [
        ("2026-11-24", 3, "2026-11-27"),
        ("2026-11-27", 1, "2026-11-30"),  # over a weekend
        ("2026-09-29", 3, "2026-10-09"),  # Wednesday, then over the holidays
        ("2026-10-08", 2, "2026-10-10"),  # the Saturday is a make-up workday
        ("2026-11-24", 0, "2026-11-24"),
    ],
)
def test_working_days_follow_the_official_calendar(since, count, expected):
    works = working_days_of(plan())
    assert working_day_after(date.fromisoformat(since), count, works) == date.fromisoformat(expected)


def test_a_day_on_which_the_station_is_closed_does_not_count():
    whole_day = Interval(at("2026-11-26", "00:00"), at("2026-11-27", "00:00"))
    exceptional = plan(
        dated=(
            DatedPeriod(date(2026, 11, 25), None, None),
            DatedPeriod(date(2026, 11, 28), time(9), time(12)),
        ),
        closures=(ClosedInterval(whole_day, LocalText("Typhoon")),),
    )
    works = working_days_of(exceptional)
    assert [works(date(2026, 11, day)) for day in (24, 25, 26, 27, 28, 29)] == [
        True, False, False, True, True, False,
    ]  # fmt: skip


def test_a_station_without_known_hours_follows_the_official_calendar():
    works = working_days_of(plan(weekly=()))
    assert [works(date(2026, 10, day)) for day in (1, 8, 9, 10, 11)] == [False, True, True, True, False]


def test_a_year_that_is_not_published_follows_the_week():
    works = working_days_of(plan())
    assert [works(date(2027, 1, day)) for day in (1, 2, 3, 4)] == [True, False, False, True]


def test_a_station_that_never_opens_reminds_nobody():
    never = working_days_of(plan(weekly=(WeeklyPeriod(0, time(9), time(12), valid_until=date(2020, 1, 1)),)))
    assert working_day_after(date(2026, 1, 1), 1, lambda day: day.year == 2026 and never(day)) is None


@pytest.mark.parametrize(
    ("today", "position"),
    [
        ("2026-11-24", None), ("2026-11-26", None), ("2026-11-27", 1), ("2026-12-03", 1), ("2026-12-04", 2),
        ("2026-12-11", 3), ("2026-12-18", 4), ("2026-12-31", 4),
    ],
)  # fmt: skip
def test_the_last_due_step_alone_counts(today, position):
    due = latest_due(STEPS, date(2026, 11, 24), date.fromisoformat(today), working_days_of(plan()))
    assert (due.step.position if due else None) == position


def test_without_steps_nobody_is_reminded():
    assert latest_due((), date(2026, 11, 24), date(2026, 12, 24), working_days_of(plan())) is None


@pytest.mark.parametrize(
    ("called_on", "today", "waits"),
    [
        (None, "2026-12-18", True),
        ("2026-12-01", "2026-12-18", True),  # before the call was due
        ("2026-12-18", "2026-12-18", False),
        ("2026-12-18", "2026-12-24", False),
        ("2026-12-18", "2026-12-25", True),  # five working days later
    ],
)
def test_a_call_that_was_made_waits_again_after_a_week(called_on, today, waits):
    works = working_days_of(plan())
    due = latest_due(STEPS, date(2026, 11, 24), date(2026, 12, 18), works)
    called = date.fromisoformat(called_on) if called_on else None
    assert call_is_due(due, called, date.fromisoformat(today), works) is waits
