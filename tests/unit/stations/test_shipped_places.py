"""The shipped gazetteer: what it says is possible, and what means another place is never taken silently."""

import itertools
import json
import re
from dataclasses import replace
from functools import cache

import pytest

from app.localtext import LocalText
from app.stations.geography.distance import Point
from app.stations.geography.name_index import NameIndex, look_up
from app.stations.geography.names import is_chinese, key_of
from app.stations.geography.places import Ambiguous, FoundPlace, NamedPlace, PlaceKind, named
from app.stations.geography.stretches import flat_metres
from app.stations.seeding import seed
from tests.unit.stations.test_seed import SHIPPED

LAND = SHIPPED.parent / "app" / "static" / "geo" / "haikou_land.geojson"
KINDS = {"city": PlaceKind.CITY, "district": PlaceKind.DISTRICT, "street": PlaceKind.STREET}


@cache
def index() -> NameIndex:
    return NameIndex(_place(one.code, one.columns) for one in seed.read(SHIPPED).places)


def _place(slug: str, columns: dict) -> NamedPlace:
    point = Point(columns["lat"], columns["lon"], columns["precision_m"])
    kind = KINDS.get(columns["category"], PlaceKind.PLACE)
    district = columns.get("district") or LocalText()
    place = named(slug, kind, columns["name"], point, aliases=columns["aliases"], district=district)
    stretch = tuple(map(tuple, columns.get("stretch") or ()))
    length = columns.get("length_m") or 0
    return replace(place, category=columns["category"], stretch=stretch, length_m=length)


def surely(text: str) -> str | None:
    """Return the slug of the place that the text is taken for without a word of doubt."""
    outcome = look_up(text, index())
    return (
        (outcome.place.slug or outcome.place.name.en)
        if isinstance(outcome, FoundPlace) and not outcome.guessed
        else None
    )


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("海口东站", "rail-haikou-east"),
        ("海口東站", "rail-haikou-east"),
        ("Haikou East Railway Station", "rail-haikou-east"),
        ("海口东站出站口", "rail-haikou-east"),
        ("和平大道", "street-he-ping-da-dao"),
        ("heping dadao", "street-he-ping-da-dao"),
        ("Avenue Guoxing", "street-guo-xing-da-dao"),
        ("проспект Госин", "street-guo-xing-da-dao"),
        ("Haikou 国贸", "area-guomao"),
        ("32 Binhai Avenue", "32 Binhai Avenue"),
        ("海口市美兰区蓝天路31号", "street-lan-tian-lu"),
        ("Hainan Provincial People's Hospital", "hosp-hainan-general"),
        ("Народная больница Хайкоу", "hosp-haikou"),
        ("美蘭機場", "hak-airport"),
    ],
)
def test_what_is_known_is_found(text: str, slug: str) -> None:
    assert surely(text) == slug


OTHERS = """
广州南站 三亚凤凰机场 文昌站 文昌市人民医院 琼山区第一中学 海口南站 海口西火车站 东山岭
和平新村 金龙公园 滨海花园 世纪海港城
红旗路 和平路 江东人才家园 海口综保区派出所 北京 深圳 三亚东站
文明大桥 国兴村 白龙站 东方洋酒店 美兰区人民医院 龙头村 海口塔
火车站 医院 码头 酒店 海口 海南 市中心 县 公安局
Beijing Shenzhen Guangzhou Shanghai Changsha Wuhan Jinan Wenzhou Huizhou Hanoi Dubai Zhuhai Nanning Bangkok
hospital station port stadium government people home hotel airport center Haikou Hainan
Пекин Гуанчжоу Шанхай больница вокзал центр полиция отель Хайкоу Хайнань
"""
PHRASES = [
    "Haikou West Railway Station", "Heping Road", "Hongqi Road", "Changzheng Road", "Boao Airport",
    "city center",
    "near me", "Binhai Avenue, Sanya", "Sanya, Guomao Road", "улица Хэпин", "Дунфан отель", "река Наньду",
    "hongqi lu",
    "Sanjiang Farm", "Haikou Tower", "Evergrande", "Guilinyang Hospital", "Longkun Road", "Binhai",
    "110 Nanhai Avenue", "Longhua, Shenzhen", "Лунхуа, Шэньчжэнь", "Haidian, Beijing", "Binhai Park, Haian",
    "Dapo Town, Wenchang", "Hainan Hilton", "Haikou Normal University", "Xinhai Port Airport", "Haixiu",
    "Heping", "Хэпин", "Baisha", "海秀", "和平", "白沙", "海口医学院", "美兰区秀英港", "TCM hospital",
    "五源河", "Government Service Centre",
]  # fmt: skip


@pytest.mark.parametrize("text", [*OTHERS.split(), *PHRASES])
def test_what_means_another_place_is_never_taken_silently(text: str) -> None:
    assert surely(text) is None


@cache
def chinese_names() -> list[str]:
    names = {t for p in index().places for t in (p.name.zh, *p.aliases) if is_chinese(t)}
    return sorted(name for name in names if not re.search(r"[0-9（]", name))


def test_no_direction_is_ever_dropped_or_exchanged() -> None:
    known = {key for place in index().places for key in place.keys.names}
    wrong = []
    for name in chinese_names():
        for at, sign in enumerate(name):
            if sign in "东西南北":
                others = [name[:at] + other + name[at + 1 :] for other in "东西南北" if other != sign]
                wrong += [(o, slug) for o in others if key_of(o) not in known and (slug := surely(o))]
    assert wrong == []


@pytest.mark.parametrize("addition", ["新村", "幼儿园", "派出所", "加油站", "大桥"])
def test_no_name_is_taken_for_a_longer_one(addition: str) -> None:
    known = {key for place in index().places for key in place.keys.names}
    longer = [name + addition for name in chinese_names()[::3]]
    assert [(name, slug) for name in longer if key_of(name) not in known and (slug := surely(name))] == []


@pytest.mark.parametrize("beside", ["Sanya", "Haian", "Гуанчжоу", "Шэньчжэнь"])
def test_no_name_beside_another_city_is_ours(beside: str) -> None:
    ours = [p for p in index().places if p.category not in ("county", "town")]
    texts = [text for place in ours for text in (place.name.en, place.name.ru) if text]
    there = [f"{name}, {beside}" for name in texts[::3]]
    assert [(name, slug) for name in there if (slug := surely(name))] == []


def test_of_a_name_in_several_districts_the_one_in_the_named_district_is_meant() -> None:
    assert surely("府城中山路") == "street-zhong-shan-lu"
    assert surely("秀英区秀英港") == "hak-xiuying-port"


def test_a_place_of_the_city_is_not_one_of_the_province() -> None:
    assert surely("Haikou Hilton") == surely("Hilton") == "hotel-hilton"
    assert surely("海南师范大学") == "uni-hnnu"


@pytest.mark.parametrize("city", ["三亚", "广州", "文昌"])
def test_no_name_in_another_city_is_ours(city: str) -> None:
    assert [(city + name, slug) for name in chinese_names()[::3] if (slug := surely(city + name))] == []


def test_a_whole_city_and_a_long_street_are_asked_about() -> None:
    for text in ("海口", "Haikou", "Binhai Avenue", "滨海大道"):
        outcome = look_up(text, index())
        assert isinstance(outcome, Ambiguous)
        assert outcome.too_large
        assert len(outcome.candidates) >= 4


def test_every_place_near_the_city_lies_on_land_or_as_near_as_its_radius() -> None:
    rings = [
        ring
        for item in json.loads(LAND.read_text())["features"]
        for polygon in (
            item["geometry"]["coordinates"]
            if item["geometry"]["type"] == "MultiPolygon"
            else [item["geometry"]["coordinates"]]
        )
        for ring in polygon
    ]
    wet = [
        place.slug
        for place in index().places
        if 19.72 < place.point.lat < 20.18
        and 109.97 < place.point.lon < 110.78
        and not _inside(rings, place.point)
        and _to_coast_m(rings, place.point) > place.point.precision_m
    ]
    assert wet == []


def _inside(rings: list, point: Point) -> bool:
    inside = False
    for ring in rings:
        for (lon_a, lat_a), (lon_b, lat_b) in itertools.pairwise(ring):
            if (lat_a > point.lat) != (lat_b > point.lat):
                inside ^= point.lon < (lon_b - lon_a) * (point.lat - lat_a) / (lat_b - lat_a) + lon_a
    return inside


def _to_coast_m(rings: list, point: Point) -> float:
    return min(flat_metres((point.lat, point.lon), (lat, lon)) for ring in rings for lon, lat in ring)


def test_our_own_station_stands_in_its_park() -> None:
    facts = next(s.facts for s in seed.read(SHIPPED).stations if s.slug == "fuxingcheng")
    station = next(fact.point for fact in facts if fact.point)
    park = index().by_slug["park-fullsing"].point
    assert (station.lat, station.lon, station.precision_m) == (park.lat, park.lon, 300)


def test_every_place_says_where_it_comes_from() -> None:
    for one in seed.read(SHIPPED).places:
        assert one.columns["source"]
        assert one.columns["licence"]
