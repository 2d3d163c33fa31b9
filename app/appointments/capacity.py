"""What desks are taken. The one place that writes `desk_usage`; call its writers inside `transact()`."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    TextClause,
    bindparam,
    exists,
    select,
    text,
    update,
)

from app.appointments.models import DeskUsage, HoldStatus
from app.appointments.slots import Candidate, cell_of, cells_of, start_of
from app.db import Base, db, json_list, run
from app.interval import Interval
from app.stations import plans
from app.stations.models import Station
from app.stations.opening_hours import open_intervals


def take(station_id: int, candidate: Candidate, *, party_size: int) -> bool:
    """Take desks in every cell of a slot. False when it is full: then nothing of this transaction may stay.

    One conditional statement decides. It is held to the plan as read and to the capacity as
    stored, and the table's check stands behind both.
    """
    if min(candidate.desks) < party_size:
        return False
    values = {"station": station_id, "party": party_size}
    for i, desks in enumerate(candidate.desks):
        values[f"cell{i}"], values[f"desks{i}"] = candidate.first_cell + i, desks
    changed = db.session.execute(_take_statement(len(candidate.desks)), values)
    return changed.rowcount == len(candidate.desks)  # type: ignore[attr-defined, no-any-return]


@lru_cache
def _take_statement(count: int) -> TextClause:
    rows = ", ".join(f"(:station, :cell{i}, :party, :desks{i})" for i in range(count))
    return text(
        # Only digits are put into this text; every value is bound.
        f"INSERT INTO desk_usage (station_id, cell, taken, capacity) VALUES {rows} "  # noqa: S608
        "ON CONFLICT (station_id, cell) DO UPDATE SET taken = desk_usage.taken + excluded.taken "
        "WHERE desk_usage.taken + excluded.taken <= desk_usage.capacity "
        "AND desk_usage.taken + excluded.taken <= excluded.capacity"
    )


def give_back(station_id: int, interval: Interval, *, party_size: int) -> None:
    """Free the desks of a visit or hold in every cell it covered."""
    cells = cells_of(interval)
    changed = db.session.execute(
        update(DeskUsage)
        .where(DeskUsage.station_id == station_id, DeskUsage.cell.between(cells.start, cells.stop - 1))
        .values(taken=DeskUsage.taken - party_size)
    )
    if changed.rowcount != len(cells):  # type: ignore[attr-defined]
        raise RuntimeError("desk usage does not match what was taken")


# Built once, of columns and not of models: putting a statement together and passing its rows
# through the mapper costs more than running it.
_usage, _holds = Base.metadata.tables["desk_usage"].c, Base.metadata.tables["holds"].c


def _ran_out(station_id: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    return _holds.status == HoldStatus.OPEN, station_id, _holds.expires_at <= bindparam("now")


def _taken(ours: ColumnElement[bool], holds_ours: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Return one row: stations, cells and counts side by side, and whether a hold there ran out."""
    return select(
        json_list(_usage.station_id),
        json_list(_usage.cell),
        json_list(_usage.taken),
        exists().where(*_ran_out(holds_ours)),
    ).where(
        ours,
        _usage.cell.between(bindparam("first"), bindparam("last")),
        _usage.taken >= bindparam("least"),
    )


_one: BindParameter[int] = bindparam("id")
_many: BindParameter[Any] = bindparam("ids", expanding=True)
_TAKEN_AT_ONE = _taken(_usage.station_id == _one, _holds.station_id == _one)
_TAKEN = _taken(_usage.station_id.in_(_many), _holds.station_id.in_(_many))
_EXPIRED = select(_holds.station_id, _holds.starts_at, _holds.ends_at, _holds.party_size).where(
    *_ran_out(_holds.station_id.in_(_many))
)


def taken_in(
    station_ids: Iterable[int], span: Interval, *, now: datetime, least: int = 1
) -> Mapping[int, Mapping[int, int]]:
    """Return desks taken by station and cell, of cells where at least so many are.

    Holds that ran out count as free before they are released.
    """
    ids, cells = list(station_ids), cells_of(span)
    which, statement = ({"id": ids[0]}, _TAKEN_AT_ONE) if len(ids) == 1 else ({"ids": ids}, _TAKEN)
    wanted = {**which, "first": cells.start, "last": cells.stop - 1, "least": least, "now": now}
    stations, found, counts, any_ran_out = run(statement, wanted).one()
    taken: dict[int, dict[int, int]] = defaultdict(dict)
    if len(ids) == 1:
        taken[ids[0]] = dict(zip(found or (), counts or (), strict=True))
    else:
        for station_id, cell, count in zip(stations or (), found or (), counts or (), strict=True):
            taken[station_id][cell] = count
    if any_ran_out:
        _leave_out_expired(taken, ids, now=now)
    return taken


def _leave_out_expired(taken: Mapping[int, dict[int, int]], ids: list[int], *, now: datetime) -> None:
    for station_id, starts_at, ends_at, party_size in run(_EXPIRED, {"ids": ids, "now": now}):
        for cell in cells_of(Interval(starts_at, ends_at)):
            if cell in taken[station_id]:
                taken[station_id][cell] -= party_size


def refit(station: Station, *, now: datetime) -> None:
    """Bring stored capacities in line after the plan changed. Hold the station's row lock.

    Where more is taken than the new plan has desks, the stored capacity stays at what is taken:
    nobody loses a place, and `take` is held to the plan, so nobody gets a new one.
    """
    plan = plans.read_plan(station.id, station.timezone)
    rows = db.session.scalars(
        select(DeskUsage).where(DeskUsage.station_id == station.id, DeskUsage.cell >= cell_of(now))
    ).all()
    desks: dict[int, int] = {}
    for day in {_day_of(row.cell, plan.timezone) for row in rows}:
        for part in open_intervals(plan, day):
            desks.update(dict.fromkeys(cells_of(part.interval), part.desks))
    for row in rows:
        row.capacity = max(row.taken, desks.get(row.cell, 0))


def _day_of(cell: int, zone: ZoneInfo) -> date:
    return start_of(cell).astimezone(zone).date()
