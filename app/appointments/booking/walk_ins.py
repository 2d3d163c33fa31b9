"""People who come without a booking, at the desks that are held for them. Runs inside `transact()`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import func, select

from app.appointments import history, queries
from app.appointments.availability.policy import PapersElsewhere, ServiceNotOffered
from app.appointments.holds.refusals import CaseNeeded
from app.appointments.models import Appointment
from app.appointments.refusals import AlreadyBooked
from app.appointments.states import Status
from app.cases.locks import lock_case
from app.cases.readiness import check_ready
from app.codes import new_code, new_link
from app.crypto import link_hash
from app.db import db
from app.errors import DomainError
from app.stations import queries as stations
from app.stations.hours import plans
from app.stations.hours.opening_hours import held_at
from app.stations.models import Service, Station

ORIGIN = "walk_in"
CAME = "walked_in"


class NoHeldDesk(DomainError):
    """No desk is held for people without a booking now, or all of them are taken."""

    code: ClassVar[str] = "no_held_desk"


@dataclass(frozen=True, slots=True)
class WalkIn:
    """Who is here, and for what; a case is named for what needs one."""

    station_slug: str
    service_code: str
    language: str
    name: str = ""
    case_id: int | None = None


def free_desks(station: Station, service: Service, *, now: datetime) -> int:
    """Return how many desks that are held for people without a booking are free now."""
    plan = plans.read_plan(station.id, station.timezone)
    group = plan.desks_for(service.id).number
    taken = select(func.count()).where(
        Appointment.station_id == station.id,
        Appointment.desk_group == group,
        Appointment.origin == ORIGIN,
        Appointment.status == Status.CHECKED_IN,
        Appointment.ends_at > now,
    )
    return max(0, held_at(plan, now, group) - db.session.scalars(taken).one())


def receive(walk_in: WalkIn, *, actor: str, now: datetime) -> Appointment:
    """Let the person be served at a held desk: a visit that begins now, and takes no desk from bookings.

    Raises NotFound, ServiceNotOffered, CaseNeeded, CaseNotReady, PapersElsewhere, AlreadyBooked, or
    NoHeldDesk.
    """
    station = stations.lock_station(walk_in.station_slug)
    service = stations.get_service(walk_in.service_code)
    if station is None or not stations.offers(station, service):
        raise ServiceNotOffered
    _check_case(walk_in, service, station)
    if not free_desks(station, service, now=now):
        raise NoHeldDesk
    plan = plans.read_plan(station.id, station.timezone)
    desks = plan.desks_for(service.id)
    begins = now.replace(second=0, microsecond=0)
    token = new_link()
    visit = Appointment(
        reference=new_code(),
        station_id=station.id,
        service_id=service.id,
        case_id=walk_in.case_id,
        status=Status.CHECKED_IN,
        starts_at=begins,
        ends_at=begins + timedelta(minutes=desks.planned(service.minutes)),
        # Held desks are left out of the plan, so none of those that can be booked is taken.
        desks=0,
        desk_group=desks.number,
        language=walk_in.language,
        origin=ORIGIN,
        created_at=now,
        proved_at=now,
        token_hash=link_hash(token),
    )
    visit.token, visit.name = token, walk_in.name
    db.session.add(visit)
    db.session.flush()
    history.record(visit, CAME, actor=actor, now=now)
    return visit


def _check_case(walk_in: WalkIn, service: Service, station: Station) -> None:
    if walk_in.case_id is None:
        if service.needs_case:
            raise CaseNeeded
        return
    case = lock_case(walk_in.case_id)
    if queries.find_live_for_case(case.id):
        raise AlreadyBooked
    check_ready(case)
    if case.papers_station_id != station.id:
        raise PapersElsewhere
