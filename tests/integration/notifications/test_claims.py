"""What a relay has claimed: given back, sent within its lease, written down, and sent by one of many."""

import threading
import time
from collections import Counter

import pytest

from app.db import db
from app.notifications.delivery.relay import FRESH_SECONDS
from app.notifications.letter import Letter, Skip
from app.notifications.models import OutboxMessage
from tests.integration.notifications.stubs import StubChannel, note


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
        "app.notifications.delivery.relay.time.monotonic", lambda: moment + 61
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
        patch.setattr("app.notifications.delivery.outbox.record", _broken)
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


def test_a_letter_that_waited_for_a_slow_one_is_written_anew(put, make_relay, channel, monkeypatch) -> None:
    for subject in (1, 2):
        put(str(subject), subject_id=subject)
    truth, moment = ["old"], [time.monotonic()]
    monkeypatch.setattr("app.notifications.delivery.relay.time.monotonic", lambda: moment[0])

    def slow(_letter) -> None:
        truth[0], moment[0] = "new", moment[0] + 5

    channel.before = slow
    relay = make_relay(compose=lambda _message, _now: Letter(to="a@example.org", subject=truth[0], text="x"))
    relay.deliver_due()
    assert channel.subjects == ["old", "new"]


def test_a_visit_cancelled_while_another_letter_goes_out_gets_none(
    put, row, make_relay, channel, monkeypatch
) -> None:
    for subject in (1, 2):
        put(str(subject), subject_id=subject)
    cancelled, moment = set(), [time.monotonic()]
    monkeypatch.setattr("app.notifications.delivery.relay.time.monotonic", lambda: moment[0])

    def cancel_the_second(_letter) -> None:
        cancelled.add(2)
        moment[0] += FRESH_SECONDS + 0.1

    channel.before = cancel_the_second
    relay = make_relay(
        compose=lambda message, now: Skip("gone") if message.subject_id in cancelled else note(message, now)
    )
    relay.deliver_due()
    assert channel.subjects == ["note 1"]
    assert (row("2").status, row("2").reason) == ("skipped", "gone")
