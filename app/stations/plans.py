"""A station's plan, read from its rows and remembered until its version goes up.

Every writer of hours, exceptions, closures or the calendar raises `plan_version` in the same
transaction, so a remembered plan is never older than the station row it was asked for with.
"""

from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select, update

from app.db import db
from app.interval import Interval
from app.localtext import LocalText
from app.stations.models import (
    CalendarDay,
    CalendarDayKind,
    CalendarStatus,
    CalendarYear,
    Closure,
    OpeningException,
    OpeningPeriod,
    Station,
)
from app.stations.opening_hours import ClosedInterval, DatedPeriod, Plan, WeeklyPeriod, WorkCalendar

REMEMBERED_PLANS = 2048


class Planned(Protocol):
    """What names a plan: a Station, or the few columns of one."""

    @property
    def id(self) -> int: ...
    @property
    def plan_version(self) -> int: ...
    @property
    def timezone(self) -> str: ...


def plan_of(station: Planned) -> Plan:
    """Return all that decides when this station is open."""
    return _remembered(db.engine, station.id, station.plan_version, station.timezone)


def forget_plans() -> None:
    """Drop every remembered plan: for when the database was replaced under a running process."""
    _remembered.cache_clear()


def raise_all_versions() -> None:
    """Make every station's plan new, after a change of the calendar. Call inside `transact()`."""
    db.session.execute(update(Station).values(plan_version=Station.plan_version + 1))


@lru_cache(maxsize=REMEMBERED_PLANS)
def _remembered(_database: Engine, station_id: int, _version: int, timezone: str) -> Plan:
    return read_plan(station_id, timezone)


def read_plan(station_id: int, timezone: str) -> Plan:
    """Return the plan as its rows are now, those of the running transaction included."""
    return Plan(
        timezone=ZoneInfo(timezone),
        weekly=_weekly(station_id),
        dated=_dated(station_id),
        closures=_closures(station_id),
        calendar=read_calendar(),
    )


def _weekly(station_id: int) -> tuple[WeeklyPeriod, ...]:
    rows = db.session.scalars(select(OpeningPeriod).where(OpeningPeriod.station_id == station_id))
    return tuple(
        WeeklyPeriod(r.weekday, r.opens, r.closes, r.desks, r.valid_from, r.valid_until) for r in rows
    )


def _dated(station_id: int) -> tuple[DatedPeriod, ...]:
    rows = db.session.scalars(select(OpeningException).where(OpeningException.station_id == station_id))
    return tuple(DatedPeriod(r.on_day, r.opens, r.closes, r.desks, r.reason or LocalText()) for r in rows)


def _closures(station_id: int) -> tuple[ClosedInterval, ...]:
    rows = db.session.scalars(select(Closure).where(Closure.station_id == station_id))
    return tuple(ClosedInterval(Interval(r.starts_at, r.ends_at), r.reason) for r in rows)


def read_calendar() -> WorkCalendar:
    """Return the holidays and make-up workdays of all years whose calendar is known."""
    years = db.session.scalars(
        select(CalendarYear.year).where(CalendarYear.status != CalendarStatus.UNPUBLISHED)
    )
    days = db.session.scalars(select(CalendarDay)).all()
    return WorkCalendar(
        known_years=frozenset(years),
        days_off={d.day: d.name for d in days if d.kind == CalendarDayKind.DAY_OFF},
        makeup_workdays={
            d.day: d.works_as
            for d in days
            if d.kind == CalendarDayKind.MAKEUP_WORKDAY and d.works_as is not None
        },
    )
