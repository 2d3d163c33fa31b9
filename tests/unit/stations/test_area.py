"""Boxes around a position: they hold the whole circle, wherever on the earth it is."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.stations.geography.area import box_around
from app.stations.geography.distance import Point, metres

LATS = st.floats(-90, 90, allow_nan=False)
LONS = st.floats(-180, 180, allow_nan=False)
POINTS = st.builds(Point, LATS, LONS)
RADII = st.floats(1, 21_000_000)


@given(POINTS, POINTS, RADII)
@example(Point(10.0, 179.9), Point(10.0, -179.9), 30_000)
@example(Point(10.0, 180.0), Point(10.0, -180.0), 1)
@example(Point(10.0, -180.0), Point(10.0, 180.0), 1)
@example(Point(89.9, 0.0), Point(89.9, 180.0), 30_000)
@example(Point(-89.9, 10.0), Point(-89.95, -170.0), 20_000)
@example(Point(90.0, 0.0), Point(89.99, 123.0), 2_000)
@example(Point(20.0, 110.3), Point(-20.0, -69.7), 20_100_000)
def test_what_is_within_the_radius_is_in_the_box(middle: Point, place: Point, radius: float) -> None:
    if metres(middle, place) <= radius:
        assert box_around(middle, radius).holds(place)


@given(POINTS, POINTS, RADII)
@example(Point(89.0, 0.0), Point(88.0, 180.0), 112_000)
@example(Point(60.0, 30.0), Point(50.1, 12.0), 1_100_000)
def test_nothing_in_the_box_is_farther_than_its_reach(middle: Point, place: Point, radius: float) -> None:
    box = box_around(middle, radius)
    if box.holds(place):
        assert metres(middle, place) <= box.reach_m


@pytest.mark.parametrize("lat", [0.0, 20.0, 45.0, -60.0])
def test_a_small_box_is_hardly_larger_than_its_circle(lat: float) -> None:
    assert 1400 < box_around(Point(lat, 110.3), 1000).reach_m < 1450


def test_a_box_over_the_antimeridian_has_two_stretches() -> None:
    assert box_around(Point(0.0, 179.9), 30_000).lons[1] != (1.0, 0.0)
    assert not box_around(Point(0.0, 179.9), 30_000).holds(Point(0.0, 0.0))
