"""Checking and confirming: one press books once, and nothing typed is lost."""

import pytest

from app.appointments.models import Hold
from app.db import db
from tests.factories import at, build_case
from tests.integration.appointments.pages import (
    choose_open,
    details,
    follow,
    h1,
    press,
    press_confirm,
    press_time,
    slots_of,
    visits,
)


def test_the_check_page_shows_only_initials_and_masked_contact(client, case):
    page = press_time(client, follow(client, case).text).text
    assert "M. E., passport ending 4821" in page
    assert "a•••@mail.ru" in page
    assert "Maria" not in page
    assert "anna@" not in page


def test_a_case_without_contact_is_warned_and_may_book(client, network):
    silent = build_case(network.visit_type, network.central, email="")
    page = press_time(client, follow(client, silent).text)
    assert "We cannot tell you if the place closes." in page.text
    assert h1(press_confirm(client, page.text)) == "Your visit is booked"


def test_a_case_may_give_another_contact_for_this_visit(client, case):
    press_time(client, follow(client, case).text)
    form = client.get("/en/collect/details")
    assert "a•••@mail.ru" in form.text
    check = details(client, form.text, email="new@example.org")
    assert "new@example.org" in check.text
    press_confirm(client, check.text)
    assert visits()[0].email == "new@example.org"


def test_an_open_service_asks_a_name_and_one_contact(client, network):
    form = choose_open(client)
    assert form.request.path == "/en/book/details"
    check = details(client, form.text, name="María José", phone="+7 912 345 67 89")
    assert "+7 912 345 67 89" in check.text
    visit = press_confirm(client, check.text)
    assert h1(visit) == "Your visit is booked"
    assert (visits()[0].name, visits()[0].phone) == ("María José", "+7 912 345 67 89")
    assert db.session.query(Hold).one().name_encrypted is None


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"email": "a@b.org"}, "Enter the full name, as in the passport."),
        ({"name": "Anna"}, "Enter an e-mail address or a phone number."),
        ({"name": "Anna", "email": "a@"}, "Enter an e-mail address like name@example.com."),
        ({"name": "Anna", "phone": "12"}, "Enter a phone number with its country code"),
    ],
)
def test_wrong_details_are_told_and_kept(client, network, typed, told):
    page = details(client, choose_open(client).text, **typed)
    assert page.status_code == 422
    assert told in page.text
    for value in typed.values():
        assert f'value="{value}"' in page.text


def test_the_check_page_of_an_open_service_comes_after_its_details(client, network):
    choose_open(client)
    assert client.get("/en/book/check").headers["Location"] == "/en/book/details"


def test_going_back_to_the_details_shows_what_was_typed(client, network):
    details(client, choose_open(client).text, name="Anna", email="anna@mail.ru")
    assert 'value="anna@mail.ru"' in client.get("/en/book/details").text


def test_more_time_is_told_as_a_clock_time(client, case, clock):
    page = press_time(client, follow(client, case).text)
    assert "09:15" in page.text
    clock.move(minutes=10)
    assert "09:25" in press(client, page.text, "I need more time").text


def test_the_eleventh_wish_for_more_time_is_told_why_not(client, case):
    page = press_time(client, follow(client, case).text)
    for _ in range(11):
        page = press(client, page.text, "I need more time")
    assert "We kept this time ten times already." in page.text


def test_a_hold_that_ran_out_confirms_silently_while_the_time_is_free(client, case, clock, desk):
    page = press_time(client, follow(client, case).text, "central-window@2026-11-24T11:00+08:00")
    desk.now = clock.move(minutes=40)
    desk.release_expired()
    assert h1(press_confirm(client, page.text)) == "Your visit is booked"


def test_a_lost_time_keeps_the_details_and_offers_three(client, network, clock, desk):
    slot = "jiangdong@2026-11-24T11:00+08:00"
    times = client.get("/en/book/time?place=jiangdong&service=document-check").text
    check = details(client, press_time(client, times, slot).text, name="Anna", email="anna@mail.ru")
    desk.now = clock.move(minutes=16)
    desk.hold("11:00")
    lost = press_confirm(client, check.text)
    assert lost.status_code == 409
    assert "is not free any more. Your details are safe. Choose:" in lost.text
    assert len(slots_of(lost.text)) == 3
    assert "anna@mail.ru" in lost.text
    again = press_time(client, lost.text)
    assert again.request.path == "/en/book/check"
    assert "anna@mail.ru" in again.text
    assert h1(press_confirm(client, again.text)) == "Your visit is booked"


def test_a_reload_of_the_check_page_says_that_the_time_is_lost(client, case, clock, desk, network):
    press_time(client, follow(client, case).text, "central-window@2026-11-24T11:00+08:00")
    desk.now = clock.move(minutes=16)
    for _ in range(2):
        desk.hold("11:00", station="central-window")
    assert "is not free any more." in client.get("/en/collect/check").text


def test_a_double_press_of_confirm_books_once(client, case):
    check = press_time(client, follow(client, case).text)
    press_confirm(client, check.text)
    again = press_confirm(client, check.text)
    assert h1(again) == "Your visit is already booked"
    assert len(visits()) == 1


def test_going_back_after_booking_says_that_it_is_booked(client, case):
    start = follow(client, case)
    check = press_time(client, start.text)
    press_confirm(client, check.text)
    assert h1(client.get("/en/collect/check", follow_redirects=True)) == "Your visit is already booked"
    assert len(visits()) == 1


def test_pressing_a_time_on_the_old_first_page_becomes_a_move(client, case):
    start = follow(client, case)
    press_confirm(client, press_time(client, start.text, slots_of(start.text)[1]).text)
    assert h1(press_time(client, start.text, slots_of(start.text)[2])) == "Move your visit"


def test_of_two_tabs_the_newer_hold_wins_and_the_older_page_says_so(client, case):
    start = follow(client, case)
    older = press_time(client, start.text, slots_of(start.text)[0])
    press_time(client, start.text, slots_of(start.text)[2])
    told = press_confirm(client, older.text)
    assert told.status_code == 409
    assert "You chose another time after you opened that page." in told.text
    assert "Thursday 26 November" in told.text
    press_confirm(client, told.text)
    assert visits()[0].starts_at == at("2026-11-26", "09:00")


def test_of_two_browsers_the_newer_hold_wins(app, client, case):
    older = press_time(client, follow(client, case).text)
    other = app.test_client()
    press_time(other, follow(other, case).text, "central-window@2026-11-24T11:00+08:00")
    told = press_confirm(client, older.text)
    assert told.status_code == 409
    assert "You chose another time after this one" in told.text
    assert visits() == []


def test_a_case_booked_in_another_browser_shows_its_visit(app, client, case):
    check = press_time(client, follow(client, case).text)
    other = app.test_client()
    page = press_time(other, follow(other, case).text, "central-window@2026-11-24T11:00+08:00")
    press_confirm(other, page.text)
    client.get("/en/collect/check")
    press_confirm(client, check.text)
    assert h1(client.get("/en/collect", follow_redirects=True)).startswith("Your visit")
    assert len(visits()) == 1
