"""Sending again what a window of trouble swallowed: only what is true still, and each thing once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select

from app.appointments.models import Appointment
from app.appointments.reminders import TOPIC
from app.appointments.states import Status
from app.db import db
from app.notifications import outbox
from app.notifications.models import DeliveryAttempt, MessageStatus, OutboxMessage
from app.notifications.pauses import PAUSED

MISSED = ("too late", PAUSED)
REPLAYED = "replayed"
MOST = 20_000


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when messages ended badly, and at which stations."""

    start: datetime
    end: datetime
    station_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Missed:
    """One message that would be sent again; of no use any more when its visit begins."""

    message_id: int
    expires_at: datetime


def list_missed(window: Window, *, now: datetime) -> list[Missed]:
    """Return what would be sent again: failed, too late or paused then, and still true now.

    Of several messages about one visit the newest says everything; one that was told since, or that
    waits already, is left out.
    """
    ended = or_(
        OutboxMessage.status == MessageStatus.FAILED,
        and_(OutboxMessage.status == MessageStatus.SKIPPED, OutboxMessage.reason.in_(MISSED)),
    )
    wanted = (
        select(OutboxMessage, Appointment.starts_at)
        .join(Appointment, Appointment.id == OutboxMessage.subject_id)
        .where(OutboxMessage.topic == TOPIC, OutboxMessage.revision == Appointment.revision, ended)
        .where(OutboxMessage.finished_at >= window.start, OutboxMessage.finished_at < window.end)
        .where(Appointment.status == Status.BOOKED, Appointment.starts_at > now)
        .where(Appointment.station_id.in_(window.station_ids), ~_told_since())
        .order_by(OutboxMessage.send_at, OutboxMessage.id)
        .limit(MOST)
    )
    newest = {message.subject_id: Missed(message.id, start) for message, start in db.session.execute(wanted)}
    return list(newest.values())


def _told_since() -> ColumnElement[bool]:
    """Say whether something about the same state of the visit went out later, or is going out."""
    later = OutboxMessage.__table__.alias("later")
    went = and_(
        later.c.status.in_([MessageStatus.SENT, MessageStatus.DELIVERED]),
        later.c.finished_at > OutboxMessage.finished_at,
    )
    return exists().where(
        later.c.topic == OutboxMessage.topic,
        later.c.subject_id == OutboxMessage.subject_id,
        later.c.revision == OutboxMessage.revision,
        or_(went, later.c.status == MessageStatus.CLAIMED),
    )


def send_again(window: Window, *, username: str, now: datetime) -> int:
    """Put what `list_missed` names back into the outbox and return how many. Call inside `transact()`.

    The provider's key stays the same, so what a provider took after all is not sent twice.
    """
    return sum(_reopen(missed, username, now) for missed in list_missed(window, now=now))


def _reopen(missed: Missed, username: str, now: datetime) -> int:
    if not outbox.reopen(missed.message_id, expires_at=missed.expires_at, now=now):
        return 0
    note = DeliveryAttempt(message_id=missed.message_id, started_at=now, finished_at=now)
    note.outcome, note.detail = REPLAYED, f"by {username}"
    db.session.add(note)
    return 1
