"""A place that the gazetteer does not know is asked of the geocoder; whatever goes wrong, the page works."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.db import db
from app.geocoding import origins
from app.geocoding.models import GeocodedText
from app.localtext import LocalText
from tests import geocoder
from tests.conftest import Clock
from tests.factories import Network, build_place
from tests.geocoder import Geocoder
from tests.integration.locator.pages import headings, words_of

STREET = "12 Some Lane"


def found_at(lat: float, lon: float) -> Any:
    return [{"lat": str(lat), "lon": str(lon), "display_name": "x", "boundingbox": None}]


@pytest.fixture
def server(app: Flask, network: Network, monkeypatch: pytest.MonkeyPatch) -> Iterator[Geocoder]:
    build_place("evergreen", name=LocalText(en="Evergreen Park", zh="万绿园"))
    build_place("longhua-district", name=LocalText(en="Longhua District"), category="district")
    with geocoder.running() as running:
        changes = {
            "geocoder": "nominatim",
            "geocoder_url": running.url,
            "geocoder_private_host": "127.0.0.1",
            "geocoder_timeout_seconds": 0.5,
            "geocoder_per_minute": 5,
        }
        settings = app.extensions["settings"].model_copy(update=changes)
        monkeypatch.setitem(app.extensions, "settings", settings)
        running.answer = found_at(19.99, 110.5)
        yield running


def find(client: FlaskClient, text: str = STREET) -> Any:
    return client.get("/en/find", query_string={"near": text})


def test_an_unknown_street_is_found_and_named_as_it_was_typed(client: FlaskClient, server: Geocoder) -> None:
    answer = find(client)
    assert answer.status_code == 200
    assert headings(answer.text) == ["Service points near “12 Some Lane”"]
    assert answer.text.index("point-jiangdong") < answer.text.index("point-central-window")
    assert "about" in words_of(answer.text)


def test_the_json_interface_asks_as_well(client: FlaskClient, server: Geocoder) -> None:
    answer = client.get("/api/v1/stations", query_string={"place": STREET}).json
    assert answer["origin"] == {
        "lat": 19.99,
        "lon": 110.5,
        "precision_m": 1000,
        "label": STREET,
        "guessed": False,
        "candidates": [],
    }
    assert answer["stations"][0]["slug"] == "jiangdong"


def test_the_same_is_not_asked_twice_in_a_day(client: FlaskClient, server: Geocoder, clock: Clock) -> None:
    assert find(client).status_code == 200
    assert find(client, f"  {STREET.upper()} ").status_code == 200
    clock.move(hours=23)
    find(client)
    assert len(server.asked) == 1
    clock.move(hours=2)
    find(client)
    assert len(server.asked) == 2


def test_an_answer_is_that_of_its_own_number_in_the_street(client: FlaskClient, server: Geocoder) -> None:
    find(client, "1-1 Some Lane")
    server.answer = found_at(20.03, 110.33)
    answer = client.get("/api/v1/stations", query_string={"place": "11 Some Lane"}).json
    assert answer["origin"]["lat"] == 20.03


def test_not_found_is_remembered_as_well(client: FlaskClient, server: Geocoder) -> None:
    server.answer = []
    for _ in range(2):
        answer = find(client)
        assert answer.status_code == 400
        assert "We could not find “12 Some Lane” in Haikou." in words_of(answer.text)
        assert "place=longhua-district" in answer.text
    assert len(server.asked) == 1


def test_an_old_answer_does_not_stay_in_a_new_one(
    client: FlaskClient, server: Geocoder, clock: Clock
) -> None:
    assert find(client).status_code == 200
    clock.move(hours=25)
    server.answer = []
    assert find(client).status_code == 400
    assert find(client).status_code == 400


@pytest.mark.parametrize("known", ["Evergreen Park", "wanlvyuan", "19.99,110.5", "   ", "110.3,20.0"])
def test_what_the_gazetteer_knows_is_not_asked(client: FlaskClient, server: Geocoder, known: str) -> None:
    find(client, known)
    assert server.asked == []


def test_a_name_of_several_places_is_not_asked(client: FlaskClient, server: Geocoder) -> None:
    build_place("evergreen-2", name=LocalText(en="Evergreen Park", zh="常青公园"), lat=20.07)
    assert headings(find(client, "Evergreen Park").text) == ["Which one do you mean?"]
    assert server.asked == []


def test_a_guess_is_kept_when_the_geocoder_knows_nothing(client: FlaskClient, server: Geocoder) -> None:
    server.answer = []
    assert "We took “Evergrene Park” to mean “Evergreen Park”." in words_of(
        find(client, "Evergrene Park").text
    )
    assert len(server.asked) == 1


@pytest.mark.parametrize("misbehave", geocoder.MISBEHAVING, ids=lambda way: way.__name__)
def test_whatever_it_does_the_page_works(client: FlaskClient, server: Geocoder, misbehave: Any) -> None:
    server.answer = misbehave(server)
    answer = find(client)
    assert answer.status_code == 400
    assert "or a district:" in words_of(answer.text)
    assert "point-jiangdong" in answer.text
    assert "Evergreen Park" in headings(find(client, "Evergrene Park").text)[0]
    assert len(server.asked) == 1  # nobody else waits for it meanwhile


def test_after_a_failure_there_is_a_pause(client: FlaskClient, server: Geocoder, clock: Clock) -> None:
    server.answer = "<html>"
    find(client)
    server.answer = found_at(19.99, 110.5)
    assert find(client).status_code == 400
    clock.move(seconds=61)
    assert find(client).status_code == 200


def test_it_is_asked_so_often_a_minute_and_no_more(
    client: FlaskClient, server: Geocoder, clock: Clock
) -> None:
    assert [find(client, f"{number} Some Lane").status_code for number in range(7)] == [200] * 5 + [400] * 2
    assert len(server.asked) == 5
    clock.move(seconds=61)
    assert find(client, "6 Some Lane").status_code == 200


@pytest.mark.parametrize("there", [(55.75, 37.61), (0.0, 0.0), (23.13, 113.26)])
def test_a_place_far_from_the_network_is_another_place(
    client: FlaskClient, server: Geocoder, there: tuple[float, float]
) -> None:
    server.answer = found_at(*there)
    assert find(client).status_code == 400


def test_while_one_waits_another_is_answered_from_the_gazetteer(
    client: FlaskClient, server: Geocoder
) -> None:
    assert origins._one_at_a_time.acquire(blocking=False)
    try:
        assert find(client).status_code == 400
    finally:
        origins._one_at_a_time.release()
    assert server.asked == []
    assert find(client).status_code == 200


def test_what_is_kept_is_bounded_and_holds_no_text(
    client: FlaskClient, server: Geocoder, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(origins, "MOST_KEPT", 3)
    for number in range(5):
        clock.move(minutes=1, seconds=1)
        find(client, f"{number} Some Lane")
    rows = db.session.scalars(db.select(GeocodedText)).all()
    assert len(rows) == 3
    assert all("lane" not in f"{vars(row)}".lower() for row in rows)
    clock.move(hours=30)
    find(client, "9 Some Lane")
    assert db.session.scalar(db.select(db.func.count()).select_from(GeocodedText)) == 1


def test_nothing_typed_is_logged(
    client: FlaskClient, server: Geocoder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.answer = "<html>12 Some Lane</html>"
    find(client)
    written = " ".join(
        f"{record.getMessage()} {vars(record)}"
        for record in caplog.records
        if record.name.startswith(("app", "geopy"))
    )
    assert "The geocoder failed" in written
    assert "Lane" not in written


def test_without_the_setting_nobody_is_asked(client: FlaskClient, network: Network) -> None:
    assert find(client).status_code == 400
    assert db.session.scalar(db.select(db.func.count()).select_from(GeocodedText)) == 0


def test_the_privacy_page_says_who_is_asked(client: FlaskClient, server: Geocoder) -> None:
    assert "we ask a map service where it is" in words_of(client.get("/en/privacy").text)


def test_the_privacy_page_says_that_nobody_is_asked(client: FlaskClient) -> None:
    assert "Maps, letters and pictures come from this server." in words_of(client.get("/en/privacy").text)
