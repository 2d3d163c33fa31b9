"""Reading for the staff pages: who works where, the day, one visit, the plan's rows, messages."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.appointments.models import Appointment
from app.cases.models import Case
from app.db import db
from app.staff.models import StaffAssignment
from app.stations.models import Station


def list_stations_of(user_id: int | None) -> list[Station]:
    """Return the stations this user works at, in published order; all for None. Retired ones are left out."""
    wanted = select(Station).where(Station.retired_at.is_(None)).order_by(Station.number)
    if user_id is not None:
        wanted = wanted.join(StaffAssignment).where(StaffAssignment.user_id == user_id)
    return list(db.session.scalars(wanted))


def find_visit(reference: str) -> Appointment | None:
    if not reference.isalnum():
        return None  # PostgreSQL fails on some signs, NUL for one, instead of finding nothing.
    wanted = select(Appointment).where(Appointment.reference == reference)
    return db.session.scalar(wanted.options(joinedload(Appointment.station), joinedload(Appointment.service)))


# --- the day -----------------------------------------------------------------------------------


def cases_of(visits: Sequence[Appointment]) -> dict[int, Case]:
    ids = {visit.case_id for visit in visits if visit.case_id}
    return {case.id: case for case in db.session.scalars(select(Case).where(Case.id.in_(ids)))} if ids else {}


def ways_to(visit: Appointment, cases: Mapping[int, Case]) -> tuple[bool, bool]:
    """Say whether there is a phone number, and whether there is an e-mail address, of this person."""
    case = cases.get(visit.case_id or 0)
    phone = visit.phone_encrypted or (case and case.phone_encrypted)
    email = visit.email_encrypted or (case and case.email_encrypted)
    return bool(phone), bool(email)
