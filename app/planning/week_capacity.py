"""What a week offers, hour by hour: "3 desks × 3 visits of 20 min = 9 places". PURE."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

from app.appointments.availability.slots import Candidate, candidates
from app.stations.hours.opening_hours import Plan, WeeklyPeriod, WorkCalendar, open_intervals

# A week of its own, without holidays: sums are about hours, not about dates.
MONDAY = date(2024, 1, 1)
_CALENDAR = WorkCalendar(frozenset({MONDAY.year}))


@dataclass(frozen=True, slots=True)
class WeekHour:
    """One hour of one weekday. `desks` is 0 where their number changes within the hour."""

    desks: int
    visits: int
    places: int
    held: int


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the clock, Monday to Sunday; None where nothing begins."""

    hour: int
    cells: tuple[WeekHour | None, ...]


def week_sums(periods: Sequence[WeeklyPeriod], minutes: int) -> list[Hour]:
    """Return the hours in which visits of this length can begin, with what each offers."""
    open_for_all = [_starts(periods, weekday, minutes) for weekday in range(7)]
    held = [replace(p, desks=p.reserve, reserve=0) for p in periods if p.reserve]
    kept_back = [_starts(held, weekday, minutes) for weekday in range(7)]
    hours = sorted({hour for day in open_for_all for hour in day})
    return [
        Hour(hour, tuple(_cell(open_for_all[d].get(hour), kept_back[d].get(hour, [])) for d in range(7)))
        for hour in hours
    ]


def _starts(periods: Sequence[WeeklyPeriod], weekday: int, minutes: int) -> dict[int, list[Candidate]]:
    lasting = tuple(replace(p, valid_from=None, valid_until=None) for p in periods)
    plan = Plan(ZoneInfo("UTC"), lasting, calendar=_CALENDAR)
    found: dict[int, list[Candidate]] = {}
    stretches = open_intervals(plan, MONDAY + timedelta(days=weekday))
    for candidate in candidates(stretches, timedelta(minutes=minutes)):
        found.setdefault(candidate.interval.start.astimezone(UTC).hour, []).append(candidate)
    return found


def _cell(found: list[Candidate] | None, held: list[Candidate]) -> WeekHour | None:
    if not found:
        return None
    least = [min(candidate.desks) for candidate in found]
    same = least[0] if len(set(least)) == 1 else 0
    return WeekHour(same, len(found), sum(least), sum(min(candidate.desks) for candidate in held))
