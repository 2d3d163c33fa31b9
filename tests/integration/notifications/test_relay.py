"""One batch after the other: composed late, sent outside transactions, written down each for itself."""

import threading
import time
from collections import Counter
from datetime import timedelta

import pytest

from app.db import db
from app.notifications.letter import DeliveryError, Letter, Skip
from app.notifications.models import DeliveryAttempt, OutboxMessage
from app.notifications.retry import MOST_TRIES
from tests.integration.notifications.stubs import StubChannel


def note(message, _now):
    return Letter(to="a@example.org", subject=f"note {message.subject_id}", text="x")


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
    assert [key for key, _ in channel.sent] == [f"{row('a').id}-{int(row('a').created_at.timestamp())}"]


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


def test_a_message_for_a_channel_we_do_not_have_fails_and_says_so(put, row, make_relay) -> None:
    put("a", channel="sms")
    make_relay(compose=note, channels={}).deliver_due()
    assert (row("a").status, row("a").reason) == ("failed", "no sms channel")


def test_stopping_gives_back_what_was_claimed_but_not_begun(put, row, make_relay, channel) -> None:
    for subject in (1, 2, 3):
        put(str(subject), subject_id=subject)
    make_relay(compose=note, stopping=lambda: bool(channel.sent)).deliver_due()
    assert [(row(key).status, row(key).attempts) for key in "123"] == [
        ("sent", 1), ("waiting", 0), ("waiting", 0),
    ]  # fmt: skip


def test_a_slow_channel_starts_nothing_in_the_second_half_of_a_lease(
    put, row, make_relay, channel, monkeypatch
) -> None:
    for subject in (1, 2, 3):
        put(str(subject), subject_id=subject)
    moment = time.monotonic()
    channel.before = lambda _letter: monkeypatch.setattr(
        "app.notifications.relay.time.monotonic", lambda: moment + 61
    )
    assert make_relay(compose=note).deliver_due() == 1
    assert row("2").status == "waiting"


def test_each_batch_lets_its_connection_go(put, make_relay, channel) -> None:
    put("a")
    make_relay(compose=note).deliver_due()
    assert channel.closed >= 1


def test_a_message_whose_result_could_not_be_written_comes_again_after_its_lease(
    put, row, make_relay, channel, clock, monkeypatch
) -> None:
    put("a")
    with monkeypatch.context() as patch:
        patch.setattr("app.notifications.outbox.record", _broken)
        make_relay(compose=note).deliver_due()
    assert row("a").status == "claimed"
    clock.move(seconds=121)
    make_relay(compose=note).deliver_due()
    assert row("a").status == "sent"
    assert len({key for key, _ in channel.sent}) == 1, "the same key, so a provider can tell"


def _broken(*_args, **_kwargs) -> bool:
    raise RuntimeError("disk full")


@pytest.mark.parametrize("relays", [2, 4])
def test_relays_started_by_mistake_send_nothing_twice(app, put, make_relay, relays) -> None:
    for subject in range(60):
        put(str(subject), subject_id=subject)
    channels = [StubChannel(before=lambda _letter: time.sleep(0.001)) for _ in range(relays)]
    start = threading.Barrier(relays)

    def run(channel: StubChannel) -> None:
        with app.app_context():
            relay = make_relay(compose=note, channels={"email": channel})
            start.wait()
            while relay.deliver_due(limit=5):
                pass

    threads = [threading.Thread(target=run, args=[channel]) for channel in channels]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times = Counter(key for channel in channels for key, _ in channel.sent)
    assert (len(times), set(times.values())) == (60, {1})
    db.session.rollback()
    assert db.session.query(OutboxMessage).filter_by(status="sent").count() == 60
