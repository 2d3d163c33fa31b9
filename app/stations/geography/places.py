"""What a person means by "where are you?": a position, or a name we know. PURE."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from app.errors import DomainError
from app.localtext import LocalText
from app.stations.geography import written
from app.stations.geography.datum import Datum, Degrees, to_wgs84
from app.stations.geography.distance import Point
from app.stations.geography.names import LONGEST_TEXT, Keys, folded, keys_of

MOST_CANDIDATES = 8
LONGEST_TYPED = 1000  # a link that a map app shares is longer than a name


class PlaceKind(StrEnum):
    COORDINATES = "coordinates"
    ADDRESS = "address"  # found by a geocoder
    STATION = "station"
    CITY = "city"
    DISTRICT = "district"
    STREET = "street"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place a person may name. `slug` is empty for typed coordinates and addresses.

    `stretch` are the known points of a street, from one end to the other; `length_m` is its length.
    """

    slug: str
    kind: PlaceKind
    name: LocalText
    point: Point
    district: LocalText = LocalText()
    aliases: tuple[str, ...] = ()
    category: str = ""
    stretch: tuple[Degrees, ...] = ()
    length_m: int = 0
    keys: Keys = field(default=Keys(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """`guessed`: not what was typed, but most like it; `candidates` are what else may be meant."""

    place: NamedPlace
    guessed: bool = False
    candidates: tuple[NamedPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several places fit equally well; at most eight are offered.

    `too_large`: one place fits, a city or a long street, and these are its parts.
    """

    text: str
    candidates: tuple[NamedPlace, ...]
    too_large: NamedPlace | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing fits; the districts are offered instead, and places that are like it or well known."""

    text: str
    districts: tuple[NamedPlace, ...]
    candidates: tuple[NamedPlace, ...] = ()


Outcome = FoundPlace | Ambiguous | Unknown


class BadCoordinates(DomainError):
    """Numbers that are no position on the earth."""

    code: ClassVar[str] = "bad_coordinates"
    status: ClassVar[int] = 400


class CoordinatesSwapped(BadCoordinates):
    """Longitude came first: the other way round it would be the position `meant`."""

    code = "coordinates_swapped"

    def __init__(self, meant: Point) -> None:
        super().__init__()
        self.meant = meant


class PlaceUnknown(DomainError):
    """No place has this name; `districts` and `candidates` are what to offer."""

    code = "place_unknown"
    status = 400

    def __init__(
        self, text: str, districts: tuple[NamedPlace, ...], candidates: tuple[NamedPlace, ...] = ()
    ) -> None:
        super().__init__()
        self.text = text
        self.districts = districts
        self.candidates = candidates


class PlaceAmbiguous(DomainError):
    """Several places have this name; `candidates` are what to offer."""

    code = "place_ambiguous"
    status = 400

    def __init__(self, text: str, candidates: tuple[NamedPlace, ...]) -> None:
        super().__init__()
        self.text = text
        self.candidates = candidates


class DatumUnknown(DomainError):
    """The kind of coordinates is not one that we know."""

    code = "datum_unknown"
    status = 400


def only_place(outcome: Outcome) -> NamedPlace:
    """Return the one place that was meant. Raises PlaceUnknown or PlaceAmbiguous."""
    if isinstance(outcome, FoundPlace):
        return outcome.place
    if isinstance(outcome, Ambiguous):
        raise PlaceAmbiguous(outcome.text, outcome.candidates)
    raise PlaceUnknown(outcome.text, outcome.districts, outcome.candidates)


_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?(?:e[+-]?[0-9]+)?|\.[0-9]+|nan|inf(?:inity)?)"
_PAIR = re.compile(rf"\(?\s*({_NUMBER})\s*[,;\s]\s*({_NUMBER})\s*\)?", re.IGNORECASE)
_PAIR_WITH_DECIMAL_COMMAS = re.compile(r"([+-]?[0-9]+,[0-9]+)\s*[;\s]\s*([+-]?[0-9]+,[0-9]+)")
_MARKED = re.compile(r"(wgs-?84|gcj-?02|bd-?09)\s*:(.*)", re.DOTALL)


def find_position(text: str, *, datum: str = Datum.WGS84) -> Point | None:
    """Return the position that a text says: `lat,lon`, `gcj02:lat,lon`, degrees and minutes, a link.

    None when it says none. What the text says of its datum wins over `datum`. Raises BadCoordinates,
    CoordinatesSwapped when the numbers are no position, DatumUnknown, LinkHidesPlace.
    """
    plain, marked = _unmarked(_folded(text), datum)
    if pair := _find_pair(plain):
        return _position(*pair, get_datum(marked))
    found = written.read(text[:LONGEST_TYPED])
    if not found:
        return None
    there = _position(found.lat, found.lon, found.datum or get_datum(datum))
    return Point(there.lat, there.lon, found.precision_m)


def find_typed_position(text: str, *, datum: str = Datum.WGS84) -> "FoundPlace | None":
    """Return the position that a person typed; longitude first is read, too, and said to be a guess."""
    try:
        point = find_position(text, datum=datum)
    except CoordinatesSwapped as swapped:
        return FoundPlace(at_position(swapped.meant), guessed=True)
    return FoundPlace(at_position(point)) if point else None


def with_datum(text: str, datum: str) -> str:
    """Return coordinates marked with their datum, so that the text alone says it; names stay as they are."""
    if not datum or get_datum(datum) is Datum.WGS84 or not _find_pair(_folded(text)):
        return text
    return f"{get_datum(datum)}:{text.strip()}"


def get_datum(name: str) -> Datum:
    """Return the datum of this name. Raises DatumUnknown."""
    try:
        return Datum(name.strip().casefold().replace("-", ""))
    except ValueError:
        raise DatumUnknown from None


def _folded(text: str) -> str:
    return folded(text[:LONGEST_TEXT]).strip()


def _unmarked(text: str, datum: str) -> tuple[str, str]:
    marked = _MARKED.fullmatch(text)
    return (marked[2].strip(), marked[1]) if marked else (text, datum)


def _find_pair(text: str) -> tuple[float, float] | None:
    if pair := _PAIR.fullmatch(text):
        return float(pair[1]), float(pair[2])
    if pair := _PAIR_WITH_DECIMAL_COMMAS.fullmatch(text):
        return float(pair[1].replace(",", ".")), float(pair[2].replace(",", "."))
    return None


def _position(lat: float, lon: float, datum: Datum) -> Point:
    if abs(lat) <= 90 and abs(lon) <= 180:
        return Point(*to_wgs84((lat, lon), datum))
    if abs(lon) <= 90 and abs(lat) <= 180:
        raise CoordinatesSwapped(Point(*to_wgs84((lon, lat), datum)))
    raise BadCoordinates


def named(
    slug: str,
    kind: PlaceKind,
    name: LocalText,
    point: Point,
    *,
    aliases: Iterable[str] = (),
    district: LocalText = LocalText(),
) -> NamedPlace:
    """Return a place with the keys under which it is found."""
    aliases = tuple(aliases)
    keys = keys_of(text for text in (*name.as_dict().values(), *aliases) if text)
    return NamedPlace(slug, kind, name, point, district, aliases, keys=keys)


def at_position(point: Point) -> NamedPlace:
    """Return a position as a place named by its numbers."""
    written = f"{point.lat:.5f}, {point.lon:.5f}"
    return NamedPlace("", PlaceKind.COORDINATES, LocalText(written, written, written), point)
