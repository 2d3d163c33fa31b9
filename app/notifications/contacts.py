"""Addresses and numbers that do not work: remembered by fingerprint, so that nothing more is sent there."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.crypto import keyring, token_hash
from app.db import db
from app.notifications.models import FailingContact
from app.notifications.phone import spelled


def index_of(address: str) -> str:
    """Return the fingerprint of an e-mail address or a telephone number, however it is spelled."""
    return indexes_of(address)[0]


def indexes_of(address: str) -> list[str]:
    """Return the fingerprints to look an address up by, under each key, the newest first."""
    # Hashed first: the keyed index looks at letters and digits only, and "a.b@" is not "ab@".
    # Lower case and not folded: "straße.de" is not "strasse.de".
    one_spelling = address.strip().lower() if "@" in address else spelled(address)
    return keyring().blind_indexes(token_hash(one_spelling), purpose="contact")


def is_failing(address: str) -> bool:
    """Return whether what was sent there came back for good."""
    return db.session.get(FailingContact, index_of(address)) is not None


def failing_among(indexes: Collection[str]) -> set[str]:
    """Return those of the fingerprints at whose addresses nothing arrives."""
    if not indexes:
        return set()
    query = select(FailingContact.contact_index).where(FailingContact.contact_index.in_(indexes))
    return set(db.session.scalars(query))


def mark_failing(contact_index: str, channel: str, *, reason: str, now: datetime) -> None:
    """Remember that this address does not work. Call inside `transact()`."""
    insert = sqlite_insert if db.engine.dialect.name == "sqlite" else postgresql_insert
    row = insert(FailingContact).values(
        contact_index=contact_index, channel=channel, since=now, reason=reason[:200]
    )
    db.session.execute(row.on_conflict_do_nothing(index_elements=[FailingContact.contact_index]))


def trust_again(*addresses: str) -> None:
    """Forget that these failed: somebody has looked at them and says they are right. Inside `transact()`."""
    wanted = [index_of(address) for address in addresses if address]
    if wanted:
        db.session.execute(delete(FailingContact).where(FailingContact.contact_index.in_(wanted)))
