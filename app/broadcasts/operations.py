"""One message to everybody who has a visit at a place in some days: written, approved, sent, stopped.

A second person approves. Then the messages wait ten minutes in the outbox, where they can be taken
back, and go out like all others. Everything here runs inside `transact()`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.appointments.models import Appointment
from app.appointments.reminders.announcing import channels_of, contact_index_of
from app.appointments.states import Status
from app.broadcasts.models import Broadcast
from app.db import db, locking
from app.errors import DomainError
from app.localtext import LANGUAGES, LocalText
from app.notifications.delivery import outbox
from app.notifications.delivery.outbox import OutboxRequest
from app.notifications.models import OutboxMessage
from app.stations.models import Station

# As rows and the operators' templates of text messages have always called it.
TOPIC = "notice"
KIND = "notice"
DELAY = timedelta(minutes=10)
MOST_TITLE, MOST_BODY = 120, 600
MOST_DAYS = 31


class BroadcastUnfit(DomainError):
    """Something is missing; nothing was saved. `missing` names the fields."""

    code: ClassVar[str] = "broadcast_unfit"
    status = 422

    def __init__(self, missing: Sequence[str] = ()) -> None:
        super().__init__()
        self.missing = missing


class SecondPersonNeeded(DomainError):
    """Who wrote a message to many cannot approve it."""

    code: ClassVar[str] = "second_person_needed"
    status = 403


class BroadcastSettled(DomainError):
    """The message was approved or stopped already."""

    code: ClassVar[str] = "broadcast_settled"


@dataclass(frozen=True, slots=True)
class BroadcastDraft:
    """What somebody wants to write, and to whom: the visits of these days, of one service or of all."""

    station_id: int
    service_id: int | None
    first_day: date
    last_day: date
    title: LocalText
    body: LocalText
    urgent: bool
    username: str


@dataclass(frozen=True, slots=True)
class Recipients:
    """One visit for each person, and the visits whose people cannot be written to."""

    visits: tuple[tuple[Appointment, str, str], ...]  # with the channel and the fingerprint of the contact
    unreachable: tuple[Appointment, ...]


def problems_of(draft: BroadcastDraft) -> list[str]:
    """Return the names of the fields that are not right."""
    found = []
    for name, most in (("title", MOST_TITLE), ("body", MOST_BODY)):
        texts: LocalText = getattr(draft, name)
        for language in LANGUAGES:
            text = texts.as_dict()[language].strip()
            if not text or len(text) > most:
                found.append(f"{name}_{language}")
    if not draft.first_day <= draft.last_day <= draft.first_day + timedelta(days=MOST_DAYS):
        found.append("last_day")
    return found


def write(draft: BroadcastDraft, *, now: datetime) -> Broadcast:
    """Save a message for approval. Raises BroadcastUnfit."""
    problems = problems_of(draft)
    if problems:
        raise BroadcastUnfit(problems)
    broadcast = Broadcast(
        station_id=draft.station_id,
        service_id=draft.service_id,
        first_day=draft.first_day,
        last_day=draft.last_day,
        title=draft.title,
        body=draft.body,
        urgent=draft.urgent,
        written_by=draft.username,
        written_at=now,
    )
    db.session.add(broadcast)
    db.session.flush()
    return broadcast


def recipients_of(
    station: Station, service_id: int | None, days: tuple[date, date], *, now: datetime
) -> Recipients:
    """Return who has a coming visit there on these days; each person once, however many visits."""
    zone = ZoneInfo(station.timezone)
    start = datetime.combine(days[0], time(), zone).astimezone(UTC)
    end = datetime.combine(days[1] + timedelta(days=1), time(), zone).astimezone(UTC)
    wanted = select(Appointment).where(
        Appointment.station_id == station.id,
        Appointment.status == Status.BOOKED,
        Appointment.starts_at >= max(start, now),
        Appointment.starts_at < end,
    )
    if service_id:
        wanted = wanted.where(Appointment.service_id == service_id)
    people: dict[str, tuple[Appointment, str, str]] = {}
    unreachable = []
    for visit in db.session.scalars(wanted.order_by(Appointment.starts_at, Appointment.id)):
        channels = channels_of(visit)
        if not channels:
            unreachable.append(visit)
            continue
        index = contact_index_of(visit, channels[0])
        people.setdefault(index, (visit, channels[0], index))
    return Recipients(tuple(people.values()), tuple(unreachable))


def approve(broadcast_id: int, *, username: str, now: datetime) -> Broadcast:
    """Put the message to each person into the outbox, to be sent in ten minutes.

    Raises SecondPersonNeeded for who wrote it, BroadcastSettled when somebody was quicker.
    """
    broadcast = _locked(broadcast_id)
    if broadcast.written_by == username:
        raise SecondPersonNeeded
    if broadcast.approved_at or broadcast.stopped_at:
        raise BroadcastSettled
    station = db.session.get_one(Station, broadcast.station_id)
    found = recipients_of(station, broadcast.service_id, (broadcast.first_day, broadcast.last_day), now=now)
    broadcast.approved_by, broadcast.approved_at, broadcast.send_at = username, now, now + DELAY
    broadcast.recipients = len(found.visits)
    outbox.enqueue(*(_request(broadcast, *one) for one in found.visits), now=now)
    return broadcast


def _request(broadcast: Broadcast, visit: Appointment, channel: str, index: str) -> OutboxRequest:
    return OutboxRequest(
        dedupe_key=f"{TOPIC}:{broadcast.id}:{index}",
        topic=TOPIC,
        subject_id=visit.id,
        revision=broadcast.id,
        kind=KIND,
        channel=channel,
        send_at=broadcast.send_at or broadcast.written_at,
        expires_at=visit.starts_at,
        contact_index=index,
    )


def stop(broadcast_id: int, *, username: str, now: datetime) -> Broadcast:
    """Take back what was not sent; stopping twice is stopping once."""
    broadcast = _locked(broadcast_id)
    if broadcast.stopped_at is None:
        broadcast.stopped_by, broadcast.stopped_at = username, now
    ours = (OutboxMessage.topic == TOPIC, OutboxMessage.revision == broadcast_id)
    outbox.take_back(*ours, reason="stopped by staff", now=now)
    return broadcast


def _locked(broadcast_id: int) -> Broadcast:
    return db.session.scalars(locking(select(Broadcast).where(Broadcast.id == broadcast_id))).one()
