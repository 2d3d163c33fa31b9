"""What those who watch over the service can ask."""

from datetime import timedelta

import pytest

from app.db import db, transact
from app.notifications.watch import heartbeat
from tests import factories


def test_alive_needs_no_database(client, monkeypatch) -> None:
    monkeypatch.setattr(db.session, "execute", _no_database)
    assert client.get("/healthz").json["status"] == "ok"


def _no_database(*_args, **_kwargs):
    raise ConnectionError


def test_ready_without_a_worker_warns(client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json["warnings"] == ["the worker has not run yet"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("age", "warnings"), [(10, []), (61, ["the worker is silent"])])
def test_a_silent_worker_is_a_warning_and_no_more(client, now, age, warnings) -> None:
    last = now - timedelta(seconds=age)
    transact(heartbeat.beat, "deliver_messages", started_at=last, outcome="", now=last)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["warnings"]) == (200, warnings)


def test_a_database_that_does_not_answer_is_not_ready(client, monkeypatch) -> None:
    monkeypatch.setattr(db.session, "connection", _no_database)
    monkeypatch.setattr(db.session, "scalar", _no_database)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["checks"] == {"database": "no answer"}


@pytest.mark.parametrize(("here", "status", "word"), [
    ("new", 200, "ok"), ("0002", 503, "not at the newest migration"), ("of a later version", 200, "ok"),
])  # fmt: skip
def test_a_schema_behind_its_migrations_is_not_ready(client, monkeypatch, here, status, word) -> None:
    monkeypatch.setattr("app.system.health._newest_migrations", lambda: {"new"})
    with db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('" + here + "')")
    try:
        answer = client.get("/readyz")
    finally:
        with db.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE alembic_version")
    assert answer.status_code == status
    assert answer.json["checks"]["schema"] == word


def test_figures_come_from_the_database_and_name_nobody(client, network, put, now) -> None:
    factories.build_appointment(network.central, network.document_check)
    put("a", send_at=now - timedelta(minutes=2))
    transact(heartbeat.beat, "purge", started_at=now, outcome="", now=now - timedelta(seconds=30))
    text = client.get("/metrics").text
    for line in (
        'outbox_messages{status="waiting"} 1.0',
        'outbox_messages{status="sent"} 0.0',
        'appointments{status="booked"} 1.0',
        "outbox_oldest_due_seconds 120.0",
        "holds_open 0.0",
        'job_last_run_seconds{job="purge"} 30.0',
    ):
        assert line in text.splitlines()
    assert "maria" not in text.lower()
