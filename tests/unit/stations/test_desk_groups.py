"""Desks that serve some services only, and slots longer than a visit."""

from dataclasses import replace
from datetime import date, time
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.localtext import LocalText
from app.planning.edits import DeskEdit, GroupsEdit
from app.stations.hours.opening_hours import (
    DatedPeriod,
    Plan,
    ServingDesks,
    WeeklyPeriod,
    WorkCalendar,
    open_intervals,
)

TUESDAY = date(2026, 11, 24)
CHECK, ADVICE = 1, 2  # services
ADVISING = ServingDesks(1, LocalText("Advice"), frozenset({ADVICE}))
PLAN = Plan(
    ZoneInfo("Asia/Shanghai"),
    (WeeklyPeriod(1, time(9), time(12), 3), WeeklyPeriod(1, time(9), time(12), 2, desk_group=1)),
    calendar=WorkCalendar(frozenset({2026})),
    groups=(ADVISING,),
)


def desks(plan, group=None):
    return [stretch.desks for stretch in open_intervals(plan, TUESDAY, group)]


def test_each_group_has_its_own_desks_and_the_door_is_open_for_all():
    assert (desks(PLAN, 0), desks(PLAN, 1), desks(PLAN)) == ([3], [2], [5])


def test_a_service_is_at_its_group_and_all_others_are_at_the_common_desks():
    assert PLAN.desks_for(ADVICE) is ADVISING
    assert PLAN.desks_for(CHECK).number == 0


def test_the_common_desks_may_have_slots_of_their_own_length():
    plan = replace(PLAN, groups=(ADVISING, ServingDesks(0, slot_minutes=30)))
    assert plan.desks_for(CHECK).planned(20) == 30
    assert plan.desks_for(ADVICE).planned(20) == 20


@given(st.integers(1, 48), st.none() | st.integers(1, 48))
def test_a_visit_takes_as_many_whole_slots_as_it_needs_and_no_more(visit, slot):
    minutes, length = visit * 5, slot and slot * 5
    planned = ServingDesks(0, slot_minutes=length).planned(minutes)

    assert planned % (length or minutes) == 0
    assert minutes <= planned < minutes + (length or minutes)


def test_the_hours_of_a_group_go_with_it_and_its_days_stay_closed():
    own_day = DatedPeriod(TUESDAY, time(14), time(15), 1, desk_group=1)
    after = GroupsEdit(()).applied_to(replace(PLAN, dated=(own_day,)))

    assert [p.desk_group for p in after.weekly] == [0]
    assert (after.groups, desks(after)) == ((), [])


def test_a_day_that_other_desks_are_open_too_loses_only_the_group():
    day = tuple(DatedPeriod(TUESDAY, time(14), time(15), 1, desk_group=group) for group in (0, 1))
    after = GroupsEdit(()).applied_to(replace(PLAN, dated=day))

    assert [(p.opens, p.desk_group) for p in after.dated] == [(time(14), 0)]


def test_one_desk_more_is_of_one_group():
    [added] = DeskEdit(TUESDAY, TUESDAY, 1).added_to(PLAN.weekly)
    assert (added.desks, added.desk_group) == (1, 1)
