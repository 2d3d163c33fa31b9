"""What no sender comes across: what is of no use, what waits for a channel, what a clock's jump left."""

from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete, exists, select, update
from sqlalchemy.sql.dml import Update

from app.db import db, locking
from app.notifications.models import DeliveryAttempt, MessageStatus, OutboxMessage, is_open

OFF = "channel is off"
FORGOTTEN_AT_ONCE = 50
SURELY = timedelta(minutes=1)  # clocks of two machines may differ by seconds


def tidy(channels: list[str], *, lease: timedelta, now: datetime) -> int:
    """Do all of it and return how many rows changed. Call inside `transact()`."""
    steps = (_close_expired(channels, now), *_name_channel_off(channels, now), *_mend(lease, now))
    return sum(_count(step) for step in steps)


def _waiting() -> Update:
    return update(OutboxMessage).where(is_open, OutboxMessage.status == MessageStatus.WAITING)


def _close_expired(channels: list[str], now: datetime) -> Update:
    # Those of a channel that is on are closed when they are claimed.
    return (
        _waiting()
        .where(OutboxMessage.due_at <= now, OutboxMessage.channel.not_in(channels))
        .where(OutboxMessage.expires_at <= now)
        .values(status=MessageStatus.SKIPPED, finished_at=now, reason="too late")
    )


def _name_channel_off(channels: list[str], now: datetime) -> tuple[Update, Update]:
    off = OutboxMessage.channel.not_in(channels)
    return (
        _waiting().where(OutboxMessage.due_at <= now, off, OutboxMessage.reason != OFF).values(reason=OFF),
        _waiting().where(~off, OutboxMessage.reason == OFF).values(reason=""),
    )


def _mend(lease: timedelta, now: datetime) -> tuple[Update, Update]:
    """Undo what a clock that ran ahead has written, once it was set back."""
    # No claim reaches further than a lease. Its sender may live, so it gets a whole one from now.
    ahead = (
        update(OutboxMessage)
        .where(is_open, OutboxMessage.status == MessageStatus.CLAIMED)
        .where(OutboxMessage.due_at > now + lease + SURELY)
        .values(due_at=now + lease)
    )
    tried_in_the_future = exists().where(
        DeliveryAttempt.message_id == OutboxMessage.id, DeliveryAttempt.finished_at > now + SURELY
    )
    return ahead, (
        _waiting()
        # Only what was tried or postponed has a reason; the many that wait for their first hour have none.
        .where(OutboxMessage.reason != "", OutboxMessage.due_at > now, tried_in_the_future)
        .values(due_at=now)
    )


def _count(statement: Update) -> int:
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)  # noqa: S101 - tells the type checker
    return result.rowcount


def forget_some(before: datetime, _now: datetime) -> int:
    """Delete some messages that ended and were planned before this, with their tries. Returns how many."""
    over = select(OutboxMessage.id).where(
        OutboxMessage.created_at < before, OutboxMessage.finished_at.is_not(None)
    )
    some = over.order_by(OutboxMessage.created_at).limit(FORGOTTEN_AT_ONCE)
    ids = db.session.scalars(locking(some, skip_locked=True)).all()  # One may be sent again just now.
    if ids:
        db.session.execute(delete(DeliveryAttempt).where(DeliveryAttempt.message_id.in_(ids)))
        db.session.execute(delete(OutboxMessage).where(OutboxMessage.id.in_(ids)))
    return len(ids)
