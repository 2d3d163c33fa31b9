"""How the desks of a day are shared: what some visits and kept times take of it. Reads only."""

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, false, func, select

from app.appointments.availability.capacity import DeskTaker
from app.appointments.availability.policy import leaves_share
from app.appointments.availability.rules import Bookable, Serving, serving_at
from app.appointments.availability.slots import CELL, cells_of
from app.appointments.models import Appointment, Hold, HoldStatus, is_live
from app.db import db
from app.interval import Interval
from app.stations.hours.opening_hours import open_intervals
from app.stations.hours.plans import PlanOwner, plan_of
from app.stations.limits import limits_at
from app.stations.models import Service

Which = ColumnElement[bool]
NONE: Which = false()


def desks_on(station: PlanOwner, desk_group: int, day: date) -> int:
    """Return the desks of a group that can be booked on a day, in cells."""
    opened = open_intervals(plan_of(station), day, desk_group)
    return sum(part.desks * len(cells_of(part.interval)) for part in opened)


def cells_for(serving: Serving, party_size: int) -> int:
    """Return how many cells of desks a visit of such a party takes."""
    return -(-party_size // serving.in_a_row) * (serving.length // CELL)


def cells_of_owner(owner: DeskTaker) -> int:
    """Return how many cells of desks a visit or a hold takes."""
    return owner.desks * len(cells_of(owner.interval))


def taken_by_day(
    station: PlanOwner, desk_group: int, first_day: date, days: int, *, visits: Which, holds: Which
) -> Counter[date]:
    """Return how many cells of desks those live visits and open holds take of each day."""
    zone = ZoneInfo(station.timezone)
    start, end = (
        datetime.combine(first_day + timedelta(days=n), time(), zone).astimezone(UTC) for n in (0, days)
    )
    taken: Counter[date] = Counter()
    wanted: tuple[tuple[type[Appointment | Hold], Any, Which], ...] = (
        (Appointment, is_live, visits),
        (Hold, Hold.status == HoldStatus.OPEN, holds),
    )
    for model, alive, which in wanted:
        here = (model.station_id == station.id, model.desk_group == desk_group)
        within = (model.starts_at >= start, model.starts_at < end)
        for starts_at, ends_at, desks in _stretches(model, *here, *within, alive, which):
            taken[starts_at.astimezone(zone).date()] += desks * len(cells_of(Interval(starts_at, ends_at)))
    return taken


def _stretches(model: type[Appointment | Hold], *which: Any) -> Iterator[Any]:
    """Yield each stretch of time once, with the desks of all that are there then."""
    if any(part is NONE for part in which):
        return
    columns = (model.starts_at, model.ends_at)
    yield from db.session.execute(select(*columns, func.sum(model.desks)).where(*which).group_by(*columns))


def is_kept(station: PlanOwner, service: Bookable) -> bool:
    """Say whether a share of the desks is kept for other services than this one."""
    return bool(_share_of(station, service))


def _share_of(station: PlanOwner, service: Bookable) -> int:
    return 0 if service.needs_case else limits_at(station, service.service_id).case_share or 0


def days_without_room(
    station: PlanOwner,
    service: Bookable,
    days: Sequence[date],
    *,
    party_size: int,
    now: datetime,
    beside: int | None = None,
) -> Set[date]:
    """Return those of some days in a row of which the rest is kept for services with a case.

    `beside` is the id of a visit that would move: it leaves the desks that it has.
    """
    share = _share_of(station, service)
    if not share:
        return frozenset()
    serving = serving_at(station, service, party_size)
    group, wanted = serving.desk_group, cells_for(serving, party_size)
    open_services = select(Service.id).where(Service.needs_case.is_(False)).scalar_subquery()
    visits = Appointment.service_id.in_(open_services) & (Appointment.id != (beside or 0))
    holds = Hold.service_id.in_(open_services) & (Hold.expires_at > now)
    taken = taken_by_day(station, group, days[0], len(days), visits=visits, holds=holds)
    return frozenset(
        day
        for day in days
        if not leaves_share(taken[day], wanted, desks_on(station, group, day), case_share=share)
    )
