"""Migrations make the schema that the models describe, on both databases, and go back."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, select, text

from app import clock, create_app
from app.appointments.queries import get_by_token
from app.cases.models import Case
from app.cases.queries import find_by_link
from app.codes import LINK_LENGTH
from app.crypto import link_hash, token_hash
from app.db import db, transact
from app.groups import queries as groups
from app.groups.models import Group
from app.notifications.delivery.outbox import key_of
from app.notifications.models import OutboxMessage
from app.settings import Settings
from tests import factories
from tests.conftest import DATA_KEY, SECRET_KEY, import_models
from tests.databases import Databases
from tests.factories import TUESDAY

OLD_MESSAGE = text(
    "INSERT INTO outbox_messages (dedupe_key, topic, subject_id, revision, kind, channel, send_at, status, "
    "due_at, attempts, reason, created_at) VALUES (:key, 'appointment', 1, 0, 'confirmation', 'email', "
    "'2026-09-21 14:13:20.5', 'sent', '2026-09-21 14:13:20.5', :attempts, '', '2026-09-21 14:13:20.5')"
)
VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"


@pytest.fixture
def empty_app(databases: Databases, database_kind: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(
        Settings.from_env(
            app_env="test",
            instance_path=tmp_path,
            database_url=databases.make(database_kind),
            secret_key=SECRET_KEY,
            data_key=DATA_KEY,
        )
    )
    import_models()
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_migrations_make_what_the_models_describe(empty_app: Flask) -> None:
    upgrade()

    with db.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), db.metadata)

    assert differences == []


def test_two_migrations_at_once_wait_for_each_other(empty_app: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        upgrade()  # one machine, one start: nobody migrates a file twice at once
        return
    url = db.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    around = {
        **os.environ,
        "APP_ENV": "test",
        "DATABASE_URL": url,
        "SECRET_KEY": SECRET_KEY,
        "DATA_KEY": DATA_KEY,
        "INSTANCE_PATH": str(empty_app.instance_path),
    }
    both = [
        subprocess.Popen(command, cwd=VERSIONS.parents[1], env=around, stderr=subprocess.PIPE) for _ in "ab"
    ]
    told = [one.communicate()[1].decode() for one in both]
    assert [one.returncode for one in both] == [0, 0], told


def test_an_instant_is_read_whatever_the_servers_way_of_writing_days(empty_app: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        return
    upgrade()
    name = db.engine.url.database
    with db.engine.connect() as connection:
        connection.execute(text(f"ALTER DATABASE \"{name}\" SET datestyle = 'SQL, DMY'"))
        connection.commit()
    db.engine.dispose()
    with db.engine.begin() as connection:
        connection.execute(OLD_MESSAGE, {"key": "a", "attempts": 0})
    assert (
        db.session.scalars(select(OutboxMessage.send_at)).one().isoformat()
        == "2026-09-21T14:13:20.500000+00:00"
    )


def test_every_migration_goes_back(empty_app: Flask) -> None:
    upgrade()

    downgrade(revision="base")

    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}


def test_a_message_that_was_tried_keeps_its_name_and_others_get_one_that_nobody_guesses(
    empty_app: Flask,
) -> None:
    upgrade(revision="0028")
    with db.engine.begin() as connection:
        connection.execute(OLD_MESSAGE, [{"key": "tried", "attempts": 1}, {"key": "waits", "attempts": 0}])

    upgrade()

    tried, waits = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.attempts.desc()))
    assert key_of(tried) == f"{tried.id}-1790000000"
    assert re.fullmatch("[0-9a-f]{16}", waits.secret)


def test_links_of_messages_go_on_opening_when_their_fingerprints_are_keyed(empty_app: Flask) -> None:
    upgrade()
    network = factories.build_network()
    case = factories.build_case(network.visit_type, network.central, link="HK7RQ4M2PX")
    visit = factories.build_appointment(network.central, network.document_check, token="t" * 22)
    group = Group(
        created_at=TUESDAY, booked_at=TUESDAY, service_id=network.collect.id, language="en",
        token_hash=link_hash("GHK7RQ4M2P"),
    )  # fmt: skip
    group.token, group.company = "GHK7RQ4M2P", "Palm Ltd"
    transact(db.session.add, group)
    case_id, visit_id = case.id, visit.id
    db.session.remove()

    downgrade(revision="0038")
    with db.engine.begin() as connection:
        plain = connection.execute(text("SELECT link_hash FROM cases")).scalar_one()
    upgrade()

    assert plain == token_hash("HK7RQ4M2PX")
    case = db.session.get_one(Case, case_id)
    assert find_by_link("HK7RQ4M2PX", now=clock.now()) is find_by_link(case.link, now=clock.now()) is case
    assert find_by_link("HK7RQ4M2PX", now=clock.now() + timedelta(days=91)) is None
    assert len(case.link) == LINK_LENGTH
    assert get_by_token("t" * 22).id == visit_id
    assert groups.get_by_token("GHK7RQ4M2P").company == "Palm Ltd"
    stored = {case.link_hash, case.old_link_hash, get_by_token("t" * 22).token_hash}
    assert not stored & {token_hash(secret) for secret in ("HK7RQ4M2PX", case.link, "t" * 22)}


def test_migrations_are_numbered_in_one_line() -> None:
    numbers = [int(path.name[:4]) for path in sorted(VERSIONS.glob("*.py"))]

    assert numbers == list(range(1, len(numbers) + 1))
