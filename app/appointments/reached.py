"""Whether messages reach the person of a visit, and changing how they do. Writes run inside `transact()`."""

from datetime import datetime

from app.appointments import history
from app.appointments.contacts import Contact, ContactNeeded
from app.appointments.models import Appointment
from app.appointments.operations import lock_changeable
from app.appointments.person import check_room, index_contact
from app.appointments.reminders import announce
from app.notifications import contacts

CHANGED = "contact_changed"


def unreached(*addresses: str) -> list[str]:
    """Return those of the addresses and numbers at which nothing of ours arrived."""
    known = {address: contacts.indexes_of(address) for address in addresses if address}
    failing = contacts.failing_among({index for indexes in known.values() for index in indexes})
    return [address for address, indexes in known.items() if failing.intersection(indexes)]


def change_contact(reference: str, given: Contact, language: str, *, now: datetime) -> Appointment:
    """Write to the person elsewhere from now on; what is left empty stays as it is.

    The visit's messages are planned anew and a confirmation goes to the new address at once, so the
    person sees whether it arrives. Raises NotFound, NotChangeable, ContactNeeded or TooManyVisits.
    """
    visit = lock_changeable(reference, now=now)
    email, phone = given.email or visit.email, given.phone or visit.phone
    if not (email or phone):
        raise ContactNeeded
    check_room(visit, _new_ways(visit, given), now=now)
    contacts.trust_again(given.email, given.phone)
    visit.email, visit.phone, visit.language = email, phone, language
    index_contact(visit)
    visit.revision += 1  # messages of the visit as it was are not sent any more
    history.record(visit, CHANGED, actor="person", now=now)
    announce(visit, "confirmation", now=now)
    return visit


def _new_ways(visit: Appointment, given: Contact) -> Contact:
    """Return what the visit does not have already: to type the same again needs no room."""
    email = given.email if given.email != visit.email else ""
    return Contact("", email, given.phone if given.phone != visit.phone else "")
