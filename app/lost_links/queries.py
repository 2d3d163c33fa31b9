"""Find whose link somebody lost, by what they still know and a contact that we have on record."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from app.appointments.contacts import Contact
from app.appointments.models import Appointment
from app.appointments.waitlist import operations as waitlist
from app.appointments.waitlist.models import WaitingEntry
from app.cases.finding.keys import CODE_INDEX, EMAIL_INDEX, PHONE_INDEX, email_key, phone_key
from app.cases.models import Case, CaseToken
from app.codes import read_code
from app.crypto import keyring, normalised
from app.db import db
from app.groups.models import Group, Member
from app.lost_links.models import LinkOwner, Opens
from app.notifications import contacts

ENDING = 4
MOST = 5  # an employer's address may be on record for many cases; their letters are asked for one by one


@dataclass(frozen=True, slots=True)
class KnownDetails:
    """What somebody still knows: the end of a passport number, or a booking number or code, or nothing."""

    ending: str = ""
    code: str = ""

    @classmethod
    def read(cls, typed: str) -> "KnownDetails":
        """Return it from typed text. Raises UnreadableCode when it is neither."""
        bare = normalised(typed)
        if not bare:
            return cls()
        return cls(ending=bare) if len(bare) == ENDING else cls(code=read_code(typed))


def find_owners(known: KnownDetails, contact: Contact) -> list[LinkOwner]:
    """Return whose links these are, at most five; none where the contact is not the one on record."""
    if known.ending:
        return list(_cases(contact, known.ending))[:MOST]
    if known.code:
        return list(_by_code(known.code, contact))
    return list(_waiting(contact))[:MOST]


def _cases(contact: Contact, ending: str) -> Iterator[LinkOwner]:
    found = db.session.scalars(
        select(Case)
        .join(CaseToken, CaseToken.case_id == Case.id)
        .where(CaseToken.token.in_(_case_tokens(contact)), Case.merged_into_id.is_(None))
        .where(Case.emptied_at.is_(None))
        .order_by(Case.id.desc())
    )
    return (LinkOwner(Opens.CASE, case.id) for case in found if normalised(case.passport_last4) == ending)


def _case_tokens(contact: Contact) -> list[str]:
    keys = keyring()
    if contact.email:
        return keys.blind_indexes(email_key(contact.email), purpose=EMAIL_INDEX)
    return keys.blind_indexes(phone_key(contact.phone), purpose=PHONE_INDEX)


def _by_code(code: str, contact: Contact) -> Iterator[LinkOwner]:
    """Yield the case with this collection code, or what the booking number belongs to."""
    indexes = keyring().blind_indexes(code, purpose=CODE_INDEX)
    case = db.session.scalar(select(Case).where(Case.code_index.in_(indexes)))
    if case and _is_of(case, contact):
        yield LinkOwner(Opens.CASE, case.id)
    visit = db.session.scalar(select(Appointment).where(Appointment.reference == code))
    if visit:
        yield from _of_visit(visit, contact)


def _of_visit(visit: Appointment, contact: Contact) -> Iterator[LinkOwner]:
    if _is_of(visit, contact):
        yield LinkOwner(Opens.VISIT, visit.id)
    case = db.session.get(Case, visit.case_id) if visit.case_id else None
    if case and _is_of(case, contact):
        yield LinkOwner(Opens.CASE, case.id)
    group = db.session.scalar(
        select(Group).join(Member, Member.group_id == Group.id).where(Member.appointment_id == visit.id)
    )
    if group and _is_of(group, contact):
        yield LinkOwner(Opens.GROUP, group.id)


def _waiting(contact: Contact) -> Iterator[LinkOwner]:
    found = db.session.scalars(
        select(WaitingEntry)
        .where(WaitingEntry.ended_at.is_(None), WaitingEntry.person_index == waitlist.index_of(contact))
        .order_by(WaitingEntry.id.desc())
    )
    return (LinkOwner(Opens.WAITING, entry.id) for entry in found)


def _is_of(row: Case | Appointment | Group, contact: Contact) -> bool:
    """Say whether the typed contact is one of the row's own, however it is spelled."""
    typed = set(contacts.indexes_of(contact.email or contact.phone))
    known = row.email if contact.email else row.phone
    return bool(known) and contacts.index_of(known) in typed
