"""The nightly check: visits and counters that contradict each other, the plan or the clock.

Promises of the database (nothing oversold, one live visit per case) are looked at here all the same:
a restored file or a hand-written statement can break what no code of ours can.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, exists, select

from app.appointments.availability.slots import cell_of, cells_of, start_of
from app.appointments.models import Appointment, DeskUsage, Hold, HoldStatus, is_live
from app.appointments.states import Status
from app.db import db
from app.interval import Interval
from app.notifications.models import JobRun, OutboxMessage
from app.notifications.watch.troubles import Trouble
from app.reports.models import Finding
from app.stations.hours.opening_hours import open_intervals
from app.stations.hours.plans import plan_of
from app.stations.models import Station, StationService

JOB = "check_visits"
TROUBLE = "check-found"
OVERSOLD = "oversold"
COUNTED_WRONG = "counted_wrong"
UNTOLD = "untold"
NOT_OFFERED = "not_offered"
NO_DESK = "no_desk"
NEVER_CLOSED = "never_closed"

# Without these bounds each night would read all visits there ever were.
LOOK_BACK = timedelta(days=90)  # what nobody ended by then was found every night since
LONGEST_VISIT = timedelta(days=1)
LEFT_OPEN = timedelta(hours=24)  # a visit of yesterday that nobody ended
SUBJECT_TIME = "%Y-%m-%dT%H:%MZ"


@dataclass(frozen=True, slots=True)
class FoundByCheck:
    code: str
    station_id: int
    subject: str


def check_station(station_id: int, *, now: datetime) -> int:
    """Look at one station and write down what is found; what is no longer so goes. Returns how many."""
    found = _look_at(db.session.get_one(Station, station_id), now=now)
    _write_down(station_id, found, now=now)
    return len(found)


def _look_at(station: Station, *, now: datetime) -> set[FoundByCheck]:
    visits = db.session.scalars(
        select(Appointment)
        .where(Appointment.station_id == station.id, is_live)
        .where(Appointment.starts_at > now - LOOK_BACK)
        .order_by(Appointment.created_at, Appointment.id)
    ).all()
    return {
        *_counters(station, now=now),
        *_untold(visits),
        *_not_offered(station, visits),
        *_without_desk(station, visits, now=now),
        *_left_open(visits, now=now),
    }


def _counters(station: Station, *, now: datetime) -> Iterator[FoundByCheck]:
    """Yield cells where more is taken than may be, or something else than people have."""
    first = cell_of(now)
    held = _people_by_cell(station.id, now=now)
    usage = db.session.scalars(
        select(DeskUsage).where(DeskUsage.station_id == station.id, DeskUsage.cell >= first)
    ).all()
    for row in usage:
        if row.taken > row.capacity:
            yield FoundByCheck(OVERSOLD, station.id, _time_of(row.cell))
    stored = {(row.cell, row.desk_group): row.taken for row in usage}
    for cell, group in sorted({*stored, *held}):
        if cell >= first and stored.get((cell, group), 0) != held[cell, group]:
            yield FoundByCheck(COUNTED_WRONG, station.id, _time_of(cell))


def _people_by_cell(station_id: int, *, now: datetime) -> Counter[tuple[int, int]]:
    """Return desks by cell and group as the visits and the open holds of the coming time say."""
    counted: Counter[tuple[int, int]] = Counter()
    for kind, keeps in (
        (Appointment, Appointment.status != Status.CANCELLED),
        (Hold, Hold.status == HoldStatus.OPEN),
    ):
        rows = db.session.execute(
            select(kind.starts_at, kind.ends_at, kind.desks, kind.desk_group).where(
                kind.station_id == station_id, kind.ends_at > now, kind.starts_at > now - LONGEST_VISIT, keeps
            )
        )
        for starts_at, ends_at, desks, group in rows:
            for cell in cells_of(Interval(starts_at, ends_at)):
                counted[cell, group] += desks
    return counted


def _time_of(cell: int) -> str:
    return start_of(cell).strftime(SUBJECT_TIME)


def _untold(visits: Sequence[Appointment]) -> Iterator[FoundByCheck]:
    """Yield visits of people with a contact for whom no message was ever written."""
    reachable = [v for v in visits if v.email_encrypted or v.phone_encrypted]
    if not reachable:
        return
    told = set(
        db.session.scalars(
            select(OutboxMessage.subject_id).where(
                OutboxMessage.topic == "appointment",
                OutboxMessage.subject_id.in_([visit.id for visit in reachable]),
            )
        )
    )
    for visit in reachable:
        if visit.id not in told:
            yield FoundByCheck(UNTOLD, visit.station_id, visit.reference)


def _not_offered(station: Station, visits: Iterable[Appointment]) -> Iterator[FoundByCheck]:
    offered = set(
        db.session.scalars(select(StationService.service_id).where(StationService.station_id == station.id))
    )
    for visit in visits:
        if visit.service_id not in offered:
            yield FoundByCheck(NOT_OFFERED, station.id, visit.reference)


def _without_desk(
    station: Station, visits: Iterable[Appointment], *, now: datetime
) -> Iterator[FoundByCheck]:
    """Yield coming visits at times when the plan has no desk at all."""
    plan = plan_of(station)
    for visit in visits:
        if visit.starts_at <= now:
            continue
        day = visit.starts_at.astimezone(plan.timezone).date()
        opened = open_intervals(plan, day, visit.desk_group)
        open_cells = {cell for part in opened for cell in cells_of(part.interval)}
        if not open_cells.issuperset(cells_of(visit.interval)):
            yield FoundByCheck(NO_DESK, station.id, visit.reference)


def _left_open(visits: Iterable[Appointment], *, now: datetime) -> Iterator[FoundByCheck]:
    for visit in visits:
        if visit.ends_at < now - LEFT_OPEN:
            yield FoundByCheck(NEVER_CLOSED, visit.station_id, visit.reference)


def _write_down(station_id: int, found: set[FoundByCheck], *, now: datetime) -> None:
    known = {
        (row.code, row.subject): row
        for row in db.session.scalars(select(Finding).where(Finding.station_id == station_id))
    }
    for one in found:
        row = known.pop((one.code, one.subject), None)
        if row:
            row.last_seen_at = now
        else:
            db.session.add(
                Finding(
                    code=one.code,
                    station_id=station_id,
                    subject=one.subject,
                    first_seen_at=now,
                    last_seen_at=now,
                )
            )
    if known:
        db.session.execute(delete(Finding).where(Finding.id.in_([row.id for row in known.values()])))


def stations_to_check(*, now: datetime) -> Sequence[int]:
    """Return the stations that have a live visit, a counter ahead or an old finding."""
    return db.session.scalars(
        select(Station.id)
        .where(
            exists().where(
                Appointment.station_id == Station.id,
                is_live,
                Appointment.starts_at > now - LOOK_BACK,
            )
            | exists().where(DeskUsage.station_id == Station.id)
            | exists().where(Finding.station_id == Station.id)
        )
        .order_by(Station.id)
    ).all()


def list_findings(stations: Iterable[Station], *, now: datetime) -> Sequence[Finding]:
    """Return what the last check found at these stations and is so still, the newest first."""
    ids = [station.id for station in stations]
    return _still_so(select(Finding).where(Finding.station_id.in_(ids)), now=now)


def _still_so(wanted: Select[Any], *, now: datetime) -> list[Finding]:
    """Return those of the findings that another look at their stations finds again."""
    ordered = wanted.order_by(Finding.first_seen_at.desc(), Finding.id)
    rows: Sequence[Finding] = db.session.scalars(ordered).all()
    again = {station: _look_at(station, now=now) for station in {row.station for row in rows}}
    return [row for row in rows if FoundByCheck(row.code, row.station_id, row.subject) in again[row.station]]


def read_troubles(*, now: datetime) -> list[Trouble]:
    """Return what operators are told of the last check; nothing when nothing of it is so any more."""
    found = _still_so(select(Finding), now=now)
    return [Trouble(TROUBLE, len(found))] if found else []


def last_check() -> datetime | None:
    """Return when the check last ran to its end."""
    return db.session.scalar(select(JobRun.finished_at).where(JobRun.name == JOB))
