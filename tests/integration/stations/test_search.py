"""Typed places against the shipped gazetteer."""

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import db, transact
from app.localtext import LocalText
from app.seeding.upsert import Tallies
from app.stations.finding import search
from app.stations.geography.distance import Point, metres, rank
from app.stations.geography.places import Ambiguous, FoundPlace, PlaceAmbiguous, PlaceUnknown, Unknown
from app.stations.models import Place
from app.stations.queries import list_stations
from app.stations.seeding import importer, seed
from tests.unit.stations.test_seed import SHIPPED


@pytest.fixture(autouse=True)
def _network(app: Flask, now: datetime) -> None:
    transact(importer.load, seed.read(SHIPPED), Tallies(), now=now)


FOUND = [
    ("Binhai Park", "lm-binhai-park"),
    ("万绿园", "lm-evergreen"),
    ("美兰机场", "hak-airport"),
    ("meilan airport", "hak-airport"),
    ("Haikou station", "hak-railway-station"),
    ("Longhua", "district-longhua"),
    ("龙华区", "district-longhua"),
    ("район мэйлань", "district-meilan"),
    ("Qiongshan", "district-qiongshan"),
    ("Fuxingcheng", "park-fullsing"),
    ("复兴城", "park-fullsing"),
    ("Central Window", "central-window"),
    ("外国人综合服务窗口", "central-window"),
    ("Haikou Municipal Foreigners' Service Comprehensive Window", "central-window"),
    ("Jiangdong station", "jiangdong"),
    ("Talent Home", "talent-home"),
    ("wanlvyuan", "lm-evergreen"),
    ("wly", "lm-evergreen"),
    ("парк Биньхай", "lm-binhai-park"),
    ("Fuxincheng", "park-fullsing"),
    ("571100", "district-qiongshan"),
    ("Вэньчан", "gn-1791544"),
]


def test_places_of_haikou_are_found() -> None:
    outcomes = {text: search.find_origin(text) for text, _ in FOUND}
    assert [(text, o.place.slug if isinstance(o, FoundPlace) else o) for text, o in outcomes.items()] == FOUND


def test_every_shipped_name_leads_somewhere() -> None:
    lost = []
    for place in search.list_named_places():
        for name in filter(None, (place.name.en, place.name.zh, *place.aliases)):
            outcome = search.find_origin(name)
            candidates = (*outcome.candidates, outcome.too_large) if isinstance(outcome, Ambiguous) else ()
            # The short name of a far town asks which of the near ones is meant.
            asked = bool(candidates) if name in place.aliases else place in candidates
            if not isinstance(outcome, FoundPlace) and not asked:
                lost.append(name)
    assert lost == []


def test_an_unknown_place_offers_the_four_districts() -> None:
    with pytest.raises(PlaceUnknown) as refusal:
        search.get_origin("Atlantis")
    assert (refusal.value.code, refusal.value.status) == ("place_unknown", 400)
    assert [d.name.en.split()[0] for d in refusal.value.districts] == [
        "Longhua",
        "Xiuying",
        "Meilan",
        "Qiongshan",
    ]
    assert refusal.value.districts == tuple(search.list_districts())


def test_a_name_of_several_places_offers_them() -> None:
    with pytest.raises(PlaceAmbiguous) as refusal:
        search.get_origin("park")
    assert 1 < len(refusal.value.candidates) <= 8


def test_a_name_is_found_as_soon_as_it_is_written_and_not_after_it_is_gone(app: Flask) -> None:
    def rename(name: str) -> None:
        db.session.scalars(select(Place).where(Place.slug == "lm-century-park")).one().name = LocalText(name)

    assert search.get_origin("Century Park").slug == "lm-century-park"
    transact(rename, "Quarkwood Gardens")
    assert search.get_origin("Quarkwood Gardens").slug == "lm-century-park"
    assert isinstance(search.find_origin("Century Park"), FoundPlace | Ambiguous | Unknown)
    assert all(place.name.en != "Century Park" for place in search.list_named_places())


def test_names_are_read_once_until_one_changes() -> None:
    assert search.name_index() is search.name_index()
    before = search.name_index()
    transact(lambda: setattr(list_stations()[0], "notice", LocalText("Wet paint")))
    assert search.name_index() is before
    transact(lambda: setattr(list_stations()[0], "name", LocalText("Renamed")))
    assert search.name_index() is not before


def test_marked_coordinates_are_converted() -> None:
    marked = search.get_origin("gcj02:20.0381022,110.328225").point
    assert search.get_origin("20.0381022,110.328225", datum="gcj02").point == marked
    assert metres(marked, Point(20.04017, 110.32387)) < 5


def test_coordinates_need_no_look_at_the_database() -> None:
    db.session.rollback()
    assert search.get_origin("20.04,110.32").point.lat == 20.04
    assert not db.session.registry().in_transaction()


def test_the_central_window_is_first_seen_from_its_park_and_others_could_be_nearer() -> None:
    ranked = rank(search.get_origin("Binhai Park").point, list_stations())
    assert ranked[0].station.slug == "central-window"
    assert ranked[0].distance_m == pytest.approx(0, abs=1)
    assert {r.station.slug for r in ranked if r.could_be_nearest} >= {"central-window", "talent-home"}
