"""Reading for the pages of opening plans: periods, exceptions, closures, the last change."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.appointments.models import Appointment
from app.db import db
from app.planning.decisions import Choice
from app.planning.models import PlanChange, TouchedVisit
from app.stations.models import Closure, OpeningPeriod, Station


def is_to_be_called_from(visit: Appointment, station_ids: Collection[int]) -> bool:
    """Say whether one of these stations displaced the visit and has to call the person."""
    wanted = select(TouchedVisit.appointment_id).where(
        TouchedVisit.appointment_id == visit.id,
        TouchedVisit.needs_call.is_(True),
        TouchedVisit.revision == visit.revision,
        TouchedVisit.station_id.in_(station_ids),
    )
    return db.session.scalar(wanted.limit(1)) is not None


def list_periods(station: Station) -> list[OpeningPeriod]:
    wanted = select(OpeningPeriod).where(OpeningPeriod.station_id == station.id)
    return list(db.session.scalars(wanted.order_by(OpeningPeriod.weekday, OpeningPeriod.opens)))


def list_closures(station: Station, *, now: datetime) -> list[Closure]:
    """Return the closures that have not ended."""
    wanted = select(Closure).where(Closure.station_id == station.id, Closure.ends_at > now)
    return list(db.session.scalars(wanted.order_by(Closure.starts_at)))


def find_closure(station: Station, closure_id: int) -> Closure | None:
    found = db.session.get(Closure, closure_id)
    return found if found and found.station_id == station.id else None


def find_last_change(station: Station) -> PlanChange | None:
    wanted = select(PlanChange).where(PlanChange.station_id == station.id)
    return db.session.scalar(wanted.order_by(PlanChange.id.desc()).limit(1))


@dataclass(frozen=True, slots=True)
class Undoable:
    """A change that can still be undone, and how many people are written to when it no longer can."""

    change: PlanChange
    told: int


def find_undoable(station: Station, *, now: datetime) -> Undoable | None:
    """Return the station's last change while it can be undone."""
    change = find_last_change(station)
    if change is None or change.undone_at or not change.undo_until or change.undo_until <= now:
        return None
    if change.version != station.plan_version:
        return None
    decided = count_decisions(change.batch)
    told = sum(decided[choice] for choice in Choice if choice is not Choice.KEEP) - decided["call"]
    return Undoable(change, told)


def list_batch(batch: str) -> Sequence[PlanChange]:
    """Return the changes that were saved together."""
    wanted = select(PlanChange).where(PlanChange.batch == batch, PlanChange.batch != "")
    return db.session.scalars(wanted.order_by(PlanChange.id)).all()


def count_decisions(batch: str) -> Counter[str]:
    """Return how many visits were kept, moved and cancelled by a save, and how many need a call."""
    wanted = (
        select(TouchedVisit.decision, TouchedVisit.needs_call, func.count())
        .join(PlanChange, PlanChange.id == TouchedVisit.plan_change_id)
        .where(PlanChange.batch == batch)
        .group_by(TouchedVisit.decision, TouchedVisit.needs_call)
    )
    found: Counter[str] = Counter()
    for decision, needs_call, number in db.session.execute(wanted):
        found[decision] += number
        found["call"] += number if needs_call else 0
    return found
