"""Whether messages reach the person of a visit, and changing how they do. Writes run inside `transact()`."""

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import func, or_, select

from app.appointments import history
from app.appointments.booking.operations import give_token, lock_changeable
from app.appointments.booking.refusals import TooManyChanges
from app.appointments.booking.visit_limits import check_room, index_contact
from app.appointments.contacts import Contact
from app.appointments.locks import lock_visit_of_id
from app.appointments.models import Appointment, AppointmentEvent, Hold
from app.appointments.queries import find_live_for_case
from app.appointments.reminders.announcing import announce
from app.appointments.waitlist import offers
from app.appointments.waitlist import operations as waitlist
from app.appointments.waitlist.models import TimeOffer, WaitingEntry
from app.cases import notices
from app.cases.keys import give_keys
from app.cases.locks import lock_case
from app.cases.models import Case
from app.db import db, locking
from app.notifications import contacts

CHANGED = "contact_changed"
FORGOTTEN_AT_ONCE = 50


def unreached(*addresses: str) -> list[str]:
    """Return those of the addresses and numbers at which nothing of ours arrived."""
    known = {address: contacts.indexes_of(address) for address in addresses if address}
    failing = contacts.failing_among({index for indexes in known.values() for index in indexes})
    return [address for address, indexes in known.items() if failing.intersection(indexes)]


def change_contact(reference: str, given: Contact, language: str, *, now: datetime) -> Appointment:
    """Write to the person elsewhere from now on; what is left empty stays as it is.

    The visit's messages are planned anew and a confirmation goes to the new address at once, so the
    person sees whether it arrives. Raises NotFound, NotChangeable, ContactNeeded, PhoneNotMobile,
    TooManyChanges or TooManyVisits.
    """
    visit = lock_changeable(reference, now=now)
    email, phone = given.email or visit.email, given.phone or visit.phone
    Contact("", email, phone).check_reached()
    _check_changes(visit, now=now)
    check_room(visit, _new_ways(visit, given), now=now)
    contacts.trust_again(given.email, given.phone)
    replaced = is_replaced(visit.email, given.email) or is_replaced(visit.phone, given.phone)
    visit.email, visit.phone, visit.language = email, phone, language
    index_contact(visit)
    if replaced:
        _end_links(visit, now=now)
    history.record(visit, CHANGED, actor="person", now=now)
    _write_anew(visit, now=now)
    return visit


def _check_changes(visit: Appointment, *, now: datetime) -> None:
    """Raise TooManyChanges when the contact was changed as often today as it may be."""
    changed = select(func.count(AppointmentEvent.id)).where(
        AppointmentEvent.appointment_id == visit.id,
        AppointmentEvent.kind == CHANGED,
        AppointmentEvent.happened_at > now - timedelta(days=1),
    )
    if db.session.scalars(changed).one() >= current_app.extensions["settings"].letters.contact_changes:
        raise TooManyChanges


def _write_anew(visit: Appointment, *, now: datetime) -> None:
    """Send the confirmation again; messages of the visit as it was are not sent any more.

    Whoever has to choose another time is not told the old one: their offer is written anew instead.
    """
    if not visit.asked:
        visit.revision += 1
        announce(visit, "confirmation", now=now)


def is_replaced(known: str, given: str) -> bool:
    """Say whether another address than the known one was given: what was written there is in wrong hands."""
    return bool(known and given) and contacts.index_of(known) != contacts.index_of(given)


def _end_links(visit: Appointment, *, now: datetime) -> None:
    if visit.case_id:
        give_keys(lock_case(visit.case_id))
    else:
        give_token(visit)
    _renew_links(Contact("", visit.email, visit.phone), visit.id, visit.case_id, now=now)


def end_links_of_case(case: Case, *, now: datetime) -> None:
    """Let nothing that was written about a case open it any more, and write anew to where it is known.

    For a contact that was wrong: who got our messages has the link, the code, and by them the rest.
    """
    give_keys(case)
    visit = find_live_for_case(case.id)
    if visit:
        visit = lock_visit_of_id(visit.id)
    _renew_links(Contact("", case.email, case.phone), visit.id if visit else None, case.id, now=now)
    if visit and visit.live:
        _write_anew(visit, now=now)
    else:
        notices.announce_again(case, now=now)


def _renew_links(contact: Contact, visit_id: int | None, case_id: int | None, *, now: datetime) -> None:
    visit_id, case_id = visit_id or 0, case_id or 0  # no row has the number 0
    waitlist.renew_links(or_(WaitingEntry.appointment_id == visit_id, WaitingEntry.case_id == case_id))
    offers.renew_all(or_(TimeOffer.appointment_id == visit_id, Hold.case_id == case_id), contact, now=now)


def _new_ways(visit: Appointment, given: Contact) -> Contact:
    """Return what the visit does not have already: to type the same again needs no room."""
    email = given.email if given.email != visit.email else ""
    return Contact("", email, given.phone if given.phone != visit.phone else "")


def forget_some(before: datetime, _now: datetime) -> int:
    """Take name and contact out of some visits that ended before this. Returns how many."""
    over = select(Appointment).where(
        Appointment.ends_at < before,
        Appointment.name_encrypted.is_not(None)
        | Appointment.email_encrypted.is_not(None)
        | Appointment.phone_encrypted.is_not(None),
    )
    visits = db.session.scalars(locking(over.limit(FORGOTTEN_AT_ONCE), skip_locked=True)).all()
    for visit in visits:
        visit.name = visit.email = visit.phone = ""
        visit.email_index = visit.phone_index = None
        give_token(visit)  # the one in old messages opens nothing any more
    return len(visits)
