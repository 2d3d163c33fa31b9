"""Sending again: one message, or what a window of trouble swallowed. Only what is still true goes out.

The provider's key stays the same, so what a provider took after all is not sent twice, unless staff
want one message sent once more: somebody deleted it, or its address works again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, null, or_, select

from app import writers
from app.appointments.locks import lock_visit_of_id
from app.appointments.models import Appointment, Hold, HoldStatus, is_live
from app.appointments.reminders.announcing import TOPIC as VISIT
from app.appointments.states import Status
from app.appointments.waitlist.models import TimeOffer
from app.appointments.waitlist.offers import TOPIC as OFFER
from app.broadcasts.models import Broadcast
from app.broadcasts.operations import TOPIC as BROADCAST
from app.cases.locks import lock_case
from app.cases.models import Case, CaseNotice
from app.cases.notices import TOPIC as CASE
from app.db import db, locking
from app.errors import DomainError
from app.messages import ledger
from app.notifications import contacts, pauses
from app.notifications.delivery import reopening
from app.notifications.delivery.outbox import ClaimedMessage
from app.notifications.delivery.relay import ADDRESS_FAILS
from app.notifications.letter import Letter, Skip
from app.notifications.models import MessageStatus, OutboxMessage
from app.notifications.pauses import PAUSED
from app.notifications.texts import trials

ENDED = (*reopening.MISSED, *reopening.TAKEN)
MISSED = ("too late", PAUSED)
MOST = 20_000


class NotMissed(DomainError):
    """The message waits, went out since it was looked at, or was taken back."""

    code: ClassVar[str] = "message_not_missed"


class OfNoUse(DomainError):
    """What the message says is not true any more, or it cannot reach the person. `reason` says which."""

    code: ClassVar[str] = "message_of_no_use"

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


# --- one message -------------------------------------------------------------------------------


def send_one_again(message_id: int, *, tries: int | None, username: str, now: datetime) -> None:
    """Let one message be sent, or sent once more. Raises NotMissed or OfNoUse. Call inside `transact()`.

    It is written once to see whether it may go out, and again when it does. What went out is sent
    again only to who saw its last try: `tries` is how many were seen.
    """
    message = _locked_with_visit(message_id)
    if message is None or message.status not in ENDED:
        raise NotMissed
    if message.status in reopening.TAKEN and tries != len(ledger.list_attempts(message)):
        raise NotMissed
    reason = _why_not(message, now)
    if reason:
        raise OfNoUse(reason)
    end = _end_of_use(message)
    reopening.reopen(message.id, expires_at=end, username=username, now=now, states=ENDED)


def _locked_with_visit(message_id: int) -> OutboxMessage | None:
    """Lock what the message speaks of, then itself: who changes a visit takes its messages back."""
    wanted = select(OutboxMessage).where(OutboxMessage.id == message_id)
    found = db.session.scalar(wanted)
    if found and found.topic in (VISIT, BROADCAST):
        lock_visit_of_id(found.subject_id)
    if found and found.topic == CASE:
        lock_case(found.subject_id)
    return db.session.scalar(locking(wanted))


def _why_not(message: OutboxMessage, now: datetime) -> str:
    """Return why the message would be skipped if it were sent now; empty when it would go out."""
    letter = writers.compose(ClaimedMessage.of(message, ""), now)
    if isinstance(letter, Skip):
        return letter.reason
    if not isinstance(letter, Letter):
        return ""
    indexes = contacts.indexes_of(letter.to)
    if pauses.paused_among(indexes):
        return PAUSED
    return ADDRESS_FAILS.reason if contacts.failing_among(indexes) else ""


def _end_of_use(message: OutboxMessage) -> datetime | None:
    """Return when what the message is about ends; others know their end when they are written."""
    if message.topic == OFFER:
        return db.session.get_one(TimeOffer, message.subject_id).until
    if message.topic in (VISIT, BROADCAST):
        return db.session.get_one(Appointment, message.subject_id).starts_at
    return None


# --- a window of trouble -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when messages ended badly, at which stations, and for administrators all others too."""

    start: datetime
    end: datetime
    station_ids: tuple[int, ...]
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Missed:
    """One message that would be sent again, and until when it is of use."""

    message_id: int
    expires_at: datetime | None


def list_missed(window: Window, *, now: datetime) -> list[Missed]:
    """Return what would be sent again: failed, too late or paused then, and still true now.

    Of several messages about one thing the newest says everything; one that was told since, or that
    waits already, is left out.
    """
    found: list[Missed] = []
    for wanted in (_of_visits(window, now), _of_offers(window, now), _of_cases(window), _others(window)):
        ended_badly = wanted.where(_ended_in(window), ~_told_since())
        rows = db.session.execute(ended_badly.order_by(OutboxMessage.send_at, OutboxMessage.id).limit(MOST))
        newest = {(message.topic, message.subject_id): Missed(message.id, until) for message, until in rows}
        found += newest.values()
    return found


def _ended_in(window: Window) -> ColumnElement[bool]:
    missed = and_(OutboxMessage.status == MessageStatus.SKIPPED, OutboxMessage.reason.in_(MISSED))
    finished = OutboxMessage.finished_at
    return and_(
        or_(OutboxMessage.status == MessageStatus.FAILED, missed),
        finished >= window.start,
        finished < window.end,
    )


def _of_visits(window: Window, now: datetime) -> Select[Any, Any]:
    stopped = select(Broadcast.id).where(Broadcast.stopped_at.is_not(None))
    as_it_is = case(
        (OutboxMessage.topic == VISIT, OutboxMessage.revision == Appointment.revision),
        else_=OutboxMessage.revision.not_in(stopped),
    )
    return (
        select(OutboxMessage, Appointment.starts_at)
        .join(Appointment, Appointment.id == OutboxMessage.subject_id)
        .where(OutboxMessage.topic.in_([VISIT, BROADCAST]), as_it_is, _is_coming(now))
        .where(Appointment.station_id.in_(window.station_ids))
    )


def _of_offers(window: Window, now: datetime) -> Select[Any, Any]:
    return (
        select(OutboxMessage, TimeOffer.until)
        .join(TimeOffer, TimeOffer.id == OutboxMessage.subject_id)
        .join(Hold, Hold.id == TimeOffer.hold_id)
        .outerjoin(Appointment, Appointment.id == TimeOffer.appointment_id)
        .where(OutboxMessage.topic == OFFER, TimeOffer.answer.is_(None), TimeOffer.until > now)
        .where(Hold.status == HoldStatus.OPEN, Hold.starts_at > now)
        .where(or_(Appointment.id.is_(None), _is_coming(now)))
        .where(Hold.station_id.in_(window.station_ids))
    )


def _is_coming(now: datetime) -> ColumnElement[bool]:
    return and_(Appointment.status == Status.BOOKED, Appointment.starts_at > now)


def _of_cases(window: Window) -> Select[Any, Any]:
    booked = exists().where(Appointment.case_id == Case.id, is_live)
    return (
        select(OutboxMessage, null())
        .join(Case, Case.id == OutboxMessage.subject_id)
        .join(CaseNotice, CaseNotice.case_id == Case.id)
        .where(OutboxMessage.topic == CASE, OutboxMessage.revision == CaseNotice.round)
        .where(CaseNotice.told_at.is_not(None), CaseNotice.paused_at.is_(None))
        .where(Case.collected_at.is_(None), Case.papers_station_id.in_(window.station_ids), ~booked)
    )


def _others(window: Window) -> Select[Any, Any]:
    """Select what belongs to no station; whether it is still true is seen when it is sent."""
    of_stations = (VISIT, BROADCAST, OFFER, CASE, trials.TOPIC)
    wanted = select(OutboxMessage, null()).where(OutboxMessage.topic.not_in(of_stations))
    return wanted if window.everything else wanted.where(false())


def _told_since() -> ColumnElement[bool]:
    """Say whether something about the same state of the same thing went out later, or is going out."""
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
    """Put what `list_missed` names back into the outbox and return how many. Call inside `transact()`."""
    return sum(
        reopening.reopen(one.message_id, expires_at=one.expires_at, username=username, now=now)
        for one in list_missed(window, now=now)
    )
