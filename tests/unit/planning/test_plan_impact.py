from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.interval import Interval
from app.localtext import LocalText
from app.planning.edits import ClosureEdit, ClosureRemoval, DayEdit, WeekEdit, first_overlap
from app.planning.impact import Crowd, crowds, newly_touched, plan_impact
from app.stations.hours.opening_hours import ClosedInterval, DatedPeriod, Plan, WeeklyPeriod, WorkCalendar

HAIKOU = ZoneInfo("Asia/Shanghai")
TUESDAY = date(2026, 11, 24)
CALENDAR = WorkCalendar(known_years=frozenset({2026}))


@dataclass(frozen=True, eq=False)
class Visit:
    interval: Interval
    desks: int = 1
    desk_group: int = 0


def at(clock: str, day: date = TUESDAY) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), HAIKOU).astimezone(UTC)


def visit(clock: str, *, minutes: int = 20, desks: int = 1) -> Visit:
    return Visit(Interval(at(clock), at(clock) + timedelta(minutes=minutes)), desks)


def plan(*periods: tuple[str, str, int]) -> Plan:
    weekly = tuple(
        WeeklyPeriod(1, time.fromisoformat(opens), time.fromisoformat(closes), desks)
        for opens, closes, desks in periods
    )
    return Plan(HAIKOU, weekly, calendar=CALENDAR)


def test_visits_inside_the_hours_are_not_touched():
    assert plan_impact([visit("09:00"), visit("11:40")], plan(("09:00", "12:00", 1))) == []


def test_a_visit_that_ends_after_closing_is_touched():
    late = visit("11:45")

    assert plan_impact([visit("11:00"), late], plan(("09:00", "12:00", 1))) == [late]


def test_with_fewer_desks_who_booked_first_keeps_the_desk():
    first, second = visit("10:00"), visit("10:00")

    assert plan_impact([first, second], plan(("09:00", "12:00", 2))) == []
    assert plan_impact([first, second], plan(("09:00", "12:00", 1))) == [second]


def test_a_party_needs_a_desk_for_each():
    three = visit("10:00", desks=3)

    assert plan_impact([three], plan(("09:00", "12:00", 2))) == [three]


def test_a_party_that_takes_turns_keeps_its_one_desk():
    # Three people, an hour, one desk: what the visit holds counts, not how many people come.
    turns, one = visit("10:00", minutes=60), visit("10:40")

    assert plan_impact([turns], plan(("09:00", "11:00", 1))) == []
    assert plan_impact([turns], plan(("09:00", "10:40", 1))) == [turns]
    assert plan_impact([turns, one], plan(("09:00", "12:00", 1))) == [one]


def test_a_touched_visit_takes_no_desk_from_a_later_one():
    too_many, one = visit("10:00", desks=2), visit("10:00")

    assert plan_impact([too_many, one], plan(("09:00", "12:00", 1))) == [too_many]


def test_a_visit_across_a_change_of_desks_is_kept():
    across = visit("09:50")

    assert plan_impact([across], plan(("09:00", "10:00", 2), ("10:00", "12:00", 1))) == []


def test_only_visits_that_had_a_desk_before_are_newly_touched():
    homeless, touched = visit("18:00"), visit("11:00")
    before, after = plan(("09:00", "12:00", 1)), plan(("09:00", "10:00", 1))

    assert newly_touched([homeless, touched], before=before, after=after) == [touched]


def test_a_closure_touches_what_it_overlaps():
    inside, outside = visit("10:00"), visit("11:00")
    closure = ClosedInterval(Interval(at("10:10"), at("10:30")), LocalText(en="Repairs"))
    open_plan = plan(("09:00", "12:00", 1))
    closed = ClosureEdit(closure).applied_to(open_plan)

    assert plan_impact([inside, outside], closed) == [inside]
    assert ClosureRemoval(1, closure).applied_to(closed) == open_plan


def test_a_single_day_replaces_its_week_and_can_be_given_back():
    open_plan = plan(("09:00", "12:00", 1))
    shut = DayEdit(TUESDAY, (DatedPeriod(TUESDAY, None, None),)).applied_to(open_plan)
    one = visit("10:00")

    assert plan_impact([one], shut) == [one]
    assert DayEdit(TUESDAY, ()).applied_to(shut) == open_plan


def test_a_new_week_leaves_periods_for_certain_dates_alone():
    summer = WeeklyPeriod(1, time(18), time(20), 1, valid_from=TUESDAY)
    before = replace(plan(("09:00", "12:00", 1)), weekly=(*plan(("09:00", "12:00", 1)).weekly, summer))
    lasting = WeeklyPeriod(2, time(9), time(10), 1)

    assert WeekEdit((lasting,)).applied_to(before).weekly == (lasting, summer)


def test_periods_that_meet_do_not_overlap():
    nine, noon, two = time(9), time(12), time(14)

    assert first_overlap([(noon, two), (nine, noon)]) is None
    assert first_overlap([(time(11), two), (nine, noon)]) == (time(11), two)


STARTS = st.integers(0, 30).map(lambda step: f"{9 + step // 12:02}:{step % 12 * 5:02}")


@given(st.lists(st.tuples(STARTS, st.integers(1, 2)), max_size=12), st.integers(1, 3))
def test_who_is_not_touched_fits_into_the_desks(wanted, desks):
    visits = [visit(clock, desks=party) for clock, party in wanted]
    the_plan = plan(("09:00", "11:00", desks))

    touched = {id(v) for v in plan_impact(visits, the_plan)}
    kept = [v for v in visits if id(v) not in touched]

    for minute in range(0, 240, 5):
        moment = at("09:00") + timedelta(minutes=minute)
        there = sum(v.desks for v in kept if moment in v.interval)
        assert there <= (desks if minute < 120 else 0)


def test_of_two_moments_as_bad_the_first_is_told():
    many = [visit("10:00", minutes=5), visit("10:05", minutes=5)]

    assert crowds(many * 2, plan(("09:00", "12:00", 1))) == [Crowd(at("10:00"), 2, 1)]


def test_the_worst_moment_of_a_stretch_gives_its_figures_and_not_where_it_is():
    many = [visit("10:00", minutes=10), visit("10:00", minutes=10), visit("10:05", minutes=5)]

    assert crowds(many, plan(("09:00", "12:00", 1))) == [Crowd(at("10:00"), 3, 1)]


def test_as_many_too_many_with_other_figures_are_told_as_they_were_first():
    """Two for one desk, then three for two: each has one too many, and the first moment is named."""
    many = [visit("10:00", minutes=10), visit("10:00", minutes=10), visit("10:05", minutes=5)]
    desks = plan(("09:00", "10:05", 1), ("10:05", "12:00", 2))

    assert crowds(many, desks) == [Crowd(at("10:00"), 2, 1)]
