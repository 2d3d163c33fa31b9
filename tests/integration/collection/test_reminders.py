"""People who were told and did not book are reminded, then called; and nobody who booked is."""

from datetime import timedelta

import pytest

from app import jobs
from app.cases.models import Case, CaseNotice
from app.collection import operations, queries
from app.collection.queries import CallReason
from app.db import db, transact
from app.notifications.models import MessageStatus, OutboxMessage
from tests import factories
from tests.factories import TUESDAY, at
from tests.integration.collection.conftest import tell


@pytest.fixture
def remind_at(app, monkeypatch):
    def run(day: str, clock: str = "10:00") -> list[str]:
        monkeypatch.setattr("app.jobs.clock.now", lambda: at(day, clock))
        before = db.session.query(OutboxMessage).count()
        jobs.remind_to_collect()
        rows = db.session.query(OutboxMessage).order_by(OutboxMessage.id).all()
        return [f"{row.kind} {row.channel}" for row in rows[before:]]

    return run


def calls_at(day: str, clock: str = "10:00", *, network) -> list[tuple[str, CallReason]]:
    db.session.rollback()
    untaken = queries.list_untaken_at([network.central])
    calls = queries.list_calls(untaken, now=at(day, clock))
    return [(call.one.case.number, call.reason) for call in calls]


def book(network, case, **columns):
    return factories.build_appointment(network.central, network.collect, case_id=case.id, **columns)


def test_the_reminder_comes_three_working_days_later_and_then_weekly(steps, case, remind_at):
    assert remind_at("2026-11-26") == []
    assert remind_at("2026-11-27") == ["chase email"]
    assert remind_at("2026-11-27", "12:00") == []
    assert remind_at("2026-12-03") == []
    assert remind_at("2026-12-04") == ["chase email"]


def test_what_was_slept_through_is_not_sent_twice(steps, case, remind_at):
    assert remind_at("2026-12-10") == ["chase email"]
    assert remind_at("2026-12-11") == []


def test_both_channels_are_used_where_the_step_says_so(steps, network, remind_at):
    tell(factories.build_case(network.visit_type, network.central, phone="+86 138 0013 8000"))

    assert remind_at("2026-11-27") == ["chase email", "chase sms"]
    assert remind_at("2026-12-04") == ["chase email"]


@pytest.mark.parametrize("clock", ["07:59", "20:01", "03:00"])
def test_nobody_is_woken(steps, case, remind_at, clock):
    assert remind_at("2026-11-27", clock) == []
    assert remind_at("2026-11-28") == ["chase email"]


@pytest.mark.parametrize("status", ["booked", "checked_in"])
def test_who_has_a_visit_is_not_reminded(steps, network, case, remind_at, status):
    book(network, case, status=status)

    assert remind_at("2026-11-27") == []
    assert calls_at("2026-12-20", network=network) == []


def test_who_collected_is_not_reminded(steps, case, remind_at):
    db.session.get_one(Case, case.id).collected_at = TUESDAY
    db.session.commit()

    assert remind_at("2026-11-27") == []


@pytest.mark.parametrize(
    "ended",
    [
        {"status": "no_show", "starts_at": at("2026-11-26", "10:00")},
        {"status": "cancelled", "cancelled_at": at("2026-11-26", "10:00")},
    ],
)
def test_after_a_visit_that_came_to_nothing_the_days_begin_anew(steps, network, case, remind_at, ended):
    book(network, case, **ended)

    assert remind_at("2026-11-30") == []
    assert remind_at("2026-12-01") == ["chase email"]


def test_who_wants_no_messages_gets_none_until_they_want_some_again(steps, network, case, remind_at):
    transact(operations.pause, case.id, actor="person", now=TUESDAY)
    assert remind_at("2026-11-27") == []
    assert calls_at("2026-12-20", network=network) == []

    transact(operations.resume, case.id)
    assert remind_at("2026-11-27") == ["chase email"]


def test_many_are_reminded_batch_by_batch(steps, network, remind_at, monkeypatch):
    monkeypatch.setattr(operations, "BATCH", 2)
    for _ in range(5):
        tell(factories.build_case(network.visit_type, network.central))

    assert remind_at("2026-11-27") == ["chase email"] * 5


def test_without_steps_nobody_is_reminded(case, remind_at):
    assert remind_at("2026-12-27") == []


# --- calls -------------------------------------------------------------------------------------


def test_after_the_reminders_staff_call_and_again_a_week_later(steps, network, case, remind_at):
    assert calls_at("2026-12-17", network=network) == []
    assert remind_at("2026-12-18") == []
    assert calls_at("2026-12-18", network=network) == [(case.number, CallReason.NO_ANSWER)]

    transact(operations.note_called, case.id, actor="mei", now=at("2026-12-18", "11:00"))

    assert calls_at("2026-12-24", network=network) == []
    assert calls_at("2026-12-25", network=network) == [(case.number, CallReason.NO_ANSWER)]


def test_who_cannot_be_written_to_is_called_at_once(steps, network):
    silent = factories.build_case(network.visit_type, network.central, email="")
    tell(silent)

    assert calls_at("2026-11-24", network=network) == [(silent.number, CallReason.NO_CONTACT)]


@pytest.mark.parametrize("booked", [False, True])
def test_who_says_this_is_not_me_ends_what_was_written_to_them(app, network, client, booked):
    case = factories.build_case(network.visit_type, network.central, phone="+86 138 0013 8000")
    tell(case)
    if booked:
        book(network, case, email=case.email, phone=case.phone)
    stranger, code, link = app.test_client(), case.code, case.link
    for browser in (stranger, client):
        assert browser.get(f"/c/{link}").status_code == 303

    before = db.session.query(OutboxMessage).count()
    client.post("/en/collect/not-me", data={"contact": "email"})

    assert client.get(f"/c/{link}").status_code == 410
    assert stranger.get("/en/collect").location.endswith("/en/collect/code")
    typed = {"code": code, "last4": case.passport_last4}
    assert stranger.post("/en/collect/code", data=typed).status_code == 422
    db.session.expire_all()
    assert client.get(f"/c/{case.link}").status_code == 303
    written = db.session.query(OutboxMessage).order_by(OutboxMessage.id).all()[before:]
    assert [(row.kind, row.channel) for row in written] == [("confirmation" if booked else "ready", "sms")]


def test_who_says_this_is_not_me_leaves_a_case_to_call_about(steps, network, case):
    visit = book(network, case, email=case.email)

    transact(operations.remove_contact, case.id, "email", now=TUESDAY)

    db.session.expire_all()
    assert (case.email, visit.email) == ("", "")
    visit.status = "cancelled"
    db.session.commit()
    assert calls_at("2026-11-24", network=network) == [(case.number, CallReason.REMOVED)]


def test_a_message_that_did_not_arrive_is_a_reason_to_call(steps, network, case):
    message = db.session.query(OutboxMessage).one()
    message.status = MessageStatus.FAILED
    db.session.commit()

    assert calls_at("2026-11-24", network=network) == [(case.number, CallReason.NOT_DELIVERED)]


# --- the pages ---------------------------------------------------------------------------------


def test_staff_see_whom_to_call_and_note_it(steps, network, clerk, clock):
    tell(factories.build_case(network.visit_type, network.central, email="", number="HK-CALL"))

    board = clerk.get("/staff/today").text
    assert "1 person waits for a call." in board
    page = clerk.get("/staff/collecting").text
    assert "Call 1 person" in page
    assert "no contact in the case" in page
    clerk.post("/staff/collecting/HK-CALL/called")
    assert "Nobody waits for a call" in clerk.get("/staff/collecting").text


def test_staff_stop_the_reminders_and_start_them_again(steps, network, clerk, clock):
    tell(factories.build_case(network.visit_type, network.central, email="", number="HK-CALL"))

    clerk.post("/staff/collecting/HK-CALL/pause")
    assert "Reminders stopped" in clerk.get("/staff/collecting").text
    clerk.post("/staff/collecting/HK-CALL/resume")
    assert "Call 1 person" in clerk.get("/staff/collecting").text


def test_the_office_is_warned_when_people_were_told_and_nothing_is_free(network, case, clerk):
    factories.add_closure(network.central, at("2026-11-24", "00:00"), at("2027-01-30", "00:00"))

    assert (
        "1 person was told to come, and no time at Central Window is free."
        in clerk.get("/staff/collecting").text
    )
    assert "finds no free time" in clerk.get("/staff/today").text


def test_the_office_is_warned_when_the_first_free_time_is_past_the_deadline(network, case, clerk):
    assert "was told to come" not in clerk.get("/staff/collecting").text
    db.session.get_one(Case, case.id).collect_before = (TUESDAY + timedelta(days=2)).date()
    db.session.commit()
    factories.add_closure(network.central, at("2026-11-24", "00:00"), at("2026-11-27", "00:00"))

    assert "no time at Central Window is free before the deadline" in clerk.get("/staff/collecting").text


def test_a_person_stops_the_reminders_on_a_page(client, case):
    client.get(f"/c/{case.link}")
    page = client.get("/en/collect/messages").text
    assert "m•••@example.org" in page
    assert "maria@example.org" not in page

    stopped = client.post("/en/collect/messages/stop", follow_redirects=True).text

    assert "We write to you no more about this collection." in stopped
    assert db.session.get_one(CaseNotice, case.id).paused_by == "person"
    assert "We write to you again." in client.post("/en/collect/messages/start", follow_redirects=True).text


def test_this_is_not_me_removes_the_contact_and_leaves_the_case(client, case):
    client.get(f"/c/{case.link}")

    page = client.post("/en/collect/not-me", data={"contact": "email"}, follow_redirects=True)

    assert "We removed this contact from the case. Nothing is booked." in page.text
    assert db.session.get_one(Case, case.id).email == ""
    assert client.get("/en/collect").location == "/en/collect/code"


@pytest.mark.parametrize("field", ["", "passport", "code", "email_encrypted"])
def test_nothing_but_a_contact_can_be_removed(client, case, field):
    client.get(f"/c/{case.link}")

    assert client.post("/en/collect/not-me", data={"contact": field}).status_code == 404


def test_without_a_case_the_page_asks_for_the_code(client, network):
    assert client.get("/en/collect/messages").location == "/en/collect/code?lost=1"
