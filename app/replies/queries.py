"""Finding the visit that a text is about, and the texts that wait for staff."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from app.appointments.models import Appointment
from app.appointments.reminders.announcing import TOPIC
from app.cases.models import Case
from app.db import db
from app.errors import NotFound
from app.notifications import contacts
from app.notifications.models import OutboxMessage
from app.notifications.phone import same_number
from app.replies.models import IncomingText

MOST_LISTED = 200


def belongs_to(appointment: Appointment, number: str) -> bool:
    """Return whether this number is the visit's own, or its case's."""
    case = db.session.get(Case, appointment.case_id) if appointment.case_id else None
    known = (appointment.phone, case.phone if case else "")
    return any(same_number(phone, number) for phone in known if phone)


def find_written_about(number: str) -> Appointment | None:
    """Return the visit that this number was last sent a message about."""
    written = (
        select(OutboxMessage.subject_id)
        .where(OutboxMessage.topic == TOPIC, OutboxMessage.contact_index == contacts.index_of(number))
        .order_by(OutboxMessage.id.desc())
    )
    found = db.session.scalar(written.limit(1))
    return db.session.get(Appointment, found) if found else None


def list_texts(stations: Collection[int] | None, *, handled: bool) -> Sequence[IncomingText]:
    """Return texts about visits at these stations; None is all of them, and those about no known visit."""
    settled = IncomingText.handled_at.is_not(None)
    query = select(IncomingText).outerjoin(Appointment).where(settled if handled else ~settled)
    if stations is not None:
        query = query.where(Appointment.station_id.in_(stations))
    order = IncomingText.handled_at.desc() if handled else IncomingText.received_at
    return db.session.scalars(query.order_by(order).limit(MOST_LISTED)).all()


def get_text(stations: Collection[int] | None, text_id: int) -> IncomingText:
    """Return a text, if it is about a visit at one of these stations. Raises NotFound."""
    found = db.session.get(IncomingText, text_id)
    if found is None:
        raise NotFound
    here = found.appointment and found.appointment.station_id
    if stations is not None and here not in stations:
        raise NotFound
    return found
