"""A case changes in the moment in which its visit is booked, moved or handed over: one of both wins."""

from datetime import timedelta
from functools import partial

import pytest

from app.appointments import attendance
from app.appointments.booking import operations
from app.appointments.booking.operations import BookingRequest, Target
from app.appointments.contacts import Contact
from app.appointments.models import Appointment
from app.appointments.states import LIVE
from app.cases.models import Bureau, Case
from app.cases.readiness import Readiness, readiness
from app.cases.states import Permit
from app.casework import operations as case_operations
from app.db import db
from tests.factories import at, build_case
from tests.integration.appointments.conftest import Desk
from tests.integration.appointments.ledger import assert_ledger
from tests.integration.together import run_together, step

DAYS = ("2026-11-25", "2026-11-26", "2026-11-30", "2026-12-01")


@pytest.fixture
def desk(network, now):
    yield Desk(network, now)
    assert_ledger()


@pytest.fixture
def at_once(app):
    return partial(run_together, app)


def live_visits_of(case_id):
    live = db.session.query(Appointment).filter(Appointment.status.in_(LIVE))
    return live.filter(Appointment.case_id == case_id).count()


@pytest.mark.parametrize("ran_out", [False, True], ids=["open", "ran-out"])
def test_taking_a_permit_back_while_its_visit_is_booked(network, desk, at_once, now, ran_out):
    for number, day in enumerate(DAYS):
        case = build_case(network.visit_type, network.central)
        kept = desk.hold("10:00", day=day, case=case)
        later = now + timedelta(minutes=16 if ran_out else 1)
        bureau = db.session.query(Bureau.code).filter_by(permit=Permit.WORK).scalar()
        wish = BookingRequest(kept.public_id, f"key-{number}", Contact(), "en")
        booked, taken = at_once(
            step(operations.book, wish, now=later),
            step(case_operations.take_back, case.number, Permit.WORK, "an error", bureau=bureau,
                 actor="lin", now=later),
        )  # fmt: skip

        ready = readiness(db.session.get_one(Case, case.id)) is Readiness.READY
        assert (booked, taken) in {("done", "case_booked"), ("case_not_ready", "done")}
        assert live_visits_of(case.id) == (1 if ready else 0)


def test_checking_in_while_the_person_cancels_or_moves(desk, at_once, now):
    for day in DAYS:
        visit = desk.visit("10:00", day=day)
        outcomes = at_once(
            step(attendance.check_in, visit.reference, actor="mei", now=now),
            step(operations.cancel, visit.reference, now=now),
            step(operations.reschedule, visit.reference, Target("jiangdong", at(day, "11:00")), now=now),
        )

        status = db.session.query(Appointment).filter_by(reference=visit.reference).one().status
        assert outcomes.count("done") in (1, 2)  # who moved may have come, or cancelled, afterwards
        assert (status == "cancelled") == (outcomes[1] == "done")
        assert (status == "checked_in") == (outcomes[0] == "done")
        assert_ledger()
