"""flask data export: all that is kept about one person, for that person, and on the record."""

import json
import stat

import pytest
from sqlalchemy import select

from app.appointments.models import Appointment
from app.cases.models import Case, CaseEvent, CaseNotice
from app.collection.models import HandoverRecord
from app.db import Base, db
from app.privacy import export
from tests import factories


@pytest.fixture
def case(network, now) -> Case:
    case = factories.build_case(
        network.visit_type, network.central, passport="E1234567Q", full_name="Anna Petrova"
    )
    factories.build_appointment(network.central, network.collect, case_id=case.id, email="anna@example.org")
    factories.build_case(network.visit_type, full_name="Somebody Else", passport="P7654321Z")
    return case


@pytest.mark.parametrize("by", ["passport", "case"])
def test_one_person_gets_everything_and_nobody_else(runner, case, tmp_path, by) -> None:
    file = tmp_path / "export.json"
    options, typed = (["--case", case.number], "") if by == "case" else ([], "e 1234-567q\n")

    done = runner.invoke(args=["data", "export", str(file), *options], input=typed)

    assert done.exit_code == 0, done.output
    assert "E1234567Q" not in done.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (told,) = json.loads(file.read_text())["cases"]
    assert (told["full_name"], told["passport"]) == ("Anna Petrova", "E1234567Q")
    assert told["visits"][0]["email"] == "anna@example.org"
    assert [leg["permit"] for leg in told["permits"]] == ["residence", "work"]
    assert "Somebody Else" not in file.read_text()
    assert [e.kind for e in db.session.scalars(select(CaseEvent))] == ["exported"]


def test_nobody_is_not_written(runner, case, tmp_path) -> None:
    file = tmp_path / "export.json"

    assert runner.invoke(args=["data", "export", str(file)], input="X0000000\n").exit_code == 1
    assert runner.invoke(args=["data", "export", str(file), "--case", "C\0"]).exit_code == 1
    assert not file.exists()


def test_a_file_that_is_there_is_not_written_over(runner, case, tmp_path) -> None:
    file = tmp_path / "export.json"
    file.write_text("mine")

    assert runner.invoke(args=["data", "export", str(file), "--case", case.number]).exit_code == 1
    assert file.read_text() == "mine"


def test_no_table_that_names_a_case_is_forgotten() -> None:
    """A new table about cases is told to the person, or it is said why not."""
    told = {
        "permit_legs", "consents", "case_events", "appointments", "waiting_entries", "proxies",
        "case_notices", "handover_records",
    }  # fmt: skip
    naming = {
        table.name
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name == "case_id" and column.foreign_keys
    }
    assert naming == told | export.NOT_TOLD
    assert not told & export.NOT_TOLD


def test_what_was_handed_over_and_awaited_is_told(runner, case, tmp_path, now) -> None:
    visit = db.session.query(Appointment).one()
    factories.save(
        HandoverRecord(
            appointment_id=visit.id, case_id=case.id, handed_at=now, handed_by="mei", identity_seen=True,
            papers=["passport"],
        ),
        CaseNotice(case_id=case.id, told_at=now),
    )  # fmt: skip
    file = tmp_path / "export.json"

    done = runner.invoke(args=["data", "export", str(file), "--case", case.number])

    assert done.exit_code == 0, done.output
    (told,) = json.loads(file.read_text())["cases"]
    assert told["handovers"][0]["papers"] == ["passport"]
    assert told["notices"][0]["told_at"] == now.isoformat()
