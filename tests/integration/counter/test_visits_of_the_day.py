from datetime import timedelta

import pytest

from app.appointments.booking import operations
from app.appointments.contacts import Contact
from app.appointments.holds.operations import HoldRequest, hold
from app.appointments.models import Appointment, AppointmentEvent, DeskUsage, HandoverItem
from app.appointments.states import Status
from app.cases.models import Case
from app.db import db, transact
from tests import factories
from tests.factories import at


@pytest.fixture
def visit(network, cast, now):
    """Maria's visit at 10:00 for both permits."""
    case = factories.build_case(
        network.visit_type, network.central, full_name="Maria Example", passport="P1234567X"
    )
    return factories.build_appointment(
        network.central, network.collect, case_id=case.id, name="", starts_at=now + timedelta(hours=1)
    )


@pytest.fixture
def browser(cast):
    return cast.mei


def path(visit, action=""):
    return f"/staff/visits/{visit.reference}{action}"


def read(visit):
    db.session.expire_all()
    return db.session.get(Appointment, visit.id)


def kinds(visit):
    events = db.select(AppointmentEvent).where(AppointmentEvent.appointment_id == visit.id)
    return [(e.kind, e.actor) for e in db.session.scalars(events.order_by(AppointmentEvent.id))]


SEEN = {"identity": "seen", "papers": ["passport", "receipt"]}
BOTH = {**SEEN, "given": ["work_permit", "residence_permit"], "outcome": "complete"}


def test_the_board_shows_little_of_a_person(browser, visit):
    page = browser.get("/staff/today").text

    assert "M. E." in page
    assert "passport …567X" in page
    assert "Maria" not in page
    assert "P1234567X" not in page


def test_the_numbers_are_said_in_words(browser, visit, network, now):
    factories.build_appointment(network.central, network.document_check, status=Status.NO_SHOW, starts_at=now)

    page = browser.get("/staff/today").text

    assert "Booked <strong>1</strong>" in page
    assert "Not come <strong>1</strong>" in page
    assert "Done <strong>0</strong>" in page


def test_an_empty_day_says_when_the_next_visit_is(browser, visit):
    page = browser.get("/staff/today?day=2026-11-26").text

    assert "No visits on this day." in page
    assert "today, 10:00" in page


def test_the_board_refreshes_itself_until_stopped(browser, visit):
    page = browser.get("/staff/today").text
    assert 'http-equiv="refresh" content="30; url=/staff/today?station=central-window' in page
    assert "again=1" in page  # a page that loads itself keeps nobody signed in
    assert "http-equiv" not in browser.get("/staff/today?refresh=off").text
    assert "http-equiv" not in browser.get("/staff/today?day=2026-11-25").text


@pytest.mark.parametrize("day", ["", "yesterday", "2026-13-01", "9999-12-31", "0001-01-01"])
def test_an_odd_day_does_no_harm(browser, visit, day):
    assert browser.get("/staff/today", query_string={"day": day}).status_code == 200


def test_who_has_no_station_yet_is_told_so(app, network, client):
    factories.build_user("nina")
    client.post("/staff", data={"username": "nina", "password": factories.PASSWORD})

    assert "No service point yet" in client.get("/staff/today").text


def test_the_visit_page_shows_little_of_the_person_until_asked(browser, visit):
    page = browser.get(path(visit)).text

    assert "M. E." in page
    assert "receipt" in page
    for hidden in ("Maria", "P1234567X", "maria@"):
        assert hidden not in page
    assert kinds(visit) == []


WHY = {"reason": "here"}


@pytest.mark.parametrize("reason", ["", "curious"])
def test_nobody_sees_the_name_without_a_reason(browser, visit, reason):
    answer = browser.post(path(visit, "/show"), data={"reason": reason})

    assert (answer.status_code, "Maria" in answer.text) == (422, False)
    assert kinds(visit) == []


def test_the_history_says_why_the_name_was_shown(browser, visit):
    page = browser.post(path(visit, "/show"), data={"reason": "call"}, follow_redirects=True).text

    assert "Reason: to call or write to the person" in page


def test_who_asks_for_the_name_gets_it_for_a_while_and_is_noted(browser, visit, clock):
    for _click in range(2):
        answer = browser.post(path(visit, "/show"), data=WHY, follow_redirects=True)
        assert "Maria Example" in answer.text
        assert "P1234567X" not in answer.text
    assert kinds(visit) == [("opened", "mei")]

    clock.move(minutes=16)
    assert "Maria" not in browser.get(path(visit)).text
    browser.post(path(visit, "/show"), data=WHY)
    assert kinds(visit) == [("opened", "mei")] * 2


def test_what_one_asked_for_is_not_shown_to_another(cast, browser, visit):
    browser.post(path(visit, "/show"), data=WHY)

    assert "Maria" not in cast.ada.get(path(visit)).text


def test_who_comes_before_the_day_is_not_checked_in(browser, visit):
    visit.starts_at, visit.ends_at = at("2026-11-25", "00:10"), at("2026-11-25", "00:30")
    db.session.commit()

    answer = browser.post(path(visit, "/check-in"))

    assert answer.status_code == 409
    assert "This visit is for another day." in answer.text
    assert read(visit).status == Status.BOOKED


def test_check_in_and_hand_over_collect_the_case(browser, visit, now):
    browser.post(path(visit, "/check-in"), data={"next": "/staff/today"})
    answer = browser.post(path(visit, "/complete"), data=BOTH)

    assert answer.status_code == 303
    assert read(visit).status == Status.COMPLETED
    assert db.session.get(Case, visit.case_id).collected_at == now
    given = db.session.scalars(db.select(HandoverItem)).all()
    assert {(item.item_code, item.given_by) for item in given} == {
        ("work_permit", "mei"),
        ("residence_permit", "mei"),
    }


def test_a_missing_tick_needs_a_reason_and_keeps_the_ticks(browser, visit):
    browser.post(path(visit, "/check-in"))

    answer = browser.post(
        path(visit, "/complete"), data={**SEEN, "given": "work_permit", "outcome": "complete"}
    )

    assert answer.status_code == 422
    assert "Not everything was handed over" in answer.text
    assert 'value="work_permit" checked' in answer.text
    assert 'value="residence_permit" checked' not in answer.text
    assert read(visit).status == Status.CHECKED_IN


def test_not_complete_keeps_what_is_missing_and_why(browser, visit):
    browser.post(path(visit, "/check-in"))

    browser.post(
        path(visit, "/complete"),
        data={**SEEN, "given": "work_permit", "outcome": "incomplete", "reason": "Photo is wrong"},
    )

    event = db.session.scalars(db.select(AppointmentEvent).order_by(AppointmentEvent.id.desc())).first()
    assert read(visit).status == Status.INCOMPLETE
    assert (event.kind, event.details["missing"], event.details["reason"]) == (
        "incomplete", ["residence_permit"], "Photo is wrong",
    )  # fmt: skip
    assert db.session.get(Case, visit.case_id).collected_at is None
    assert "Photo is wrong" in browser.get(path(visit)).text


def test_the_next_visit_hands_over_only_the_rest(browser, visit, network, now):
    browser.post(path(visit, "/check-in"))
    browser.post(
        path(visit, "/complete"),
        data={**SEEN, "given": "work_permit", "outcome": "incomplete", "reason": "x"},
    )
    second = factories.build_appointment(
        network.central, network.collect, case_id=visit.case_id, starts_at=now
    )
    browser.post(path(second, "/check-in"))

    assert "given at an earlier visit" in browser.get(path(second)).text
    browser.post(path(second, "/complete"), data={**SEEN, "given": "residence_permit", "outcome": "complete"})

    assert read(second).status == Status.COMPLETED
    assert db.session.get(Case, visit.case_id).collected_at == now


def test_a_visit_without_a_case_needs_no_ticks(browser, network, cast, now):
    advice = factories.build_appointment(network.central, network.document_check, starts_at=now)
    browser.post(path(advice, "/check-in"))

    browser.post(path(advice, "/complete"), data={"outcome": "complete"})

    assert read(advice).status == Status.COMPLETED


def test_nobody_is_missed_before_the_time(browser, visit, clock):
    early = browser.post(path(visit, "/no-show"))
    wait_an_hour(browser, clock)
    late = browser.post(path(visit, "/no-show"))

    assert (early.status_code, late.status_code) == (409, 303)
    assert read(visit).status == Status.NO_SHOW


def test_the_same_button_twice_is_one_change(browser, visit):
    for _click in range(2):
        assert browser.post(path(visit, "/check-in")).status_code == 303

    assert kinds(visit) == [("checked_in", "mei")]


def test_undo_takes_back_one_change_however_often_it_is_clicked(browser, visit):
    browser.post(path(visit, "/check-in"))
    browser.post(path(visit, "/complete"), data=BOTH)

    first = browser.post(path(visit, "/undo"), data={"undoing": "completed"})
    second = browser.post(path(visit, "/undo"), data={"undoing": "completed"})

    assert (first.status_code, second.status_code) == (303, 409)
    assert read(visit).status == Status.CHECKED_IN
    assert db.session.get(Case, visit.case_id).collected_at is None
    assert db.session.scalars(db.select(HandoverItem)).all() == []
    assert kinds(visit)[-1] == ("undone", "mei")


def test_the_undo_bar_stays_until_the_next_action(browser, visit):
    browser.post(path(visit, "/check-in"), data={"next": "/staff/today"})

    for _refresh in range(2):
        assert 'class="undo"' in browser.get("/staff/today").text
    browser.post(path(visit, "/undo"), data={"undoing": "checked_in", "next": "/staff/today"})

    assert 'name="undoing"' not in browser.get("/staff/today").text


def wait_an_hour(browser, clock):
    for _part in range(3):  # an idle session would end after half an hour
        clock.move(minutes=20)
        browser.get("/staff/today")


def test_undo_does_not_give_one_case_two_live_visits(browser, visit, network, clock, now):
    wait_an_hour(browser, clock)
    browser.post(path(visit, "/no-show"))
    factories.build_appointment(
        network.central, network.collect, case_id=visit.case_id, starts_at=now + timedelta(days=1)
    )

    answer = browser.post(path(visit, "/undo"), data={"undoing": "no_show"})

    assert answer.status_code == 409
    assert "another visit booked" in answer.text
    assert read(visit).status == Status.NO_SHOW


def test_a_cancelled_visit_cannot_be_checked_in(browser, network, cast, now):
    gone = factories.build_appointment(
        network.central, network.collect, status=Status.CANCELLED, starts_at=now
    )

    assert browser.post(path(gone, "/check-in")).status_code == 409
    assert read(gone).status == Status.CANCELLED


def test_what_staff_do_frees_and_takes_no_desk(browser, network, cast, now):
    starts_at = now + timedelta(hours=1)
    held = transact(hold, HoldRequest("central-window", "document-check", starts_at), now=now)
    request = operations.BookingRequest(held.public_id, "key-1", Contact("Maria E", "m@example.org"), "en")
    booked = transact(operations.book, request, now=now)

    def taken():
        db.session.expire_all()
        return [row.taken for row in db.session.scalars(db.select(DeskUsage).order_by(DeskUsage.cell))]

    before = taken()
    for action, data in (
        ("/check-in", {}),
        ("/complete", {"outcome": "complete"}),
        ("/undo", {"undoing": "completed"}),
        ("/undo", {"undoing": "checked_in"}),
    ):
        assert browser.post(path(booked, action), data=data).status_code == 303
        assert taken() == before
    assert sum(before) == 4


def test_a_station_named_by_a_prankster_does_no_harm(browser, network, visit):
    name = "{{7*7}}<img src=x onerror=alert(1)>${1}"
    station = db.session.get(type(network.central), network.central.id)
    station.name = factories.words(name)
    factories.save(station)

    page = browser.get("/staff/today").text

    assert "<img src=x" not in page
    assert "{{7*7}}&lt;img" in page


def test_a_colleague_who_was_quicker_is_named_and_keeps_the_undo(cast, browser, visit):
    factories.build_user("una", stations=(visit.station,))
    una = cast.browser("una")
    for step, data in (("/check-in", {}), ("/complete", BOTH)):
        assert browser.post(path(visit, step), data=data).status_code == 303
        assert browser.post(path(visit, step), data=data).status_code == 303  # the same press twice
        late = una.post(path(visit, step), data=data)
        assert late.status_code == 409
        assert "A colleague has done this already. It was mei." in late.text
        board = una.get("/staff/today").text
        assert f'action="{path(visit, "/undo")}"' not in board


def test_a_visit_that_was_cancelled_before_is_not_said_to_be_cancelled_now(browser, visit):
    visit.status, visit.cancelled_by = Status.CANCELLED, "person"
    factories.save(visit)
    page = browser.post(path(visit, "/cancel"), follow_redirects=True).text
    assert "The visit was cancelled before. Nothing was changed." in page
    assert "The person gets a message." not in page
