"""One letter for all reminders of a day, none at night, none while a person is paused."""

from datetime import timedelta

import pytest

from app.appointments.booking import operations
from app.crypto import Keyring
from app.db import db, transact
from app.notifications import pauses
from app.notifications.delivery import outbox
from app.notifications.letter import DeliveryError
from app.notifications.models import MessagePause, OutboxMessage
from tests.factories import at

DAY_BEFORE = [{"days": 1, "at": "10:00"}]


@pytest.fixture
def visits(network, book, now):
    """Two visits of one person on one day, and one of somebody else, each reminded the day before at 10."""
    network.document_check.reminder_plan = DAY_BEFORE
    db.session.commit()
    times = (("10:00", "maria@example.org"), ("11:00", " Maria@Example.org"), ("11:20", "paul@example.org"))
    return [
        book("central-window", "document-check", at("2026-11-30", clock), now=now, key=clock, email=email)
        for clock, email in times
    ]


@pytest.fixture
def at_ten(visits, make_relay, clock, channel):
    """The relay at the moment when the reminders are due; the confirmations are gone."""
    relay = make_relay()
    relay.deliver_due()
    channel.sent.clear()
    clock.time = at("2026-11-29", "10:00")
    return relay


def states(kind="reminder-1d"):
    db.session.rollback()
    rows = db.session.query(OutboxMessage).filter_by(kind=kind).order_by(OutboxMessage.id)
    return [(row.status, row.reason) for row in rows]


TOLD = ("skipped", "told in another message")


def test_two_reminders_to_one_person_are_one_letter(at_ten, channel):
    at_ten.deliver_due()
    assert channel.subjects == [
        "Tomorrow: Mon 30 Nov, 10:00, Central Window, and 1 more",
        "Tomorrow: Mon 30 Nov, 11:20, Central Window",
    ]
    letter = channel.sent[0][1]
    assert letter.text.index("10:00") < letter.text.index("11:00") < letter.text.index("请携带")
    assert [state for state, _ in states()] == ["sent", "skipped", "sent"]
    assert states()[1] == TOLD


def test_nothing_is_closed_by_a_letter_that_did_not_go_out(at_ten, make_relay, channel, clock):
    def refuse(_letter):
        raise DeliveryError("421 later")

    channel.before = refuse
    at_ten.deliver_due()
    assert "skipped" not in [state for state, _ in states()]
    channel.before = lambda _letter: None
    clock.move(minutes=3)
    at_ten.deliver_due()
    assert len(channel.sent) == 2
    assert states()[1] == TOLD


def test_two_workers_do_not_tell_it_twice(at_ten, make_relay, channel, clock, now):
    first = transact(
        outbox.claim_due, "one", now=clock.now(), lease=timedelta(seconds=120), limit=1, channel="email"
    )
    at_ten.deliver_due()  # the other worker comes to the second reminder while the first is being sent
    assert channel.subjects == ["Tomorrow: Mon 30 Nov, 11:20, Central Window"]
    transact(outbox.give_back, first, now=clock.now())
    clock.move(minutes=2)
    at_ten.deliver_due()
    assert [subject.partition(",")[0] for subject in channel.subjects].count("Tomorrow: Mon 30 Nov") == 2
    assert states()[1] == TOLD


def test_a_worker_that_died_leaves_the_other_reminder_to_be_sent(at_ten, channel, clock):
    transact(
        outbox.claim_due, "dead", now=clock.now(), lease=timedelta(seconds=120), limit=1, channel="email"
    )
    at_ten.deliver_due()
    clock.move(minutes=3)
    at_ten.deliver_due()
    assert sorted(state for state, _ in states()) == ["sent", "sent", "skipped"]


def test_a_visit_cancelled_meanwhile_is_not_told(visits, at_ten, channel, clock):
    transact(operations.cancel, visits[1].reference, now=clock.now())
    at_ten.deliver_due()
    assert "Tomorrow: Mon 30 Nov, 10:00, Central Window" in channel.subjects


def test_another_day_has_its_own_letter(book, at_ten, channel, clock, now):
    book("central-window", "document-check", at("2026-12-02", "10:00"), now=now, key="later")
    at_ten.deliver_due()
    clock.time = at("2026-12-01", "10:00")
    at_ten.deliver_due()
    assert channel.subjects[-1] == "Tomorrow: Wed 2 Dec, 10:00, Central Window"


# --- the night ---------------------------------------------------------------------------------


def test_a_reminder_that_was_held_up_waits_for_the_morning(at_ten, channel, clock):
    clock.time = at("2026-11-29", "22:30")  # the server was down all day
    at_ten.deliver_due()
    assert channel.sent == []
    clock.time = at("2026-11-30", "08:00")
    at_ten.deliver_due()
    assert channel.subjects[0] == "Today: Mon 30 Nov, 10:00, Central Window, and 1 more"


@pytest.mark.parametrize(("looked_at", "sent"), [("20:00", 1), ("20:01", 1), ("20:31", 0)])
def test_a_reminder_of_the_latest_hour_goes_out_on_its_evening(
    network, book, make_relay, clock, looked_at, sent
):
    network.document_check.reminder_plan = [{"days": 1, "at": "20:00"}]
    db.session.commit()
    book("central-window", "document-check", at("2026-11-26", "10:00"), now=clock.now())
    make_relay().deliver_due()
    clock.time = at("2026-11-25", looked_at) + timedelta(seconds=3)
    make_relay().deliver_due()
    reminder = db.session.query(OutboxMessage).filter_by(kind="reminder-1d").one()
    assert (reminder.status == "sent") == sent


def test_a_confirmation_does_not_wait(network, book, make_relay, channel, clock):
    clock.time = at("2026-11-24", "23:00")
    book("central-window", "document-check", at("2026-11-30", "10:00"), now=clock.now())
    make_relay().deliver_due()
    assert len(channel.sent) == 1


# --- paused ------------------------------------------------------------------------------------


def test_a_paused_person_gets_nothing_until_resumed(at_ten, channel, clock, now):
    row = transact(pauses.pause, "MARIA@example.org", reason="asked", username="mei", now=now)
    at_ten.deliver_due()
    assert channel.subjects == ["Tomorrow: Mon 30 Nov, 11:20, Central Window"]
    assert states()[0] == ("skipped", "person paused")
    transact(pauses.resume, row.id, username="mei", now=now)
    assert not pauses.is_paused("maria@example.org")


def test_a_pause_outlives_a_new_key(app, at_ten, now, monkeypatch):
    transact(pauses.pause, "maria@example.org", reason="asked", username="mei", now=now)
    newer = Keyring({"newer": b"n" * 32, **app.extensions["keyring"].keys})
    monkeypatch.setitem(app.extensions, "keyring", newer)
    at_ten.deliver_due()
    assert states()[0] == ("skipped", "person paused")


def test_pausing_twice_is_once_and_the_address_is_not_readable(app, now):
    for spelling in ("+86 138 0013 8000", "13800138000"):
        transact(pauses.pause, spelling, reason="", username="mei", now=now)
    row = db.session.query(MessagePause).one()
    assert row.contact == "+86 138 0013 8000"
    assert "138" not in row.contact_encrypted + row.contact_index or row.contact not in row.contact_encrypted
    assert pauses.is_paused("+8613800138000")


def test_a_person_paused_again_after_a_resume_has_two_lines_of_history(app, now):
    for _ in range(2):
        row = transact(pauses.pause, "maria@example.org", reason="", username="mei", now=now)
        transact(pauses.resume, row.id, username="ada", now=now)
    assert db.session.query(MessagePause).filter_by(resumed_by="ada").count() == 2
    assert pauses.list_pauses() == []


def test_nothing_is_sent_to_a_person_who_is_paused(network, book, make_relay, channel, row, now):
    visit = book("central-window", "document-check", at("2026-11-30", "10:00"), now=now)
    transact(pauses.pause, "maria@example.org", reason="", username="mei", now=now)
    make_relay().deliver_due()
    assert channel.sent == []
    message = row(f"{visit.reference}:0:confirmation")
    assert (message.status, message.reason) == ("skipped", "person paused")
