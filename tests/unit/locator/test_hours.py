"""The table of the coming days."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from app.interval import Interval
from app.localtext import LocalText
from app.locator.hours import coming_days
from app.stations.hours.opening_hours import (
    ClosedInterval,
    DatedPeriod,
    DayKind,
    Plan,
    WeeklyPeriod,
    WorkCalendar,
)

TUESDAY = date(2026, 11, 24)
NATIONAL_DAY = LocalText(en="National Day")


def plan(**parts: object) -> Plan:
    weekly = tuple(
        WeeklyPeriod(day, opens, closes)
        for day in range(5)
        for opens, closes in ((time(9), time(12)), (time(14, 30), time(17)))
    )
    given = {"weekly": weekly, "calendar": WorkCalendar(frozenset({2026})), **parts}
    return Plan(timezone=ZoneInfo("Asia/Shanghai"), **given)  # type: ignore[arg-type]


def written(plan: Plan, day: date) -> list[str]:
    stretches = coming_days(plan, day, days=1)[0].stretches
    return [f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in stretches]


def test_every_day_is_listed_open_or_not() -> None:
    days = coming_days(plan(), TUESDAY)
    assert [d.day.day for d in days] == [24, 25, 26, 27, 28, 29, 30]
    assert [bool(d.stretches) for d in days] == [True, True, True, True, False, False, True]


def test_hours_are_on_the_stations_own_clock() -> None:
    assert written(plan(), TUESDAY) == ["09:00-12:00", "14:30-17:00"]


def test_a_change_of_desks_does_not_split_the_hours() -> None:
    weekly = (WeeklyPeriod(1, time(9), time(12), desks=2), WeeklyPeriod(1, time(11), time(13)))
    assert written(plan(weekly=weekly), TUESDAY) == ["09:00-13:00"]


def test_a_day_has_the_reason_of_the_closure_that_takes_its_hours() -> None:
    night = Interval(datetime(2026, 11, 23, 12, tzinfo=UTC), datetime(2026, 11, 23, 23, tzinfo=UTC))
    morning = Interval(datetime(2026, 11, 24, 1, tzinfo=UTC), datetime(2026, 11, 24, 4, tzinfo=UTC))
    closures = (ClosedInterval(night, LocalText("Cleaning")), ClosedInterval(morning, LocalText("Flood")))
    assert coming_days(plan(closures=closures), TUESDAY)[0].reason.en == "Flood"


def test_a_dated_exception_replaces_the_week_and_says_why() -> None:
    moved = DatedPeriod(TUESDAY, time(10), time(11), reason=LocalText(en="Training"))
    day = coming_days(plan(dated=(moved,)), TUESDAY)[0]
    assert written(plan(dated=(moved,)), TUESDAY) == ["10:00-11:00"]
    assert day.reason.en == "Training"


def test_a_holiday_is_closed_and_named() -> None:
    calendar = WorkCalendar(frozenset({2026}), days_off={TUESDAY: NATIONAL_DAY})
    day = coming_days(plan(calendar=calendar), TUESDAY)[0]
    assert (day.stretches, day.reason) == ((), NATIONAL_DAY)


def test_a_make_up_workday_names_the_weekday_it_follows() -> None:
    saturday = date(2026, 11, 28)
    calendar = WorkCalendar(frozenset({2026}), makeup_workdays={saturday: 4})
    day = coming_days(plan(calendar=calendar), saturday)[0]
    assert (day.kind, day.works_as, len(day.stretches)) == (DayKind.MAKEUP_WORKDAY, 4, 2)


def test_a_closure_is_cut_out_and_gives_its_reason() -> None:
    noon = Interval(datetime(2026, 11, 24, 2, tzinfo=UTC), datetime(2026, 11, 24, 10, tzinfo=UTC))
    closed = plan(closures=(ClosedInterval(noon, LocalText(en="Typhoon")),))
    assert written(closed, TUESDAY) == ["09:00-10:00"]
    assert coming_days(closed, TUESDAY)[0].reason.en == "Typhoon"
    assert not coming_days(closed, TUESDAY)[1].reason
