"""Where a typed text is: the gazetteer, the districts and the service points together."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from sqlalchemy import Engine, select

from app.db import db
from app.stations.geography import places
from app.stations.geography.datum import Datum
from app.stations.geography.distance import Point
from app.stations.geography.name_index import NameIndex
from app.stations.geography.places import NamedPlace, Outcome, PlaceKind
from app.stations.models import Place, Station
from app.stations.name_stamps import find_stamp

_KINDS = {kind.value: kind for kind in (PlaceKind.CITY, PlaceKind.DISTRICT, PlaceKind.STREET)}
# Every process keeps the names in memory: of a larger network only the first stations are places to
# start from. All of them are found by where they are.
MOST_STATIONS_NAMED = 5000
_ORDER = (PlaceKind.DISTRICT, PlaceKind.STATION, PlaceKind.CITY, PlaceKind.PLACE, PlaceKind.STREET)


def name_index() -> NameIndex:
    """Return the names as they are now; made once in each process for each stamp of the names."""
    stamp = find_stamp()
    return _remembered(db.engine, stamp) if stamp else NameIndex(_read_places())


def list_named_places() -> Sequence[NamedPlace]:
    """Return everything a person may name, districts first, then service points, then other places."""
    return name_index().places


def list_districts() -> Sequence[NamedPlace]:
    """Return the districts, to be offered when a name is not known."""
    return name_index().districts


def find_place(slug: str) -> NamedPlace | None:
    """Return the place that was chosen from a list."""
    return name_index().by_slug.get(slug)


def find_origin(text: str, *, datum: str = Datum.WGS84) -> Outcome:
    """Say where a typed text is; raises BadCoordinates or DatumUnknown for numbers that are no position."""
    if found := places.find_typed_position(text, datum=datum):
        return found
    return name_index().look_up(text)


def get_origin(text: str, *, datum: str = Datum.WGS84) -> NamedPlace:
    """Return the one place a text means.

    Raises PlaceUnknown, PlaceAmbiguous, BadCoordinates or DatumUnknown.
    """
    return places.only_place(find_origin(text, datum=datum))


@lru_cache(maxsize=2)
def _remembered(_database: Engine, _stamp: str) -> NameIndex:
    return NameIndex(_read_places())


def _read_places() -> list[NamedPlace]:
    found = [*_stations(), *_gazetteer()]
    return sorted(found, key=lambda place: _ORDER.index(place.kind))


_PLACES = select(
    Place.slug,
    Place.category,
    Place.name,
    Place.aliases,
    Place.district,
    Place.lat,
    Place.lon,
    Place.precision_m,
    Place.stretch,
    Place.length_m,
).order_by(Place.id)


def _gazetteer() -> Iterator[NamedPlace]:
    for (
        slug,
        category,
        name,
        aliases,
        district,
        lat,
        lon,
        precision_m,
        stretch,
        length_m,
    ) in db.session.execute(_PLACES):
        point = Point(lat, lon, precision_m)
        kind = _KINDS.get(category, PlaceKind.PLACE)
        place = places.named(slug, kind, name, point, aliases=aliases, district=district)
        known = tuple((lat, lon) for lat, lon in stretch or ())
        yield replace(place, category=category, stretch=known, length_m=length_m or 0)


_STATIONS = (
    select(
        Station.slug,
        Station.name,
        Station.full_name,
        Station.district,
        Station.lat,
        Station.lon,
        Station.precision_m,
    )
    .order_by(Station.number, Station.id)
    .limit(MOST_STATIONS_NAMED)
)


def _stations() -> Iterator[NamedPlace]:
    for slug, name, full_name, district, lat, lon, precision_m in db.session.execute(_STATIONS):
        point = Point(lat, lon, precision_m)
        aliases = full_name.as_dict().values()
        yield places.named(slug, PlaceKind.STATION, name, point, aliases=aliases, district=district)
