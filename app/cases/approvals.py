"""Cases of which both permits are approved, and how many working days they took."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, case, func, select

from app.cases.models import Case, CaseEvent, CaseEventKind, PermitLeg
from app.cases.states import LegState
from app.cases.working_days import Course, count_days, pauses_of, usual_days
from app.db import db
from app.stations.hours.plans import read_calendar

NEWEST = 100  # cases that tell how long it takes now


@dataclass(frozen=True, slots=True)
class ApprovedCase:
    """A case of which both permits are approved, by the day of the last approval."""

    id: int
    approved_on: date
    received_on: date | None
    nationality: str | None


def _one_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


_LAST = func.max(PermitLeg.decided_on)
_APPROVED = (
    select(Case.id, _LAST, Case.received_on, Case.nationality)
    .join(PermitLeg, PermitLeg.case_id == Case.id)
    .where(Case.merged_into_id.is_(None))
    .group_by(Case.id, Case.received_on, Case.nationality)
    .having(func.count() == func.sum(_one_if(PermitLeg.state == LegState.APPROVED)))
)


def list_approved(first: date, last: date) -> list[ApprovedCase]:
    """Return the cases whose last approval fell in these days, both included."""
    return _read(_APPROVED.having(first <= _LAST, last >= _LAST))


def list_newest(count: int) -> list[ApprovedCase]:
    """Return the approved ones among the cases that became ready last."""
    newest = select(Case.id).where(Case.ready_at.is_not(None)).order_by(Case.ready_at.desc()).limit(count)
    return _read(_APPROVED.where(Case.id.in_(newest)))


def _read(wanted: Select[int, date | None, date | None, str | None]) -> list[ApprovedCase]:
    rows = db.session.execute(wanted.order_by(Case.id))
    return [ApprovedCase(case_id, day, since, country) for case_id, day, since, country in rows if day]


def working_days_of(cases: Sequence[ApprovedCase]) -> list[int]:
    """Return the working days each case took; those of which it is not known are left out."""
    calendar, pauses = read_calendar(), _pauses_of([one.id for one in cases])
    used = (
        count_days(
            Course(one.received_on, pauses.get(one.id, ()), one.approved_on),
            until=one.approved_on,
            calendar=calendar,
        )
        for one in cases
    )
    return [days for days in used if days is not None]


def _pauses_of(case_ids: Sequence[int]) -> dict[int, tuple[tuple[date, date | None], ...]]:
    """Return the stretches in which papers were awaited, of the cases that had any."""
    changes: dict[int, list[tuple[date, str, bool]]] = {}
    for chunk in (case_ids[i : i + 500] for i in range(0, len(case_ids), 500)):
        rows = db.session.execute(
            select(CaseEvent.case_id, CaseEvent.on_day, CaseEvent.permit, CaseEvent.details)
            .where(CaseEvent.case_id.in_(chunk), CaseEvent.kind == CaseEventKind.LEG)
            .order_by(CaseEvent.on_day, CaseEvent.id)
        )
        for case_id, day, permit, details in rows:
            awaits = details.get("to") == LegState.PAPERS_ASKED
            changes.setdefault(case_id, []).append((day, permit or "", awaits))
    return {case_id: pauses_of(found) for case_id, found in changes.items()}


def read_usual_days() -> tuple[int, int] | None:
    """Return between how many working days the newest cases took, eight of ten; None while they are few."""
    return usual_days(working_days_of(list_newest(NEWEST)))
