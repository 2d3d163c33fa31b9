"""The service points nearest to a position, in time that hardly grows with their number.

First a box on the index of latitude and longitude leaves a few rows, which the database sorts as on a
sphere; then those few are measured over the ellipsoid. This is the same on every database, and right
over the antimeridian and near the poles.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, bindparam, case, func, literal, or_, select

from app.db import Base, db, run
from app.stations.finding.wanted import Wanted, conditions
from app.stations.geography.area import Box, box_around, direction
from app.stations.geography.distance import Positioned, Ranked, rank

RADII_M = tuple(1000.0 * 4**step for step in range(8))
HALF_THE_EARTH_M = 20_100_000.0
# The sphere and the ellipsoid may put close calls in another order: so many more are measured.
MORE_MEASURED = 40
_table = Base.metadata.tables["stations"]
_columns = _table.c


@dataclass(frozen=True, slots=True)
class StationSpot:
    """A station's row, as far as it is needed to measure."""

    id: int
    lat: float
    lon: float
    precision_m: int
    plan_version: int


# How far the last search of the same kind had to look: mostly that is enough again, and saves a statement.
_reaches: dict[tuple[Engine, Wanted, int], float] = {}
MOST_REMEMBERED = 1000


def nearest(origin: Positioned, wanted: Wanted, *, count: int) -> list[Ranked[StationSpot]]:
    """Return so many points that have what is wanted, nearest first; fewer where there are no more."""
    key = (db.engine, wanted, count)
    reach = _reaches.get(key)
    ranked = _ranked_within(reach, origin, wanted, count) if reach else None
    if ranked is None:
        ranked = _ranked_within(_enough(origin, wanted, count), origin, wanted, count)
    if ranked is None:  # points went away between the statements
        ranked = _ranked_within(HALF_THE_EARTH_M, origin, wanted, count) or []
    if len(_reaches) >= MOST_REMEMBERED:
        _reaches.clear()
    _reaches[key] = max(2 * ranked[-1].distance_m, RADII_M[0]) if len(ranked) == count else HALF_THE_EARTH_M
    return ranked


def _ranked_within(
    radius: float, origin: Positioned, wanted: Wanted, count: int
) -> list[Ranked[StationSpot]] | None:
    """Return the nearest points, or None when there may be nearer ones outside the radius."""
    x, y, z = direction(origin.lat, origin.lon)
    more = {"x": x, "y": y, "z": z, "most": count + MORE_MEASURED}
    edges = _edges(box_around(origin, radius), "")
    rows = run(_spots(*_asked(wanted)), {**wanted.values, **edges, **more})
    ranked = rank(origin, [StationSpot(*row) for row in rows], limit=count)
    if radius >= HALF_THE_EARTH_M:
        return ranked
    whole = len(ranked) == count and ranked[-1].distance_m <= radius
    return ranked if whole else None


def _enough(origin: Positioned, wanted: Wanted, count: int) -> float:
    """Return a radius that holds so many points, or all there are; found in one statement."""
    boxes = [box_around(origin, radius) for radius in RADII_M]
    values: dict[str, Any] = {**wanted.values, "count": count}
    for step, box in enumerate(boxes):
        values |= _edges(box, str(step))
    step = run(_first_step(*_asked(wanted)), values).scalar_one()
    return HALF_THE_EARTH_M if step < 0 else boxes[step].reach_m


def _asked(wanted: Wanted) -> tuple[bool, bool, bool]:
    return wanted.service is not None, bool(wanted.language), wanted.step_free


def _example(service: bool, language: bool, step_free: bool) -> Wanted:
    return Wanted(0 if service else None, "x" if language else "", step_free)


@lru_cache
def _first_step(service: bool, language: bool, step_free: bool) -> Any:
    """Return the statement for the first box that holds enough; below 0 when there are not so many at all.

    The branches of a CASE are tried one after the other: larger boxes are not looked at.
    """
    asked = conditions(_example(service, language, step_free))
    branches = [(_counted(asked) < bindparam("count"), -1)]
    for step in range(len(RADII_M)):
        branches.append((_counted([_inside(str(step)), *asked]) >= bindparam("count"), step))
    return select(case(*branches, else_=-1))


def _counted(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[int]:
    rows = select(literal(1)).select_from(_table).where(and_(True, *conditions)).limit(bindparam("count"))
    return select(func.count()).select_from(rows.subquery()).scalar_subquery()


def _inside(name: str) -> ColumnElement[bool]:
    west, east = _columns.lon >= bindparam(f"west{name}"), _columns.lon <= bindparam(f"east{name}")
    again = _columns.lon.between(bindparam(f"west{name}b"), bindparam(f"east{name}b"))
    lats = _columns.lat.between(bindparam(f"south{name}"), bindparam(f"north{name}"))
    return and_(lats, or_(and_(west, east), again))


def _edges(box: Box, name: str) -> Mapping[str, float]:
    (west, east), (west_b, east_b) = box.lons
    return {
        f"south{name}": box.south,
        f"north{name}": box.north,
        f"west{name}": west,
        f"east{name}": east,
        f"west{name}b": west_b,
        f"east{name}b": east_b,
    }


@lru_cache
def _spots(service: bool, language: bool, step_free: bool) -> Any:
    asked = conditions(_example(service, language, step_free))
    near = _columns.x * bindparam("x") + _columns.y * bindparam("y") + _columns.z * bindparam("z")
    asked = [_inside(""), *asked]
    spot = (_columns.id, _columns.lat, _columns.lon, _columns.precision_m, _columns.plan_version)
    rows = select(*spot).where(*asked)
    return rows.order_by(near.desc(), _columns.id).limit(bindparam("most"))
