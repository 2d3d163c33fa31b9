"""All that is kept about one person, for the person: in clear, complete, and on the record."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from app.appointments.models import Appointment, AppointmentEvent, HandoverItem
from app.appointments.waitlist.models import WaitingEntry
from app.cases import consents, history
from app.cases.finding.keys import PASSPORT_INDEX
from app.cases.history import HistoryLine
from app.cases.models import Case, CaseEvent, CaseEventKind, CaseNotice
from app.collection.models import HandoverRecord, Proxy
from app.crypto import keyring
from app.db import Model, db
from app.notifications.models import OutboxMessage

CASE_FIELDS = (
    "number", "external_number", "full_name", "passport", "nationality", "email", "phone", "language",
    "received_on", "created_at", "ready_at", "collected_at", "collect_before", "passport_expires_on", "shelf",
)  # fmt: skip
LEG_FIELDS = ("permit", "state", "decided_on", "changed_on")
EVENT_FIELDS = ("happened_at", "on_day", "kind", "actor", "permit", "details", "text")
CONSENT_FIELDS = ("purpose", "notice", "given_on", "source", "recorded_at", "withdrawn_at")
VISIT_FIELDS = (
    "reference",
    "status",
    "starts_at",
    "ends_at",
    "name",
    "email",
    "phone",
    "language",
    "created_at",
)
PROXY_FIELDS = ("name", "relation", "created_at", "revoked_at", "used_at")
NOTICE_FIELDS = ("told_at", "paused_at", "paused_by", "called_at", "called_by", "removed_at")
WAITING_FIELDS = ("joined_at", "ended_at", "from_day", "until_day", "name", "email", "phone")
RECORD_FIELDS = ("handed_at", "handed_by", "identity_seen", "papers")
# Tables that name a case and are not told: what they hold is told above, or is no fact about the person.
NOT_TOLD = {"case_tokens", "holds", "group_members"}
HANDED_FIELDS = ("item_code", "given_at", "given_by", "given_to")
MESSAGE_FIELDS = ("kind", "channel", "status", "created_at", "send_at")


def find_cases_of(passport: str) -> list[Case]:
    """Return every case with this passport number."""
    indexes = keyring().blind_indexes(passport, purpose=PASSPORT_INDEX)
    return list(db.session.scalars(select(Case).where(Case.passport_index.in_(indexes)).order_by(Case.id)))


def export(cases: Sequence[Case], *, actor: str, now: datetime) -> dict[str, Any]:
    """Return all that is kept of these cases, and note in their history that it was written out."""
    told = {"written_at": now.isoformat(), "cases": [_case(case) for case in cases]}
    for case in cases:
        history.record(case, HistoryLine(CaseEventKind.EXPORTED, actor), now=now)
    return told


def _case(case: Case) -> dict[str, Any]:
    visits = db.session.scalars(select(Appointment).where(Appointment.case_id == case.id)).all()
    events = db.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id))
    return {
        **_fields(case, CASE_FIELDS),
        "employer": case.employer.name if case.employer else None,
        "permits": [_fields(leg, LEG_FIELDS) for leg in case.legs],
        "consents": [_fields(row, CONSENT_FIELDS) for row in consents.list_consents(case)],
        "history": [_fields(event, EVENT_FIELDS) for event in events],
        "visits": [_visit(visit) for visit in visits],
        "notices": [_fields(row, NOTICE_FIELDS) for row in _of_case(CaseNotice, case)],
        "waiting": [_fields(row, WAITING_FIELDS) for row in _of_case(WaitingEntry, case)],
        "handovers": [_fields(row, RECORD_FIELDS) for row in _of_case(HandoverRecord, case)],
        "proxies": [_fields(row, PROXY_FIELDS) for row in _of_case(Proxy, case)],
        "messages": _messages("case", case.id),
    }


def _of_case(model: type[Model], case: Case) -> Sequence[Model]:
    rows = select(model).where(model.__table__.c.case_id == case.id)
    return db.session.scalars(rows.order_by(*model.__table__.primary_key)).all()


def _visit(visit: Appointment) -> dict[str, Any]:
    events = select(AppointmentEvent).where(AppointmentEvent.appointment_id == visit.id)
    items = select(HandoverItem).where(HandoverItem.appointment_id == visit.id)
    return {
        **_fields(visit, VISIT_FIELDS),
        "service_point": visit.station.slug,
        "history": [_fields(e, ("happened_at", "kind", "actor")) for e in db.session.scalars(events)],
        "handed_over": [_fields(i, HANDED_FIELDS) for i in db.session.scalars(items)],
        "messages": _messages("appointment", visit.id),
    }


def _messages(topic: str, subject_id: int) -> list[dict[str, Any]]:
    sent = select(OutboxMessage).where(OutboxMessage.topic == topic, OutboxMessage.subject_id == subject_id)
    return [_fields(message, MESSAGE_FIELDS) for message in db.session.scalars(sent)]


def _fields(row: Model, names: Sequence[str]) -> dict[str, Any]:
    values = ((name, getattr(row, name)) for name in names)
    return {name: v.isoformat() if isinstance(v, date) else v for name, v in values}
