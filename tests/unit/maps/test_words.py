"""Words of the map: streets are set along their two known ends, and nothing is drawn."""

from dataclasses import replace

import pytest

from app.localtext import LocalText
from app.maps.words import map_words
from app.stations.geography.distance import Point
from app.stations.geography.places import PlaceKind, named


def street(name: str, ends: tuple, length: int):
    place = named(name, PlaceKind.STREET, LocalText(name, name), Point(20.0, 110.3, 1000))
    return replace(place, category="street", stretch=ends, length_m=length)


@pytest.mark.parametrize(
    ("ends", "angle"),
    [
        (((20.0, 110.30), (20.0, 110.34)), 0),
        (((20.0, 110.34), (20.0, 110.30)), 0),  # read from left to right, whichever end comes first
        (((20.0, 110.30), (20.03, 110.33)), -47),
        (((20.03, 110.30), (20.0, 110.33)), 47),
    ],
)
def test_a_street_is_a_word_along_its_ends(ends: tuple, angle: int) -> None:
    (word,) = map_words([street("Long Road", ends, 4000)], "en")
    assert (word.text, word.kind, word.angle) == ("Long Road", "street", angle)


def test_districts_come_first_and_short_or_unplaced_streets_not_at_all() -> None:
    district = named(
        "d", PlaceKind.DISTRICT, LocalText("Longhua District", "龙华区"), Point(20.0, 110.3, 5000)
    )
    airport = named("a", PlaceKind.PLACE, LocalText("Airport (new)", "机场"), Point(20.0, 110.4, 200))
    places = [
        street("Short Road", ((20.0, 110.3), (20.0, 110.31)), 900),
        street("No Ends", (), 5000),
        replace(airport, category="airport"),
        district,
    ]
    assert [word.text for word in map_words(places, "en")] == ["Longhua District", "Airport"]
