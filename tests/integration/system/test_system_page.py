"""The page of jobs and channels, and the texts that wait for staff."""

import re
from datetime import timedelta

import pytest

from app.accounts.models import Role
from app.db import db, transact
from app.i18n import in_language
from app.jobs import build_scheduler
from app.notifications.delivery import outbox
from app.notifications.delivery.outbox import OutboxRequest
from app.notifications.watch import heartbeat
from app.replies import operations
from app.replies.models import IncomingText
from app.replies.operations import NewText
from app.system import wording as system_wording
from app.system.wording import JOBS
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
    for words in ("Send messages", "3 messages handled", "failed, 3 times in a row", "Off: messages wait",
                  "pigeon", "“Delete old records” failed 3 times in a row."):  # fmt: skip
        assert words in page


def test_every_job_of_the_worker_has_words(app) -> None:
    assert set(build_scheduler(app).names) <= set(JOBS)


def test_what_every_job_says_of_itself_is_read(app, network, client, clock) -> None:
    with app.test_request_context(), in_language("zh"):
        for job in build_scheduler(app)._jobs.values():
            said = re.sub(r"\d+", "7", job.run())
            assert not re.search("[A-Za-z]", system_wording.outcome(said)), job


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ("0 handled", ["nothing to do", "没有可做的事", "дел не было"]),
        ("2 handled", ["2 messages handled", "已处理2条消息", "сообщений обработано: 2"]),
        ("0 offered, 1 ended", ["1 wish ended", "结束1个候补", "пожеланий завершено: 1"]),
        ("2 offered, 1 ended", ["2 times offered, 1 wish ended", "提供了2个时间、结束1个候补",
                                "времён предложено: 2, пожеланий завершено: 1"]),
        ("done by an older version", ["done by an older version"] * 3),
        (
            "gave way",
            [
                "the database was busy, so it comes again",
                "数据库繁忙，稍后会再次运行",
                "база данных была занята, задача повторится",
            ],
        ),
        ("3 parrots", ["3 parrots"] * 3),
        ("", [""] * 3),
    ],
)  # fmt: skip
def test_an_outcome_is_read_in_the_language_of_the_page(app, stored, expected) -> None:
    read = []
    for language in ("en", "zh", "ru"):
        with app.test_request_context(), in_language(language):
            read.append(system_wording.outcome(stored))
    assert read == expected


@pytest.mark.parametrize("language", ["zh", "ru"])
def test_nothing_on_the_page_is_english_only(client, now, language) -> None:
    every = timedelta(seconds=5)
    for name, outcome in (("deliver_messages", "3 handled"), ("offer_free_times", "2 offered, 1 ended")):
        transact(heartbeat.beat, name, started_at=now, outcome=outcome, now=now, every=every)
    for _ in range(3):
        transact(heartbeat.beat, "purge", started_at=now, outcome="failed", now=now, every=every, failed=True)
    transact(heartbeat.beat, "purge_data", started_at=now, outcome="gave way", now=now, failed=True)
    sign_in(client, Role.ADMINISTRATOR)
    client.post("/staff/language", data={"language": language})

    page = client.get("/staff/system").text

    main = re.split("<main|</main>", page)[1]
    assert set(re.findall(r"[A-Za-z]{3,}", re.sub(r"<[^>]*>|^[^>]*>", " ", main))) <= {"SMS"}


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
    assert "We answered that a colleague reads it." in page
    assert "Central Window" in page
    assert "13800138000" not in page, "masked: the visit's page shows it, and notes who looked"
    assert client.post(f"/staff/replies/{text.id}/handled").status_code == 303
    db.session.rollback()
    assert db.session.get_one(IncomingText, text.id).handled_by == "mei"
    assert "May I?" not in client.get("/staff/replies").text
    assert "May I?" in client.get("/staff/replies?show=handled").text


@pytest.mark.parametrize(
    ("answer", "words"), [("not-yours", "this phone has no visit"), ("too-late", "too late")]
)
def test_staff_see_why_a_cancelling_text_cancelled_nothing(client, now, answer, words) -> None:
    text = transact(operations.take, NewText("t-1", "+8613800138000", "CANCEL"), now=now)
    text.answer = answer
    db.session.commit()

    page = sign_in(client, Role.ADMINISTRATOR).get("/staff/replies").text

    assert f"Wants to cancel, but {words}" in page.replace("it is too late", "too late")
