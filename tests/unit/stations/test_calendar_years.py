from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.localtext import LocalText
from app.stations.hours.calendar import (
    DaySeed,
    YearCalendar,
    as_json,
    difference,
    from_json,
    read_notice,
    with_year,
    written,
)
from app.stations.hours.opening_hours import WorkCalendar, doubtful_year
from app.stations.models import CalendarDayKind, CalendarStatus

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20).filter(
    lambda text: text.strip() == text
)
names = st.builds(LocalText, words, words, words)
dates = st.integers(0, 364).map(lambda n: date(2027, 1, 1) + timedelta(days=n))


def day(on, name, works_as):
    kind = CalendarDayKind.DAY_OFF if works_as is None else CalendarDayKind.MAKEUP_WORKDAY
    return DaySeed(on, kind, name, works_as)


one_day = st.builds(day, dates, names, st.none() | st.integers(0, 6))
days = st.lists(one_day, min_size=1, max_size=8, unique_by=lambda d: d.day).map(
    lambda found: tuple(sorted(found, key=lambda d: d.day))
)


def year(found, status=CalendarStatus.OFFICIAL):
    return YearCalendar(2027, status, "gov.cn", found)


@given(days)
def test_a_calendar_is_read_back_as_it_was_written(found):
    assert read_notice(written(found), 2027) == found
    assert from_json(as_json(year(found))) == year(found)


def test_a_year_without_days_is_read_back_too():
    unpublished = year((), CalendarStatus.UNPUBLISHED)
    assert from_json(as_json(unpublished)) == unpublished


@given(days, days)
def test_the_difference_leads_from_one_calendar_to_the_other(before, after):
    found = difference(year(before), year(after))

    result = {d.day: d for d in before}
    for gone in found.removed:
        del result[gone.day]
    for old, new in found.changed:
        assert result[old.day] == old
        result[new.day] = new
    result |= {d.day: d for d in found.added}
    assert tuple(sorted(result.values(), key=lambda d: d.day)) == after


@given(days)
def test_a_year_replaces_what_was_known_of_it_and_nothing_else(found):
    other = date(2026, 10, 1)
    off = {other: LocalText("A"), date(2027, 5, 5): LocalText("B")}
    before = WorkCalendar(frozenset({2026, 2027}), off, {date(2027, 6, 6): 1})

    after = with_year(before, year(found))

    assert after.known_years == {2026, 2027}
    assert {d for d in after.days_off if d.year == 2026} == {other}
    assert {*after.days_off, *after.makeup_workdays} - {other} == {d.day for d in found}


def test_a_year_taken_back_is_not_known():
    before = WorkCalendar(frozenset({2027}))
    assert with_year(before, year((), CalendarStatus.UNPUBLISHED)).known_years == frozenset()


def test_staff_are_told_two_months_before_a_year_that_is_not_published():
    calendar = WorkCalendar(frozenset({2026}))
    assert doubtful_year(calendar, date(2026, 11, 1)) is None
    assert doubtful_year(calendar, date(2026, 11, 2)) == 2027
    assert doubtful_year(calendar, date(2027, 3, 1)) == 2027
    assert doubtful_year(WorkCalendar(frozenset({2026, 2027})), date(2026, 12, 31)) is None
