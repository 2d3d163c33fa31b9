"""The hours of the coming days as a table shows them: exceptions, holidays and closures applied. PURE."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.interval import Interval
from app.localtext import LocalText
from app.stations.hours.opening_hours import DayKind, Plan, closure_of, day_plan, open_intervals


@dataclass(frozen=True, slots=True)
class DayHours:
    """One day: its open stretches on the wall clock, and why they are not the usual ones."""

    day: date
    stretches: tuple[tuple[datetime, datetime], ...]
    kind: DayKind
    reason: LocalText = LocalText()
    works_as: int | None = None


def coming_days(plan: Plan, first: date, *, days: int = 7) -> list[DayHours]:
    """Return the hours of this many days from the first on."""
    return [_hours_of(plan, first + timedelta(days=offset)) for offset in range(days)]


def _hours_of(plan: Plan, day: date) -> DayHours:
    planned = day_plan(plan, day)
    stretches = _stretches(plan, day)
    closed = closure_of(plan, day)
    reason = planned.reason or (closed.reason if closed else LocalText())
    return DayHours(day, stretches, planned.kind, reason, planned.works_as)


def _stretches(plan: Plan, day: date) -> tuple[tuple[datetime, datetime], ...]:
    joined: list[Interval] = []
    for opened in open_intervals(plan, day):
        if joined and joined[-1].end == opened.interval.start:
            joined[-1] = Interval(joined[-1].start, opened.interval.end)
        else:
            joined.append(opened.interval)
    zone = plan.timezone
    return tuple((i.start.astimezone(zone), i.end.astimezone(zone)) for i in joined)
