"""Undoing a saved change of opening plans, while nobody was written to about it. Call inside `transact()`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.appointments.availability import capacity
from app.appointments.displacement import operations as displacement
from app.appointments.displacement.operations import Was
from app.appointments.locks import lock_visits
from app.appointments.models import Appointment, Hold, HoldStatus
from app.appointments.states import Status
from app.appointments.waitlist import offers
from app.appointments.waitlist.models import OfferAnswer, TimeOffer
from app.db import db, locking, whole_step
from app.errors import DomainError, NotFound
from app.interval import Interval
from app.planning import snapshots
from app.planning.decisions import Choice
from app.planning.impact import candidate_at
from app.planning.models import PlanChange, TouchedVisit
from app.planning.operations import locked
from app.planning.refusals import PlanChanged
from app.stations.hours import plans
from app.stations.models import Station


class UndoOver(DomainError):
    """The messages are on their way, or the change was undone already."""

    code = "undo_over"


@dataclass(frozen=True, slots=True)
class Undone:
    """What did not become as it was: visits, kept times that others have by now, people who chose a time."""

    visits: int = 0
    offers: int = 0
    choosing: int = 0


def undo_batch(batch: str, *, username: str, now: datetime) -> Undone:
    """Restore the plans, visits and kept times of a save and take its messages back.

    Raises UndoOver, or PlanChanged when one of the plans was changed again since.
    """
    changes = db.session.scalars(
        select(PlanChange).where(PlanChange.batch == batch, PlanChange.batch != "").order_by(PlanChange.id)
    ).all()
    if not changes:
        raise NotFound
    stations = [db.session.get_one(Station, change.station_id) for change in changes]
    for station in sorted(stations, key=lambda station: station.slug):
        locked(station.slug)
    _lock_visits_of(changes)
    for change, station in zip(changes, stations, strict=True):
        db.session.refresh(change)
        if change.undone_at or not change.undo_until or change.undo_until <= now:
            raise UndoOver
        if station.plan_version != change.version:
            raise PlanChanged
        _restore_plan(change, station, username, now=now)
    ended = _ended_by(changes)
    stayed = sum(_restore_visits(change, username, now=now) for change in changes)
    lost = sum(not _keep_again(made, changes[0].changed_at, now=now) for made in ended)
    return Undone(stayed, lost, _chosen_from(changes))


def _lock_visits_of(changes: Sequence[PlanChange]) -> None:
    """Lock the visits that the changes touched, before their desks are counted anew."""
    ids = select(TouchedVisit.appointment_id).where(
        TouchedVisit.plan_change_id.in_([change.id for change in changes])
    )
    lock_visits(db.session.scalars(ids).all())


def _restore_plan(change: PlanChange, station: Station, username: str, *, now: datetime) -> None:
    snapshots.put_back(station, change.before)
    station.plan_version += 1
    change.undone_at = now
    db.session.add(
        PlanChange(
            station_id=station.id,
            username=username,
            changed_at=now,
            kind="undone",
            details={"version": station.plan_version, "undone": change.id, "touched": []},
            version=station.plan_version,
        )
    )
    db.session.flush()
    capacity.refit(station, now=now)


def _restore_visits(change: PlanChange, username: str, *, now: datetime) -> int:
    """Return how many visits stay where the change had put them."""
    wanted = select(TouchedVisit).where(
        TouchedVisit.plan_change_id == change.id, TouchedVisit.decision != Choice.KEEP
    )
    station = db.session.get_one(Station, change.station_id)
    plan = plans.read_plan(station.id, station.timezone)
    stayed = 0
    for row in db.session.scalars(wanted).all():
        visit = db.session.get_one(Appointment, row.appointment_id)
        if (visit.station_id, visit.starts_at) == (row.station_id, row.starts_at) and not (
            visit.asked or visit.status == Status.CANCELLED
        ):
            continue
        candidate = candidate_at(plan, Interval(row.starts_at, row.ends_at), row.desk_group)
        was = Was(visit.reference, row.station_id, candidate, row.desks, row.revision, change.changed_at)
        if row.decision == Choice.ASK:
            stayed += not displacement.stop_asking(was, actor=username, now=now)
        else:
            stayed += not displacement.put_back(was, station, actor=username, now=now)
    return stayed


# --- times that were kept ---------------------------------------------------------------------------


def _ended_by(changes: Sequence[PlanChange]) -> Sequence[TimeOffer]:
    """Return the offers that the save took back with a visit, or ended with the desks that it took."""
    ids = [change.id for change in changes]
    moment = changes[0].changed_at
    touched = select(TouchedVisit.appointment_id).where(TouchedVisit.plan_change_id.in_(ids))
    with_visit = (TimeOffer.answer == OfferAnswer.WITHDRAWN) & (TimeOffer.answered_at == moment)
    with_desk = TimeOffer.answer.is_(None) & Hold.station_id.in_([change.station_id for change in changes])
    wanted = (
        select(TimeOffer)
        .join(TimeOffer.hold)
        .where(Hold.status == HoldStatus.RELEASED)
        .where(
            (with_visit & TimeOffer.appointment_id.in_(touched)) | (with_desk & (Hold.expires_at == moment))
        )
        .order_by(TimeOffer.id)
    )
    return db.session.scalars(locking(wanted, of=TimeOffer)).all()


def _keep_again(made: TimeOffer, ended_at: datetime, *, now: datetime) -> bool:
    """Keep the time for the person again, and let its message wait again. False when it cannot be."""
    kept, visit = made.hold, made.appointment
    if min(made.until, kept.starts_at) <= now or (visit and not visit.is_changeable(now=now)):
        return False
    if kept.case_id and _has_open_hold(kept.case_id):
        return False
    plan = plans.read_plan(kept.station_id, kept.station.timezone)
    candidate = candidate_at(plan, kept.interval, kept.desk_group)
    if not whole_step(capacity.take, kept.station_id, candidate, desks=kept.desks):
        return False
    offers.reopen(made, ended_at, now=now)
    return True


def _has_open_hold(case_id: int) -> bool:
    other = select(Hold.id).where(Hold.case_id == case_id, Hold.status == HoldStatus.OPEN)
    return db.session.scalar(other.limit(1)) is not None


def _chosen_from(changes: Sequence[PlanChange]) -> int:
    """Return how many people had chosen a time, without booking it yet, when its desk was taken."""
    ended = select(Hold.id).where(
        Hold.station_id.in_([change.station_id for change in changes]),
        Hold.status == HoldStatus.RELEASED,
        Hold.expires_at == changes[0].changed_at,
        Hold.id.not_in(select(TimeOffer.hold_id)),
    )
    return len(db.session.scalars(ended).all())
