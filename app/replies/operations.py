"""Taking in a text message: each once, obeyed only from the visit's own number. Inside `transact()`."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.appointments import queries as visit_queries
from app.appointments.availability.policy import TooLateToChange
from app.appointments.booking import operations as visits
from app.appointments.models import Appointment
from app.appointments.refusals import NotChangeable
from app.appointments.reminders.announcing import TOPIC as VISITS
from app.db import db
from app.errors import NotFound
from app.notifications.delivery import outbox
from app.notifications.delivery.outbox import OutboxRequest
from app.notifications.models import OutboxMessage
from app.notifications.phone import spelled
from app.replies import queries
from app.replies.models import IncomingText, TextAnswer
from app.replies.reading import read_wish

TOPIC = "reply"
ACTOR = "person"
_COUNTRY_LANGUAGES = (("+86", "zh"), ("+7", "ru"))


@dataclass(frozen=True, slots=True)
class NewText:
    """A text as a provider hands it over. `provider_id` is the same when it is handed over again."""

    provider_id: str
    phone: str
    text: str


def take(new: NewText, *, now: datetime) -> IncomingText:
    """Keep the text, do what it asks, and plan an answer. The same text again changes nothing."""
    known = db.session.scalar(select(IncomingText).where(IncomingText.provider_id == new.provider_id))
    if known:
        return known
    wish = read_wish(new.text)
    appointment = _find(wish.reference, new.phone)
    row = IncomingText(
        provider_id=new.provider_id,
        received_at=now,
        answer=_obey(wish.reference, appointment, now) if wish.language else TextAnswer.STAFF,
        language=wish.language or _language_of(new.phone),
    )
    row.phone, row.text = spelled(new.phone), new.text
    row.appointment = appointment or queries.find_written_about(new.phone)
    if row.answer == TextAnswer.CANCELLED:
        row.handled_at, row.handled_by = now, ACTOR
    db.session.add(row)
    db.session.flush()
    _answer(row, now)
    return row


def settle(text_id: int, *, username: str, now: datetime) -> None:
    """Mark a text as dealt with; the first who does so is remembered."""
    row = db.session.get(IncomingText, text_id)
    if row is not None and row.handled_at is None:
        row.handled_at, row.handled_by = now, username


def _find(reference: str, phone: str) -> Appointment | None:
    """Return the visit, if this number is its own: for all others it does not exist."""
    if not reference:
        return None
    try:
        found = visit_queries.get_by_reference(reference)
    except NotFound:
        return None
    return found if queries.belongs_to(found, phone) else None


def _obey(reference: str, appointment: Appointment | None, now: datetime) -> TextAnswer:
    if appointment is None:
        return TextAnswer.NOT_YOURS
    try:
        visits.cancel(reference, now=now, actor=ACTOR)
    except (NotChangeable, TooLateToChange):
        return TextAnswer.TOO_LATE
    return TextAnswer.CANCELLED


def _language_of(phone: str) -> str:
    number = spelled(phone)
    return next((language for start, language in _COUNTRY_LANGUAGES if number.startswith(start)), "en")


def _answer(row: IncomingText, now: datetime) -> None:
    """Plan the answer, unless the visit's own message about its end goes to the same phone."""
    if row.answer == TextAnswer.CANCELLED and row.appointment_id and _is_told_by_text(row.appointment_id):
        return
    request = OutboxRequest(
        dedupe_key=f"reply:{row.id}",
        topic=TOPIC,
        subject_id=row.id,
        revision=0,
        kind=f"reply-{row.answer}",
        channel="sms",
        send_at=now,
    )
    outbox.enqueue(request, now=now)


def _is_told_by_text(appointment_id: int) -> bool:
    told = select(OutboxMessage.id).where(
        OutboxMessage.topic == VISITS,
        OutboxMessage.subject_id == appointment_id,
        OutboxMessage.kind == "cancelled",
        OutboxMessage.channel == "sms",
    )
    return db.session.scalar(told.limit(1)) is not None
