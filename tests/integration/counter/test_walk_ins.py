"""People without a booking are served at the desks that are held for them, and at no others."""

from datetime import time

import pytest

from app.appointments.models import Appointment
from app.db import db
from app.stations.models import OpeningPeriod
from tests import factories
from tests.factories import at
from tests.integration.appointments.ledger import assert_ledger
from tests.integration.planning.displacing import desks_taken

PAGE = "/staff/walk-in/fuxingcheng"


@pytest.fixture
def browser(cast):
    """Tom's, whose station has two desks, one of them held."""
    for period in db.session.scalars(db.select(OpeningPeriod).filter_by(station_id=cast.fuxingcheng.id)):
        period.desks, period.reserve = 2, 1
    cast.fuxingcheng.plan_version += 1
    db.session.commit()
    return cast.tom


def come(browser, service="document-check", **typed):
    return browser.post(PAGE, data={"service": service, **typed})


def test_a_held_desk_serves_one_person_at_a_time(browser, now):
    assert "Somebody is here without a booking" in browser.get("/staff/today").text
    assert "1 held desk is free" in browser.get(PAGE).text

    done = come(browser, name="Ivan", language="ru")

    assert done.status_code == 303
    visit = db.session.scalars(db.select(Appointment)).one()
    assert (visit.status, visit.origin, visit.starts_at) == ("checked_in", "walk_in", now)
    assert (visit.name, visit.language, desks_taken()) == ("Ivan", "ru", {})
    assert "Came without a booking" in browser.get(done.location).text
    late = come(browser, name="Olga")
    assert late.status_code == 409
    assert "No held desk is free now." in late.text
    assert "Olga" in late.text

    browser.post(f"/staff/visits/{visit.reference}/complete", data={"outcome": "complete"})

    assert come(browser, name="Olga").status_code == 303
    assert_ledger()


def test_the_desks_that_can_be_booked_are_never_taken(browser, cast, clock):
    clock.move(hours=4)  # the point is closed at noon
    browser.post("/staff", data={"username": "tom", "password": factories.PASSWORD})
    assert come(browser).status_code == 409
    for period in db.session.scalars(db.select(OpeningPeriod).filter_by(station_id=cast.fuxingcheng.id)):
        period.reserve = 0
    db.session.commit()
    assert come(browser).status_code == 409
    assert db.session.scalars(db.select(Appointment)).all() == []


def test_who_collects_names_the_case_and_has_one_visit(browser, cast, network):
    factories.offer(cast.fuxingcheng, network.collect)
    case = factories.build_case(network.visit_type, cast.fuxingcheng)
    typed = {"code": case.code, "last4": case.passport_last4}

    assert come(browser, "collect-permits", code=case.code, last4="0000").status_code == 422
    assert come(browser, "collect-permits").status_code == 422
    done = come(browser, "collect-permits", **typed)

    assert done.status_code == 303
    assert "Papers received" in browser.get(done.location).text
    again = come(browser, "collect-permits", **typed)
    assert again.status_code == 409
    elsewhere = factories.build_case(network.visit_type, network.central)
    assert come(
        browser, "collect-permits", code=elsewhere.code, last4=elsewhere.passport_last4
    ).status_code in (409, 422)


def test_a_clerk_of_another_point_receives_nobody_here(browser, cast):
    assert cast.mei.get(PAGE).status_code == 404
    assert cast.mei.post(PAGE, data={"service": "document-check"}).status_code == 404


def test_a_single_day_with_hours_of_its_own_holds_no_desk(browser, cast, now):
    factories.add_exception(cast.fuxingcheng, at("2026-11-24", "09:00").date(), time(8), time(12))
    assert come(browser).status_code == 409
