"""An address that does not work is said, can be changed, and is trusted again once somebody checked it."""

import pytest

from app.appointments.models import Appointment, AppointmentEvent
from app.appointments.waitlist.models import TimeOffer, WaitingEntry
from app.cases.models import Case
from app.db import db, transact
from app.notifications import contacts
from app.notifications.models import OutboxMessage
from tests.integration.appointments.pages import book, follow, h1, press, press_time

DEAD = "dead@example.org"


@pytest.fixture
def dead(app, case, now):
    case.email = DEAD
    db.session.commit()
    transact(contacts.mark_failing, contacts.index_of(DEAD), "email", reason="5.1.1", now=now)


def visit_of(case):
    db.session.expire_all()
    return db.session.query(Appointment).filter_by(case_id=case.id).one()


def messages(case):
    found = db.session.query(OutboxMessage).filter_by(subject_id=visit_of(case).id, topic="appointment")
    return {(row.kind, row.channel, row.status) for row in found}


def test_the_last_look_names_what_did_not_arrive_before(client, case, dead) -> None:
    page = press_time(client, follow(client, case).text)
    assert "We could not reach" in page.text
    assert "d•••@example.org" in page.text
    assert DEAD not in page.text


def test_the_visit_says_so_too_until_the_contact_is_changed(client, case, dead) -> None:
    book(client, case)
    assert "Our messages came back" in client.get("/en/visit").text
    form = client.get("/en/visit/contact")
    assert "d•••@example.org" in form.text
    done = press(client, form.text, 'name="email"', email="maria@example.org", language="ru")
    assert h1(done) == "We write to you there from now on."
    assert "Our messages came back" not in done.text
    visit = visit_of(case)
    assert (visit.email, visit.language, visit.revision) == ("maria@example.org", "ru", 1)
    assert visit.email_index == contacts.index_of("maria@example.org")
    assert ("confirmation", "email", "waiting") in messages(case)


def test_the_same_address_typed_again_is_trusted_again(client, case, dead) -> None:
    book(client, case)
    press(client, client.get("/en/visit/contact").text, 'name="email"', email=DEAD, language="en")
    assert not contacts.is_failing(DEAD)


def test_a_known_address_alone_is_not_trusted_again_by_booking(client, case, dead) -> None:
    book(client, case)
    assert contacts.is_failing(DEAD)


@pytest.mark.parametrize(
    "typed", [{"email": "", "phone": ""}, {"email": "no address"}, {"phone": "12"}, {"email": "a@b.c, d@e.f"}]
)
def test_what_cannot_be_read_changes_nothing_and_stays_typed(client, case, typed) -> None:
    book(client, case)
    before = visit_of(case).revision
    page = press(client, client.get("/en/visit/contact").text, 'name="email"', **typed, language="en")
    assert page.status_code == 422
    assert "There is a problem" in page.text
    assert all(f'value="{text}"' in page.text for text in typed.values() if text)
    assert visit_of(case).revision == before


def test_a_phone_is_added_and_the_address_stays(client, case) -> None:
    book(client, case)
    email = visit_of(case).email
    page = client.get("/en/visit/contact").text
    press(client, page, 'name="email"', email="", phone="+86 138 0013 8000", language="en")
    assert (visit_of(case).email, visit_of(case).phone) == (email, "+86 138 0013 8000")


def opens(app, path) -> bool:
    return app.test_client().get(path).status_code == 303


def typed_code_opens(app, code) -> bool:
    answer = app.test_client().post("/en/collect/code", data={"code": code, "last4": "4821"})
    return answer.status_code == 303


@pytest.mark.parametrize(
    ("typed", "ended"), [({"email": "right@example.org"}, True), ({"phone": "+86 138 0013 8000"}, False)]
)
def test_what_went_to_a_wrong_address_opens_nothing_after_it_was_corrected(
    app, client, case, typed, ended
) -> None:
    stranger, code, link = app.test_client(), case.code, case.link
    follow(stranger, case)
    book(client, case)
    done = press(client, client.get("/en/visit/contact").text, 'name="email"', **typed, language="en")
    assert h1(done) == "We write to you there from now on."
    assert [opens(app, f"/c/{link}"), typed_code_opens(app, code)] == [not ended] * 2
    assert (stranger.get("/en/visit").status_code == 303) is ended
    db.session.expire_all()
    assert opens(app, f"/c/{db.session.get(Case, case.id).link}")
    assert client.get("/en/visit").status_code == 200


def test_a_visit_without_a_case_gets_a_new_link_and_so_do_its_offers(app, client, desk, clock) -> None:
    early = desk.visit("10:00", day="2026-11-26")
    visit = desk.visit("11:00", day="2026-11-26")
    page = client.get(f"/v/{visit.token}", follow_redirects=True).text
    press(client, page, "Tell me if an earlier time is free")
    desk.cancel(early)
    entry, offer = db.session.query(WaitingEntry).one(), db.session.query(TimeOffer).one()
    old = [f"/v/{visit.token}", f"/w/{entry.token}", f"/o/{offer.token}"]
    typed = {"email": "right@example.org", "language": "en"}
    press(client, client.get("/en/visit/contact").text, 'name="email"', **typed)
    assert [app.test_client().get(path).status_code for path in old] == [410, 410, 410]
    db.session.expire_all()
    assert (offer.hold.email, entry.ended_at) == ("right@example.org", None)
    wanted = db.session.query(OutboxMessage).filter_by(topic="offer", subject_id=offer.id)
    assert sorted(row.status for row in wanted) == ["cancelled", "waiting"]
    assert app.test_client().get(f"/o/{offer.token}").status_code == 303


def test_a_visit_that_is_over_has_no_form(client, case, clock) -> None:
    book(client, case)
    clock.move(days=1)
    assert client.get("/en/visit/contact").status_code == 303


def test_nobody_without_a_visit_sees_the_form(client, app) -> None:
    assert client.get("/en/visit/contact").status_code == 303
    assert client.post("/en/visit/contact", data={"email": "x@example.org"}).status_code == 303


@pytest.mark.parametrize(("why", "kept"), [("ill", {"why": "ill"}), ("", {}), ("<script>", {})])
def test_a_reason_to_cancel_may_be_said(client, case, why, kept) -> None:
    book(client, case)
    press(client, client.get("/en/visit/cancel").text, "Cancel this visit", why=why)
    (event,) = [event for event in history(case) if event.kind == "cancelled"]
    assert event.details == kept


def history(case):
    return db.session.query(AppointmentEvent).filter_by(appointment_id=visit_of(case).id).all()
