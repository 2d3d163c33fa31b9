"""A point is added, retired and opened again."""

from datetime import timedelta

from app.db import db
from app.stations.models import Station
from tests import factories
from tests.integration.publishing.conftest import Office, again


def add(office: Office, slug: str = "jiangdong-east"):
    return office.ada.browser.post("/staff/points/new", data={"slug": slug, "name": "East"})


def test_a_new_point_is_a_draft_until_it_is_published(office: Office, client):
    ada = office.ada
    assert add(office).location.endswith("/staff/points/jiangdong-east")
    assert client.get("/en/places/jiangdong-east").status_code == 404
    missing = ada.save("jiangdong-east")
    assert missing.status_code == 422
    assert "Position" in missing.text

    ada.save("jiangdong-east", position="19.99, 110.51", precision_m="200", address_zh="江东大道1号")
    shown = ada.browser.get("/staff/points/jiangdong-east/preview/en")
    assert "江东大道1号" in shown.text
    ada.publish("jiangdong-east")

    page = client.get("/en/places/jiangdong-east")
    assert page.status_code == 200
    assert "East" in page.text
    assert "jiangdong-east" in client.get("/api/v1/stations.geojson").text


def test_the_address_of_a_point_is_taken_once(office: Office):
    assert add(office, "fuxingcheng").status_code == 409
    assert add(office, "new").status_code == 422
    assert add(office, "../x").status_code == 422
    add(office)
    assert add(office).status_code == 409


def test_a_manager_adds_and_retires_nothing(office: Office):
    browser = office.tom.browser
    assert browser.get("/staff/points/new").status_code == 403
    assert browser.post("/staff/points/fuxingcheng/retire").status_code == 403


def test_a_point_with_visits_is_not_retired(office: Office, network, now, client):
    factories.build_appointment(
        office.fuxingcheng, network.document_check, starts_at=now + timedelta(hours=2)
    )

    assert "1 visit or hold is to come" in office.ada.browser.get("/staff/points/fuxingcheng/retire").text
    assert office.ada.browser.post("/staff/points/fuxingcheng/retire").status_code == 409
    assert again(office.fuxingcheng).retired_at is None
    assert client.get("/en/places/fuxingcheng").status_code == 200


def test_a_retired_point_is_gone_from_everywhere_and_says_so(office: Office, client):
    ada = office.ada
    assert ada.browser.post("/staff/points/fuxingcheng/retire").status_code == 303

    gone = client.get("/en/places/fuxingcheng")
    assert gone.status_code == 410
    assert "closed for good" in gone.text
    refused = client.get("/api/v1/stations/fuxingcheng")
    assert (refused.status_code, refused.json["code"]) == (410, "station_retired")
    for path in ("/en/", "/en/find", "/en/map", "/en/map/points.geojson", "/en/widget",
                 "/api/v1/stations", "/api/v1/stations.geojson", "/api/v1/stations.csv"):  # fmt: skip
        assert "fuxingcheng" not in client.get(path).text, path
    booked = client.post("/api/v1/holds", json={
        "station": "fuxingcheng", "service": "document-check", "starts_at": "2026-11-25T09:00:00+08:00",
        "party_size": 1,
    })  # fmt: skip
    assert booked.status_code >= 400
    assert "fuxingcheng" not in office.tom.browser.get("/staff/points").text


def test_a_retired_point_opens_again(office: Office, client):
    ada = office.ada
    ada.browser.post("/staff/points/fuxingcheng/retire")

    assert ada.browser.post("/staff/points/fuxingcheng/reopen").status_code == 303

    assert client.get("/en/places/fuxingcheng").status_code == 200
    history = ada.browser.get("/staff/points/fuxingcheng/history").text
    assert "Retired" in history
    assert "Opened again" in history
    assert db.session.query(Station).filter_by(slug="fuxingcheng").one().retired_at is None


def test_a_point_that_was_just_begun_is_not_shown_or_published(office: Office, client):
    ada = office.ada.browser
    add(office)

    assert ada.get("/staff/points/jiangdong-east/preview").location.endswith("/staff/points/jiangdong-east")
    assert ada.get("/staff/points/jiangdong-east/preview/en").status_code == 404
    refused = ada.post("/staff/points/jiangdong-east/publish", data={"version": 1})
    assert refused.status_code == 422
    assert "This point is not finished" in refused.text
    assert client.get("/en/places/jiangdong-east").status_code == 404
