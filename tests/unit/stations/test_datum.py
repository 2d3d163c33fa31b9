"""The shifts of Chinese maps: published pairs, and there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.stations.geography.datum import Datum, Degrees, from_wgs84, to_wgs84
from app.stations.geography.distance import Point, metres

# WGS-84 and GCJ-02, from the test vectors that the eviltransform project (googollee/eviltransform,
# go/transform_test.go) publishes for all its languages.
GCJ02_PAIRS = [
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),  # Shanghai
    ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),  # Shenzhen
    ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),  # Beijing
]
# WGS-84, GCJ-02 and BD-09 as another program has them: prcoords 1.0.2 (CC0), which was written
# apart from ours. The test vectors of BD-09 that eviltransform publishes are off by up to 40 m.
OF_HAINAN = [
    ((20.044, 110.199), (20.041887422771794, 110.20329385732553), (20.047675787807545, 110.20983435131289)),
    (
        (18.25435, 109.50947),
        (18.25265148585391, 109.51356130750204),
        (18.258404369962996, 109.52011496445391),
    ),
    (
        (19.52134, 109.57895),
        (19.51936763276255, 109.58296087736012),
        (19.525483096574924, 109.58942306316817),
    ),
    (
        (19.55158, 110.80279),
        (19.549728417747076, 110.80722149055877),
        (19.555465888771703, 110.81375740474206),
    ),
]
# GCJ-02 and BD-09, from the examples in the read-me of wandergis/coordtransform (MIT).
GCJ02_AS_BD09 = [((39.915, 116.404), (39.92133699351021, 116.41036949371029))]

HAINAN = st.tuples(st.floats(18.0, 20.3), st.floats(108.5, 111.3))
SHIFTED = [Datum.GCJ02, Datum.BD09]


def apart_m(a: Degrees, b: Degrees) -> float:
    return metres(Point(*a), Point(*b))


@pytest.mark.parametrize(("wgs84", "gcj02"), GCJ02_PAIRS)
def test_gcj02_agrees_with_published_pairs_both_ways(wgs84: Degrees, gcj02: Degrees) -> None:
    assert from_wgs84(wgs84, Datum.GCJ02) == pytest.approx(gcj02, abs=1e-9)
    assert apart_m(to_wgs84(gcj02, Datum.GCJ02), wgs84) < 0.001


@pytest.mark.parametrize(("wgs84", "gcj02", "bd09"), OF_HAINAN)
def test_positions_in_hainan_agree_with_another_program(
    wgs84: Degrees, gcj02: Degrees, bd09: Degrees
) -> None:
    for datum, shifted in ((Datum.GCJ02, gcj02), (Datum.BD09, bd09)):
        assert from_wgs84(wgs84, datum) == pytest.approx(shifted, abs=1e-9)
        assert apart_m(to_wgs84(shifted, datum), wgs84) < 0.001


@pytest.mark.parametrize(("gcj02", "bd09"), GCJ02_AS_BD09)
def test_bd09_is_one_more_shift_on_gcj02(gcj02: Degrees, bd09: Degrees) -> None:
    assert from_wgs84(to_wgs84(gcj02, Datum.GCJ02), Datum.BD09) == pytest.approx(bd09, abs=1e-9)


@pytest.mark.parametrize("datum", SHIFTED)
@given(position=HAINAN)
def test_there_and_back_over_hainan_is_the_same_place(datum: Datum, position: Degrees) -> None:
    assert apart_m(to_wgs84(from_wgs84(position, datum), datum), position) < 0.001
    assert apart_m(from_wgs84(to_wgs84(position, datum), datum), position) < 0.001


@given(position=HAINAN)
def test_maps_of_hainan_are_shifted_by_hundreds_of_metres(position: Degrees) -> None:
    assert 300 < apart_m(from_wgs84(position, Datum.GCJ02), position) < 800
    assert 600 < apart_m(from_wgs84(position, Datum.BD09), position) < 2000


@pytest.mark.parametrize("datum", SHIFTED)
@pytest.mark.parametrize("position", [(48.85, 2.35), (0.0, 0.0), (-45.0, 170.0), (90.0, 180.0), (-90.0, 0.0)])
def test_elsewhere_nothing_is_shifted(datum: Datum, position: Degrees) -> None:
    assert to_wgs84(position, datum) == position
    assert from_wgs84(position, datum) == position


@pytest.mark.parametrize("datum", Datum)
@given(st.floats(-90, 90), st.floats(-180, 180))
def test_every_position_stays_a_position(datum: Datum, lat: float, lon: float) -> None:
    Point(*to_wgs84((lat, lon), datum))
    Point(*from_wgs84((lat, lon), datum))


def test_wgs84_is_kept_as_it_is() -> None:
    assert to_wgs84((20.03, 110.31), Datum.WGS84) == (20.03, 110.31)
    assert from_wgs84((20.03, 110.31), Datum.WGS84) == (20.03, 110.31)
