"""Tiles of an operator: which addresses are taken, and which hosts a page may then ask."""

import pytest
from pydantic import ValidationError

from app.maps.points import shifted
from app.maps.views import tile_hosts
from app.settings import Settings
from app.stations.geography.datum import Datum
from tests.unit.maps.points import build_point

GOOD = "https://t{s}.tianditu.gov.cn/vec_w/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=key"


@pytest.mark.parametrize(
    ("addresses", "hosts"),
    [
        (["https://tiles.example.org/{z}/{x}/{y}.png"], ["https://tiles.example.org"]),
        (["https://tiles.example.org:8443/{z}/{x}/{y}"], ["https://tiles.example.org:8443"]),
        ([GOOD, GOOD.replace("vec", "cva")], ["https://t0.tianditu.gov.cn", "https://t1.tianditu.gov.cn"]),
    ],
)
def test_only_the_hosts_of_the_tiles_are_named(addresses: list[str], hosts: list[str]):
    assert tile_hosts(addresses, "01") == hosts


@pytest.mark.parametrize(
    "values",
    [
        {"map_tiles": "http://tiles.example.org/{z}/{x}/{y}.png", "map_attribution": "x"},
        {"map_tiles": "https://tiles.example.org/map.png", "map_attribution": "x"},
        {"map_tiles": "https://tiles.example.org;script-src *//{z}/{x}/{y}", "map_attribution": "x"},
        {"map_tiles": GOOD},
        {"map_tiles": GOOD, "map_attribution": "x", "map_tiles_subdomains": "a b"},
        {"map_tiles": GOOD, "map_attribution": "x", "map_tiles_datum": "pulkovo"},
    ],
)
def test_tiles_that_cannot_be_shown_stop_the_start(values: dict[str, str]):
    with pytest.raises(ValidationError):
        Settings(**values)


def test_good_tiles_are_taken_with_several_layers():
    settings = Settings(map_tiles=f"{GOOD} {GOOD}", map_attribution="天地图", map_tiles_subdomains="01234567")

    assert settings.tile_addresses == [GOOD, GOOD]


def test_points_are_shifted_half_a_kilometre_for_tiles_of_the_mainland():
    (moved,) = shifted([build_point()], Datum.GCJ02)

    assert 0.001 < abs(moved.lat - build_point().lat) + abs(moved.lon - build_point().lon) < 0.02
    assert shifted([build_point()], Datum.WGS84) == [build_point()]
