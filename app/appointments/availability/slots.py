"""From open doors to offers: candidate slots, and what is left of them. PURE.

Desks are counted in cells of five minutes. A visit takes its desks in every cell it covers, so
services of different lengths share the same desks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import chain, pairwise

from app.interval import Interval
from app.stations.hours.opening_hours import OpenInterval

CELL = timedelta(minutes=5)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Line = tuple[int, int]  # a station's id and the number of a desk group there


@dataclass(frozen=True, slots=True)
class Slot:
    """An offer: a stretch of time and how many more people it can take. Computed, never stored."""

    interval: Interval
    remaining: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible slot of one desk group before anybody took anything; `desks` has one figure per cell.

    `starts_at` and `ends_at` are its times in ISO 8601 on the clock of the place: they are written
    once and read in every answer. One desk serves `in_a_row` people in it, one after another.
    """

    interval: Interval
    first_cell: int
    desks: tuple[int, ...]
    starts_at: str = ""
    ends_at: str = ""
    desk_group: int = 0
    in_a_row: int = 1

    def desks_for(self, party_size: int) -> int:
        """Return how many desks a party takes, all the time of the slot."""
        return -(-party_size // self.in_a_row)


def cell_of(moment: datetime) -> int:
    """Return the number of the five-minute cell that holds this moment, counted from 1970 UTC."""
    return (moment - _EPOCH) // CELL


def start_of(cell: int) -> datetime:
    """Return the moment a cell starts."""
    return _EPOCH + cell * CELL


def cells_of(interval: Interval) -> range:
    """Return the cells an interval touches."""
    return range(cell_of(interval.start), -((_EPOCH - interval.end) // CELL))


def candidates(
    opened: Sequence[OpenInterval], length: timedelta, *, zone: tzinfo = UTC, desk_group: int = 0
) -> list[Candidate]:
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
            interval = Interval(start_of(start), start_of(start) + length)
            found.append(_candidate(interval, start, run, zone, desk_group))
            next_cell = start + steps
    return found


def _candidate(
    interval: Interval, cell: int, desks: tuple[int, ...], zone: tzinfo, desk_group: int
) -> Candidate:
    starts_at, ends_at = (moment.astimezone(zone).isoformat() for moment in (interval.start, interval.end))
    return Candidate(interval, cell, desks, starts_at, ends_at, desk_group)


def in_a_row(found: Sequence[Candidate], people: int) -> list[Candidate]:
    """Return every stretch of so many slots that follow one another without a break.

    They start at each slot and so overlap: whoever takes one leaves the starts of all others as they are.
    """
    if people == 1:
        return list(found)
    runs = (found[i : i + people] for i in range(len(found) - people + 1))
    return [
        _joined(run)
        for run in runs
        if all(one.interval.end == next_.interval.start for one, next_ in pairwise(run))
    ]


def _joined(run: Sequence[Candidate]) -> Candidate:
    first, last = run[0], run[-1]
    return replace(
        first,
        interval=Interval(first.interval.start, last.interval.end),
        desks=tuple(chain.from_iterable(one.desks for one in run)),
        ends_at=last.ends_at,
        in_a_row=len(run),
    )


def _whole_cells(interval: Interval) -> range:
    return range(_next_cell(interval.start), cell_of(interval.end))


def _next_cell(moment: datetime) -> int:
    """Return the first cell that starts at this moment or later."""
    return -((_EPOCH - moment) // CELL)


def remaining(candidate: Candidate, taken: Mapping[int, int]) -> int:
    """Return how many people fit: desks free in every cell, times those one desk serves. Never below zero."""
    # A plain loop: this runs for every slot of every answer.
    cell = candidate.first_cell
    least = candidate.desks[0]
    for desks in candidate.desks:
        free = desks - taken.get(cell, 0)
        least = free if free < least else least
        cell += 1
    return max(least, 0) * candidate.in_a_row


def free_candidates(
    found: Sequence[Candidate], taken: Mapping[int, int], *, window: Interval, party_size: int = 1
) -> Iterator[tuple[Candidate, int]]:
    """Yield the candidates inside the booking window that have room for the party, with how much."""
    start, end = _next_cell(window.start), _next_cell(window.end)
    for candidate in found:
        if start <= candidate.first_cell < end:
            left = remaining(candidate, taken)
            if left >= party_size:
                yield candidate, left
