"""A street is a stretch: house numbers stand between known ones, and a long street is asked about."""

import pytest

from app.localtext import LocalText
from app.stations.geography.distance import Point
from app.stations.geography.name_index import NameIndex
from app.stations.geography.places import Ambiguous, FoundPlace, PlaceKind, named
from app.stations.geography.stretches import Numbered, along, known_numbers, position_of, read_address

STREET = [
    Numbered(1, Point(20.0, 110.300, 50)),
    Numbered(21, Point(20.0, 110.310, 80)),
    Numbered(30, Point(20.0, 110.320, 50)),
]


def test_a_number_stands_between_its_known_neighbours_with_a_doubt() -> None:
    point = position_of(11, STREET)
    assert point
    assert (point.lat, point.lon) == pytest.approx((20.0, 110.305))
    assert 523 + 80 <= point.precision_m <= 630


@pytest.mark.parametrize("number", [23, 28, 32, 2, 0, 9999])
def test_a_number_beyond_the_known_ones_of_its_side_is_not_invented(number: int) -> None:
    assert position_of(number, STREET) is None


def test_neighbours_too_far_apart_say_nothing() -> None:
    assert position_of(3, [Numbered(1, Point(20.0, 110.30)), Numbered(5, Point(20.0, 110.33))]) is None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("滨海大道32号", ("滨海大道", 32)),
        ("濱海大道 109-9 號", ("滨海大道", 109)),
        ("人民路", None),
        ("海口市第七中学", None),
        ("龙昆南路90-1号", ("龙昆南路", 90)),
    ],
)
def test_addresses_among_names_are_read(text: str, address: tuple[str, int] | None) -> None:
    assert read_address(text) == address


def test_the_most_exact_position_of_a_number_counts() -> None:
    known = known_numbers([("国贸路2号", Point(20.0, 110.3, 500)), ("国贸路2号", Point(20.1, 110.3, 50))])
    assert known == {"国贸路": [Numbered(2, Point(20.1, 110.3, 50))]}


def test_how_far_along_and_off_a_place_lies() -> None:
    far, off = along((20.001, 110.305), ((20.0, 110.30), (20.0, 110.31), (20.0, 110.32)))
    assert far == pytest.approx(523, abs=2)
    assert off == pytest.approx(111, abs=1)


def street(name: str, en: str, length: int):
    from dataclasses import replace  # noqa: PLC0415

    place = named(en, PlaceKind.STREET, LocalText(en, name), Point(20.0, 110.31, length // 2))
    return replace(place, stretch=((20.0, 110.30), (20.0, 110.32)), length_m=length)


INDEX = NameIndex(
    [
        named("d", PlaceKind.DISTRICT, LocalText("Longhua District", "龙华区"), Point(20.0, 110.3, 5000)),
        street("短路", "Duan Road", 900),
        street("长大道", "Chang Avenue", 9000),
        named(
            "west",
            PlaceKind.PLACE,
            LocalText("West Gardens", "西园林"),
            Point(20.001, 110.301, 100),
            aliases=["长大道2号"],
        ),
        named(
            "east",
            PlaceKind.PLACE,
            LocalText("Eastern Tower", "东塔楼"),
            Point(20.0, 110.319, 100),
            aliases=["长大道12号"],
        ),
    ]
)


@pytest.mark.parametrize(
    "text", ["短路", "Duan Road", "road duan", "Duan Rd", "短路7号", "7 Duan Road, Longhua District, Haikou"]
)
def test_a_short_street_is_answered_with_half_its_length_as_doubt(text: str) -> None:
    outcome = INDEX.look_up(text)
    assert isinstance(outcome, FoundPlace)
    assert (outcome.place.name.zh, outcome.place.point.precision_m, outcome.guessed) == ("短路", 450, False)


def test_a_long_street_offers_its_parts_from_end_to_end() -> None:
    outcome = INDEX.look_up("长大道")
    assert isinstance(outcome, Ambiguous)
    assert outcome.too_large
    assert [place.slug for place in outcome.candidates] == ["west", "east"]


@pytest.mark.parametrize("text", ["长大道7号", "长大道999号"])
def test_a_number_that_is_not_known_on_a_long_street_asks_too(text: str) -> None:
    assert isinstance(INDEX.look_up(text), Ambiguous)


@pytest.mark.parametrize(
    "text", ["长大道8号", "8 Chang Avenue", "No. 8, Chang Avenue", "海口市龙华区长大道8号3楼"]
)
def test_a_number_between_known_ones_is_an_address(text: str) -> None:
    outcome = INDEX.look_up(text)
    assert isinstance(outcome, FoundPlace)
    assert (outcome.place.kind, outcome.place.name.zh) == (PlaceKind.ADDRESS, "长大道8号")
    assert 110.305 < outcome.place.point.lon < 110.315
