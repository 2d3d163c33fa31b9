"""People who were asked to choose another time: nothing invites to the old one, and nobody is forgotten."""

from datetime import timedelta

import pytest

from app.appointments.letters import letters, offer_letters
from app.appointments.waitlist.models import TimeOffer
from app.db import db, transact
from app.interval import Interval
from app.notifications.delivery.outbox import ClaimedMessage
from app.notifications.letter import Skip
from app.notifications.models import OutboxMessage
from app.planning.decisions import Choice, Decisions
from app.planning.edits import ClosureEdit
from app.planning.operations import PlanSave, save_plan
from app.stations.hours.opening_hours import ClosedInterval
from tests import factories
from tests.factories import at
from tests.integration.appointments.ledger import assert_ledger
from tests.integration.planning.displacing import (
    ELEVEN,
    TYPHOON,
    again,
    close_morning,
    make,
    messages,
    station,
)


@pytest.fixture
def browser(cast):
    return cast.tom


@pytest.fixture
def visit(network, cast, now):
    return make(cast.fuxingcheng, network.document_check, ELEVEN, now)


def test_who_is_asked_to_choose_has_the_time_kept_for_48_hours(browser, client, clock, visit, now):
    close_morning(browser, for_all="ask")

    assert again(visit).starts_at == ELEVEN
    offer = db.session.scalars(db.select(TimeOffer)).one()
    assert (offer.hold.starts_at, offer.until) == (at("2026-11-25", "14:30"), ELEVEN)
    waiting = db.session.scalars(db.select(OutboxMessage).where(OutboxMessage.topic == "offer")).one()
    assert (waiting.kind, waiting.send_at) == ("offer-instead", now + timedelta(minutes=10))
    assert "Needs a call" not in browser.get("/staff/today").text
    for channel in ("email", "sms"):
        asked = ClaimedMessage(0, "offer", offer.id, 0, "offer-instead", channel, None, 1, "w", "s")
        letter = offer_letters.compose(asked, now)
        if channel == "email":
            assert "Fuxingcheng cannot receive you on Wed 25 Nov, 11:00: typhoon." in letter.text

    client.get(f"/en/offer/{offer.token}")
    client.post("/en/offer/take")

    assert again(visit).starts_at == at("2026-11-25", "14:30")
    assert not again(visit).asked


def test_nothing_invites_to_a_time_that_is_not_possible_any_more(browser, client, visit, now):
    close_morning(browser, for_all="ask")

    assert messages(visit) == [] or {kind for kind, _at in messages(visit)} == {"offer-instead"}
    claimed = ClaimedMessage(0, "appointment", visit.id, 0, "reminder-1440", "email", None, 1, "w", "s")
    assert letters.compose(claimed, now) == Skip("asked to choose another time")
    client.get(f"/v/{visit.token}")
    page = client.get("/en/visit").text
    assert "Your old time is not possible any more." in page
    assert "Fuxingcheng cannot receive you on Wed 25 Nov, 11:00: typhoon." in page
    assert "We keep a new time for you until 11:00 tomorrow: " in page
    assert "14:30" in page
    for inviting in ("I will come", "Come 5 minutes early", "Add to my calendar", "You keep your time"):
        assert inviting not in page
    assert client.get("/en/visit/come").status_code == 303
    client.post("/en/visit/come")
    assert again(visit).confirmed_at is None
    assert "A new time for your visit" in client.get("/en/offer").text
    board = browser.get("/staff/today?day=2026-11-25").text
    assert "This time is not possible: asked to choose another" in board
    assert "Check in" not in board


def test_who_does_not_choose_is_called_a_day_before_and_can_still_choose_after(
    browser, client, clock, visit, now
):
    close_morning(browser, for_all="ask")
    clock.move(hours=3)
    fresh = browser.application.test_client()
    fresh.post("/staff", data={"username": "tom", "password": factories.PASSWORD})
    page = fresh.get("/staff/today").text
    assert "Needs a call: 1 visit" in page
    assert "Asked to choose another time, no answer yet" in page
    assert "Which other time suits you?" in page

    clock.move(hours=24)  # the old time has come and gone
    fresh = browser.application.test_client()
    fresh.post("/staff", data={"username": "tom", "password": factories.PASSWORD})
    assert "Needs a call: 1 visit" in fresh.get("/staff/today").text
    page = fresh.get(f"/staff/visits/{visit.reference}").text
    assert "Did not come" not in page
    move = {"starts_at": at("2026-11-26", "09:00").isoformat()}
    assert fresh.post(f"/staff/visits/{visit.reference}/move", data=move).status_code == 303
    assert again(visit).starts_at == at("2026-11-26", "09:00")
    assert "Needs a call" not in fresh.get("/staff/today").text
    assert_ledger()


def test_who_declines_and_chooses_nothing_is_called_at_once(browser, client, network, cast, clock, now):
    make(cast.fuxingcheng, network.document_check, at("2026-12-03", "09:00"), now)
    _ask_of_thursday(now)
    assert "Needs a call" not in browser.get("/staff/today").text
    client.get(f"/en/offer/{db.session.scalars(db.select(TimeOffer)).one().token}")
    client.post("/en/offer/decline")
    assert "Needs a call: 1 visit" in browser.get("/staff/today").text


def _ask_of_thursday(now):
    edit = ClosureEdit(
        ClosedInterval(Interval(at("2026-12-03", "09:00"), at("2026-12-03", "12:00")), TYPHOON)
    )
    save = PlanSave("fuxingcheng", edit, station().plan_version, "tom")
    transact(save_plan, save, Decisions(for_all=Choice.ASK), now=now)


def test_who_did_not_choose_is_on_the_call_list_after_two_days(browser, network, cast, clock, now):
    make(cast.fuxingcheng, network.document_check, at("2026-12-03", "09:00"), now)
    _ask_of_thursday(now)
    assert "Needs a call" not in browser.get("/staff/today").text

    clock.move(hours=49)
    browser.post("/staff", data={"username": "tom", "password": factories.PASSWORD})

    assert "Needs a call: 1 visit" in browser.get("/staff/today").text


def test_who_is_asked_without_messages_gets_none(browser, visit, now):
    close_morning(browser, for_all="ask", step="save_quietly", why_quiet="I call everybody.")

    assert db.session.scalars(db.select(OutboxMessage).where(OutboxMessage.topic == "offer")).all() == []
    assert "Needs a call: 1 visit" in browser.get("/staff/today").text
