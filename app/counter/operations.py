"""Cancel what was booked from one network, and undo it. Runs inside `transact()`: lock, check, change."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.appointments.displacement import operations as displacement
from app.appointments.displacement.operations import Because, Was
from app.appointments.locks import lock_visits
from app.appointments.models import Appointment
from app.appointments.origins import counting
from app.appointments.queries import get_by_reference
from app.counter.models import OriginCancellation
from app.counter.queries import list_of_origin
from app.db import db, locking
from app.errors import NotFound
from app.localtext import LocalText
from app.planning.impact import candidate_at
from app.planning.undoing import UndoOver
from app.stations import queries as stations
from app.stations.hours import plans
from app.stations.models import Station

UNDO = timedelta(minutes=10)
REASON = LocalText(
    "many visits were booked from one network without being confirmed",
    "同一网络预约了大量未经确认的号",
    "с одной сети записались много раз и не подтвердили запись",
)


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """Which visits, booked from the same network as the one named, at which stations, and who says so."""

    reference: str
    chosen: Collection[str]
    stations: Sequence[Station]
    username: str


def cancel_of_origin(request: CancelRequest, *, now: datetime) -> OriginCancellation:
    """End the chosen visits and free their desks; the people are told when it cannot be undone any more.

    What is not of this network, not at these stations or over is left alone. Raises NotFound.
    """
    first = get_by_reference(request.reference)
    found = list_of_origin(first, request.stations, now=now)
    wanted = [visit.id for visit in found if visit.reference in request.chosen]
    because = Because(REASON, request.username, now + UNDO)
    done = [
        displacement.cancel(visit.reference, because, now=now)
        for visit in lock_visits(wanted)
        if visit.is_changeable(now=now) and visit.station_id in {one.id for one in request.stations}
    ]
    noted = OriginCancellation(
        name=secrets.token_urlsafe(12),
        username=request.username,
        cancelled_at=now,
        undo_until=now + UNDO,
        visits=[(visit.reference, visit.revision) for visit in done],
    )
    db.session.add(noted)
    return noted


def undo_of_origin(name: str, *, username: str, now: datetime) -> int:
    """Give the visits their times again and take the messages back. Returns how many stay cancelled.

    Those stay that changed since or whose time somebody else has. Raises NotFound or UndoOver.
    """
    noted = db.session.scalar(locking(select(OriginCancellation).where(OriginCancellation.name == name)))
    if noted is None:
        raise NotFound
    if noted.undone_at or noted.undo_until <= now:
        raise UndoOver
    noted.undone_at = now
    revisions = dict(noted.visits)
    wanted = select(Appointment).where(Appointment.reference.in_(revisions)).order_by(Appointment.id)
    visits = db.session.scalars(wanted).all()
    for slug in sorted({visit.station.slug for visit in visits}):
        stations.lock_station(slug, shared=True)
    back = [_put_back(visit, revisions[visit.reference], noted, username, now=now) for visit in visits]
    return len(back) - sum(back)


def _put_back(
    visit: Appointment, revision: int, noted: OriginCancellation, username: str, *, now: datetime
) -> bool:
    plan = plans.read_plan(visit.station_id, visit.station.timezone)
    candidate = candidate_at(plan, visit.interval, visit.desk_group)
    was = Was(visit.reference, visit.station_id, candidate, visit.desks, revision, noted.cancelled_at)
    if not displacement.put_back(was, visit.station, actor=username, now=now):
        return False
    if visit.provisional:  # Its minutes did not run while it was cancelled.
        within = timedelta(minutes=counting.rules().prove_within_minutes)
        visit.provisional_until = min(visit.starts_at, now + within)
    return True
