"""Lines cut to a picture, and with no more corners than can be seen. PURE."""

import itertools
import math
from collections.abc import Sequence

from app.maps.spread import Position

MARGIN = 12  # how far a line is drawn beyond the edge of the picture


def clipped(corners: list[Position], width: float, height: float) -> list[Position]:
    """Return the closed ring cut at the edges of the picture, one edge after the other."""
    for axis, limit, keeps_below in (
        (0, -MARGIN, False),
        (0, width + MARGIN, True),
        (1, -MARGIN, False),
        (1, height + MARGIN, True),
    ):
        corners = _cut(corners, axis, limit, keeps_below=keeps_below)
    return corners


def _cut(corners: list[Position], axis: int, limit: float, *, keeps_below: bool) -> list[Position]:
    kept: list[Position] = []
    for before, after in itertools.pairwise(corners):
        inside_before = (before[axis] < limit) == keeps_below
        inside_after = (after[axis] < limit) == keeps_below
        if inside_before:
            kept.append(before)
        if inside_before != inside_after:
            share = (limit - before[axis]) / (after[axis] - before[axis])
            kept.append(
                (before[0] + share * (after[0] - before[0]), before[1] + share * (after[1] - before[1]))
            )
    return [*kept, kept[0]] if kept else []


def simplified(line: Sequence[Position], tolerance: float) -> list[Position]:
    """Return the line without the corners that stand out less than `tolerance` (Douglas and Peucker)."""
    keep = {0, len(line) - 1}
    stretches = [(0, len(line) - 1)]
    while stretches:
        first, last = stretches.pop()
        between = range(first + 1, last)
        farthest = max(between, key=lambda i: _off_line(line[i], line[first], line[last]), default=None)
        if farthest is not None and _off_line(line[farthest], line[first], line[last]) > tolerance:
            keep.add(farthest)
            stretches += [(first, farthest), (farthest, last)]
    return [line[i] for i in sorted(keep)]


def _off_line(point: Position, start: Position, end: Position) -> float:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = math.hypot(dx, dy)
    if length == 0:
        return math.hypot(point[0] - start[0], point[1] - start[1])
    return abs(dx * (point[1] - start[1]) - dy * (point[0] - start[0])) / length
