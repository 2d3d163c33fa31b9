"""What a search for the nearest point answers."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.errors import NotFound
from app.geocoding.origins import find_origin
from app.locator.asked import MomentUnreadable, Opened, PointSearch
from app.locator.points import ListedPoint, points_of
from app.stations.finding.listing import Question, first_to_open, list_page
from app.stations.finding.remembered import service_with
from app.stations.finding.search import find_place, list_districts
from app.stations.finding.wanted import Wanted, count_unknown
from app.stations.geography.datum import Datum
from app.stations.geography.distance import metres
from app.stations.geography.places import (
    Ambiguous,
    BadCoordinates,
    DatumUnknown,
    FoundPlace,
    NamedPlace,
    Outcome,
    Unknown,
)
from app.stations.geography.written import LinkHidesPlace
from app.stations.models import Service, Station

FAR_AWAY_M = 100_000
ON_A_PAGE = 10
# A free time later than this is no help soon: another point that has one is offered.
SOON = timedelta(days=7)
ALSO_LOOKED_AT = 40


@dataclass(frozen=True)
class SearchAnswer:
    """`refusal` is a code when the question could not be answered; points are listed all the same.

    `choices` may be meant: places of one name, parts of what is `too_large`, or what else a guess can be.
    `guessed`: the origin is not what was typed, but most like it. `unknown`: how many points are left
    out because nobody knows whether they fit. `opens_first`: when nothing fits, where a door opens next.
    `sooner`: when the first point has no free time soon, the next one that has.
    """

    points: list[ListedPoint] = field(default_factory=list)
    origin: NamedPlace | None = None
    service: Service | None = None
    refusal: str = ""
    choices: tuple[NamedPlace, ...] = ()
    too_large: NamedPlace | None = None
    guessed: bool = False
    more: bool = False
    unknown: int = 0
    opens_first: tuple[Station, datetime] | None = None
    sooner: ListedPoint | None = None

    @property
    def nearest_count(self) -> int:
        return sum(point.can_be_nearest for point in self.points)

    @property
    def far_away(self) -> bool:
        if not self.origin or not self.points:
            return False
        return min(metres(self.origin.point, p.station) for p in self.points) > FAR_AWAY_M


def first_points(*, now: datetime) -> tuple[list[ListedPoint], bool]:
    """Return the first points in their published order, and whether there are more."""
    listing = list_page(Question(), count=ON_A_PAGE)
    return points_of(listing, None, now=now), listing.more


def find_points(search: PointSearch, *, now: datetime) -> SearchAnswer:
    """Answer a search; what cannot be answered never hides the points themselves."""
    answer = _located(search, now=now)
    service, moment = None, None
    try:
        service = service_with(search.service) if search.service else None
        moment = search.moment(now)
    except NotFound:
        answer = replace(answer, refusal="service_unknown", choices=())
    except MomentUnreadable:
        answer = replace(answer, refusal="moment_unreadable", choices=())
    wanted = Wanted(service.id if service else None, search.lang_help, search.step_free)
    origin = answer.origin.point if answer.origin else None
    return _listed(replace(answer, service=service), search, Question(wanted, origin, moment), now=now)


def _listed(answer: SearchAnswer, search: PointSearch, asked: Question, *, now: datetime) -> SearchAnswer:
    start = (search.page - 1) * ON_A_PAGE
    listing = list_page(asked, start=start, count=ON_A_PAGE)
    points = points_of(listing, answer.service, now=now)
    answer = replace(answer, points=points, more=listing.more)
    if search.filtered:
        hours = asked.open_at is not None
        answer = replace(answer, unknown=count_unknown(asked.wanted, hours=hours))
    if not points and search.opened is Opened.NOW:
        return replace(answer, opens_first=first_to_open(asked, now=now))
    if points and search.page == 1:
        return replace(answer, sooner=_sooner(answer, asked, now=now))
    return answer


def _sooner(answer: SearchAnswer, asked: Question, *, now: datetime) -> ListedPoint | None:
    """Return the next point with a free time soon, when the first one has none."""
    first, *others = answer.points
    if not answer.origin or first.service is None or _soon(first, now):
        return None
    if answer.more and not any(_soon(point, now) for point in others):
        listing = list_page(asked, start=ON_A_PAGE, count=ALSO_LOOKED_AT)
        others = points_of(listing, answer.service, now=now)
    return next((point for point in others if _soon(point, now)), None)


def _soon(point: ListedPoint, now: datetime) -> bool:
    return point.next_free is not None and point.next_free <= now + SOON


def _located(search: PointSearch, *, now: datetime) -> SearchAnswer:
    """Return an answer that says where the person is, or why that is not known."""
    if not (search.asked or search.place):
        return SearchAnswer()
    if not search.near and not search.place:
        return SearchAnswer(refusal="place_missing", choices=tuple(list_districts()))
    try:
        return _answered(_origin(search, now=now))
    except (BadCoordinates, DatumUnknown, LinkHidesPlace) as error:
        return SearchAnswer(refusal=error.code, choices=tuple(list_districts()))


def _answered(outcome: Outcome) -> SearchAnswer:
    if isinstance(outcome, FoundPlace):
        return SearchAnswer(origin=outcome.place, guessed=outcome.guessed, choices=outcome.candidates)
    if isinstance(outcome, Ambiguous):
        return SearchAnswer(
            refusal="place_ambiguous", choices=outcome.candidates, too_large=outcome.too_large
        )
    known = dict.fromkeys((*outcome.candidates, *outcome.districts))
    return SearchAnswer(refusal="place_unknown", choices=tuple(known))


def _origin(search: PointSearch, *, now: datetime) -> Outcome:
    if search.place and (place := find_place(search.place)):
        return FoundPlace(place)
    if search.near:
        return find_origin(search.near, datum=search.datum or Datum.WGS84, now=now)
    return Unknown(search.place, tuple(list_districts()))
