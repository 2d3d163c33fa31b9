"""From open doors to offers: candidate slots, and what is left of them. PURE.

Desks are counted in cells of five minutes. A visit takes its desks in every cell it covers, so
services of different lengths share the same desks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.interval import Interval
from app.stations.opening_hours import OpenInterval

CELL = timedelta(minutes=5)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Slot:
    """An offer: a stretch of time and how many more people it can take. Computed, never stored."""

    interval: Interval
    remaining: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible slot before anybody took anything; `desks` has one figure per cell."""

    interval: Interval
    first_cell: int
    desks: tuple[int, ...]


def cell_of(moment: datetime) -> int:
    """Return the number of the five-minute cell that holds this moment, counted from 1970 UTC."""
    return (moment - _EPOCH) // CELL


def start_of(cell: int) -> datetime:
    """Return the moment a cell starts."""
    return _EPOCH + cell * CELL


def cells_of(interval: Interval) -> range:
    """Return the cells an interval touches."""
    return range(cell_of(interval.start), -((_EPOCH - interval.end) // CELL))


def candidates(opened: Sequence[OpenInterval], length: timedelta) -> list[Candidate]:
    """Return every slot of this length, end to end from the start of each open stretch, in order.

    Desks may change inside a stretch; a gap ends it. Starts are on whole cells.
    """
    desks: dict[int, int] = {}
    for part in opened:
        for cell in _whole_cells(part.interval):
            desks[cell] = part.desks
    found: list[Candidate] = []
    steps = length // CELL
    next_cell = 0
    for start in sorted(desks):
        if start < next_cell:
            continue
        run = tuple(desks.get(start + i, 0) for i in range(steps))
        if all(run):
            moment = start_of(start)
            found.append(Candidate(Interval(moment, moment + length), start, run))
            next_cell = start + steps
    return found


def _whole_cells(interval: Interval) -> range:
    return range(-((_EPOCH - interval.start) // CELL), cell_of(interval.end))


def remaining(candidate: Candidate, taken: Mapping[int, int]) -> int:
    """Return how many desks are free in every cell of the candidate; never below zero."""
    # A plain loop: this runs for every slot of every answer.
    cell = candidate.first_cell
    least = candidate.desks[0]
    for desks in candidate.desks:
        free = desks - taken.get(cell, 0)
        least = free if free < least else least
        cell += 1
    return max(least, 0)


def free_candidates(
    found: Sequence[Candidate], taken: Mapping[int, int], *, window: Interval, party_size: int = 1
) -> list[tuple[Candidate, int]]:
    """Return the candidates inside the booking window that have room for the party, with how much."""
    start, end = window.start, window.end
    free = []
    for candidate in found:
        if start <= candidate.interval.start < end:
            left = remaining(candidate, taken)
            if left >= party_size:
                free.append((candidate, left))
    return free


def free_slots(
    found: Sequence[Candidate], taken: Mapping[int, int], *, window: Interval, party_size: int = 1
) -> list[Slot]:
    """Return the same as offers."""
    free = free_candidates(found, taken, window=window, party_size=party_size)
    return [Slot(candidate.interval, left) for candidate, left in free]
