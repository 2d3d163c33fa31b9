"""Whose visits are whose, without reading a name: counted by fingerprints of address and number."""

from datetime import datetime

from sqlalchemy import func, or_, select

from app.appointments.booking.refusals import TooManyVisits
from app.appointments.contacts import Contact
from app.appointments.models import Appointment, Hold, is_live
from app.db import db, lock_name
from app.notifications import contacts
from app.stations.limits import limits_at


def index_contact(visit: Appointment) -> None:
    """Write the fingerprints of the visit's address and number."""
    visit.email_index = contacts.index_of(visit.email) if visit.email else None
    visit.phone_index = contacts.index_of(visit.phone) if visit.phone else None


def check_room(owner: Hold | Appointment, contact: Contact, *, now: datetime) -> None:
    """Raise TooManyVisits when this person holds as many visits ahead, beside this one, as one may.

    Visits of cases do not count: a case has one anyway, and the address of many may be their employer's.
    """
    most = limits_at(owner.station, owner.service_id).contact_visits
    if most is None or owner.case_id is not None:
        return
    email, phone = (contacts.indexes_of(way) if way else [] for way in (contact.email, contact.phone))
    for index in sorted({*email[:1], *phone[:1]}):
        lock_name(f"visits-of:{index}")  # two at once would both find room
    ahead = select(func.count(Appointment.id)).where(
        is_live,
        Appointment.ends_at > now,
        Appointment.case_id.is_(None),
        or_(Appointment.email_index.in_(email), Appointment.phone_index.in_(phone)),
    )
    if isinstance(owner, Appointment):
        ahead = ahead.where(Appointment.id != owner.id)
    if db.session.scalars(ahead).one() >= most:
        raise TooManyVisits
