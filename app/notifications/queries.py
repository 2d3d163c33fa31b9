"""Reading the outbox."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import case, func, select

from app.db import db
from app.notifications.letter import NIGHT
from app.notifications.models import DeliveryAttempt, MessageStatus, OutboxMessage, is_open


def newest(*, status: str | None, limit: int) -> Sequence[OutboxMessage]:
    """Return the newest messages, of one status or of all."""
    query = select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(limit)
    if status:
        query = query.where(OutboxMessage.status == status)
    return db.session.scalars(query).all()


def count_due(*, now: datetime) -> int:
    query = select(func.count()).select_from(OutboxMessage)
    return db.session.scalar(query.where(is_open, OutboxMessage.due_at <= now)) or 0


def outcomes_since(moment: datetime) -> dict[str, int]:
    """Return how many tries since then had which outcome."""
    query = select(DeliveryAttempt.outcome, func.count()).where(DeliveryAttempt.started_at >= moment)
    return dict(db.session.execute(query.group_by(DeliveryAttempt.outcome)).all())


def count_by_status() -> dict[str, int]:
    """Return the number of messages of each status, with a zero where there are none."""
    query = select(OutboxMessage.status, func.count()).group_by(OutboxMessage.status)
    found = dict(db.session.execute(query).all())
    return {status.value: found.get(status.value, 0) for status in MessageStatus}


def count_open_by_channel() -> dict[str, int]:
    """Return how many messages are not final, by channel."""
    query = select(OutboxMessage.channel, func.count()).where(is_open)
    return dict(db.session.execute(query.group_by(OutboxMessage.channel)).all())


def oldest_due(*, now: datetime, channels: Collection[str] | None = None) -> datetime | None:
    """Return since when the longest waiting message could have been sent, over these channels or any.

    One that was tried in vain counts from when it should have gone first, not from its next try. One
    that waits for the morning was not tried, so it counts from then.
    """
    should_have_gone = case((OutboxMessage.attempts > 0, OutboxMessage.send_at), else_=OutboxMessage.due_at)
    query = select(func.min(should_have_gone)).where(is_open, OutboxMessage.reason != NIGHT)
    if channels is not None:
        query = query.where(OutboxMessage.channel.in_(channels))
    found: datetime | None = db.session.scalar(query.where(should_have_gone <= now))
    return found


def oldest_overdue(*, now: datetime, channels: Collection[str]) -> datetime | None:
    """Return since when the longest waiting message is due for its next try: nobody has taken it."""
    query = select(func.min(OutboxMessage.due_at)).where(is_open, OutboxMessage.channel.in_(channels))
    return db.session.scalar(query.where(OutboxMessage.due_at <= now))
