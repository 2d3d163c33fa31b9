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
from app.broadcasts.models import Notice
from app.db import db, locking
from app.errors import DomainError
from app.localtext import LANGUAGES, LocalText
from app.notifications.delivery import outbox
from app.notifications.delivery.outbox import OutboxRequest
from app.notifications.models import OutboxMessage
from app.stations.models import Station

TOPIC = "notice"
KIND = "notice"
DELAY = timedelta(minutes=10)
MOST_TITLE, MOST_BODY = 120, 600
MOST_DAYS = 31


class NoticeUnfit(DomainError):
    """Something is missing; nothing was saved. `missing` names the fields."""

    code: ClassVar[str] = "notice_unfit"
    status = 422

    def __init__(self, missing: Sequence[str] = ()) -> None:
        super().__init__()
        self.missing = missing


class SecondPersonNeeded(DomainError):
    """Who wrote a message to many cannot approve it."""

    code: ClassVar[str] = "second_person_needed"
    status = 403


class NoticeSettled(DomainError):
    """The message was approved or stopped already."""

    code: ClassVar[str] = "notice_settled"


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


def write(draft: BroadcastDraft, *, now: datetime) -> Notice:
    """Save a message for approval. Raises NoticeUnfit."""
    problems = problems_of(draft)
    if problems:
        raise NoticeUnfit(problems)
    notice = Notice(
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
    db.session.add(notice)
    db.session.flush()
    return notice


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


def approve(notice_id: int, *, username: str, now: datetime) -> Notice:
    """Put the message to each person into the outbox, to be sent in ten minutes.

    Raises SecondPersonNeeded for who wrote it, NoticeSettled when somebody was quicker.
    """
    notice = _locked(notice_id)
    if notice.written_by == username:
        raise SecondPersonNeeded
    if notice.approved_at or notice.stopped_at:
        raise NoticeSettled
    station = db.session.get_one(Station, notice.station_id)
    found = recipients_of(station, notice.service_id, (notice.first_day, notice.last_day), now=now)
    notice.approved_by, notice.approved_at, notice.send_at = username, now, now + DELAY
    notice.recipients = len(found.visits)
    outbox.enqueue(*(_request(notice, *one) for one in found.visits), now=now)
    return notice


def _request(notice: Notice, visit: Appointment, channel: str, index: str) -> OutboxRequest:
    return OutboxRequest(
        dedupe_key=f"{TOPIC}:{notice.id}:{index}",
        topic=TOPIC,
        subject_id=visit.id,
        revision=notice.id,
        kind=KIND,
        channel=channel,
        send_at=notice.send_at or notice.written_at,
        expires_at=visit.starts_at,
        contact_index=index,
    )


def stop(notice_id: int, *, username: str, now: datetime) -> Notice:
    """Take back what was not sent; stopping twice is stopping once."""
    notice = _locked(notice_id)
    if notice.stopped_at is None:
        notice.stopped_by, notice.stopped_at = username, now
    ours = (OutboxMessage.topic == TOPIC, OutboxMessage.revision == notice_id)
    outbox.take_back(*ours, reason="stopped by staff", now=now)
    return notice


def _locked(notice_id: int) -> Notice:
    return db.session.scalars(locking(select(Notice).where(Notice.id == notice_id))).one()
