"""The periodic jobs and their heartbeat; files as the channel of development."""

import email
from datetime import datetime, timedelta
from email import policy
from pathlib import Path

import pytest

from app import jobs
from app.accounts.models import StaffSession
from app.appointments.availability.slots import cell_of
from app.appointments.models import DeskUsage, Hold, HoldStatus, IdempotencyKey
from app.db import db, transact
from app.errors import Busy
from app.notifications.models import JobRun
from app.notifications.watch import heartbeat
from app.notifications.watch.heartbeat import last_runs
from app.scheduler import Job
from app.throttle import ThrottleBucket
from tests import factories
from tests.factories import at


@pytest.fixture
def mail_folder(app) -> Path:
    folder: Path = app.extensions["settings"].mail_folder
    for file in folder.glob("*"):
        file.unlink()
    return folder


def test_without_a_mail_server_letters_are_files_and_their_rows_say_so(
    network, book, row, clock, now, mail_folder
) -> None:
    visit = book("central-window", "document-check", at("2026-11-30", "10:00"), now=now)
    assert jobs.deliver_messages(stopping=lambda: False) == "1 handled"
    (file,) = mail_folder.iterdir()
    message = email.message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["To"] == "maria@example.org"
    assert file.stat().st_mode & 0o077 == 0, "for its owner only"
    confirmation = row(f"{visit.reference}:0:confirmation")
    assert (confirmation.status, confirmation.reason) == ("sent", "written to a file")


def test_all_that_is_due_is_delivered_however_many_batches(app, put, row, clock, monkeypatch) -> None:
    for subject in range(7):
        put(str(subject), subject_id=subject)
    monkeypatch.setattr(jobs, "BATCH", 3)
    assert jobs.deliver_messages(stopping=lambda: False) == "7 handled"
    assert row("6").reason == "nobody writes about test"


def test_a_daily_job_that_failed_comes_again_within_minutes(app, clock) -> None:
    def fail() -> str:
        raise ZeroDivisionError

    done: list[str] = []
    day = 24 * 3600
    with pytest.raises(ZeroDivisionError):
        jobs.run_job(app, Job("daily", day, fail, shared=True))
    for minutes in (9, 1, 10):
        clock.move(minutes=minutes)
        jobs.run_job(app, Job("daily", day, lambda: done.append("once") or "", shared=True))
    assert done == ["once"], "not before its time, and after success not before tomorrow"


def test_a_run_leaves_its_heartbeat_even_when_it_fails(app, clock, now) -> None:
    def fail() -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        jobs.run_job(app, Job("failing", 5, fail))
    clock.move(seconds=5)
    jobs.run_job(app, Job("working", 5, lambda: "done"))
    db.session.rollback()
    assert {run.name: run.outcome for run in db.session.query(JobRun)} == {
        "failing": "failed", "working": "done",
    }  # fmt: skip
    assert last_runs() == {"failing": now, "working": now + timedelta(seconds=5)}


def test_a_run_that_others_left_no_room_says_so_and_comes_again_soon(app, clock) -> None:
    def wait_in_vain() -> str:
        raise Busy

    with pytest.raises(Busy):
        jobs.run_job(app, Job("purge", 24 * 3600, wait_in_vain, shared=True))
    with app.app_context():
        run = db.session.get_one(JobRun, "purge")
        assert (run.outcome, run.failures) == ("gave way", 1)
        assert run.due_at - run.started_at == timedelta(minutes=10)


def test_holds_that_ran_out_are_released(network, clock, now) -> None:
    from app.appointments.holds import operations as holds  # noqa: PLC0415

    request = holds.HoldRequest("central-window", "document-check", at("2026-11-30", "10:00"))
    transact(holds.hold, request, now=now)
    clock.move(minutes=16)
    assert jobs.release_expired_holds() == "1 released"
    db.session.rollback()
    assert db.session.query(Hold.status).one() == ("released",)


def test_the_purge_takes_what_has_served_its_time_and_nothing_else(network, clock, now, monkeypatch) -> None:
    monkeypatch.setattr(jobs, "PURGE_BATCH", 2)
    visit = factories.build_appointment(network.central, network.document_check)
    user = factories.build_user()
    hour = timedelta(hours=1)

    def answer(key: str, moment: datetime) -> IdempotencyKey:
        return IdempotencyKey(key=key, request_hash="", appointment_id=visit.id, created_at=moment)

    def sign_in(token_hash: str, seen: datetime, **more: datetime) -> StaffSession:
        times = {"created_at": seen, "last_seen_at": seen, **more}
        return StaffSession(token_hash=token_hash, user_id=user.id, **times)

    for number in range(5):
        factories.save(ThrottleBucket(key=f"old{number}", hits=1, resets_at=now - hour))
        factories.save(answer(f"old{number}", now - 49 * hour))
    factories.save(ThrottleBucket(key="new", hits=1, resets_at=now + hour), answer("new", now - 47 * hour))
    factories.save(
        sign_in("ended", now, ended_at=now), sign_in("left alone", now - 25 * hour), sign_in("open", now)
    )
    for number, age in enumerate((timedelta(days=8), timedelta(days=6))):
        factories.save(
            Hold(
                public_id=f"h{number}",
                station_id=network.central.id,
                service_id=network.document_check.id,
                starts_at=now,
                ends_at=now + hour,
                expires_at=now,
                status=HoldStatus.USED,
                created_at=now - age,
            ),
            DeskUsage(station_id=network.central.id, cell=cell_of(now - age), taken=0, capacity=1),
        )

    assert jobs.purge() == "5 buckets, 5 keys, 2 sessions, 1 holds, 1 cells, 0 reports"
    assert db.session.query(Hold.public_id).all() == [("h1",)]
    assert db.session.query(ThrottleBucket.key).all() == [("new",)]
    assert db.session.query(IdempotencyKey.key).all() == [("new",)]
    assert db.session.query(StaffSession.token_hash).all() == [("open",)]


# --- the command line --------------------------------------------------------------------------


def test_the_list_shows_states_and_nothing_personal(network, book, runner, now) -> None:
    visit = book("central-window", "document-check", at("2026-11-30", "10:00"), now=now)
    result = runner.invoke(args=["messages", "list", "--status", "waiting"])
    assert result.exit_code == 0
    assert result.output.count("reminder-") == 3
    for secret in ("maria", "Maria", visit.token):
        assert secret not in result.output


def test_deliver_says_what_it_did(network, book, runner, now, mail_folder) -> None:
    book("central-window", "document-check", at("2026-11-30", "10:00"), now=now)
    result = runner.invoke(args=["messages", "deliver"])
    assert (result.exit_code, "1 due: 1 sent, 0 retry, 0 failed" in result.output) == (0, True)
    assert "0 due" in runner.invoke(args=["messages", "deliver"]).output


def test_deliver_fails_when_something_could_not_be_sent(put, network, book, runner, now) -> None:
    put("a", channel="pigeon")
    result = runner.invoke(args=["messages", "deliver"])
    assert result.exit_code == 1
    assert "1 still due" in result.output


def test_a_job_of_the_night_comes_at_night_whenever_the_worker_started(app, clock, now) -> None:
    runs = []
    job = Job("nightly", 24 * 3600, lambda: runs.append(clock.now()) or "done", shared=True, at_night=True)
    clock.move(hours=8.5)  # half past five in the afternoon
    jobs.run_job(app, job)
    assert db.session.get(JobRun, "nightly").due_at == at("2026-11-25", "03:30")
    clock.move(hours=9.9)
    jobs.run_job(app, job)
    assert len(runs) == 1
    clock.move(hours=0.1)
    jobs.run_job(app, job)
    assert len(runs) == 2
    db.session.rollback()  # what was read before is what SQLite shows until the read ends
    assert db.session.get(JobRun, "nightly").due_at == at("2026-11-26", "03:30")


def test_the_daily_jobs_of_the_worker_are_of_the_night(app) -> None:
    daily = [job for job in jobs.build_scheduler(app)._jobs.values() if job.seconds == 24 * 3600]
    assert {job.name for job in daily} == {"count_days", "purge_data", "purge", "check_visits"}
    assert all(job.at_night for job in daily)


def test_a_shared_job_is_done_once_by_all_workers(app, clock, now) -> None:
    runs = []
    job = Job("shared", 3600, lambda: runs.append(clock.now()) or "done", shared=True)
    for _worker in range(3):
        jobs.run_job(app, job)
    assert len(runs) == 1
    clock.move(minutes=59)
    jobs.run_job(app, job)
    assert len(runs) == 1
    clock.move(minutes=1)
    for _worker in range(3):
        jobs.run_job(app, job)
    assert len(runs) == 2


def test_a_shared_job_whose_worker_died_is_taken_over_after_its_lease(app, clock, now) -> None:
    job = Job("shared", 60, lambda: "done", shared=True)
    assert transact(heartbeat.begin, "shared", every=job.every, now=now), "and then the worker dies"
    clock.move(minutes=9)
    jobs.run_job(app, job)
    assert last_runs() == {}
    db.session.rollback()
    clock.move(minutes=1)
    jobs.run_job(app, job)
    assert list(last_runs()) == ["shared"]


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(days=365)])
def test_a_shared_job_runs_again_after_the_clock_was_set_back(app, clock, now, ahead) -> None:
    job = Job("shared", 60, lambda: "done", shared=True)
    clock.move(seconds=ahead.total_seconds())
    jobs.run_job(app, job)
    transact(heartbeat.begin, "died", every=job.every, now=clock.now())
    clock.move(seconds=-ahead.total_seconds())
    jobs.run_job(app, job)
    jobs.run_job(app, Job("died", 60, lambda: "done", shared=True))
    assert last_runs() == {"shared": now, "died": now}


def test_a_job_that_fails_again_and_again_is_counted(app, clock) -> None:
    def fail() -> str:
        raise ZeroDivisionError

    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            jobs.run_job(app, Job("failing", 5, fail))
    db.session.rollback()
    assert db.session.get_one(JobRun, "failing").failures == 3
    jobs.run_job(app, Job("failing", 5, lambda: "done"))
    db.session.rollback()
    assert db.session.get_one(JobRun, "failing").failures == 0


def test_what_was_typed_for_an_abandoned_hold_is_forgotten(network, clock, now) -> None:
    hold = Hold(
        public_id="left",
        station_id=network.central.id,
        service_id=network.document_check.id,
        starts_at=now,
        ends_at=now + timedelta(minutes=20),
        expires_at=now - timedelta(days=2),
        status=HoldStatus.RELEASED,
        created_at=now - timedelta(days=2),
    )
    hold.email = "left@example.org"
    factories.save(hold)

    assert jobs.forget_contacts() == "1 forgotten"

    assert db.session.get_one(Hold, hold.id).email_encrypted is None


def test_a_step_of_planning_leaves_as_much_time_to_others_as_it_took(app, now, monkeypatch) -> None:
    rests: list[float] = []
    moments = iter((10.0, 10.5, 20.0))
    monkeypatch.setattr(jobs.time, "monotonic", lambda: next(moments))
    monkeypatch.setattr(jobs.time, "sleep", rests.append)
    monkeypatch.setattr(jobs, "transact", lambda step, *, now: step(now=now))
    assert jobs.step_and_rest(lambda now: 10, now=now) == 10
    assert jobs.step_and_rest(lambda now: 0, now=now) == 0
    assert rests == [0.5]
