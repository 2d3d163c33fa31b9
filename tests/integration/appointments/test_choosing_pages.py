"""Choosing a time, and what holds for every booking page."""

from datetime import date

import pytest

from app.appointments.contacts import Contact
from app.appointments.holds import operations as holds
from app.appointments.models import Hold, HoldStatus
from app.db import db, transact
from tests.factories import HAIKOU, add_exception, at, build_case, build_transfer, offer
from tests.integration.appointments.pages import (
    book,
    choose_open,
    details,
    follow,
    form_with,
    h1,
    press,
    press_confirm,
    press_time,
    slots_of,
    visits,
)
from tests.integration.locator.pages import words_of


def test_the_first_time_of_three_days_then_a_strip_of_days_then_the_times_of_one(client, case):
    follow(client, case)
    page = client.get("/en/collect/time").text
    first = [f"central-window@2026-11-{day}T09:00+08:00" for day in (24, 25, 26)]
    assert slots_of(page)[:3] == first
    assert "earliest" in page
    assert "Tuesday 24 November, 16 times" in page
    assert page.count('<li><a href="/en/collect/time?') - page.count("More days") - 1 == 8
    assert {slot[:25] for slot in slots_of(page)[3:]} == {"central-window@2026-11-24"}


def test_another_day_shows_its_times_and_stays_in_its_strip(client, case):
    follow(client, case)
    page = client.get("/en/collect/time?from=2026-11-26").text
    assert {slot[:25] for slot in slots_of(page)} == {"central-window@2026-11-26"}
    assert page.index("Tuesday 24 November, 16 times") < page.index('aria-current="date"')
    assert "from=2026-12-04" in page


def test_days_without_times_are_explained_but_not_every_weekend(client, case, network):
    add_exception(network.central, date(2026, 11, 26), reason="Staff training")
    follow(client, case)
    page = client.get("/en/collect/time").text
    assert "(Staff training)" in page
    assert page.count("Closed: ") == 1


def test_the_time_a_visit_has_is_never_offered_as_a_new_one(client, case):
    book(client, case)
    own = visits()[0].starts_at.astimezone(HAIKOU).isoformat(timespec="minutes")
    for path in ("visit", "collect/time", f"collect/time?from={own[:10]}"):
        slots = slots_of(client.get(f"/en/{path}").text)
        assert slots
        assert f"central-window@{own}" not in slots


def test_more_days_lead_to_the_end_of_the_booking_window(client, case):
    follow(client, case)
    page = client.get("/en/collect/time?from=2026-12-24").text
    assert "Earlier days" in page
    assert "More days" not in page


@pytest.mark.parametrize(
    "query", ["from=9999-99-99", "from=0001-01-01", "taken=nonsense", "place=nowhere", "view=x"]
)
def test_an_address_with_nonsense_shows_the_usual_page(client, case, query):
    follow(client, case)
    assert client.get(f"/en/collect/time?{query}").status_code == 200


def test_the_month_links_each_day_that_has_times(client, case):
    follow(client, case)
    page = client.get("/en/collect/time?view=month").text
    assert "Tuesday 24 November, 16 times" in page
    assert "Saturday 28 November," not in page
    assert 'abbr="Monday"' in page


def test_any_place_names_the_place_on_each_button(client, case, network):
    offer(network.jiangdong, network.collect)
    build_transfer(network.central, network.jiangdong)
    follow(client, case)
    slots = slots_of(client.get("/en/collect/time?place=any").text)
    assert {slot.split("@")[0] for slot in slots} == {"central-window", "jiangdong"}


def test_a_time_taken_a_moment_ago_names_the_three_nearest(client, desk):
    times = client.get("/en/book/time?place=jiangdong&service=document-check").text
    desk.hold("10:00")
    page = press_time(client, times, "jiangdong@2026-11-24T10:00+08:00")
    assert page.request.path == "/en/book/time"
    assert "Someone took" in page.text
    assert slots_of(page.text)[:3] == [
        f"jiangdong@2026-11-24T{clock}+08:00" for clock in ("09:20", "09:40", "10:20")
    ]


@pytest.mark.parametrize(
    "slot", ["", "nonsense", "jiangdong@", "jiangdong@2026-11-24T10:00", "@2026-11-24T10:00+08:00"]
)
def test_a_button_that_says_nothing_keeps_nothing(client, network, slot):
    client.post("/en/book/hold", data={"service": "document-check", "slot": slot})
    assert db.session.query(Hold).count() == 0


def test_a_place_that_does_not_exist_is_not_found(client, network):
    sent = {"service": "document-check", "slot": "nowhere@2026-11-24T10:00+08:00"}
    assert client.post("/en/book/hold", data=sent).status_code == 404


def test_two_presses_of_one_button_keep_one_time(client, desk):
    times = client.get("/en/book/time?place=jiangdong&service=document-check").text
    for _ in range(2):
        press_time(client, times, "jiangdong@2026-11-24T10:00+08:00")
    assert db.session.query(Hold).one().status == HoldStatus.OPEN


def test_the_time_that_is_kept_is_named_above_the_list(client, case):
    press_time(client, follow(client, case).text)
    assert "Continue with this time" in client.get("/en/collect/time").text


def test_without_a_case_or_visit_every_page_leads_to_the_code(client, network):
    for path in (
        "collect",
        "collect/time",
        "collect/check",
        "collect/details",
        "visit",
        "visit/cancel",
        "visit/calendar.ics",
    ):
        page = client.get(f"/en/{path}", follow_redirects=True)
        assert page.request.path == "/en/collect/code", path


def test_pages_of_a_person_are_kept_by_nobody_and_leak_no_address(client, case):
    press_time(client, follow(client, case).text)
    for path in (
        "/en/collect",
        "/en/collect/time",
        "/en/collect/check",
        "/en/collect/details",
        "/en/collect/code",
    ):
        headers = client.get(path).headers
        assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer"), path


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_changes_nothing(client, case, method):
    book(client, case)

    def rows():
        return {t.name: db.session.execute(t.select()).all() for t in db.metadata.sorted_tables}

    before = rows()
    for path in (
        "collect",
        "collect/time",
        "collect/check",
        "collect/details",
        "visit",
        "visit/cancel",
        "visit/calendar.ics",
        "book?service=document-check",
        "collect/code",
    ):
        getattr(client, method)(f"/en/{path}")
    getattr(client, method)(f"/c/{case.link}")
    getattr(client, method)(f"/v/{visits()[0].token}")
    assert rows() == before


def test_the_session_holds_no_personal_data(client, network):
    details(client, choose_open(client).text, name="Anna Petrova", email="anna@mail.ru")
    with client.session_transaction() as kept:
        assert set(kept) <= {"_permanent", "hold", "case", "visit", "wanted", "word", "csrf_token"}
        assert "anna" not in str(dict(kept)).lower()


@pytest.mark.parametrize("path", ["collect/hold", "collect/extend", "collect/leave", "visit/restore"])
def test_what_changes_something_cannot_be_opened_as_an_address(client, network, path):
    assert client.get(f"/en/{path}").status_code == 405


def test_a_page_that_stayed_open_too_long_leads_back_to_the_same_step(csrf_client, case):
    start = follow(csrf_client, case)
    action, fields = form_with(start.text, 'name="slot"')
    stale = {**fields, "csrf_token": "stale", "slot": slots_of(start.text)[0]}
    page = csrf_client.post(action, data=stale, follow_redirects=True)
    assert page.request.path == "/en/collect/time"
    assert "This page was open for a long time." in page.text
    assert h1(press_time(csrf_client, page.text)) == "Check and confirm"


def test_a_form_that_stayed_open_too_long_keeps_what_was_typed(csrf_client, network):
    form = choose_open(csrf_client)
    page = details(csrf_client, form.text, csrf_token="stale", name="Anna", email="anna@mail.ru")
    assert page.status_code == 400
    assert 'value="anna@mail.ru"' in page.text
    assert h1(details(csrf_client, page.text, name="Anna", email="anna@mail.ru")) == "Check and confirm"
    code = csrf_client.post("/en/collect/code", data={"code": "HK7R 4M2P", "last4": "4821"})
    assert 'value="HK7R 4M2P"' in code.text


def test_a_confirm_page_that_stayed_open_too_long_shows_itself_again(csrf_client, case):
    check = press_time(csrf_client, follow(csrf_client, case).text)
    page = press(csrf_client, check.text, 'name="hold"', csrf_token="stale")
    assert page.request.path == "/en/collect/check"
    assert "This page was open for a long time." in page.text
    assert h1(press_confirm(csrf_client, page.text)) == "Your visit is booked"


def test_names_that_look_like_code_are_shown_as_text(client, case, network):
    evil = "{{7*7}}<img src=x onerror=alert(1)>${1}"
    network.central.name = type(network.central.name)(en=evil, zh=evil, ru=evil)
    db.session.commit()
    page = press_time(client, follow(client, case).text).text
    assert "<img src=x" not in page
    assert "{{7*7}}&lt;img" in page


def test_a_second_service_can_be_booked_after_a_collection(client, case):
    book(client, case)
    check = details(client, choose_open(client).text, name="Anna", email="anna@mail.ru")
    assert h1(press_confirm(client, check.text)) == "Your visit is booked"
    assert len(visits()) == 2


def test_a_service_for_cases_is_not_open_without_one(client, network):
    page = client.get("/en/book?service=collect-permits", follow_redirects=True)
    assert page.request.path == "/en/collect/code"


def test_what_was_typed_never_shows_for_another_case(client, case, network):
    kept = press_time(client, follow(client, case).text)
    assert kept.status_code == 200
    with client.session_transaction() as session:
        public_id = session["hold"]
    transact(holds.note_contact, public_id, Contact("", "secret@mail.ru", ""), "en")
    other = build_case(network.visit_type, network.central, email="other@mail.ru")
    page = press_time(client, follow(client, other).text)
    assert "secret@" not in page.text


def test_a_time_pressed_before_the_code_is_kept_once_the_code_is_there(client, case):
    place = client.get("/en/places/central-window")
    asked = press_time(client, place.text)
    assert asked.request.path == "/en/collect/code"
    assert "Then we keep Tuesday 24 November, 09:00 for you." in words_of(asked.text)
    check = press(client, asked.text, 'name="last4"', code=case.code, last4=case.passport_last4)
    assert h1(check) == "Check and confirm"
    assert db.session.query(Hold).one().starts_at == at("2026-11-24", "09:00")


def test_a_time_pressed_on_the_page_of_a_place_is_held_at_once(client, network):
    page = press_time(client, client.get("/en/places/jiangdong").text)
    assert page.request.path == "/en/book/details"
