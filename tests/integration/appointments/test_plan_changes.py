"""A changed plan of reminders: new visits have it at once, booked ones follow once and only once."""

from datetime import time, timedelta

import pytest

from app.appointments.models import Appointment
from app.appointments.reminders import changes as plan_changes
from app.appointments.reminders.changes import AFTER, PlanEdit, RemindersChanged, RemindersUnfit
from app.appointments.reminders.models import ReminderPlan
from app.appointments.states import Status
from app.db import db, transact
from app.notifications.models import MessageStatus, OutboxMessage
from app.stations.models import Service
from app.stations.reminder_rules import ReminderRule
from tests.factories import at

DAY_BEFORE = ReminderRule(days=1, at=time(10))
EARLIER = ReminderRule(days=1, at=time(9))
MINUTES = ReminderRule(minutes=120)


def save(network, *rules, seen=None, now):
    service = db.session.get_one(Service, network.document_check.id, populate_existing=True)
    version = service.reminder_version if seen is None else seen
    transact(plan_changes.save_plan, PlanEdit(service.id, rules, version, "ada"), now=now)


def follow(now) -> int:
    """Run the job to its end; return how many visits it went over."""
    steps = 0
    while done := transact(plan_changes.follow_next, now=now):
        steps += done - 1
    db.session.expire_all()
    return steps


def reminders(visit, status=MessageStatus.WAITING):
    rows = db.session.query(OutboxMessage).filter_by(subject_id=visit.id, status=status)
    return sorted((row.kind, row.send_at) for row in rows if row.kind.startswith("reminder"))


@pytest.fixture
def later(desk):
    return desk.now + AFTER


def test_what_waits_follows_the_new_plan(desk, network, later):
    visit = desk.visit("10:00", day="2026-11-30")
    save(network, DAY_BEFORE, now=desk.now)
    assert follow(later) == 1
    assert reminders(visit) == [("reminder-1d", at("2026-11-29", "10:00"))]
    assert len(reminders(visit, MessageStatus.CANCELLED)) == 3
    assert db.session.query(ReminderPlan).one().followed_visits == 1


def test_following_again_changes_nothing(desk, network, later):
    visit = desk.visit("10:00", day="2026-11-30")
    save(network, DAY_BEFORE, now=desk.now)
    follow(later)
    before = db.session.query(OutboxMessage).count()
    again = db.session.get_one(Appointment, visit.id)
    transact(lambda: plan_changes.follow(again, 2, now=later))
    assert follow(later) == 0
    assert db.session.query(OutboxMessage).count() == before
    assert len(reminders(visit)) == 1


def test_the_same_plan_keeps_its_messages(desk, network, later):
    visit = desk.visit("10:00", day="2026-11-30")
    save(network, DAY_BEFORE, now=desk.now)
    follow(later)
    (kept,) = (
        row.id for row in db.session.query(OutboxMessage).filter_by(status="waiting", kind="reminder-1d")
    )
    save(network, DAY_BEFORE, MINUTES, now=later)
    follow(later + AFTER)
    assert [kind for kind, _ in reminders(visit)] == ["reminder-120", "reminder-1d"]
    assert db.session.get_one(OutboxMessage, kept).status == MessageStatus.WAITING


def test_back_and_forth_ends_with_one_of_each(desk, network, later):
    visit = desk.visit("10:00", day="2026-11-30")
    now = desk.now
    for rule in (DAY_BEFORE, EARLIER, DAY_BEFORE):
        save(network, rule, now=now)
        now += AFTER
        follow(now)
    assert reminders(visit) == [("reminder-1d", at("2026-11-29", "10:00"))]


def test_who_was_reminded_already_is_not_reminded_again(desk, network, later):
    visit = desk.visit("10:00", day="2026-11-30")
    save(network, DAY_BEFORE, now=desk.now)
    follow(later)
    row = db.session.query(OutboxMessage).filter_by(status="waiting", kind="reminder-1d").one()
    row.status = MessageStatus.SENT
    db.session.commit()
    save(network, ReminderRule(days=1, at=time(18)), now=later)
    follow(later + AFTER)
    assert reminders(visit) == []


def test_a_visit_that_is_over_or_cancelled_is_left_alone(desk, network, later):
    visit = desk.visit("10:00", day="2026-11-30")
    desk.cancel(visit)
    arrived = desk.visit("10:00", day="2026-12-01")
    db.session.get_one(Appointment, arrived.id).status = Status.CHECKED_IN
    db.session.commit()
    save(network, DAY_BEFORE, now=desk.now)
    assert follow(later) == 0
    assert reminders(visit) == []


def test_a_visit_booked_after_the_change_has_the_new_plan_at_once(desk, network, later):
    save(network, DAY_BEFORE, now=desk.now)
    visit = desk.visit("10:00", day="2026-11-30")
    assert reminders(visit) == [("reminder-1d", at("2026-11-29", "10:00"))]
    follow(later)
    assert len(reminders(visit)) == 1


def test_nothing_follows_before_a_booking_in_flight_must_be_written(desk, network):
    desk.visit("10:00", day="2026-11-30")
    save(network, DAY_BEFORE, now=desk.now)
    assert follow(desk.now + AFTER - timedelta(seconds=1)) == 0


def test_many_visits_follow_in_small_steps_that_go_on_where_they_ended(desk, network, later, monkeypatch):
    monkeypatch.setattr(plan_changes, "BATCH", 2)
    visits = [desk.visit(clock, day="2026-11-30") for clock in ("10:00", "10:20", "10:40")]
    save(network, DAY_BEFORE, now=desk.now)
    assert transact(plan_changes.follow_next, now=later) == 3
    assert follow(later) == 1
    assert all(len(reminders(visit)) == 1 for visit in visits)


def test_two_administrators_do_not_overwrite_each_other(desk, network):
    save(network, DAY_BEFORE, now=desk.now)
    with pytest.raises(RemindersChanged):
        save(network, EARLIER, seen=1, now=desk.now)


def test_a_plan_that_cannot_be_followed_is_refused_whole(desk, network):
    with pytest.raises(RemindersUnfit) as refused:
        save(network, DAY_BEFORE, ReminderRule(), now=desk.now)
    assert [number for number, _ in refused.value.troubles] == [1]
    assert db.session.query(ReminderPlan).count() == 0
