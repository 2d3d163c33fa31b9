"""What is free, and which visit is whose."""

import hmac
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.appointments.models import Appointment, HandoverItem, is_live
from app.appointments.refusals import TokenWrong
from app.cases.models import Case
from app.crypto import link_hash, link_hashes, token_hash
from app.db import db
from app.errors import NotFound


def find_visit(reference: str) -> Appointment | None:
    if not reference.isalnum():
        return None  # PostgreSQL fails on some signs, NUL for one, instead of finding nothing.
    wanted = select(Appointment).where(Appointment.reference == reference)
    return db.session.scalar(wanted.options(joinedload(Appointment.station), joinedload(Appointment.service)))


def cases_of(visits: Sequence[Appointment]) -> dict[int, Case]:
    ids = {visit.case_id for visit in visits if visit.case_id}
    return {case.id: case for case in db.session.scalars(select(Case).where(Case.id.in_(ids)))} if ids else {}


def ways_to(visit: Appointment, cases: Mapping[int, Case]) -> tuple[bool, bool]:
    """Say whether there is a phone number, and whether there is an e-mail address, of this person."""
    case = cases.get(visit.case_id or 0)
    phone = visit.phone_encrypted or (case and case.phone_encrypted)
    email = visit.email_encrypted or (case and case.email_encrypted)
    return bool(phone), bool(email)


def get_by_reference(reference: str) -> Appointment:
    appointment = db.session.scalar(select(Appointment).where(Appointment.reference == reference))
    if appointment is None:
        raise NotFound
    return appointment


def get_by_token(token: str) -> Appointment:
    """Return the visit whose secret link this is. Raises NotFound."""
    found = db.session.scalar(select(Appointment).where(Appointment.token_hash.in_(link_hashes(token))))
    if found is None:
        raise NotFound
    return found


def manage_token_of(visit: Appointment) -> str:
    """Return the secret by which a program manages the visit.

    It follows from the link's secret and not the other way round: only our message has the link, so who
    opens that is the person of the contact.
    """
    return token_hash(f"manage:{visit.token}")[:32]


def get_for_manage(reference: str, token: str) -> Appointment:
    """Return the visit if the token is its own. Raises TokenWrong, for an unknown reference too."""
    found = db.session.scalar(select(Appointment).where(Appointment.reference == reference))
    known = (found.token_hash, link_hash(manage_token_of(found))) if found else ("",)
    fits = [hmac.compare_digest(one, given) for one in known for given in link_hashes(token)]
    if found is None or not any(fits):
        raise TokenWrong
    return found


def find_live_for_case(case_id: int) -> Appointment | None:
    """Return the case's one live visit in the whole network."""
    return db.session.scalar(select(Appointment).where(Appointment.case_id == case_id, is_live))


def find_latest_for_case(case_id: int) -> Appointment | None:
    return db.session.scalar(
        select(Appointment).where(Appointment.case_id == case_id).order_by(Appointment.id.desc()).limit(1)
    )


def items_given(case_id: int) -> frozenset[str]:
    """Return the codes of what all visits of a case have handed over."""
    wanted = select(HandoverItem.item_code).join(Appointment, Appointment.id == HandoverItem.appointment_id)
    return frozenset(db.session.scalars(wanted.where(Appointment.case_id == case_id)))
