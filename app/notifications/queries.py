"""Reading the outbox."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from app.db import db
from app.notifications.models import DeliveryAttempt, MessageStatus, OutboxMessage

OPEN = (MessageStatus.WAITING, MessageStatus.CLAIMED)


def newest(*, status: str | None, limit: int) -> Sequence[OutboxMessage]:
    """Return the newest messages, of one status or of all."""
    query = select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(limit)
    if status:
        query = query.where(OutboxMessage.status == status)
    return db.session.scalars(query).all()


def count_due(*, now: datetime) -> int:
    query = select(func.count()).select_from(OutboxMessage)
    return db.session.scalar(query.where(OutboxMessage.status.in_(OPEN), OutboxMessage.due_at <= now)) or 0


def outcomes_since(moment: datetime) -> dict[str, int]:
    """Return how many tries since then had which outcome."""
    query = select(DeliveryAttempt.outcome, func.count()).where(DeliveryAttempt.started_at >= moment)
    return dict(db.session.execute(query.group_by(DeliveryAttempt.outcome)).all())


def count_by_status() -> dict[str, int]:
    """Return the number of messages of each status, with a zero where there are none."""
    query = select(OutboxMessage.status, func.count()).group_by(OutboxMessage.status)
    found = dict(db.session.execute(query).all())
    return {status.value: found.get(status.value, 0) for status in MessageStatus}


def oldest_due(*, now: datetime) -> datetime | None:
    """Return since when the longest waiting message could have been sent."""
    query = select(func.min(OutboxMessage.due_at))
    return db.session.scalar(query.where(OutboxMessage.status.in_(OPEN), OutboxMessage.due_at <= now))
