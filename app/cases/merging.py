"""Two cases of one application: one is kept, the other leads to it. Runs inside `transact()`."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import select

from app.cases import decisions, history, notices
from app.cases.history import HistoryLine
from app.cases.models import Case, CaseEventKind
from app.cases.states import ReasonNeeded
from app.db import db
from app.errors import DomainError


class SameCase(DomainError):
    """A case cannot be merged into itself."""

    code: ClassVar[str] = "same_case"
    status = 422


class NoSuchCase(DomainError):
    """The number that was typed names no case."""

    code: ClassVar[str] = "no_such_case"
    status = 422


def merge(number: str, into: str, reason: str, *, actor: str, now: datetime) -> Case:
    """Close a case as a duplicate; its link and its code open the kept one. Returns the kept case.

    The caller has made sure that nothing is booked for the duplicate. Raises SameCase, ReasonNeeded,
    NotFound, or CaseClosed when either is closed.
    """
    if number == into:
        raise SameCase
    if not reason.strip():
        raise ReasonNeeded
    # Always in the same order, so that two merges at once do not wait for each other.
    locked = {found: decisions.lock_open_case(found) for found in sorted((number, into))}
    double, kept = locked[number], locked[into]
    double.merged_into_id, double.ready_at, double.due_on = kept.id, None, None
    notices.withdraw_ready(double, now=now)
    text = reason.strip()[: decisions.LONGEST_REASON]
    for case, details in ((double, {"into": into}), (kept, {"from": number})):
        history.record(case, HistoryLine(CaseEventKind.MERGED, actor, text=text, details=details), now=now)
    return kept


def kept_case(case: Case) -> Case:
    """Return the case itself, or the one it was merged into."""
    seen = {case.id}
    while case.merged_into_id and case.merged_into_id not in seen:
        seen.add(case.merged_into_id)
        case = db.session.get_one(Case, case.merged_into_id)
    return case


def list_lookalikes(case: Case) -> list[Case]:
    """Return the open cases with the same passport number: perhaps the same application twice."""
    same = select(Case).where(
        Case.passport_index == case.passport_index,
        Case.id != case.id,
        Case.merged_into_id.is_(None),
        Case.collected_at.is_(None),
    )
    return list(db.session.scalars(same.order_by(Case.id)))
