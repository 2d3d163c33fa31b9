"""Who has to be called after a change of the opening plan: a person whom no message reaches."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from app.appointments import attendance
from app.appointments.displaced import TO_CHOOSE
from app.appointments.models import Appointment, AppointmentEvent
from app.appointments.states import Status
from app.cases.models import Case
from app.db import db
from app.localtext import LocalText
from app.staff.board import CallRow
from app.staff.decisions import Choice
from app.staff.effects import coming_visits
from app.staff.impact import plan_impact
from app.staff.models import PlanChange, TouchedVisit
from app.staff.queries import cases_of, ways_to
from app.stations import plans
from app.stations.models import Station

# Who has not chosen by then is called while it still helps.
CALL_BEFORE = timedelta(hours=2)


def list_calls(station: Station, *, now: datetime) -> list[CallRow]:
    """Return whom nobody told yet: visits without a desk, and those moved or cancelled without a message."""
    homeless = plan_impact(coming_visits(station, now=now), plans.plan_of(station))
    cared_for = _cared_for(station, now=now)
    open_visits = [v for v in homeless if v.status == Status.BOOKED and (v.id, v.revision) not in cared_for]
    displaced = _displaced(station, now=now)
    listed = {visit.id for visit, _row, _reason in displaced}
    visits = [v for v in open_visits if v.id not in listed]
    everybody = [*visits, *(visit for visit, _row, _reason in displaced)]
    told, cases = _told_since_change(station, everybody), cases_of(everybody)
    rows = [_call_row(v, cases) for v in visits if v.reference not in told]
    rows += [
        _displaced_row(visit, row, reason, cases)
        for visit, row, reason in displaced
        if visit.reference not in told
    ]
    return sorted(rows, key=lambda row: (row.has_phone or row.has_email, row.starts_at))


def _call_row(visit: Appointment, cases: Mapping[int, Case]) -> CallRow:
    phone, email = ways_to(visit, cases)
    return CallRow(visit.reference, visit.starts_at, phone, email, visit.language, visit.status)


def _displaced_row(
    visit: Appointment, row: TouchedVisit, reason: LocalText, cases: Mapping[int, Case]
) -> CallRow:
    phone, email = ways_to(visit, cases)
    moved = visit.live and (visit.station_id, visit.starts_at) != (row.station_id, row.starts_at)
    return CallRow(
        visit.reference,
        row.starts_at,
        phone,
        email,
        visit.language,
        visit.status,
        reason,
        visit.starts_at if moved else None,
        visit.station.name if moved else LocalText(),
    )


def _cared_for(station: Station, *, now: datetime) -> set[tuple[int, int]]:
    """Return the visits received all the same by decision, and those whose people are choosing; as then."""
    waited = (
        (TouchedVisit.decision == Choice.ASK)
        & (PlanChange.changed_at > now - TO_CHOOSE)
        & (TouchedVisit.starts_at > now + CALL_BEFORE)
    )
    wanted = (
        select(TouchedVisit.appointment_id, TouchedVisit.revision)
        .join(PlanChange, PlanChange.id == TouchedVisit.plan_change_id)
        .where(TouchedVisit.station_id == station.id, (TouchedVisit.decision == Choice.KEEP) | waited)
        .where(PlanChange.undone_at.is_(None))
    )
    return {(appointment_id, revision) for appointment_id, revision in db.session.execute(wanted)}


def _displaced(station: Station, *, now: datetime) -> list[tuple[Appointment, TouchedVisit, LocalText]]:
    """Return visits that need a call while their old time is still to come, and nobody changed them since."""
    wanted = (
        select(Appointment, TouchedVisit, PlanChange.reason)
        .join(TouchedVisit, TouchedVisit.appointment_id == Appointment.id)
        .join(PlanChange, PlanChange.id == TouchedVisit.plan_change_id)
        .where(TouchedVisit.station_id == station.id, TouchedVisit.needs_call.is_(True))
        .where(TouchedVisit.ends_at > now, TouchedVisit.revision == Appointment.revision)
        .where(PlanChange.undone_at.is_(None))
        .order_by(TouchedVisit.plan_change_id.desc())
    )
    newest: dict[int, tuple[Appointment, TouchedVisit, LocalText]] = {}
    for visit, row, reason in db.session.execute(wanted):
        newest.setdefault(visit.id, (visit, row, reason))
    return list(newest.values())


def _told_since_change(station: Station, visits: Sequence[Appointment]) -> set[str]:
    """Return the references of people who were called after the change that touched them."""
    changed: dict[str, datetime] = {}
    changes = select(PlanChange).where(PlanChange.station_id == station.id).order_by(PlanChange.id)
    for change in db.session.scalars(changes):
        changed.update(dict.fromkeys(change.details.get("touched", ()), change.changed_at))
    references = {visit.id: visit.reference for visit in visits}
    calls = select(AppointmentEvent).where(
        AppointmentEvent.kind == attendance.TOLD, AppointmentEvent.appointment_id.in_(references)
    )
    told = set()
    for call in db.session.scalars(calls):
        reference = references[call.appointment_id]
        if reference not in changed or call.happened_at >= changed[reference]:
            told.add(reference)
    return told
