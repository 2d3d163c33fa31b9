"""Changes of an opening plan, and what the plan is after each."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from itertools import pairwise
from typing import Protocol

from app.localtext import LocalText
from app.stations.hours.calendar import YearCalendar, with_year
from app.stations.hours.opening_hours import (
    COMMON_DESKS,
    ClosedInterval,
    DatedPeriod,
    Plan,
    ServingDesks,
    WeeklyPeriod,
)

ONE_DAY = timedelta(days=1)
Bounds = tuple[date | None, date | None]  # first and last day; None is open
LASTING: Bounds = (None, None)


@dataclass(frozen=True)
class WeekEdit:
    """The whole week anew: of the version with these bounds, from its first day or from a later one on.

    Versions with other bounds are left as they are.
    """

    periods: tuple[WeeklyPeriod, ...]
    confirmed: bool = False
    bounds: Bounds = LASTING
    starts: date | None = None
    kind = "week"

    def applied_to(self, plan: Plan) -> Plan:
        return replace(plan, weekly=self.weekly_after(plan.weekly))

    def weekly_after(self, weekly: Iterable[WeeklyPeriod]) -> tuple[WeeklyPeriod, ...]:
        """Return all weekly periods after the edit; a version that a new one follows ends the day before."""
        weekly = tuple(weekly)
        others = tuple(p for p in weekly if bounds_of(p) != self.bounds)
        first, last = self.bounds
        new = tuple(replace(p, valid_from=self.starts or first, valid_until=last) for p in self.periods)
        if self.starts is None:
            return new + others
        before = tuple(p for p in weekly if bounds_of(p) == self.bounds)
        return (*(replace(p, valid_until=self.starts - ONE_DAY) for p in before), *new, *others)


@dataclass(frozen=True)
class DayEdit:
    """One day anew: its own periods, or closed; with none at all it follows the week again."""

    day: date
    periods: tuple[DatedPeriod, ...]
    kind = "day"

    @property
    def opens(self) -> bool:
        """Say whether the day is open at all, as far as this edit says so."""
        return not self.periods or any(p.opens for p in self.periods)

    def applied_to(self, plan: Plan) -> Plan:
        others = tuple(p for p in plan.dated if p.day != self.day)
        return replace(plan, dated=others + self.periods)


@dataclass(frozen=True)
class ClosureEdit:
    """One more closure."""

    closure: ClosedInterval
    kind = "closure"

    def applied_to(self, plan: Plan) -> Plan:
        return replace(plan, closures=(*plan.closures, self.closure))


@dataclass(frozen=True)
class ClosureRemoval:
    """One closure less; `closure_id` is its row."""

    closure_id: int
    closure: ClosedInterval
    kind = "closure_removed"

    def applied_to(self, plan: Plan) -> Plan:
        kept = list(plan.closures)
        if self.closure in kept:
            kept.remove(self.closure)
        return replace(plan, closures=tuple(kept))


@dataclass(frozen=True)
class DeskEdit:
    """One desk more, at all usual hours of the days from first to last."""

    first: date
    last: date
    desk_group: int = 0
    kind = "desk"

    def added_to(self, weekly: Iterable[WeeklyPeriod]) -> tuple[WeeklyPeriod, ...]:
        """Return the periods to add to those of every week, within the days of their version."""
        ours = (p for p in weekly if p.desk_group == self.desk_group)
        usual = [(p, *bounds_of(p)) for p in ours if None in bounds_of(p)]
        found = [
            (p, max(self.first, first or self.first), min(self.last, last or self.last))
            for p, first, last in usual
        ]
        return tuple(
            replace(p, desks=1, reserve=0, valid_from=first, valid_until=last)
            for p, first, last in found
            if first <= last
        )

    def applied_to(self, plan: Plan) -> Plan:
        return replace(plan, weekly=plan.weekly + self.added_to(plan.weekly))


@dataclass(frozen=True)
class GroupsEdit:
    """The desk groups anew. The hours of a group that is not among them any more go with it."""

    groups: tuple[ServingDesks, ...]
    kind = "groups"

    def applied_to(self, plan: Plan) -> Plan:
        known = {COMMON_DESKS.number, *(group.number for group in self.groups)}
        weekly = tuple(p for p in plan.weekly if p.desk_group in known)
        dated = tuple(p for p in plan.dated if p.desk_group in known)
        # A day that only those desks were open stays a day of its own, and is closed.
        left = {p.day: p for p in plan.dated} if dated != plan.dated else {}
        closed = (replace(p, opens=None, closes=None, desks=1, desk_group=0) for p in left.values()
                  if p.day not in {kept.day for kept in dated})  # fmt: skip
        return replace(plan, groups=self.groups, weekly=weekly, dated=(*dated, *closed))


@dataclass(frozen=True)
class CalendarEdit:
    """One year of the official calendar anew; it holds for every station."""

    year: YearCalendar
    kind = "calendar"

    def applied_to(self, plan: Plan) -> Plan:
        return replace(plan, calendar=with_year(plan.calendar, self.year))


PlanEdit = WeekEdit | DayEdit | DeskEdit | GroupsEdit | ClosureEdit | ClosureRemoval | CalendarEdit


def reason_of(edit: PlanEdit) -> LocalText:
    """Return the reason that people are told for this change; it may be empty."""
    if isinstance(edit, ClosureEdit):
        return edit.closure.reason
    if isinstance(edit, DayEdit) and edit.periods:
        return edit.periods[0].reason
    return LocalText()


class Limited(Protocol):
    """A weekly period, or its row, that may hold for certain dates only."""

    @property
    def valid_from(self) -> date | None: ...

    @property
    def valid_until(self) -> date | None: ...


def bounds_of(period: Limited) -> Bounds:
    """Return the days that a period's version of the week holds for."""
    return period.valid_from, period.valid_until


def versions_of(periods: Iterable[Limited]) -> list[Bounds]:
    """Return the versions of the week, the earliest first."""
    return sorted(
        {bounds_of(p) for p in periods}, key=lambda bounds: (bounds[0] or date.min, bounds[1] or date.max)
    )


def version_on(periods: Iterable[Limited], day: date) -> Bounds:
    """Return the version that counts on a day: the one for every week, else the latest that holds then."""
    versions = versions_of(periods)
    if LASTING in versions or not versions:
        return LASTING
    holding = [v for v in versions if (v[0] or day) <= day <= (v[1] or day)]
    return holding[-1] if holding else versions[-1]


def first_overlap(periods: Iterable[tuple[time, time]]) -> tuple[time, time] | None:
    """Return the first period of a day that starts before the one before it ends."""
    for earlier, later in pairwise(sorted(periods)):
        if later[0] < earlier[1]:
            return later
    return None
