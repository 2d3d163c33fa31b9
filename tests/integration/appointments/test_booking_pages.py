"""The booking pages: ways in, the press that books, and what may go wrong on the way."""

import pytest

from app.appointments import holds
from app.appointments.contacts import Contact
from app.appointments.models import Appointment, Hold, HoldStatus
from app.cases.models import LegState
from app.db import db, transact
from tests.factories import add_closure, at, build_case, offer
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


def visits():
    return db.session.query(Appointment).order_by(Appointment.id).all()


def details(client, html, **typed):
    return press(
        client, html, 'name="language"', **{"language": "en", "name": "", "email": "", "phone": "", **typed}
    )


def choose_open(client):
    """Start an open service at Jiangdong and press the first time."""
    times = client.get("/en/book?place=jiangdong&service=document-check", follow_redirects=True)
    return press_time(client, times.text)


# --- the ways in -------------------------------------------------------------------------------


def test_the_link_leads_in_two_presses_to_a_booked_visit(client, case):
    start = follow(client, case)
    assert start.request.path == "/en/collect"
    assert h1(start) == "Your work permit and residence permit are ready"
    assert len(slots_of(start.text)) == 3
    check = press_time(client, start.text)
    assert h1(check) == "Check and confirm"
    visit = press_confirm(client, check.text)
    assert (visit.request.path, h1(visit)) == ("/en/visit", "Your visit is booked")
    (booked,) = visits()
    assert (booked.case_id, booked.email) == (case.id, "anna@mail.ru")


def test_the_link_opens_in_the_language_of_the_case(client, network):
    case = build_case(network.visit_type, network.central, language="ru")
    assert client.get(f"/c/{case.link}").headers["Location"] == "/ru/collect"


def test_a_link_that_is_not_known_asks_for_the_code(client, network):
    for address in ("/c/NOSUCHLINK", "/v/no-such-token"):
        page = client.get(address)
        assert page.status_code == 410
        assert "This link does not work any more. Enter your collection code:" in page.text


def test_the_typed_code_opens_the_case(client, case):
    page = client.get(f"/en/collect/code?code={case.code}")
    assert f'value="{case.code}"' in page.text
    start = press(
        client, page.text, 'name="last4"', code=f" {case.code[:4].lower()}-{case.code[4:]}", last4="4821"
    )
    assert start.request.path == "/en/collect"


@pytest.mark.parametrize(
    ("code", "last4", "told"),
    [
        ("", "4821", "Enter the collection code from our message."),
        ("HK7R4M2", "4821", "The code has 8 letters and numbers, for example HK7R 4M2P."),
        ("HK7R4M20", "4821", "The code has no 0, 1, O, I, L or U."),
        ("HK7R4M2P", "", "Enter the last 4 characters of your passport number."),
        ("HK7R4M2P", "48211", "Enter exactly 4 letters or numbers, for example 4821."),
        ("HK7R4M2P", "4821", "We could not find this code. Check the message we sent, or call us."),
    ],
)
def test_a_wrong_code_is_told_in_a_sentence_and_stays_in_its_field(client, network, code, last4, told):
    page = client.post("/en/collect/code", data={"code": code, "last4": last4})
    assert page.status_code == 422
    assert told in page.text
    assert "<title>Error:" in page.text
    assert f'value="{code}"' in page.text


def test_a_right_code_with_a_wrong_passport_gets_the_same_answer(client, case):
    page = client.post("/en/collect/code", data={"code": case.code, "last4": "0000"})
    assert "We could not find this code." in page.text


def test_the_sixth_try_is_stopped_for_a_quarter_of_an_hour_even_with_the_right_code(client, case, clock):
    wrong = {"code": case.code, "last4": "0000"}
    assert [client.post("/en/collect/code", data=wrong).status_code for _ in range(5)] == [422] * 5
    right = {"code": case.code, "last4": "4821"}
    stopped = client.post("/en/collect/code", data=right)
    assert stopped.status_code == 429
    assert int(stopped.headers["Retry-After"]) <= 15 * 60 + 1
    clock.move(minutes=15, seconds=1)
    assert client.post("/en/collect/code", data=right).status_code == 303


def test_one_address_cannot_try_many_codes(client, network):
    cases = [build_case(network.visit_type, network.central) for _ in range(6)]
    tries = [
        client.post("/en/collect/code", data={"code": c.code, "last4": "0000"}).status_code for c in cases
    ]
    assert tries == [422] * 5 + [429]


def test_right_codes_are_not_counted(client, case):
    right = {"code": case.code, "last4": "4821"}
    assert {client.post("/en/collect/code", data=right).status_code for _ in range(7)} == {303}


def test_this_is_not_me_forgets_the_case_in_this_browser(client, case):
    page = press(client, follow(client, case).text, "This is not me")
    assert "You left this case." in page.text
    assert client.get("/en/collect").headers["Location"] == "/en/collect/code"


# --- what the first page says ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("legs", "heading"),
    [
        ((LegState.IN_REVIEW, LegState.RECEIVED), "Your permits are not ready yet"),
        (
            (LegState.IN_REVIEW, LegState.APPROVED),
            "Your residence permit is ready. Your work permit is not ready yet.",
        ),
        (
            (LegState.APPROVED, LegState.IN_REVIEW),
            "Your work permit is ready. Your residence permit is not ready yet.",
        ),
    ],
)
def test_a_case_that_is_not_ready_is_told_what_is_missing_and_offered_no_time(client, network, legs, heading):
    page = follow(client, build_case(network.visit_type, network.central, legs=legs))
    assert h1(page) == heading
    assert slots_of(page.text) == []


def test_papers_that_are_at_no_place_yet_are_waited_for(client, network):
    assert h1(follow(client, build_case(network.visit_type))) == "Your permits are approved"


def test_a_collected_case_says_when(client, network, now):
    page = follow(client, build_case(network.visit_type, network.central, collected_at=now))
    assert "You collected them on" in page.text
    assert "Tuesday 24 November" in page.text


def test_a_booked_case_shows_its_visit(client, case):
    book(client, case)
    assert h1(follow(client, case)) == "Your visit"


def test_a_deadline_near_is_a_notice(client, network, now):
    soon = build_case(network.visit_type, network.central, collect_before=now.date())
    assert "If no time suits you, call us." in follow(client, soon).text


def test_a_place_without_any_free_time_says_so_and_offers_others(client, case, network):
    add_closure(network.central, at("2026-11-24", "00:00"), at("2026-12-30", "00:00"))
    page = follow(client, case)
    assert "No free time at Central Window before" in page.text
    assert slots_of(page.text) == []
    offer(network.jiangdong, network.collect)
    page = follow(client, case)
    assert "Soonest times at other places" in page.text
    assert slots_of(page.text)[0].startswith("jiangdong@")


def test_other_places_are_named_only_when_there_are_any(client, case, network):
    assert "place" not in follow(client, case).text.split("</h1>")[1].split("Where:")[0]
    assert "Other places" not in follow(client, case).text
    offer(network.jiangdong, network.collect)
    assert "Other places" in follow(client, case).text


# --- choosing a time ---------------------------------------------------------------------------


def test_five_days_with_times_are_listed_and_the_gap_is_explained(client, case):
    follow(client, case)
    page = client.get("/en/collect/time").text
    assert page.count('<section class="day">') == 5
    assert "Closed: " in page
    assert "from=2026-12-01" in page


def test_more_days_lead_to_the_end_of_the_booking_window(client, case):
    follow(client, case)
    page = client.get("/en/collect/time?from=2026-12-24").text
    assert page.count('<section class="day">') == 1
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


# --- checking and confirming -------------------------------------------------------------------


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
    assert "09:40" in told.text
    press_confirm(client, told.text)
    assert visits()[0].starts_at == at("2026-11-24", "09:40")


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


# --- the frame of every page -------------------------------------------------------------------


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
        assert set(kept) <= {"_permanent", "hold", "case", "visit", "word", "csrf_token"}
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
