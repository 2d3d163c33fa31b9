"""What a search for the nearest point answers."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.errors import NotFound
from app.locator.points import Point, list_points, nearest_first
from app.stations.datum import Datum
from app.stations.distance import metres
from app.stations.models import Service
from app.stations.names import LONGEST_TEXT
from app.stations.places import (
    Ambiguous,
    BadCoordinates,
    DatumUnknown,
    Found,
    NamedPlace,
    Outcome,
    Unknown,
    with_datum,
)
from app.stations.queries import get_service
from app.stations.search import find_origin, find_place, list_districts

FAR_AWAY_M = 100_000


@dataclass(frozen=True, slots=True)
class Search:
    """What a person asked: `near` as typed, `place` a slug chosen from a list, `service` a code.

    `datum` is of coordinates in `near`; it is empty when `near` itself says it.
    """

    near: str = ""
    place: str = ""
    service: str = ""
    datum: str = ""
    asked: bool = False

    @classmethod
    def parse(cls, args: Mapping[str, Any]) -> "Search":
        names = ("near", "place", "service", "datum")
        near, place, service, datum = (str(args.get(name, "")).strip() for name in names)
        near = near[:LONGEST_TEXT]
        with suppress(DatumUnknown):
            near, datum = with_datum(near, datum), ""
        return cls(near, place, service, datum, asked="near" in args)


@dataclass(frozen=True)
class Answer:
    """`refusal` is a code when the question could not be answered; points are listed all the same.

    `guessed`: the origin is not what was typed, but most like it.
    """

    points: list[Point] = field(default_factory=list)
    origin: NamedPlace | None = None
    service: Service | None = None
    refusal: str = ""
    choices: tuple[NamedPlace, ...] = ()
    guessed: bool = False

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
    except (BadCoordinates, DatumUnknown) as error:
        choices = tuple(list_districts())
        return Answer(points, service=service, refusal=error.code, choices=choices)
    return _answered(outcome, points, service)


def _answered(outcome: Outcome, points: list[Point], service: Service | None) -> Answer:
    if isinstance(outcome, Found):
        nearest = nearest_first(points, outcome.place.point)
        return Answer(nearest, outcome.place, service, guessed=outcome.guessed)
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
    if search.place and (place := find_place(search.place)):
        return Found(place)
    if search.near:
        return find_origin(search.near, datum=search.datum or Datum.WGS84)
    return Unknown(search.place, tuple(list_districts()))
