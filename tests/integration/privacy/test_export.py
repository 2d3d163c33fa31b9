"""flask data export: all that is kept about one person, for that person, and on the record."""

import json
import stat

import pytest
from sqlalchemy import select

from app.cases.models import Case, CaseEvent
from app.db import db
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
