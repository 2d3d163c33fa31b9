"""The day at the counter: who came, what was handed over, who did not come.

Staff do all of this. None of it frees or takes a desk, so undo leaves capacity as it was. Every
function is called inside `transact()`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import delete, select

from app.appointments import history, states
from app.appointments.locks import lock_visit
from app.appointments.models import Appointment, AppointmentEvent, HandoverItem, is_live
from app.appointments.states import LIVE, Status
from app.cases.locks import lock_case
from app.cases.models import Case, VisitItem, VisitItemKind
from app.db import db
from app.errors import DomainError
from app.i18n import local

TOLD = "told"  # somebody called the person about a change of the opening plan
OPENED = "opened"  # somebody asked for the name and the contact


class StatusConflict(DomainError):
    """The visit is in a state that does not allow this change; often a colleague was quicker."""

    code = "status_conflict"


class DoneAlready(DomainError):
    """A colleague has done this a moment ago: it is theirs to take back. `by` is who."""

    code: ClassVar[str] = "done_already"

    def __init__(self, by: str) -> None:
        super().__init__()
        self.by = by


class VisitNotToday(DomainError):
    """The visit is on a later day: its person comes then, or it is moved to today first."""

    code = "visit_not_today"


class MissingItems(DomainError):
    """Not everything was handed over and no reason was given. `missing` are item codes."""

    code: ClassVar[str] = "missing_items"
    status = 422

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__()
        self.missing = missing


class NothingToUndo(DomainError):
    code = "nothing_to_undo"


class OtherVisitBooked(DomainError):
    """The case has another live visit since, so this one cannot be live again."""

    code = "other_visit_booked"


@dataclass(frozen=True)
class Handover:
    """What was given at the counter, and why not everything if something is missing.

    `lacking` are papers that were not received all the same, and `lacking_because` is why.
    """

    reference: str
    given: frozenset[str] = frozenset()
    reason: str = ""
    to: str = "holder"  # or "proxy"
    lacking: tuple[str, ...] = ()
    lacking_because: str = ""


def check_in(reference: str, *, actor: str, now: datetime) -> Appointment:
    """Note that the person is present. Raises VisitNotToday before its day."""
    appointment = lock_visit(reference)
    zone = appointment.station.timezone
    if local(appointment.starts_at, zone).date() > local(now, zone).date():
        raise VisitNotToday
    _change(appointment, Status.CHECKED_IN, actor=actor, now=now)
    appointment.prove(now=now)
    return appointment


def mark_no_show(reference: str, *, actor: str, now: datetime) -> Appointment:
    """Note that the person did not come; the time had begun. The desk stays theirs."""
    appointment = lock_visit(reference)
    if now < appointment.starts_at:
        raise StatusConflict
    return _change(appointment, Status.NO_SHOW, actor=actor, now=now)


def complete(handover: Handover, *, actor: str, now: datetime) -> Appointment:
    """End the visit: completed when everything was given, incomplete with a reason when not.

    What earlier visits of the case handed over needs no second tick. Raises MissingItems.
    """
    appointment = lock_visit(handover.reference)
    due = [code for code in item_codes(appointment) if code not in given_before(appointment)]
    missing = tuple(code for code in due if code not in handover.given)
    reason = handover.reason.strip()
    if missing and not reason:
        raise MissingItems(missing)
    target = Status.INCOMPLETE if missing else Status.COMPLETED
    if appointment.status == target:
        return _as_it_is(appointment, target, actor)
    given = [code for code in due if code in handover.given]
    details = {
        "given": given,
        "missing": list(missing),
        "reason": reason if missing else handover.lacking_because.strip(),
        "lacking": list(handover.lacking),
    }
    _change(appointment, target, actor=actor, now=now, details=details)
    for code in given:
        row = HandoverItem(appointment_id=appointment.id, item_code=code, given_at=now, given_by=actor)
        row.given_to = handover.to
        db.session.add(row)
    if appointment.case_id and not missing:
        lock_case(appointment.case_id).collected_at = now
    return appointment


def undo(reference: str, undoing: str, *, actor: str, now: datetime) -> Appointment:
    """Take back the change that led to the status `undoing`.

    Naming it keeps a second click from taking back one change more. Raises NothingToUndo,
    StatusConflict or OtherVisitBooked.
    """
    appointment = lock_visit(reference)
    if appointment.status != undoing:
        raise StatusConflict
    target = states.before(appointment.status)
    if target is None:
        raise NothingToUndo
    if target in LIVE and _has_other_live_visit(appointment):
        raise OtherVisitBooked
    if target is Status.CHECKED_IN:
        db.session.execute(delete(HandoverItem).where(HandoverItem.appointment_id == appointment.id))
        if appointment.case_id and appointment.status == Status.COMPLETED:
            lock_case(appointment.case_id).collected_at = None
    appointment.status = target
    history.record(appointment, "undone", actor=actor, now=now, details={"undone": undoing, "to": target})
    return appointment


def note(reference: str, kind: str, *, actor: str, now: datetime, reason: str = "") -> None:
    """Add a line to the visit's history that changes nothing else: it was opened, the person was told."""
    history.record(
        lock_visit(reference), kind, actor=actor, now=now, details={"reason": reason} if reason else {}
    )


def item_codes(appointment: Appointment) -> list[str]:
    """Return the codes of what this visit hands over, in order; none for a visit without a case."""
    if appointment.case_id is None:
        return []
    return list(
        db.session.scalars(
            select(VisitItem.code)
            .join(Case, Case.visit_type_id == VisitItem.visit_type_id)
            .where(Case.id == appointment.case_id, VisitItem.kind == VisitItemKind.HANDOVER)
            .order_by(VisitItem.position)
        )
    )


def given_before(appointment: Appointment) -> frozenset[str]:
    """Return the codes of what other visits of the same case have handed over."""
    if appointment.case_id is None:
        return frozenset()
    others = (
        select(HandoverItem.item_code)
        .join(Appointment, Appointment.id == HandoverItem.appointment_id)
        .where(Appointment.case_id == appointment.case_id, Appointment.id != appointment.id)
    )
    return frozenset(db.session.scalars(others))


def _as_it_is(appointment: Appointment, status: Status, actor: str) -> Appointment:
    """Return the visit to who pressed the same button twice. Raises DoneAlready for a colleague."""
    wanted = select(AppointmentEvent.actor).where(
        AppointmentEvent.appointment_id == appointment.id, AppointmentEvent.kind == status
    )
    by = db.session.scalar(wanted.order_by(AppointmentEvent.id.desc()).limit(1))
    if by and by != actor:
        raise DoneAlready(by)
    return appointment


def _change(
    appointment: Appointment,
    target: Status,
    *,
    actor: str,
    now: datetime,
    details: Mapping[str, object] | None = None,
) -> Appointment:
    if appointment.status == target:
        return _as_it_is(appointment, target, actor)
    if not states.can_become(appointment.status, target):
        raise StatusConflict
    appointment.status = target
    history.record(appointment, target, actor=actor, now=now, details=details)
    return appointment


def _has_other_live_visit(appointment: Appointment) -> bool:
    if appointment.case_id is None:
        return False
    other = select(Appointment.id).where(
        Appointment.case_id == appointment.case_id,
        Appointment.id != appointment.id,
        is_live,
    )
    return db.session.scalar(other.limit(1)) is not None
