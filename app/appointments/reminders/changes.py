"""Changing when people are reminded: what already waits follows the new plan, visit by visit.

A saved plan is in force for new bookings at once. The visits that are booked already follow in
small transactions of a periodic job, so saving never waits for a hundred thousand of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import func, select

from app.appointments.models import Appointment
from app.appointments.reminders.announcing import REMINDER, TOPIC, plan_of, requests_of
from app.appointments.reminders.models import ReminderPlan
from app.appointments.reminders.plan import PlannedReminder
from app.appointments.states import Status
from app.db import db, locking
from app.errors import DomainError
from app.notifications.delivery import outbox
from app.notifications.models import MessageStatus, OutboxMessage
from app.stations.models import Service
from app.stations.reminder_rules import ReminderRule, RuleTrouble, trouble_of

BATCH = 10  # a longer write would keep bookings waiting
# A booking that read the old plan is written by then, so none is left behind.
AFTER = timedelta(seconds=15)


class RemindersChanged(DomainError):
    """Somebody else saved this service's reminders since they were opened."""

    code: ClassVar[str] = "reminders_changed"


class RemindersUnfit(DomainError):
    """A reminder cannot be sent as it is described; nothing was saved."""

    code: ClassVar[str] = "reminders_unfit"
    status = 422

    def __init__(self, troubles: Sequence[tuple[int, RuleTrouble]] = ()) -> None:
        super().__init__()
        self.troubles = troubles


@dataclass(frozen=True, slots=True)
class PlanEdit:
    """New rules for a service, and the version that their author saw."""

    service_id: int
    rules: tuple[ReminderRule, ...]
    seen_version: int
    username: str


def save_plan(edit: PlanEdit, *, now: datetime) -> ReminderPlan:
    """Put the rules in force and ask that what waits follows. Raises RemindersUnfit, RemindersChanged."""
    troubles = [(i, found) for i, rule in enumerate(edit.rules) if (found := trouble_of(rule))]
    if troubles:
        raise RemindersUnfit(troubles)
    service = db.session.scalars(locking(select(Service).where(Service.id == edit.service_id))).one()
    if service.reminder_version != edit.seen_version:
        raise RemindersChanged
    service.reminder_plan = [rule.as_dict() for rule in edit.rules]
    service.reminder_version += 1
    plan = ReminderPlan(
        service_id=service.id,
        version=service.reminder_version,
        rules=service.reminder_plan,
        saved_by=edit.username,
        saved_at=now,
    )
    db.session.add(plan)
    return plan


def follow_next(*, now: datetime) -> int:
    """Let the next visits follow the oldest change that is not done, and return how many steps that was.

    Runs in a transaction of its own and goes on where the last one ended, whoever ran it; doing a
    visit again changes nothing.
    """
    wanted = select(ReminderPlan).where(
        ReminderPlan.followed_at.is_(None), ReminderPlan.saved_at <= now - AFTER
    )
    plan = db.session.scalar(locking(wanted.order_by(ReminderPlan.id).limit(1)))
    if plan is None:
        return 0
    visits = _next_visits(plan, now)
    for visit in visits:
        follow(visit, plan.version, now=now)
    if visits:
        plan.followed_to = visits[-1].id
        plan.followed_visits += len(visits)
    else:
        plan.followed_at = now
    return len(visits) + 1


def _next_visits(plan: ReminderPlan, now: datetime) -> Sequence[Appointment]:
    wanted = (
        select(Appointment)
        .where(Appointment.service_id == plan.service_id, Appointment.id > plan.followed_to)
        .where(Appointment.status == Status.BOOKED, Appointment.starts_at > now)
        .order_by(Appointment.id)
        .limit(BATCH)
    )
    return db.session.scalars(locking(wanted)).all()


def follow(visit: Appointment, version: int, *, now: datetime) -> None:
    """Make what waits for this visit what the rules say now; what was sent is not sent again."""
    rows = db.session.scalars(
        select(OutboxMessage).where(
            OutboxMessage.topic == TOPIC,
            OutboxMessage.subject_id == visit.id,
            OutboxMessage.revision == visit.revision,
            OutboxMessage.kind.startswith(REMINDER),
        )
    ).all()
    told = {row.kind for row in rows if row.status not in (MessageStatus.WAITING, MessageStatus.CANCELLED)}
    plan = plan_of(visit, booked_at=_announced_at(visit), now=now)
    wanted = {_same(one): one for one in plan if one.rule.name not in told}
    for row in rows:
        if row.status == MessageStatus.WAITING and (kept := wanted.pop(_same(row), None)):
            row.expires_at = kept.expires_at
        elif row.status == MessageStatus.WAITING:
            outbox.take_back(OutboxMessage.id == row.id, reason="the plan changed", now=now)
    outbox.enqueue(*requests_of(visit, wanted.values(), plan_version=version), now=now)


def _same(one: PlannedReminder | OutboxMessage) -> tuple[str, str, datetime]:
    kind = one.rule.name if isinstance(one, PlannedReminder) else one.kind
    return kind, one.channel, one.send_at


def _announced_at(visit: Appointment) -> datetime:
    """Return when the person was last told of this time: at the booking or the move."""
    wanted = select(func.min(OutboxMessage.created_at)).where(
        OutboxMessage.topic == TOPIC,
        OutboxMessage.subject_id == visit.id,
        OutboxMessage.revision == visit.revision,
    )
    return db.session.scalar(wanted) or visit.created_at
