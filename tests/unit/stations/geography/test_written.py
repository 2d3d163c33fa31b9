"""Positions in the ways in which people have them."""

import pytest

from app.stations.geography.datum import Datum, from_wgs84
from app.stations.geography.distance import Point, metres
from app.stations.geography.places import BadCoordinates, find_position, find_typed_position
from app.stations.geography.written import LinkHidesPlace, read

HERE = (20.04017, 110.32387)
GCJ = "{:.6f},{:.6f}".format(*from_wgs84(HERE, Datum.GCJ02))
GCJ_LON_FIRST = ",".join(reversed(GCJ.split(",")))
GCJ_LAT, GCJ_LON = GCJ.split(",")
BD = "{:.6f},{:.6f}".format(*from_wgs84(HERE, Datum.BD09))


def far_m(text: str) -> float:
    point = find_position(text)
    assert point, text
    return metres(point, Point(*HERE))


@pytest.mark.parametrize(
    "text",
    [
        "20.04017°N 110.32387°E",
        "N20.04017 E110.32387",
        "E110.32387, N20.04017",
        "20.04017N,110.32387E",
        "北纬20.04017 东经110.32387",
        "北纬20.04017°，东经110.32387°",
        "東經110.32387度 北緯20.04017度",
        "纬度：20.04017，经度：110.32387",
        "20.04017 с. ш. 110.32387 в. д.",
        "20,04017° с.ш., 110,32387° в.д.",
        "широта 20.04017, долгота 110.32387",
        "lat: 20.04017, lon: 110.32387",
        "20°2'24.6\"N 110°19'25.9\"E",
        "20° 2′ 24.6″ с. ш. 110° 19′ 25.9″ в. д.",
        "北纬20度2分24.6秒 东经110度19分25.9秒",
        "20 2 24.6 N, 110 19 25.9 E",
        "20°2.41'N 110°19.432'E",
        "20.04017° 110.32387°",
        "geo:20.04017,110.32387",
        "geo:20.04017,110.32387,12;u=35",
        "geo:0,0?q=20.04017,110.32387(Park)",
        "7PGG28RF+3G",
        "28RF+3G Haikou, Hainan, China",
        "28RF+3G 海口市",
    ],
)
def test_a_position_is_read_in_any_writing(text: str) -> None:
    assert far_m(text) < 20


@pytest.mark.parametrize(
    "link",
    [
        f"https://uri.amap.com/marker?position={GCJ_LON_FIRST}&name=x",
        f"https://uri.amap.com/marker?position={HERE[1]},{HERE[0]}&coordinate=wgs84",
        f"https://uri.amap.com/navigation?to={GCJ_LON_FIRST},end&mode=car",
        f"https://www.amap.com/?q={GCJ},Binhai",
        f"https://wb.amap.com/?p=B0FF1,{GCJ},滨海公园,海口",
        f"androidamap://viewMap?sourceApplication=x&lat={GCJ_LAT}&lon={GCJ_LON}&dev=0",
        f"https://api.map.baidu.com/marker?location={BD}&title=x&output=html",
        f"https://api.map.baidu.com/marker?location={GCJ}&coord_type=gcj02&title=x",
        f"https://map.baidu.com/?latlng={BD}&title=x",
        f"https://api.map.baidu.com/direction?destination=latlng:{BD}|name:x&mode=driving",
        f"https://apis.map.qq.com/uri/v1/marker?marker=coord:{GCJ};title:x;addr:y",
        f"https://map.qq.com/?type=marker&pointx={GCJ_LON}&pointy={GCJ_LAT}",
        f"https://apis.map.qq.com/uri/v1/routeplan?type=drive&tocoord={GCJ}",
        f"https://www.google.com/maps/place/Foo/@20.1,110.2,17z/data=!4m6!3m5!8m2!3d{GCJ_LAT}!4d{GCJ_LON}!16s",
        f"https://www.google.com/maps/@{GCJ},15z",
        f"https://maps.google.com/?q={GCJ}",
        f"https://www.google.com/maps/search/?api=1&query={GCJ_LAT}%2C{GCJ_LON}",
        f"https://maps.apple.com/?ll={GCJ}&q=Foo",
        f"https://maps.apple.com/place?coordinate={GCJ}&name=Foo",
        f"https://www.openstreetmap.org/?mlat={HERE[0]}&mlon={HERE[1]}#map=17/20.1/110.1",
        f"https://www.openstreetmap.org/#map=17/{HERE[0]}/{HERE[1]}",
        f"https://yandex.ru/maps/?ll=110.1%2C20.1&pt={HERE[1]},{HERE[0]}&z=17",
        f"https://yandex.com/maps/?rtext=~{HERE[0]},{HERE[1]}&rtt=auto",
        f"https://2gis.ru/geo/{HERE[1]},{HERE[0]}",
        f"I am here: https://maps.google.com/?q={GCJ} .",
    ],
)
def test_a_shared_link_is_read_in_the_datum_of_its_map(link: str) -> None:
    assert far_m(link) < 2


@pytest.mark.parametrize(
    "link",
    [
        "https://surl.amap.com/4XkZb1",
        "【滨海公园】 https://j.map.baidu.com/aa/Bcd",
        "https://maps.app.goo.gl/abcdEFG",
        "https://yandex.ru/maps/-/CDabcd",
        "https://osm.org/go/abc",
        "https://www.google.com/maps/place/Foo/",
        "https://map.baidu.com/@12281234,2268123,15z",
        "https://example.org/20.04,110.32",
    ],
)
def test_a_link_that_hides_its_place_is_refused_by_name(link: str) -> None:
    with pytest.raises(LinkHidesPlace) as refusal:
        find_position(link)
    assert (refusal.value.code, refusal.value.status) == ("link_hides_place", 400)


@pytest.mark.parametrize(
    "text",
    [
        "20°",
        "N 20",
        "20°61' 110°10'",
        "N20 N110",
        "28RF+3G Beijing",
        "+3G",
        "geo:",
        "20:04:01 at 110",
        "8 - 20",
    ],
)
def test_other_texts_are_no_position(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize("text", ["95°N 20°E", "200 N 300 E", "geo:91,200", "20°N 181°E"])
def test_angles_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(BadCoordinates):
        find_position(text)


def test_longitude_first_is_read_and_said_to_be_a_guess() -> None:
    found = find_typed_position("110.32387,20.04017")
    assert found
    assert (found.guessed, found.place.point) == (True, Point(*HERE))


def test_a_plus_code_is_as_exact_as_its_square() -> None:
    point = find_position("7PGG28RF+3G")
    assert point
    assert point.precision_m == 7
