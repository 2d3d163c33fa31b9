"""What a person agreed to, as rows: given, shown, withdrawn. Runs inside `transact()`.

Issuing a permit is a statutory duty and needs none; being written to about collecting it, and keeping
the contact for that, is agreed to in the online application.
"""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select

from app.cases.models import Case, Consent
from app.db import db

NOTICE = "privacy-2026-11"  # the wording of the privacy page; a new wording gets a new name


class Purpose(StrEnum):
    MESSAGES = "messages"


def give(
    case: Case, *, on_day: date, source: str, now: datetime, purpose: Purpose = Purpose.MESSAGES
) -> Consent:
    """Note that the person agreed; what is noted already is not noted twice."""
    found = find_valid(case, purpose)
    return found or note(case, on_day=on_day, source=source, now=now, purpose=purpose)


def note(
    case: Case, *, on_day: date, source: str, now: datetime, purpose: Purpose = Purpose.MESSAGES
) -> Consent:
    """Note the consent of a case that has none yet."""
    consent = Consent(
        case_id=case.id, purpose=purpose, notice=NOTICE, given_on=on_day, source=source, recorded_at=now
    )
    db.session.add(consent)
    return consent


def withdraw(case: Case, *, by: str, now: datetime, purpose: Purpose = Purpose.MESSAGES) -> None:
    """Note that the person takes the consent back; what was given stays on record."""
    found = find_valid(case, purpose)
    if found:
        found.withdrawn_at, found.withdrawn_by = now, by


def find_valid(case: Case, purpose: Purpose) -> Consent | None:
    wanted = select(Consent).where(
        Consent.case_id == case.id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None)
    )
    return db.session.scalar(wanted.limit(1))


def list_consents(case: Case) -> Sequence[Consent]:
    return db.session.scalars(select(Consent).where(Consent.case_id == case.id).order_by(Consent.id)).all()
