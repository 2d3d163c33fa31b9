"""Messages that had ended, or were held, and are sent after all. Each function is a step of a transaction."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import case, update

from app.db import db
from app.notifications.delivery.outbox import count_of
from app.notifications.models import DeliveryAttempt, MessageStatus, OutboxMessage, is_open, new_secret

MISSED = (MessageStatus.FAILED, MessageStatus.SKIPPED)
TAKEN = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.BOUNCED)
REPLAYED = "replayed"  # the outcome of a try that was none: staff had it sent again


def reopen(
    message_id: int,
    *,
    expires_at: datetime | None,
    username: str,
    now: datetime,
    states: Collection[str] = MISSED,
) -> bool:
    """Let a message that ended in one of these states be sent, and note who said so; was it one?

    What a provider took gets a new name, or the provider would know it and send nothing.
    """
    ended = update(OutboxMessage).where(OutboxMessage.id == message_id, OutboxMessage.status.in_(states))
    values = {"status": MessageStatus.WAITING, "due_at": now, "expires_at": expires_at, "attempts": 0}
    name = case((OutboxMessage.status.in_(TAKEN), new_secret()), else_=OutboxMessage.secret)
    if not count_of(ended.values(**values, secret=name, finished_at=None, reason="")):
        return False
    note = DeliveryAttempt(message_id=message_id, started_at=now, finished_at=now)
    note.outcome, note.detail = REPLAYED, f"by {username}"
    db.session.add(note)
    return True


def hold_due(*, now: datetime) -> int:
    """Hold every message that is due or claimed: after a restore it may have been sent already."""
    due = update(OutboxMessage).where(is_open, OutboxMessage.due_at <= now)
    claimed = update(OutboxMessage).where(OutboxMessage.status == MessageStatus.CLAIMED)
    reason = "held after a restore: it may have been sent"
    return sum(count_of(each.values(status=MessageStatus.HELD, reason=reason)) for each in (due, claimed))


def release_held(*, now: datetime) -> int:
    """Let held messages be sent after all. Those that expired meanwhile are skipped as ever."""
    held = update(OutboxMessage).where(OutboxMessage.status == MessageStatus.HELD)
    return count_of(held.values(status=MessageStatus.WAITING, due_at=now, claimed_by=None, reason=""))
