"""The page of jobs and channels, and the texts that wait for staff."""

from datetime import timedelta

from app.accounts.models import Role
from app.db import db, transact
from app.jobs import build_scheduler
from app.notifications import heartbeat, outbox
from app.notifications.outbox import OutboxRequest
from app.replies import operations
from app.replies.models import IncomingText
from app.replies.operations import NewText
from app.staff.wording import JOBS
from tests import factories
from tests.factories import PASSWORD


def sign_in(client, role, stations=()):
    factories.build_user("mei", role=role, stations=stations)
    client.post("/staff", data={"username": "mei", "password": PASSWORD})
    return client


def test_it_shows_each_job_with_its_last_and_next_run_and_its_outcome(client, now) -> None:
    every = timedelta(seconds=5)
    transact(heartbeat.beat, "deliver_messages", started_at=now, outcome="3 handled", now=now, every=every)
    for _ in range(3):
        transact(heartbeat.beat, "purge", started_at=now, outcome="failed", now=now, every=every, failed=True)
    transact(outbox.enqueue, OutboxRequest("a", "test", 1, 0, "note", "pigeon", now), now=now)
    page = sign_in(client, Role.ADMINISTRATOR).get("/staff/system").text
    for words in ("Send messages", "3 handled", "failed, 3 times in a row", "Off: messages wait", "pigeon",
                  "The job purge failed 3 times in a row."):  # fmt: skip
        assert words in page


def test_every_job_of_the_worker_has_words(app) -> None:
    assert set(build_scheduler(app).names) <= set(JOBS)


def test_before_the_first_run_it_says_so(client) -> None:
    page = sign_in(client, Role.ADMINISTRATOR).get("/staff/system").text
    assert "The worker has not run yet." in page


def test_a_text_waits_for_the_staff_of_its_visit_and_is_settled_once(client, network, now) -> None:
    visit = factories.build_appointment(network.central, network.document_check)
    text = transact(operations.take, NewText("t-1", "+8613800138000", "<b>May I?</b>"), now=now)
    text.appointment_id = visit.id
    db.session.commit()
    sign_in(client, Role.CLERK, (network.central,))
    page = client.get("/staff/replies").text
    assert "&lt;b&gt;May I?&lt;/b&gt;" in page
    assert "13800138000" not in page, "masked: the visit's page shows it, and notes who looked"
    assert client.post(f"/staff/replies/{text.id}/handled").status_code == 303
    db.session.rollback()
    assert db.session.get_one(IncomingText, text.id).handled_by == "mei"
    assert "May I?" not in client.get("/staff/replies").text
    assert "May I?" in client.get("/staff/replies?show=handled").text
