"""One batch after the other: composed late, sent outside transactions, written down each for itself."""

from datetime import timedelta

import pytest

from app.db import db, transact
from app.errors import Busy
from app.notifications import contacts
from app.notifications.delivery import outbox, rates, tidying
from app.notifications.delivery.retry import MOST_TRIES
from app.notifications.letter import DeliveryError, Later, Letter, Skip
from app.notifications.models import DeliveryAttempt
from tests.integration.notifications.conftest import LEASE
from tests.integration.notifications.stubs import StubChannel, note


def test_a_due_message_is_sent_once(put, row, make_relay, channel) -> None:
    put("a")
    relay = make_relay(compose=note)
    assert [relay.deliver_due(), relay.deliver_due()] == [1, 0]
    assert channel.subjects == ["note 1"]
    assert (row("a").status, row("a").reason, row("a").claimed_by) == ("sent", "stub", None)
    assert db.session.query(DeliveryAttempt.outcome).all() == [("sent",)]


def test_no_transaction_is_open_while_a_message_is_sent(put, make_relay, channel) -> None:
    put("a")
    seen = []
    channel.before = lambda _letter: seen.append(db.session().in_transaction())
    make_relay(compose=note).deliver_due()
    assert seen == [False]


def test_what_was_sent_is_recorded_however_long_others_write(put, row, make_relay, monkeypatch) -> None:
    def record(*given, **more):
        if busy:
            raise busy.pop()
        return real(*given, **more)

    put("a")
    real, busy = outbox.record, [Busy(), Busy(), Busy()]
    monkeypatch.setattr(outbox, "record", record)
    make_relay(compose=note).deliver_due()
    assert (busy, row("a").status, row("a").attempts) == ([], "sent", 1)


def test_a_failing_message_stops_no_other(put, row, make_relay, channel) -> None:
    for subject in (1, 2, 3, 4):
        put(str(subject), subject_id=subject)

    def compose(message, now):
        if message.subject_id == 1:
            raise ZeroDivisionError
        return note(message, now)

    def refuse_the_second(letter) -> None:
        if letter.subject == "note 2":
            raise KeyError("from inside the channel")

    channel.before = refuse_the_second
    assert make_relay(compose=compose).deliver_due() == 4
    assert channel.subjects == ["note 3", "note 4"]
    assert [row(key).status for key in "1234"] == ["waiting", "waiting", "sent", "sent"]
    assert row("1").reason == "error: ZeroDivisionError"


def test_temporary_trouble_is_tried_again_after_a_wait(put, row, make_relay, channel, clock) -> None:
    put("a")
    troubles = [DeliveryError("451 later")]

    def once(_letter) -> None:
        if troubles:
            raise troubles.pop()

    channel.before = once
    relay = make_relay(compose=note)
    relay.deliver_due()
    assert (row("a").status, row("a").reason) == ("waiting", "451 later")
    assert relay.deliver_due() == 0, "not before its wait is over"
    clock.move(seconds=73)
    relay.deliver_due()
    assert row("a").status == "sent"
    assert [key for key, _ in channel.sent] == [outbox.key_of(row("a"))]


def test_permanent_trouble_ends_it_at_once(put, row, make_relay, channel) -> None:
    put("a")

    def refuse(_letter) -> None:
        raise DeliveryError("550 no such box", permanent=True)

    channel.before = refuse
    make_relay(compose=note).deliver_due()
    assert (row("a").status, row("a").reason) == ("failed", "550 no such box")


def test_endless_trouble_ends_with_its_reason(put, row, make_relay, channel, clock) -> None:
    put("a")

    def refuse(_letter) -> None:
        raise DeliveryError("451 later")

    channel.before = refuse
    relay = make_relay(compose=note)
    for _ in range(MOST_TRIES + 3):
        relay.deliver_due()
        clock.move(hours=3)
    assert (row("a").status, row("a").reason, row("a").attempts) == ("failed", "451 later", MOST_TRIES)


def test_a_provider_that_was_down_for_hours_gets_all_that_is_still_of_use(
    put, row, make_relay, channel, clock, now
) -> None:
    put("of use", subject_id=1, expires_at=now + timedelta(days=1))
    put("not any more", subject_id=2, expires_at=now + timedelta(hours=2))
    down = True

    def maybe(_letter) -> None:
        if down:
            raise DeliveryError("no conversation: ConnectionRefusedError")

    channel.before = maybe
    relay = make_relay(compose=note)
    for _ in range(36):
        relay.deliver_due()
        clock.move(minutes=5)
    down = False
    clock.move(hours=2)
    relay.deliver_due()
    assert channel.subjects == ["note 1"]
    assert row("of use").status == "sent"
    assert row("not any more").status == "failed"


def test_a_skipped_message_says_why(put, row, make_relay, channel) -> None:
    put("a")
    make_relay(compose=lambda _message, _now: Skip("visit cancelled")).deliver_due()
    assert (row("a").status, row("a").reason) == ("skipped", "visit cancelled")
    assert channel.sent == []


def test_a_message_for_a_channel_that_is_off_waits_and_goes_when_it_is_on_again(
    put, row, make_relay, channel, clock, now
) -> None:
    put("a", channel="sms")
    put("of no use then", channel="sms", subject_id=2, expires_at=now + timedelta(hours=1))
    off = make_relay(compose=note, channels={"email": channel})
    assert off.deliver_due() == 0
    transact(tidying.tidy, ["email"], lease=LEASE, now=now)
    assert (row("a").status, row("a").reason, row("a").attempts) == ("waiting", "channel is off", 0)
    clock.move(hours=20)
    transact(tidying.tidy, ["email"], lease=LEASE, now=clock.now())
    assert (row("of no use then").status, row("of no use then").reason) == ("skipped", "too late")
    transact(tidying.tidy, ["email", "sms"], lease=LEASE, now=clock.now())
    assert row("a").reason == ""
    make_relay(compose=note).deliver_due()
    assert channel.subjects == ["note 1"]


def test_after_a_refusal_for_good_the_person_is_told_over_another_channel(
    put, row, make_relay, channel
) -> None:
    put("a")

    def refuse_mail(letter) -> None:
        if "@" in letter.to:
            raise DeliveryError("550 5.1.1 no such box", permanent=True, dead=True)

    def compose(message, _now):
        return Letter(
            to="a@example.org" if message.channel == "email" else "13800138000", subject="", text="x"
        )

    channel.before = refuse_mail
    relay = make_relay(compose=compose)
    relay.deliver_due()
    relay.deliver_due()
    assert (row("a").status, row("a/instead").status) == ("failed", "sent")
    assert [letter.to for _, letter in channel.sent] == ["13800138000"]


def test_nothing_more_goes_to_an_address_that_is_dead_until_somebody_says_it_is_right(
    put, row, make_relay, channel
) -> None:
    put("a")

    def refuse(_letter) -> None:
        raise DeliveryError("550 5.1.1 no such box", permanent=True, dead=True)

    channel.before = refuse
    relay = make_relay(compose=note, channels={"email": channel})
    relay.deliver_due()
    channel.before = lambda _letter: None
    put("b")
    relay.deliver_due()
    assert (row("b").status, row("b").reason) == ("skipped", "address bounced before")
    transact(contacts.trust_again, "A@example.org")
    put("c")
    relay.deliver_due()
    assert [key.partition("-")[0] for key, _ in channel.sent] == [str(row("c").id)]


def test_a_refused_letter_says_nothing_about_the_address(put, make_relay, channel) -> None:
    put("a")

    def refuse(_letter) -> None:
        raise DeliveryError("552 5.3.4 too large", permanent=True)

    channel.before = refuse
    make_relay(compose=note).deliver_due()
    assert not contacts.is_failing("a@example.org")


class AskedChannel(StubChannel):
    """Knows what it has taken, though its answer was lost."""

    def was_taken(self, _letter, *, key, now) -> bool:
        return key in [sent for sent, _ in self.sent]


@pytest.mark.parametrize("got_through", [True, False])
def test_after_an_unclear_answer_a_provider_that_can_be_asked_is_asked(
    put, row, make_relay, clock, got_through
) -> None:
    put("a")
    asked = AskedChannel()

    def time_out(letter) -> None:
        if got_through:
            asked.sent.append((outbox.key_of(row("a")), letter))
        asked.before = lambda _letter: None
        raise DeliveryError("no answer in time")

    asked.before = time_out
    relay = make_relay(compose=note, channels={"email": asked})
    relay.deliver_due()
    clock.move(minutes=2)
    relay.deliver_due()
    assert row("a").status == "sent"
    assert len(asked.sent) == 1


def test_a_limit_per_minute_holds_for_all_workers_together(put, make_relay, channel, clock) -> None:
    for subject in range(30):
        put(str(subject), subject_id=subject)
    relays = [make_relay(compose=note, per_minute={"email": 60}) for _ in range(3)]
    sent = []
    for _ in range(4):
        for relay in relays:
            relay.deliver_due()
        sent.append(len(channel.sent))
        clock.move(seconds=5)
    assert sent == [10, 15, 20, 25]


def test_what_was_claimed_and_not_sent_is_put_back_into_the_rate(put, make_relay, channel) -> None:
    for subject in range(5):
        put(str(subject), subject_id=subject)
    make_relay(compose=note, per_minute={"email": 60}, stopping=lambda: bool(channel.sent)).deliver_due()
    assert rates.read_tokens("email") == 9


def test_a_claim_made_in_a_future_that_was_taken_back_does_not_stick(put, row, now) -> None:
    put("a")
    transact(outbox.claim_due, "w", now=now + timedelta(days=365), lease=LEASE, limit=1)
    transact(tidying.tidy, ["email"], lease=LEASE, now=now)
    assert row("a").due_at == now + LEASE


def test_a_wait_from_a_future_that_was_taken_back_does_not_stick(
    put, row, make_relay, channel, clock, now
) -> None:
    put("a")

    def refuse(_letter) -> None:
        raise DeliveryError("451 later")

    channel.before = refuse
    clock.move(hours=1)
    make_relay(compose=note).deliver_due()
    clock.move(hours=-1)
    transact(tidying.tidy, ["email"], lease=LEASE, now=now)
    assert row("a").due_at == now


def test_what_is_postponed_again_and_again_is_sent_once_there_is_no_reason(
    put, row, make_relay, channel, clock, now
) -> None:
    put("a", expires_at=now + timedelta(hours=20))
    at_night = make_relay(compose=lambda _message, now: Later(now + timedelta(hours=12), "quiet hours"))
    for _ in range(MOST_TRIES + 3):
        clock.move(hours=11)  # this worker's clock is wrong
        at_night.deliver_due()
        clock.move(hours=-11)
        transact(tidying.tidy, ["email"], lease=LEASE, now=now)
    assert (row("a").status, row("a").attempts) == ("waiting", 0)
    make_relay(compose=note).deliver_due()
    assert row("a").status == "sent"
