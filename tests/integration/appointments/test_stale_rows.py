"""A visit changes while somebody else waits for its lock: who waited decides by what is so then."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from app.appointments.booking import operations
from app.appointments.models import Appointment, AppointmentEvent, DeskUsage
from app.db import db, transact
from app.interval import Interval
from app.localtext import LocalText
from app.planning.decisions import Choice, Decisions
from app.planning.edits import ClosureEdit, DayEdit
from app.planning.operations import PlanSave, save_plan
from app.replies import operations as replies
from app.replies.operations import NewText
from app.stations.hours.opening_hours import ClosedInterval, DatedPeriod
from tests.factories import at
from tests.integration.races.stage import AtOnce, Watch

DAY = "2026-11-24"
TEN = at(DAY, "10:00")
CLOSURE = ClosureEdit(ClosedInterval(Interval(TEN, TEN + timedelta(minutes=30)), LocalText("x", "x", "x")))
ONE_DESK = DayEdit(date(2026, 11, 24), (DatedPeriod(date(2026, 11, 24), time(9), time(17), 1),))

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)


@pytest.fixture
def at_once(app):
    """Run two operations that meet; return their answers."""

    def run(first, second):
        db.session.rollback()
        watch = Watch(db.engine)
        try:
            return AtOnce(app, watch, first, second).run()
        finally:
            watch.close()
            db.session.rollback()
            db.session.expire_all()

    return run


@pytest.fixture(params=[False, True], ids=["alone", "beside"])
def visit(request, desk):
    """A visit at the central window, alone at its time or beside somebody else's."""
    if request.param:
        desk.visit("10:00", station="central-window")
    return desk.visit("10:00", station="central-window")


def found(reference):
    return db.session.scalars(select(Appointment).where(Appointment.reference == reference)).one()


def history(reference):
    mine = select(AppointmentEvent.kind).where(AppointmentEvent.appointment_id == found(reference).id)
    return list(db.session.scalars(mine.order_by(AppointmentEvent.id)))


def taken_at(starts_at):
    """Return how many desks are taken in the first five minutes."""
    cell = int(starts_at.timestamp()) // 300
    return db.session.scalar(select(DeskUsage.taken).where(DeskUsage.cell == cell)) or 0


def others():
    return len(db.session.scalars(select(Appointment).where(Appointment.status == "booked")).all())


def save(network, edit, choice, now):
    wish = PlanSave("central-window", edit, network.central.plan_version, "ada")
    return lambda: save_plan(wish, Decisions(for_all=choice), now=now)


def test_moving_to_a_kept_time_while_the_visit_is_cancelled(desk, visit, at_once, now):
    reference, kept = visit.reference, desk.hold("11:00", station="central-window", moves=visit.id)

    answers = at_once(
        lambda: operations.cancel(reference, now=now),
        lambda: operations.move_to_hold(kept.public_id, now=now),
    )

    assert answers == ("done", "not_changeable")
    assert (found(reference).status, history(reference)) == ("cancelled", ["booked", "cancelled"])
    assert taken_at(TEN) == others()


def test_cancelling_by_text_while_the_visit_is_moved(desk, network, at_once, now):
    visit = desk.visit("10:00", station="central-window")
    reference, phone = visit.reference, "+8613800138000"
    visit = found(reference)
    visit.phone = phone
    db.session.commit()
    target = operations.Target("central-window", at(DAY, "11:00"))

    answers = at_once(
        lambda: operations.reschedule(reference, target, now=now),
        lambda: replies.take(NewText("t1", phone, f"CANCEL {reference}"), now=now),
    )

    assert answers == ("done", "done")
    assert history(reference) == ["booked", "rescheduled", "cancelled"]
    assert (taken_at(TEN), taken_at(at(DAY, "11:00"))) == (0, 0)


@pytest.mark.parametrize("choice", [Choice.MOVE, Choice.CANCEL, Choice.ASK])
def test_a_closure_is_saved_while_the_person_cancels(network, visit, at_once, now, choice):
    reference, before = visit.reference, others()

    answers = at_once(lambda: operations.cancel(reference, now=now), save(network, CLOSURE, choice, now))

    assert answers == ("done", "effect_changed")
    assert (found(reference).status, history(reference)) == ("cancelled", ["booked", "cancelled"])
    assert taken_at(TEN) == before - 1


@pytest.mark.parametrize("choice", [Choice.MOVE, Choice.CANCEL])
def test_a_desk_less_is_saved_while_the_person_cancels(desk, network, at_once, now, choice):
    stays = desk.visit("10:00", station="central-window").reference
    goes = desk.visit("10:00", station="central-window").reference

    answers = at_once(lambda: operations.cancel(goes, now=now), save(network, ONE_DESK, choice, now))

    assert answers == ("done", "effect_changed")
    assert (found(stays).status, found(goes).status) == ("booked", "cancelled")
    assert taken_at(TEN) == 1
    transact(save(network, ONE_DESK, choice, now))
    assert taken_at(TEN) == 1
