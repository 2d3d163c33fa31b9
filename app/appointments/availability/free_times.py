"""What is free: by day, the soonest, the nearest."""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain, islice
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from app.appointments.availability.capacity import taken_in
from app.appointments.availability.rules import Bookable, Serving, days_ahead, rules_at, serving_at, window_of
from app.appointments.availability.shares import days_without_room
from app.appointments.availability.slots import (
    Candidate,
    Line,
    Slot,
    candidates,
    free_candidates,
    in_a_row,
    remaining,
)
from app.db import db
from app.interval import Interval
from app.stations.hours.opening_hours import open_intervals
from app.stations.hours.plans import PlanOwner, plan_of, plans_of
from app.stations.limits import remember
from app.stations.models import Service, Station


@dataclass(frozen=True, slots=True)
class DaySlots:
    """The free slots of one day on the station's calendar; none is an empty list."""

    day: date
    slots: list[Slot]


def day_candidates(station: PlanOwner, day: date, serving: Serving) -> tuple[Candidate, ...]:
    """Return the possible slots of a day before anybody took anything, remembered by plan version."""
    key = (db.engine, station.id, station.plan_version, day, serving)
    found = _candidates.get(key)
    if found is None:
        group = serving.desk_group
        opened = open_intervals(plan_of(station), day, group)
        zone = ZoneInfo(station.timezone)
        each = candidates(opened, timedelta(minutes=serving.minutes), zone=zone, desk_group=group)
        found = tuple(in_a_row(each, serving.in_a_row))
        if len(_candidates) >= MOST_REMEMBERED:
            _candidates.clear()
        _candidates[key] = found
    return found


_candidates: dict[tuple[Engine, int, int, date, Serving], tuple[Candidate, ...]] = {}
MOST_REMEMBERED = 20_000


def forget_candidates() -> None:
    """Drop all remembered candidates: for when the database was replaced under a running process."""
    _candidates.clear()


@lru_cache(maxsize=4096)
def _day_span(first: date, days: int, timezone: str) -> Interval:
    zone = ZoneInfo(timezone)
    start = datetime.combine(first, time(), zone).astimezone(UTC)
    return Interval(start, datetime.combine(first + timedelta(days=days), time(), zone).astimezone(UTC))


def availability(
    station: PlanOwner, service: Bookable, *, first_day: date, days: int, party_size: int = 1, now: datetime
) -> list[DaySlots]:
    """Return the free slots of each of these days, in order; every day is listed."""
    found = free_by_day(station, service, first_day=first_day, days=days, party_size=party_size, now=now)
    return [DaySlots(day, [Slot(c.interval, left) for c, left in free]) for day, free in found]


def free_by_day(
    station: PlanOwner, service: Bookable, *, first_day: date, days: int, party_size: int = 1, now: datetime
) -> list[tuple[date, list[tuple[Candidate, int]]]]:
    """Return the same without an object per slot, for answers that have hundreds of them."""
    span = _day_span(first_day, days, station.timezone)
    window = window_of(service, station, now=now)
    serving = serving_at(station, service, party_size)
    line = (station.id, serving.desk_group)
    taken = taken_in([line], span, now=now)[line]
    look = [first_day + timedelta(days=offset) for offset in range(days)]
    kept = days_without_room(station, service, look, party_size=party_size, now=now)
    listed = []
    for day in look:
        found = () if day in kept else day_candidates(station, day, serving)
        free = free_candidates(found, taken, window=window, party_size=party_size)
        listed.append((day, list(free)))
    return listed


def soonest(
    station: PlanOwner,
    service: Bookable,
    *,
    count: int,
    now: datetime,
    party_size: int = 1,
    after: datetime | None = None,
) -> list[Slot]:
    """Return the first free slots in the booking window, or from `after` on."""
    days = _days_with_slots(station, service, now=now, party_size=party_size, after=after)
    return list(islice(chain.from_iterable(days), count))


def soonest_of_days(
    station: PlanOwner,
    service: Bookable,
    *,
    count: int,
    now: datetime,
    party_size: int = 1,
    fits: Callable[[datetime], bool] | None = None,
) -> list[Slot]:
    """Return the first free slot of each of the first so many days; of those that fit, if that is asked."""
    days = _days_with_slots(station, service, now=now, party_size=party_size, after=None)
    fitting = ([slot for slot in day if fits is None or fits(slot.interval.start)] for day in days)
    return list(islice((day[0] for day in fitting if day), count))


def _days_with_slots(
    station: PlanOwner, service: Bookable, *, now: datetime, party_size: int, after: datetime | None
) -> Iterator[list[Slot]]:
    """Yield the free slots of one day after the other, looking no further ahead than is asked for."""
    today, first = (_local_day(station, moment) for moment in (now, after or now))
    for offset, days in _stretches((today - first).days + days_ahead(station, service) + 1):
        for day in availability(
            station,
            service,
            first_day=first + timedelta(days=offset),
            days=days,
            party_size=party_size,
            now=now,
        ):
            yield [s for s in day.slots if after is None or s.interval.start >= after]


def _stretches(days: int) -> Iterator[tuple[int, int]]:
    """Yield (offset, days) of looks that grow: most searches end in the first, whatever is further off."""
    offset, length = 0, 2
    while offset < days:
        yield offset, min(length, days - offset)
        offset, length = offset + length, length * 2


def _local_day(station: PlanOwner, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(station.timezone)).date()


def nearest_to(
    station: PlanOwner,
    service: Bookable,
    starts_at: datetime,
    *,
    count: int,
    now: datetime,
    party_size: int = 1,
) -> list[Slot]:
    """Return the free slots closest in time to `starts_at`, in order of time."""
    slots = soonest(station, service, count=10_000, now=now, party_size=party_size)
    slots.sort(key=lambda slot: abs(slot.interval.start - starts_at))
    return sorted(slots[:count], key=lambda slot: slot.interval.start)


def next_available(
    stations: Sequence[Station], service: Service, *, now: datetime
) -> dict[int, datetime | None]:
    """Return the next free start by station id, None where nothing is free before the horizon."""
    remember(stations, [service.id])
    return _first_starts(stations, {station.id: [service] for station in stations}, now=now)


def earliest_available(stations: Sequence[Station], *, now: datetime) -> dict[int, datetime | None]:
    """Return the next free start of any service a station offers, by station id."""
    remember(stations, {offer.service_id for station in stations for offer in station.offers})
    plans_of(stations)
    wanted = {station.id: _unlike(station) for station in stations}
    return _first_starts(stations, wanted, now=now)


def _unlike(station: Station) -> list[Service]:
    """Return one service of all with the same desks, length and window: their free times are the same."""
    offered = [offer.service for offer in station.offers]
    return list({(serving_at(station, one), rules_at(station, one)): one for one in offered}.values())


def _first_starts(
    stations: Sequence[Station], wanted: Mapping[int, Sequence[Bookable]], *, now: datetime
) -> dict[int, datetime | None]:
    """Look a few days ahead for all stations, then further for those that are full."""
    found: dict[int, datetime | None] = dict.fromkeys(wanted)
    horizon = max((days_ahead(s, one) for s in stations for one in wanted[s.id]), default=-1)
    for offset, days in _stretches(horizon + 1):
        waiting = [station for station in stations if found[station.id] is None]
        if not waiting:
            break
        first = {s.id: _local_day(s, now) + timedelta(days=offset) for s in waiting}
        lines = {(s.id, serving_at(s, one).desk_group) for s in waiting for one in wanted[s.id]}
        taken = _full_cells(waiting, lines, first, days, now=now)
        for station in waiting:
            look = [first[station.id] + timedelta(days=i) for i in range(days)]
            starts = (_first_start(station, s, look, taken, now=now) for s in wanted[station.id])
            found[station.id] = min((start for start in starts if start), default=None)
    return found


def _full_cells(
    stations: Sequence[Station], lines: Set[Line], first: Mapping[int, date], days: int, *, now: datetime
) -> Mapping[Line, Mapping[int, int]]:
    """Return what is taken where that can be all there is: with fewer taken, a cell refuses nobody."""
    spans = [_day_span(first[s.id], days, s.timezone) for s in stations]
    span = Interval(min(s.start for s in spans), max(s.end for s in spans))
    fewest = min(plan_of(s).fewest_desks for s in stations)
    return taken_in(lines, span, now=now, least=fewest)


def _first_start(
    station: Station,
    service: Bookable,
    look: Sequence[date],
    taken: Mapping[Line, Mapping[int, int]],
    *,
    now: datetime,
) -> datetime | None:
    window, serving = window_of(service, station, now=now), serving_at(station, service)
    here = taken.get((station.id, serving.desk_group), {})
    kept = days_without_room(station, service, look, party_size=1, now=now)
    for day in (day for day in look if day not in kept):
        free = free_candidates(day_candidates(station, day, serving), here, window=window)
        for candidate, _left in free:
            return candidate.interval.start
    return None


def find_candidate(
    station: PlanOwner, service: Bookable, starts_at: datetime, party_size: int
) -> Candidate | None:
    """Return the slot of the plan for such a party that starts exactly then, free or not."""
    serving = serving_at(station, service, party_size)
    found = day_candidates(station, _local_day(station, starts_at), serving)
    return next((c for c in found if c.interval.start == starts_at), None)


def is_free(
    station: PlanOwner, service: Bookable, starts_at: datetime, party_size: int, *, now: datetime
) -> bool:
    """Say whether a slot starts then and has room for the party, as far as a plain read can tell."""
    candidate = find_candidate(station, service, starts_at, party_size)
    if candidate is None:
        return False
    line = (station.id, candidate.desk_group)
    taken = taken_in([line], candidate.interval, now=now)[line]
    if remaining(candidate, taken) < party_size:
        return False
    return has_share(station, service, starts_at, party_size, now=now)


def has_share(
    station: PlanOwner,
    service: Bookable,
    starts_at: datetime,
    party_size: int,
    *,
    now: datetime,
    beside: int | None = None,
) -> bool:
    """Say whether that day's share of services without a case has room left; others have no such bound."""
    day = _local_day(station, starts_at)
    kept = days_without_room(station, service, [day], party_size=party_size, now=now, beside=beside)
    return day not in kept
