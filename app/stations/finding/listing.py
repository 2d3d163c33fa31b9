"""A page of service points: nearest first, or as published; only those that have what is wanted."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import bindparam, select

from app.db import Base, run
from app.stations.finding.nearby import StationSpot, nearest
from app.stations.finding.remembered import stations_with
from app.stations.finding.wanted import Wanted, conditions
from app.stations.geography.distance import Positioned, Ranked, among
from app.stations.hours.opening_hours import next_opening, open_at
from app.stations.hours.plans import plans_of
from app.stations.models import Station

# Whether a door is open is decided point by point: so many are looked at, the nearest first.
MOST_LOOKED_AT = 200
MOST_RANKED = 2001
_columns = Base.metadata.tables["stations"].c


@dataclass(frozen=True, slots=True)
class Question:
    """Where from, what for, and open at which moment; all of it may be left out."""

    wanted: Wanted = field(default_factory=Wanted)
    origin: Positioned | None = None
    open_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """`ranked` is by station id and empty without an origin; `more` says that others follow."""

    stations: list[Station]
    ranked: dict[int, Ranked[StationSpot]] = field(default_factory=dict)
    more: bool = False


@dataclass(frozen=True, slots=True)
class OpenFacts:
    """A station's row, as far as it decides whether the door is open."""

    id: int
    plan_version: int
    timezone: str
    confirmed: bool


def list_page(asked: Question, *, start: int = 0, count: int) -> Listing:
    """Return so many points from this place in the order on; a few statements, however many there are."""
    end = start + count
    versions, ranked = _fitting(asked, end + 1)
    by_id = {r.station.id: r for r in ranked}
    shown = dict(islice(versions.items(), start, end))
    return Listing(stations_with(shown), by_id, more=len(versions) > end)


# The version of each point's plan by its id, in order.
Versions = dict[int, int]


def _fitting(asked: Question, wanted: int) -> tuple[Versions, list[Ranked[StationSpot]]]:
    """Return the points in order; for open doors a second, longer look where the first finds too few."""
    if asked.open_at is None:
        return _candidates(asked, wanted)
    for looked_at in (2 * wanted, max(MOST_LOOKED_AT, wanted)):
        versions, ranked = _candidates(asked, looked_at)
        opened = _open_ones(versions, asked.open_at)
        if len(opened) >= wanted or len(versions) < looked_at:
            break
    return opened, among([r for r in ranked if r.station.id in opened])


def _candidates(asked: Question, count: int) -> tuple[Versions, list[Ranked[StationSpot]]]:
    count = min(count, MOST_RANKED)
    if asked.origin is None:
        return _in_order(asked.wanted, count), []
    ranked = nearest(asked.origin, asked.wanted, count=count)
    return {r.station.id: r.station.plan_version for r in ranked}, ranked


def first_to_open(asked: Question, *, now: datetime) -> tuple[Station, datetime] | None:
    """Return the point that opens first after now among the nearest ones whose hours are confirmed."""
    listed = list_page(Question(asked.wanted, asked.origin), count=MOST_LOOKED_AT // 4)
    known = [station for station in listed.stations if station.hours_confirmed_on]
    plans = plans_of(known)
    opening = [(found.start, s) for s in known if (found := next_opening(plans[s.id], now))]
    starts_at, station = min(opening, key=lambda pair: pair[0], default=(None, None))
    return (station, starts_at) if station and starts_at else None


def _in_order(wanted: Wanted, count: int) -> Versions:
    statement = _ordered(wanted.service is not None, bool(wanted.language), wanted.step_free)
    rows = run(statement, {**wanted.values, "most": count})
    return {row[0]: row[1] for row in rows}


@lru_cache
def _ordered(service: bool, language: bool, step_free: bool) -> Any:
    asked = conditions(Wanted(0 if service else None, "x" if language else "", step_free))
    rows = select(_columns.id, _columns.plan_version).where(*asked)
    return rows.order_by(_columns.number, _columns.id).limit(bindparam("most"))


_DOORS = select(
    _columns.id, _columns.plan_version, _columns.timezone, _columns.hours_confirmed_on.is_not(None)
).where(_columns.id.in_(bindparam("ids", expanding=True)))


def _open_ones(versions: Versions, moment: datetime) -> Versions:
    """Return those whose confirmed hours hold the moment, in the same order."""
    doors = [OpenFacts(*row) for row in run(_DOORS, {"ids": list(versions)})] if versions else []
    known = [door for door in doors if door.confirmed]
    plans = plans_of(known)
    opened = {door.id for door in known if open_at(plans[door.id], moment)}
    return {id_: version for id_, version in versions.items() if id_ in opened}
