"""Changes of opening plans, each kind, and undoing them."""

from dataclasses import replace
from datetime import date, time

from sqlalchemy import select

from app.db import db
from app.interval import Interval
from app.planning.decisions import Choice, Decisions
from app.planning.edits import CalendarEdit, ClosureRemoval, DayEdit, DeskEdit, GroupsEdit, WeekEdit
from app.planning.operations import save_calendar
from app.planning.refusals import PlanChanged
from app.planning.undoing import undo_batch
from app.publishing import operations as publishing
from app.stations.hours import calendar
from app.stations.hours.calendar import DaySeed
from app.stations.hours.opening_hours import ClosedInterval, DatedPeriod, ServingDesks, WeeklyPeriod
from app.stations.models import CalendarDayKind, Closure, Station
from tests.integration.races.table import EVERYWHERE, VISIT, Table
from tests.integration.races.world import (
    CENTRAL,
    DAY,
    JIANGDONG,
    NOW,
    TYPHOON,
    close,
    find,
)

TABLE = Table()


# --- opening plans ---------------------------------------------------------------------------------


@TABLE.enter("station visit hold", *VISIT, "choosing", "grouped", "cancelled", "ended")
def close_and_move(_w):
    return close(Choice.MOVE, now=NOW)


@TABLE.enter("station visit", *VISIT, "choosing")
def close_and_cancel(_w):
    return close(Choice.CANCEL, now=NOW)


@TABLE.enter("station visit entry", *VISIT)
def close_and_ask(_w):
    return close(Choice.ASK, now=NOW)


@TABLE.enter("station", *VISIT)
def close_and_keep(_w):
    return close(Choice.KEEP, now=NOW)


@TABLE.enter("station visit", *VISIT, "choosing", "grouped", "cancelled", "ended")
def fewer_desks(_w):
    day = date.fromisoformat(DAY)
    return close(Choice.MOVE, now=NOW, edit=DayEdit(day, (DatedPeriod(day, time(9), time(17), 1),)))


@TABLE.enter("station", *VISIT)
def shorter_week(_w):
    week = tuple(WeeklyPeriod(day, time(9), time(16), 2) for day in range(5))
    return close(Choice.MOVE, now=NOW, edit=WeekEdit(week))


@TABLE.enter("station", *VISIT)
def desk_groups(_w):
    service = next(o.service_id for o in find(Station, slug=CENTRAL).offers)
    group = ServingDesks(1, TYPHOON, frozenset({service}))
    return close(Choice.CANCEL, now=NOW, edit=GroupsEdit((group,)))


@TABLE.enter("station", *VISIT)
def one_desk_more(_w):
    return close(None, now=NOW, edit=DeskEdit(date(2026, 11, 24), date(2026, 11, 27)))


@TABLE.enter("station", *VISIT)
def open_again(_w):
    row = db.session.scalars(select(Closure).order_by(Closure.id)).first()
    if row is None:
        raise PlanChanged
    closed = ClosedInterval(Interval(row.starts_at, row.ends_at), row.reason)
    return close(None, now=NOW, edit=ClosureRemoval(row.id, closed))


@TABLE.enter("station", *VISIT)
def day_off(_w):
    seen = calendar.read_year(2026)
    day = DaySeed(date(2026, 11, 24), CalendarDayKind.DAY_OFF, TYPHOON, None)
    others = tuple(one for one in seen.days if one.day != day.day)
    year = replace(seen, days=(*others, day))
    return save_calendar(CalendarEdit(year), seen.fingerprint, "ada", Decisions(for_all=Choice.MOVE), now=NOW)


@TABLE.enter("station visit message entry", "moved", "asked", "ended")
def undo_plan(w):
    return undo_batch(w.batch, username="ada", now=NOW)


@TABLE.enter("station entry", *EVERYWHERE)
def retire(_w):
    return publishing.retire(JIANGDONG, username="ada", now=NOW)
