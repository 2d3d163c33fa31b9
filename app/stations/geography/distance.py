"""How far a service point is, and how sure that is. PURE, and the only user of geopy's lengths.

Positions are WGS-84 degrees with a radius of uncertainty; all lengths are metres.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Generic, Protocol, TypeVar

from geopy.distance import geodesic, great_circle

# The sphere and the ellipsoid differ by less than this share of a distance.
SPHERE_ERROR = 0.006
# Kept, for it works out the series of the ellipsoid when it is made.
_ellipsoid = geodesic()
STEPS = (10, 50, 100, 500, 1000, 5000, 10_000)


@dataclass(frozen=True, slots=True)
class Point:
    """A position and the radius within which it is true."""

    lat: float
    lon: float
    precision_m: int = 0

    def __post_init__(self) -> None:
        if not (abs(self.lat) <= 90 and abs(self.lon) <= 180):  # refuses nan as well
            raise ValueError(f"not a position: {self.lat}, {self.lon}")
        if self.precision_m < 0:
            raise ValueError("a radius cannot be negative")


class Positioned(Protocol):
    """What has a position: a Station, a Place, a Point."""

    @property
    def lat(self) -> float: ...
    @property
    def lon(self) -> float: ...
    @property
    def precision_m(self) -> int: ...


T = TypeVar("T", bound=Positioned)


@dataclass(frozen=True, slots=True)
class Ranked(Generic[T]):
    """One service point seen from an origin; the true distance is within `uncertainty_m` of `distance_m`."""

    station: T
    distance_m: float
    uncertainty_m: int
    could_be_nearest: bool

    @property
    def least_m(self) -> float:
        return max(0.0, self.distance_m - self.uncertainty_m)

    @property
    def most_m(self) -> float:
        return self.distance_m + self.uncertainty_m


@dataclass(frozen=True, slots=True)
class RoundedDistance:
    """A distance fit for words: "about 3 km", "less than 5 km" (`under`), "1.8 km" (`certain`)."""

    metres: int
    certain: bool
    under: bool = False


def metres(a: Positioned, b: Positioned) -> float:
    """Return the length of the shortest way over the ellipsoid."""
    return _measured((a.lat, a.lon), (b.lat, b.lon))


@lru_cache(maxsize=20_000)
def _measured(a: tuple[float, float], b: tuple[float, float]) -> float:
    # Most people start from a place with a name: the same ways are asked for again and again.
    return 1000 * float(_ellipsoid.measure(a, b))


def rank(origin: Positioned, stations: Iterable[T], *, limit: int | None = None) -> list[Ranked[T]]:
    """Return the stations nearest first; equal distances keep their order.

    With a limit the sphere sorts out most of them cheaply, and only those left are measured exactly.
    """
    measured = sorted(
        ((metres(origin, s), s) for s in _narrowed(origin, list(stations), limit)), key=lambda pair: pair[0]
    )
    if not measured:
        return []
    # Whichever station is nearest in truth, it is no farther than this.
    bound = min(distance + origin.precision_m + s.precision_m for distance, s in measured)
    ranked = []
    for distance, station in measured[:limit]:
        uncertainty = origin.precision_m + station.precision_m
        ranked.append(Ranked(station, distance, uncertainty, distance - uncertainty <= bound))
    return ranked


def among(ranked: Sequence[Ranked[T]]) -> list[Ranked[T]]:
    """Say anew which could be the nearest, when only these are left of a ranking."""
    bound = min((r.most_m for r in ranked), default=0.0)
    return [replace(r, could_be_nearest=r.distance_m - r.uncertainty_m <= bound) for r in ranked]


def _narrowed(origin: Positioned, stations: list[T], limit: int | None) -> list[T]:
    if limit is None or limit >= len(stations) or limit < 1:
        return stations
    rough = [float(great_circle((origin.lat, origin.lon), (s.lat, s.lon)).meters) for s in stations]
    reach = sorted(rough)[limit - 1] * (1 + SPHERE_ERROR) / (1 - SPHERE_ERROR)
    return [s for r, s in zip(rough, stations, strict=True) if r <= reach]


def about(distance_m: float, uncertainty_m: float) -> RoundedDistance:
    """Round a distance to what is known of it; never finer than a walker cares for."""
    certain = uncertainty_m < _walking_step(distance_m)
    step = _walking_step(distance_m) if certain else _step_within(uncertainty_m)
    rounded = step * math.floor(distance_m / step + 0.5)
    if rounded == 0:
        return RoundedDistance(step, certain, under=True)
    return RoundedDistance(rounded, certain)


def _walking_step(distance_m: float) -> int:
    """Return the finest rounding that reads well: 10 m up to 1 km, 100 m up to 10 km, then 1 km."""
    if distance_m < 1000:
        return 10
    return 100 if distance_m < 10_000 else 1000


def _step_within(uncertainty_m: float) -> int:
    return max((step for step in STEPS if step <= uncertainty_m), default=STEPS[0])
