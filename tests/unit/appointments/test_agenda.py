"""The days a person chooses from, and what is said about days that have no times."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from app.appointments.availability.agenda import (
    FreeTime,
    GapKind,
    OfferDay,
    agenda,
    days_of,
    first_of_days,
    month_beside,
    weeks_of,
)
from app.interval import Interval
from app.localtext import LocalText
from app.stations.hours.opening_hours import ClosedInterval, DatedPeriod, Plan, WeeklyPeriod, WorkCalendar

HAIKOU = ZoneInfo("Asia/Shanghai")
PLACE = SimpleNamespace(slug="central-window", number=1)
MONDAY = date(2026, 9, 28)
PLAN = Plan(
    HAIKOU,
    tuple(WeeklyPeriod(day, time(9), time(12)) for day in range(5)),
    dated=(DatedPeriod(date(2026, 10, 12), None, None, reason=LocalText("Move")),),
    closures=(
        ClosedInterval(
            Interval(datetime(2026, 10, 8, 16, tzinfo=UTC), datetime(2026, 10, 9, 16, tzinfo=UTC)),
            LocalText("Typhoon"),
        ),
    ),
    calendar=WorkCalendar(
        frozenset({2026}), {date(2026, 10, day): LocalText("National Day") for day in range(1, 8)}
    ),
)


def offer(day, hour=9, minute=0):
    return FreeTime(PLACE, datetime.combine(day, time(hour, minute), HAIKOU))


def days(count, *, with_times):
    last = MONDAY + timedelta(days=count - 1)
    return days_of([offer(MONDAY + timedelta(days=i)) for i in with_times], MONDAY, last)


def gaps(found):
    return [(gap.first.day, gap.last.day, gap.kind, gap.reason.en) for gap in found.gaps]


def numbers(found):
    return [day.day.day for day in found]


def test_a_strip_has_so_many_days_with_times_and_says_where_the_next_starts():
    found = agenda(days(10, with_times=[0, 1, 2, 8, 9]), MONDAY, PLAN, count=3)
    assert numbers(found.strip) == [28, 29, 30]
    assert (found.chosen.day, found.earlier_from, found.more_from) == (MONDAY, None, date(2026, 10, 6))


def test_the_strip_is_that_of_the_day_asked_for_or_of_the_next_with_times():
    window = days(10, with_times=[0, 1, 2, 8, 9])
    found = agenda(window, date(2026, 10, 3), PLAN, count=3)
    assert (numbers(found.strip), found.chosen.day) == ([6, 7], date(2026, 10, 6))
    assert (found.earlier_from, found.more_from) == (MONDAY, None)
    assert gaps(found) == []
    late = agenda(window, date(2026, 12, 24), PLAN, count=3)
    assert late.chosen.day == date(2026, 10, 7)


def test_without_any_time_there_is_nothing_to_choose():
    found = agenda(days(3, with_times=[]), MONDAY, PLAN, count=5)
    assert (found.strip, found.chosen, found.more_from) == ([], None, None)


def test_the_first_time_of_each_of_the_first_days():
    window = days_of([offer(MONDAY, 10), offer(MONDAY), offer(date(2026, 9, 30))], MONDAY, date(2026, 9, 30))
    assert [o.starts.day for o in first_of_days(window, 3)] == [28, 30]
    assert [o.starts.hour for o in first_of_days(window, 1)] == [9]


def test_a_closure_that_ends_at_midnight_says_nothing_of_the_next_day():
    ends = datetime(2026, 9, 29, 16, tzinfo=UTC)  # midnight at the station
    first = ClosedInterval(Interval(datetime(2026, 9, 28, 16, tzinfo=UTC), ends), LocalText("Paint"))
    second = ClosedInterval(Interval(ends, ends + timedelta(hours=24)), LocalText("Flood"))
    plan = replace(PLAN, closures=(first, second))
    assert gaps(agenda(days(4, with_times=[0, 3]), MONDAY, plan, count=5)) == [
        (29, 29, GapKind.CLOSURE, "Paint"),
        (30, 30, GapKind.CLOSURE, "Flood"),
    ]


def test_days_without_times_are_named_with_their_reason():
    found = agenda(days(16, with_times=[0, 15]), MONDAY, PLAN, count=5)
    assert gaps(found) == [
        (29, 30, GapKind.TAKEN, ""),
        (1, 7, GapKind.HOLIDAY, "National Day"),
        (8, 8, GapKind.TAKEN, ""),
        (9, 9, GapKind.CLOSURE, "Typhoon"),
        (10, 11, GapKind.CLOSED, ""),
        (12, 12, GapKind.CLOSED, "Move"),
    ]


def test_a_year_without_published_holidays_is_said_once():
    first = date(2026, 12, 31)
    found = agenda(days_of([offer(first)], first, date(2027, 1, 20)), first, PLAN, count=5)
    assert gaps(found) == [(1, 20, GapKind.NOT_PUBLISHED, "")]


def test_a_day_is_split_at_noon_and_a_long_day_by_the_hour():
    short = OfferDay(MONDAY, [offer(MONDAY, 9), offer(MONDAY, 11, 59), offer(MONDAY, 12)])
    assert ([o.starts.hour for o in short.morning], [o.starts.hour for o in short.afternoon]) == (
        [9, 11],
        [12],
    )
    assert short.hours == []
    long = OfferDay(MONDAY, [offer(MONDAY, 9 + i // 6, i % 6 * 10) for i in range(19)])
    assert [(hour, len(offers)) for hour, offers in long.hours] == [(9, 6), (10, 6), (11, 6), (12, 1)]


def test_a_month_is_shown_in_weeks_from_monday():
    weeks = weeks_of(days(30, with_times=[0, 20]), date(2026, 10, 15))
    assert [len(week) for week in weeks] == [7] * 5
    assert weeks[0][:3] == [None, None, None]
    assert weeks[0][3].day == date(2026, 10, 1)
    assert sum(len(day.offers) for week in weeks for day in week if day) == 1


def test_months_are_offered_while_the_booking_window_reaches_them():
    window = days(30, with_times=[])
    assert month_beside(date(2026, 9, 28), days=window, step=1) == date(2026, 10, 1)
    assert month_beside(date(2026, 9, 28), days=window, step=-1) is None
    assert month_beside(date(2026, 10, 1), days=window, step=1) is None


def test_offers_of_several_places_are_in_order_of_time_then_of_place():
    other = SimpleNamespace(slug="jiangdong", number=2)
    there = FreeTime(other, offer(MONDAY).starts)
    (day,) = days_of([there, offer(MONDAY, 10), offer(MONDAY)], MONDAY, MONDAY)
    assert [o.key for o in day.offers] == [
        "central-window@2026-09-28T09:00+08:00",
        "jiangdong@2026-09-28T09:00+08:00",
        "central-window@2026-09-28T10:00+08:00",
    ]
