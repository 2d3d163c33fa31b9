"""The picture of the first page: the points by number and name, districts and trunk roads.

It is looked at, not used: the page's list has the links, the large map the rest. Lengths are the picture's
own units. What lies outside stands at the edge, with an arrow.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from app.maps.coastline import rings
from app.maps.lines import clipped, simplified
from app.maps.points import MapPoint
from app.maps.spread import Position, spread

WIDTH, HEIGHT = 480, 310
METRES_PER_UNIT = 47.0
CENTRE_LAT, CENTRE_LON = 20.014, 110.325
METRES_PER_DEGREE = 111_320.0
PIN, GAP, EDGE = 12.0, 30.0, 18.0
LETTER, LINE = 15, 16  # of the names
LONGEST_LINE = 150
STEPS = (0, -1, 1, -2, 2, -3, 3)  # half lines up and down, nearest first
MOST_NAMES = 12  # more would hide each other: then the main ones only

# Trunk roads by both ends and what lies between, in WGS-84: facts, taken singly; drawn straight.
ROADS = (
    ("binhai", ((20.0361, 110.1565), (20.0524, 110.2088), (20.0357, 110.2352), (20.0201, 110.2782),
                (20.0313, 110.3021), (20.0430, 110.3291))),
    ("nanhai", ((19.9972, 110.2776), (19.9987, 110.3045), (20.0002, 110.3333))),
    ("guoxing", ((20.0203, 110.3376), (20.0180, 110.3556), (20.0223, 110.3735))),
    ("yehai", ((19.9807, 110.2730), (19.9786, 110.3282), (19.9816, 110.3793))),
    ("longkun", ((20.0233, 110.3285), (20.0034, 110.3353), (19.9856, 110.3392))),
    ("qiongshan", ((20.0176, 110.3972), (20.0446, 110.4052), (20.0639, 110.4098))),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PictureWord:
    """A word in the picture: its lines, where the first stands, and how they are aligned there."""

    lines: tuple[str, ...]
    x: float
    y: float
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Drop:
    """A point: where its number stands, and whether it lies outside, in this direction in degrees."""

    point: MapPoint
    x: float
    y: float
    outside: int | None


@dataclass(frozen=True, slots=True)
class NetworkPicture:
    width: int
    height: int
    land: str
    roads: tuple[str, ...]
    quiet: tuple[PictureWord, ...]  # of districts and roads
    drops: tuple[Drop, ...]
    names: tuple[PictureWord, ...]


def draw(
    points: Sequence[MapPoint], districts: Iterable[tuple[str, float, float]], roads: Mapping[str, str]
) -> NetworkPicture:
    """Return the picture of these points, of districts as (name, lat, lon), and of roads by their names."""
    shown = points if len(points) <= MOST_NAMES else [point for point in points if point.main][:MOST_NAMES]
    drops = _drops(shown)
    taken = [_around(drop.x, drop.y) for drop in drops]
    names = tuple(_name(drop, taken) for drop in drops)
    lines = {code: [project(*corner) for corner in corners] for code, corners in ROADS}
    return NetworkPicture(
        WIDTH,
        HEIGHT,
        _land(),
        tuple(_line(corners) for corners in lines.values()),
        (*_districts(districts, taken), *_road_names(lines, roads, taken)),
        drops,
        names,
    )


def project(lat: float, lon: float) -> Position:
    east = (lon - CENTRE_LON) * METRES_PER_DEGREE * math.cos(math.radians(CENTRE_LAT))
    south = (CENTRE_LAT - lat) * METRES_PER_DEGREE
    return WIDTH / 2 + east / METRES_PER_UNIT, HEIGHT / 2 + south / METRES_PER_UNIT


def _drops(points: Sequence[MapPoint]) -> tuple[Drop, ...]:
    true = [project(point.lat, point.lon) for point in points]
    inside = [(min(max(x, EDGE), WIDTH - EDGE), min(max(y, EDGE), HEIGHT - EDGE)) for x, y in true]
    drops = []
    for point, there, (x, y), kept in zip(points, true, spread(inside, gap=GAP), inside, strict=True):
        away = math.hypot(there[0] - kept[0], there[1] - kept[1])
        angle = round(math.degrees(math.atan2(there[1] - kept[1], there[0] - kept[0])))
        drops.append(Drop(point, round(x), round(y), angle if away > EDGE else None))
    return tuple(drops)


# --- names that hide nothing -------------------------------------------------------------------------

Box = tuple[float, float, float, float]  # left, top, right, bottom


def _around(x: float, y: float) -> Box:
    return x - PIN, y - PIN, x + PIN, y + PIN


def _name(drop: Drop, taken: list[Box]) -> PictureWord:
    """Put the name beside its number where it hides least, and keep that place for it."""
    lines = wrapped(drop.point.name)
    width, height = max(map(length, lines)), LINE * len(lines)
    boxes = [_beside(drop, lines, width, height, aside, down) for aside in (1, -1, 0) for down in STEPS]
    named, box = min(boxes, key=lambda each: (_hides(each[1], taken), abs(each[1][1] + height / 2 - drop.y)))
    taken.append(box)
    return named


def _beside(
    drop: Drop, lines: tuple[str, ...], width: float, height: float, aside: int, down: int
) -> tuple[PictureWord, Box]:
    """Return the name to the right (1), to the left (-1) or in the middle (0), moved up or down by steps."""
    gap = PIN + 4 if abs(down) < 2 else 0
    middle = (
        drop.y + down * LINE * (0.5 if aside else 0.6) + (math.copysign(height / 2, down) if not aside else 0)
    )
    start = drop.x + gap if aside > 0 else drop.x - gap - width if aside < 0 else drop.x - width / 2
    anchor = {1: "start", -1: "end", 0: "middle"}[aside]
    at = start if aside > 0 else start + width if aside < 0 else drop.x
    top = middle - height / 2
    return PictureWord(lines, round(at), round(top + LINE * 0.8), anchor), (
        start,
        top,
        start + width,
        top + height,
    )


def _districts(districts: Iterable[tuple[str, float, float]], taken: list[Box]) -> Iterable[PictureWord]:
    for name, lat, lon in districts:
        x, y = project(lat, lon)
        half = length(name) / 2
        # Southwards from its middle until it hides no name: a district is large, and the sea is in the north.
        for step in range(0, 120, 10):
            box = (x - half, y + step - LINE, x + half, y + step + 4)
            if not _hides(box, taken):
                taken.append(box)
                yield PictureWord((name,), round(x), round(y + step))
                break


def _road_names(
    lines: Mapping[str, Sequence[Position]], roads: Mapping[str, str], taken: list[Box]
) -> Iterable[PictureWord]:
    """Name the roads along which there is room."""
    for code, name in roads.items():
        for x, y in lines[code]:
            box = (x - length(name) / 2, y - LINE, x + length(name) / 2, y + 4)
            if not _hides(box, taken):
                taken.append(box)
                yield PictureWord((name,), round(x), round(y))
                break


def _hides(box: Box, taken: Iterable[Box]) -> float:
    """Return how much of other things, or of itself beyond the edge, a name would hide."""
    left, top, right, bottom = box
    outside = max(0, 4 - left) + max(0, right - WIDTH + 4) + max(0, 4 - top) + max(0, bottom - HEIGHT + 4)
    covered = (
        max(0, min(right, r) - max(left, x)) * max(0, min(bottom, b) - max(top, y)) for x, y, r, b in taken
    )
    return sum(covered) + outside * 100


def wrapped(name: str) -> tuple[str, ...]:
    """Return a name in at most two lines, cut between words where it is long."""
    words = name.split()
    if length(name) <= LONGEST_LINE or len(words) < 2:
        return (name,)
    cuts = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]
    return min(cuts, key=lambda lines: max(map(length, lines)))


def length(text: str) -> float:
    """Return about how long a text is: Chinese signs are as wide as they are high."""
    return sum(LETTER if ord(sign) > 0x2E7F else LETTER * 0.6 for sign in text)


# --- land and roads ----------------------------------------------------------------------------------


@cache
def _land() -> str:
    parts = []
    for ring in rings():
        corners = clipped([project(lat, lon) for lon, lat in ring], WIDTH, HEIGHT)
        corners = simplified(corners, 0.8) if corners else []
        if len(corners) > 3:
            parts.append(_line(corners[:-1]) + "Z")
    return "".join(parts)


def _line(corners: Sequence[Position]) -> str:
    whole = [(round(x), round(y)) for x, y in corners]
    kept = [here for here, before in zip(whole, [None, *whole], strict=False) if here != before]
    return "M" + "L".join(f"{x} {y}" for x, y in kept)
