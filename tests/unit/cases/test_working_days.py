"""The clock of a case: official days only, stopped while papers are awaited, silent about unknown years."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.working_days import (
    Course,
    PromiseStanding,
    add_working_days,
    count_days,
    find_day,
    is_working_day,
    pauses_of,
    read_clock,
    usual_days,
)
from app.localtext import LocalText
from app.stations.hours.opening_hours import WorkCalendar
from tests.calendar_2026 import DAYS_OFF, MAKEUP_WORKDAYS

OFF = {day: LocalText(en=name) for day, name in DAYS_OFF.items()}
CALENDAR = WorkCalendar(frozenset({2026}), OFF, MAKEUP_WORKDAYS)


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("11-16", 7, "11-25"),  # a Monday; the week-end does not count
        ("11-20", 1, "11-23"),  # a Friday
        ("11-21", 1, "11-23"),  # received on a Saturday
        ("09-30", 1, "10-08"),  # over National Day
        ("10-09", 1, "10-10"),  # a Saturday that is worked
        ("09-19", 1, "09-20"),  # a Sunday that is worked
        ("02-13", 2, "02-24"),  # a worked Saturday, then Spring Festival
        ("11-02", 28, "12-10"),
    ],
)
def test_the_promise_ends_on_this_day(start: str, count: int, end: str) -> None:
    assert add_working_days(day(start), count, CALENDAR) == day(end)


@pytest.mark.parametrize(
    ("pauses", "today", "used"),
    [
        ((), "11-16", 0),  # the day of receipt is day nought
        ((), "11-17", 1),
        ((("11-18", None),), "11-20", 1),  # nothing counts from the day of asking
        ((("11-18", "11-20"),), "11-20", 2),  # the day on which the papers came counts again
        ((("11-18", "11-18"),), "11-20", 4),  # asked and brought on one day
        ((("11-17", "11-18"), ("11-19", "11-20")), "11-20", 2),
    ],
)
def test_the_clock_stands_while_papers_are_awaited(pauses, today: str, used: int) -> None:
    stretches = tuple((day(since), day(until) if until else None) for since, until in pauses)

    assert count_days(Course(day("11-16"), stretches), until=day(today), calendar=CALENDAR) == used


@pytest.mark.parametrize(
    ("course", "today", "standing"),
    [
        (Course(None), "11-25", PromiseStanding.UNKNOWN),
        (Course(day("11-16")), "11-20", PromiseStanding.IN_TIME),
        (Course(day("11-16")), "11-23", PromiseStanding.NEAR),
        (Course(day("11-16")), "11-25", PromiseStanding.NEAR),
        (Course(day("11-16")), "11-26", PromiseStanding.LATE),
        (Course(day("11-16"), ((day("11-17"), None),)), "12-20", PromiseStanding.STOPPED),
        (Course(day("11-16"), ended_on=day("11-25")), "12-20", PromiseStanding.KEPT),
        (Course(day("11-16"), ended_on=day("11-26")), "12-20", PromiseStanding.MISSED),
        (Course(date(2025, 12, 30)), "01-09", PromiseStanding.UNKNOWN),
    ],
)
def test_how_a_case_stands_to_the_promise(course: Course, today: str, standing: PromiseStanding) -> None:
    reading = read_clock(course, promised=7, sequential=28, calendar=CALENDAR, today=day(today))

    assert reading.standing is standing


def test_the_reading_names_both_days() -> None:
    reading = read_clock(
        Course(day("11-02")), promised=7, sequential=28, calendar=CALENDAR, today=day("11-04")
    )

    assert (reading.used, reading.due_on, reading.sequential_on) == (2, day("11-11"), day("12-10"))


def test_nobody_says_when_a_promise_ends_in_a_year_that_is_not_published() -> None:
    assert find_day(Course(day("12-25")), 7, CALENDAR) is None
    assert is_working_day(date(2027, 2, 8), CALENDAR) is None
    reading = read_clock(
        Course(day("12-25")), promised=7, sequential=None, calendar=CALENDAR, today=day("12-28")
    )
    assert (reading.standing, reading.used, reading.due_on) == (PromiseStanding.IN_TIME, 1, None)


def test_papers_of_either_permit_stop_the_clock_until_none_is_awaited() -> None:
    one, two, three, four = (day(f"11-{n}") for n in (17, 18, 19, 20))
    changes = [
        (one, "work", True),
        (two, "residence", True),
        (three, "work", False),
        (four, "residence", False),
    ]

    assert pauses_of(changes) == ((one, four),)
    assert pauses_of(changes[:3]) == ((one, None),)
    assert pauses_of([(one, "work", False)]) == ()


DAYS = st.dates(day("01-05"), day("09-01"))


@given(DAYS, st.integers(1, 60))
def test_the_day_found_is_the_first_on_which_the_count_is_full(start: date, count: int) -> None:
    found = find_day(Course(start), count, CALENDAR)

    assert found is not None
    assert is_working_day(found, CALENDAR)
    assert count_days(Course(start), until=found, calendar=CALENDAR) == count
    before = found - timedelta(days=1)
    assert count_days(Course(start), until=before, calendar=CALENDAR) == count - 1


@pytest.mark.parametrize(
    ("used", "usual"),
    [
        ([5] * 19, None),
        ([5] * 20, (5, 5)),
        ([1, 1, *[4] * 8, *[6] * 8, 30, 30], (4, 6)),
        ([1, 1, 1, *[4] * 14, 30, 30, 30], (1, 30)),
    ],
)
def test_usual_is_where_eight_of_ten_are(used, usual):
    assert usual_days(used) == usual
    assert usual_days(used[::-1]) == usual
