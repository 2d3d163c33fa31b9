"""When the doors are open: the week, exceptions, holidays, closures, and clocks that jump."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.interval import Interval
from app.localtext import LocalText
from app.stations.hours.opening_hours import (
    ClosedInterval,
    DatedPeriod,
    DayKind,
    Plan,
    WeeklyPeriod,
    WorkCalendar,
    day_plan,
    next_opening,
    open_at,
    open_intervals,
)
from app.stations.models import CalendarDayKind
from app.stations.seeding import seed

HAIKOU = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
TUESDAY = date(2026, 11, 24)
SATURDAY = date(2026, 11, 28)
NATIONAL_DAY = date(2026, 10, 1)  # a Thursday
MAKEUP_SATURDAY = date(2026, 10, 10)
FLOOD = LocalText("Flood")

CALENDAR = WorkCalendar(
    known_years=frozenset({2025, 2026}),
    days_off={NATIONAL_DAY: LocalText("National Day")},
    makeup_workdays={MAKEUP_SATURDAY: 4},
)
WEEK = (
    *(WeeklyPeriod(day, time(9), time(12)) for day in range(5)),
    *(WeeklyPeriod(day, time(14, 30), time(17)) for day in range(4)),
)
PLAN = Plan(HAIKOU, WEEK, calendar=CALENDAR)


def at(day: date, clock: str, zone: ZoneInfo = HAIKOU) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), zone).astimezone(UTC)


def hours(plan: Plan, day: date) -> list[tuple[str, str, int]]:
    return [
        (
            f"{o.interval.start.astimezone(plan.timezone):%H:%M}",
            f"{o.interval.end.astimezone(plan.timezone):%H:%M}",
            o.desks,
        )
        for o in open_intervals(plan, day)
    ]


def closed(start: datetime, end: datetime) -> ClosedInterval:
    return ClosedInterval(Interval(start, end), FLOOD)


# --- which hours a day has ---------------------------------------------------------------------


def test_a_weekday_follows_its_weekly_periods() -> None:
    assert hours(PLAN, TUESDAY) == [("09:00", "12:00", 1), ("14:30", "17:00", 1)]
    assert day_plan(PLAN, TUESDAY).kind is DayKind.WEEKLY


def test_a_weekend_day_without_periods_is_closed() -> None:
    assert hours(PLAN, SATURDAY) == []


def test_a_holiday_is_closed_and_says_its_name() -> None:
    assert hours(PLAN, NATIONAL_DAY) == []
    assert day_plan(PLAN, NATIONAL_DAY).kind is DayKind.HOLIDAY
    assert day_plan(PLAN, NATIONAL_DAY).reason.en == "National Day"


def test_a_makeup_workday_follows_the_weekday_the_calendar_names() -> None:
    assert hours(PLAN, MAKEUP_SATURDAY) == [("09:00", "12:00", 1)]
    assert day_plan(PLAN, MAKEUP_SATURDAY).works_as == 4


def test_an_exception_wins_over_a_holiday() -> None:
    plan = replace(PLAN, dated=(DatedPeriod(NATIONAL_DAY, time(10), time(11), 2),))
    assert hours(plan, NATIONAL_DAY) == [("10:00", "11:00", 2)]
    assert day_plan(plan, NATIONAL_DAY).kind is DayKind.EXCEPTION


def test_an_exception_without_times_closes_an_ordinary_day_and_only_it() -> None:
    plan = replace(PLAN, dated=(DatedPeriod(TUESDAY, None, None, reason=FLOOD),))
    assert hours(plan, TUESDAY) == []
    assert day_plan(plan, TUESDAY).reason == FLOOD
    assert hours(plan, TUESDAY + timedelta(days=1)) != []


def test_all_exceptions_of_a_day_together_replace_its_week() -> None:
    rows = (DatedPeriod(TUESDAY, time(20), time(21)), DatedPeriod(TUESDAY, time(8), time(9)))
    assert hours(replace(PLAN, dated=rows), TUESDAY) == [("08:00", "09:00", 1), ("20:00", "21:00", 1)]


def test_an_exception_that_starts_at_midnight_is_open() -> None:
    plan = replace(PLAN, dated=(DatedPeriod(TUESDAY, time(0), time(1)),))
    assert hours(plan, TUESDAY) == [("00:00", "01:00", 1)]


def test_nothing_is_open_in_a_year_whose_holidays_are_not_published() -> None:
    new_year = date(2027, 1, 4)
    assert hours(PLAN, new_year) == []
    assert day_plan(PLAN, new_year).kind is DayKind.NOT_PUBLISHED
    opened = replace(PLAN, dated=(DatedPeriod(new_year, time(9), time(10)),))
    assert hours(opened, new_year) == [("09:00", "10:00", 1)]


def test_a_weekly_period_counts_from_its_first_to_its_last_day() -> None:
    week = (WeeklyPeriod(1, time(9), time(10), valid_from=TUESDAY, valid_until=TUESDAY),)
    plan = replace(PLAN, weekly=week)
    week_later = timedelta(days=7)
    open_days = [d for d in (TUESDAY - week_later, TUESDAY, TUESDAY + week_later) if hours(plan, d)]
    assert open_days == [TUESDAY]


def test_overlapping_periods_add_their_desks() -> None:
    week = (WeeklyPeriod(1, time(9), time(12), 2), WeeklyPeriod(1, time(11), time(13), 1))
    assert hours(replace(PLAN, weekly=week), TUESDAY) == [
        ("09:00", "11:00", 2),
        ("11:00", "12:00", 3),
        ("12:00", "13:00", 1),
    ]


def test_touching_periods_with_as_many_desks_are_one_stretch() -> None:
    week = (WeeklyPeriod(1, time(9), time(10)), WeeklyPeriod(1, time(10), time(11)))
    assert hours(replace(PLAN, weekly=week), TUESDAY) == [("09:00", "11:00", 1)]


# --- closures ----------------------------------------------------------------------------------

CUTS = {
    "inside": ("10:00", "11:00", [("09:00", "10:00", 1), ("11:00", "12:00", 1), ("14:30", "17:00", 1)]),
    "over the start": ("08:00", "09:30", [("09:30", "12:00", 1), ("14:30", "17:00", 1)]),
    "over the break": ("11:00", "15:00", [("09:00", "11:00", 1), ("15:00", "17:00", 1)]),
    "whole day": ("00:00", "23:59", []),
    "touching the end": ("12:00", "14:30", [("09:00", "12:00", 1), ("14:30", "17:00", 1)]),
}


@pytest.mark.parametrize(("start", "end", "expected"), CUTS.values(), ids=CUTS)
def test_a_closure_is_cut_out(start: str, end: str, expected: list[tuple[str, str, int]]) -> None:
    plan = replace(PLAN, closures=(closed(at(TUESDAY, start), at(TUESDAY, end)),))
    assert hours(plan, TUESDAY) == expected


def test_a_closure_over_midnight_cuts_both_days() -> None:
    closure = closed(at(TUESDAY, "16:00"), at(TUESDAY + timedelta(days=1), "10:00"))
    plan = replace(PLAN, closures=(closure,))
    assert hours(plan, TUESDAY)[-1] == ("14:30", "16:00", 1)
    assert hours(plan, TUESDAY + timedelta(days=1))[0] == ("10:00", "12:00", 1)


# --- moments -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clock", "is_open"),
    [("08:59:59", False), ("09:00", True), ("11:59:59", True), ("12:00", False), ("14:30", True)],
)
def test_the_opening_minute_is_open_and_the_closing_minute_is_not(clock: str, is_open: bool) -> None:
    assert (open_at(PLAN, at(TUESDAY, clock)) is not None) is is_open


def test_a_change_of_desks_does_not_end_the_open_stretch() -> None:
    week = (WeeklyPeriod(1, time(9), time(10), 2), WeeklyPeriod(1, time(10), time(11), 1))
    stretch = open_at(replace(PLAN, weekly=week), at(TUESDAY, "09:30"))
    assert stretch == Interval(at(TUESDAY, "09:00"), at(TUESDAY, "11:00"))


def test_the_next_opening_is_after_the_moment_even_at_the_opening_minute() -> None:
    opening = next_opening(PLAN, at(TUESDAY, "09:00"))
    assert opening is not None
    assert opening.start == at(TUESDAY, "14:30")


def test_the_next_opening_skips_the_weekend() -> None:
    opening = next_opening(PLAN, at(date(2026, 11, 27), "12:00"))
    assert opening is not None
    assert opening.start == at(date(2026, 11, 30), "09:00")


def test_there_is_no_next_opening_before_an_unpublished_year() -> None:
    assert next_opening(PLAN, at(date(2026, 12, 31), "17:00")) is None


def test_the_day_is_the_stations_own_whatever_the_utc_day() -> None:
    early = Plan(HAIKOU, (WeeklyPeriod(1, time(1), time(2)),), calendar=CALENDAR)
    moment = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)  # Monday in UTC, Tuesday 01:30 in Haikou
    assert open_at(early, moment) is not None


# --- clocks that jump --------------------------------------------------------------------------

SPRING = date(2026, 3, 29)  # Berlin: 02:00 becomes 03:00
AUTUMN = date(2026, 10, 25)  # Berlin: 03:00 becomes 02:00


@pytest.mark.parametrize(("day", "length"), [(SPRING, 3), (AUTUMN, 5), (date(2026, 4, 5), 4)])
def test_a_night_with_a_jump_is_as_long_as_it_is(day: date, length: int) -> None:
    plan = Plan(BERLIN, (WeeklyPeriod(6, time(0), time(4)),), calendar=CALENDAR)
    assert [o.interval.length for o in open_intervals(plan, day)] == [timedelta(hours=length)]


def test_the_wall_clock_stays_the_same_over_a_jump() -> None:
    plan = Plan(BERLIN, (WeeklyPeriod(4, time(9), time(12)),), calendar=CALENDAR)
    assert hours(plan, SPRING - timedelta(days=2)) == hours(plan, SPRING + timedelta(days=5))


def test_a_period_in_the_missing_hour_is_empty_rather_than_an_error() -> None:
    plan = Plan(BERLIN, (WeeklyPeriod(6, time(2, 30), time(3, 15)),), calendar=CALENDAR)
    assert open_intervals(plan, SPRING) == []
    assert open_intervals(plan, SPRING + timedelta(days=7)) != []


# --- whatever the plan -------------------------------------------------------------------------


@st.composite
def periods(draw: st.DrawFn) -> WeeklyPeriod:
    opens, closes = sorted(draw(st.lists(st.integers(0, 287), min_size=2, max_size=2, unique=True)))
    desks = draw(st.integers(1, 4))
    return WeeklyPeriod(TUESDAY.weekday(), _clock(opens), _clock(closes), desks)


def _clock(five_minutes: int) -> time:
    return time(five_minutes * 5 // 60, five_minutes * 5 % 60)


@st.composite
def closures(draw: st.DrawFn) -> ClosedInterval:
    start = at(TUESDAY, "00:00") + timedelta(minutes=draw(st.integers(-600, 1500)))
    return closed(start, start + timedelta(minutes=draw(st.integers(1, 900))))


PLANS = st.builds(
    Plan,
    timezone=st.just(HAIKOU),
    weekly=st.lists(periods(), max_size=5).map(tuple),
    closures=st.lists(closures(), max_size=3).map(tuple),
    calendar=st.just(CALENDAR),
)


@given(PLANS)
def test_open_stretches_are_in_order_and_apart(plan: Plan) -> None:
    opened = open_intervals(plan, TUESDAY)
    assert all(o.interval.length for o in opened)
    assert all(a.interval.end <= b.interval.start for a, b in pairwise(opened))


@given(PLANS)
def test_no_open_stretch_reaches_into_a_closure(plan: Plan) -> None:
    for opened in open_intervals(plan, TUESDAY):
        assert not any(opened.interval.overlaps(c.interval) for c in plan.closures)


@given(PLANS, st.integers(0, 1439))
def test_at_every_minute_the_desks_are_the_sum_of_the_periods(plan: Plan, minute: int) -> None:
    moment = at(TUESDAY, "00:00") + timedelta(minutes=minute)
    clock = time(minute // 60, minute % 60)
    planned = sum(p.desks for p in plan.weekly if p.opens <= clock < p.closes)
    expected = 0 if any(moment in c.interval for c in plan.closures) else planned
    offered = sum(o.desks for o in open_intervals(plan, TUESDAY) if moment in o.interval)
    assert offered == expected


@given(PLANS, st.integers(0, 1439))
def test_open_at_and_the_intervals_agree(plan: Plan, minute: int) -> None:
    moment = at(TUESDAY, "00:00") + timedelta(minutes=minute)
    listed = any(moment in o.interval for o in open_intervals(plan, TUESDAY))
    assert (open_at(plan, moment) is not None) is listed


# --- the official calendar ---------------------------------------------------------------------


def test_the_calendar_of_2026_agrees_with_an_independent_one_on_every_day() -> None:
    days = seed.read(Path(__file__).parents[3] / "seed_data").days
    calendar = WorkCalendar(
        known_years=frozenset({2026}),
        days_off={d.day: d.name for d in days if d.kind is CalendarDayKind.DAY_OFF},
        makeup_workdays={d.day: d.works_as for d in days if d.works_as is not None},
    )
    weekdays = tuple(WeeklyPeriod(day, time(9), time(12)) for day in range(5))
    plan = Plan(HAIKOU, weekdays, calendar=calendar)
    oracle = holidays.country_holidays("CN", years=2026)
    differing = []
    for offset in range(365):
        day = date(2026, 1, 1) + timedelta(days=offset)
        if bool(open_intervals(plan, day)) != oracle.is_working_day(day):
            differing.append(day)
    assert differing == []
