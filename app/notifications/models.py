"""The outbox: what must be sent, to whom it belongs, and every attempt. Holds no personal data."""

import secrets
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    Double,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.crypto import Encrypted
from app.db import Model, in_words


class MessageStatus(StrEnum):
    WAITING = "waiting"
    CLAIMED = "claimed"
    SENT = "sent"  # a provider took it; what became of it then is not known
    DELIVERED = "delivered"  # the provider says that it arrived
    BOUNCED = "bounced"  # taken by the provider and sent back later; `reason` says why
    SKIPPED = "skipped"  # its reason was gone when it was due; `reason` says which
    HELD = "held"  # put back by a restore: it may have been sent since, so an operator decides
    CANCELLED = "cancelled"  # its cause moved or ended before it was due
    FAILED = "failed"  # given up; `reason` says why, staff see it


OPEN = (MessageStatus.WAITING, MessageStatus.CLAIMED)
_OPEN = text(in_words("status", OPEN))
is_open = text(in_words("outbox_messages.status", OPEN))


def new_secret() -> str:
    """Return the random part of a message's name."""
    return secrets.token_hex(8)


class OutboxMessage(Model):
    """One message to one person over one channel, written in the transaction of its cause.

    It names its cause (`topic`, `subject_id`, `revision`) and not its text or recipient: both are
    composed at the moment of sending, from what is true then.
    """

    __tablename__ = "outbox_messages"
    __table_args__ = (
        Index(
            "ix_outbox_messages_due", "channel", "due_at", "id", postgresql_where=_OPEN, sqlite_where=_OPEN
        ),
        Index("ix_outbox_messages_subject", "topic", "subject_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    topic: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int]
    revision: Mapped[int]
    kind: Mapped[str] = mapped_column(String(30))
    channel: Mapped[str] = mapped_column(String(20))
    send_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(String(20), default=MessageStatus.WAITING)
    due_at: Mapped[datetime]  # `send_at` at first, the next try later, the end of the lease while claimed
    claimed_by: Mapped[str | None] = mapped_column(String(80))
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    finished_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(200), default="")
    # Fingerprint of the address it is for, and at last of the one it went to: messages of one person
    # are found by it, and a bounce is believed from that address only.
    contact_index: Mapped[str | None] = mapped_column(String(64), index=True)
    # The part of its name to providers that nobody can guess: a forged bounce names no message.
    secret: Mapped[str] = mapped_column(String(20), default=new_secret)
    created_at: Mapped[datetime] = mapped_column(index=True)


class DeliveryAttempt(Model):
    __tablename__ = "delivery_attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("outbox_messages.id"), index=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(20))  # sent, retry, failed; later delivered, bounced
    detail: Mapped[str] = mapped_column(String(300), default="")


class FailingContact(Model):
    """An address or a number that does not work, by its fingerprint; nothing more is sent to it."""

    __tablename__ = "failing_contacts"

    contact_index: Mapped[str] = mapped_column(String(64), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(200), default="")


class ChannelRate(Model):
    """How many messages a channel may send right now, for all workers together."""

    __tablename__ = "channel_rates"

    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    tokens: Mapped[float] = mapped_column(Double)
    counted_at: Mapped[datetime]


class JobRun(Model):
    """One periodic job: its last run, and when the next one is due.

    A job that all workers share is run by the one that has the lease.
    """

    __tablename__ = "job_runs"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(200), default="")
    due_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")  # in a row


class Alert(Model):
    """Trouble that the operators were told of, until it is over."""

    __tablename__ = "alerts"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    since: Mapped[datetime]
    told_at: Mapped[datetime | None]


class MessagePause(Model):
    """Messages to one address or number are held back until somebody resumes them."""

    __tablename__ = "message_pauses"
    __table_args__ = (
        Index("uq_message_pauses_active", "contact_index", unique=True,
              postgresql_where=text("resumed_at IS NULL"), sqlite_where=text("resumed_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_index: Mapped[str] = mapped_column(String(64))
    contact_encrypted: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(200), default="")
    paused_by: Mapped[str] = mapped_column(String(60))
    paused_at: Mapped[datetime]
    resumed_by: Mapped[str | None] = mapped_column(String(60))
    resumed_at: Mapped[datetime | None]

    contact = Encrypted(bound_to="contact_index")


class TrialMessage(Model):
    """A test that somebody of staff sends to an address of their own; deleted after a day."""

    __tablename__ = "trial_messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True)
    kind: Mapped[str] = mapped_column(String(30))
    channel: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(5))
    contact_encrypted: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]

    contact = Encrypted(bound_to="public_id")


class MessageText(Model):
    """One saved version of the words of a kind over a channel, in all languages; the latest is in force.

    `texts` is {language: {subject, heading, body}}, or null where somebody went back to the shipped words.
    """

    __tablename__ = "message_texts"
    __table_args__ = (UniqueConstraint("kind", "channel", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    channel: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    texts: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    saved_by: Mapped[str] = mapped_column(String(60))
    saved_at: Mapped[datetime]
