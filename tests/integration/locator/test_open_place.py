"""The place page for programs and for telling us: linked data, the printed code, reports, the frame."""

import json
import re
from datetime import date

import pytest
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import select

from app.db import db
from app.localtext import LANGUAGES, LocalText
from app.stations.models import Station, StationReport
from tests import factories
from tests.factories import Network, save
from tests.integration.locator.pages import words_of
from tests.schema_org import faults

REPORT = "/en/places/central-window/report"
WRONG = {"message": "The door is on the other side.", "contact": "maria@example.org"}


def linked_data(page: str) -> dict:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_the_page_carries_the_office(client: FlaskClient, network: Network) -> None:
    node = linked_data(client.get("/zh/places/central-window").text)
    assert node["@type"] == "GovernmentOffice"
    assert node["url"].endswith("/zh/places/central-window")
    assert node["potentialAction"]["target"]["urlTemplate"].startswith("http")
    assert node["openingHoursSpecification"]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_schema_org_knows_everything_that_the_real_points_say(client: FlaskClient, runner: FlaskCliRunner):
    assert runner.invoke(args=["seed", "load"]).exit_code == 0
    for station in db.session.scalars(select(Station)):
        station.hours_confirmed_on = date(2026, 11, 1)
        station.photo = "a1"
        save(station)
    for station in db.session.scalars(select(Station)).all():
        for language in LANGUAGES:
            page = client.get(f"/{language}/places/{station.slug}").text
            assert faults(linked_data(page)) == [], (station.slug, language)


def test_a_hostile_name_cannot_leave_the_data(client: FlaskClient, network: Network) -> None:
    hostile = "</script><script>alert(1)</script>\u2028<!--"
    network.central.name = LocalText(en=hostile, zh=hostile, ru=hostile)
    save(network.central)
    page = client.get("/en/places/central-window").text
    assert "alert(1)</script>" not in page
    assert "\u2028" not in page.split("ld+json", 1)[1].split("</script>")[0]
    assert linked_data(page)["alternateName"] == hostile


def test_the_page_has_its_own_address_as_a_code(client: FlaskClient, network: Network) -> None:
    page = client.get("/en/places/central-window").text
    assert re.search(r'<svg role="img" aria-label="Central Window"', page)
    assert "Set-Cookie" not in client.get("/en/places/central-window").headers
    assert "/en/places/central-window</bdi>" in page


# --- something wrong? tell us -------------------------------------------------------------------


def reports() -> list[StationReport]:
    return db.session.query(StationReport).order_by(StationReport.id).all()


def test_what_is_told_is_kept_encrypted(client: FlaskClient, network: Network) -> None:
    assert f'href="{REPORT}"' in client.get("/en/places/central-window").text
    answer = client.post(REPORT, data=WRONG)
    assert answer.status_code == 303
    assert "The staff of this service point will read it." in words_of(client.get(answer.location).text)
    (report,) = reports()
    assert (report.station_id, report.language) == (network.central.id, "en")
    assert (report.message, report.contact) == tuple(WRONG.values())
    assert "door" not in report.message_encrypted
    assert "maria" not in report.contact_encrypted


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"message": ""}, "Write what is wrong."),
        ({"message": " \u200b\u2028 "}, "Write what is wrong."),
        ({"message": "x" * 1001}, "Write 1,000 characters at most."),
        ({"message": "x", "contact": "kept" * 64}, "This contact is too long."),
    ],
)
def test_what_does_not_fit_is_said_and_kept(
    client: FlaskClient, network: Network, typed: dict, told: str
) -> None:
    answer = client.post(REPORT, data={"contact": "kept", **typed})
    assert answer.status_code == 422
    assert told in words_of(answer.text)
    assert "kept" in answer.text
    assert reports() == []


def test_a_text_without_a_contact_and_with_odd_signs_is_taken(client: FlaskClient, network: Network) -> None:
    assert client.post(REPORT, data={"message": "大门\r\nзакрыт\u200b 🚪", "contact": ""}).status_code == 303
    (report,) = reports()
    assert report.message.startswith("大门\nзакрыт")
    assert report.contact == ""


def test_the_sixth_report_of_one_network_waits(client: FlaskClient, network: Network, clock) -> None:
    answers = [client.post(REPORT, data=WRONG) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [303] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert WRONG["message"] in answers[-1].text
    assert len(reports()) == 5
    clock.move(minutes=16)
    assert client.post(REPORT, data=WRONG).status_code == 303


def test_a_page_that_was_open_too_long_keeps_what_was_typed(
    csrf_client: FlaskClient, network: Network
) -> None:
    answer = csrf_client.post(REPORT, data=WRONG)
    assert answer.status_code == 400
    assert WRONG["message"] in answer.text
    assert reports() == []
    token = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
    assert token
    assert csrf_client.post(REPORT, data={**WRONG, "csrf_token": token[1]}).status_code == 303


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_report_about_no_place_is_not_found(client: FlaskClient, network: Network, method: str) -> None:
    assert getattr(client, method)("/en/places/atlantis/report").status_code == 404


def test_staff_read_it_and_settle_it_once(client: FlaskClient, network: Network, clock) -> None:
    client.post(REPORT, data=WRONG)
    client.post("/en/places/jiangdong/report", data={"message": "Not ours"})
    (ours, other) = reports()
    factories.build_user("boss", role="manager", stations=(network.central,))
    client.post("/staff", data={"username": "boss", "password": factories.PASSWORD})
    words = words_of(client.get("/staff/reports-of-facts").text)
    assert WRONG["message"] in words
    assert "maria@example.org" in words
    assert "Not ours" not in words
    assert client.post(f"/staff/reports-of-facts/{other.id}/handled").status_code == 404
    assert client.post(f"/staff/reports-of-facts/{10**12}/handled").status_code == 404
    assert client.post(f"/staff/reports-of-facts/{ours.id}/handled").status_code == 303
    first = reports()[0].handled_at
    clock.move(minutes=1)
    client.post(f"/staff/reports-of-facts/{ours.id}/handled")
    assert (reports()[0].handled_at, reports()[0].handled_by) == (first, "boss")
    assert WRONG["message"] not in client.get("/staff/reports-of-facts").text
    assert WRONG["message"] in client.get("/staff/reports-of-facts?show=handled").text


# --- the frame for other sites ------------------------------------------------------------------


def test_the_frame_may_stand_anywhere_and_sets_no_cookie(client: FlaskClient, network: Network) -> None:
    answer = client.get("/en/widget")
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers
    for elsewhere in ("/en/", "/en/places/central-window", "/widget.js"):
        assert "frame-ancestors 'none'" in client.get(elsewhere).headers["Content-Security-Policy"]


def test_every_link_of_the_frame_leaves_it(client: FlaskClient, network: Network) -> None:
    page = client.get("/en/widget").text
    links = re.findall(r"<a [^>]*>", page)
    assert len(links) >= 3
    assert [link for link in links if 'target="_top"' not in link] == []
    assert "<form" not in page
    assert "Next free time:" in words_of(page)


def test_the_frame_lists_the_nearest_first_and_never_hides_the_points(
    client: FlaskClient, network: Network
) -> None:
    near = client.get("/en/widget?near=19.9901,110.5001").text
    assert near.index("Jiangdong") < near.index("Central Window")
    unknown = client.get("/en/widget?near=Atlantis")
    assert unknown.status_code == 200
    assert "Central Window" in unknown.text


def test_the_script_may_be_read_from_anywhere_and_asked_again(client: FlaskClient, network: Network) -> None:
    answer = client.get("/widget.js")
    assert answer.mimetype == "text/javascript"
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    again = client.get("/widget.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
