"""One line of a case's history, and what its lines say together."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select

from app.cases.models import Case, CaseEvent, CaseEventKind
from app.cases.states import LegState, Permit
from app.cases.working_days import BUREAUS_ZONE
from app.codes import new_code
from app.db import db

LOOKS = (CaseEventKind.VIEWED, CaseEventKind.SHOWN)  # somebody looked; nothing happened to the case
FORGOTTEN_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """What happened. `text` is what somebody wrote; `on_day` is the day it counts for, today if None."""

    kind: CaseEventKind
    actor: str
    permit: str | None = None
    text: str = ""
    on_day: date | None = None
    details: dict[str, Any] = field(default_factory=dict)


def record(case: Case, line: HistoryLine, *, now: datetime) -> CaseEvent:
    """Add a line to the history of a case, which has its id already."""
    event = CaseEvent(
        public_id=new_code(16),
        case_id=case.id,
        happened_at=now,
        on_day=line.on_day or today(now),
        kind=line.kind,
        actor=line.actor,
        permit=line.permit,
        details=line.details,
    )
    event.text = line.text
    db.session.add(event)
    return event


def today(now: datetime) -> date:
    """Return the day of the bureaus' own clock."""
    return now.astimezone(BUREAUS_ZONE).date()


def list_events(case: Case) -> Sequence[CaseEvent]:
    return db.session.scalars(
        select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.happened_at, CaseEvent.id)
    ).all()


def forget_some_looks(before: datetime, _now: datetime) -> int:
    """Delete some lines that say who looked, older than this. Returns how many."""
    looked = select(CaseEvent.id).where(CaseEvent.kind.in_(LOOKS), CaseEvent.happened_at < before)
    ids = db.session.scalars(looked.limit(FORGOTTEN_AT_ONCE)).all()
    if ids:
        db.session.execute(delete(CaseEvent).where(CaseEvent.id.in_(ids)))
    return len(ids)


def leg_changes(events: Sequence[CaseEvent], permit: Permit | None = None) -> list[tuple[date, str, bool]]:
    """Return (day, permit, papers awaited since) for each change of a leg, in the order of their days."""
    changes = [
        (event.on_day, event.permit or "", event.details["to"] == LegState.PAPERS_ASKED)
        for event in events
        if event.kind == CaseEventKind.LEG and permit in (None, event.permit)
    ]
    return sorted(changes, key=lambda change: change[0])
