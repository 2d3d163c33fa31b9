"""Links in messages: opening one changes nothing, its button does; "I will come" is noted once."""

import pytest

from app.appointments.booking import operations
from app.appointments.booking.operations import Target
from app.appointments.contacts import Contact
from app.appointments.models import Appointment, AppointmentEvent
from app.db import db, transact
from tests.factories import at


@pytest.fixture
def visit(desk):
    return desk.visit("10:00", day="2026-11-25")


@pytest.fixture
def case_visit(desk, case):
    return case, desk.book(desk.hold("11:00", day="2026-11-25", case=case), contact=Contact())


def state(visit):
    db.session.expire_all()
    row = db.session.get_one(Appointment, visit.id)
    return row.status, row.confirmed_at, row.revision


@pytest.mark.parametrize("reply", ["come", "cancel"])
def test_a_scanner_that_opens_every_link_changes_nothing(client, visit, case_visit, reply):
    case, collecting = case_visit
    before = state(visit), state(collecting)
    for link in (f"/v/{visit.token}/{reply}", f"/c/{case.link}/{reply}"):
        answer = client.get(link, follow_redirects=True)
        assert answer.status_code == 200
        assert '<form method="post"' in answer.text
        assert client.head(link).status_code == 303
    assert (state(visit), state(collecting)) == before
    assert {event.kind for event in db.session.query(AppointmentEvent)} == {"booked"}


def test_i_will_come_is_one_press_and_noted_once(client, visit, now):
    page = client.get(f"/v/{visit.token}/come", follow_redirects=True).text
    assert "Will you come?" in page
    for _ in range(2):
        answer = client.post("/en/visit/come", follow_redirects=True)
    assert "You told us that you will come." in answer.text
    assert state(visit)[1] == now
    assert [event.kind for event in db.session.query(AppointmentEvent)] == ["booked", "confirmed"]


def test_the_cancel_link_leads_to_the_question(client, visit):
    page = client.get(f"/v/{visit.token}/cancel", follow_redirects=True).text
    assert "Cancel your visit?" in page
    client.post("/en/visit/cancel")
    assert state(visit)[0] == "cancelled"


def test_a_moved_visit_is_not_confirmed_any_more(client, visit, now):
    transact(operations.confirm, visit.reference, now=now)
    transact(operations.reschedule, visit.reference, Target("jiangdong", at("2026-11-26", "10:00")), now=now)
    assert state(visit)[1] is None


def test_a_link_of_a_visit_that_is_over_leads_to_its_page(client, visit, clock):
    clock.time = at("2026-11-25", "12:00")
    answer = client.get(f"/v/{visit.token}/come", follow_redirects=True)
    assert answer.status_code == 200
    assert "Will you come?" not in answer.text
    assert client.post("/en/visit/come").status_code == 303
    assert state(visit)[1] is None


def test_nobody_confirms_without_the_link(client, visit):
    assert client.post("/en/visit/come").status_code == 303
    assert state(visit)[1] is None


@pytest.mark.parametrize("link", ["/v/wrong/come", "/c/wrong/cancel"])
def test_a_dead_link_is_told_as_ever(client, network, link):
    assert client.get(link).status_code == 410


def test_an_unknown_reply_is_not_a_page(client, visit):
    assert client.get(f"/v/{visit.token}/book").status_code == 404
