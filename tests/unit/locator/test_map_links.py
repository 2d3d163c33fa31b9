"""Links to maps: the published form of each, and its own datum."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from app.locator.map_links import DATUMS, Destination, MapApp, map_link, search_link
from app.stations.geography.datum import Datum, Degrees, to_wgs84
from app.stations.geography.distance import Point, metres

WINDOW: Degrees = (20.04017, 110.32387)
CENTRAL = Destination(WINDOW, "外国人综合服务窗口", "滨海公园路1号")
HOSTILE = Destination(WINDOW, "A&B #1; x:y|z?q=1,2", "+ %20")


def parts(app: MapApp, destination: Destination = CENTRAL) -> tuple[str, dict[str, str], str]:
    """Return the address without its query, the query's parameters, and the fragment."""
    split = urlsplit(map_link(app, destination))
    query = {name: values[0] for name, values in parse_qs(split.query, strict_parsing=True).items()}
    return f"{split.scheme}://{split.netloc}{split.path}", query, split.fragment


def shown(app: MapApp, destination: Destination = CENTRAL) -> Degrees:
    """Return the degrees that the map is told, latitude first."""
    _, query, _ = parts(app, destination)
    pair = {
        MapApp.AMAP: lambda: query["position"].split(",")[::-1],
        MapApp.BAIDU: lambda: query["location"].split(","),
        MapApp.TENCENT: lambda: query["marker"].split(";")[0].removeprefix("coord:").split(","),
        MapApp.APPLE: lambda: query["ll"].split(","),
        MapApp.GOOGLE: lambda: query["query"].split(","),
        MapApp.YANDEX: lambda: query["pt"].split(",")[::-1],
        MapApp.OSM: lambda: (query["mlat"], query["mlon"]),
    }[app]()
    return float(pair[0]), float(pair[1])


@pytest.mark.parametrize("destination", [CENTRAL, HOSTILE])
@pytest.mark.parametrize("app", MapApp)
def test_every_map_shows_the_same_place(app: MapApp, destination: Destination) -> None:
    place = to_wgs84(shown(app, destination), DATUMS[app])
    assert metres(Point(*place), Point(*WINDOW)) < 0.2


def test_each_map_has_its_datum() -> None:
    assert DATUMS[MapApp.OSM] is Datum.WGS84
    assert DATUMS[MapApp.BAIDU] is Datum.BD09
    assert {DATUMS[app] for app in (MapApp.AMAP, MapApp.TENCENT, MapApp.APPLE, MapApp.GOOGLE)} == {
        Datum.GCJ02
    }


def test_amap_marker() -> None:
    address, query, _ = parts(MapApp.AMAP)
    assert address == "https://uri.amap.com/marker"
    longitude, latitude = query.pop("position").split(",")
    assert float(longitude) > float(latitude)
    assert query == {"name": "外国人综合服务窗口", "coordinate": "gaode", "src": "station-network"}


def test_baidu_marker() -> None:
    address, query, _ = parts(MapApp.BAIDU)
    assert address == "https://api.map.baidu.com/marker"
    del query["location"]
    assert query == {
        "title": "外国人综合服务窗口",
        "content": "滨海公园路1号",
        "coord_type": "bd09ll",
        "output": "html",
        "src": "station-network",
    }


def test_tencent_marker() -> None:
    address, query, _ = parts(MapApp.TENCENT)
    assert address == "https://apis.map.qq.com/uri/v1/marker"
    _, title, location = query["marker"].split(";")
    assert (title, location) == ("title:外国人综合服务窗口", "addr:滨海公园路1号")
    assert query["referer"] == "station-network"
    assert query["coord_type"] == "1"  # GCJ-02


def test_apple_map_link() -> None:
    address, query, _ = parts(MapApp.APPLE)
    assert address == "https://maps.apple.com/"
    assert query["q"] == "外国人综合服务窗口"
    assert query["z"] == "17"


def test_osm_permanent_link() -> None:
    address, query, fragment = parts(MapApp.OSM)
    assert address == "https://www.openstreetmap.org/"
    assert fragment == f"map=17/{query['mlat']}/{query['mlon']}"


@pytest.mark.parametrize("app", MapApp)
def test_a_name_stays_one_value_whatever_is_in_it(app: MapApp) -> None:
    assert set(parts(app, HOSTILE)[1]) == set(parts(app)[1])
    assert "+" not in map_link(app, HOSTILE)


def test_signs_that_part_a_tencent_marker_are_left_out_of_names() -> None:
    assert parts(MapApp.TENCENT, HOSTILE)[1]["marker"].count(";") == 2


@pytest.mark.parametrize(
    ("app", "start", "name"),
    [
        (MapApp.AMAP, "https://uri.amap.com/search?", "keyword"),
        (MapApp.BAIDU, "https://api.map.baidu.com/place/search?", "query"),
        (MapApp.TENCENT, "https://apis.map.qq.com/uri/v1/search?", "keyword"),
        (MapApp.APPLE, "https://maps.apple.com/?", "q"),
    ],
)
def test_a_map_looks_for_a_text_where_we_do_not_know_the_door(app: MapApp, start: str, name: str) -> None:
    address = search_link(app, "滨海公园路1号 & more", city="海口市")
    assert address is not None
    assert address.startswith(start)
    assert parse_qs(urlsplit(address).query)[name] == ["滨海公园路1号 & more"]
    assert not re.search(r"20\.0|110\.3", address)


def test_a_map_that_does_not_know_the_city_is_left_out() -> None:
    assert search_link(MapApp.OSM, "滨海公园路1号", city="海口市") is None
