"""A station's plan, read from its rows and remembered until its version goes up.

Every writer of hours, exceptions, closures or the calendar raises `plan_version` in the same
transaction, so a remembered plan is never older than the station row it was asked for with.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, inspect, select, update

from app.db import db
from app.interval import Interval
from app.localtext import LocalText
from app.stations.hours.opening_hours import (
    ClosedInterval,
    DatedPeriod,
    Plan,
    ServingDesks,
    WeeklyPeriod,
    WorkCalendar,
)
from app.stations.models import (
    CalendarDay,
    CalendarDayKind,
    CalendarStatus,
    CalendarYear,
    Closure,
    DeskGroup,
    OpeningException,
    OpeningPeriod,
    Station,
)

MOST_REMEMBERED = 4096


class PlanOwner(Protocol):
    """What names a plan: a Station, or the few columns of one."""

    @property
    def id(self) -> int: ...
    @property
    def plan_version(self) -> int: ...
    @property
    def timezone(self) -> str: ...


Key = tuple[Engine, int, int, str]
_plans: dict[Key, Plan] = {}


def plan_of(station: PlanOwner) -> Plan:
    """Return all that decides when this station is open."""
    return plans_of([station])[station.id]


def plans_of(stations: Iterable[PlanOwner]) -> dict[int, Plan]:
    """Return the plans of many stations by id; those not remembered are read together."""
    engine = db.engine
    wanted: dict[int, Key] = {s.id: (engine, s.id, s.plan_version, s.timezone) for s in stations}
    found = {id_: plan for id_, key in wanted.items() if (plan := _plans.get(key))}
    missing = {id_: key[-1] for id_, key in wanted.items() if id_ not in found}
    if missing:
        read = read_plans(missing)
        if len(_plans) + len(read) > MOST_REMEMBERED:
            _plans.clear()
        _plans.update({wanted[id_]: plan for id_, plan in read.items()})
        found |= read
    return found


def forget_plans() -> None:
    """Drop every remembered plan: for when the database was replaced under a running process."""
    _plans.clear()


def raise_all_versions() -> None:
    """Make every station's plan new, after a change of the calendar. Call inside `transact()`."""
    db.session.execute(update(Station).values(plan_version=Station.plan_version + 1))


def read_plan(station_id: int, timezone: str) -> Plan:
    """Return the plan as its rows are now, those of the running transaction included."""
    return read_plans({station_id: timezone})[station_id]


def read_plans(timezones: Mapping[int, str]) -> dict[int, Plan]:
    """Return the plans of stations as their rows are now: six statements, however many there are."""
    calendar = read_calendar()
    weekly, dated, closures, groups = (
        _by_station(model, timezones) for model in (OpeningPeriod, OpeningException, Closure, DeskGroup)
    )
    return {
        id_: Plan(
            timezone=ZoneInfo(timezone),
            weekly=tuple(_weekly(row) for row in weekly[id_]),
            dated=tuple(_dated(row) for row in dated[id_]),
            closures=tuple(_closure(row) for row in closures[id_]),
            calendar=calendar,
            groups=tuple(_desks(row) for row in groups[id_]),
        )
        for id_, timezone in timezones.items()
    }


def _by_station(model: type[Any], ids: Iterable[int]) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.scalars(
        select(model).where(model.station_id.in_(ids)).order_by(*inspect(model).primary_key)
    ):
        found[row.station_id].append(row)
    return found


def _weekly(row: OpeningPeriod) -> WeeklyPeriod:
    return WeeklyPeriod(
        row.weekday,
        row.opens,
        row.closes,
        row.desks,
        row.valid_from,
        row.valid_until,
        row.reserve,
        row.desk_group,
    )


def _dated(row: OpeningException) -> DatedPeriod:
    return DatedPeriod(
        row.on_day, row.opens, row.closes, row.desks, row.reason or LocalText(), row.desk_group
    )


def _desks(row: DeskGroup) -> ServingDesks:
    return ServingDesks(row.number, row.name, frozenset(row.services), row.slot_minutes)


def _closure(row: Closure) -> ClosedInterval:
    return ClosedInterval(Interval(row.starts_at, row.ends_at), row.reason)


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
