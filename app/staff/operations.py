"""Changing an opening plan, and who works where. Call inside `transact()`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from app.accounts.models import User
from app.appointments import capacity
from app.db import db
from app.errors import DomainError, NotFound
from app.staff import queries
from app.staff.impact import newly_touched
from app.staff.models import PlanChange, StaffAssignment
from app.staff.planning import ClosureEdit, ClosureRemoval, DayEdit, PlanEdit, WeekEdit
from app.stations import plans
from app.stations.models import Closure, OpeningException, OpeningPeriod, Station


class PlanChanged(DomainError):
    """Somebody else saved a change of this plan since the form was opened."""

    code = "plan_changed"


@dataclass(frozen=True)
class PlanSave:
    """A change to save, and the version of the plan that its author saw."""

    station_slug: str
    edit: PlanEdit
    seen_version: int
    username: str


def save_plan(save: PlanSave, *, now: datetime) -> PlanChange:
    """Change the plan, keep every booked visit, and note which visits lost their desk.

    Raises PlanChanged when the plan is not the one its author saw.
    """
    station = _locked(save.station_slug)
    if station.plan_version != save.seen_version:
        raise PlanChanged
    before = plans.read_plan(station.id, station.timezone)
    coming = queries.list_coming_visits(station, now=now)
    touched = newly_touched(coming, before=before, after=save.edit.applied_to(before))
    _write(save.edit, station, now)
    station.plan_version += 1
    db.session.flush()
    capacity.refit(station, now=now)
    change = PlanChange(
        station_id=station.id,
        username=save.username,
        changed_at=now,
        kind=save.edit.kind,
        details={"version": station.plan_version, "touched": [visit.reference for visit in touched]},
    )
    db.session.add(change)
    return change


def _locked(slug: str) -> Station:
    wanted = select(Station).where(Station.slug == slug).with_for_update()
    station = db.session.scalar(wanted.execution_options(populate_existing=True))
    if station is None:
        raise NotFound
    return station


@singledispatch
def _write(edit: object, station: Station, now: datetime) -> None:
    raise TypeError(f"no such change of a plan: {type(edit).__name__}")


@_write.register
def _write_week(edit: WeekEdit, station: Station, now: datetime) -> None:
    lasting = (OpeningPeriod.valid_from.is_(None), OpeningPeriod.valid_until.is_(None))
    db.session.execute(delete(OpeningPeriod).where(OpeningPeriod.station_id == station.id, *lasting))
    db.session.add_all(
        OpeningPeriod(station_id=station.id, weekday=p.weekday, opens=p.opens, closes=p.closes, desks=p.desks)
        for p in edit.periods
    )
    if edit.confirmed:
        station.hours_confirmed_on = now.astimezone(ZoneInfo(station.timezone)).date()


@_write.register
def _write_day(edit: DayEdit, station: Station, now: datetime) -> None:
    same_day = (OpeningException.station_id == station.id, OpeningException.on_day == edit.day)
    db.session.execute(delete(OpeningException).where(*same_day))
    db.session.add_all(
        OpeningException(
            station_id=station.id,
            on_day=edit.day,
            opens=p.opens,
            closes=p.closes,
            desks=p.desks,
            reason=p.reason or None,
        )
        for p in edit.periods
    )


@_write.register
def _write_closure(edit: ClosureEdit, station: Station, now: datetime) -> None:
    interval = edit.closure.interval
    db.session.add(
        Closure(
            station_id=station.id,
            starts_at=interval.start,
            ends_at=interval.end,
            reason=edit.closure.reason,
            created_at=now,
        )
    )


@_write.register
def _write_removal(edit: ClosureRemoval, station: Station, now: datetime) -> None:
    same = (Closure.station_id == station.id, Closure.id == edit.closure_id)
    db.session.execute(delete(Closure).where(*same))


def assign(user: User, stations: Iterable[Station]) -> None:
    """Let the user work at these stations."""
    db.session.add_all(StaffAssignment(user_id=user.id, station_id=station.id) for station in stations)
    db.session.flush()
