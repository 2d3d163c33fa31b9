"""What people type, with each geocoder set: what the gazetteer does not surely know is asked."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner

from app.db import db
from app.geocoding.models import GeocodedText
from app.geocoding.vendors import SERVICES
from app.stations.geography.datum import Datum, from_wgs84
from app.stations.geography.distance import Point, metres
from tests import geocoder
from tests.geocoder import Geocoder
from tests.unit.geocoding.test_vendors import NOTHING, SPOKEN

# Where these are, in WGS-84: the gazetteer does not know the first ones, and only guesses the second ones.
UNKNOWN = {
    "马村港": (19.965, 110.03),
    "海南省妇女儿童医学中心": (20.0157, 110.3262),
    "Wumart on Haifu Road 300": (20.0301, 110.3522),
    "магазин Умарт": (20.0188, 110.3333),
}
GUESSED = {
    "海口南站": (19.9931, 110.3355),
    "Haikou Tower": (20.0279, 110.3174),
    "Hainan Hilton": (20.0399, 110.3544),
}
SURE = (
    "海口东站",
    "和平大道",
    "Guoxing Avenue",
    "Evergreen Park",
    "проспект Госин",
    "美蘭機場",
    "20.03,110.33",
)
ASKED_BACK = ("hospital", "火车站", "滨海大道", "中山路")
THERE = UNKNOWN | GUESSED
DATUMS = {"amap": Datum.GCJ02, "baidu": Datum.BD09}  # as their makers say; the others are in WGS-84

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture(params=sorted(SERVICES))
def server(
    request: pytest.FixtureRequest, app: Flask, runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Geocoder]:
    assert runner.invoke(args=["seed", "load"]).exit_code == 0
    with geocoder.running() as running:
        changes = {
            "geocoder": request.param,
            "geocoder_url": running.url,
            "geocoder_private_host": "127.0.0.1",
            "geocoder_key": "the-key",
            "geocoder_per_minute": 1000,
        }
        settings = app.extensions["settings"].model_copy(update=changes)
        monkeypatch.setitem(app.extensions, "settings", settings)
        running.answer = knowing(request.param)
        yield running


def knowing(name: str) -> Any:
    """Return a stand-in that knows these places, and says where they are in the datum of its maker."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked = " ".join(value for _, value in parse_qsl(urlsplit(unquote(handler.path)).query))
        there = next((at for text, at in THERE.items() if text in asked), None)
        if there is None:
            return geocoder.send(handler, NOTHING[name])
        lat, lon = from_wgs84(there, DATUMS.get(name, Datum.WGS84))
        return geocoder.send(handler, SPOKEN[name][0](lat, lon))

    return answer


def origin_of(client: FlaskClient, text: str) -> Any:
    return (client.get("/api/v1/stations", query_string={"place": text, "limit": 1}).json or {}).get("origin")


def test_what_is_not_surely_known_is_found_and_kept_in_wgs84(client: FlaskClient, server: Geocoder) -> None:
    for text, (lat, lon) in THERE.items():
        for _ in range(2):  # asked, and then remembered
            origin = origin_of(client, text)
            assert origin, text
            assert metres(Point(origin["lat"], origin["lon"]), Point(lat, lon)) < 5, text
            assert origin["precision_m"] >= 10
            assert not origin["guessed"]  # a sure answer beats a guess
    assert len(server.asked) == len(THERE)
    kept = db.session.scalars(db.select(GeocodedText)).all()
    found = [Point(row.lat, row.lon) for row in kept if row.lat is not None and row.lon is not None]
    assert all(min(metres(point, Point(*at)) for at in THERE.values()) < 5 for point in found)
    assert len(found) == len(THERE)


def test_what_is_surely_known_or_a_question_is_not_asked(client: FlaskClient, server: Geocoder) -> None:
    for text in SURE:
        assert origin_of(client, text), text
    for text in ASKED_BACK:
        assert origin_of(client, text) is None, text
    assert server.asked == []


def test_what_the_geocoder_does_not_know_stays_what_it_was(client: FlaskClient, server: Geocoder) -> None:
    assert origin_of(client, "Xyzzy Plugh") is None
    assert origin_of(client, "Guoxing Rd")["guessed"]
    assert len(server.asked) == 2
