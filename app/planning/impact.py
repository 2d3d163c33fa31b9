"""Which visits a change of the opening plan touches. PURE."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from app.appointments.availability.slots import Candidate, cells_of, start_of
from app.interval import Interval
from app.stations.hours.opening_hours import Plan, open_intervals


class TakenStretch(Protocol):
    """Anything that takes desks for a stretch of time: a visit or a hold."""

    @property
    def interval(self) -> Interval: ...

    @property
    def desks(self) -> int: ...

    @property
    def desk_group(self) -> int: ...


V = TypeVar("V", bound=TakenStretch)
Cell = tuple[int, int]  # the number of a cell, and of a desk group


def plan_impact(visits: Sequence[V], plan: Plan) -> list[V]:
    """Return the visits for which the plan has no desk, in the order given.

    Who comes first in the sequence keeps a desk first, so give the earliest booked first.
    """
    desks = _desks(visits, plan)
    taken: Counter[Cell] = Counter()
    touched = []
    for visit in visits:
        cells = _cells(visit)
        if all(taken[cell] + visit.desks <= desks[cell] for cell in cells):
            taken.update(dict.fromkeys(cells, visit.desks))
        else:
            touched.append(visit)
    return touched


def newly_touched(visits: Sequence[V], *, before: Plan, after: Plan) -> list[V]:
    """Return the visits that had a desk in the plan before and have none after."""
    homeless = {id(visit) for visit in plan_impact(visits, before)}
    return [visit for visit in plan_impact(visits, after) if id(visit) not in homeless]


@dataclass(frozen=True, slots=True)
class Crowd:
    """A moment with more people booked than the plan has desks."""

    starts_at: datetime
    booked: int
    desks: int


def crowds(visits: Sequence[TakenStretch], plan: Plan) -> list[Crowd]:
    """Return where each stretch with too many visits begins, with the figures of its worst moment."""
    desks = _desks(visits, plan)
    booked: Counter[Cell] = Counter()
    for visit in visits:
        for cell in _cells(visit):
            booked[cell] += visit.desks
    found: list[Crowd] = []
    last = (-2, 0)
    full = (cell for cell in booked if booked[cell] > desks[cell])
    for number, group in sorted(full, key=lambda cell: (cell[1], cell[0])):
        here = Crowd(start_of(number), booked[number, group], desks[number, group])
        if (number - 1, group) != last:
            found.append(here)
        elif here.booked - here.desks > found[-1].booked - found[-1].desks:
            found[-1] = Crowd(found[-1].starts_at, here.booked, here.desks)
        last = (number, group)
    return found


def candidate_at(plan: Plan, interval: Interval, desk_group: int) -> Candidate:
    """Return this very stretch of time as a slot of the plan; where it is closed there are no desks."""
    cells = cells_of(interval)
    desks: Counter[int] = Counter()
    for day in {m.astimezone(plan.timezone).date() for m in (interval.start, interval.end)}:
        for part in open_intervals(plan, day, desk_group):
            desks.update(dict.fromkeys(cells_of(part.interval), part.desks))
    return Candidate(interval, cells.start, tuple(desks[cell] for cell in cells), desk_group=desk_group)


def _cells(visit: TakenStretch) -> list[Cell]:
    return [(number, visit.desk_group) for number in cells_of(visit.interval)]


def _desks(visits: Sequence[TakenStretch], plan: Plan) -> Counter[Cell]:
    """Return the desks of every cell on the days of these visits, in the groups where they are."""
    wanted = {
        (moment.astimezone(plan.timezone).date(), visit.desk_group)
        for visit in visits
        for moment in (visit.interval.start, visit.interval.end)
    }
    desks: Counter[Cell] = Counter()
    for day, group in wanted:
        for part in open_intervals(plan, day, group):
            desks.update({(number, group): part.desks for number in cells_of(part.interval)})
    return desks
