"""Bring everything that is encrypted or indexed under the newest key, some rows at a time.

Half-way nothing is lost: every key of the ring opens its own values, and look-ups ask by all of them.
What has the newest key already is left, so the command goes on from where it was stopped.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from app.appointments.booking import visit_limits
from app.appointments.contacts import Contact
from app.appointments.models import Appointment
from app.appointments.waitlist import operations as waitlist
from app.appointments.waitlist.models import TimeOffer, WaitingEntry
from app.cases.finding import keys as finding_keys
from app.cases.models import Case
from app.crypto import Encrypted, keyring, link_hash
from app.db import Base, Model, db, locking
from app.groups.models import Group
from app.notifications import contacts
from app.notifications.models import MessagePause

BATCH = 100


@dataclass(frozen=True, slots=True)
class Vault:
    """A table with encrypted fields; `names` are the attributes that hold them."""

    model: type[Model]
    names: tuple[str, ...]

    def columns(self) -> list[InstrumentedAttribute[Any]]:
        return [getattr(self.model, f"{name}_encrypted") for name in self.names]


def list_vaults() -> list[Vault]:
    """Return every table that keeps something encrypted, by its name."""
    found = []
    for mapper in Base.registry.mappers:
        fields = vars(mapper.class_)
        names = tuple(name for name, value in fields.items() if isinstance(value, Encrypted))
        if names:
            found.append(Vault(mapper.class_, names))
    return sorted(found, key=lambda vault: vault.model.__tablename__)


def count_old(vault: Vault) -> int:
    """Return how many rows have a value of an older key."""
    return sum(1 for _ in _old_keys(vault))


def rotate_some(vault: Vault) -> int:
    """Encrypt some rows of a table anew. Returns how many; 0 when none is left. Call inside `transact()`."""
    rows = db.session.scalars(locking(select(vault.model).where(_is_old(vault)).limit(BATCH))).unique().all()
    for row in rows:
        known = {name: getattr(row, name) for name in vault.names if getattr(row, f"{name}_encrypted")}
        _link_anew(row)
        for name, value in known.items():  # after the link, to which some are bound
            setattr(row, name, value)
        _index_anew(row)
    return len(rows)


def _link_anew(row: Model) -> None:
    """Write the fingerprint of a row's link by the newest key; the link itself stays."""
    if isinstance(row, Case):
        row.link_hash = link_hash(row.link)
        row.old_link_hash = link_hash(row.old_link) if row.old_link else None
    elif isinstance(row, (Appointment, WaitingEntry, TimeOffer, Group)):
        row.token_hash = link_hash(row.token)


def _index_anew(row: Model) -> None:
    """Write the fingerprints of a row by the newest key, from the values that they stand for."""
    if isinstance(row, Case):
        finding_keys.index_case(row)
        finding_keys.write_tokens(row)
        for leg in row.legs:
            leg.external_hash = ""  # Its text is not kept: the next file is compared by version alone.
    elif isinstance(row, MessagePause) and row.resumed_at is None:
        row.contact_index = contacts.index_of(row.contact)
    elif isinstance(row, Appointment):
        visit_limits.index_contact(row)
    elif isinstance(row, WaitingEntry) and row.person_index:
        row.person_index = waitlist.index_of(Contact("", row.email, row.phone))


def _is_old(vault: Vault) -> Any:
    """Return the condition that one of the values is under another key than the newest."""
    newest = f"{keyring().newest}:"
    parts = [column.is_not(None) & ~column.startswith(newest, autoescape=True) for column in vault.columns()]
    condition = parts[0]
    for part in parts[1:]:
        condition |= part
    return condition


def _old_keys(vault: Vault) -> Iterator[Any]:
    key = vault.model.__mapper__.primary_key[0]
    return iter(db.session.scalars(select(key).where(_is_old(vault))))
