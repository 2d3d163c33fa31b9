"""flask cases import: all of a file or nothing of it, as often as one likes, and on from where it stood."""

from datetime import date

import pytest
from sqlalchemy import select

from app import jobs
from app.cases.models import Case, CaseEvent, CaseToken, Consent
from app.cases.queries import get_by_code
from app.db import db, transact
from app.intake import applying, runs
from app.intake.models import ImportRow, ImportRun
from app.intake.runs import Sender
from app.intake.sheet import read_sheet
from app.notifications.models import OutboxMessage
from tests import factories
from tests.integration.intake.sheets import row, sheet


@pytest.fixture
def take(runner, network, tmp_path):
    """Return a function that imports a file of these lines."""
    network.visit_type.code = "work-and-residence"
    db.session.commit()

    def imported(content: bytes, *options: str, name: str = "cases.csv"):
        (tmp_path / name).write_bytes(content)
        return runner.invoke(args=["cases", "import", str(tmp_path / name), *options])

    return imported


def cases() -> list[Case]:
    return list(db.session.scalars(select(Case).order_by(Case.external_number)))


def test_a_file_becomes_cases(take, network, now) -> None:
    done = take(sheet([row(1), row(2, residence_state="approved")]))

    assert done.exit_code == 0, done.output
    first, second = cases()
    assert (first.full_name, first.passport, first.nationality, first.language) == (
        "Person Number1", "T0000001", "RU", "ru",
    )  # fmt: skip
    assert first.employer.name == "海口 Unit 1"
    assert first.employer.registered_on == date(2023, 2, 20)
    assert first.due_on == date(2026, 11, 23)
    assert [(leg.permit, leg.state, leg.decided_on) for leg in first.legs] == [
        ("residence", "in_review", None), ("work", "approved", date(2026, 11, 18)),
    ]  # fmt: skip
    assert (first.ready_at, second.ready_at) == (None, now)
    assert {m.subject_id for m in db.session.query(OutboxMessage)} == {second.id}
    assert get_by_code(first.code, "0001") == first
    assert db.session.query(Consent).count() == 2


def test_a_dry_run_changes_nothing(take) -> None:
    done = take(sheet([row(1)]), "--dry-run")

    assert done.exit_code == 0
    assert "1 new" in done.output
    assert cases() == []
    assert db.session.query(ImportRow).filter(ImportRow.facts_encrypted.is_not(None)).count() == 0


def test_the_same_file_again_changes_nothing(take) -> None:
    content = sheet([row(1), row(2)])
    take(content)
    before = [(case.id, case.link, case.code) for case in cases()]
    events = db.session.query(CaseEvent).count()

    done = take(content)

    assert "2 same" in done.output
    assert [(case.id, case.link, case.code) for case in cases()] == before
    assert db.session.query(CaseEvent).count() == events


def test_a_newer_version_is_taken_and_an_older_one_is_not(take) -> None:
    take(sheet([row(1, version=2)]))

    newer = take(sheet([row(1, version=3, name="Person Renamed", residence_state="approved")]))
    older = take(sheet([row(1, version=1, name="Person Outdated")]))

    assert "1 updated" in newer.output
    assert "1 older" in older.output
    (case,) = cases()
    assert (case.full_name, {leg.external_version for leg in case.legs}) == ("Person Renamed", {3})
    assert case.ready_at is not None


def test_a_decision_is_never_lowered(take) -> None:
    take(sheet([row(1, residence_state="approved")]))

    take(sheet([row(1, version=2, work_state="received", residence_state="in_review")]))

    (case,) = cases()
    assert {leg.state for leg in case.legs} == {"approved"}
    assert case.ready_at is not None


@pytest.mark.parametrize(
    ("lines", "output", "names"),
    [
        ([row(1), row(1)], "2 new", ["Person Number1"]),
        ([row(1), row(1, version=2, name="Later")], "2 new", ["Later"]),
        ([row(1, version=2, name="Later"), row(1)], "2 new", ["Later"]),
    ],
)
def test_one_number_twice_in_a_file_is_one_case(take, lines, output, names) -> None:
    assert output in take(sheet(lines)).output
    assert [case.full_name for case in cases()] == names


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([row(1), row(1, name="Other")], "line 3, number: The same number and version"),
        ([row(1), row(2, passport="x")], "line 3, passport: The passport number has"),
        ([row(1), "HK-000002,1"], "line 3, whole line: The number of cells"),
        ([row(1), row(2, papers_station="jiangdong")], "line 3, papers_station"),
    ],
)
def test_one_wrong_line_keeps_the_file_out(take, lines, told) -> None:
    done = take(sheet(lines))

    assert done.exit_code == 1
    assert told in done.output
    assert "Nothing was taken in" in done.output
    assert cases() == []


def test_the_same_version_with_other_contents_keeps_the_file_out(take) -> None:
    take(sheet([row(1)]))

    done = take(sheet([row(1, name="Somebody Else"), row(2)]))

    assert done.exit_code == 1
    assert [case.full_name for case in cases()] == ["Person Number1"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 x", b"a,b\n1,2\n"])
def test_what_is_no_file_of_the_bureaus_is_refused(take, content) -> None:
    done = take(content)

    assert done.exit_code == 1
    assert "cases.csv: " in done.output
    assert db.session.query(ImportRun).count() == 0


def test_no_personal_data_is_printed(take) -> None:
    done = take(sheet([row(1, passport="SECRET"), row(2, phone="+7 926", name="Zephyrine")]))

    assert "SECRET" not in done.output
    assert "Zephyrine" not in done.output
    assert "line 3, phone" in done.output


def begun(content: bytes, now) -> ImportRun:
    """Read a file and decide on it, as the command does before it is killed."""
    sheet, sender = read_sheet(content), Sender("t", None)
    run = applying.read_in(sheet, content, "x.csv", sender=sender, progress=lambda _n: None)
    return transact(runs.start, run.public_id, now=now)


def test_a_run_that_was_killed_goes_on_by_the_worker(take, now) -> None:
    run = begun(sheet(row(n) for n in range(60)), now)
    transact(runs.apply_some, run.id, now=now)
    assert len(cases()) == runs.APPLY_BATCH

    assert jobs.take_in_files(stopping=lambda: False) == f"{60 - runs.APPLY_BATCH} lines"

    assert len(cases()) == 60
    db.session.refresh(run)
    assert (run.state, run.done) == ("done", 60)


def test_or_by_the_same_command(take, now) -> None:
    content = sheet(row(n) for n in range(60))
    run = begun(content, now)
    transact(runs.apply_some, run.id, now=now)

    done = take(content)

    assert "Going on where it stood" in done.output
    assert len(cases()) == 60
    assert db.session.query(ImportRun).count() == 1


def test_what_was_taken_in_is_not_kept_twice(take) -> None:
    take(sheet([row(1)]))

    assert [r.facts_encrypted for r in db.session.query(ImportRow)] == [None]


def test_a_case_that_is_closed_meanwhile_is_left(take, now) -> None:
    take(sheet([row(1, residence_state="approved")]))
    (case,) = cases()
    case.collected_at = now
    db.session.commit()

    assert "1 closed" in take(sheet([row(1, version=2, name="Late")])).output
    assert cases()[0].full_name == "Person Number1"


def test_papers_stay_where_somebody_is_coming_to(take, network, now) -> None:
    other = factories.build_station("other-window", services=(network.collect,), desks=1)
    take(sheet([row(1, residence_state="approved")]))
    (case,) = cases()
    factories.build_appointment(network.central, network.collect, case_id=case.id, starts_at=now)

    take(sheet([row(1, version=2, residence_state="approved", papers_station=other.slug)]))

    assert cases()[0].papers_station_id == network.central.id


def test_a_new_name_is_found_and_the_old_one_is_not(take) -> None:
    take(sheet([row(1, name="Anna Petrova")]))
    before = set(db.session.scalars(select(CaseToken.token)))

    take(sheet([row(1, version=2, name="Anna Ivanova")]))

    after = set(db.session.scalars(select(CaseToken.token)))
    assert len(before - after) == len(after - before) == 1


def test_a_file_of_one_bureau_tells_only_its_permit(take) -> None:
    content = sheet([row(1, residence_state="approved")])

    first = take(content, "--bureau", "exit-entry")
    second = take(content, "--bureau", "foreign-experts")

    assert "Columns that are not used: work_state, work_on" in first.output
    assert "1 updated" in second.output
    (case,) = cases()
    assert {leg.permit: (leg.state, leg.changed_by) for leg in case.legs} == {
        "work": ("approved", "command: cases.csv"), "residence": ("approved", "command: cases.csv"),
    }  # fmt: skip
    assert "1 same" in take(content).output  # both together say nothing new
    assert take(content, "--bureau", "nobody").exit_code == 1


def test_a_killed_run_goes_on_only_for_its_own_bureau(take, now) -> None:
    content = sheet([row(1)])
    begun(content, now)

    assert "Going on" not in take(content, "--bureau", "exit-entry").output


def test_papers_cannot_lie_at_a_retired_service_point(take, network, now) -> None:
    old = factories.build_station("old-window", services=(network.collect,), desks=1)
    old.retired_at = now
    db.session.commit()

    done = take(sheet([row(1), row(2, papers_station="old-window")]))

    assert "line 3, papers_station: This service point is closed for good" in done.output
    assert cases() == []


def test_a_service_point_that_closes_meanwhile_gets_no_papers(take, network, now) -> None:
    run = begun(sheet([row(1, residence_state="approved")]), now)
    network.central.retired_at = now
    db.session.commit()

    transact(runs.apply_some, run.id, now=now)

    (case,) = cases()
    assert (case.papers_station_id, case.ready_at) == (None, None)


def test_the_end_of_the_passport_is_known_and_kept(take) -> None:
    take(sheet([row(1, passport_expires_on="2027-01-31")]))
    take(sheet([row(1, version=2)]))
    assert cases()[0].passport_expires_on == date(2027, 1, 31)

    take(sheet([row(1, version=3, passport_expires_on="2036-01-31")]))
    assert cases()[0].passport_expires_on == date(2036, 1, 31)
