"""The nearest points from the database are those that measuring every single one would find."""

import random
from collections.abc import Iterable

import pytest
from flask import Flask
from sqlalchemy import insert

from app.db import db
from app.stations.finding import nearby
from app.stations.finding.nearby import nearest
from app.stations.finding.wanted import Wanted, count_unknown
from app.stations.geography.area import direction
from app.stations.geography.distance import Point, rank
from app.stations.models import Confidence, Station, StationFact
from tests.factories import build_service, build_station, save, words

ANY = Wanted()


def _fill(places: Iterable[Point]) -> None:
    """Write stations at these positions; the index tells their number."""
    columns = {"kind": "station", "address": words("-"), "district": words("-"), "languages": []}
    rows = [
        {
            **columns,
            "slug": f"at-{number}",
            "number": number,
            "name": words(f"At {number}"),
            "lat": place.lat,
            "lon": place.lon,
            "precision_m": place.precision_m,
        }
        for number, place in enumerate(places)
    ]
    db.session.execute(insert(Station), rows)
    db.session.commit()


def _around(dice: random.Random, lat: float, lon: float, degrees: float, count: int) -> list[Point]:
    places = []
    for _ in range(count):
        north = max(-90.0, min(90.0, lat + dice.uniform(-degrees, degrees)))
        east = (lon + dice.uniform(-degrees, degrees) + 180) % 360 - 180
        places.append(Point(north, east, dice.choice([10, 500])))
    return places


WORLD = [
    (20.0, 110.3, 0.3, 300),  # a city
    (0.0, 180.0, 1.0, 60),  # across the antimeridian
    (-17.0, -180.0, 0.1, 60),
    (89.8, 0.0, 0.2, 40),  # around a pole: every longitude is near
    (89.8, 180.0, 0.2, 40),
    (-90.0, 45.0, 1.0, 40),
    (0.0, 0.0, 90.0, 100),  # everywhere
]
ASKED = [
    Point(20.03, 110.33),
    Point(0.0, 180.0),
    Point(0.01, -179.99),
    Point(-17.0, 179.95),
    Point(89.9, 90.0),
    Point(90.0, 0.0),
    Point(-89.99, -135.0),
    Point(55.75, 37.61),
    Point(-20.0, -70.0),
]


def test_the_nearest_are_those_of_measuring_all(app: Flask) -> None:
    dice = random.Random(11)
    places = [place for part in WORLD for place in _around(dice, *part)]
    _fill(places)
    for origin in ASKED:
        for count in (1, 10, 50):
            found = [r.distance_m for r in nearest(origin, ANY, count=count)]
            assert found == [r.distance_m for r in rank(origin, places, limit=count)], (origin, count)


def test_a_crowd_seen_from_far_away_is_not_measured_whole(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[int] = []
    monkeypatch.setattr(nearby, "rank", lambda *a, **k: measured.append(len(a[1])) or rank(*a, **k))
    places = _around(random.Random(3), 20.0, 110.3, 0.2, 600)
    _fill(places)
    for origin in (Point(23.13, 113.26), Point(55.75, 37.61), Point(20.0, 110.3)):
        found = [r.distance_m for r in nearest(origin, ANY, count=5)]
        assert found == [r.distance_m for r in rank(origin, places, limit=5)]
    assert max(measured) <= 5 + nearby.MORE_MEASURED


def test_a_point_that_is_moved_is_found_where_it_is_now(app: Flask) -> None:
    station, other = build_station("moved", lat=20.0, lon=110.3), build_station("other", lat=20.2, lon=110.3)
    station.lat, station.lon = 21.0, -170.0
    save(station)
    seen = nearest(Point(21.0, 179.0), ANY, count=2)
    assert [r.station.id for r in seen] == [station.id, other.id]
    assert db.session.scalars(db.select(Station.x).order_by(Station.id)).all() == [
        pytest.approx(direction(s.lat, s.lon)[0]) for s in (station, other)
    ]


@pytest.mark.parametrize("count", [1, 9])
def test_fewer_points_than_asked_are_all_there_is(app: Flask, count: int) -> None:
    assert nearest(Point(20.0, 110.3), ANY, count=count) == []
    _fill([Point(20.0, 110.3), Point(-20.0, -69.7)][:count])
    assert len(nearest(Point(20.0, 110.3), ANY, count=count)) == min(count, 2)


def test_what_is_wanted_narrows(app: Flask) -> None:
    service = build_service()
    near = build_station("near", lat=20.03, languages=["en"], step_free=None)
    offers = build_station("offers", lat=20.04, services=(service,), languages=["en", "ru"], step_free=True)
    here = Point(20.03, 110.33)

    def found(wanted: Wanted) -> list[int]:
        return [r.station.id for r in nearest(here, wanted, count=5)]

    assert found(ANY) == [near.id, offers.id]
    assert found(Wanted(service=service.id)) == [offers.id]
    assert found(Wanted(language="ru")) == [offers.id]
    assert found(Wanted(language="en")) == [near.id, offers.id]
    assert found(Wanted(step_free=True)) == [offers.id]
    assert found(Wanted(service.id, "zh", step_free=True)) == []


def test_what_is_only_assumed_satisfies_nothing(app: Flask) -> None:
    station = build_station(languages=["ru"], step_free=True)
    here = Point(20.03, 110.33)
    for field in ("languages", "step_free"):
        save(StationFact(station_id=station.id, field=field, confidence=Confidence.ASSUMED))
    assert nearest(here, Wanted(language="ru"), count=1) == []
    assert nearest(here, Wanted(step_free=True), count=1) == []
    assert count_unknown(Wanted(language="ru"), hours=False) == 1


def test_unknown_points_are_counted_for_what_is_asked_only(app: Flask) -> None:
    service = build_service()
    build_station("silent", languages=[], step_free=None, hours_confirmed_on=None)
    build_station("known", services=(service,), languages=["en"], step_free=False)
    assert count_unknown(ANY, hours=False) == 0
    assert count_unknown(ANY, hours=True) == 1
    assert count_unknown(Wanted(language="ru"), hours=False) == 1
    assert count_unknown(Wanted(step_free=True), hours=False) == 1
    assert count_unknown(Wanted(service=service.id, step_free=True), hours=True) == 0
