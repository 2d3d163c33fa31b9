"""What a person means by the text in "Where are you?"."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.localtext import LocalText
from app.stations.geography.distance import Point
from app.stations.geography.name_index import NameIndex, look_up
from app.stations.geography.names import key_of
from app.stations.geography.places import (
    Ambiguous,
    BadCoordinates,
    CoordinatesSwapped,
    FoundPlace,
    PlaceKind,
    Unknown,
    find_position,
    named,
)
from app.stations.geography.written import LinkHidesPlace

HERE = Point(20.0, 110.3, 1000)


def place(en: str, zh: str = "", *aliases: str, kind: PlaceKind = PlaceKind.PLACE):
    return named(en.lower().replace(" ", "-"), kind, LocalText(en, zh), HERE, aliases=aliases)


XIUYING = place("Xiuying District", "秀英区", "Xiuying", "秀英", kind=PlaceKind.DISTRICT)
MEILAN = place("Meilan District", "美兰区", "Meilan", kind=PlaceKind.DISTRICT)
PLACES = NameIndex(
    [
        XIUYING,
        MEILAN,
        place("Xiuying", "秀英街道", "秀英"),
        place("Xiuying Port (Haikou Port)", "秀英港"),
        place("Binhai Park", "滨海公园"),
        place("Haikou Railway Station", "海口站", "海口火车站"),
        place("High-tech Zone station", "高新区服务站", kind=PlaceKind.STATION),
        *(place(f"Old Street {number}", f"老街{number}号") for number in range(12)),
    ]
)


def found(text: str) -> str | None:
    outcome = look_up(text, PLACES)
    return outcome.place.name.en if isinstance(outcome, FoundPlace) else None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Binhai Park", "Binhai Park"),
        ("  bINHAI   park. ", "Binhai Park"),
        ("Bīnhǎi Park", "Binhai Park"),
        ("Ｂｉｎｈａｉ　Ｐａｒｋ", "Binhai Park"),  # full-width signs
        ("滨海公园", "Binhai Park"),
        ("滨海", "Binhai Park"),  # starts so
        ("railway", "Haikou Railway Station"),  # the only one
        ("海口火车站", "Haikou Railway Station"),  # an alias
        ("HIGH TECH ZONE", "High-tech Zone station"),
        ("Xiuying Port", "Xiuying Port (Haikou Port)"),  # without what is in brackets
        ("Meilan", "Meilan District"),
    ],
)
def test_a_name_is_found_however_it_is_written(text: str, name: str) -> None:
    assert found(text) == name


def test_a_district_wins_over_its_part_of_the_same_name() -> None:
    assert found("Xiuying") == "Xiuying District"
    assert found("秀英") == "Xiuying District"


def test_an_equal_name_wins_over_one_that_starts_so() -> None:
    assert found("Old Street 1") == "Old Street 1"


def test_many_matches_offer_eight() -> None:
    outcome = look_up("old street", PLACES)
    assert isinstance(outcome, Ambiguous)
    assert len(outcome.candidates) == 8


@pytest.mark.parametrize("text", ["Atlantis", "", "   ", "?!", "a", "st", "№"])
def test_what_is_not_known_offers_the_districts(text: str) -> None:
    outcome = look_up(text, PLACES)
    assert isinstance(outcome, Unknown)
    assert outcome.districts == (XIUYING, MEILAN)
    assert outcome.text == text


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        ("20.04,110.32", 20.04, 110.32),
        (" 20.04 , 110.32 ", 20.04, 110.32),
        ("20.04 110.32", 20.04, 110.32),
        ("(20.04; 110.32)", 20.04, 110.32),
        ("20.04，110.32", 20.04, 110.32),  # Chinese comma
        ("20,04 110,32", 20.04, 110.32),  # decimal commas
        ("-20.5,-110.5", -20.5, -110.5),
        ("0,0", 0, 0),
        ("90,180", 90, 180),
        ("2e1,1.1e2", 20, 110),
    ],
)
def test_a_pair_of_numbers_is_a_position(text: str, lat: float, lon: float) -> None:
    assert find_position(text) == Point(lat, lon)


@pytest.mark.parametrize(
    "text", ["1e999,0", "0,1e999", "nan,110", "20,nan", "inf,inf", "200,300", "20,181", "-181,20"]
)
def test_numbers_that_are_no_position_are_refused(text: str) -> None:
    with pytest.raises(BadCoordinates) as refusal:
        look_up(text, PLACES)
    assert refusal.value.code == "bad_coordinates"
    assert refusal.value.status == 400


@pytest.mark.parametrize("text", ["110.3,20.0", "110.3 20", "-122.4,37.8", "90.01,20"])
def test_longitude_first_is_told_apart(text: str) -> None:
    with pytest.raises(CoordinatesSwapped) as refusal:
        find_position(text)
    assert refusal.value.code == "coordinates_swapped"
    outcome = look_up(text, PLACES)
    assert isinstance(outcome, FoundPlace)
    assert (outcome.guessed, outcome.place.point) == (True, refusal.value.meant)


@pytest.mark.parametrize("text", ["20.04", "20.04,110.32,5", "1_0,20", "0x10,20", "20..4,110", "n,e"])
def test_other_numbers_are_not_taken_for_a_position(text: str) -> None:
    assert find_position(text) is None


@given(st.text(max_size=300))
def test_any_text_has_an_outcome(text: str) -> None:
    try:
        outcome = look_up(text, PLACES)
    except (BadCoordinates, LinkHidesPlace):
        return
    assert isinstance(outcome, FoundPlace | Ambiguous | Unknown)


def test_a_very_long_text_costs_no_more_than_its_start() -> None:
    assert isinstance(look_up("9" * 1_000_000, PLACES), Unknown)


def test_keys_leave_out_case_width_accents_and_punctuation() -> None:
    assert key_of("Ｈǎi-kǒu  (海口)!") == "haikou海口"
