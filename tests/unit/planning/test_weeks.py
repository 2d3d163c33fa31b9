from dataclasses import replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.planning.edits import LASTING, DeskEdit, WeekEdit, bounds_of, version_on, versions_of
from app.planning.week_capacity import WeekHour, week_sums
from app.stations.hours.opening_hours import Plan, WeeklyPeriod, WorkCalendar, open_intervals

NOVEMBER = date(2026, 11, 2)
DECEMBER = date(2026, 12, 1)


def period(weekday=0, opens=9, closes=12, desks=1, **more):
    return WeeklyPeriod(weekday, time(opens), time(closes), desks, **more)


# --- versions -------------------------------------------------------------------------------------


def test_a_new_version_ends_the_one_before_the_day_before():
    old, new = period(), period(desks=3)

    after = WeekEdit((new,), starts=DECEMBER).weekly_after((old,))

    assert after == (
        replace(old, valid_until=DECEMBER - timedelta(days=1)),
        replace(new, valid_from=DECEMBER),
    )


def test_a_version_is_changed_in_place_and_the_others_stay():
    first, second = period(valid_until=date(2026, 11, 30)), period(desks=2, valid_from=DECEMBER)

    after = WeekEdit((period(desks=5),), bounds=bounds_of(second)).weekly_after((first, second))

    assert set(after) == {first, period(desks=5, valid_from=DECEMBER)}


def test_a_version_between_two_others_keeps_its_end():
    middle = period(valid_from=NOVEMBER, valid_until=date(2026, 12, 31))
    later = period(desks=4, valid_from=date(2027, 1, 1))

    after = WeekEdit((period(desks=2),), bounds=bounds_of(middle), starts=DECEMBER).weekly_after(
        (middle, later)
    )

    assert versions_of(after) == [
        (NOVEMBER, date(2026, 11, 30)),
        (DECEMBER, date(2026, 12, 31)),
        (date(2027, 1, 1), None),
    ]


def test_the_version_shown_is_the_one_that_counts_today():
    first, second = period(valid_until=date(2026, 11, 30)), period(valid_from=DECEMBER)

    assert version_on((first, second), NOVEMBER) == (None, date(2026, 11, 30))
    assert version_on((first, second), DECEMBER) == (DECEMBER, None)
    assert version_on((second,), NOVEMBER) == (DECEMBER, None)
    assert version_on((), NOVEMBER) == LASTING


@given(st.integers(1, 200), st.integers(1, 200), st.integers(0, 400))
def test_on_every_day_exactly_one_version_counts(first, second, offset):
    """However often a new version is begun, no two of them ever add up."""
    weekly = (period(weekday=2),)
    start = NOVEMBER
    for length in (first, second):
        start += timedelta(days=length)
        weekly = WeekEdit((period(weekday=2),), False, versions_of(weekly)[-1], start).weekly_after(weekly)

    day = NOVEMBER + timedelta(days=offset)

    assert sum(p.applies_on(day) for p in weekly) == 1


# --- sums -----------------------------------------------------------------------------------------


def test_an_hour_says_desks_times_visits():
    [nine, ten, eleven] = week_sums([period(desks=3)], 20)

    assert (nine.hour, nine.cells[0]) == (9, WeekHour(desks=3, visits=3, places=9, held=0))
    assert nine.cells[1:] == (None,) * 6
    assert (ten.hour, eleven.hour) == (10, 11)


def test_held_desks_are_said_beside_and_cannot_be_booked():
    [nine, *_later] = week_sums([period(desks=3, reserve=1)], 20)

    assert nine.cells[0] == WeekHour(desks=2, visits=3, places=6, held=3)


def test_an_hour_with_changing_desks_says_places_only():
    periods = [period(desks=1), WeeklyPeriod(0, time(9, 30), time(10), 1)]

    [nine, *_later] = week_sums(periods, 30)

    assert nine.cells[0] == WeekHour(desks=0, visits=2, places=3, held=0)


@given(st.integers(2, 6).flatmap(lambda desks: st.tuples(st.just(desks), st.integers(0, desks - 1))))
def test_held_desks_are_never_open_for_booking(figures):
    desks, held = figures
    plan = Plan(
        ZoneInfo("Asia/Shanghai"),
        (period(desks=desks, reserve=held),),
        calendar=WorkCalendar(frozenset({2026})),
    )

    [stretch] = open_intervals(plan, NOVEMBER)

    assert stretch.desks == desks - held == plan.fewest_desks


def test_one_desk_more_follows_the_versions_and_holds_none():
    first = period(desks=3, reserve=2, valid_until=date(2026, 11, 30))
    second = period(opens=8, valid_from=DECEMBER)
    only_then = period(opens=18, closes=20, valid_from=NOVEMBER, valid_until=DECEMBER)

    added = DeskEdit(NOVEMBER, date(2026, 12, 6)).added_to((first, second, only_then))

    assert added == (
        period(valid_from=NOVEMBER, valid_until=date(2026, 11, 30)),
        period(opens=8, valid_from=DECEMBER, valid_until=date(2026, 12, 6)),
    )
