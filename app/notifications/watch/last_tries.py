"""Reading the last tries of each channel, as the rules look at them."""

from sqlalchemy import func, select

from app.db import db
from app.notifications.models import DeliveryAttempt, OutboxMessage
from app.notifications.watch.rules import NOT_SENT, SENT, ChannelTry

FEW, MANY = 200, 2000  # of all channels together; older tries say nothing about now


def last_tries(channel: str, *, most: int = FEW) -> list[ChannelTry]:
    """Return the channel's last tries, the newest first, out of so many of all channels."""
    newest = select(func.max(DeliveryAttempt.id)).scalar_subquery()
    query = (
        select(
            DeliveryAttempt.message_id,
            DeliveryAttempt.outcome,
            DeliveryAttempt.finished_at,
            OutboxMessage.contact_index,
        )
        .join(OutboxMessage, OutboxMessage.id == DeliveryAttempt.message_id)
        .where(DeliveryAttempt.id > newest - most, OutboxMessage.channel == channel)
        .where(DeliveryAttempt.outcome.in_((SENT, *NOT_SENT)))
        .order_by(DeliveryAttempt.id.desc())
    )
    return [ChannelTry(*row) for row in db.session.execute(query)]
