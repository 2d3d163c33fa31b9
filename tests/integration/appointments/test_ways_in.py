"""The ways into a booking: link, typed code, and what the first page says."""

import pytest

from app import throttle
from app.appointments.entry.by_code import MOST_OF_NETWORK, PAUSE
from app.cases.states import LegState
from app.codes import new_code
from app.db import transact
from tests.factories import add_closure, at, build_case, build_transfer, offer
from tests.integration.appointments.pages import (
    book,
    follow,
    h1,
    press,
    press_confirm,
    press_time,
    slots_of,
    visits,
)


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


def test_the_visits_own_link_opens_a_collection_visit_in_another_browser(client, app, case):
    press_confirm(client, press_time(client, follow(client, case).text).text)
    (booked,) = visits()

    page = app.test_client().get(f"/v/{booked.token}", follow_redirects=True)

    assert (page.request.path, page.status_code) == ("/en/visit", 200)
    assert booked.reference[:4] in page.text


def test_the_typed_code_opens_the_case(client, case):
    home = client.get("/en/")
    page = press(client, home.text, 'name="code"', code=case.code)
    assert (page.request.path, page.status_code) == ("/en/collect/code", 200)
    assert f'value="{case.code}"' in page.text
    assert 'class="errors"' not in page.text
    start = press(
        client, page.text, 'name="last4"', code=f" {case.code[:4].lower()}-{case.code[4:]}", last4="4821"
    )
    assert start.request.path == "/en/collect"


def test_a_code_never_becomes_part_of_an_address(client, case):
    home = client.get("/en/").text
    assert 'method="post" action="/en/collect/code"' in home
    assert f'value="{case.code}"' not in client.get(f"/en/collect/code?code={case.code}").text


def test_the_first_page_asks_again_for_a_code_that_cannot_be_read(client, network):
    home = client.get("/en/")
    page = press(client, home.text, 'name="code"', code="HK7R4M20")
    assert page.status_code == 422
    assert "The code has no 0, 1, O, I, L or U." in page.text
    assert "Enter the last 4 characters of your passport number." not in page.text
    assert press(client, home.text, 'name="code"', code="").status_code == 200


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


def test_strangers_of_one_network_shut_nobody_out_until_they_try_codes_by_the_hundred(
    client, case, network, clock
):
    others = [build_case(network.visit_type, network.central).code for _ in range(6)]
    right = {"code": case.code, "last4": "4821"}
    for code in others:
        refused = client.post("/en/collect/code", data={"code": code, "last4": "0000"})
    unknown = client.post("/en/collect/code", data={"code": new_code(), "last4": "0000"})

    assert (refused.status_code, unknown.status_code) == (429, 429)
    assert client.post("/en/collect/code", data=right).status_code == 303
    for _ in range(MOST_OF_NETWORK):
        transact(throttle.count, "code-from:127.0.0.1", window=PAUSE, now=clock.now())
    assert client.post("/en/collect/code", data=right).status_code == 429


def test_right_codes_are_not_counted(client, case):
    right = {"code": case.code, "last4": "4821"}
    assert {client.post("/en/collect/code", data=right).status_code for _ in range(7)} == {303}


def test_this_is_not_me_forgets_the_case_in_this_browser(client, case):
    assert 'href="/en/collect/messages"' in follow(client, case).text
    page = press(client, client.get("/en/collect/messages").text, "Leave this case on this device")
    assert "You left this case." in page.text
    assert client.get("/en/collect").headers["Location"] == "/en/collect/code"


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
    assert "No free time at Central Window until" in page.text
    assert slots_of(page.text) == []
    offer(network.jiangdong, network.collect)
    build_transfer(network.central, network.jiangdong)
    page = follow(client, case)
    assert "Soonest times at other places" in page.text
    assert slots_of(page.text)[0].startswith("jiangdong@")


def test_other_places_are_named_only_when_there_are_any(client, case, network):
    assert "place" not in follow(client, case).text.split("</h1>")[1].split("Where:")[0]
    assert "Other places" not in follow(client, case).text
    offer(network.jiangdong, network.collect)
    assert "Other places" not in follow(client, case).text, "the papers cannot be brought there"
    build_transfer(network.central, network.jiangdong)
    assert "Other places" in follow(client, case).text
