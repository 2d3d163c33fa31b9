"""`flask seed load`: everything arrives, again changes nothing, and later knowledge is kept."""

import shutil
from datetime import date, datetime, time
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from app.cases.models import VisitItem, VisitType
from app.db import db, transact
from app.localtext import LocalText
from app.stations.hours import plans
from app.stations.limits import NO_LIMITS, Limits, LimitsChange, read_own, save
from app.stations.models import (
    BookingLimits,
    CalendarDay,
    CalendarStatus,
    CalendarYear,
    OpeningPeriod,
    Place,
    Service,
    Station,
    StationFact,
    StationService,
)
from app.stations.queries import get_station, list_stations
from tests.unit.stations.test_seed import SHIPPED, SLUGS, change_cell

TABLES = {
    Station: 9,
    StationFact: 163,
    Service: 4,
    StationService: 20,
    OpeningPeriod: 81,
    CalendarYear: 2,
    CalendarDay: 39,
    Place: 680,
    BookingLimits: 2,
    VisitType: 2,
    VisitItem: 16,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "seed"))


def load(runner: FlaskCliRunner, folder: Path = SHIPPED) -> str:
    result = runner.invoke(args=["seed", "load", "--folder", str(folder)])
    assert result.exit_code == 0, result.output
    db.session.rollback()
    db.session.expire_all()
    return result.output


def counts() -> dict[type, int]:
    return {table: db.session.scalar(select(func.count()).select_from(table)) for table in TABLES}


def line_of(path: Path, start: str) -> int:
    return [x.startswith(start) for x in path.read_text(encoding="utf-8").splitlines()].index(True) + 1


def test_everything_arrives_with_a_count_per_table(app: Flask, runner: FlaskCliRunner) -> None:
    output = load(runner)
    assert counts() == TABLES
    for table, number in TABLES.items():
        assert f"{table.__tablename__}: {number} added, 0 changed, 0 as before" in output
    assert output.endswith("Loaded.\n")


def test_a_station_says_what_its_facts_say(app: Flask, runner: FlaskCliRunner) -> None:
    load(runner)
    assert [s.slug for s in list_stations()] == SLUGS.split()
    central = get_station("central-window")
    assert central.name == LocalText("Central Window", "外国人综合服务窗口", "Центральное окно")
    assert central.full_name.en == "Haikou Municipal Foreigners' Service Comprehensive Window"
    assert (central.lat, central.lon, central.precision_m) == (20.04017, 110.32387, 300)
    assert [p.number for p in central.phones] == ["0898-66750650", "0898-66733110"]
    assert central.hours_confirmed_on is None
    assert central.position_confirmed_on is None
    longhua = get_station("longhua")
    assert not longhua.address
    assert longhua.phones == []
    hours = {f.field: f.confidence for f in longhua.facts}
    assert (hours["opening_hours"], hours["bookable_hours"]) == ("not_found", "assumed")


def test_loading_again_changes_nothing_and_says_so(app: Flask, runner: FlaskCliRunner) -> None:
    load(runner)
    versions = {s.slug: s.plan_version for s in list_stations()}
    output = load(runner)
    assert counts() == TABLES
    assert "9 as before" in output
    assert output.endswith("Nothing to change.\n")
    assert all(" 0 added, 0 changed" in line for line in output.splitlines()[:-1])
    assert {s.slug: s.plan_version for s in list_stations()} == versions


def test_a_corrected_row_is_written_by_its_slug(app: Flask, runner: FlaskCliRunner, folder: Path) -> None:
    load(runner)
    facts_file = folder / "station_facts.csv"
    line = line_of(facts_file, "longhua,address_en")
    change_cell(facts_file, "value", "1 Known Road", line=line)
    change_cell(facts_file, "confidence", "verified", line=line)
    change_cell(facts_file, "checked_on", "2026-11-20", line=line)
    output = load(runner, folder)
    assert "stations: 0 added, 1 changed, 8 as before" in output
    assert "station_facts: 0 added, 1 changed, 153 as before" in output
    assert get_station("longhua").address.en == "1 Known Road"


def test_hours_that_staff_changed_are_kept(app: Flask, runner: FlaskCliRunner) -> None:
    load(runner)
    station = get_station("meilan")
    mine = db.session.scalars(select(OpeningPeriod).where(OpeningPeriod.station_id == station.id)).all()
    for period in mine[1:]:
        db.session.delete(period)
    mine[0].opens, mine[0].closes, mine[0].desks = time(8), time(20), 3
    db.session.commit()
    assert load(runner).endswith("Nothing to change.\n")
    (kept,) = db.session.scalars(select(OpeningPeriod).where(OpeningPeriod.station_id == station.id))
    assert (kept.opens, kept.closes, kept.desks) == (time(8), time(20), 3)


def test_one_contact_holds_four_visits_unless_an_administrator_says_otherwise(
    app: Flask, runner: FlaskCliRunner, now: datetime
) -> None:
    load(runner)
    assert read_own(None, None) == Limits(contact_visits=4, unproved_share=50)
    assert read_own(get_station("central-window").id, None) == Limits(case_share=50)
    for said in (Limits(contact_visits=2), NO_LIMITS):
        transact(save, LimitsChange(None, None, said, "ada"), now=now)
        assert load(runner).endswith("Nothing to change.\n")
        assert read_own(None, None) == said


def test_a_position_confirmed_at_the_place_is_kept(app: Flask, runner: FlaskCliRunner) -> None:
    load(runner)
    station = get_station("meilan")
    station.lat, station.lon, station.precision_m = 20.05, 110.37, 10
    station.position_confirmed_on = date(2026, 11, 22)
    db.session.commit()
    assert load(runner).endswith("Nothing to change.\n")
    assert get_station("meilan").precision_m == 10


def test_a_confirmed_position_in_the_file_ends_the_doubt(
    app: Flask, runner: FlaskCliRunner, folder: Path
) -> None:
    facts_file = folder / "station_facts.csv"
    line = line_of(facts_file, "meilan,position")
    change_cell(facts_file, "precision_m", "10", line=line)
    change_cell(facts_file, "checked_on", "2026-11-20", line=line)
    load(runner, folder)
    assert get_station("meilan").position_confirmed_on == date(2026, 11, 20)


def test_a_year_published_meanwhile_stays_published(app: Flask, runner: FlaskCliRunner) -> None:
    load(runner)
    year = db.session.get(CalendarYear, 2027)
    year.status = CalendarStatus.OFFICIAL
    db.session.commit()
    load(runner)
    assert db.session.get(CalendarYear, 2027).status == CalendarStatus.OFFICIAL


def test_a_holiday_that_left_the_file_goes_and_every_plan_is_new(
    app: Flask, runner: FlaskCliRunner, folder: Path
) -> None:
    load(runner)
    before = {s.slug: s.plan_version for s in list_stations()}
    path = folder / "calendar_days.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(x for x in lines if not x.startswith("2026-10-07")), encoding="utf-8")
    assert "calendar_days: 0 added, 0 changed, 38 as before, 1 removed" in load(runner, folder)
    assert date(2026, 10, 7) not in plans.read_calendar().days_off
    assert all(s.plan_version > before[s.slug] for s in list_stations())


def test_a_mistake_loads_nothing_and_fails(app: Flask, runner: FlaskCliRunner, folder: Path) -> None:
    change_cell(folder / "visit_items.csv", "position", "last")
    result = runner.invoke(args=["seed", "load", "--folder", str(folder)])
    assert result.exit_code == 1
    assert "visit_items.csv, line 2, column position: 'last' is not a whole number" in result.output
    assert set(counts().values()) == {0}
