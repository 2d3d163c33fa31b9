"""Different presses on one visit in the same moment, each on a connection of its own."""

from datetime import timedelta
from functools import partial

import pytest

from app.appointments.booking import operations
from app.appointments.booking.operations import BookingRequest, Target
from app.appointments.holds import operations as holds
from app.appointments.holds.operations import HoldRequest
from app.appointments.models import Appointment, AppointmentEvent, Hold
from app.appointments.states import Status
from app.db import db, transact
from app.notifications.models import MessageStatus, OutboxMessage
from tests.factories import at, build_case, build_transfer, offer
from tests.integration.appointments.conftest import VISITOR, Desk
from tests.integration.appointments.ledger import assert_ledger
from tests.integration.together import run_together, step

DAYS = ("2026-11-24", "2026-11-25", "2026-11-26", "2026-11-30", "2026-12-01", "2026-12-02")


@pytest.fixture
def desk(network, now):
    return Desk(network, now)


@pytest.fixture
def at_once(app):
    return partial(run_together, app)


def visit_of(reference):
    return db.session.query(Appointment).filter_by(reference=reference).one()


def events_of(visit):
    rows = db.session.query(AppointmentEvent).filter_by(appointment_id=visit.id).order_by(AppointmentEvent.id)
    return [row.kind for row in rows]


def waiting_for(visit):
    rows = db.session.query(OutboxMessage).filter_by(subject_id=visit.id, status=MessageStatus.WAITING)
    return {row.kind for row in rows}


@pytest.mark.parametrize("ran_out", [False, True], ids=["open", "ran-out"])
def test_confirming_extending_and_releasing_one_hold(desk, at_once, now, ran_out):
    for number, day in enumerate(DAYS):
        kept = desk.hold("10:00", day=day)
        later = now + timedelta(minutes=16 if ran_out else 1)
        request = BookingRequest(kept.public_id, f"key-{number}", VISITOR, "en")
        tab = BookingRequest(kept.public_id, f"tab-{number}", VISITOR, "en")
        booked, again, extended, released = at_once(
            step(operations.book, request, now=later),
            step(operations.book, tab, now=later),
            step(holds.extend, kept.public_id, now=later),
            step(holds.release, kept.public_id),
        )
        # The one who gives the time back may be first: then nobody books; never half of each.
        assert {booked, again} in ({"done"}, {"hold_not_found"})
        assert extended in ("done", "hold_not_found")
        assert released == "done"
        assert_ledger()
        visits = db.session.query(Appointment).filter_by(starts_at=at(day, "10:00")).count()
        assert visits == (1 if booked == "done" else 0)


def test_cancelling_and_moving_one_visit(desk, at_once, now):
    for day in DAYS:
        reference = desk.visit("10:00", day=day).reference
        cancelled, moved, again = at_once(
            step(operations.cancel, reference, now=now),
            step(operations.reschedule, reference, Target("jiangdong", at(day, "11:00")), now=now),
            step(operations.cancel, reference, now=now),
        )
        assert (cancelled, again) == ("done", "done")
        assert moved in ("done", "not_changeable")
        assert_ledger()
        visit = visit_of(reference)
        assert visit.status == Status.CANCELLED
        history = ["booked", "rescheduled", "cancelled"] if moved == "done" else ["booked", "cancelled"]
        assert events_of(visit) == history
        assert visit.revision == len(history) - 1
        assert waiting_for(visit) == {"cancelled"}


def test_moving_one_visit_to_two_places(desk, at_once, now):
    for day in DAYS:
        reference = desk.visit("10:00", day=day).reference
        targets = [Target("jiangdong", at(day, "11:00")), Target("central-window", at(day, "11:20"))]
        moves = at_once(*(step(operations.reschedule, reference, target, now=now) for target in targets))
        assert moves == ["done", "done"]
        assert_ledger()
        assert events_of(visit_of(reference)) == ["booked", "rescheduled", "rescheduled"]


def test_two_visits_changing_places(desk, at_once, now):
    """Both places are taken until one goes: nobody waits for ever, and no place is had twice."""
    for day in DAYS[:2]:
        one, two = (desk.visit(clock, day=day).reference for clock in ("10:00", "11:00"))
        swaps = at_once(
            step(operations.reschedule, one, Target("jiangdong", at(day, "11:00")), now=now),
            step(operations.reschedule, two, Target("jiangdong", at(day, "10:00")), now=now),
        )
        assert swaps == ["slot_unavailable"] * 2
        assert_ledger()


def test_restoring_a_visit_while_somebody_takes_its_place(desk, at_once, now):
    for day in DAYS:
        reference = desk.visit("10:00", day=day).reference
        desk.cancel(visit_of(reference))
        wish = HoldRequest("jiangdong", "document-check", at(day, "10:00"))
        restored, again, taken = at_once(
            step(operations.restore, reference, now=now),
            step(operations.restore, reference, now=now),
            step(holds.hold, wish, now=now),
        )
        assert restored == again
        assert {restored, taken} == {"done", "slot_unavailable"}
        assert_ledger()
        visit = visit_of(reference)
        assert visit.status == (Status.BOOKED if restored == "done" else Status.CANCELLED)
        assert events_of(visit).count("restored") == (1 if restored == "done" else 0)


def test_moving_to_a_kept_time_while_the_visit_is_cancelled(desk, at_once, now):
    for day in DAYS:
        visit = desk.visit("10:00", day=day)
        kept = desk.hold("11:00", day=day, moves=visit.id)
        reference = visit.reference
        moved, again, cancelled = at_once(
            step(operations.move_to_hold, kept.public_id, now=now),
            step(operations.move_to_hold, kept.public_id, now=now),
            step(operations.cancel, reference, now=now),
        )
        assert cancelled == "done"
        assert moved == again or {moved, again} == {"done", "not_changeable"}
        assert_ledger()
        assert visit_of(reference).status == Status.CANCELLED
        assert events_of(visit_of(reference)).count("rescheduled") == (moved == "done" or again == "done")
    assert db.session.query(Hold).count() == 2 * len(DAYS)


def test_one_case_at_two_places_at_once_gets_one_visit(network, at_once, now):
    offer(network.jiangdong, network.collect)
    build_transfer(network.central, network.jiangdong)
    case = build_case(network.visit_type, network.central)
    slugs = ("central-window", "jiangdong")
    for day in DAYS:
        wishes = [HoldRequest(s, "collect-permits", at(day, "10:00"), case_id=case.id) for s in slugs]
        at_once(*(step(holds.hold, wish, now=now) for wish in wishes))
        names = [kept.public_id for kept in db.session.query(Hold).filter(Hold.starts_at == at(day, "10:00"))]
        bookings = [BookingRequest(name, f"{day} {name}", VISITOR, "en") for name in names]
        if len(bookings) == 2:
            at_once(*(step(operations.book, booking, now=now) for booking in bookings))
        else:
            at_once(step(operations.book, bookings[0], now=now))
        (visit,) = db.session.query(Appointment).filter(Appointment.status == Status.BOOKED)
        transact(operations.cancel, visit.reference, now=now)
    assert_ledger()
