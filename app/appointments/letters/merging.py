"""Several reminders to one person on one day become one letter.

Whichever is sent first tells the others too, and closes them in the transaction that records the
sending: nothing is closed that did not go out. A later one waits while an earlier one is on its way.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from sqlalchemy import select

from app.appointments.reminders.announcing import REMINDER, TOPIC
from app.db import db
from app.i18n import local
from app.notifications.delivery.outbox import ClaimedMessage
from app.notifications.models import MessageStatus, OutboxMessage, is_open

WAIT = timedelta(minutes=1)
MOST = 20  # visits in one letter; the rest get one of their own


def was_told(message_id: int) -> bool:
    """Say whether the letter about another visit has told this one since it was claimed."""
    mine = db.session.get(OutboxMessage, message_id)
    return mine is not None and mine.status == MessageStatus.SKIPPED


def list_others(message: ClaimedMessage, zone: str) -> list[OutboxMessage]:
    """Return the open reminders of other visits that the same person is to get on the same day."""
    mine = db.session.get(OutboxMessage, message.id)
    if mine is None or mine.contact_index is None:
        return []
    known = _read.get()
    found = known.get(mine.contact_index, []) if known is not None else _open_ones({mine.contact_index})
    day = local(mine.send_at, zone).date()
    same_day = [
        other
        for other in found
        if other.subject_id != message.subject_id
        and other.channel == message.channel
        and local(other.send_at, zone).date() == day
    ]
    return _one_for_each_visit(same_day)[:MOST]


_read: ContextVar[dict[str, list[OutboxMessage]] | None] = ContextVar("reminders", default=None)


@contextmanager
def reading(messages: Sequence[ClaimedMessage]) -> Iterator[None]:
    """Read at once what could be merged with any of many messages."""
    ids = [message.id for message in messages]
    mine = db.session.scalars(select(OutboxMessage).where(OutboxMessage.id.in_(ids))).all()
    found: dict[str, list[OutboxMessage]] = {}
    for other in _open_ones({row.contact_index for row in mine if row.contact_index}):
        found.setdefault(other.contact_index or "", []).append(other)
    token = _read.set(found)
    try:
        yield
    finally:
        _read.reset(token)


def _open_ones(persons: Collection[str]) -> Sequence[OutboxMessage]:
    """Return all open reminders of these people, the earliest first."""
    if not persons:
        return []
    theirs = select(OutboxMessage).where(OutboxMessage.contact_index.in_(persons), is_open)
    found = db.session.scalars(theirs.order_by(OutboxMessage.send_at, OutboxMessage.id))
    # Chosen here: a statement that names the topic may be answered by way of every message of it.
    return [row for row in found if row.topic == TOPIC and row.kind.startswith(REMINDER)]


def _one_for_each_visit(messages: Sequence[OutboxMessage]) -> list[OutboxMessage]:
    first: dict[int, OutboxMessage] = {}
    for message in messages:
        first.setdefault(message.subject_id, message)
    return list(first.values())


def must_wait(message_id: int, others: Sequence[OutboxMessage], *, now: datetime) -> bool:
    """Say whether an earlier one is being sent right now: it may tell this one."""
    return any(
        other.status == MessageStatus.CLAIMED and other.id < message_id and other.due_at > now
        for other in others
    )
