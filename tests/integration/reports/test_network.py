"""Demand beside free places, and what the nightly check finds."""

import pytest

from app import jobs
from app.accounts.models import Role
from app.appointments.availability.slots import cells_of
from app.appointments.models import DeskUsage
from app.appointments.states import Status
from app.db import db, transact
from app.notifications.models import Alert
from app.reports import checks
from app.reports import network as demand
from app.reports.models import Finding
from tests import factories
from tests.factories import PASSWORD, at


@pytest.fixture
def ada(app, network, client):
    factories.build_user("ada", role=Role.ADMINISTRATOR)
    browser = app.test_client()
    browser.post("/staff", data={"username": "ada", "password": PASSWORD})
    return browser


def test_people_who_wait_are_counted_where_their_papers_lie(network, now):
    for _ in range(3):
        factories.build_case(network.visit_type, papers_at=network.central)
    booked = factories.build_case(network.visit_type, papers_at=network.central)
    factories.build_appointment(network.central, network.collect, case_id=booked.id)
    factories.build_case(network.visit_type)  # not ready: no papers
    (row,) = demand.overview([network.central, network.jiangdong], now=now)
    assert (row.station.slug, row.waiting, row.running_out) == ("central-window", 3, False)
    assert row.weeks[0] > 3


def test_a_closed_place_with_people_waiting_is_running_out(network, now, ada):
    factories.build_case(network.visit_type, papers_at=network.central)
    factories.add_closure(network.central, at("2026-11-24", "00:00"), at("2026-12-09", "00:00"))
    (row,) = demand.overview([network.central], now=now)
    assert row.running_out
    assert "Places are running out" in ada.get("/staff/network").text


def test_one_desk_more_is_looked_at_saved_and_offered(network, now, ada):
    factories.build_case(network.visit_type, papers_at=network.central)
    (before,) = demand.overview([network.central], now=now)
    path = "/staff/network/central-window/more-places"
    seen = {"plan_version": network.central.plan_version}
    look = ada.post(path, data=seen)
    assert "This change touches no booked visit" in look.text
    assert "One desk more at the usual hours" in look.text
    assert ada.post(path, data={**seen, "step": "save"}).status_code == 303
    db.session.expire_all()
    (after,) = demand.overview([network.central], now=now)
    assert after.weeks[1] > before.weeks[1]
    again = ada.post(path, data={**seen, "step": "save"}, follow_redirects=True)
    assert "Somebody changed this plan a moment ago." in again.text, "a second press adds no second desk"
    (same,) = demand.overview([network.central], now=now)
    assert same.weeks == after.weeks


# --- the nightly check -------------------------------------------------------------------------


def found(station, now):
    transact(checks.check_station, station.id, now=now)
    return {(row.code, row.subject) for row in db.session.query(Finding).filter_by(station_id=station.id)}


@pytest.fixture
def visit(network):
    """Build a visit of Wednesday at ten whose desks are counted."""
    row = factories.build_appointment(
        network.central, network.document_check, starts_at=at("2026-11-25", "10:00"), email=""
    )
    count_desks(row)
    return row


def count_desks(visit, taken=1, capacity=2):
    for cell in cells_of(visit.interval):
        db.session.merge(
            DeskUsage(station_id=visit.station_id, desk_group=0, cell=cell, taken=taken, capacity=capacity)
        )
    db.session.commit()


def test_nothing_is_wrong_with_a_sound_visit(network, visit, now):
    assert found(network.central, now) == set()


def test_counters_that_differ_from_the_visits_are_found(network, visit, now):
    count_desks(visit, taken=2)
    assert {code for code, _subject in found(network.central, now)} == {checks.COUNTED_WRONG}
    count_desks(visit, taken=1)
    assert found(network.central, now) == set(), "what is no longer so goes"


def test_a_visit_when_the_place_is_closed_is_found(network, visit, now):
    factories.add_closure(network.central, at("2026-11-25", "00:00"), at("2026-11-26", "00:00"))
    assert found(network.central, now) == {(checks.NO_DESK, visit.reference)}


def test_a_visit_that_nobody_was_told_of_is_found(network, now):
    row = factories.build_appointment(
        network.central, network.document_check, starts_at=at("2026-11-25", "10:00"), email="a@example.org"
    )
    count_desks(row)
    assert found(network.central, now) == {(checks.UNTOLD, row.reference)}


def test_a_visit_for_what_is_not_offered_any_more_is_found(network, now):
    row = factories.build_appointment(
        network.jiangdong, network.collect, starts_at=at("2026-11-25", "10:00"), email=""
    )
    count_desks(row, capacity=1)
    assert found(network.jiangdong, now) == {(checks.NOT_OFFERED, row.reference)}


def test_a_visit_of_the_day_before_yesterday_without_an_end_is_found(network, now):
    row = factories.build_appointment(
        network.central, network.document_check, starts_at=at("2026-11-20", "10:00"), email=""
    )
    assert found(network.central, now) == {(checks.NEVER_CLOSED, row.reference)}
    row.status = Status.NO_SHOW
    db.session.commit()
    assert found(network.central, now) == set()


def test_the_job_looks_at_every_station_and_staff_read_what_it_found(network, visit, ada, clock):
    factories.add_closure(network.central, at("2026-11-25", "00:00"), at("2026-11-26", "00:00"))
    assert jobs.check_visits() == "1 found"
    page = ada.get("/staff/network").text
    assert visit.reference in page
    assert "The place is closed at this time. Move the visit." in page


def test_what_the_check_found_is_told_to_the_operators_once_and_when_it_is_over(network, visit, now, clock):
    count_desks(visit, taken=2)
    found(network.central, now)

    (trouble,) = (one for one in jobs.sound_alarm() if one.name == checks.TROUBLE)
    assert "found 4 visits or counters" in trouble.words
    [told] = db.session.query(Alert).filter_by(name=checks.TROUBLE)
    assert told.told_at is not None

    count_desks(visit, taken=1)
    found(network.central, now)
    assert checks.TROUBLE not in {one.name for one in jobs.sound_alarm()}
    assert db.session.query(Alert).filter_by(name=checks.TROUBLE).all() == []


def test_a_finding_that_ended_is_not_told_until_the_next_night(network, visit, ada, now, clock):
    count_desks(visit, taken=2)
    found(network.central, now)
    assert "The nightly check found 4 contradictions" in ada.get("/staff/system").text
    assert "All is well" not in ada.get("/staff/system").text
    assert "The counter and the visits differ." in ada.get("/staff/network").text

    count_desks(visit, taken=1)  # somebody mended it by day

    assert "The nightly check found" not in ada.get("/staff/system").text
    assert "The counter and the visits differ." not in ada.get("/staff/network").text
    assert checks.TROUBLE not in {one.name for one in jobs.sound_alarm()}
