"""Boxes of latitude and longitude around a position, as any database's index can search them. PURE.

A box holds the whole circle that it is made for, over the antimeridian and over a pole too. Its corners
reach farther than the circle: what lies there is sorted out by measuring.
"""

import math
from dataclasses import dataclass

from app.stations.geography.distance import SPHERE_ERROR, Positioned

EARTH_RADIUS_M = 6_371_009
WHOLE = (-180.0, 180.0)
NOTHING = (1.0, 0.0)


@dataclass(frozen=True, slots=True)
class Box:
    """Degrees. `lons` are two stretches: the second is empty unless the box crosses the antimeridian.

    Nothing in the box is farther than `reach_m` from its middle.
    """

    south: float
    north: float
    lons: tuple[tuple[float, float], tuple[float, float]]
    reach_m: float

    def holds(self, place: Positioned) -> bool:
        return self.south <= place.lat <= self.north and any(w <= place.lon <= e for w, e in self.lons)


def box_around(middle: Positioned, radius_m: float) -> Box:
    """Return a box that holds every place within the radius, measured over the ellipsoid."""
    angle = min(radius_m * (1 + SPHERE_ERROR) / EARTH_RADIUS_M, math.pi)
    south, north = middle.lat - math.degrees(angle), middle.lat + math.degrees(angle)
    half = _half_width(middle.lat, angle) if south > -90 and north < 90 else 180.0
    south, north = max(south, -90.0), min(north, 90.0)
    # Farthest is a corner, or the other side of the earth where a box of all longitudes has it.
    antipode = min(max(-middle.lat, south), north)
    reach = max(_angle_between(middle.lat, lat, half) for lat in (south, north, antipode))
    return Box(south, north, _stretches(middle.lon, half), reach * EARTH_RADIUS_M * (1 + SPHERE_ERROR))


def _half_width(lat: float, angle: float) -> float:
    """Return how far a circle that holds no pole reaches to the east, in degrees."""
    return math.degrees(math.asin(min(1.0, math.sin(angle) / math.cos(math.radians(lat)))))


def _stretches(lon: float, half: float) -> tuple[tuple[float, float], tuple[float, float]]:
    west, east = lon - half, lon + half
    if half >= 180:
        return WHOLE, NOTHING
    if west <= -180:
        return (west + 360, 180.0), (-180.0, east)
    if east >= 180:
        return (west, 180.0), (-180.0, east - 360)
    return (west, east), NOTHING


def _angle_between(lat: float, other_lat: float, lon_apart: float) -> float:
    """Return the angle between two directions from the middle of the earth, by haversines."""
    a, b = math.radians(lat), math.radians(other_lat)
    chord = (
        math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(lon_apart) / 2) ** 2
    )
    return 2 * math.asin(math.sqrt(min(1.0, chord)))


def direction(lat: float, lon: float) -> tuple[float, float, float]:
    """Return the way from the middle of the earth as a vector of length one.

    Of two places the nearer one has the larger sum of products with a third one's vector: an order
    that a database can compute from three columns, without a seam at the antimeridian or a pole.
    """
    a, b = math.radians(lat), math.radians(lon)
    return math.cos(a) * math.cos(b), math.cos(a) * math.sin(b), math.sin(a)
