"""Cases that served their time: everything personal is taken out of them; they stay, for the figures.

Who came for the permits, and with which papers, is known here; so what a case holds ends here, too.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, or_, select, update

from app.appointments.models import Appointment, is_live
from app.cases import operations as cases
from app.cases.history import LOOKS
from app.cases.models import Case, CaseEvent
from app.collection.models import HandoverRecord, Proxy
from app.db import db, locking

BATCH = 50


def empty_collected(before: datetime, now: datetime) -> int:
    """Empty some cases whose permits were handed over before, with their duplicates. Returns how many."""
    emptied = select(Case.id).where(Case.emptied_at.is_not(None))
    return _empty(or_(Case.collected_at < before, Case.merged_into_id.in_(emptied)), now)


def empty_refused(before: datetime, now: datetime) -> int:
    """Empty some refused cases in which nothing happened since. Returns how many."""
    return _empty(Case.legs.any(state="refused") & _at_rest_since(before), now)


def empty_idle(before: datetime, now: datetime) -> int:
    """Empty some cases that nobody decided or collected, and in which nothing happened since."""
    return _empty(Case.collected_at.is_(None) & _at_rest_since(before), now)


def _at_rest_since(before: datetime) -> ColumnElement[bool]:
    # Such a case has no end of its own: its last line that is not a look says when it ended.
    moved = select(CaseEvent.case_id).where(CaseEvent.happened_at >= before, CaseEvent.kind.not_in(LOOKS))
    return (Case.created_at < before) & Case.id.not_in(moved)


def _empty(served: ColumnElement[bool], now: datetime) -> int:
    live = select(Appointment.case_id).where(is_live, Appointment.case_id.is_not(None))
    wanted: Select[Case] = select(Case).where(served, Case.emptied_at.is_(None), Case.id.not_in(live))
    found = db.session.scalars(locking(wanted.limit(BATCH), skip_locked=True)).all()
    for case in found:
        empty_case(case, now=now)
    return len(found)


def empty_case(case: Case, *, now: datetime) -> None:
    """Take everything personal out of a case; its permits, days and nationality stay for the figures."""
    cases.take_personal_out(case, now=now)
    records = update(HandoverRecord).where(HandoverRecord.case_id == case.id)
    db.session.execute(records.values(proxy_id=None))  # that a proxy came is noted with each thing given
    db.session.execute(delete(Proxy).where(Proxy.case_id == case.id))
