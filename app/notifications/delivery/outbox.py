"""The outbox's own rules: put in, take back, claim, and record what became of a message.

Each function is one step inside a transaction of its caller; none commits, none sends.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import ColumnElement, CursorResult, Row, Table, bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.sql.dml import Update

from app.db import Base, Run, db, locking, run
from app.notifications.delivery import rates
from app.notifications.delivery.retry import MOST_TRIES
from app.notifications.models import MessageStatus, OutboxMessage, is_open


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
    contact_index: str | None = None  # fingerprint of who gets it, if that is known already


def key_of(message: "ClaimedMessage | OutboxMessage") -> str:
    """Return the name by which providers know a message; who was not told it cannot guess it."""
    return f"{message.id}-{message.secret}"


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
    secret: str

    @property
    def key(self) -> str:
        """Name the message to providers: the same at every try, and never used again after a reset."""
        return key_of(self)

    @classmethod
    def of(cls, row: Any, worker: str, tries: int | None = None) -> Self:
        """Return the claim of a row, be it of the mapper or of columns."""
        return cls(
            id=row.id,
            topic=row.topic,
            subject_id=row.subject_id,
            revision=row.revision,
            kind=row.kind,
            channel=row.channel,
            expires_at=row.expires_at,
            tries=row.attempts if tries is None else tries,
            claimed_by=worker,
            secret=row.secret,
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
    postponed: bool = False  # nothing was tried: it may happen as often as there is reason to
    contact_index: str | None = None  # fingerprint of the address it was meant for
    dead: bool = False  # nothing will ever arrive at that address
    everybody: bool = False  # the channel refused everybody, so it says nothing about this message
    instead: str = ""  # another channel to try, when this one never will
    tells: tuple[int, ...] = ()  # other messages that this letter has told as well

    @property
    def alone(self) -> bool:
        """Say whether nothing but the message itself is to be written."""
        return self.outcome in (Outcome.SENT, Outcome.SKIPPED) and not (self.tells or self.instead)


# Outcomes of tries that are none of a message: nothing was tried, and nobody got anything.
POSTPONED, REFUSED = "postponed", "refused"


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
            "contact_index": request.contact_index,
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


def take_back(*which: ColumnElement[bool], reason: str, now: datetime) -> int:
    """Cancel those of these messages that wait; one that a sender has claimed goes out."""
    waiting = update(OutboxMessage).where(OutboxMessage.status == MessageStatus.WAITING, *which)
    return count_of(waiting.values(status=MessageStatus.CANCELLED, finished_at=now, reason=reason))


def cancel(topic: str, subject_id: int, *, now: datetime) -> int:
    """Take back every message of this subject that is not final, and return how many."""
    statement = (
        update(OutboxMessage)
        .where(OutboxMessage.topic == topic, OutboxMessage.subject_id == subject_id)
        .where(is_open)
        .values(status=MessageStatus.CANCELLED, finished_at=now, claimed_by=None, reason="its cause changed")
    )
    return count_of(statement)


def anything_due(channel: str, *, now: datetime) -> bool:
    """Return whether a claim would find something; a read, so that an idle worker never writes."""
    return run(_ANYTHING_DUE, {"channel": channel, "now": now}).first() is not None


def claim_due(
    worker: str,
    *,
    now: datetime,
    lease: timedelta,
    limit: int,
    channel: str = "email",
    per_minute: float = 0,
) -> list[ClaimedMessage]:
    """Give the worker up to `limit` due messages of a channel, the longest due first.

    While claimed, `due_at` is the end of the lease: a worker that died needs no cleaning up after.
    `worker` must be a new name for each claim, or a claim that ran out could not be told from it.
    `per_minute` limits the channel over all workers; 0 is no limit.
    """
    if per_minute:
        limit = min(limit, rates.allowed(channel, per_minute, now=now))
    claimed: list[ClaimedMessage] = []
    while limit and not claimed:
        found = run(_DUE, {"channel": channel, "now": now, "most": limit}).all()
        if not found:
            break
        usable = [row for row in found if not _close_if_hopeless(row, now)]
        claimed = [ClaimedMessage.of(row, worker, row.attempts + 1) for row in usable]
    if claimed:
        # Counted before the try, so a message that kills its sender ends too.
        run(_CLAIM, {"ids": [m.id for m in claimed], "worker": worker, "until": now + lease})
        if per_minute:
            rates.spend(channel, len(claimed))
    return claimed


_TABLE: Table = Base.metadata.tables["outbox_messages"]
_IS_DUE = (
    is_open,
    _TABLE.c.channel == bindparam("channel"),
    _TABLE.c.due_at <= bindparam("now"),
)
_ANYTHING_DUE = select(_TABLE.c.id).where(*_IS_DUE).limit(1)
_DUE = locking(
    select(_TABLE).where(*_IS_DUE).order_by(_TABLE.c.due_at, _TABLE.c.id).limit(bindparam("most")),
    skip_locked=True,
)
_CLAIM = (
    update(_TABLE)
    .where(_TABLE.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        status=MessageStatus.CLAIMED,
        claimed_by=bindparam("worker"),
        due_at=bindparam("until"),
        attempts=_TABLE.c.attempts + 1,
    )
)


def _close_if_hopeless(row: Row[Any], now: datetime) -> bool:
    """Close a due message that is of no use any more or has killed all its senders."""
    if row.expires_at and row.expires_at <= now:
        status, reason = MessageStatus.SKIPPED, "too late"
    elif row.attempts >= MOST_TRIES:
        status, reason = MessageStatus.FAILED, "no try came to an end"
    else:
        return False
    closed = update(OutboxMessage).where(OutboxMessage.id == row.id)
    count_of(closed.values(status=status, finished_at=now, claimed_by=None, reason=reason))
    return True


def record(
    message: ClaimedMessage, result: Result, run: Run = run, *, started_at: datetime, now: datetime
) -> bool:
    """Write down the try, and the message's new state if it is still this claim's to change.

    A result that touches this message alone may be written with the `run` of quick writes.
    """
    state = _state_after(message, result, now)
    if result.outcome is Outcome.SKIPPED:
        kept = run(_RECORD, state).rowcount == 1
    else:
        kept = _record_try[db.engine.dialect.name](run, state, _try_of(message, result, started_at, now))
    if result.outcome is Outcome.SENT and result.tells:
        count_of(_told(result.tells).values(finished_at=now))
    if kept and result.instead:
        send_instead(message.id, result.instead, now=now)
    return kept


def _state_after(message: ClaimedMessage, result: Result, now: datetime) -> dict[str, Any]:
    open_again = result.outcome is Outcome.RETRY
    return {
        "its_id": message.id,
        "its_claim": message.claimed_by,
        "status": MessageStatus.WAITING if open_again else MessageStatus(result.outcome.value),
        "ended_at": None if open_again else now,
        "again_at": result.again_at,
        "uncounted": int(result.postponed),
        "contact_index": result.contact_index,
        "reason": result.detail[:200],
    }


def _try_of(message: ClaimedMessage, result: Result, started_at: datetime, now: datetime) -> dict[str, Any]:
    return {
        "message_id": message.id,
        "started_at": started_at,
        "finished_at": now,
        "outcome": _outcome_word(result),
        "detail": result.detail[:300],
    }


def _outcome_word(result: Result) -> str:
    if result.everybody:
        return REFUSED
    return POSTPONED if result.postponed else result.outcome.value


def _try_in_two(run: Run, state: dict[str, Any], tried: dict[str, Any]) -> bool:
    run(_ATTEMPT, tried)
    return run(_RECORD, state).rowcount == 1


def _try_in_one(run: Run, state: dict[str, Any], tried: dict[str, Any]) -> bool:
    return run(_RECORD_AND_ATTEMPT, state | tried).scalar() == 1


_record_try = {"sqlite": _try_in_two, "postgresql": _try_in_one}


def _told(ids: tuple[int, ...]) -> Update:
    """Close messages whose words went out in another letter; the sender that claimed one finds it gone."""
    still_open = update(OutboxMessage).where(OutboxMessage.id.in_(ids), is_open)
    return still_open.values(status=MessageStatus.SKIPPED, claimed_by=None, reason=TOLD)


TOLD = "told in another message"
_ATTEMPTS: Table = Base.metadata.tables["delivery_attempts"]
_ATTEMPT = insert(_ATTEMPTS)
_MINE = (
    _TABLE.c.id == bindparam("its_id"),
    _TABLE.c.status == MessageStatus.CLAIMED,
    _TABLE.c.claimed_by == bindparam("its_claim"),
)
_RECORD = (
    update(_TABLE)
    .where(*_MINE)
    .values(
        claimed_by=None,
        status=bindparam("status"),
        finished_at=bindparam("ended_at"),
        due_at=func.coalesce(bindparam("again_at", type_=_TABLE.c.due_at.type), _TABLE.c.due_at),
        contact_index=func.coalesce(
            bindparam("contact_index", type_=_TABLE.c.contact_index.type), _TABLE.c.contact_index
        ),
        reason=bindparam("reason"),
        attempts=_TABLE.c.attempts - bindparam("uncounted"),
    )
)
_TRIED = [column for column in _ATTEMPTS.columns if not column.primary_key]
# The try is on record even when the claim ran out, so neither part stands on the other.
_RECORD_AND_ATTEMPT = (
    select(func.count())
    .select_from(_RECORD.returning(_TABLE.c.id).cte("kept"))
    .add_cte(
        _ATTEMPT.from_select(
            _TRIED, select(*(bindparam(column.name, type_=column.type) for column in _TRIED))
        ).cte("tried")
    )
)
INSTEAD = "/instead"


def send_instead(message_id: int, channel: str, *, now: datetime) -> None:
    """Try another way to the same person, once; that one is skipped if the way is not known."""
    failed = db.session.get_one(OutboxMessage, message_id, populate_existing=True)
    if failed.dedupe_key.endswith(INSTEAD):
        return
    request = OutboxRequest(
        dedupe_key=f"{failed.dedupe_key}{INSTEAD}",
        topic=failed.topic,
        subject_id=failed.subject_id,
        revision=failed.revision,
        kind=failed.kind,
        channel=channel,
        send_at=now,
        expires_at=failed.expires_at,
    )
    enqueue(request, now=now)


def give_back(messages: list[ClaimedMessage], *, now: datetime) -> None:
    """Return claimed messages untried: they are due again at once, and the try does not count."""
    for message in messages:
        values = {"its_id": message.id, "its_claim": message.claimed_by, "now": now}
        if run(_GIVE_BACK, values).rowcount:
            rates.spend(message.channel, -1)


_GIVE_BACK = (
    update(_TABLE)
    .where(*_MINE)
    .values(
        status=MessageStatus.WAITING,
        claimed_by=None,
        due_at=bindparam("now"),
        attempts=_TABLE.c.attempts - 1,
    )
)


def count_of(statement: Update) -> int:
    """Carry a change out, and return how many rows it changed."""
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)  # noqa: S101 - tells the type checker
    return result.rowcount
