"""Ways around a rule: a cut-off that others keep, a cancellation taken back after the case changed."""

import pytest

from app.appointments.availability.policy import PapersElsewhere, TooLateToChange
from app.appointments.booking import operations
from app.appointments.booking.operations import Target
from app.appointments.models import Appointment
from app.cases import decisions
from app.cases.models import Bureau
from app.cases.readiness import CaseNotReady
from app.cases.states import Permit
from app.casework import operations as case_operations
from app.db import db, transact
from app.stations import limits
from app.stations.limits import Limits, LimitsChange
from tests.factories import at, build_case, offer
from tests.integration.appointments.conftest import Desk
from tests.integration.appointments.ledger import assert_ledger


@pytest.fixture
def desk(network, now):
    yield Desk(network, now)
    assert_ledger()


@pytest.fixture
def case(network):
    return build_case(network.visit_type, network.central, email="anna@mail.ru")


def status_of(visit):
    db.session.rollback()
    return db.session.get_one(Appointment, visit.id, populate_existing=True).status


def test_an_employer_keeps_the_cut_off_as_the_person_does(network, desk):
    visit = desk.visit("10:00", day="2026-11-25")
    late = LimitsChange(None, None, Limits(cutoff_minutes=3 * 24 * 60), "ada")
    transact(limits.save, late, now=desk.now)
    target = Target("jiangdong", at("2026-11-30", "10:00"))

    with pytest.raises(TooLateToChange):
        transact(operations.cancel, visit.reference, now=desk.now, actor=operations.EMPLOYER)
    with pytest.raises(TooLateToChange):
        transact(operations.reschedule, visit.reference, target, now=desk.now, actor=operations.EMPLOYER)
    assert status_of(visit) == "booked"


def test_a_cancellation_is_not_taken_back_once_the_permit_is_in_review_again(desk, case):
    visit = desk.visit("10:00", case=case)
    desk.cancel(visit)
    permit = case.legs[0].permit
    transact(
        case_operations.take_back, case.number, Permit(permit), "an error", bureau=bureau_of(permit),
        actor="lin", now=desk.now,
    )  # fmt: skip

    with pytest.raises(CaseNotReady):
        desk.restore(visit)
    assert status_of(visit) == "cancelled"


def bureau_of(permit):
    return db.session.query(Bureau.code).filter_by(permit=permit).scalar()


def test_a_cancellation_is_not_taken_back_once_the_papers_are_elsewhere(network, desk, case):
    visit = desk.visit("10:00", case=case)
    desk.cancel(visit)
    offer(network.jiangdong, network.collect)
    transact(decisions.place_papers, case.number, network.jiangdong, "", actor="mei", now=desk.now)

    with pytest.raises(PapersElsewhere):
        desk.restore(visit)
    assert status_of(visit) == "cancelled"
