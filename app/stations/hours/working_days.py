"""On which days a station works, counted as the people at its counters count them. PURE."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import islice

from app.stations.hours.opening_hours import DayKind, Plan, day_plan, open_intervals

LONGEST_LOOK = timedelta(days=400)
FIRST_FREE_WEEKDAY = 5

Works = Callable[[date], bool]


def working_day_after(day: date, count: int, works: Works) -> date | None:
    """Return the count-th working day after `day`; None when there is none in sight."""
    days = (day + timedelta(days=offset) for offset in range(1, LONGEST_LOOK.days + 1))
    return next(islice(filter(works, days), count - 1, None), None) if count else day


def working_days_of(plan: Plan) -> Works:
    """Return on which days a station's door is open.

    Where its hours are not known, the official calendar decides; where that is not published, the week.
    """
    has_hours = bool(plan.weekly or plan.dated)

    def works(day: date) -> bool:
        kind = day_plan(plan, day).kind
        if kind is DayKind.NOT_PUBLISHED:
            return day.weekday() < FIRST_FREE_WEEKDAY
        if has_hours:
            return bool(open_intervals(plan, day))
        return kind is DayKind.MAKEUP_WORKDAY or (
            kind is not DayKind.HOLIDAY and day.weekday() < FIRST_FREE_WEEKDAY
        )

    return works
