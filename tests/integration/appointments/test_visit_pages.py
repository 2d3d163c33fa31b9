"""The visit page: proof, preparation, moving, cancelling, undoing, and every state a visit can have."""

import re

import pytest
from icalendar import Calendar

from app.appointments.availability import capacity
from app.appointments.models import Appointment, HandoverItem
from app.appointments.states import Status
from app.codes import spaced
from app.db import db
from tests.factories import at, build_appointment, save
from tests.integration.appointments.pages import (
    book,
    follow,
    form_with,
    h1,
    press,
    press_confirm,
    press_time,
    slots_of,
)


def visit_of(case):
    db.session.rollback()
    return db.session.query(Appointment).filter_by(case_id=case.id).order_by(Appointment.id.desc()).first()


def open_visit(client, desk, clock="10:00"):
    """Book an open service and open its link."""
    visit = desk.visit(clock)
    return visit, client.get(f"/v/{visit.token}", follow_redirects=True)


def test_the_booked_page_shows_all_that_is_needed(client, case):
    page = book(client, case).text
    visit = visit_of(case)
    expected = (
        spaced(visit.reference),
        "Central Window",
        "Tuesday 24 November 2026",
        "(9:20 am)",
        "Bring these papers",
        "Add to my calendar",
        "Show the address to a taxi driver",
        "Cancel this visit",
    )
    for words in expected:
        assert words in page
    assert "/en/places/central-window/taxi" in page
    assert '<svg role="img"' in page


def test_the_green_panel_is_shown_once(client, case):
    book(client, case)
    assert h1(client.get("/en/visit")) == "Your visit"


def test_a_robot_that_looks_with_head_does_not_use_the_panel_up(client, case):
    start = follow(client, case).text
    check = press_time(client, start, slots_of(start)[1])
    action, fields = form_with(check.text, 'name="hold"')
    client.post(action, data=fields)
    client.head("/en/visit")
    assert h1(client.get("/en/visit")) == "Your visit is booked"


def test_the_link_of_a_visit_without_a_case_opens_it(client, desk):
    visit, page = open_visit(client, desk)
    assert page.request.path == "/en/visit"
    assert spaced(visit.reference) in page.text
    assert "maria" not in page.text.lower()


def test_a_visit_moves_in_two_presses(client, case):
    page = book(client, case)
    check = press_time(client, page.text)
    assert h1(check) == "Move your visit"
    moved = press_confirm(client, check.text)
    assert h1(moved) == "Your visit is moved"
    assert visit_of(case).starts_at == at("2026-11-24", "09:00")
    assert visit_of(case).revision == 1


def test_the_time_it_has_is_not_offered_again(client, case):
    page = book(client, case)
    assert len(slots_of(page.text)) == 3
    assert "central-window@2026-11-24T09:20+08:00" not in slots_of(page.text)


def test_an_open_visit_moves_through_all_times(client, desk):
    visit, page = open_visit(client, desk)
    address = re.search(r'href="(/en/book/time[^"]+)"', page.text)[1].replace("&amp;", "&")
    times = client.get(address)
    assert "You keep it until you confirm a new time." in times.text
    check = press_time(client, times.text, "jiangdong@2026-11-24T11:00+08:00")
    assert h1(press_confirm(client, check.text)) == "Your visit is moved"
    assert db.session.get(Appointment, visit.id).starts_at == at("2026-11-24", "11:00")


def test_a_lost_new_time_keeps_the_old_one(client, desk, clock):
    visit, page = open_visit(client, desk, "11:40")
    check = press_time(client, page.text, "jiangdong@2026-11-24T11:00+08:00")
    desk.now = clock.move(minutes=16)
    desk.hold("11:00")
    lost = press_confirm(client, check.text)
    assert "is not free any more." in lost.text
    assert db.session.get(Appointment, visit.id).starts_at == at("2026-11-24", "11:40")
    assert h1(press_confirm(client, press_time(client, lost.text).text)) == "Your visit is moved"


def test_moving_twice_with_one_page_moves_once(client, case):
    check = press_time(client, book(client, case).text)
    press_confirm(client, check.text)
    assert h1(press_confirm(client, check.text)) == "Your visit is already booked"
    assert visit_of(case).revision == 1


def test_a_visit_is_cancelled_in_two_presses_and_undone_in_one(client, case):
    book(client, case)
    ask = client.get("/en/visit/cancel")
    assert visit_of(case).status == Status.BOOKED
    gone = press(client, ask.text, "Cancel this visit")
    assert h1(gone) == "Your visit is cancelled"
    assert "Your permits stay safe." in gone.text
    back = press(client, gone.text, "Undo")
    assert h1(back) == "Your visit is booked again"


def test_cancelling_twice_is_told_once(client, case):
    book(client, case)
    ask = client.get("/en/visit/cancel").text
    press(client, ask, "Cancel this visit")
    assert h1(press(client, ask, "Cancel this visit")) == "Your visit is cancelled"
    assert visit_of(case).revision == 1


def test_undo_ends_after_half_an_hour(client, case, clock):
    book(client, case)
    gone = press(client, client.get("/en/visit/cancel").text, "Cancel this visit")
    clock.move(minutes=30, seconds=1)
    assert "Undo" not in client.get("/en/visit").text
    assert "This visit cannot be changed any more." in press(client, gone.text, "Undo").text


def test_undo_of_a_time_that_is_taken_says_so(client, desk):
    visit, _page = open_visit(client, desk)
    gone = press(client, client.get("/en/visit/cancel").text, "Cancel this visit")
    desk.hold("10:00")
    page = press(client, gone.text, "Undo")
    assert "Somebody took this time after you cancelled." in page.text
    assert db.session.get(Appointment, visit.id).status == Status.CANCELLED


def test_a_cancelled_case_chooses_a_new_time(client, case):
    book(client, case)
    gone = press(client, client.get("/en/visit/cancel").text, "Cancel this visit")
    times = client.get(re.search(r'href="([^"]+)"[^>]*>Choose a new time', gone.text)[1])
    assert h1(press_confirm(client, press_time(client, times.text).text)) == "Your visit is booked"


def test_the_calendar_file_carries_the_visit_and_no_secret(client, case):
    book(client, case)
    answer = client.get("/en/visit/calendar.ics")
    assert answer.mimetype == "text/calendar"
    assert answer.headers["Cache-Control"] == "no-store"
    (event,) = Calendar.from_ical(answer.data).walk("VEVENT")
    assert event["dtstart"].dt == at("2026-11-24", "09:20")
    assert visit_of(case).token not in answer.text
    assert case.link not in answer.text


@pytest.mark.parametrize(
    ("status", "heading"),
    [
        (Status.CHECKED_IN, "Your visit"),
        (Status.COMPLETED, "Your visit is done"),
        (Status.INCOMPLETE, "Your visit is not complete"),
        (Status.NO_SHOW, "You did not come on Tuesday 24 November"),
        (Status.CANCELLED, "Your visit is cancelled"),
    ],
)
def test_every_state_has_its_own_words_and_no_way_to_change_it(client, desk, status, heading):
    visit, _page = open_visit(client, desk)
    db.session.get(Appointment, visit.id).status = status
    if status is Status.CANCELLED:
        desk_back(visit)
    db.session.commit()
    page = client.get("/en/visit")
    assert h1(page) == heading
    assert 'name="slot"' not in page.text
    assert client.get("/en/visit/cancel").status_code == 303


def desk_back(visit):
    capacity.give_back(visit)


def test_on_the_day_it_says_today_and_afterwards_come_now(client, desk, clock):
    _visit, page = open_visit(client, desk)
    assert "Today at" in page.text
    clock.move(hours=1, minutes=5)
    late = client.get("/en/visit").text
    assert "Come now: we serve you as soon as we can." in late
    assert "Cancel this visit" not in late


def test_a_receipt_names_what_was_handed_over(client, case, now):
    book(client, case)
    visit = visit_of(case)
    visit.status = Status.COMPLETED
    save(HandoverItem(appointment_id=visit.id, item_code="work_permit", given_at=now, given_by="clerk"))
    page = client.get("/en/visit").text
    assert "You received" in page
    assert "work permit" in page
    assert "residence permit" not in page


def test_a_visit_of_somebody_else_stays_closed(client, desk, network):
    other = build_appointment(network.central, network.document_check)
    try:
        open_visit(client, desk)
        assert spaced(other.reference) not in client.get("/en/visit").text
    finally:
        db.session.delete(other)  # it took no desk, so the ledger must not count it
        db.session.commit()
