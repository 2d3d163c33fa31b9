"""The picture of the first page: all points inside, and no name on another one."""

import itertools

import pytest

from app.maps.picture import (
    EDGE,
    GAP,
    HEIGHT,
    LINE,
    MOST_NAMES,
    WIDTH,
    PictureWord,
    draw,
    length,
    project,
    wrapped,
)
from tests.unit.maps.points import build_point

ROADS = {"binhai": "Binhai Avenue", "guoxing": "Guoxing Avenue"}
DISTRICTS = [("Longhua District", 20.04, 110.317), ("Meilan District", 20.03, 110.35)]


def box(named: PictureWord) -> tuple[float, float, float, float]:
    width = max(map(length, named.lines))
    left = {"start": named.x, "end": named.x - width, "middle": named.x - width / 2}[named.anchor]
    top = named.y - LINE * 0.8
    return left, top, left + width, top + LINE * len(named.lines)


def overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return min(a[2], b[2]) - max(a[0], b[0]) > 2 and min(a[3], b[3]) - max(a[1], b[1]) > 2


NINE = [
    build_point(f"point-{number}", number=number, name=name, lat=lat, lon=lon)
    for number, (name, lat, lon) in enumerate(
        [
            ("Central Window", 20.040, 110.324),
            ("Fuxingcheng station", 20.042, 110.301),
            ("Jiangdong station", 20.053, 110.413),
            ("Longhua station", 20.020, 110.318),
            ("Xiuying station", 20.000, 110.281),
            ("High-tech Zone station", 19.984, 110.230),
            ("Bonded Zone station", 19.964, 110.119),
            ("Meilan station", 20.028, 110.357),
            ("International Talent Home of Hainan", 20.022, 110.300),
        ],
        start=1,
    )
]


def test_every_point_is_inside_and_none_hides_another() -> None:
    picture = draw(NINE, DISTRICTS, ROADS)
    assert [drop.point.number for drop in picture.drops] == list(range(1, 10))
    assert all(EDGE / 2 <= d.x <= WIDTH - EDGE / 2 and 0 < d.y < HEIGHT for d in picture.drops)
    for a, b in itertools.combinations(picture.drops, 2):
        assert (a.x - b.x) ** 2 + (a.y - b.y) ** 2 >= (GAP - 2) ** 2


def test_no_name_lies_on_another_or_beyond_the_edge() -> None:
    picture = draw(NINE, DISTRICTS, ROADS)
    boxes = [box(named) for named in picture.names]
    assert [a for a, b in itertools.combinations(boxes, 2) if overlap(a, b)] == []
    assert all(left >= 0 and right <= WIDTH and top >= 0 and end <= HEIGHT for left, top, right, end in boxes)
    quiet = [box(named) for named in picture.quiet]
    assert [a for a in quiet for b in boxes if overlap(a, b)] == []
    roomy = draw([], DISTRICTS[:1], ROADS).quiet
    assert {named.lines for named in roomy} >= {("Longhua District",), ("Guoxing Avenue",)}


@pytest.mark.parametrize(
    ("lat", "lon", "angle"), [(20.02, 109.5, 180), (20.02, 111.5, 0), (19.0, 110.325, 90)]
)
def test_what_lies_outside_stands_at_the_edge_with_an_arrow(lat: float, lon: float, angle: int) -> None:
    (drop,) = draw([build_point(lat=lat, lon=lon)], [], {}).drops
    assert drop.outside is not None
    assert abs((abs(drop.outside) if angle == 180 else drop.outside) - angle) <= 8
    assert 0 < drop.x < WIDTH
    assert 0 < drop.y < HEIGHT


def test_a_point_within_has_no_arrow() -> None:
    (drop,) = draw([build_point(lat=20.03, lon=110.33)], [], {}).drops
    assert drop.outside is None
    x, y = project(20.03, 110.33)
    assert (drop.x, drop.y) == (round(x), round(y))


def test_of_many_points_only_the_main_ones_are_named() -> None:
    many = [build_point(f"p{n}", number=n, lat=20 + n / 1000, lon=110.3) for n in range(MOST_NAMES + 1)]
    assert draw(many, [], {}).drops == ()
    main = build_point("main", number=99, kind="central_window")
    assert [drop.point.number for drop in draw([*many, main], [], {}).drops] == [99]


def test_a_long_name_is_cut_between_words_and_chinese_is_not() -> None:
    assert wrapped("International Talent Home of Hainan") == ("International Talent", "Home of Hainan")
    assert wrapped("外国人综合服务窗口") == ("外国人综合服务窗口",)
    assert length("海口") > length("Ha")


def test_the_land_is_drawn_and_every_road_is_a_line() -> None:
    picture = draw([], [], {})
    assert picture.land.startswith("M")
    assert picture.land.endswith("Z")
    assert all(road.startswith("M") and "L" in road for road in picture.roads)
