"""Where a typed text is: the gazetteer, the districts and the service points together."""

from sqlalchemy import select

from app.db import db
from app.stations import places
from app.stations.distance import Point
from app.stations.models import Place, Station
from app.stations.name_index import NameIndex
from app.stations.places import Ambiguous, Found, NamedPlace, Outcome, PlaceKind


def list_named_places() -> list[NamedPlace]:
    """Return everything a person may name, districts first, then service points, then other places."""
    gazetteer = db.session.scalars(select(Place).order_by(Place.id)).all()
    stations = db.session.scalars(select(Station).order_by(Station.number)).all()
    named = [_named_place(p) for p in gazetteer]
    districts = [p for p in named if p.kind is PlaceKind.DISTRICT]
    others = [p for p in named if p.kind is not PlaceKind.DISTRICT]
    return [*districts, *map(_named_station, stations), *others]


def list_districts() -> list[NamedPlace]:
    """Return the districts, to be offered when a name is not known."""
    query = select(Place).where(Place.category == PlaceKind.DISTRICT).order_by(Place.id)
    return [_named_place(p) for p in db.session.scalars(query)]


def find_origin(text: str) -> Outcome:
    """Say where a typed text is; raises BadCoordinates for numbers that are no position."""
    if point := places.find_position(text):
        return Found(places.at_position(point))
    return NameIndex(list_named_places()).look_up(text)


def get_origin(text: str) -> NamedPlace:
    """Return the one place a text means; raises PlaceUnknown, PlaceAmbiguous or BadCoordinates."""
    outcome = find_origin(text)
    if isinstance(outcome, Found):
        return outcome.place
    if isinstance(outcome, Ambiguous):
        raise places.PlaceAmbiguous(text, outcome.candidates)
    raise places.PlaceUnknown(text, outcome.districts)


def _named_place(place: Place) -> NamedPlace:
    kind = PlaceKind.DISTRICT if place.category == PlaceKind.DISTRICT else PlaceKind.PLACE
    point = Point(place.lat, place.lon, place.precision_m)
    return places.named(place.slug, kind, place.name, point, aliases=place.aliases, district=place.district)


def _named_station(station: Station) -> NamedPlace:
    point = Point(station.lat, station.lon, station.precision_m)
    full = station.full_name.as_dict().values()
    return places.named(
        station.slug, PlaceKind.STATION, station.name, point, aliases=full, district=station.district
    )
