"""Links that scanners fetch change nothing; every answer carries the headers that guard it."""

import pytest

from app.appointments.booking.provisional import PROVED
from app.appointments.models import Appointment, AppointmentEvent, Hold
from app.db import db
from tests.factories import build_appointment, build_case

TOKEN = "t" * 22


@pytest.fixture
def links(network):
    case = build_case(network.visit_type, network.central, link="L" * 10)
    build_appointment(network.central, network.document_check, token=TOKEN, reference="ABCDEFGH")
    return [f"/c/{case.link}", f"/v/{TOKEN}", "/c/nobodys", "/v/nobodys"]


def rows():
    return [db.session.query(model).count() for model in (Appointment, Hold)]


@pytest.mark.parametrize(("method", "noted"), [("GET", [PROVED]), ("HEAD", []), ("OPTIONS", [])])
def test_fetching_a_link_of_a_message_notes_only_that_it_arrived(client, links, method, noted):
    before = rows()
    for link in links * 2:
        client.open(link, method=method, follow_redirects=True).close()
    for page in ("/en/collect", "/en/visit", "/en/visit/cancel", "/en/collect/time", "/en/book/check"):
        client.open(page, method=method).close()

    assert rows() == before
    assert [event.kind for event in db.session.query(AppointmentEvent)] == noted  # once, however often
    visit = db.session.query(Appointment).one()
    assert (visit.status, visit.revision) == ("booked", 0)


@pytest.mark.parametrize("index", range(4))
def test_what_a_link_answers_is_kept_by_nobody_and_told_to_nobody(client, links, index):
    answer = client.get(links[index])
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize(
    "path",
    ["/", "/en/", "/en", "/en/nosuch", "/api/docs", "/api/v1/nosuch", "/static/nosuch",
     "/static/css/site.css", "/staff", "/staff/today", "/healthz",
     "/robots.txt", "/favicon.ico", "/c/nobodys"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "TRACE"])
def test_every_answer_refuses_frames_foreign_scripts_and_guesses_of_its_kind(client, links, path, method):
    answer = client.open(path, method=method)
    answer.close()
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] in ("no-referrer", "same-origin")


def test_a_tampered_session_cookie_opens_nothing(client, links):
    client.get(links[1])
    assert client.get("/en/visit").status_code == 200
    cookie = client.get_cookie("session").value
    client.set_cookie("session", cookie[:-2] + ("AA" if cookie[-2:] != "AA" else "BB"))

    assert client.get("/en/visit").status_code == 303


def test_one_visits_token_opens_no_other_visit(client, links, network):
    build_appointment(network.central, network.document_check, token="u" * 22, reference="HGFEDCBA")
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    own = client.get("/api/v1/appointments/ABCDEFGH", headers=bearer)
    others = client.get("/api/v1/appointments/HGFEDCBA", headers=bearer)
    nobodys = client.get("/api/v1/appointments/ZZZZZZZZ", headers=bearer)

    assert own.status_code == 200
    assert others.status_code == nobodys.status_code == 401
    assert others.data == nobodys.data


@pytest.mark.parametrize(
    "path", ["/c/x", "/g/x", "/o/x", "/v/x", "/w/x", "/staff", "/staff/today", "/api/v1/cases"]
)
def test_robots_are_told_to_follow_no_secret_link(client, path):
    closed = [line.removeprefix("Disallow: ") for line in client.get("/robots.txt").text.splitlines()[1:]]
    assert any(path.startswith(start) for start in closed)


def test_search_engines_still_find_the_public_pages(client, network):
    assert "X-Robots-Tag" not in client.get("/en/").headers


@pytest.mark.parametrize("path", ["/staff/points/central-window", "/staff/intake"])
def test_of_strangers_no_large_file_is_read(csrf_client, network, path):
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    answer = csrf_client.post(
        path, data=body + b"x" * 3_000_000 + b"\r\n--x--\r\n", content_type="multipart/form-data; boundary=x"
    )

    assert answer.status_code == 413
