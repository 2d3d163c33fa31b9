"""Keep the numbers of neighbouring places apart on a small picture. PURE.

network-map.js does the same on the large map, at every zoom.
"""

import math
from collections.abc import Sequence

Position = tuple[float, float]
ROUNDS = 80


def spread(positions: Sequence[Position], *, gap: float) -> list[Position]:
    """Return the positions moved as little as it takes until no two are nearer than `gap`."""
    moved = list(positions)
    for _ in range(ROUNDS):
        if not _push_once(moved, gap):
            break
    return moved


def _push_once(moved: list[Position], gap: float) -> bool:
    pushed = False
    for i in range(len(moved)):
        for j in range(i):
            step = _step(moved[j], moved[i], gap, turn=i)
            if step is not None:
                dx, dy = step
                moved[j] = (moved[j][0] - dx, moved[j][1] - dy)
                moved[i] = (moved[i][0] + dx, moved[i][1] + dy)
                pushed = True
    return pushed


def _step(a: Position, b: Position, gap: float, *, turn: int) -> Position | None:
    """Return half the way that parts b from a, or None when they are far enough."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    distance = math.hypot(dx, dy)
    if distance >= gap - 0.01:
        return None
    if distance == 0:  # The same spot twice: any direction does, but always the same one.
        dx, dy, distance = math.cos(turn), math.sin(turn), 1.0
        return dx * gap / 2, dy * gap / 2
    push = (gap - distance) / 2 / distance
    return dx * push, dy * push
