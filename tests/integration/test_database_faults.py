"""What people see when the database fails: a sentence and `busy`, nothing half done, and it recovers."""

import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.types import TypeDecorator

from app.db import db, transact
from app.stations import queries as stations
from app.stations.models import Station


def raising(*_arguments, **_more):
    raise OperationalError("SELECT 1", {}, Exception("disk I/O error"))


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/en/places/central-window", "text/html"), ("/api/v1/services", "application/problem+json")],
)
def test_a_failing_database_is_told_as_busy(client, network, monkeypatch, path, kind) -> None:
    monkeypatch.setattr(db.session, "execute", raising)
    monkeypatch.setattr(db.session, "scalar", raising)
    monkeypatch.setattr(db.session, "scalars", raising)

    answer = client.get(path)

    assert (answer.status_code, answer.mimetype) == (503, kind)
    assert answer.headers["Retry-After"] == "1"
    monkeypatch.undo()
    assert client.get("/api/v1/services").status_code == 200


@pytest.mark.parametrize("database_kind", ["postgresql"])  # SQLite has no server that could end
def test_a_write_survives_the_server_ending_its_connection(app, network) -> None:
    tries = []

    def rename() -> None:
        station = db.session.get_one(Station, network.central.id)
        station.languages = ["ru"]
        tries.append(1)
        if len(tries) == 1:
            own = db.session.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with db.engine.connect() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": own})
        db.session.flush()

    transact(rename)

    assert len(tries) == 2
    assert db.session.get_one(Station, network.central.id).languages == ["ru"]


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_statement_that_runs_too_long_is_told_as_busy(app, client, network, monkeypatch) -> None:
    def sleep(*_arguments, **_more):
        db.session.execute(text("SET LOCAL statement_timeout = 20"))
        db.session.execute(text("SELECT pg_sleep(5)"))

    monkeypatch.setattr(stations, "list_services", sleep)
    answer = client.get("/api/v1/services")
    assert (answer.status_code, answer.json["code"]) == (503, "busy")
    monkeypatch.undo()
    assert client.get("/api/v1/services").status_code == 200


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_every_connection_has_its_limits_and_a_write_survives_the_end_of_an_idle_one(app, network) -> None:
    names = ("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout")
    assert [db.session.execute(text(f"SHOW {name}")).scalar_one() for name in names] == ["30s", "1min", "1s"]
    tries = []

    def stand_idle() -> None:
        tries.append(1)
        db.session.get_one(Station, network.central.id).languages = ["ru"]
        if len(tries) == 1:
            db.session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 20"))
            time.sleep(0.2)
        db.session.flush()

    transact(stand_idle)
    assert len(tries) == 2
    assert db.session.get_one(Station, network.central.id).languages == ["ru"]


def test_a_decorated_column_says_which_type_its_values_have(app):
    """What reads rows back from JSON asks the column; the decorator itself would answer `object`."""
    types = {c.type for table in db.metadata.sorted_tables for c in table.columns}
    decorated = [one for one in types if isinstance(one, TypeDecorator)]
    assert decorated
    assert [one for one in decorated if one.python_type is object] == []
