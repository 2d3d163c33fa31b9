"""Points in one language, as GeoJSON."""

from app.localtext import LocalText
from app.maps.geojson import point_features
from app.maps.points import map_points
from app.stations.models import Station
from tests.unit.maps.points import build_point


def build_row(**given):
    values = {"slug": "jiangdong", "number": 3, "kind": "station", "lat": 20.05278, "lon": 110.41347,
              "precision_m": 4000, "name": LocalText(en="Jiangdong", zh="江东")} | given  # fmt: skip
    return Station(**values)


def test_a_point_is_named_in_the_language_of_the_page():
    [chinese] = map_points([build_row()], language="zh", link=lambda slug: f"/zh/places/{slug}")
    assert (chinese.name, chinese.link) == ("江东", "/zh/places/jiangdong")


def test_a_language_without_a_name_falls_back_to_english():
    [russian] = map_points([build_row()], language="ru", link=str)
    assert russian.name == "Jiangdong"


def test_a_position_worse_than_100_metres_is_not_sharp():
    assert [build_point(precision_m=metres).sharp for metres in (0, 100, 101, 4000)] == [
        True,
        True,
        False,
        False,
    ]


def test_a_position_worse_than_500_metres_is_an_area_and_no_pin():
    assert [build_point(precision_m=metres).vague for metres in (100, 500, 501, 4000)] == [
        False,
        False,
        True,
        True,
    ]


def test_the_central_window_is_the_main_one():
    assert build_point(kind="central_window").main
    assert not build_point(kind="talent_home").main


def test_coordinates_are_longitude_first():
    [feature] = point_features([build_point()])["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [110.41347, 20.05278]}
    assert feature["properties"]["number"] == 3
    assert feature["properties"]["link"] == "/en/places/jiangdong"
