"""A mail server that refuses connections, or everybody for good: told in time, nobody given up."""

import socket
from datetime import timedelta
from typing import Any

import pytest

from app import jobs
from app.db import db, transact
from app.notifications import contacts
from app.notifications.channels.smtp import SmtpChannel
from app.notifications.letter import Letter
from app.notifications.models import DeliveryAttempt, FailingContact, OutboxMessage
from app.notifications.watch import heartbeat


def address(subject: int) -> str:
    return f"person{subject}@example.org"


def to_each(message: Any, _now: Any) -> Letter:
    """Compose a letter to somebody else for each subject."""
    return Letter(to=address(message.subject_id), subject=f"note {message.subject_id}", text="x")


@pytest.fixture
def smtp(postbox):
    channel = SmtpChannel(f"smtp://127.0.0.1:{postbox.port}", sender="S <no-reply@example.org>", timeout=2)
    yield channel
    channel.close()


def minute_after_minute(relay, clock, minutes: int, until) -> int:
    """Work as the worker does, for so long or until something is so; return how many minutes it took."""
    for minute in range(minutes):
        while relay.deliver_due(limit=100):
            pass
        beat = {"started_at": clock.now(), "outcome": "", "now": clock.now(), "every": timedelta(seconds=5)}
        transact(heartbeat.beat, "deliver_messages", **beat)
        jobs.sound_alarm()
        if until():
            return minute
        clock.move(minutes=1)
    raise AssertionError("it never came")


@pytest.mark.parametrize("messages", [1, 30])
def test_a_server_that_refuses_connections_is_told_within_ten_minutes_and_its_return_too(
    put,
    *,
    make_relay,
    postbox,
    client,
    runner,
    operator,
    clock,
    messages,
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for number in range(messages):
        put(str(number), subject_id=number)
    dead = SmtpChannel(f"smtp://127.0.0.1:{port}", sender="a@example.org", timeout=1)
    relay = make_relay(compose=to_each, channels={"email": dead})
    assert minute_after_minute(relay, clock, 10, lambda: operator.taken) <= 9
    assert [began["name"] for began in operator.taken[0]["began"]] == ["channel-email"]
    assert any("email: " in warning for warning in client.get("/readyz").json["warnings"])
    assert runner.invoke(args=["worker", "check"]).exit_code == 1
    assert f'outbox_failures_in_a_row{{channel="email"}} {relay_failures()}' in client.get("/metrics").text
    alive = SmtpChannel(f"smtp://127.0.0.1:{postbox.port}", sender="a@example.org", timeout=2)
    relay = make_relay(compose=to_each, channels={"email": alive})
    minute_after_minute(relay, clock, 130, lambda: operator.taken[-1]["ended"] == ["channel-email"])
    assert len(operator.taken) == 2
    assert runner.invoke(args=["worker", "check"]).output == "All is well.\n"
    minute_after_minute(relay, clock, 130, lambda: len(postbox.received) == messages)


def relay_failures() -> float:
    return float(db.session.query(DeliveryAttempt).filter_by(outcome="retry").count())


@pytest.mark.parametrize(("step", "answer"), [
    ("rcpt_answers", "550 nobody here wants your mail"), ("data_answers", "554 5.7.1 rejected"),
])  # fmt: skip
def test_a_server_that_refuses_everybody_pauses_the_channel_and_gives_nobody_up(
    put,
    *,
    row,
    make_relay,
    smtp,
    postbox,
    operator,
    clock,
    step,
    answer,
) -> None:
    people = 12
    for number in range(people):
        put(str(number), subject_id=number)
    answers = getattr(postbox, step)
    answers += [answer] * 1000
    relay = make_relay(compose=to_each, channels={"email": smtp})
    relay.deliver_due(limit=100)
    assert 1000 - len(answers) == 5, "the channel stops at the fifth person"
    assert {row(str(number)).status for number in range(people)} == {"waiting"}
    assert db.session.query(FailingContact).all() == []
    jobs.sound_alarm()
    assert "refuses everybody" in operator.taken[0]["text"]
    minute_after_minute(relay, clock, 30, lambda: clock.now().minute == 20)
    assert 5 < 1000 - len(answers) <= 5 + 21, "one message a minute is tried"
    answers.clear()
    minute_after_minute(relay, clock, 130, lambda: len(postbox.received) == people)
    assert {row(str(number)).status for number in range(people)} == {"sent"}
    assert operator.taken[-1]["ended"] == ["channel-email"]


def test_single_bad_addresses_are_believed_as_ever(put, row, make_relay, smtp, postbox) -> None:
    for number in range(6):
        put(str(number), subject_id=number)
    postbox.rcpt_answers += ["550 5.1.1 no such user"] * 3 + ["250 OK"] + ["550 5.1.1 no such user"] * 2
    make_relay(compose=to_each, channels={"email": smtp}).deliver_due(limit=100)
    assert [row(str(n)).status for n in range(6)] == ["failed"] * 3 + ["sent"] + ["failed"] * 2
    assert [contacts.is_failing(address(n)) for n in range(6)] == [True] * 3 + [False] + [True] * 2


def test_what_was_refused_to_the_end_is_given_up(put, row, make_relay, smtp, postbox, clock) -> None:
    for number in range(5):
        put(str(number), subject_id=number, expires_at=clock.now() + timedelta(minutes=40))
    postbox.rcpt_answers += ["550 no"] * 1000
    relay = make_relay(compose=to_each, channels={"email": smtp})
    for _ in range(60):
        relay.deliver_due(limit=100)
        clock.move(minutes=1)
    ended = {message.status for message in db.session.query(OutboxMessage)}
    assert ended <= {"failed", "skipped"}
