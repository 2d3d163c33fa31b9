"""The outbox's own rules: put in, take back, claim, and record what became of a message.

Each function is one step inside a transaction of its caller; none commits, none sends.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from sqlalchemy import CursorResult, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.sql.dml import Update

from app.db import Base, db
from app.notifications.models import DeliveryAttempt, MessageStatus, OutboxMessage
from app.notifications.retry import MOST_TRIES

OPEN = (MessageStatus.WAITING, MessageStatus.CLAIMED)


@dataclass(frozen=True, slots=True)
class OutboxRequest:
    """A message somebody wants sent: its cause and its time, not its text and not its recipient."""

    dedupe_key: str
    topic: str
    subject_id: int
    revision: int
    kind: str
    channel: str
    send_at: datetime
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """A message this worker alone may send until its lease ends."""

    id: int
    topic: str
    subject_id: int
    revision: int
    kind: str
    channel: str
    expires_at: datetime | None
    tries: int
    claimed_by: str
    created_at: datetime

    @property
    def key(self) -> str:
        """Name the message to providers: the same at every try, and never used again after a reset."""
        return f"{self.id}-{int(self.created_at.timestamp())}"

    @classmethod
    def of(cls, row: OutboxMessage, worker: str) -> Self:
        return cls(
            id=row.id,
            topic=row.topic,
            subject_id=row.subject_id,
            revision=row.revision,
            kind=row.kind,
            channel=row.channel,
            expires_at=row.expires_at,
            tries=row.attempts,
            claimed_by=worker,
            created_at=row.created_at,
        )


class Outcome(StrEnum):
    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one try; `again_at` is set for a retry only."""

    outcome: Outcome
    detail: str = ""
    again_at: datetime | None = None


def enqueue(*requests: OutboxRequest, now: datetime) -> None:
    """Put messages into the outbox; one with the same key already there stays as it is."""
    rows = [
        {
            "dedupe_key": request.dedupe_key,
            "topic": request.topic,
            "subject_id": request.subject_id,
            "revision": request.revision,
            "kind": request.kind,
            "channel": request.channel,
            "send_at": request.send_at,
            "expires_at": request.expires_at,
            "due_at": request.send_at,
            "status": MessageStatus.WAITING,
            "attempts": 0,
            "reason": "",
            "created_at": now,
        }
        for request in requests
    ]
    if rows:
        db.session.connection().execute(_ENQUEUE[db.engine.dialect.name], rows)


_ENQUEUE = {
    dialect: insert(Base.metadata.tables["outbox_messages"]).on_conflict_do_nothing(
        index_elements=["dedupe_key"]
    )
    for dialect, insert in (("sqlite", sqlite_insert), ("postgresql", postgresql_insert))
}


def cancel(topic: str, subject_id: int, *, now: datetime) -> int:
    """Take back every message of this subject that is not final, and return how many."""
    statement = (
        update(OutboxMessage)
        .where(OutboxMessage.topic == topic, OutboxMessage.subject_id == subject_id)
        .where(OutboxMessage.status.in_(OPEN))
        .values(status=MessageStatus.CANCELLED, finished_at=now, claimed_by=None, reason="its cause changed")
    )
    return _count(statement)


def anything_due(*, now: datetime) -> bool:
    """Return whether a claim would find something; a read, so that an idle worker never writes."""
    due = select(OutboxMessage.id).where(OutboxMessage.status.in_(OPEN), OutboxMessage.due_at <= now)
    return db.session.scalar(due.limit(1)) is not None


def claim_due(worker: str, *, now: datetime, lease: timedelta, limit: int) -> list[ClaimedMessage]:
    """Give the worker up to `limit` due messages, the longest due first.

    While claimed, `due_at` is the end of the lease: a worker that died needs no cleaning up after.
    `worker` must be a new name for each claim, or a claim that ran out could not be told from it.
    """
    _close_hopeless(now)
    rows = db.session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.status.in_(OPEN), OutboxMessage.due_at <= now)
        .order_by(OutboxMessage.due_at, OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)  # SQLite has no such words; its writer is alone anyway
    ).all()
    for row in rows:
        row.status = MessageStatus.CLAIMED
        row.claimed_by = worker
        row.due_at = now + lease
        row.attempts += 1  # counted before the try, so a message that kills its sender ends too
    db.session.flush()
    return [ClaimedMessage.of(row, worker) for row in rows]


def _close_hopeless(now: datetime) -> None:
    due = (
        update(OutboxMessage)
        .where(OutboxMessage.status.in_(OPEN), OutboxMessage.due_at <= now)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        due.where(OutboxMessage.expires_at <= now).values(
            status=MessageStatus.SKIPPED, finished_at=now, claimed_by=None, reason="too late"
        )
    )
    db.session.execute(
        due.where(OutboxMessage.attempts >= MOST_TRIES).values(
            status=MessageStatus.FAILED, finished_at=now, claimed_by=None, reason="no try came to an end"
        )
    )


def record(message: ClaimedMessage, result: Result, *, started_at: datetime, now: datetime) -> bool:
    """Write down the try, and the message's new state if it is still this claim's to change."""
    if result.outcome is not Outcome.SKIPPED:
        db.session.add(
            DeliveryAttempt(
                message_id=message.id,
                started_at=started_at,
                finished_at=now,
                outcome=result.outcome,
                detail=result.detail[:300],
            )
        )
    if result.outcome is Outcome.RETRY:
        values: dict[str, object] = {"status": MessageStatus.WAITING, "due_at": result.again_at}
    else:
        values = {"status": MessageStatus(result.outcome.value), "finished_at": now}
    return _count(_mine(message).values(claimed_by=None, reason=result.detail[:200], **values)) == 1


def give_back(messages: list[ClaimedMessage], *, now: datetime) -> None:
    """Return claimed messages untried: they are due again at once, and the try does not count."""
    for message in messages:
        _count(
            _mine(message).values(
                status=MessageStatus.WAITING,
                claimed_by=None,
                due_at=now,
                attempts=OutboxMessage.attempts - 1,
            )
        )


def hold_due(*, now: datetime) -> int:
    """Hold every message that is due or claimed: after a restore it may have been sent already."""
    due = update(OutboxMessage).where(OutboxMessage.status.in_(OPEN), OutboxMessage.due_at <= now)
    claimed = update(OutboxMessage).where(OutboxMessage.status == MessageStatus.CLAIMED)
    reason = "held after a restore: it may have been sent"
    return sum(_count(each.values(status=MessageStatus.HELD, reason=reason)) for each in (due, claimed))


def release_held(*, now: datetime) -> int:
    """Let held messages be sent after all. Those that expired meanwhile are skipped as ever."""
    held = update(OutboxMessage).where(OutboxMessage.status == MessageStatus.HELD)
    return _count(held.values(status=MessageStatus.WAITING, due_at=now, claimed_by=None, reason=""))


def _mine(message: ClaimedMessage) -> Update:
    return update(OutboxMessage).where(
        OutboxMessage.id == message.id,
        OutboxMessage.status == MessageStatus.CLAIMED,
        OutboxMessage.claimed_by == message.claimed_by,
    )


def _count(statement: Update) -> int:
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)  # noqa: S101 - tells the type checker
    return result.rowcount
