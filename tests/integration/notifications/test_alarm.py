"""The dead man's switch: told once, by mail and by request, again when it failed, and when it is over."""

import email
import json
from datetime import timedelta
from email import policy
from typing import Any

from flask import Flask

from app import jobs
from app.db import db, transact
from app.notifications import signature
from app.notifications.letter import Letter
from app.notifications.models import Alert
from app.notifications.watch import heartbeat
from tests.integration.callbacks.conftest import SECRET
from tests.sms_provider import says


def mails(app: Flask) -> list[Any]:
    folder = app.extensions["settings"].mail_folder
    return [
        email.message_from_bytes(file.read_bytes(), policy=policy.default) for file in folder.glob("*.eml")
    ]


def beat(now: Any, **more: Any) -> None:
    every = timedelta(seconds=5)
    transact(heartbeat.beat, "deliver_messages", started_at=now, outcome="", now=now, every=every, **more)


def test_a_worker_that_fell_silent_is_told_once_and_its_return_too(app, operator, clock, now) -> None:
    beat(now)
    assert jobs.sound_alarm() == []
    clock.move(minutes=10)
    for _ in range(3):
        (trouble,) = jobs.sound_alarm()
        assert trouble.name == "late-deliver_messages"
    assert [told["began"][0]["name"] for told in operator.taken] == ["late-deliver_messages"]
    (mail,) = mails(app)
    assert (mail["To"], "9 minutes late" in mail["Subject"]) == ("ops@example.org", True)
    beat(clock.now())
    assert jobs.sound_alarm() == []
    assert operator.taken[-1] == {
        "began": [], "ended": ["late-deliver_messages"], "text": "Over: late-deliver_messages",
    }  # fmt: skip


def test_what_lasts_is_told_again_after_hours(app, operator, clock, now) -> None:
    beat(now)
    clock.move(minutes=10)
    jobs.sound_alarm()
    clock.move(hours=5)
    jobs.sound_alarm()
    assert len(operator.taken) == 1
    clock.move(hours=1)
    jobs.sound_alarm()
    assert len(operator.taken) == 2


def test_a_growing_backlog_is_told(put, operator, clock, now) -> None:
    put("a")
    put("of a channel that is off", channel="pigeon", send_at=now - timedelta(days=1))
    clock.move(minutes=16)
    beat(clock.now())
    (trouble,) = jobs.sound_alarm()
    assert (trouble.name, "16 minutes" in trouble.words) == ("backlog", True)


def test_the_request_is_signed(app, operator, clock, now) -> None:
    seen: list[str] = []

    def keep(handler, asked) -> None:
        seen.append(handler.headers[signature.HEADER])
        body = json.dumps(asked).encode()
        signature.check(SECRET, seen[0], body, now=clock.now())
        seen.append("right")
        handler.answer(200, {})

    operator.answers.append(keep)
    beat(now)
    clock.move(minutes=10)
    jobs.sound_alarm()
    assert seen[1:] == ["right"]


def test_when_nobody_could_be_told_the_next_look_tries_again(app, operator, clock, now) -> None:
    settings = app.extensions["settings"]
    app.extensions["settings"] = settings.model_copy(update={"alert_email": ""})
    operator.answers.append(says(500, {}))
    beat(now)
    clock.move(minutes=10)
    jobs.sound_alarm()
    assert db.session.query(Alert.told_at).all() == [(None,)]
    db.session.rollback()
    jobs.sound_alarm()
    assert len(operator.taken) == 1


def test_a_new_installation_has_two_minutes_before_silence_is_told(operator, clock, now) -> None:
    for seconds, told in ((0, 0), (110, 0), (10, 1), (60, 1)):
        clock.move(seconds=seconds)
        assert [trouble.name for trouble in jobs.sound_alarm()] == ["never-ran"]
        assert len(operator.taken) == told
    beat(clock.now())
    jobs.sound_alarm()
    assert operator.taken[-1]["ended"] == ["never-ran"]


def test_what_was_not_told_is_not_told_to_be_over(operator, clock, now) -> None:
    jobs.sound_alarm()
    beat(clock.now())
    jobs.sound_alarm()
    assert operator.taken == []


def test_the_command_tells_by_its_exit_code(runner, clock, now) -> None:
    result = runner.invoke(args=["worker", "check"])
    assert (result.exit_code, result.output) == (1, "The worker has never run.\n")
    beat(now)
    result = runner.invoke(args=["worker", "check"])
    assert (result.exit_code, result.output) == (0, "All is well.\n")


def test_a_job_of_an_older_version_is_forgotten(app, now) -> None:
    beat(now)
    transact(heartbeat.beat, "gone", started_at=now, outcome="", now=now)
    transact(heartbeat.forget_others, ["deliver_messages"])
    assert list(heartbeat.last_runs()) == ["deliver_messages"]


def test_after_a_day_down_each_visit_gets_what_is_still_of_use_and_no_burst(
    put, make_relay, channel, clock, now
) -> None:
    for hours in range(26):
        expires = now + timedelta(hours=hours + 1)
        put(f"r{hours}", subject_id=hours, send_at=now + timedelta(hours=hours), expires_at=expires)
    put("confirmation", subject_id=99)
    clock.move(hours=25.5)
    relay = make_relay(compose=lambda m, _n: Letter(to="a@example.org", subject=str(m.subject_id), text="x"))
    while relay.deliver_due():
        pass
    assert channel.subjects == ["99", "25"]
