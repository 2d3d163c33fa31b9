"""Which new time each displaced visit is offered. PURE."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.appointments.availability.slots import Candidate, Line, remaining

# Who is moved has to read the message and set out.
LEAST_NOTICE = timedelta(hours=2)
# An earlier time than the old one needs more: the person may look only the day before.
NOTICE_OF_EARLIER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class ProposedTime:
    """A slot at a station that somebody could be given."""

    station_id: int
    candidate: Candidate

    @property
    def starts_at(self) -> datetime:
        return self.candidate.interval.start

    @property
    def line(self) -> Line:
        return self.station_id, self.candidate.desk_group

    @property
    def name(self) -> tuple[int, datetime]:
        return self.station_id, self.starts_at


@dataclass(frozen=True, slots=True)
class DisplacedVisit:
    """A visit that needs another time, and the places it may have, the best first."""

    reference: str
    party_size: int
    places: Iterable[ProposedTime]


def assign(
    wishes: Iterable[DisplacedVisit], taken: Mapping[Line, Mapping[int, int]]
) -> dict[str, ProposedTime | None]:
    """Give each visit the first of its places that has room, counting what those before it were given.

    `taken` are the desks taken by line and cell. Who comes first in `wishes` chooses first.
    """
    given: dict[Line, Counter[int]] = {line: Counter(cells) for line, cells in taken.items()}
    found: dict[str, ProposedTime | None] = {}
    for wish in wishes:
        place = next((p for p in wish.places if _has_room(p, wish.party_size, given)), None)
        found[wish.reference] = place
        if place:
            _take(place, wish.party_size, given)
    return found


def _has_room(place: ProposedTime, party_size: int, taken: Mapping[Line, Counter[int]]) -> bool:
    return remaining(place.candidate, taken.get(place.line, Counter())) >= party_size


def _take(place: ProposedTime, party_size: int, taken: dict[Line, Counter[int]]) -> None:
    cells = taken.setdefault(place.line, Counter())
    first = place.candidate.first_cell
    for cell in range(first, first + len(place.candidate.desks)):
        cells[cell] += place.candidate.desks_for(party_size)


def best_first(
    by_station: Iterable[Sequence[ProposedTime]], starts_at: datetime, *, now: datetime
) -> Iterator[ProposedTime]:
    """Yield the places of the first station nearest in time first, then those of the next, and so on.

    Left out are times that come too soon to be told, and the old time itself.
    """
    for places in by_station:
        fair = [p for p in places if is_fair(p.starts_at, starts_at, now=now)]
        yield from sorted(fair, key=lambda p: (abs(p.starts_at - starts_at), p.starts_at))


def is_fair(new: datetime, old: datetime, *, now: datetime) -> bool:
    """Say whether a person who is moved from `old` to `new` has time to hear of it."""
    notice = LEAST_NOTICE if new >= old else NOTICE_OF_EARLIER
    return new >= now + notice
