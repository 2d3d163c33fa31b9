"""Each geocoder in its own words, from a stand-in on this machine."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.geocoding.fetching import FetchLimits
from app.geocoding.vendors import SERVICES, GeocoderFailed, Vendor, ask
from app.stations.geography.datum import Datum, from_wgs84
from app.stations.geography.distance import Point, metres
from tests import geocoder
from tests.geocoder import Geocoder

PARK = Point(20.0317, 110.3178)
PARK_GCJ02, PARK_BD09 = (from_wgs84((PARK.lat, PARK.lon), datum) for datum in (Datum.GCJ02, Datum.BD09))


@pytest.fixture
def server() -> Iterator[Geocoder]:
    with geocoder.running() as running:
        yield running


def vendor(server: Geocoder, name: str, *, seconds: float = 5) -> Vendor:
    return Vendor(name, server.url, FetchLimits(seconds, "127.0.0.1"), key="the-key", city="海口市")


def nominatim(lat: Any, lon: Any) -> Any:
    box = ["20.0300", "20.0334", "110.3160", "110.3196"]
    return [
        {
            "place_id": 1,
            "lat": lat,
            "lon": lon,
            "display_name": "万绿园",
            "boundingbox": box,
            "class": "leisure",
        }
    ]


def photon(lat: Any, lon: Any) -> Any:
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {"name": "万绿园", "city": "海口市", "extent": [110.316, 20.0334, 110.3196, 20.03]},
    }
    return {"type": "FeatureCollection", "features": [feature]}


def amap(lat: Any, lon: Any, level: str = "兴趣点") -> Any:
    place = {"formatted_address": "海南省海口市万绿园", "location": f"{lon},{lat}", "level": level}
    return {"status": "1", "info": "OK", "infocode": "10000", "count": "1", "geocodes": [place]}


def baidu(lat: Any, lon: Any, confidence: Any = 70) -> Any:
    location = {"lng": lon, "lat": lat}
    result = {
        "location": location,
        "precise": 0,
        "confidence": confidence,
        "comprehension": 100,
        "level": "公园",
    }
    return {"status": 0, "result": result}


def tianditu(lat: Any, lon: Any) -> Any:
    location = {"score": 100, "level": "兴趣点", "lon": lon, "lat": lat, "keyWord": "海口市万绿园"}
    return {"msg": "ok", "location": location, "searchVersion": "6.4.9V", "status": "0"}


SPOKEN = {
    "nominatim": (nominatim, ("20.0317", "110.3178"), "/search", {"q": "万绿园, 海口市", "format": "json"}),
    "photon": (photon, (20.0317, 110.3178), "/api", {"q": "万绿园, 海口市", "limit": "1"}),
    "amap": (
        amap,
        PARK_GCJ02,
        "/v3/geocode/geo",
        {"key": "the-key", "address": "万绿园", "city": "海口市", "output": "JSON"},
    ),
    "baidu": (
        baidu,
        PARK_BD09,
        "/geocoding/v3/",
        {"ak": "the-key", "address": "海口市万绿园", "output": "json"},
    ),
    "tianditu": (
        tianditu,
        (20.0317, 110.3178),
        "/geocoder",
        {"ds": '{"keyWord": "海口市万绿园"}', "tk": "the-key"},
    ),
}
NOTHING = {
    "nominatim": [],
    "photon": {"type": "FeatureCollection", "features": []},
    "amap": {"status": "1", "info": "OK", "count": "0", "geocodes": []},
    "baidu": {"status": 0, "result": []},
    "tianditu": {"msg": "无结果", "status": "101"},
}
REFUSED = {
    "amap": {"status": "0", "info": "INVALID_USER_KEY", "infocode": "10001"},
    "baidu": {"status": 240, "message": "APP 服务被禁用"},
    "tianditu": {"msg": "key error", "status": "301"},
}
BAD_POSITIONS = [
    (110.3178, 20.0317),  # swapped
    ("NaN", "NaN"),
    (float("nan"), 110.3),
    (float("inf"), 110.3),
    ("1e999", "110.3"),
    (20.0, 1e300),
    ("", ""),
    (None, None),
    ({}, []),
    ("<script>", "x"),
]
GARBAGE = [
    "",
    "null",
    "[]",
    "{}",
    "[[]]",
    '"text"',
    "17",
    "<html>busy</html>",
    '{"status": "1"}',
    "[" * 100_000,
    '{"status":"0","location":{}}',
    '{"features":[{}]}',
    '[{"lat":"1"}]',
    b"\xff\xfe\x00",
]


def test_all_of_them_are_spoken() -> None:
    assert set(SPOKEN) == set(NOTHING) == set(SERVICES)


@pytest.mark.parametrize("name", SPOKEN)
def test_a_place_is_asked_for_and_comes_back_in_wgs84(server: Geocoder, name: str) -> None:
    write, there, path, query = SPOKEN[name]
    server.answer = write(*there)
    found = ask(vendor(server, name), "万绿园")
    assert found
    assert metres(found, PARK) < 1
    assert 100 <= found.precision_m <= 1000
    (asked,) = server.asked
    assert asked.path == path
    assert asked.query.items() >= query.items()
    assert asked.agent == "haikou-service-network"


@pytest.mark.parametrize("name", SPOKEN)
def test_a_place_that_is_not_known_is_none(server: Geocoder, name: str) -> None:
    server.answer = NOTHING[name]
    assert ask(vendor(server, name), "Atlantis") is None


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_a_failure(server: Geocoder, name: str) -> None:
    server.answer = REFUSED[name]
    with pytest.raises(GeocoderFailed):
        ask(vendor(server, name), "万绿园")


@pytest.mark.parametrize("name", SPOKEN)
@pytest.mark.parametrize("there", BAD_POSITIONS, ids=repr)
def test_no_position_is_made_of_nonsense(server: Geocoder, name: str, there: tuple[Any, Any]) -> None:
    server.answer = SPOKEN[name][0](*there)
    try:
        found = ask(vendor(server, name), "万绿园")
    except GeocoderFailed:
        return
    # geopy folds a longitude that goes round the earth; what is left is a position, and far away.
    assert found is None or metres(found, PARK) > 200_000


@pytest.mark.parametrize("name", SPOKEN)
@pytest.mark.parametrize("answer", GARBAGE, ids=lambda answer: repr(answer)[:20])
def test_garbage_finds_nothing_and_breaks_nothing(server: Geocoder, name: str, answer: Any) -> None:
    server.answer = answer
    said = ""
    try:
        assert ask(vendor(server, name), "万绿园") is None
    except GeocoderFailed as error:
        said = str(error)
    assert "万绿园" not in said
    assert "the-key" not in said


@pytest.mark.parametrize("misbehave", geocoder.MISBEHAVING, ids=lambda way: way.__name__)
def test_a_misbehaving_server_is_a_failure(server: Geocoder, misbehave: Any) -> None:
    server.answer = misbehave(server)
    with pytest.raises(GeocoderFailed):
        ask(vendor(server, "nominatim", seconds=0.4), "万绿园")


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("amap", amap(*PARK_GCJ02, level="市")),
        ("baidu", baidu(*PARK_BD09, confidence=10)),
        (
            "nominatim",
            [
                {
                    "lat": "20.0",
                    "lon": "110.3",
                    "display_name": "x",
                    "boundingbox": ["19.5", "20.2", "110.0", "110.8"],
                }
            ],
        ),
    ],
)
def test_the_middle_of_a_city_is_no_answer(server: Geocoder, name: str, answer: Any) -> None:
    server.answer = answer
    assert ask(vendor(server, name), "某处") is None


def test_a_city_in_the_text_is_not_said_twice(server: Geocoder) -> None:
    server.answer = NOTHING["tianditu"]
    ask(vendor(server, "tianditu"), "海口万绿园")
    assert server.asked[0].query["ds"] == '{"keyWord": "海口万绿园"}'
