"""Words on the large map: districts, landmarks, and streets set along their two known ends. PURE.

No line is drawn for a street: its course is not known.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.stations.geography.datum import Degrees
from app.stations.geography.places import NamedPlace, PlaceKind

LEAST_STREET_M = 2000
MOST_STREETS = 14
LONGEST_WORD = 26
LANDMARKS = ("railway_station", "airport", "port", "university", "park", "beach", "museum")
MOST_OF_A_KIND = 3
SURE_M = 600


@dataclass(frozen=True, slots=True)
class MapWord:
    """A word on the map. `angle`, clockwise, is how a street's is turned; `also`, where else it may stand."""

    text: str
    lat: float
    lon: float
    kind: str
    angle: int = 0
    also: tuple[Degrees, ...] = ()


def map_words(places: Iterable[NamedPlace], language: str) -> list[MapWord]:
    """Return the words, the most telling first: on a small map later ones give way."""
    places = list(places)
    districts = [_word(p, language, "district") for p in places if p.kind is PlaceKind.DISTRICT]
    landmarks = [
        _word(place, language, "landmark")
        for category in LANDMARKS
        for place in [p for p in places if p.category == category and p.point.precision_m <= SURE_M][
            :MOST_OF_A_KIND
        ]
    ]
    long = [p for p in places if p.stretch and p.length_m >= LEAST_STREET_M and not p.name.zh.endswith("段")]
    longest = sorted(long, key=lambda place: -place.length_m)[:MOST_STREETS]
    streets = [
        replace(_word(place, language, "street"), angle=_angle(place), also=place.stretch)
        for place in longest
    ]
    return [word for word in (*districts, *landmarks, *streets) if len(word.text) <= LONGEST_WORD]


def _word(place: NamedPlace, language: str, kind: str) -> MapWord:
    text = place.name.in_language(language).split("（")[0].split(" (")[0]
    return MapWord(text, place.point.lat, place.point.lon, kind)


def _angle(street: NamedPlace) -> int:
    """Return how a word along the street is turned, so that it reads from left to right."""
    (lat_a, lon_a), (lat_b, lon_b) = street.stretch[0], street.stretch[-1]
    east = (lon_b - lon_a) * math.cos(math.radians(lat_a))
    angle = -math.degrees(math.atan2(lat_b - lat_a, east))
    return round((angle + 90) % 180 - 90)
