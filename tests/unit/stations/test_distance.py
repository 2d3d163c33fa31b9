"""How far, and how sure."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.stations.geography.distance import Point, about, among, metres, rank

CENTRAL = Point(20.04017, 110.32387, 300)
AIRPORT = Point(19.9349, 110.459, 1200)


@pytest.mark.parametrize(
    ("lat", "lon"), [(90.001, 0), (0, 180.5), (math.nan, 0), (0, math.inf), (-91, 0), (110.3, 20.0)]
)
def test_a_point_off_the_earth_is_refused(lat: float, lon: float) -> None:
    with pytest.raises(ValueError, match="not a position"):
        Point(lat, lon)


def test_a_degree_of_longitude_at_the_equator_is_the_ellipsoids() -> None:
    # WGS-84: 6378137 m x pi / 180. A sphere of mean radius would give 111195 m.
    assert metres(Point(0, 0), Point(0, 1)) == pytest.approx(111_319.49, abs=0.01)


def test_a_quarter_of_the_meridian_is_ten_thousand_kilometres_and_a_little() -> None:
    assert metres(Point(0, 0), Point(90, 0)) == pytest.approx(10_001_965.73, abs=0.01)


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180))
def test_distance_is_the_same_both_ways_and_never_negative(a: float, b: float, c: float, d: float) -> None:
    there, back = metres(Point(a, b), Point(c, d)), metres(Point(c, d), Point(a, b))
    assert there >= 0
    assert there == pytest.approx(back, abs=0.001)


def test_the_nearest_comes_first_and_equals_keep_their_order() -> None:
    twin = Point(20.04017, 110.32387, 300)
    ranked = rank(CENTRAL, [AIRPORT, CENTRAL, twin])
    assert [r.station for r in ranked] == [CENTRAL, twin, AIRPORT]
    assert ranked[0].station is CENTRAL


def test_uncertainty_adds_that_of_both_ends() -> None:
    (only,) = rank(Point(20.0, 110.3, 700), [CENTRAL])
    assert only.uncertainty_m == 1000
    assert only.could_be_nearest


def test_nobody_is_called_the_nearest_when_two_could_be() -> None:
    here = Point(20.0, 110.30)
    near_but_vague = Point(20.0, 110.31, 4000)  # about 1 km, could be 5
    far_but_sure = Point(20.0, 110.33, 100)  # about 3.1 km
    farther = Point(20.0, 110.40, 100)  # about 10.5 km
    ranked = rank(here, [farther, far_but_sure, near_but_vague])
    assert [r.could_be_nearest for r in ranked] == [True, True, False]


def test_a_sure_station_rules_out_a_vague_one_behind_it() -> None:
    here = Point(20.0, 110.30)
    ranked = rank(here, [Point(20.0, 110.31, 10), Point(20.0, 110.33, 1000)])
    assert [r.could_be_nearest for r in ranked] == [True, False]


def test_two_vague_stations_could_both_be_nearest() -> None:
    here = Point(20.0, 110.30)
    ranked = rank(here, [Point(20.0, 110.31, 500), Point(20.0, 110.33, 2000)])
    assert [r.could_be_nearest for r in ranked] == [True, True]


def test_a_limit_keeps_the_one_that_only_the_ellipsoid_calls_nearest() -> None:
    # At the equator a degree north is shorter than a degree east; on a sphere they are equal.
    north, east = Point(1.0, 0.0), Point(0.0, 0.9985)
    assert [r.station for r in rank(Point(0.0, 0.0), [east, north], limit=1)] == [north]


def test_no_stations_are_no_ranking() -> None:
    assert rank(CENTRAL, []) == []


@pytest.mark.parametrize("limit", [1, 3, 9])
def test_a_limit_only_cuts_the_full_ranking(limit: int) -> None:
    dice = random.Random(7)
    for _ in range(20):
        origin = Point(dice.uniform(19.5, 20.2), dice.uniform(110, 110.7), dice.choice([0, 500]))
        stations = [
            Point(dice.uniform(19.5, 20.2), dice.uniform(110, 110.7), dice.choice([10, 300, 4000]))
            for _ in range(40)
        ]
        assert rank(origin, stations, limit=limit) == rank(origin, stations)[:limit]


WORDS = [
    # distance, uncertainty -> metres, certain, under
    (1843, 0, 1800, True, False),
    (346, 5, 350, True, False),
    (12_480, 100, 12_000, True, False),
    (3120, 300, 3100, False, False),
    (3120, 1000, 3000, False, False),
    (3120, 2500, 3000, False, False),
    (2500, 1000, 3000, False, False),
    (400, 1000, 1000, False, True),
    (3, 0, 10, True, True),
    (7400, 5000, 5000, False, False),
    (2000, 5000, 5000, False, True),
    (1_234_567, 60_000, 1_230_000, False, False),
]


@pytest.mark.parametrize(("distance", "uncertainty", "figure", "certain", "under"), WORDS)
def test_a_distance_is_rounded_to_what_is_known(
    distance: float, uncertainty: float, figure: int, certain: bool, under: bool
) -> None:
    rounded = about(distance, uncertainty)
    assert (rounded.metres, rounded.certain, rounded.under) == (figure, certain, under)


@given(st.floats(0, 2e7), st.integers(0, 50_000))
def test_the_rounded_figure_stays_within_what_is_not_known(distance: float, uncertainty: int) -> None:
    rounded = about(distance, uncertainty)
    if not rounded.certain:
        assert abs(rounded.metres - distance) <= max(uncertainty, 10)


def test_among_fewer_stations_others_can_be_the_nearest() -> None:
    here = Point(20.0, 110.30)
    ranked = rank(here, [Point(20.0, 110.31, 10), Point(20.0, 110.33, 10), Point(20.0, 110.331, 500)])
    assert [r.could_be_nearest for r in ranked] == [True, False, False]
    assert [r.could_be_nearest for r in among(ranked[1:])] == [True, True]
    assert among([]) == []
