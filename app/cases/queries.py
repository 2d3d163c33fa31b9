"""Find a case by its link or by its code."""

import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from sqlalchemy import select

from app.cases.finding.keys import CODE_INDEX
from app.cases.merging import kept_case
from app.cases.models import Bureau, Case, VisitType
from app.codes import UnreadableCode, read_code
from app.crypto import keyring, link_hashes, normalised
from app.db import db
from app.errors import DomainError, NotFound


class CaseNotFound(DomainError):
    """One answer for a wrong code, a wrong passport ending or both, so that neither is confirmed."""

    code: ClassVar[str] = "case_not_found"
    status = 404


def find_by_link(token: str, *, now: datetime) -> Case | None:
    """Return the case whose secret link this is; a duplicate's link opens the case that was kept."""
    known = link_hashes(token)
    old = Case.old_link_hash.in_(known) & (Case.old_link_until > now)
    found = db.session.scalar(select(Case).where(Case.link_hash.in_(known) | old))
    return kept_case(found) if found else None


def get_by_code(code: str, passport_last4: str) -> Case:
    """Return the case of a typed code and the last four signs of the passport. Raises CaseNotFound."""
    try:
        indexes = keyring().blind_indexes(read_code(code), purpose=CODE_INDEX)
    except UnreadableCode:
        raise CaseNotFound from None
    case = db.session.scalar(select(Case).where(Case.code_index.in_(indexes)))
    expected = case.passport_last4 if case else "\0"
    same = hmac.compare_digest(normalised(expected).encode(), normalised(passport_last4).encode())
    if case is None or not same:
        raise CaseNotFound
    return kept_case(case)


def find_by_number(number: str) -> Case | None:
    if not number.isascii() or not number.replace("-", "").isalnum():
        return None  # PostgreSQL fails on some signs, NUL for one, instead of finding nothing.
    return db.session.scalar(select(Case).where(Case.number == number))


def get_visit_type(code: str) -> VisitType:
    found = db.session.scalar(select(VisitType).where(VisitType.code == code))
    if found is None:
        raise NotFound
    return found


def list_bureau_codes() -> list[str]:
    """Return the codes of the authorities, the one for the work permit first."""
    return [bureau.code for bureau in list_bureaus()]


def list_bureaus() -> Sequence[Bureau]:
    """Return the authorities, the one for the work permit first."""
    return db.session.scalars(select(Bureau).order_by(Bureau.permit.desc())).all()
