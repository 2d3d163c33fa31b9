"""What a search for the nearest point answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.errors import NotFound
from app.locator.points import Point, list_points, nearest_first
from app.stations.distance import metres
from app.stations.models import Service
from app.stations.names import LONGEST_TEXT
from app.stations.places import Ambiguous, BadCoordinates, Found, NamedPlace, Outcome, Unknown
from app.stations.queries import get_service
from app.stations.search import find_origin, list_districts, list_named_places

FAR_AWAY_M = 100_000


@dataclass(frozen=True, slots=True)
class Search:
    """What a person asked: `near` as typed, `place` a slug chosen from a list, `service` a code."""

    near: str = ""
    place: str = ""
    service: str = ""
    asked: bool = False

    @classmethod
    def parse(cls, args: Mapping[str, Any]) -> "Search":
        texts = {name: str(args.get(name, "")).strip() for name in ("near", "place", "service")}
        return cls(texts["near"][:LONGEST_TEXT], texts["place"], texts["service"], asked="near" in args)


@dataclass(frozen=True)
class Answer:
    """`refusal` is a code when the question could not be answered; points are listed all the same."""

    points: list[Point] = field(default_factory=list)
    origin: NamedPlace | None = None
    service: Service | None = None
    refusal: str = ""
    choices: tuple[NamedPlace, ...] = ()

    @property
    def nearest_count(self) -> int:
        return sum(point.can_be_nearest for point in self.points)

    @property
    def far_away(self) -> bool:
        if not self.origin or not self.points:
            return False
        return min(metres(self.origin.point, p.station) for p in self.points) > FAR_AWAY_M


def find_points(search: Search, *, now: datetime) -> Answer:
    """Answer a search; a place that is not known never hides the points themselves."""
    service, refusal = _service(search.service)
    points = list_points(service, now=now)
    if refusal or not (search.asked or search.place):
        return Answer(points, service=service, refusal=refusal)
    if not search.near and not search.place:
        return Answer(points, service=service, refusal="place_missing", choices=tuple(list_districts()))
    try:
        outcome = _origin(search)
    except BadCoordinates as error:
        choices = tuple(list_districts())
        return Answer(points, service=service, refusal=error.code, choices=choices)
    return _answered(outcome, points, service)


def _answered(outcome: Outcome, points: list[Point], service: Service | None) -> Answer:
    if isinstance(outcome, Found):
        return Answer(nearest_first(points, outcome.place.point), outcome.place, service)
    if isinstance(outcome, Ambiguous):
        return Answer(points, service=service, refusal="place_ambiguous", choices=outcome.candidates)
    return Answer(points, service=service, refusal="place_unknown", choices=outcome.districts)


def _service(code: str) -> tuple[Service | None, str]:
    if not code:
        return None, ""
    try:
        return get_service(code), ""
    except NotFound:
        return None, "service_unknown"


def _origin(search: Search) -> Outcome:
    if not search.place:
        return find_origin(search.near)
    place = next((p for p in list_named_places() if p.slug == search.place), None)
    if place:
        return Found(place)
    return find_origin(search.near) if search.near else Unknown(search.place, tuple(list_districts()))
