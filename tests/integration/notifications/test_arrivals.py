"""What a provider tells later: it is written down, believed as far as it can be, and acted on."""

from datetime import timedelta

import pytest

from app.db import db, transact
from app.notifications import contacts
from app.notifications.channels.bounces import BounceReport
from app.notifications.delivery import arrivals, outbox
from app.notifications.letter import Letter
from app.notifications.models import DeliveryAttempt, OutboxMessage

CHANNELS = ["email", "sms"]


@pytest.fixture
def sent(put, row, make_relay):
    """Return the key under which a message to a@example.org was sent."""
    put("a")
    make_relay(compose=lambda _message, _now: Letter(to="a@example.org", subject="s", text="x")).deliver_due()
    return outbox.key_of(row("a"))


def bounce(key, address="a@example.org", **more) -> BounceReport:
    return BounceReport(**{"key": key, "address": address, "delivered": False, "detail": "550 no", **more})


def note(report, now) -> bool:
    return transact(arrivals.note, report, channels=CHANNELS, now=now)


def test_a_bounce_is_written_down_with_its_reason_and_no_address(sent, row, now) -> None:
    assert note(bounce(sent, detail="550 5.1.1 <a@example.org> unknown"), now)
    assert (row("a").status, row("a").reason) == ("bounced", "550 5.1.1 <<email>> unknown")
    assert [
        attempt.outcome for attempt in db.session.query(DeliveryAttempt).order_by(DeliveryAttempt.id)
    ] == ["sent", "bounced"]


def test_the_same_bounce_twice_is_one(sent, row, now) -> None:
    assert note(bounce(sent), now)
    assert note(bounce(sent), now)
    assert db.session.query(DeliveryAttempt).count() == 2
    assert db.session.query(OutboxMessage).filter_by(channel="sms").count() == 1


@pytest.mark.parametrize(("dead", "failing"), [(True, True), (False, False)])
def test_only_a_dead_address_gets_nothing_more(sent, now, dead, failing) -> None:
    note(bounce(sent, dead=dead), now)
    assert contacts.is_failing("a@example.org") is failing


def test_a_bounce_for_somebody_else_blocks_nobody(sent, row, now) -> None:
    note(bounce(sent, address="victim@example.org", dead=True), now)
    assert row("a").status == "bounced"
    assert not contacts.is_failing("victim@example.org")
    assert not contacts.is_failing("a@example.org")


def test_after_a_bounce_the_person_is_told_over_another_channel(sent, row, now) -> None:
    note(bounce(sent), now)
    assert (row("a/instead").channel, row("a/instead").status) == ("sms", "waiting")


def test_what_arrived_is_delivered(sent, row, now) -> None:
    assert note(bounce(sent, delivered=True, detail="250 OK"), now)
    assert row("a").status == "delivered"


@pytest.mark.parametrize("key", ["", "x", "0-0", "1-1", "99999999999999999999-1", "-1", "1-é", "1-\ud800"])
def test_what_is_not_ours_is_not_noted(sent, row, now, key) -> None:
    assert not note(bounce(key), now)
    assert row("a").status == "sent"


@pytest.mark.parametrize("guess", ["{second}", "", "0", "{secret}0", "{shorter}"])
def test_a_forged_bounce_of_a_recent_mail_is_not_believed(sent, row, now, guess) -> None:
    message = row("a")
    second = int(message.created_at.timestamp())
    guessed = guess.format(second=second, secret=message.secret, shorter=message.secret[:-1])
    assert not note(bounce(f"{message.id}-{guessed}", dead=True), now)
    assert row("a").status == "sent"
    assert not contacts.is_failing("a@example.org")
    assert db.session.query(OutboxMessage).count() == 1


def test_a_message_that_was_not_sent_cannot_come_back(put, row, now) -> None:
    put("a", send_at=now + timedelta(days=1))
    assert not note(bounce(outbox.key_of(row("a"))), now)
    assert row("a").status == "waiting"
