"""The road layer: lines of an operator's own extract, cut to the map, without corners that nobody sees. PURE.

The most important kinds come first; what does not fit into a small answer is left out, whole kinds at a time.
"""

import itertools
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.maps.lines import simplified
from app.maps.spread import Position

KINDS = ("motorway", "trunk", "primary", "secondary", "tertiary")
MOST_BYTES = 120_000  # about a third of it when packed
TOLERANCE_M = 12.0
DIGITS = 5
METRES_PER_DEGREE = 111_320.0
MIDDLE_LAT = 20.0

Line = tuple[Position, ...]  # of (lon, lat) in WGS-84 degrees
Bounds = tuple[tuple[float, float], tuple[float, float]]  # south-west and north-east as (lat, lon)


@dataclass(frozen=True, slots=True)
class Road:
    kind: str
    line: Line


@dataclass(frozen=True, slots=True)
class Layer:
    """The GeoJSON text, how many lines of each kind are in it, and the kinds that did not fit."""

    body: str
    counts: dict[str, int]
    left_out: tuple[str, ...]


def layer_of(roads: Iterable[Road], bounds: Bounds) -> Layer:
    """Return the layer that the map draws."""
    by_kind: dict[str, list[Line]] = defaultdict(list)
    for road in roads:
        if road.kind in KINDS:
            by_kind[road.kind] += [_thinned(piece) for piece in _inside(road.line, bounds)]
    features: list[str] = []
    size, kept = 0, []
    for kind in KINDS:
        text = _feature(kind, by_kind[kind]) if by_kind[kind] else ""
        if size + len(text) > MOST_BYTES:
            break
        size += len(text)
        kept.append(kind)
        features += [text] if text else []
    body = f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'
    counts = {kind: len(by_kind[kind]) for kind in kept if by_kind[kind]}
    return Layer(body, counts, tuple(kind for kind in KINDS if kind not in kept and by_kind[kind]))


def _inside(line: Line, bounds: Bounds) -> Iterator[Line]:
    """Return the pieces of a line that lie on the map."""
    (south, west), (north, east) = bounds
    for within, points in itertools.groupby(
        line, key=lambda at: west <= at[0] <= east and south <= at[1] <= north
    ):
        piece = tuple(points)
        if within and len(piece) > 1:
            yield piece


def _thinned(line: Line) -> Line:
    along = math.cos(math.radians(MIDDLE_LAT))
    flat = [(lon * along * METRES_PER_DEGREE, lat * METRES_PER_DEGREE) for lon, lat in line]
    kept = simplified(flat, TOLERANCE_M)
    return tuple(
        (round(x / along / METRES_PER_DEGREE, DIGITS), round(y / METRES_PER_DEGREE, DIGITS)) for x, y in kept
    )


def _feature(kind: str, lines: Sequence[Line]) -> str:
    geometry = {"type": "MultiLineString", "coordinates": lines}
    return json.dumps(
        {"type": "Feature", "properties": {"kind": kind}, "geometry": geometry}, separators=(",", ":")
    )
