"""The schematic: one small picture of the network, made on the server, for every browser.

It has no outside parts and needs no script, so it is also what people see when the large map cannot run.
Lengths in the picture are its own units; one unit is METRES_PER_UNIT on the ground.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from app.maps.coastline import rings
from app.maps.lines import clipped, simplified
from app.maps.points import MapPoint
from app.maps.spread import Position, spread

WIDTH, HEIGHT = 400, 236
METRES_PER_UNIT = 108.0
CENTRE_LAT, CENTRE_LON = 20.005, 110.268
METRES_PER_DEGREE = 111_320.0  # of latitude; a flat picture of 45 km needs no better
FINEST_DETAIL = 0.55  # of the coastline, in units

PIN, MAIN_PIN = 14.0, 17.0  # a finger must find them on a phone, where a unit is 0.8 pixels
PIN_GAP = 30.0
MOST_PINS = 60  # more cannot be told apart on a small picture: they become dots, and the list has the names
RING_KM = (5, 10)


@dataclass(frozen=True, slots=True)
class Pin:
    """A place: `x, y` is where its number stands, `true_x, true_y` the middle of where it may be."""

    point: MapPoint
    x: float
    y: float
    true_x: float
    true_y: float
    radius: float
    area: float  # radius of the dashed circle; 0 where the position is confirmed

    @property
    def led(self) -> bool:
        """Whether a line must lead from the number to the place."""
        return math.hypot(self.x - self.true_x, self.y - self.true_y) > max(self.radius * 0.6, self.area)


@dataclass(frozen=True, slots=True)
class Mark:
    """A word for orientation, a symbol of the same name beside it."""

    code: str
    x: float
    y: float
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class DistanceRing:
    km: int
    x: float
    y: float
    radius: float

    @property
    def label_y(self) -> float:
        return round(self.y + self.radius, 1)


@dataclass(frozen=True, slots=True)
class Schematic:
    width: int
    height: int
    land: str  # the d of an SVG path
    distance_rings: tuple[DistanceRing, ...]
    marks: tuple[Mark, ...]
    pins: tuple[Pin, ...]
    dots: str = ""  # the d of an SVG path: each is a place without a number


# WGS-84, as in the gazetteer; the words themselves are in the template, to be translated.
ORIENTATION = (
    ("strait", 20.1, 110.215),
    ("railway", 20.02944, 110.1575),
    ("airport", 19.9349, 110.459),
)


def draw(points: Sequence[MapPoint]) -> Schematic:
    """Return the picture of these points; of many only the main ones have a number."""
    numbered = [point for point in points if point.main] if len(points) > MOST_PINS else points
    return Schematic(
        width=WIDTH,
        height=HEIGHT,
        land=land_path(),
        distance_rings=_distance_rings(points),
        marks=tuple(Mark(code, *_rounded(project(lat, lon)), lat, lon) for code, lat, lon in ORIENTATION),
        pins=_pins(numbered[:MOST_PINS]),
        dots=_dots(points) if len(points) > MOST_PINS else "",
    )


def project(lat: float, lon: float) -> Position:
    """Return where a WGS-84 position falls in the picture, x to the east and y to the south."""
    metres_x = (lon - CENTRE_LON) * METRES_PER_DEGREE * math.cos(math.radians(CENTRE_LAT))
    metres_y = (CENTRE_LAT - lat) * METRES_PER_DEGREE
    return WIDTH / 2 + metres_x / METRES_PER_UNIT, HEIGHT / 2 + metres_y / METRES_PER_UNIT


def _pins(points: Sequence[MapPoint]) -> tuple[Pin, ...]:
    true = [project(point.lat, point.lon) for point in points]
    pins = []
    for point, here, there in zip(points, spread(true, gap=PIN_GAP), true, strict=True):
        x, y = _rounded(here)
        true_x, true_y = _rounded(there)
        area = 0.0 if point.sharp else round(point.precision_m / METRES_PER_UNIT, 1)
        pins.append(Pin(point, x, y, true_x, true_y, MAIN_PIN if point.main else PIN, area))
    return tuple(pins)


def _dots(points: Iterable[MapPoint]) -> str:
    """Return a line of no length for each place that falls into the picture; round ends make it a dot."""
    places = {_rounded(project(point.lat, point.lon)) for point in points}
    inside = sorted((x, y) for x, y in places if 0 <= x <= WIDTH and 0 <= y <= HEIGHT)
    return "".join(f"M{x:g} {y:g}h0" for x, y in inside)


def _distance_rings(points: Iterable[MapPoint]) -> tuple[DistanceRing, ...]:
    for point in points:
        if point.main:
            x, y = _rounded(project(point.lat, point.lon))
            return tuple(DistanceRing(km, x, y, round(km * 1000 / METRES_PER_UNIT, 1)) for km in RING_KM)
    return ()


# --- the coastline ---------------------------------------------------------------------------------


@cache
def land_path() -> str:
    """Return the land within the picture as the d of one SVG path, with no more detail than can be seen."""
    parts = []
    for ring in rings():
        corners = clipped([project(lat, lon) for lon, lat in ring], WIDTH, HEIGHT)
        corners = simplified(corners, FINEST_DETAIL) if corners else []
        if len(corners) > 3 and _spans(corners) > 2:
            parts.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners[:-1]) + "Z")
    return "".join(parts)


def _spans(corners: Sequence[Position]) -> float:
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return max(max(xs) - min(xs), max(ys) - min(ys))


def _rounded(position: Position) -> Position:
    return round(position[0], 1), round(position[1], 1)
