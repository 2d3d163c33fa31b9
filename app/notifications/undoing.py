"""Messages that were taken back wait again, when what took them back is undone. Runs inside `transact()`."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, update

from app.db import db
from app.notifications.delivery.outbox import Outcome
from app.notifications.models import DeliveryAttempt, MessageStatus, OutboxMessage


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The messages of one subject, as it was then, that were taken back at one moment."""

    topic: str
    subject_id: int
    revision: int
    at: datetime


def bring_back(taken: TakenBack, *, revision: int = 0, now: datetime) -> None:
    """Let them wait again; their subject has this revision by now.

    What went out all the same, or is of no use any more, stays as it is.
    """
    went = exists().where(
        DeliveryAttempt.message_id == OutboxMessage.id, DeliveryAttempt.outcome == Outcome.SENT
    )
    statement = (
        update(OutboxMessage)
        .where(OutboxMessage.topic == taken.topic, OutboxMessage.subject_id == taken.subject_id)
        .where(OutboxMessage.status == MessageStatus.CANCELLED, OutboxMessage.finished_at == taken.at)
        .where(OutboxMessage.revision == taken.revision)
        .where(OutboxMessage.expires_at.is_(None) | (OutboxMessage.expires_at > now), ~went)
        .values(status=MessageStatus.WAITING, finished_at=None, reason="", revision=revision)
    )
    db.session.execute(statement.execution_options(synchronize_session=False))
