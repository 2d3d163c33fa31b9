"""What is free, and which visit is whose."""

import hmac

from sqlalchemy import select

from app.appointments.availability.policy import TokenWrong
from app.appointments.models import Appointment, HandoverItem, is_live
from app.crypto import token_hash
from app.db import db
from app.errors import NotFound


def get_by_reference(reference: str) -> Appointment:
    appointment = db.session.scalar(select(Appointment).where(Appointment.reference == reference))
    if appointment is None:
        raise NotFound
    return appointment


def get_by_token(token: str) -> Appointment:
    """Return the visit whose secret link this is. Raises NotFound."""
    found = db.session.scalar(select(Appointment).where(Appointment.token_hash == token_hash(token)))
    if found is None:
        raise NotFound
    return found


def get_for_manage(reference: str, token: str) -> Appointment:
    """Return the visit if the token is its own. Raises TokenWrong, for an unknown reference too."""
    found = db.session.scalar(select(Appointment).where(Appointment.reference == reference))
    expected = found.token_hash if found else token_hash("")
    if found is None or not hmac.compare_digest(expected, token_hash(token)):
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
