"""What providers tell later about a message: it arrived, or it came back. Call inside `transact()`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from app.db import db, locking
from app.log import redacted
from app.notifications import contacts
from app.notifications.channels.bounces import BounceReport
from app.notifications.delivery import outbox
from app.notifications.models import DeliveryAttempt, MessageStatus, OutboxMessage

# What a report may still change. A bounce may come first and the answer to our sending later.
REPORTABLE = (MessageStatus.SENT, MessageStatus.DELIVERED)


def note(report: BounceReport, *, channels: Sequence[str], now: datetime) -> bool:
    """Write down what became of a message; returns whether the report was about one of ours.

    An address is called dead only by a bounce that names it. After a bounce the person is told over
    another of the `channels`, if one is known and there is still time.
    """
    message = _find(report)
    if message is None:
        return False
    status = MessageStatus.DELIVERED if report.delivered else MessageStatus.BOUNCED
    if message.status == status:
        return True  # told twice
    message.status, message.reason = status, redacted(report.detail)[:200]
    attempt = DeliveryAttempt(message_id=message.id, started_at=now, finished_at=now)
    attempt.outcome, attempt.detail = status.value, message.reason
    db.session.add(attempt)
    if not report.delivered:
        _after_bounce(message, report, channels, now)
    return True


def _find(report: BounceReport) -> OutboxMessage | None:
    number = report.key.partition("-")[0]
    if not number.isdecimal() or len(number) > 12:
        return None
    message = db.session.scalar(locking(select(OutboxMessage).where(OutboxMessage.id == int(number))))
    if message is None or outbox.key_of(message) != report.key:
        return None
    settled = message.status in REPORTABLE or message.status == MessageStatus.BOUNCED
    return message if settled else None


def _after_bounce(
    message: OutboxMessage, report: BounceReport, channels: Sequence[str], now: datetime
) -> None:
    contact_index = contacts.index_of(report.address)
    if report.dead and contact_index == message.contact_index:
        contacts.mark_failing(contact_index, message.channel, reason=message.reason, now=now)
    other = next((name for name in channels if name != message.channel), "")
    if other and not (message.expires_at and message.expires_at <= now):
        outbox.send_instead(message.id, other, now=now)
