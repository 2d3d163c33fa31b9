"""Another process holds the database: people wait a little, are told, and nothing is written."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, text

from app.appointments.models import Hold
from app.db import db
from tests.processes.conftest import Site, audit, hold

PATIENCE_SECONDS = 6


@contextmanager
def somebody_writes(site: Site) -> Iterator[None]:
    """Hold the write lock (SQLite) or the station's row (PostgreSQL), as a long import would."""
    engine = create_engine(site.database_url)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.rollback()
            connection.exec_driver_sql("PRAGMA user_version")
            connection.execute(text("UPDATE stations SET number = number"))
        else:
            connection.execute(text("SELECT id FROM stations FOR UPDATE"))
        yield
        connection.rollback()
    engine.dispose()


def test_a_locked_database_answers_503_in_time_and_recovers(site):
    site.server.start()
    slot = site.slots()[0]
    with site.server.client() as client:
        with somebody_writes(site):
            began = time.monotonic()
            answer = hold(client, slot)
            waited = time.monotonic() - began
            assert client.get("/healthz").status == 200
        assert answer.status == 503
        assert answer.json["code"] == "busy"
        assert int(answer.headers["retry-after"]) >= 1
        assert waited <= PATIENCE_SECONDS
        with site.app.app_context():
            assert db.session.query(Hold).count() == 0
        assert site.try_booking(client, slot).status == 201
    audit(site)
