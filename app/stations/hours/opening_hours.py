"""When the doors are open: weekly periods, dated exceptions, the official calendar, closures. PURE.

The station's own wall clock goes in, UTC intervals come out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from app.interval import Interval
from app.localtext import LocalText

IN_SIGHT = timedelta(days=60)  # how long before an unpublished year staff are told
MOST_DAYS_KNOWN = 500


@dataclass(frozen=True, slots=True)
class WeeklyPeriod:
    """Open from `opens` to `closes` on this weekday (0 = Monday), with this many desks."""

    weekday: int
    opens: time
    closes: time
    desks: int = 1
    valid_from: date | None = None
    valid_until: date | None = None
    reserve: int = 0  # desks among them that staff hold for who comes without a booking
    desk_group: int = 0

    @property
    def bookable(self) -> int:
        """Return the desks that can be booked."""
        return self.desks - self.reserve

    def applies_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


@dataclass(frozen=True, slots=True)
class DatedPeriod:
    """Replaces the weekly plan on one day; without times the day is closed."""

    day: date
    opens: time | None
    closes: time | None
    desks: int = 1
    reason: LocalText = LocalText()
    desk_group: int = 0

    reserve = 0  # all desks of a single day can be booked

    @property
    def bookable(self) -> int:
        return self.desks


@dataclass(frozen=True, slots=True)
class ClosedInterval:
    interval: Interval
    reason: LocalText


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Public holidays and make-up workdays. A year that is not in `known_years` is not published yet."""

    known_years: frozenset[int] = frozenset()
    days_off: dict[date, LocalText] = field(default_factory=dict)
    makeup_workdays: dict[date, int] = field(default_factory=dict)  # day -> weekday whose plan it follows


@dataclass(frozen=True, slots=True)
class ServingDesks:
    """A group of desks: the services that only it serves, and how long its slots are.

    Without a length a slot is as long as the visit; else a visit takes as many whole slots as it needs.
    """

    number: int
    name: LocalText = LocalText()
    services: frozenset[int] = frozenset()
    slot_minutes: int | None = None

    def planned(self, minutes: int) -> int:
        """Return the minutes that a visit of this length takes here."""
        slot = self.slot_minutes or minutes
        return -(-minutes // slot) * slot


COMMON_DESKS = ServingDesks(0)


@dataclass(frozen=True, slots=True)
class Plan:
    """All that decides when one station is open."""

    timezone: ZoneInfo
    weekly: tuple[WeeklyPeriod, ...]
    dated: tuple[DatedPeriod, ...] = ()
    closures: tuple[ClosedInterval, ...] = ()
    calendar: WorkCalendar = WorkCalendar()
    groups: tuple[ServingDesks, ...] = ()
    # A plan never changes, so its days are worked out once, for as many as anybody looks at.
    days_known: dict[tuple[date, int | None], tuple["OpenInterval", ...]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def desks_for(self, service_id: int) -> ServingDesks:
        """Return the desks that serve this service: its own group, else those for all the rest."""
        own = (group for group in self.groups if service_id in group.services)
        return next(own, None) or self.group(COMMON_DESKS.number)

    def group(self, number: int) -> ServingDesks:
        return next((group for group in self.groups if group.number == number), COMMON_DESKS)

    @property
    def fewest_desks(self) -> int:
        """Return a number of desks that every open moment has at least."""
        periods: tuple[WeeklyPeriod | DatedPeriod, ...] = (*self.weekly, *self.dated)
        return min((period.bookable for period in periods), default=1)


@dataclass(frozen=True, slots=True)
class OpenInterval:
    """A stretch of time with this many desks open."""

    interval: Interval
    desks: int


class DayKind(StrEnum):
    """Why a day is as it is."""

    WEEKLY = "weekly"
    EXCEPTION = "exception"
    HOLIDAY = "holiday"
    MAKEUP_WORKDAY = "makeup_workday"
    NOT_PUBLISHED = "not_published"  # holidays of that year are not known, so nothing is promised


@dataclass(frozen=True, slots=True)
class DayPlan:
    """The hours of one day on the wall clock, before closures, and why they are so."""

    day: date
    kind: DayKind
    periods: tuple[tuple[time, time, int], ...]  # opens, closes, desks
    reason: LocalText = LocalText()
    works_as: int | None = None


def day_plan(plan: Plan, day: date, group: int | None = None) -> DayPlan:
    """Return the hours of a day: a dated exception wins over the calendar, the calendar over the week.

    With a `group` only the hours of those desks are listed.
    """
    dated = [p for p in plan.dated if p.day == day]
    if dated:
        ours = (p for p in dated if group in (None, p.desk_group))
        periods = tuple(sorted((p.opens, p.closes, p.desks) for p in ours if p.opens and p.closes))
        return DayPlan(day, DayKind.EXCEPTION, periods, dated[0].reason)
    calendar = plan.calendar
    if day.year not in calendar.known_years:
        return DayPlan(day, DayKind.NOT_PUBLISHED, ())
    if day in calendar.days_off:
        return DayPlan(day, DayKind.HOLIDAY, (), calendar.days_off[day])
    if day in calendar.makeup_workdays:
        weekday = calendar.makeup_workdays[day]
        return DayPlan(day, DayKind.MAKEUP_WORKDAY, _weekly(plan, day, weekday, group), works_as=weekday)
    return DayPlan(day, DayKind.WEEKLY, _weekly(plan, day, day.weekday(), group))


def doubtful_year(calendar: WorkCalendar, today: date) -> int | None:
    """Return the first year within sight that is not published, so that nothing in it can be booked."""
    years = (today.year, (today + IN_SIGHT).year)
    return next((year for year in years if year not in calendar.known_years), None)


def _weekly(plan: Plan, day: date, weekday: int, group: int | None) -> tuple[tuple[time, time, int], ...]:
    ours = (p for p in plan.weekly if p.weekday == weekday and group in (None, p.desk_group))
    return tuple(sorted((p.opens, p.closes, p.bookable) for p in ours if p.applies_on(day)))


def open_intervals(plan: Plan, day: date, group: int | None = None) -> list[OpenInterval]:
    """Return the open stretches of a day in order, closures cut out; overlapping periods add their desks.

    With a `group` only its desks count.
    """
    found = plan.days_known.get((day, group))
    if found is None:
        if len(plan.days_known) >= MOST_DAYS_KNOWN:
            plan.days_known.clear()
        found = plan.days_known[day, group] = tuple(_work_out(plan, day, group))
    return list(found)


def held_at(plan: Plan, moment: datetime, group: int) -> int:
    """Return the desks of a group that are held at this moment for people without a booking."""
    day = moment.astimezone(plan.timezone).date()
    held = tuple(replace(p, desks=p.reserve, reserve=0) for p in plan.weekly if p.reserve)
    if not held or day_plan(plan, day).kind is DayKind.EXCEPTION:
        return 0
    opened = open_intervals(replace(plan, weekly=held), day, group)
    return next((part.desks for part in opened if moment in part.interval), 0)


def _work_out(plan: Plan, day: date, group: int | None) -> list[OpenInterval]:
    opened = [
        OpenInterval(_stretch(day, opens, closes, plan.timezone), desks)
        for opens, closes, desks in day_plan(plan, day, group).periods
    ]
    return _without(_summed(opened), [c.interval for c in plan.closures])


def _stretch(day: date, opens: time, closes: time, zone: ZoneInfo) -> Interval:
    # Where clocks are put forward, a period in the missing hour can end before it starts: it is empty.
    start = _utc(day, opens, zone)
    return Interval(start, max(start, _utc(day, closes, zone)))


def _utc(day: date, moment: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, moment, zone).astimezone(UTC)


def _summed(opened: Iterable[OpenInterval]) -> list[OpenInterval]:
    """Return disjoint intervals whose desks are the sum of all that overlap there; equal neighbours join."""
    opened = [o for o in opened if o.interval.length]
    edges = sorted({edge for o in opened for edge in (o.interval.start, o.interval.end)})
    summed: list[OpenInterval] = []
    for start, end in pairwise(edges):
        desks = sum(o.desks for o in opened if o.interval.start <= start and end <= o.interval.end)
        if not desks:
            continue
        if summed and summed[-1].interval.end == start and summed[-1].desks == desks:
            summed[-1] = OpenInterval(Interval(summed[-1].interval.start, end), desks)
        else:
            summed.append(OpenInterval(Interval(start, end), desks))
    return summed


def _without(opened: list[OpenInterval], closed: Iterable[Interval]) -> list[OpenInterval]:
    for gap in closed:
        opened = [rest for o in opened for rest in _cut(o, gap)]
    return opened


def _cut(opened: OpenInterval, gap: Interval) -> list[OpenInterval]:
    interval = opened.interval
    if not interval.overlaps(gap):
        return [opened]
    rests = []
    if interval.start < gap.start:
        rests.append(OpenInterval(Interval(interval.start, gap.start), opened.desks))
    if gap.end < interval.end:
        rests.append(OpenInterval(Interval(gap.end, interval.end), opened.desks))
    return rests


def closure_of(plan: Plan, day: date) -> ClosedInterval | None:
    """Return the first closure that takes hours from this day; None where the day is as planned."""
    planned = [
        _stretch(day, opens, closes, plan.timezone) for opens, closes, _desks in day_plan(plan, day).periods
    ]
    return next((c for c in plan.closures if any(c.interval.overlaps(part) for part in planned)), None)


def open_at(plan: Plan, moment: datetime) -> Interval | None:
    """Return the open stretch that holds this moment, joined over changes of desks; None when closed."""
    stretches = _joined(open_intervals(plan, _local_day(plan, moment)))
    return next((s for s in stretches if moment in s), None)


def next_opening(plan: Plan, moment: datetime, *, within_days: int = 15) -> Interval | None:
    """Return the first open stretch that starts after this moment, looking this many days ahead."""
    first = _local_day(plan, moment)
    for offset in range(within_days + 1):
        for stretch in _joined(open_intervals(plan, first + timedelta(days=offset))):
            if stretch.start > moment:
                return stretch
    return None


def _local_day(plan: Plan, moment: datetime) -> date:
    return moment.astimezone(plan.timezone).date()


def _joined(opened: list[OpenInterval]) -> list[Interval]:
    joined: list[Interval] = []
    for o in opened:
        if joined and joined[-1].end == o.interval.start:
            joined[-1] = Interval(joined[-1].start, o.interval.end)
        else:
            joined.append(o.interval)
    return joined
