"""Streets as stretches between known points: how far along one a place lies, and where a number is. PURE."""

import itertools
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.stations.geography.datum import Degrees
from app.stations.geography.distance import Point
from app.stations.geography.names import folded, key_of

METRES_PER_DEGREE = 111_320.0
# Longer than this, the middle of a street says nothing of where somebody is.
MOST_LENGTH_M = 5000
# Two known numbers farther apart than this leave too much doubt about one between them.
MOST_GAP_M = 2500
LEAST_DOUBT_M = 100
_ADDRESS = re.compile(r"(.+?(?:路|街|大道|巷))\s*([0-9]{1,4})(?:[-之][0-9]+)?\s*号")


@dataclass(frozen=True, slots=True)
class Numbered:
    """A house number of a street whose position is known."""

    number: int
    point: Point


def read_address(text: str) -> tuple[str, int] | None:
    """Return the key of the street and the house number of a Chinese text that is nothing else."""
    found = _ADDRESS.fullmatch(folded(text))
    return (key_of(found[1]), int(found[2])) if found else None


def known_numbers(names: Iterable[tuple[str, Point]]) -> dict[str, list[Numbered]]:
    """Return the house numbers that these names with positions tell, by the key of their street."""
    found: dict[str, dict[int, Point]] = {}
    for name, point in names:
        if address := read_address(name):
            known = found.setdefault(address[0], {})
            if address[1] not in known or point.precision_m < known[address[1]].precision_m:
                known[address[1]] = point
    return {street: [Numbered(n, p) for n, p in sorted(known.items())] for street, known in found.items()}


def position_of(number: int, known: Sequence[Numbered]) -> Point | None:
    """Return where a number is: at its known position, or between two known ones of its side of the street.

    Odd and even numbers stand on two sides and do not keep step. None when the neighbours are not known
    or too far apart to say anything.
    """
    exact = next((one.point for one in known if one.number == number), None)
    if exact:
        return exact
    side = [one for one in known if one.number % 2 == number % 2]
    below = max((one for one in side if one.number < number), key=lambda one: one.number, default=None)
    above = min((one for one in side if one.number > number), key=lambda one: one.number, default=None)
    if not below or not above:
        return None
    apart = flat_metres((below.point.lat, below.point.lon), (above.point.lat, above.point.lon))
    if apart > MOST_GAP_M:
        return None
    share = (number - below.number) / (above.number - below.number)
    lat = below.point.lat + share * (above.point.lat - below.point.lat)
    lon = below.point.lon + share * (above.point.lon - below.point.lon)
    doubt = apart / 2 + max(below.point.precision_m, above.point.precision_m)
    return Point(round(lat, 5), round(lon, 5), max(LEAST_DOUBT_M, round(doubt)))


def flat_metres(a: Degrees, b: Degrees) -> float:
    """Return a distance as on a plane: exact enough within a city."""
    north, east = _apart(a, b)
    return math.hypot(north, east)


def along(place: Degrees, stretch: Sequence[Degrees]) -> tuple[float, float]:
    """Return how far along the stretch a place lies, and how far off it, in metres."""
    best, walked = (0.0, math.inf), 0.0
    for start, end in itertools.pairwise(stretch):
        length = flat_metres(start, end)
        share, off = _nearest(place, start, end)
        if off < best[1]:
            best = (walked + share * length, off)
        walked += length
    return best


def _nearest(place: Degrees, start: Degrees, end: Degrees) -> tuple[float, float]:
    north, east = _apart(start, end)
    to_north, to_east = _apart(start, place)
    whole = north * north + east * east
    share = min(max((to_north * north + to_east * east) / whole, 0.0), 1.0) if whole else 0.0
    return share, math.hypot(to_north - share * north, to_east - share * east)


def _apart(a: Degrees, b: Degrees) -> tuple[float, float]:
    return (b[0] - a[0]) * METRES_PER_DEGREE, (b[1] - a[1]) * METRES_PER_DEGREE * math.cos(math.radians(a[0]))
