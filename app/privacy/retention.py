"""How long each kind of personal data stays, as rows, and the deletion of what served its time.

A case is emptied, not deleted: the figures of the reports stay true, and say nothing of anybody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, delete, select, update

from app.appointments.booking.operations import give_token
from app.appointments.models import Appointment, is_live
from app.cases.keys import end_old_link
from app.cases.models import Case, CaseEvent, CaseEventKind, CaseToken, Consent
from app.codes import new_code, new_link
from app.collection.models import HandoverRecord, Proxy
from app.crypto import keyring, link_hash
from app.db import db, locking
from app.intake import runs
from app.intake.models import ImportRun, RunState
from app.notifications.models import DeliveryAttempt, OutboxMessage
from app.privacy.models import RetentionRule

BATCH = 50
EMPTY = "—"  # what stands where a name stood


class Kind(StrEnum):
    COLLECTED_CASES = "collected_cases"  # days after the permits were handed over
    REFUSED_CASES = "refused_cases"  # days after the last decision of a case that was refused
    VISITS = "visits"  # name and contact of a visit, days after it
    VIEWS = "views"  # lines that say who opened a case
    FILES = "files"  # lines of the bureaus' files, days after the run
    MESSAGES = "messages"  # that and when somebody was written to, days after it was planned


DEFAULT_DAYS = {
    Kind.COLLECTED_CASES: 30,
    Kind.REFUSED_CASES: 180,
    Kind.VISITS: 30,
    Kind.VIEWS: 730,
    Kind.FILES: 30,
    Kind.MESSAGES: 400,
}


@dataclass(frozen=True, slots=True)
class Purge:
    """One kind, and how to delete some of what is older than a moment; it gets now too."""

    kind: Kind
    some: Callable[[datetime, datetime], int]


def days_of(kind: Kind) -> int:
    """Return for how many days this kind stays: the operator's rule, else ours."""
    rule = db.session.get(RetentionRule, kind)
    return rule.days if rule else DEFAULT_DAYS[kind]


def set_days(kind: Kind, days: int, *, now: datetime) -> None:
    """Change how long a kind stays. Call inside `transact()`."""
    rule = db.session.get(RetentionRule, kind) or RetentionRule(kind=kind)
    rule.days, rule.changed_at = days, now
    db.session.add(rule)


def purge_some(purge: Purge, *, now: datetime) -> int:
    """Delete some of a kind that served its time. Returns how many. Call inside `transact()`."""
    return purge.some(now - timedelta(days=days_of(purge.kind)), now)


def _collected(before: datetime, now: datetime) -> int:
    emptied = select(Case.id).where(Case.emptied_at.is_not(None))
    duplicates = Case.merged_into_id.in_(emptied)
    return _empty(select(Case).where((Case.collected_at < before) | duplicates), now)


def _refused(before: datetime, now: datetime) -> int:
    # A refused case has no end of its own: its last line that is not a look says when it ended.
    moved = select(CaseEvent.case_id).where(
        CaseEvent.happened_at >= before, CaseEvent.kind.not_in((CaseEventKind.VIEWED, CaseEventKind.SHOWN))
    )
    refused = select(Case).where(Case.legs.any(state="refused"), Case.created_at < before)
    return _empty(refused.where(Case.id.not_in(moved)), now)


def _empty(wanted: Select[Case], now: datetime) -> int:
    live = select(Appointment.case_id).where(is_live, Appointment.case_id.is_not(None))
    kept = wanted.where(Case.emptied_at.is_(None), Case.id.not_in(live)).limit(BATCH)
    cases = db.session.scalars(locking(kept, skip_locked=True)).all()
    for case in cases:
        empty_case(case, now=now)
    return len(cases)


def empty_case(case: Case, *, now: datetime) -> None:
    """Take everything personal out of a case; its permits, days and nationality stay for the figures."""
    case.full_name, case.passport, case.email, case.phone = EMPTY, EMPTY, "", ""
    case.code, case.link = new_code(), new_link()  # the old ones open nothing any more
    case.link_hash = link_hash(case.link)
    end_old_link(case)
    case.code_index = keyring().blind_index(case.code, purpose="emptied")
    case.passport_index = keyring().blind_index(case.number, purpose="emptied")
    for leg in case.legs:
        leg.external_hash = ""
    db.session.execute(delete(CaseToken).where(CaseToken.case_id == case.id))
    db.session.execute(update(CaseEvent).where(CaseEvent.case_id == case.id).values(text_encrypted=None))
    db.session.execute(delete(Consent).where(Consent.case_id == case.id))
    records = update(HandoverRecord).where(HandoverRecord.case_id == case.id)
    db.session.execute(records.values(proxy_id=None))  # that a proxy came is noted with each thing given
    db.session.execute(delete(Proxy).where(Proxy.case_id == case.id))
    case.emptied_at = now


def _visits(before: datetime, _now: datetime) -> int:
    over = select(Appointment).where(
        Appointment.ends_at < before,
        Appointment.name_encrypted.is_not(None)
        | Appointment.email_encrypted.is_not(None)
        | Appointment.phone_encrypted.is_not(None),
    )
    visits = db.session.scalars(locking(over.limit(BATCH), skip_locked=True)).all()
    for visit in visits:
        visit.name = visit.email = visit.phone = ""
        visit.email_index = visit.phone_index = None
        give_token(visit)  # the one in old messages opens nothing any more
    return len(visits)


def _views(before: datetime, _now: datetime) -> int:
    looked = select(CaseEvent.id).where(
        CaseEvent.kind.in_((CaseEventKind.VIEWED, CaseEventKind.SHOWN)), CaseEvent.happened_at < before
    )
    ids = db.session.scalars(looked.limit(BATCH)).all()
    if ids:
        db.session.execute(delete(CaseEvent).where(CaseEvent.id.in_(ids)))
    return len(ids)


def _files(before: datetime, _now: datetime) -> int:
    over = select(ImportRun.id).where(ImportRun.created_at < before, ImportRun.state != RunState.APPLYING)
    return runs.forget_some_lines(list(db.session.scalars(over)))


def _messages(before: datetime, _now: datetime) -> int:
    over = select(OutboxMessage.id).where(
        OutboxMessage.created_at < before, OutboxMessage.finished_at.is_not(None)
    )
    some = over.order_by(OutboxMessage.created_at).limit(BATCH)
    ids = db.session.scalars(locking(some, skip_locked=True)).all()  # One may be sent again just now.
    if ids:
        db.session.execute(delete(DeliveryAttempt).where(DeliveryAttempt.message_id.in_(ids)))
        db.session.execute(delete(OutboxMessage).where(OutboxMessage.id.in_(ids)))
    return len(ids)


PURGES = (
    Purge(Kind.COLLECTED_CASES, _collected),
    Purge(Kind.REFUSED_CASES, _refused),
    Purge(Kind.VISITS, _visits),
    Purge(Kind.VIEWS, _views),
    Purge(Kind.MESSAGES, _messages),
    Purge(Kind.FILES, _files),
)
