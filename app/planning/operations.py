"""Changing opening plans, and who works where. Call inside `transact()`."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import singledispatch
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from app.appointments.availability import capacity
from app.appointments.availability.policy import SlotUnavailable
from app.appointments.displacement import operations as displacement
from app.appointments.displacement.operations import Because
from app.appointments.holds import operations as holds
from app.appointments.holds.operations import locked_station
from app.appointments.locks import lock_visits
from app.db import db, locking
from app.errors import NotFound
from app.planning import snapshots
from app.planning.decisions import UNDECIDED, Choice, Decisions
from app.planning.edits import (
    CalendarEdit,
    ClosureEdit,
    ClosureRemoval,
    DayEdit,
    DeskEdit,
    GroupsEdit,
    PlanEdit,
    WeekEdit,
    reason_of,
)
from app.planning.effects import EditedPlan, Effect, Touched, effect_of
from app.planning.models import PlanChange, TouchedVisit
from app.planning.refusals import CalendarChanged, EffectChanged, PlanChanged
from app.stations.hours import calendar, plans
from app.stations.hours.opening_hours import DatedPeriod
from app.stations.models import Closure, DeskGroup, OpeningException, OpeningPeriod, Station
from app.stations.queries import StationRetired, lock_station

# Messages wait this long, and as long the change can be undone without anybody having noticed.
UNDO_PLAN = timedelta(minutes=10)


@dataclass(frozen=True)
class PlanSave:
    """A change to save, and the version of the plan that its author saw."""

    station_slug: str
    edit: PlanEdit
    seen_version: int
    username: str


def save_plan(save: PlanSave, decisions: Decisions = UNDECIDED, *, now: datetime) -> PlanChange:
    """Change one plan; see `save_plans`."""
    return save_plans([save], decisions, now=now)[0]


def save_plans(
    saves: Sequence[PlanSave], decisions: Decisions = UNDECIDED, *, now: datetime
) -> list[PlanChange]:
    """Change the plans of stations together, and do with each displaced visit what was decided.

    Raises PlanChanged when a plan is not the one its author saw, EffectChanged when the change would
    touch somebody who was not shown or give somebody another time than the one shown.
    """
    saves = sorted(saves, key=lambda save: save.station_slug)  # one order of locks for everybody
    changes = [_locked_change(save, now=now) for save in saves]
    effect = effect_of(changes, now=now, shown=decisions.shown)
    if decisions.shown is not None and decisions.shown != effect.shown:
        raise EffectChanged
    _lock_as_seen(effect.touched)
    author = _Author(saves[0].username, decisions.quiet_because, secrets.token_urlsafe(9))
    # All are noted before any is written: stations share the calendar.
    rows = [_noted(change, author, effect, now=now) for change in changes]
    for change in changes:
        _write(change.edit, change.station, now)
        change.station.plan_version += 1
    db.session.flush()
    holds.end([hold.public_id for hold in effect.holds], now=now)
    for change in changes:
        capacity.refit(change.station, now=now)
    by_station = {row.station_id: row for row in rows}
    for touched in effect.touched:
        _decide(touched, by_station[touched.visit.station_id], decisions, now=now)
    return rows


def save_calendar(
    edit: CalendarEdit, seen: str, username: str, decisions: Decisions = UNDECIDED, *, now: datetime
) -> list[PlanChange]:
    """Change a year of the calendar for every station, and do with each displaced visit what was decided.

    Raises CalendarChanged when the year is not the one its author saw, and what `save_plans` raises.
    """
    stations = db.session.scalars(locking(select(Station).order_by(Station.slug))).all()
    if calendar.read_year(edit.year.year).fingerprint != seen:
        raise CalendarChanged
    saves = [PlanSave(one.slug, edit, one.plan_version, username) for one in stations]
    return save_plans(saves, decisions, now=now)


def _lock_as_seen(touched: Sequence[Touched]) -> None:
    """Lock the visits that lose their desks. Raises EffectChanged when one was changed since it was read."""
    seen = {one.visit.id: (one.visit.status, one.visit.revision) for one in touched}
    for visit in lock_visits(seen):
        if (visit.status, visit.revision) != seen[visit.id]:
            raise EffectChanged


def _locked_change(save: PlanSave, *, now: datetime) -> EditedPlan:
    station = locked(save.station_slug)
    if station.plan_version != save.seen_version:
        raise PlanChanged
    holds.release_expired(now=now, station_id=station.id)
    return EditedPlan.of(station, save.edit)


@dataclass(frozen=True)
class _Author:
    """Who saves, and why no messages are sent."""

    username: str
    quiet_because: str
    batch: str


def _noted(change: EditedPlan, author: _Author, effect: Effect, *, now: datetime) -> PlanChange:
    """Note the change, with all that it is about to write over."""
    station = change.station
    version = station.plan_version + 1
    touched = [one.visit.reference for one in effect.touched if one.visit.station_id == station.id]
    row = PlanChange(
        station_id=station.id,
        username=author.username,
        changed_at=now,
        kind=change.edit.kind,
        details={"version": version, "touched": touched},
        batch=author.batch,
        version=version,
        reason=reason_of(change.edit),
        quiet_because=author.quiet_because,
        before=snapshots.copy_of(station, of_year=getattr(change.edit, "year", None)),
        undo_until=now + UNDO_PLAN,
    )
    db.session.add(row)
    return row


# --- what becomes of a displaced visit --------------------------------------------------------------


def _decide(touched: Touched, change: PlanChange, decisions: Decisions, *, now: datetime) -> None:
    """Do with the visit what was chosen, and note where it was."""
    visit = touched.visit
    choice = decisions.choice_for(visit.reference)
    if choice is None:
        return
    was, group, desks = visit.interval, visit.desk_group, visit.desks
    home, reason = visit.station_id, change.reason
    because = Because(reason, change.username, None if decisions.quiet_because else change.undo_until)
    done = _carry_out(choice, touched, because, now=now)
    told = touched.reachable and not decisions.quiet_because
    db.session.add(
        TouchedVisit(
            plan_change_id=change.id,
            appointment_id=visit.id,
            decision=choice,
            station_id=home,
            starts_at=was.start,
            ends_at=was.end,
            desks=desks,
            desk_group=group,
            revision=visit.revision,
            needs_call=choice is not Choice.KEEP and not (done and told),
        )
    )


def _carry_out(choice: Choice, touched: Touched, because: Because, *, now: datetime) -> bool:
    """Move or cancel the visit. False when it stays as it is: it began, or no time was found."""
    if not touched.movable or choice is Choice.KEEP:
        return False
    if choice is Choice.CANCEL:
        displacement.cancel(touched.visit.reference, because, now=now)
        return True
    if touched.proposal is None:
        return False
    place = touched.proposal.place
    station = _unchanged(touched.proposal.station)
    step = displacement.ask if choice is Choice.ASK else displacement.move
    try:
        step(touched.visit.reference, station, place.candidate, because, now=now)
    except SlotUnavailable as taken:
        raise EffectChanged from taken
    return True


def _unchanged(station: Station) -> Station:
    """Lock the plan by which the time was proposed. Raises EffectChanged when it is another by now."""
    seen = station.plan_version
    try:
        if locked_station(station.slug).plan_version != seen:
            raise EffectChanged
    except StationRetired as retired:
        raise EffectChanged from retired
    return station


# --- writing the rows -----------------------------------------------------------------------------


def locked(slug: str) -> Station:
    """Return the station with its plan locked for a change. Raises NotFound."""
    station = lock_station(slug)
    if station is None:
        raise NotFound
    return station


@singledispatch
def _write(edit: object, station: Station, now: datetime) -> None:
    raise TypeError(f"no such change of a plan: {type(edit).__name__}")


@_write.register
def _write_week(edit: WeekEdit, station: Station, now: datetime) -> None:
    weekly = edit.weekly_after(plans.read_plan(station.id, station.timezone).weekly)
    db.session.execute(delete(OpeningPeriod).where(OpeningPeriod.station_id == station.id))
    db.session.add_all(OpeningPeriod(station_id=station.id, **asdict(period)) for period in weekly)
    if edit.confirmed:
        station.hours_confirmed_on = now.astimezone(ZoneInfo(station.timezone)).date()


@_write.register
def _write_day(edit: DayEdit, station: Station, now: datetime) -> None:
    same_day = (OpeningException.station_id == station.id, OpeningException.on_day == edit.day)
    db.session.execute(delete(OpeningException).where(*same_day))
    db.session.add_all(_exception(station, p) for p in edit.periods)


def _exception(station: Station, p: DatedPeriod) -> OpeningException:
    return OpeningException(
        station_id=station.id,
        on_day=p.day,
        opens=p.opens,
        closes=p.closes,
        desks=p.desks,
        desk_group=p.desk_group,
        reason=p.reason or None,
    )


@_write.register
def _write_groups(edit: GroupsEdit, station: Station, now: datetime) -> None:
    after = edit.applied_to(plans.read_plan(station.id, station.timezone))
    for model in (DeskGroup, OpeningPeriod, OpeningException):
        db.session.execute(delete(model).where(model.station_id == station.id))
    db.session.add_all(OpeningPeriod(station_id=station.id, **asdict(p)) for p in after.weekly)
    db.session.add_all(_exception(station, p) for p in after.dated)
    db.session.add_all(
        DeskGroup(
            station_id=station.id,
            number=group.number,
            name=group.name,
            services=sorted(group.services),
            slot_minutes=group.slot_minutes,
        )
        for group in edit.groups
    )


@_write.register
def _write_desk(edit: DeskEdit, station: Station, now: datetime) -> None:
    weekly = plans.read_plan(station.id, station.timezone).weekly
    db.session.add_all(OpeningPeriod(station_id=station.id, **asdict(p)) for p in edit.added_to(weekly))


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
def _write_calendar(edit: CalendarEdit, station: Station, now: datetime) -> None:
    # Each station's save comes here, the first of them writes.
    if calendar.read_year(edit.year.year) != edit.year:
        calendar.write_year(edit.year)


@_write.register
def _write_removal(edit: ClosureRemoval, station: Station, now: datetime) -> None:
    same = (Closure.station_id == station.id, Closure.id == edit.closure_id)
    db.session.execute(delete(Closure).where(*same))
