"""Who has to be called after a change of the opening plan: a person whom no message reaches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.appointments import attendance
from app.appointments.displacement.operations import find_displacement
from app.appointments.models import CHOICE_AFTER, Appointment, AppointmentEvent
from app.appointments.queries import cases_of, ways_to
from app.appointments.states import Status
from app.appointments.waitlist import offers
from app.cases.models import Case
from app.db import db
from app.localtext import LocalText
from app.planning.decisions import Choice
from app.planning.effects import coming_visits
from app.planning.impact import plan_impact
from app.planning.models import PlanChange, TouchedVisit
from app.stations.hours import plans
from app.stations.hours.opening_hours import open_at
from app.stations.models import Station


@dataclass(frozen=True)
class CallRow:
    """A visit that a change of the plan displaced; somebody calls the person.

    `starts_at` is the time that cannot be. `new_starts_at` and `new_place` are set when the visit was
    moved; `status` says whether it was cancelled, `asked` whether the person has to choose another time.
    """

    reference: str
    starts_at: datetime
    has_phone: bool
    has_email: bool
    language: str
    status: str
    reason: LocalText = LocalText()
    new_starts_at: datetime | None = None
    new_place: LocalText = LocalText()
    asked: bool = False


# Who has not chosen a day before the old time is called while it still helps.
CALL_BEFORE = timedelta(hours=24)


def list_calls(station: Station, *, now: datetime) -> list[CallRow]:
    """Return whom nobody told yet: visits without a desk, those moved or cancelled without a message, and
    people who were asked to choose and have not.
    """
    displaced = _displaced(station, now=now)
    listed = {visit.id for visit, _row, _reason in displaced}
    asked = [visit for visit in _silent(station, now=now) if visit.id not in listed]
    visits = [visit for visit in _without_desk(station, now=now) if visit.id not in listed]
    everybody = [*visits, *asked, *(visit for visit, _row, _reason in displaced)]
    told, cases = _told_since_change(station, everybody), cases_of(everybody)
    rows = [_call_row(visit, cases) for visit in visits if visit.reference not in told]
    rows += [_asked_row(visit, cases) for visit in asked if visit.reference not in told]
    rows += [
        _displaced_row(visit, row, reason, cases)
        for visit, row, reason in displaced
        if visit.reference not in told
    ]
    return sorted(rows, key=lambda row: (row.has_phone or row.has_email, row.starts_at))


def _without_desk(station: Station, *, now: datetime) -> list[Appointment]:
    """Return the visits that have no desk, nobody decided to receive them all the same or asked them.

    Nobody is received at a door that is closed: those are not reminded, so somebody has to call.
    """
    plan, kept = plans.plan_of(station), _kept(station)
    return [
        visit
        for visit in plan_impact(coming_visits(station, now=now), plan)
        if visit.status == Status.BOOKED
        and not visit.asked
        and not ((visit.id, visit.revision) in kept and open_at(plan, visit.starts_at))
    ]


def _silent(station: Station, *, now: datetime) -> list[Appointment]:
    """Return who was asked to choose another time and did not, when waiting longer does not help."""
    asked = select(Appointment).where(
        Appointment.station_id == station.id,
        Appointment.status == Status.BOOKED,
        Appointment.asked_revision == Appointment.revision,
        Appointment.starts_at > now - CHOICE_AFTER,
    )
    near = now + CALL_BEFORE
    found = db.session.scalars(asked.order_by(Appointment.starts_at, Appointment.id)).all()
    return [visit for visit in found if visit.starts_at <= near or not offers.find_open(visit, now=now)]


def _call_row(visit: Appointment, cases: Mapping[int, Case]) -> CallRow:
    phone, email = ways_to(visit, cases)
    return CallRow(visit.reference, visit.starts_at, phone, email, visit.language, visit.status)


def _asked_row(visit: Appointment, cases: Mapping[int, Case]) -> CallRow:
    phone, email = ways_to(visit, cases)
    before = find_displacement(visit)
    reason = before.reason if before else LocalText()
    return CallRow(
        visit.reference, visit.starts_at, phone, email, visit.language, visit.status, reason, asked=True
    )


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


def _kept(station: Station) -> set[tuple[int, int]]:
    """Return the visits that are received all the same by decision; as they were then."""
    wanted = (
        select(TouchedVisit.appointment_id, TouchedVisit.revision)
        .join(PlanChange, PlanChange.id == TouchedVisit.plan_change_id)
        .where(TouchedVisit.station_id == station.id, TouchedVisit.decision == Choice.KEEP)
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
