"""People who get no messages for now: by the fingerprint of their address. Writes run inside `transact()`."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select

from app.db import db
from app.notifications import contacts
from app.notifications.models import MessagePause

PAUSED = "person paused"
ERASED = "–"


def is_paused(contact: str) -> bool:
    """Return whether messages to this address or number are held back."""
    return find_active(contact) is not None


def paused_among(indexes: Collection[str]) -> set[str]:
    """Return those of the fingerprints whose messages are held back."""
    if not indexes:
        return set()
    wanted = select(MessagePause.contact_index).where(MessagePause.contact_index.in_(indexes))
    return set(db.session.scalars(wanted.where(MessagePause.resumed_at.is_(None))))


def find_active(contact: str) -> MessagePause | None:
    wanted = select(MessagePause).where(MessagePause.contact_index.in_(contacts.indexes_of(contact)))
    return db.session.scalar(wanted.where(MessagePause.resumed_at.is_(None)))


def list_pauses(*, most: int = 200) -> Sequence[MessagePause]:
    """Return the pauses in force, the latest first."""
    wanted = select(MessagePause).where(MessagePause.resumed_at.is_(None))
    return db.session.scalars(wanted.order_by(MessagePause.id.desc()).limit(most)).all()


def pause(contact: str, *, reason: str, username: str, now: datetime) -> MessagePause:
    """Hold back every message to this address or number; pausing twice is pausing once."""
    found = find_active(contact)
    if found:
        return found
    row = MessagePause(contact_index=contacts.index_of(contact), reason=reason[:200])
    row.contact, row.paused_by, row.paused_at = contact, username, now
    db.session.add(row)
    return row


def resume(pause_id: int, *, username: str, now: datetime) -> None:
    """Let messages go to this person again. What was skipped meanwhile can be sent with a replay."""
    row = db.session.get(MessagePause, pause_id)
    if row and row.resumed_at is None:
        row.resumed_by, row.resumed_at = username, now
        row.contact = ERASED  # nobody needs to read it any more
