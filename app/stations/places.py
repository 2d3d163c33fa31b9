"""What a person means by "where are you?": a position, or a name we know. PURE."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import ClassVar

from app.errors import DomainError
from app.localtext import LocalText
from app.stations.distance import Point

MOST_CANDIDATES = 8
LONGEST_TEXT = 200


class PlaceKind(StrEnum):
    COORDINATES = "coordinates"
    STATION = "station"
    DISTRICT = "district"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place a person may name. `slug` is empty for typed coordinates."""

    slug: str
    kind: PlaceKind
    name: LocalText
    point: Point
    district: LocalText = LocalText()
    aliases: tuple[str, ...] = ()
    keys: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class Found:
    place: NamedPlace


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several places fit equally well; at most eight are offered."""

    text: str
    candidates: tuple[NamedPlace, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing fits; the districts are offered instead."""

    text: str
    districts: tuple[NamedPlace, ...]


Outcome = Found | Ambiguous | Unknown


class BadCoordinates(DomainError):
    """Numbers that are no position on the earth."""

    code: ClassVar[str] = "bad_coordinates"
    status: ClassVar[int] = 400


class CoordinatesSwapped(BadCoordinates):
    """Longitude came first: the other way round it would be a position."""

    code = "coordinates_swapped"


class PlaceUnknown(DomainError):
    """No place has this name; `districts` are what to offer."""

    code = "place_unknown"
    status = 400

    def __init__(self, text: str, districts: tuple[NamedPlace, ...]) -> None:
        super().__init__()
        self.text = text
        self.districts = districts


class PlaceAmbiguous(DomainError):
    """Several places have this name; `candidates` are what to offer."""

    code = "place_ambiguous"
    status = 400

    def __init__(self, text: str, candidates: tuple[NamedPlace, ...]) -> None:
        super().__init__()
        self.text = text
        self.candidates = candidates


_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?(?:e[+-]?[0-9]+)?|\.[0-9]+|nan|inf(?:inity)?)"
_PAIR = re.compile(rf"\(?\s*({_NUMBER})\s*[,;\s]\s*({_NUMBER})\s*\)?", re.IGNORECASE)
_PAIR_WITH_DECIMAL_COMMAS = re.compile(r"([+-]?[0-9]+,[0-9]+)\s*[;\s]\s*([+-]?[0-9]+,[0-9]+)")


def find_position(text: str) -> Point | None:
    """Return the position written as `lat,lon`; None when the text is no pair of numbers.

    Raises BadCoordinates or CoordinatesSwapped when the numbers are no position.
    """
    text = _folded(text[:LONGEST_TEXT]).strip()
    if pair := _PAIR.fullmatch(text):
        return _position(float(pair[1]), float(pair[2]))
    if pair := _PAIR_WITH_DECIMAL_COMMAS.fullmatch(text):
        return _position(float(pair[1].replace(",", ".")), float(pair[2].replace(",", ".")))
    return None


def _position(lat: float, lon: float) -> Point:
    if abs(lat) <= 90 and abs(lon) <= 180:
        return Point(lat, lon)
    if abs(lon) <= 90 and abs(lat) <= 180:
        raise CoordinatesSwapped
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
    texts = [text for text in (*name.as_dict().values(), *aliases) if text]
    texts += [re.split(r"[(（]", text)[0] for text in texts]
    keys = frozenset(filter(None, map(key_of, texts)))
    return NamedPlace(slug, kind, name, point, district, aliases, keys)


@lru_cache(maxsize=4096)
def key_of(text: str) -> str:
    """Return the text as it is compared: one width, one case, no accents, no spaces, no punctuation."""
    return "".join(sign for sign in _folded(text) if sign.isalnum())


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def look_up(text: str, places: Iterable[NamedPlace]) -> Outcome:
    """Find the place a text means: its coordinates, else its name.

    Raises BadCoordinates or CoordinatesSwapped when the text is a pair of numbers but no position.
    """
    if point := find_position(text):
        return Found(at_position(point))
    return look_up_name(text, places)


def at_position(point: Point) -> NamedPlace:
    """Return a position as a place named by its numbers."""
    written = f"{point.lat:.5f}, {point.lon:.5f}"
    return NamedPlace("", PlaceKind.COORDINATES, LocalText(written, written, written), point)


def look_up_name(text: str, places: Iterable[NamedPlace]) -> Outcome:
    """Find the place a name means: one that is equal, else starts so, else contains it."""
    places = tuple(places)
    matches = _best_matches(key_of(text[:LONGEST_TEXT]), places)
    if len(matches) == 1:
        return Found(matches[0])
    if matches:
        return Ambiguous(text, tuple(matches[:MOST_CANDIDATES]))
    return Unknown(text, tuple(p for p in places if p.kind is PlaceKind.DISTRICT))


def _best_matches(key: str, places: tuple[NamedPlace, ...]) -> list[NamedPlace]:
    if not key:
        return []
    if exact := [p for p in places if key in p.keys]:
        # "Xiuying" is a district and a part of it: the district is meant.
        districts = [p for p in exact if p.kind is PlaceKind.DISTRICT]
        return districts if len(districts) == 1 else exact
    if len(key) < 3 and key.isascii():
        return []
    starting = [p for p in places if any(k.startswith(key) for k in p.keys)]
    return starting or [p for p in places if any(key in k for k in p.keys)]
