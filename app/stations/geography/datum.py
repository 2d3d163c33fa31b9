"""Positions of other maps as WGS-84, and back. PURE.

The store is WGS-84. Maps of the Chinese mainland are drawn in GCJ-02 (Amap, Tencent, Apple), a
shift of some 500 m that changes from place to place; Baidu's BD-09 is one more shift on top.
Outside the mainland nothing is shifted. All pairs are (latitude, longitude) in degrees.
"""

import math
from collections.abc import Callable
from enum import StrEnum

Degrees = tuple[float, float]


class Datum(StrEnum):
    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


SEMI_MAJOR_AXIS_M = 6_378_245.0  # of the Krasovsky ellipsoid, in which the shift is defined
ECCENTRICITY_SQUARED = 0.00669342162296594323
CENTRE = (35.0, 105.0)  # the shift is written around this point
BD_TURNS = math.pi * 3000 / 180
BD_OFFSET = (0.006, 0.0065)
CLOSE_ENOUGH = 1e-11  # degrees: a thousandth of a millimetre
MOST_STEPS = 20


def to_wgs84(position: Degrees, datum: Datum) -> Degrees:
    """Return where a position of this datum is in WGS-84; exact to well under a millimetre."""
    if datum is Datum.WGS84 or not in_mainland(position):
        return position
    return _inverted(_FROM_WGS84[datum], position)


def from_wgs84(position: Degrees, datum: Datum) -> Degrees:
    """Return what a map of this datum calls a WGS-84 position."""
    if datum is Datum.WGS84 or not in_mainland(position):
        return position
    return _FROM_WGS84[datum](position)


def in_mainland(position: Degrees) -> bool:
    """Say whether the maps shift this position: they take a box for the country."""
    lat, lon = position
    return 0.8293 <= lat <= 55.8271 and 72.004 <= lon <= 137.8347


def _gcj02(position: Degrees) -> Degrees:
    """Apply the published shift: metres north and east, made degrees on the ellipsoid."""
    lat, lon = position
    north_m, east_m = _shift_metres(lat - CENTRE[0], lon - CENTRE[1])
    sine = math.sin(math.radians(lat))
    flat = 1 - ECCENTRICITY_SQUARED * sine * sine
    meridian_m = SEMI_MAJOR_AXIS_M * (1 - ECCENTRICITY_SQUARED) / flat**1.5
    parallel_m = SEMI_MAJOR_AXIS_M / math.sqrt(flat) * math.cos(math.radians(lat))
    return lat + math.degrees(north_m / meridian_m), lon + math.degrees(east_m / parallel_m)


def _shift_metres(north: float, east: float) -> tuple[float, float]:
    bend = math.sqrt(abs(east))
    common = (20 * _wave(6, east) + 20 * _wave(2, east)) * 2 / 3
    to_north = -100 + 2 * east + 3 * north + 0.2 * north**2 + 0.1 * east * north + 0.2 * bend + common
    to_north += (20 * _wave(1, north) + 40 * _wave(1 / 3, north)) * 2 / 3
    to_north += (160 * _wave(1 / 12, north) + 320 * _wave(1 / 30, north)) * 2 / 3
    to_east = 300 + east + 2 * north + 0.1 * east**2 + 0.1 * east * north + 0.1 * bend + common
    to_east += (20 * _wave(1, east) + 40 * _wave(1 / 3, east)) * 2 / 3
    to_east += (150 * _wave(1 / 12, east) + 300 * _wave(1 / 30, east)) * 2 / 3
    return to_north, to_east


def _wave(turns: float, degrees: float) -> float:
    return math.sin(turns * degrees * math.pi)


def _bd09(position: Degrees) -> Degrees:
    """Apply Baidu's shift on top of GCJ-02: a small turn and stretch in polar coordinates, then a step."""
    lat, lon = _gcj02(position)
    radius = math.hypot(lon, lat) + 2e-5 * math.sin(lat * BD_TURNS)
    angle = math.atan2(lat, lon) + 3e-6 * math.cos(lon * BD_TURNS)
    return radius * math.sin(angle) + BD_OFFSET[0], radius * math.cos(angle) + BD_OFFSET[1]


_FROM_WGS84: dict[Datum, Callable[[Degrees], Degrees]] = {Datum.GCJ02: _gcj02, Datum.BD09: _bd09}


def _inverted(shift: Callable[[Degrees], Degrees], wanted: Degrees) -> Degrees:
    """Find what is shifted to `wanted`: shifts change slowly, so each step gains digits."""
    lat, lon = wanted
    for _ in range(MOST_STEPS):
        shifted = shift((lat, lon))
        lat_error, lon_error = shifted[0] - wanted[0], shifted[1] - wanted[1]
        lat, lon = lat - lat_error, lon - lon_error
        if abs(lat_error) < CLOSE_ENOUGH and abs(lon_error) < CLOSE_ENOUGH:
            break
    return lat, lon
