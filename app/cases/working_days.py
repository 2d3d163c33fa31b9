"""The working-day clock of a case: days used of the promise, and when it ends. PURE.

The day of receipt is day nought. Each working day after it counts, make-up workdays too, unless
papers were awaited: from the day they were asked for until the day before they came. A year whose
official calendar is not published has no answer, and then the clock says that it does not know.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.stations.hours.opening_hours import WorkCalendar

BUREAUS_ZONE = ZoneInfo("Asia/Shanghai")  # the days of the bureaus begin and end here
NEAR_DAYS = 2  # working days left from which a case is near its promise
FEWEST_CASES = 20  # from which on we say what is usual
LONGEST_REACH = timedelta(days=200)  # no promise looks further ahead

Pause = tuple[date, date | None]  # papers asked for, papers received


class PromiseStanding(StrEnum):
    """How a case stands to its promise."""

    IN_TIME = "in_time"
    NEAR = "near"
    LATE = "late"
    STOPPED = "stopped"  # papers are awaited: nothing counts
    KEPT = "kept"
    MISSED = "missed"
    UNKNOWN = "unknown"  # no day of receipt, no promise, or a year without its calendar


@dataclass(frozen=True, slots=True)
class Course:
    """What decides the clock: receipt, the stretches in which papers were awaited, and the last approval."""

    received_on: date | None
    pauses: tuple[Pause, ...] = ()
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What the clock says. `sequential_on` is when one bureau after the other would have been ready."""

    standing: PromiseStanding
    used: int | None = None
    due_on: date | None = None
    sequential_on: date | None = None


def read_clock(
    course: Course, *, promised: int | None, sequential: int | None, calendar: WorkCalendar, today: date
) -> ClockReading:
    """Return the days used of `promised`, the last day of the promise, and how the case stands to it."""
    if course.received_on is None or promised is None:
        return ClockReading(PromiseStanding.UNKNOWN)
    used = count_days(course, until=course.ended_on or today, calendar=calendar)
    due = find_day(course, promised, calendar)
    slow = find_day(course, sequential, calendar) if sequential else None
    return ClockReading(_standing(course, used, promised), used, due, slow)


def _standing(course: Course, used: int | None, promised: int) -> PromiseStanding:
    if used is None:
        return PromiseStanding.UNKNOWN
    if course.ended_on:
        return PromiseStanding.KEPT if used <= promised else PromiseStanding.MISSED
    if used > promised:
        return PromiseStanding.LATE
    if is_stopped(course):
        return PromiseStanding.STOPPED
    return PromiseStanding.NEAR if promised - used <= NEAR_DAYS else PromiseStanding.IN_TIME


def is_stopped(course: Course) -> bool:
    """Say whether papers are awaited now."""
    return any(until is None for _since, until in course.pauses)


def count_days(course: Course, *, until: date, calendar: WorkCalendar) -> int | None:
    """Return the working days used up to and with `until`; None when a year on the way is not published."""
    if course.received_on is None:
        return None
    used = 0
    for day in _days(course.received_on, until):
        counts = _counts(day, course.pauses, calendar)
        if counts is None:
            return None
        used += counts
    return used


def find_day(course: Course, count: int, calendar: WorkCalendar) -> date | None:
    """Return the day on which the count is full; None while the clock stands or the calendar is unknown."""
    if course.received_on is None or count < 1:
        return course.received_on
    used = 0
    for day in _days(course.received_on, course.received_on + LONGEST_REACH):
        counts = _counts(day, course.pauses, calendar)
        if counts is None:
            return None
        used += counts
        if used == count:
            return day
    return None


def add_working_days(day: date, count: int, calendar: WorkCalendar) -> date | None:
    """Return the count-th working day after `day`; None when a year on the way is not published."""
    return find_day(Course(day), count, calendar)


def is_working_day(day: date, calendar: WorkCalendar) -> bool | None:
    """Say whether people work on this day; None when its year is not published."""
    if day.year not in calendar.known_years:
        return None
    if day in calendar.makeup_workdays:
        return True
    return day.weekday() < 5 and day not in calendar.days_off


def pauses_of(changes: Iterable[tuple[date, str, bool]]) -> tuple[Pause, ...]:
    """Return the stretches in which any permit awaited papers, from (day, permit, awaits now) in order."""
    awaiting: set[str] = set()
    pauses: list[Pause] = []
    since: date | None = None
    for day, permit, awaits in changes:
        (awaiting.add if awaits else awaiting.discard)(permit)
        if awaiting and since is None:
            since = day
        elif not awaiting and since is not None:
            pauses.append((since, day))
            since = None
    return (*pauses, (since, None)) if since else tuple(pauses)


def usual_days(used: Sequence[int]) -> tuple[int, int] | None:
    """Return the least and the most days of the middle eight of ten cases; None of too few to say so."""
    found, left_out = sorted(used), len(used) // 10
    return (found[left_out], found[-1 - left_out]) if len(found) >= FEWEST_CASES else None


def _days(after: date, until: date) -> Iterable[date]:
    return (after + timedelta(days=n) for n in range(1, (until - after).days + 1))


def _counts(day: date, pauses: Sequence[Pause], calendar: WorkCalendar) -> bool | None:
    if any(since <= day and (until is None or day < until) for since, until in pauses):
        return False
    return is_working_day(day, calendar)
