"""Who waits at a station that is retired, and nowhere else: told, and put back if it was a mistake."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import aliased

from app.appointments.waitlist.kinds import RETIRED
from app.appointments.waitlist.models import WaitingEntry, WaitingPlace
from app.appointments.waitlist.operations import TOPIC, channel_of, stop
from app.db import db, locking
from app.notifications.delivery import outbox
from app.notifications.delivery.outbox import OutboxRequest
from app.notifications.models import MessageStatus, OutboxMessage
from app.stations.models import Station

BECAUSE = "the service point was retired"
TOLD_AFTER = timedelta(minutes=10)  # until then opening the point again puts everybody back


def count_only_at(station: Station) -> int:
    """Return how many people wait at this station and at no other that receives people."""
    return db.session.scalars(select(func.count(WaitingEntry.id)).where(*_only_at(station))).one()


def end_at(station: Station, *, username: str, now: datetime) -> None:
    """Take those who wait nowhere else off the list and tell them. Call with the station locked.

    Who waits elsewhere too goes on waiting there: nothing is offered at a retired station.
    """
    wanted = select(WaitingEntry).where(*_only_at(station)).order_by(WaitingEntry.id)
    for entry in db.session.scalars(locking(wanted, of=WaitingEntry)).all():
        entry.removed_by, entry.removed_because = username, BECAUSE
        stop(entry.id, now=now)
        if channel := channel_of(entry):
            outbox.enqueue(_message(entry, channel, station, now), now=now)


def _only_at(station: Station) -> Sequence[ColumnElement[bool]]:
    elsewhere = exists().where(
        WaitingPlace.entry_id == WaitingEntry.id,
        WaitingPlace.station_id == Station.id,
        Station.id != station.id,
        Station.retired_at.is_(None),
    )
    return WaitingEntry.ended_at.is_(None), WaitingEntry.places.any(station_id=station.id), ~elsewhere


def _message(entry: WaitingEntry, channel: str, station: Station, now: datetime) -> OutboxRequest:
    return OutboxRequest(
        # A point may be retired, opened and retired again: each time is told for itself.
        dedupe_key=f"{RETIRED.name}-{station.plan_version}:{entry.token_hash[:32]}",
        topic=TOPIC,
        subject_id=entry.id,
        revision=0,
        kind=RETIRED.name,
        channel=channel,
        send_at=now + TOLD_AFTER,
    )


def put_back(station: Station, *, now: datetime) -> None:
    """Let those wait again, in their old order, who were not told yet and did not join anew."""
    untold = exists().where(
        OutboxMessage.topic == TOPIC,
        OutboxMessage.subject_id == WaitingEntry.id,
        OutboxMessage.kind == RETIRED.name,
        OutboxMessage.status == MessageStatus.WAITING,
    )
    wanted = select(WaitingEntry).where(WaitingEntry.places.any(station_id=station.id), untold)
    wanted = wanted.where(WaitingEntry.removed_because == BECAUSE, ~_joined_anew())
    for entry in db.session.scalars(locking(wanted, of=WaitingEntry)).all():
        outbox.cancel(TOPIC, entry.id, now=now)
        entry.ended_at = entry.removed_by = entry.removed_because = None


def _joined_anew() -> ColumnElement[bool]:
    other = aliased(WaitingEntry)
    same_person = and_(
        other.service_id == WaitingEntry.service_id, other.person_index == WaitingEntry.person_index
    )
    same_visit = other.appointment_id == WaitingEntry.appointment_id
    same_case = other.case_id == WaitingEntry.case_id
    return exists().where(other.ended_at.is_(None), same_person | same_visit | same_case)
