"""What a change of plans does to people, looked at before it is saved."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, timedelta
from datetime import datetime as moment
from itertools import chain

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.appointments.availability.capacity import taken_in
from app.appointments.availability.reach import Reach, reach_of
from app.appointments.availability.rules import people_in_a_row, window_of
from app.appointments.availability.slots import (
    Candidate,
    Line,
    candidates,
    cells_of,
    free_candidates,
    in_a_row,
)
from app.appointments.models import Appointment, Hold, HoldStatus, is_live
from app.appointments.queries import cases_of, ways_to
from app.appointments.reminders.announcing import channels_of
from app.appointments.states import Status
from app.cases.models import Case
from app.db import db
from app.interval import Interval
from app.planning.assignment import DisplacedVisit, ProposedTime, assign, best_first
from app.planning.decisions import Shown
from app.planning.edits import PlanEdit
from app.planning.impact import Crowd, crowds, newly_touched
from app.stations.hours import plans
from app.stations.hours.opening_hours import Plan, open_intervals
from app.stations.models import Service, Station, StationService

LONGEST_VISIT = timedelta(days=1)  # a bound by which the index is read: not a rule for visits
NEAREST = 8  # stations that are looked at for a new time
# Who saves has waited for the station: what the session holds of its visits may be older than the lock.
READ_ANEW = {"populate_existing": True}


@dataclass(frozen=True)
class EditedPlan:
    """One station's plan before and after an edit."""

    station: Station
    edit: PlanEdit
    before: Plan
    after: Plan

    @classmethod
    def of(cls, station: Station, edit: PlanEdit) -> "EditedPlan":
        before = plans.read_plan(station.id, station.timezone)
        return cls(station, edit, before, edit.applied_to(before))


@dataclass(frozen=True)
class Proposal:
    """A free slot that a displaced visit could have."""

    station: Station
    place: ProposedTime

    @property
    def starts_at(self) -> moment:
        return self.place.starts_at

    @property
    def shown(self) -> Shown:
        return self.station.slug, self.starts_at


@dataclass(frozen=True)
class Touched:
    """A visit that loses its desk. `movable` ones are booked and have not begun."""

    visit: Appointment
    movable: bool
    has_phone: bool
    has_email: bool
    proposal: Proposal | None

    @property
    def reachable(self) -> bool:
        """Say whether a message would be sent: letters go where the visit itself says."""
        return bool(channels_of(self.visit))


@dataclass(frozen=True)
class Free:
    """Free places of one service on the days that change or get somebody; after, new times are taken."""

    service: Service
    before: int
    after: int


@dataclass(frozen=True)
class Effect:
    """All that a change of plans does. Unreachable people come first."""

    changes: Sequence[EditedPlan]
    touched: list[Touched] = field(default_factory=list)
    kept: int = 0
    holds: list[Hold] = field(default_factory=list)
    free: list[Free] = field(default_factory=list)
    crowds: list[tuple[Station, Crowd]] = field(default_factory=list)

    @property
    def unreachable(self) -> list[Touched]:
        return [one for one in self.touched if not one.reachable]

    @property
    def emptied(self) -> list[Free]:
        """Return the services for which nothing is left of what was free."""
        return [one for one in self.free if one.before and not one.after]

    @property
    def shown(self) -> dict[str, Shown]:
        """Return the proposals as the page names them."""
        return {one.visit.reference: one.proposal.shown if one.proposal else None for one in self.touched}


def effect_of(
    changes: Sequence[EditedPlan], *, now: moment, shown: Mapping[str, Shown] | None = None
) -> Effect:
    """Return what the changes do together. A proposal that was shown before is kept if it still can be."""
    touched: list[Appointment] = []
    holds: list[Hold] = []
    kept, crowded = 0, []
    for change in changes:
        visits, open_holds = coming_visits(change.station, now=now), _open_holds(change.station, now=now)
        takers: list[Appointment | Hold] = [*visits, *open_holds]
        lost = newly_touched(takers, before=change.before, after=change.after)
        here = [one for one in lost if isinstance(one, Appointment)]
        touched += here
        holds += [one for one in lost if isinstance(one, Hold)]
        kept += len(visits) - len(here)
        if here:
            crowded += [(change.station, crowd) for crowd in crowds(visits, change.after) if crowd.desks]
    proposed = _proposals(touched, changes, shown or {}, now=now)
    cases = cases_of(touched)
    rows = [
        Touched(visit, _is_movable(visit, now=now), *ways_to(visit, cases), proposed.get(visit.reference))
        for visit in touched
    ]
    rows.sort(key=lambda row: (row.reachable, row.visit.starts_at))
    return Effect(changes, rows, kept, holds, _free(changes, rows, now=now), crowded)


def _is_movable(visit: Appointment, *, now: moment) -> bool:
    return visit.status == Status.BOOKED and visit.starts_at > now


def coming_visits(station: Station, *, now: moment) -> Sequence[Appointment]:
    """Return the live visits that have not ended, the earliest booked first."""
    return db.session.scalars(
        select(Appointment)
        .where(Appointment.station_id == station.id, is_live)
        .where(Appointment.starts_at > now - LONGEST_VISIT, Appointment.ends_at > now)
        .order_by(Appointment.id)
        .options(joinedload(Appointment.service))
        .execution_options(**READ_ANEW)
    ).all()


def _open_holds(station: Station, *, now: moment) -> Sequence[Hold]:
    return db.session.scalars(
        select(Hold)
        .where(Hold.station_id == station.id, Hold.status == HoldStatus.OPEN, Hold.expires_at > now)
        .order_by(Hold.id)
        .execution_options(**READ_ANEW)
    ).all()


# --- a new time for each --------------------------------------------------------------------------


def _proposals(
    visits: Sequence[Appointment],
    changes: Sequence[EditedPlan],
    shown: Mapping[str, Shown],
    *,
    now: moment,
) -> dict[str, Proposal]:
    movable = [visit for visit in visits if _is_movable(visit, now=now)]
    if not movable:
        return {}
    finder = _Finder({change.station.id: change.after for change in changes}, now)
    wishes = [
        DisplacedVisit(
            visit.reference, visit.party_size, finder.places_for(visit, shown.get(visit.reference))
        )
        for visit in movable
    ]
    taken = taken_in(finder.lines, finder.span(movable), now=now)
    found = assign(wishes, taken)
    return {
        reference: Proposal(finder.stations[place.station_id], place)
        for reference, place in found.items()
        if place
    }


class _Finder:
    """Looks up places for visits, each stretch of a station once."""

    def __init__(self, after: Mapping[int, Plan], now: moment) -> None:
        self.after = after
        self.now = now
        self.stations: dict[int, Station] = {}
        self.lines: set[Line] = set()
        self._near: dict[tuple[int, int], list[Station]] = {}
        self._places: dict[tuple[int, int, int], list[ProposedTime]] = {}

    def places_for(self, visit: Appointment, shown: Shown) -> Iterable[ProposedTime]:
        """Return the places for this visit: what was shown before, then the best first."""
        near = self._stations_for(visit)
        self.stations.update({station.id: station for station in near})
        reach = self._reach_of(visit)
        within = {
            station.id: [
                place
                for place in self._places_at(station, visit.service, visit.party_size)
                if reach is None or _reached(place, reach)
            ]
            for station in near
            if reach is None or station.id in reach
        }
        first = (
            place
            for station in near
            for place in within.get(station.id, ())
            if (station.slug, place.starts_at) == shown
        )
        by_station = (within[station.id] for station in near if station.id in within)
        return chain(first, best_first(by_station, visit.starts_at, now=self.now))

    def _reach_of(self, visit: Appointment) -> Mapping[int, Reach] | None:
        """Return where and from when the papers of the visit's case can be; None when it has none."""
        case = db.session.get(Case, visit.case_id) if visit.case_id else None
        return None if case is None or case.papers_station_id is None else reach_of(case, now=self.now)

    def span(self, visits: Sequence[Appointment]) -> Interval:
        """Return the time in which a proposal could lie."""
        windows = [window_of(visit.service, visit.station, now=self.now) for visit in visits]
        longest = max(visit.ends_at - visit.starts_at for visit in visits)
        return Interval(self.now, max(w.end for w in windows) + longest)

    def _stations_for(self, visit: Appointment) -> list[Station]:
        key = visit.station_id, visit.service_id
        if key not in self._near:
            self._near[key] = nearest_offering(visit.station, visit.service)
        return self._near[key]

    def _places_at(self, station: Station, service: Service, party_size: int) -> list[ProposedTime]:
        people = people_in_a_row(station, service, party_size)
        key = station.id, service.id, people
        if key not in self._places:
            plan = self.after.get(station.id) or plans.plan_of(station)
            window = window_of(service, station, now=self.now)
            self.lines.add((station.id, plan.desks_for(service.id).number))
            self._places[key] = [
                ProposedTime(station.id, candidate)
                for day in _days(window, plan)
                for candidate in in_a_row(day_slots(plan, service, day), people)
                if candidate.interval.start in window
            ]
        return self._places[key]


def day_slots(plan: Plan, service: Service, day: date) -> list[Candidate]:
    """Return the possible slots of a day at the desks that serve this service by this plan."""
    desks = plan.desks_for(service.id)
    length = timedelta(minutes=desks.planned(service.minutes))
    return candidates(open_intervals(plan, day, desks.number), length, desk_group=desks.number)


def _reached(place: ProposedTime, reach: Mapping[int, Reach]) -> bool:
    return place.starts_at >= reach[place.station_id].earliest and not reach[place.station_id].is_late(
        place.starts_at
    )


def nearest_offering(home: Station, service: Service) -> list[Station]:
    """Return the visit's own station, then the nearest others that offer the service; none is retired."""
    # On a map of a city degrees are straight enough for an order; only the east-west ones are shorter.
    shorter = math.cos(math.radians(home.lat)) ** 2
    north, east = Station.lat - home.lat, Station.lon - home.lon
    others = (
        select(Station)
        .join(StationService, StationService.station_id == Station.id)
        .where(StationService.service_id == service.id, Station.id != home.id, Station.retired_at.is_(None))
        .order_by(north * north + east * east * shorter, Station.id)
    )
    here = [] if home.retired_at else [home]
    return [*here, *db.session.scalars(others.limit(NEAREST))]


def _days(window: Interval, plan: Plan) -> Iterator[date]:
    day = window.start.astimezone(plan.timezone).date()
    while day <= window.end.astimezone(plan.timezone).date():
        yield day
        day += timedelta(days=1)


# --- free places ----------------------------------------------------------------------------------


def _free(changes: Sequence[EditedPlan], touched: Sequence[Touched], *, now: moment) -> list[Free]:
    """Return the free places before and after, by service, when everybody takes the time proposed."""
    totals: dict[int, tuple[int, int]] = {}
    services: dict[int, Service] = {}
    moved = _moved_desks(touched)
    for change in changes:
        coming = {
            one.proposal.starts_at.astimezone(change.after.timezone).date()
            for one in touched
            if one.proposal and one.proposal.station.id == change.station.id
        }
        for service in (offer.service for offer in change.station.offers):
            before, after = _free_at(change, service, moved, coming, now=now)
            services[service.id] = service
            so_far = totals.get(service.id, (0, 0))
            totals[service.id] = so_far[0] + before, so_far[1] + after
    ordered = sorted(services.values(), key=lambda service: (service.position, service.id))
    return [Free(service, *totals[service.id]) for service in ordered]


def _moved_desks(touched: Sequence[Touched]) -> dict[Line, Counter[int]]:
    """Return how many more desks are taken in each cell, once those who can be moved are."""
    moved: dict[Line, Counter[int]] = defaultdict(Counter)
    for one in touched:
        if one.proposal is None:
            continue
        candidate, visit = one.proposal.place.candidate, one.visit
        for cell in cells_of(candidate.interval):
            moved[one.proposal.place.line][cell] += candidate.desks_for(visit.party_size)
        for cell in cells_of(visit.interval):
            moved[visit.station_id, visit.desk_group][cell] -= visit.desks
    return moved


def _free_at(
    change: EditedPlan,
    service: Service,
    moved: Mapping[Line, Counter[int]],
    coming: Set[date],
    *,
    now: moment,
) -> tuple[int, int]:
    window = window_of(service, change.station, now=now)
    both = (change.before, change.after)
    lines = [(change.station.id, plan.desks_for(service.id).number) for plan in both]
    found = taken_in(lines, window, now=now)
    taken = [Counter(found.get(line, {})) for line in lines]
    taken[1].update(moved.get(lines[1], {}))
    totals = [0, 0]
    for day in _days(window, change.after):
        slots = [day_slots(plan, service, day) for plan in both]
        if slots[0] == slots[1] and day not in coming:
            continue
        for i in range(2):
            free = free_candidates(slots[i], taken[i], window=window)
            totals[i] += sum(left for _candidate, left in free)
    return totals[0], totals[1]
