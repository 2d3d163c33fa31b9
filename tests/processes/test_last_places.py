"""200 people want the last places of one slot: exactly the places are sold."""

from collections import Counter

from sqlalchemy import text

from app.appointments.models import Appointment
from app.db import db
from tests.processes import naive
from tests.processes.conftest import Site, at_once, audit, hold, make_site

CLIENTS = 200
PLACES = 5


def storm(site: Site, starts_at: str) -> Counter[int]:
    """Let everybody try at once. Returns how often each status was the last answer."""

    def one(_number: int) -> int:
        with site.server.client(timeout=60) as client:
            return site.try_booking(client, starts_at).status

    return Counter(at_once(CLIENTS, one))


def test_exactly_the_places_are_sold(site):
    site.server.start()
    answers = storm(site, site.slots()[0])
    assert answers == {201: PLACES, 409: CLIENTS - PLACES}
    with site.app.app_context():
        assert db.session.query(Appointment).count() == PLACES
    audit(site)


def test_the_storm_finds_a_server_that_looks_first_and_writes_afterwards(databases, database_kind, tmp_path):
    site = make_site(databases.make(database_kind), tmp_path, wsgi="tests.processes.naive:app")
    with site.app.app_context():
        with db.engine.begin() as connection:
            connection.execute(text("CREATE TABLE naive_visits (id VARCHAR(32) PRIMARY KEY)"))
        with site.server:
            answers = storm(site, "2026-11-24T10:00:00+08:00")
        db.engine.dispose()
    assert answers[201] > naive.PLACES, "the test would not see an oversold slot"


def test_one_request_sent_eight_times_at_once_books_once(site):
    site.server.start()
    with site.server.client() as client:
        held = hold(client, site.slots()[0])
    body = {"hold_id": held.json["hold_id"], "name": "Maria Example", "email": "maria@example.org"}

    def one(_number: int):
        with site.server.client() as client:
            answer = client.post("/api/v1/appointments", body, Idempotency_Key="the-same-key-for-all")
            return answer.status, answer.json["reference"], answer.json["manage_token"]

    answers = set(at_once(8, one))
    assert len(answers) == 1
    status, reference, _token = answers.pop()
    assert status == 201
    site.acked["the-same-key-for-all"] = reference
    audit(site)


def test_two_tabs_with_one_hold_make_one_visit(site):
    site.server.start()
    with site.server.client() as client:
        held = hold(client, site.slots()[0])
    body = {"hold_id": held.json["hold_id"], "name": "Maria Example", "email": "maria@example.org"}

    def one(number: int):
        with site.server.client() as client:
            return client.post("/api/v1/appointments", body, Idempotency_Key=f"the-key-of-tab-{number}")

    answers = at_once(2, one)
    assert all(answer.status < 500 for answer in answers)
    with site.app.app_context():
        assert db.session.query(Appointment).count() == 1
    audit(site)
