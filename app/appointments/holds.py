"""Keep a slot for somebody who is deciding. Runs inside `transact()`: lock, then check, then create."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.appointments import capacity, queries
from app.appointments.models import Hold, HoldStatus
from app.appointments.policy import (
    HOLD_LENGTH,
    MOST_EXTENSIONS,
    AlreadyBooked,
    CaseNeeded,
    HoldLimit,
    HoldNotFound,
    OutsideWindow,
    ServiceNotOffered,
    SlotUnavailable,
    check_party,
)
from app.cases.models import Case
from app.cases.readiness import check_ready
from app.db import db
from app.interval import Interval
from app.stations import queries as stations
from app.stations.models import Service, Station

ALTERNATIVES = 3


@dataclass(frozen=True, slots=True)
class HoldRequest:
    """A wish for one slot. `moves` is the id of the visit that would move there."""

    station_slug: str
    service_code: str
    starts_at: datetime
    party_size: int = 1
    case_id: int | None = None
    moves: int | None = None


def hold(request: HoldRequest, *, now: datetime) -> Hold:
    """Keep a slot for 15 minutes. A case's earlier open hold is given back: the newest wins.

    Raises NotFound, ServiceNotOffered, CaseNeeded, CaseNotReady, AlreadyBooked, PartyTooLarge,
    OutsideWindow, or SlotUnavailable with the three nearest free slots.
    """
    station = locked_station(request.station_slug)
    service = stations.get_service(request.service_code)
    if not stations.offers(station, service):
        raise ServiceNotOffered
    check_party(request.party_size, queries.rules_of(service))
    if request.case_id is not None or service.needs_case:
        _check_case(request, now=now)
    release_expired(now=now, station_id=station.id)
    interval = take_slot(station, service, request.starts_at, request.party_size, now=now)
    kept = Hold(
        public_id=secrets.token_urlsafe(16),
        station=station,
        service=service,
        case_id=request.case_id,
        appointment_id=request.moves,
        starts_at=interval.start,
        ends_at=interval.end,
        party_size=request.party_size,
        expires_at=now + HOLD_LENGTH,
        created_at=now,
    )
    db.session.add(kept)
    return kept


def locked_station(slug: str) -> Station:
    # Shared: bookings go side by side, a change of the plan waits for them and they for it.
    found = db.session.scalar(select(Station).where(Station.slug == slug).with_for_update(read=True))
    return found or stations.get_station(slug)


def _check_case(request: HoldRequest, *, now: datetime) -> None:
    if request.case_id is None:
        raise CaseNeeded
    case = db.session.get(Case, request.case_id, with_for_update=True)
    if case is None:
        raise CaseNeeded
    live = queries.find_live_for_case(case.id)
    if live and live.id != request.moves:
        raise AlreadyBooked
    if not live:
        check_ready(case)
    earlier = db.session.scalar(select(Hold).where(Hold.case_id == case.id, Hold.status == HoldStatus.OPEN))
    if earlier:
        _release(earlier)
        # The new hold's row may only come after the old one stopped being open (one per case).
        db.session.flush()


def take_slot(
    station: Station, service: Service, starts_at: datetime, party_size: int, *, now: datetime
) -> Interval:
    """Take the desks of the slot that starts then. Raises OutsideWindow or SlotUnavailable."""
    if starts_at not in queries.window_of(service, station, now=now):
        raise OutsideWindow
    candidate = queries.find_candidate(station, service, starts_at)
    if candidate is None or not capacity.take(station.id, candidate, party_size=party_size):
        near = queries.nearest_to(
            station, service, starts_at, count=ALTERNATIVES, now=now, party_size=party_size
        )
        raise SlotUnavailable(near)
    return candidate.interval


def extend(public_id: str, *, now: datetime) -> Hold:
    """Keep the slot 15 more minutes, at most ten times. Raises HoldNotFound, HoldLimit or SlotUnavailable."""
    kept = locked_hold(public_id)
    if kept.status == HoldStatus.USED:
        raise HoldNotFound
    if kept.extensions >= MOST_EXTENSIONS:
        raise HoldLimit
    retake_if_released(kept, now=now)
    kept.extensions += 1
    kept.expires_at = now + HOLD_LENGTH
    return kept


def release(public_id: str) -> None:
    """Give an open hold back; one that is used or released already stays as it is."""
    kept = locked_hold(public_id)
    if kept.status == HoldStatus.OPEN:
        _release(kept)


def release_expired(*, now: datetime, station_id: int | None = None, limit: int = 200) -> int:
    """Give back the desks of holds that ran out. Returns how many."""
    ran_out = select(Hold).where(Hold.status == HoldStatus.OPEN, Hold.expires_at <= now)
    if station_id is not None:
        ran_out = ran_out.where(Hold.station_id == station_id)
    found = db.session.scalars(ran_out.limit(limit).with_for_update(skip_locked=True)).all()
    for kept in found:
        _release(kept)
    return len(found)


def _release(kept: Hold) -> None:
    kept.status = HoldStatus.RELEASED
    capacity.give_back(kept.station_id, kept.interval, party_size=kept.party_size)


def locked_hold(public_id: str) -> Hold:
    found = db.session.scalar(select(Hold).where(Hold.public_id == public_id).with_for_update())
    if found is None:
        raise HoldNotFound
    return found


def retake_if_released(kept: Hold, *, now: datetime) -> None:
    """Take the slot of a hold that ran out again, if it is still free. Raises SlotUnavailable."""
    if kept.status != HoldStatus.RELEASED:
        return
    if kept.expires_at > now:
        raise HoldNotFound  # It did not run out: the person chose another time since.
    take_slot(kept.station, kept.service, kept.starts_at, kept.party_size, now=now)
    kept.status = HoldStatus.OPEN
