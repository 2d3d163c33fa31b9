"""Test messages: a text with its examples, sent to whoever asks, through the outbox like all others."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from app.db import db
from app.i18n import in_language
from app.notifications.delivery import outbox
from app.notifications.delivery.outbox import ClaimedMessage, OutboxRequest
from app.notifications.letter import Letter, Skip
from app.notifications.models import TrialMessage
from app.notifications.texts.kinds import examples_of, find_kind
from app.notifications.texts.writing import LetterPart, write

TOPIC = "trial"
KEEP = timedelta(days=1)
LIFE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Trial:
    kind: str
    channel: str
    language: str
    contact: str
    username: str


def send(trial: Trial, *, now: datetime) -> None:
    """Put a test message into the outbox. Call inside `transact()`."""
    row = TrialMessage(public_id=secrets.token_hex(10), kind=trial.kind, channel=trial.channel)
    row.language, row.contact, row.asked_by, row.created_at = (
        trial.language,
        trial.contact,
        trial.username,
        now,
    )
    db.session.add(row)
    db.session.flush()
    request = OutboxRequest(
        dedupe_key=f"trial:{row.public_id}",
        topic=TOPIC,
        subject_id=row.id,
        revision=0,
        kind=trial.kind,
        channel=trial.channel,
        send_at=now,
        expires_at=now + LIFE,
    )
    outbox.enqueue(request, now=now)


def compose(message: ClaimedMessage, now: datetime) -> Letter | Skip:
    """Return the text of the kind with its examples, as it is saved at this moment."""
    row = db.session.get(TrialMessage, message.subject_id)
    kind = find_kind(message.kind)
    if row is None or kind is None:
        return Skip("no such test")
    with in_language(row.language):
        return write(message.channel, row.contact, LetterPart(kind, lambda: examples_of(kind)))


def forget(*, now: datetime) -> int:
    """Delete the addresses of old tests. Call inside `transact()`."""
    old = select(TrialMessage.id).where(TrialMessage.created_at <= now - KEEP).limit(500)
    ids = db.session.scalars(old).all()
    if ids:
        db.session.execute(delete(TrialMessage).where(TrialMessage.id.in_(ids)))
    return len(ids)
