"""People who come together, on the pages: how many, how long it takes, and only times that take all."""

import re

import pytest

from app.appointments.letters import letters
from app.appointments.models import Appointment, Hold
from app.appointments.waitlist.models import WaitingEntry
from app.appointments.wording import party_of
from app.db import db
from app.i18n import in_language
from app.notifications.delivery.outbox import ClaimedMessage
from tests.factories import add_closure, at
from tests.integration.appointments.pages import (
    details,
    follow,
    form_with,
    press,
    press_confirm,
    press_time,
    slots_of,
    visits,
)

TIMES = "/en/book/time?service=document-check&place=jiangdong"
TURNS = "3 people, one after another: about 60 minutes"


@pytest.fixture
def turns(network):
    network.document_check.party_served = "in_a_row"
    db.session.commit()


def starts(page):
    return [slot.partition("@")[2][11:16] for slot in slots_of(page) if "2026-11-24" in slot]


def test_who_comes_with_others_sees_times_that_take_all_and_how_long_it_takes(client, network, turns):
    alone = client.get(TIMES).text
    assert "How many people come?" in alone
    assert "minutes" not in alone
    assert starts(alone)[-1] == "16:30"

    page = client.get(f"{TIMES}&people=3").text
    assert TURNS in page
    assert "<option selected>3</option>" in page
    assert starts(page)[-1] == "15:50"
    assert "people=3" in page  # the addresses of other places and days carry it along

    # At all places together it may be longer here and shorter there: then nothing is said.
    assert TURNS not in client.get("/en/book/time?service=document-check&people=3&place=any").text


def test_a_party_is_booked_with_its_length_on_each_page(client, network, turns):
    times = client.get(f"{TIMES}&people=3").text
    tomorrow = next(slot for slot in slots_of(times) if "@2026-11-25" in slot)  # a visit that may be changed
    page = press_time(client, times, tomorrow).text
    checked = details(client, page, name="Maria", email="maria@example.org").text
    assert TURNS in checked
    assert "people=3" in checked  # "Change time" goes on with the same people
    visit_page = press_confirm(client, checked).text
    assert TURNS in visit_page

    [visit] = visits()
    assert (visit.party_size, visit.desks) == (3, 1)
    other = client.get("/en/book/time?move=1").text
    assert "How many people come?" not in other
    assert TURNS in other
    assert starts(other)[-1] == "15:50"
    assert TURNS in client.get("/en/visit/cancel").text


def test_without_the_rule_a_party_comes_at_the_same_time(client, network):
    assert slots_of(client.get(f"{TIMES}&people=2").text) == []  # one desk
    page = client.get("/en/book/time?service=document-check&place=central-window&people=2").text
    assert "2 people at the same time: about 20 minutes" in page


@pytest.mark.parametrize("people", ["0", "6", "-1", "x", "²", "9" * 40, ""])
def test_a_number_that_cannot_be_is_one_person(client, network, people):
    asked = {"service": "document-check", "place": "jiangdong", "people": people}
    page = client.get("/en/book/time", query_string=asked)
    assert page.status_code == 200
    press_time(client, page.text)
    assert [kept.party_size for kept in db.session.query(Hold)] == [1]


def test_a_collection_and_a_service_for_one_do_not_ask(client, case, network):
    follow(client, case)
    assert "How many people" not in client.get("/en/collect/time?people=2").text
    network.document_check.max_party = 1
    db.session.commit()
    assert "How many people" not in client.get(TIMES).text


def test_a_time_that_was_taken_is_replaced_by_times_that_take_all(client, network, turns, desk):
    page = client.get(f"{TIMES}&people=3").text
    wanted = next(slot for slot in slots_of(page) if "10:00" in slot)
    desk.visit("10:20")
    gone = press_time(client, page, wanted).text
    assert "Someone took" in gone
    _action, near = form_with(gone, 'class="near"')
    assert near["people"] == "3"
    assert "10:20" not in re.sub(r"(?s)<section.*", "", gone)


def test_who_waits_together_waits_for_room_for_all(client, network, turns):
    add_closure(network.jiangdong, at("2026-11-24", "09:00"), at("2026-12-31", "00:00"))
    page = client.get(f"{TIMES}&people=3").text
    assert "Tell me when a time is free" in page
    address = re.search(r'href="([^"]*waiting[^"]*)"', page)[1].replace("&amp;", "&")
    form = client.get(address).text
    assert "3 people." in form
    done = press(
        client,
        form,
        'name="parts"',
        name="Anna",
        email="anna@example.org",
        language="en",
        parts="morning",
        places="jiangdong",
    )
    assert done.status_code == 200, done.text
    assert [entry.party_size for entry in db.session.query(WaitingEntry)] == [3]


def written(visit: Appointment, language: str) -> str:
    visit.language = language
    db.session.commit()
    message = ClaimedMessage(
        1, letters.TOPIC, visit.id, 0, "confirmation", "email", None, 1, "w", visit.created_at
    )
    return letters.compose(message, visit.created_at).text


def test_letters_say_how_long_a_party_takes(desk, turns):
    visit = desk.visit("10:00", party_size=3)
    assert f"Document check, {TURNS}" in written(visit, "en")
    assert "3人，依次办理，约需60分钟" in written(visit, "zh")
    assert "3 человека, по очереди: около 60 минут" in written(visit, "ru")
    assert "About 60 minutes" not in written(visit, "en")  # it is said once
    assert "About 20 minutes" in written(desk.visit("14:30"), "en")


def test_what_a_visit_holds_is_said_whatever_the_service_says_now(app, desk, network):
    beside = desk.visit("10:00", station="central-window", party_size=2)
    network.document_check.party_served = "in_a_row"
    db.session.commit()
    with app.test_request_context(), in_language("en"):
        assert party_of(beside) == "2 people at the same time: about 20 minutes"
