"""What goes into the outbox, who may take it out, and what is written down about it."""

from datetime import timedelta

import pytest

from app.db import db, transact
from app.notifications.delivery import outbox
from app.notifications.delivery.outbox import Outcome, Result
from app.notifications.delivery.retry import MOST_TRIES
from app.notifications.models import DeliveryAttempt, OutboxMessage

LEASE = timedelta(seconds=120)


def claim(worker, now, limit=20):
    return transact(outbox.claim_due, worker, now=now, lease=LEASE, limit=limit)


def record(message, result, now):
    return transact(outbox.record, message, result, started_at=now, now=now)


def test_the_same_key_twice_is_one_message_as_first_asked(put, row, now) -> None:
    put("a", kind="first")
    put("a", kind="second", send_at=now + timedelta(days=1))
    assert (row("a").kind, row("a").due_at) == ("first", now)
    assert db.session.query(OutboxMessage).count() == 1


def test_only_what_is_due_is_claimed_and_the_longest_due_first(put, now) -> None:
    put("late", subject_id=1, send_at=now - timedelta(minutes=1))
    put("later", subject_id=2, send_at=now - timedelta(hours=1))
    put("future", subject_id=3, send_at=now + timedelta(seconds=1))
    assert [message.subject_id for message in claim("w", now)] == [2, 1]


def test_a_claimed_message_is_nobody_elses_until_its_lease_ends(put, now) -> None:
    put("a")
    assert len(claim("one", now)) == 1
    assert claim("two", now + LEASE - timedelta(seconds=1)) == []
    assert len(claim("two", now + LEASE)) == 1


def test_a_claim_that_ran_out_changes_nothing_any_more(put, row, now) -> None:
    put("a")
    (first,) = claim("one", now)
    (second,) = claim("two", now + LEASE)
    assert not record(first, Result(Outcome.FAILED, "late answer"), now + LEASE)
    assert row("a").status == "claimed"
    assert record(second, Result(Outcome.SENT), now + LEASE)
    assert row("a").status == "sent"
    assert db.session.query(DeliveryAttempt).count() == 2, "both tries are on record"


def test_cancelling_reaches_waiting_and_claimed_but_not_final_messages(put, row, now) -> None:
    put("sent")
    (message,) = claim("w", now)
    record(message, Result(Outcome.SENT), now)
    put("claimed")
    claim("w", now)
    put("waiting", send_at=now + timedelta(days=1))
    put("other subject", subject_id=2)
    put("other topic", topic="else")
    assert transact(outbox.cancel, "test", 1, now=now) == 2
    states = [row(key).status for key in ("sent", "claimed", "waiting", "other subject", "other topic")]
    assert states == ["sent", "cancelled", "cancelled", "waiting", "waiting"]


def test_a_cancelled_message_stays_so_whatever_its_sender_says(put, row, now) -> None:
    put("a")
    (message,) = claim("w", now)
    transact(outbox.cancel, "test", 1, now=now)
    assert not record(message, Result(Outcome.RETRY, "", now), now)
    assert row("a").status == "cancelled"


def test_what_is_of_no_use_any_more_is_never_claimed(put, row, now) -> None:
    put("a", expires_at=now)
    assert claim("w", now) == []
    assert (row("a").status, row("a").reason) == ("skipped", "too late")


def test_a_running_claim_is_not_closed_by_another_worker(put, row, now) -> None:
    put("a", expires_at=now + timedelta(seconds=10))
    claim("w", now)
    claim("other", now + timedelta(seconds=20))
    assert row("a").status == "claimed"


def test_a_message_that_kills_every_sender_ends(put, row, now) -> None:
    put("a")
    for crash in range(MOST_TRIES):
        assert len(claim(f"w{crash}", now + crash * LEASE)) == 1
    assert claim("last", now + MOST_TRIES * LEASE) == []
    assert (row("a").status, row("a").reason) == ("failed", "no try came to an end")


def test_what_is_given_back_is_due_at_once_and_lost_no_try(put, row, now) -> None:
    put("a")
    messages = claim("w", now)
    transact(outbox.give_back, messages, now=now)
    assert (row("a").status, row("a").attempts, row("a").due_at) == ("waiting", 0, now)


def test_the_clock_may_go_back_an_hour_without_a_second_sending(put, now) -> None:
    put("a")
    (message,) = claim("w", now)
    record(message, Result(Outcome.SENT), now - timedelta(hours=1))
    assert claim("w2", now - timedelta(hours=1)) == []
    assert claim("w2", now + timedelta(days=365)) == []


def test_a_rolled_back_booking_leaves_no_message(app, now) -> None:
    def enqueue_and_fail() -> None:
        request = outbox.OutboxRequest("a", "test", 1, 0, "note", "email", now)
        outbox.enqueue(request, now=now)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        transact(enqueue_and_fail)
    assert db.session.query(OutboxMessage).count() == 0
