"""What desks are taken. The one place that writes `desk_usage`; call its writers inside `transact()`."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Protocol
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

from app.appointments.availability.slots import Candidate, Line, cell_of, cells_of, start_of
from app.appointments.models import DeskUsage, HoldStatus
from app.db import Base, db, json_list, locking, run
from app.interval import Interval
from app.stations.hours import plans
from app.stations.hours.opening_hours import open_intervals
from app.stations.models import Station


class DeskTaker(Protocol):
    """What takes desks: a visit or a hold."""

    @property
    def station_id(self) -> int: ...
    @property
    def desk_group(self) -> int: ...
    @property
    def interval(self) -> Interval: ...
    @property
    def desks(self) -> int: ...


def take(station_id: int, candidate: Candidate, *, desks: int) -> bool:
    """Take desks in every cell of a slot. False when it is full: then nothing of this transaction may stay.

    One conditional statement decides. It is held to the plan as read and to the capacity as
    stored, and the table's check stands behind both.
    """
    if min(candidate.desks) < desks:
        return False
    values = {"station": station_id, "group": candidate.desk_group, "wanted": desks}
    for i, there in enumerate(candidate.desks):
        values[f"cell{i}"], values[f"desks{i}"] = candidate.first_cell + i, there
    changed = db.session.execute(_take_statement(len(candidate.desks)), values)
    return changed.rowcount == len(candidate.desks)  # type: ignore[attr-defined, no-any-return]


@lru_cache
def _take_statement(count: int) -> TextClause:
    rows = ", ".join(f"(:station, :group, :cell{i}, :wanted, :desks{i})" for i in range(count))
    return text(
        # Only digits are put into this text; every value is bound.
        f"INSERT INTO desk_usage (station_id, desk_group, cell, taken, capacity) VALUES {rows} "  # noqa: S608
        "ON CONFLICT (station_id, desk_group, cell) DO UPDATE SET taken = desk_usage.taken + excluded.taken "
        "WHERE desk_usage.taken + excluded.taken <= desk_usage.capacity "
        "AND desk_usage.taken + excluded.taken <= excluded.capacity"
    )


def give_back(owner: DeskTaker) -> None:
    """Free the desks of a visit or hold in every cell it covered."""
    cells = cells_of(owner.interval)
    changed = db.session.execute(
        update(DeskUsage)
        .where(DeskUsage.station_id == owner.station_id, DeskUsage.desk_group == owner.desk_group)
        .where(DeskUsage.cell.between(cells.start, cells.stop - 1))
        .values(taken=DeskUsage.taken - owner.desks)
    )
    if changed.rowcount != len(cells):  # type: ignore[attr-defined]
        raise RuntimeError("desk usage does not match what was taken")


# Built once, of columns and not of models: putting a statement together and passing its rows
# through the mapper costs more than running it.
_usage, _holds = Base.metadata.tables["desk_usage"].c, Base.metadata.tables["holds"].c


def _ran_out(station_id: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    return _holds.status == HoldStatus.OPEN, station_id, _holds.expires_at <= bindparam("now")


def _taken(ours: ColumnElement[bool], holds_ours: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Return one row: stations, groups, cells and counts side by side, and whether a hold there ran out."""
    return select(
        json_list(_usage.station_id),
        json_list(_usage.desk_group),
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
_one_group: BindParameter[int] = bindparam("group")
_groups: BindParameter[Any] = bindparam("groups", expanding=True)
_TAKEN_AT_ONE = _taken(
    (_usage.station_id == _one) & (_usage.desk_group == _one_group), _holds.station_id == _one
)
_TAKEN = _taken(_usage.station_id.in_(_many) & _usage.desk_group.in_(_groups), _holds.station_id.in_(_many))
_EXPIRED = select(_holds.station_id, _holds.desk_group, _holds.starts_at, _holds.ends_at, _holds.desks).where(
    *_ran_out(_holds.station_id.in_(_many))
)


def taken_in(
    lines: Iterable[Line], span: Interval, *, now: datetime, least: int = 1
) -> Mapping[Line, Mapping[int, int]]:
    """Return desks taken by line and cell, of cells where at least so many are.

    Holds that ran out count as free before they are released.
    """
    wanted, cells = set(lines), cells_of(span)
    which, statement = _which(wanted)
    values = {**which, "first": cells.start, "last": cells.stop - 1, "least": least, "now": now}
    stations, groups, found, counts, any_ran_out = run(statement, values).one()
    taken: dict[Line, dict[int, int]] = defaultdict(dict)
    if len(wanted) == 1:
        taken[next(iter(wanted))] = dict(zip(found or (), counts or (), strict=True))
    else:
        rows = zip(stations or (), groups or (), found or (), counts or (), strict=True)
        for station_id, group, cell, count in rows:
            taken[station_id, group][cell] = count
    if any_ran_out:
        _leave_out_expired(taken, wanted, now=now)
    return taken


def _which(lines: Set[Line]) -> tuple[dict[str, Any], Select[*tuple[Any, ...]]]:
    """Return the statement that reads these lines, and what names them; it may tell of others too."""
    if len(lines) == 1:
        [(station_id, group)] = lines
        return {"id": station_id, "group": group}, _TAKEN_AT_ONE
    stations, groups = ({line[i] for line in lines} for i in (0, 1))
    return {"ids": list(stations), "groups": list(groups)}, _TAKEN


def _leave_out_expired(taken: Mapping[Line, dict[int, int]], lines: Set[Line], *, now: datetime) -> None:
    ids = {station_id for station_id, _group in lines}
    for station_id, group, starts_at, ends_at, desks in run(_EXPIRED, {"ids": list(ids), "now": now}):
        cells = taken.get((station_id, group), {})
        for cell in cells_of(Interval(starts_at, ends_at)):
            if cell in cells:
                cells[cell] -= desks


def refit(station: Station, *, now: datetime) -> None:
    """Bring stored capacities in line after the plan changed. Hold the station's row lock.

    Where more is taken than the new plan has desks, the stored capacity stays at what is taken:
    nobody loses a place, and `take` is held to the plan, so nobody gets a new one.
    """
    plan = plans.read_plan(station.id, station.timezone)
    ahead = select(DeskUsage).where(DeskUsage.station_id == station.id, DeskUsage.cell >= cell_of(now))
    rows = db.session.scalars(locking(ahead.order_by(DeskUsage.desk_group, DeskUsage.cell))).all()
    desks: dict[tuple[int, int], int] = {}
    for group, day in {(row.desk_group, _day_of(row.cell, plan.timezone)) for row in rows}:
        for part in open_intervals(plan, day, group):
            desks.update(((group, cell), part.desks) for cell in cells_of(part.interval))
    for row in rows:
        row.capacity = max(row.taken, desks.get((row.desk_group, row.cell), 0))


def _day_of(cell: int, zone: ZoneInfo) -> date:
    return start_of(cell).astimezone(zone).date()
